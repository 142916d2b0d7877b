/* What can be wrong, or odd, about a partition table, and how to say it. */
#ifndef MOLT_FORMAT_PTABLE_ISSUE_H
#define MOLT_FORMAT_PTABLE_ISSUE_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct molt_part_draft;
struct molt_ptable_extras;

/* One list: what it is, the column at fault (NULL: none, or the issue itself says which), the
 * reason in molt's words, and the reference tool's sentence, which build scripts look for. Where
 * the reference would stop with a Python exception, the sentence is ours.
 *
 * In both texts: %n the row's name, %t issue->text, %q the same as Python's repr of bytes, %h the
 * same in hex digits, %c issue->digest in hex digits, %l the line, %k the known keywords, %r the
 * row as CSV; %x0 issue->number[0] in hex, %w0 the same with eight digits, %d0 in decimal, %m0 as
 * megabytes with one decimal. */
#define MOLT_PT_IN_ROW(text)                                                                       \
    "Error at line %l: " text                                                                      \
    "\nPlease check extra_partition_subtypes.inc file in build/config directory"

#define MOLT_PTABLE_ISSUES(X)                                                                      \
    /* a row of the CSV */                                                                         \
    X(TYPE_EMPTY, "Type", "empty", MOLT_PT_IN_ROW("Field 'type' can't be left empty."))            \
    X(SUBTYPE_EMPTY, "SubType", "empty, which an app's must not be",                               \
      MOLT_PT_IN_ROW("App partition cannot have an empty subtype"))                                \
    X(NUMBER, NULL, "'%t' is not a number such as 4096, 0x1000, 4K or 1M",                         \
      MOLT_PT_IN_ROW("Invalid field value %t"))                                                    \
    X(WORD, NULL, "'%t' is neither a number nor one of: %k",                                       \
      MOLT_PT_IN_ROW("Value '%t' is not valid. Known keywords: %k"))                               \
    X(NO_PRIMARY, NULL, "unknown without --primary-bootloader-offset",                             \
      MOLT_PT_IN_ROW(                                                                              \
          "Primary bootloader offset is not defined. Please use --primary-bootloader-offset"))     \
    X(NO_RECOVERY, NULL, "unknown without --recovery-bootloader-offset",                           \
      MOLT_PT_IN_ROW(                                                                              \
          "Recovery bootloader offset is not defined. Please use --recovery-bootloader-offset"))   \
    X(SIZE_EMPTY, "Size", "empty", MOLT_PT_IN_ROW("Size field can't be empty"))                    \
    X(FLAG, "Flags", "'%t' is neither encrypted nor readonly",                                     \
      MOLT_PT_IN_ROW("CSV flag column contains unknown flag '%t'"))                                \
    X(NAME_NUL, "Name", "holds a NUL byte", MOLT_PT_IN_ROW("Partition name contains a NUL byte"))  \
    /* the CSV as a whole */                                                                       \
    X(ENCODING, NULL, "not valid text in UTF-8, nor in what the byte order mark says",             \
      "Line %l: the file is not valid text in UTF-8, nor in what its byte order mark says")        \
    X(VALUE_ENCODING, NULL, "the value of variable '%t' is not UTF-8",                             \
      "Line %l: the value of variable '%t' is not UTF-8")                                          \
    X(VARIABLE, NULL, "unknown variable '%t'", "unknown variable '%t'")                            \
    X(ROOM, NULL, "the text is too long", "Line %l: the text is too long")                         \
    X(ROWS, NULL, "more than 256 partitions", "Line %l: more than 256 partitions")                 \
    X(IN_TABLE, "Offset",                                                                          \
      "%x0 is inside the sector of the partition table at %x1; use %x2 or higher",                 \
      "CSV Error at line %l: Partitions overlap. Partition sets offset %x0. But partition table "  \
      "occupies the whole sector %x1. Use a free offset %x2 or higher.")                           \
    X(IN_PREVIOUS, "Offset", "%x0 is below %x1, where the previous partition ends",                \
      "CSV Error at line %l: Partitions overlap. Partition sets offset %x0. Previous partition "   \
      "ends %x1")                                                                                  \
    /* a row of the table */                                                                       \
    X(OFFSET_ALIGN, "Offset", "%x0 is not a multiple of %x1",                                      \
      "Partition %n invalid: Offset %x0 is not aligned to %x1")                                    \
    X(SIZE_ALIGN, "Size", "%x0 is not a multiple of %x1",                                          \
      "Partition %n invalid: Size %x0 is not aligned to %x1")                                      \
    X(NOT_READONLY, "Flags", "otadata and coredump partitions cannot be readonly",                 \
      "Partition %n invalid: '%n' partition of type %d0 and subtype %d1 is always read-write and " \
      "cannot be read-only")                                                                       \
    X(NVS_SMALL, "Size", "%x2 is too small for NVS that is written, which needs %x3",              \
      "Partition %n invalid: '%n' partition of type %d0 and subtype %d1 of this size (%x2) must "  \
      "be flagged as 'readonly' (the size of read/write NVS has to be at least %x3)")              \
    X(ENDS_FIRST, "Size", "the partition ends at %x2, before its offset %x1",                      \
      "Partition %n invalid: it ends at %x2, before its offset %x1")                               \
    X(OFFSET_RANGE, "Offset", "%x0 is not in 0..0xffffffff",                                       \
      "Partition %n invalid: Offset %x0 does not fit in 32 bits")                                  \
    X(SIZE_RANGE, "Size", "%x0 is not in 0..0xffffffff",                                           \
      "Partition %n invalid: Size %x0 does not fit in 32 bits")                                    \
    X(TYPE_RANGE, "Type", "%d0 is not in 0..255",                                                  \
      "Partition %n invalid: Type %d0 does not fit in 8 bits")                                     \
    X(SUBTYPE_RANGE, "SubType", "%d0 is not in 0..255",                                            \
      "Partition %n invalid: Subtype %d0 does not fit in 8 bits")                                  \
    /* the table as a whole */                                                                     \
    X(NAMES, "Name", "'%n' is used more than once", "Partition names must be unique")              \
    X(BELOW, "Offset", "%x0 is below %x1, the end of the partition table",                         \
      "Partition offset %x0 is below %x1")                                                         \
    X(OVERLAP, "Offset", "the partition at %x0 overlaps the one at %x1-%x2",                       \
      "Partition at %x0 overlaps %x1-%x2")                                                         \
    X(OTADATAS, "SubType", "there is more than one otadata partition",                             \
      "Found multiple otadata partitions. Only one partition can be defined with "                 \
      "type=\"data\"(1) and subtype=\"ota\"(0).")                                                  \
    X(OTADATA_LEN, "Size", "%x0: an otadata partition has 0x2000",                                 \
      "otadata partition must have size = 0x2000")                                                 \
    X(TEE_OTADATAS, "SubType", "there is more than one TEE otadata partition",                     \
      "Found multiple TEE otadata partitions. Only one partition can be defined with "             \
      "type=\"data\"(1) and subtype=\"tee_ota\"(0x90).")                                           \
    X(TEE_OTADATA_LEN, "Size", "%x0: a TEE otadata partition has 0x2000",                          \
      "TEE otadata partition must have size = 0x2000")                                             \
    X(FLASH_SIZE, "Size", "the partitions end at %x0, the flash at %x1",                           \
      "Partitions tables occupies %m0MB of flash (%d0 bytes) which does not fit in configured "    \
      "flash size %d2MB. Change the flash size in menuconfig under the 'Serial Flasher Config' "   \
      "menu.")                                                                                     \
    X(TOO_LONG, NULL, "%d1 partitions do not fit, a table holds 94, or 95 without MD5 row",        \
      "Binary partition table length (%d0) longer than max")                                       \
    /* bytes */                                                                                    \
    X(CUT_ROW, NULL, "ends in the middle of a row of 32 bytes",                                    \
      "Partition table length must be a multiple of 32 bytes")                                     \
    X(MD5, NULL, "the MD5 at byte %x0 is not that of the rows before it",                          \
      "MD5 checksums don't match! (computed: 0x%c, parsed: 0xb'%h')")                              \
    X(MAGIC, NULL, "no partition table row at byte %x0",                                           \
      "Invalid magic bytes (%q) for partition definition")                                         \
    X(NO_END, NULL, "the end of the table is missing",                                             \
      "Partition table is missing an end-of-table marker")                                         \
    X(LABEL, "Name", "the label at byte %x0 is not UTF-8",                                         \
      "Partition label at byte %x0 is not UTF-8")                                                  \
    /* the command line */                                                                         \
    X(PRIMARY_ABOVE, NULL, "the primary bootloader at %x0 is not below the table at %x1",          \
      "Unsupported configuration. Primary bootloader must be below partition table. Check "        \
      "--primary-bootloader-offset=%x0 and --offset=%x1")                                          \
    /* notes: warnings, and rows listed before an error */                                         \
    X(WARN_TYPE_NAME, "Name", "'%n' is the name of a type, but this partition's type is %x0",      \
      "WARNING: Partition has name '%n' which is a partition type, but does not match this "       \
      "partition's type (%x0). Mistake in partition table?")                                       \
    X(WARN_SUBTYPE_NAME, "Name",                                                                   \
      "'%n' is the name of a subtype, but this partition has type %x0 and subtype %x1",            \
      "WARNING: Partition has name '%n' which is a partition subtype, but this partition has "     \
      "non-matching type %x0 and subtype %x1. Mistake in partition table?")                        \
    X(WARN_FLAGS, "Flags", "unknown bits %w0 are ignored",                                         \
      "WARNING: Partition definition had unknown flag(s) %w0. Newer binary format?")               \
    X(WARN_CUT, "Name", "'%n' is longer than 16 bytes and is cut to '%t'",                         \
      "WARNING: Partition name '%n' is longer than 16 bytes and is cut to '%t'")                   \
    X(NOTE_SAME_NAMES, NULL,                                                                       \
      "partitions that have the same name:", "A list of partitions that have the same name:")      \
    X(NOTE_ROW, NULL, "%r", "%r")

