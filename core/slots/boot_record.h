/* The otadata partition on flash: read both entries, replace one without ever losing the other. */
#ifndef MOLT_SLOTS_BOOT_RECORD_H
#define MOLT_SLOTS_BOOT_RECORD_H

#include "flash/region.h"
#include "format/otadata.h"
#include "slots/map.h"

struct molt_boot_record {
    struct molt_region region; /* the otadata partition */
};

/* Whether otadata can be kept there at all; nothing below works on another record.
 *   MOLT_ERR_NOT_FOUND    the table has no otadata
 *   MOLT_ERR_RANGE        it is shorter than MOLT_OTADATA_LEN, or leaves the chip
 *   MOLT_ERR_ALIGN        the two entries do not have sectors of their own: sectors are larger than
 *                         4 KiB, or the partition does not start with one
 *   MOLT_ERR_UNSUPPORTED  a torn entry could not be told from a whole one. Its crc covers only seq, so
 *                         that takes program units of 1 to 16 bytes, which keep seq and state apart,
 *                         whose bits can be cleared later (MOLT_NOR_CLEARS_BITS), or units of 8
 *                         bytes and more that say when they are torn (MOLT_NOR_ECC). */
MOLT_MUST_USE enum molt_err molt_boot_record_open(struct molt_nor *nor,
                                                  const struct molt_slot_map *map,
                                                  struct molt_boot_record *record);

/* Both entries. One that cannot be read, three times, is absent, not an error: it comes back as one
 * with a wrong crc, and bit `index` of the result is set. Where
 * erased flash reads as 0x00, an entry with seq 0 is blank. */
unsigned molt_boot_record_read(const struct molt_boot_record *record, struct molt_otadata entry[2]);

/* Replaces entry `index` (0 or 1): erases its sector, programs all but seq, reads it back, then
 * seq, without which an entry does not count. (crc covers only seq, so it cannot tell a torn state
 * word from a whole one.) Before the erase an intact entry's crc is cleared, where the flash can do
 * that: a torn erase may give a state word back its ones. Power may fail at any moment inside: entry
 * `index` is afterwards the old one, unusable, or the complete new one, and the other entry is not
 * touched. */
MOLT_MUST_USE enum molt_err molt_boot_record_write(const struct molt_boot_record *record, int index,
                                                   const struct molt_otadata *entry);

/* Erases one entry's sector; both, the entry that decides last, so that a power cut never lets an
 * older one decide. What a longer partition has behind them is left alone. */
MOLT_MUST_USE enum molt_err molt_boot_record_erase_entry(const struct molt_boot_record *record,
                                                         int index);
MOLT_MUST_USE enum molt_err molt_boot_record_erase(const struct molt_boot_record *record);

/* Makes `slot`, in `state`, the one that the next reset boots: the active entry is rewritten when
 * it already selects `slot`, else the other one with the next number (after the last possible
 * number, numbering starts again). An entry that cannot be read is erased first: it might come back
 * and win. MOLT_ERR_ARG: no such slot. */
MOLT_MUST_USE enum molt_err molt_boot_record_select(const struct molt_boot_record *record,
                                                    uint32_t slot, uint32_t slot_count,
                                                    enum molt_img_state state);

/* Gives the active entry another state (confirm, reject). MOLT_ERR_NOT_FOUND: none is active. */
MOLT_MUST_USE enum molt_err molt_boot_record_set_state(const struct molt_boot_record *record,
                                                       enum molt_img_state state);

#endif
