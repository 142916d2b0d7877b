/* The partition table as CSV, both ways: the dialect of ESP-IDF's gen_esp32part.py.
 *
 *     # Name,   Type, SubType, Offset,  Size, Flags
 *     nvs,      data, nvs,     0x9000,  24K,
 *     ota_0,    app,  ota_0,   ,        1M,       an empty offset: behind the previous row,
 *     store,    data, ,        ,        -4M,      aligned; a negative size: up to that address
 *
 * Text: UTF-8, or UTF-16 or UTF-32-BE with a byte order mark; lines end as Python's splitlines()
 * has it. $NAME and ${NAME} are replaced from the environment, in comments too. A line whose first
 * visible character is # is a comment; there are no others, but columns from the seventh on are
 * ignored. Fields are split at commas, nothing is quoted, white space around them does not count.
 * Types, subtypes and numbers: format/ptable_words.h. For rows of type bootloader and
 * partition_table, and for their offsets where one is primary or recovery, the rules say where and
 * how long, and the columns are ignored.
 *
 * Rows must ascend in the file. Source: ESP-IDF components/partition_table/gen_esp32part.py and
 * docs/en/api-guides/partition-tables.rst. */
#ifndef MOLT_FORMAT_PTABLE_CSV_H
#define MOLT_FORMAT_PTABLE_CSV_H

#include <stddef.h>

#include "base/err.h"
#include "base/text.h"
#include "format/ptable_draft.h"

/* Parses all of `csv` and lays the rows out. Names are put into `room`, which also holds one line
 * at a time and, when the file is not UTF-8, all of it in UTF-8: four times its length is enough
 * where no variable is long. The rows' lines count from 1.
 *
 * MOLT_ERR_FORMAT; MOLT_ERR_FULL: room or rows are not enough; with *issue, whose texts point into
 * room. The draft then holds the rows before the error. */
MOLT_MUST_USE enum molt_err molt_ptable_csv_parse(struct molt_span csv, struct molt_text *room,
                                                  const struct molt_ptable_rules *rules,
                                                  struct molt_ptable_draft *draft,
                                                  struct molt_ptable_issue *issue);

/* Two lines of comment, then a line for each row, as the reference prints a table: types and
 * subtypes as words where there is one, sizes in M or K where they divide. */
void molt_ptable_csv_write(const struct molt_ptable_draft *draft,
                           const struct molt_ptable_extras *extras, struct molt_text *to);

/* One row so, without a newline. extras may be NULL. */
void molt_part_csv_write(const struct molt_part_draft *row, const struct molt_ptable_extras *extras,
                         struct molt_text *to);

/* "1M", "24K", "0x123": how a size is written. */
void molt_part_size_text(int64_t len, struct molt_text *to);

#endif
