#include "cli/entry.h"

#include <inttypes.h>
#include <stdio.h>

#include "slots/map.h"
#include "slots/trial.h"

void molt_print_entry(int index, const struct molt_otadata *e, uint32_t slot_count, bool is_active)
{
    printf("entry %d: ", index);
    if (e->seq == UINT32_MAX) {
        printf("blank\n");
        return;
    }
    printf("seq %" PRIu32 ", %s", e->seq, molt_img_state_name(e->state));
    if ((int)e->state > MOLT_IMG_ABORTED || (int)e->state < MOLT_IMG_UNDEFINED)
        printf(" (0x%08" PRIx32 " is no state)", (uint32_t)e->state);
    if (!molt_otadata_intact(e)) {
        printf(", damaged: crc is 0x%08" PRIx32 ", not 0x%08" PRIx32 "\n", e->crc,
               molt_otadata_crc(e->seq));
        return;
    }
    if (slot_count > 0)
        printf(", selects %s", molt_slot_name((int)molt_otadata_slot(e->seq, slot_count)));
    if (molt_otadata_rejected(e)) printf(", rejected");
    printf("%s\n", is_active ? ", active" : "");
}
