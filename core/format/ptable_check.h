/* Is a partition table sensible? The rules of ESP-IDF's gen_esp32part.py, in its order:
 *
 * each row     offset a multiple of 64 KiB for apps, else of 4 KiB; an app's size a multiple of
 *              4 KiB (64 KiB for secure boot v1); otadata and coredump not readonly; NVS that is
 *              written at least 12 KiB; a note when its name is that of another type or subtype
 * the table    names unique; nothing below the table's end but the primary bootloader and the
 *              table; no overlap; at most one otadata and one TEE otadata, of 8 KiB each
 *
 * Not looked at: which apps there are, how many slots, sizes of other data, the chip's size. */
#ifndef MOLT_FORMAT_PTABLE_CHECK_H
#define MOLT_FORMAT_PTABLE_CHECK_H

#include "base/err.h"
#include "format/ptable_draft.h"

/* MOLT_ERR_FORMAT with *issue for the first rule that is broken. Notes go to rules->note on the
 * way. Uses draft->order. */
MOLT_MUST_USE enum molt_err molt_ptable_check(struct molt_ptable_draft *draft,
                                              const struct molt_ptable_rules *rules,
                                              struct molt_ptable_issue *issue);

/* MOLT_ERR_RANGE with *issue when the partition with the highest offset ends beyond flash_mb MiB. */
MOLT_MUST_USE enum molt_err molt_ptable_check_flash(const struct molt_ptable_draft *draft,
                                                    uint32_t flash_mb,
                                                    struct molt_ptable_issue *issue);

#endif
