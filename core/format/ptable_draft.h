/* A partition table as the tools on a desk see it: before it is known to be good.
 *
 *     CSV ── molt_ptable_csv_parse() ──▶ draft ── molt_ptable_draft_table() ──▶ table ──▶ bytes
 *                                         ▲ │ └── molt_ptable_check(): is it sensible?
 *     bytes ── molt_ptable_draft_read() ──┘ └──── molt_ptable_csv_write() ──▶ CSV
 *
 * A device's struct molt_partition cannot hold what a CSV may say: longer names, sizes beyond 2^32,
 * a type of 300. The draft can, so that each error is found in the order, and told in the words, of
 * the tool whose place this takes. Source: ESP-IDF components/partition_table/gen_esp32part.py. */
#ifndef MOLT_FORMAT_PTABLE_DRAFT_H
#define MOLT_FORMAT_PTABLE_DRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"
#include "format/ptable.h"
#include "format/ptable_issue.h"
#include "format/ptable_words.h"

enum { MOLT_PTABLE_DRAFT_MAX = 256 }; /* more than a table holds: too many is one of the errors */

struct molt_part_draft {
    struct molt_span name; /* UTF-8 without NUL, any length */
    uint32_t line;         /* of the CSV; 0 = from bytes */
    bool addr_given;       /* only while the CSV is parsed: afterwards every row has one */
    int64_t type, subtype;
    int64_t addr, len;
    uint32_t flags; /* MOLT_PART_ENCRYPTED, MOLT_PART_READONLY */
};

struct molt_ptable_draft {
    struct molt_part_draft row[MOLT_PTABLE_DRAFT_MAX];
    size_t count;
    uint16_t order[MOLT_PTABLE_DRAFT_MAX]; /* room in which molt_ptable_check() sorts */
};

enum molt_ptable_secure { MOLT_SECURE_NONE, MOLT_SECURE_V1, MOLT_SECURE_V2 };

/* Addresses that were not given. */
#define MOLT_PTABLE_NO_ADDR INT64_MIN

/* What the command line says about a table, and who hears of oddities. */
struct molt_ptable_rules {
    int64_t table_addr;
    int64_t primary_bootloader_addr;  /* or MOLT_PTABLE_NO_ADDR */
    int64_t recovery_bootloader_addr; /* or MOLT_PTABLE_NO_ADDR */
    enum molt_ptable_secure secure;
    bool no_md5; /* in bytes: an MD5 row is not written, and is an error when read */
    struct molt_ptable_extras extras;

    /* The value of an environment variable; at = NULL: not defined. NULL: none is. */
    struct molt_span (*variable)(void *ctx, struct molt_span name);
    /* Hears warnings, and rows that belong to an error which follows. NULL: nobody. */
    void (*note)(void *ctx, const struct molt_ptable_issue *issue);
    void *ctx;
};

/* Nothing given: the table at MOLT_PTABLE_ADDR. */
void molt_ptable_rules_default(struct molt_ptable_rules *rules);

/* Whether the addresses fit together: MOLT_ERR_ARG with *issue when the primary bootloader is not
 * below the table. */
MOLT_MUST_USE enum molt_err molt_ptable_rules_check(const struct molt_ptable_rules *rules,
                                                    struct molt_ptable_issue *issue);

/* Bytes to draft by the rules of the tools, not the bootloader's (format/ptable.h): an empty table
 * is fine, unknown flags are dropped with a note, the end must be 32 x FF, no chip is asked. Names
 * point into `bytes`. MOLT_ERR_FORMAT, MOLT_ERR_CHECKSUM, MOLT_ERR_FULL with *issue. */
MOLT_MUST_USE enum molt_err molt_ptable_draft_read(const uint8_t *bytes, size_t len,
                                                   const struct molt_ptable_rules *rules,
                                                   struct molt_ptable_draft *draft,
                                                   struct molt_ptable_issue *issue);

/* Whether a table can hold it. MOLT_ERR_RANGE: a number that a row cannot hold, a size below zero
 * among them; MOLT_ERR_FULL: too many rows, the MD5 row and the end counted in; with *issue. */
MOLT_MUST_USE enum molt_err molt_ptable_draft_fits(const struct molt_ptable_draft *draft,
                                                   const struct molt_ptable_rules *rules,
                                                   struct molt_ptable_issue *issue);

/* Draft to table, if it fits. Names are cut at MOLT_PART_LABEL_LEN bytes, with a note for each. */
MOLT_MUST_USE enum molt_err molt_ptable_draft_table(const struct molt_ptable_draft *draft,
                                                    const struct molt_ptable_rules *rules,
                                                    struct molt_ptable *table,
                                                    struct molt_ptable_issue *issue);

bool molt_part_draft_is_primary(const struct molt_part_draft *row); /* bootloader or table */

#endif