enum molt_ptable_fault {
#define X(name, field, why, text) MOLT_PT_##name,
    MOLT_PTABLE_ISSUES(X)
#undef X
};

/* Filled by the functions of format/ptable_draft.h, ptable_csv.h and ptable_check.h. Spans and
 * pointers are good as long as the draft, its text and the rules are. */
struct molt_ptable_issue {
    enum molt_ptable_fault fault;
    uint32_t line;     /* of the CSV, from 1; 0 = none */
    const char *field; /* "Size"; NULL = none */
    const struct molt_part_draft *row;
    struct molt_span text;
    int64_t number[4];
    const struct molt_ptable_extras *extras; /* the keywords of %k are of type number[0] */
    uint8_t digest[16];                      /* MD5: what was computed */
};

/* Why, in molt's words: goes behind "file:line: field: ". */
void molt_ptable_issue_why(const struct molt_ptable_issue *issue, struct molt_text *to);

/* The reference tool's message, byte for byte, without a newline at its end. */
void molt_ptable_issue_reference(const struct molt_ptable_issue *issue, struct molt_text *to);

/* Sets fault, the field of the list above, and the row with its line; the rest is empty. */
struct molt_ptable_issue molt_ptable_issue_at(enum molt_ptable_fault fault,
                                              const struct molt_part_draft *row);

#endif
