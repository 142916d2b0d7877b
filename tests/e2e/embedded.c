/* A firmware with a text file in it, as ESP-IDF's EMBED_TXTFILES puts it there. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "esp_app_desc.h"

extern const uint8_t text_start[] asm("_binary_some_text_v1_txt_start");
extern const uint8_t text_end[] asm("_binary_some_text_v1_txt_end");

void app_main(void)
{
    printf("embedded: %d bytes, %zu characters, %s, secure version %u\n",
           (int)(text_end - text_start), strlen((const char *)text_start), (const char *)text_start,
           (unsigned)esp_app_get_description()->secure_version);
}
