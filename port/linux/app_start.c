/* main() of an app on the virtual device: takes over the board, makes it the esp_* functions'
 * device, and calls app_main(). */
#include <stdio.h>
#include <stdlib.h>

#include "molt/device.h"
#include "port/linux/board.h"

void app_main(void);

int main(int argc, char **argv)
{
    static struct molt_board board;
    const char *why, *name = argc > 0 ? argv[0] : "This program";

    if (molt_board_adopt(&board, &why) != MOLT_OK) {
        (void)fprintf(stderr,
                      "%s is firmware for molt's virtual device (%s).\n"
                      "Write its image (the .bin file) into a flash and run that:\n"
                      "    molt flash create --size 4MB --partition-table partitions.csv "
                      "--write ota_0=app.bin device.flash\n"
                      "    molt device run device.flash\n",
                      name, why);
        return 2;
    }
    void *memory = malloc(molt_device_size());
    if (!memory) abort();
    molt_device_share(molt_device_init(memory, &board.port));
    /* A reset must not lose a line that was printed. */
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    board.regs->stage = MOLT_STAGE_APP;

    app_main();

    board.regs->stage = MOLT_STAGE_IDLE;
    return 0;
}
