#include "format/ptable.h"

#include <assert.h>
#include <string.h>

#include "base/bytes.h"

enum {
    MAGIC_ROW = 0x50AA,
    MAGIC_MD5 = 0xEBEB,
    MAGIC_END = 0xFFFF,
    LABEL_OFF = 12,
    FLAGS_OFF = 28,
    MD5_OFF = 16, /* of the digest in its row */
    ROWS_MAX = MOLT_PTABLE_LEN / MOLT_PTABLE_ROW_LEN,
};

void molt_ptable_reader_start(struct molt_ptable_reader *r, uint32_t chip_len)
{
    *r = (struct molt_ptable_reader){ .chip_len = chip_len };
    molt_md5_start(&r->md5);
}

static enum molt_ptable_step bad(struct molt_ptable_reader *r, uint32_t field_off,
                                 const char *field, const char *why, enum molt_err err)
{
    r->error.off = r->index * MOLT_PTABLE_ROW_LEN + field_off;
    r->error.field = field;
    r->error.why = why;
    r->error.err = err;
    return MOLT_PTABLE_BAD;
}

struct molt_partition molt_ptable_row_decode(const uint8_t bytes[MOLT_PTABLE_ROW_LEN])
{
    struct molt_reader in = molt_reader_over(bytes, MOLT_PTABLE_ROW_LEN);
    struct molt_partition row = { .label = "" };

    molt_read_skip(&in, 2); /* magic */
    row.type = molt_read_u8(&in);
    row.subtype = molt_read_u8(&in);
    row.addr = molt_read_le32(&in);
    row.len = molt_read_le32(&in);
    for (size_t i = 0; i < MOLT_PART_LABEL_LEN && bytes[LABEL_OFF + i]; i++)
        row.label[i] = (char)bytes[LABEL_OFF + i];
    molt_read_skip(&in, MOLT_PART_LABEL_LEN);
    row.flags = molt_read_le32(&in);
    assert(!in.overran && in.at == in.end);
    return row;
}

static enum molt_ptable_step next_partition(struct molt_ptable_reader *r, const uint8_t *bytes,
                                            struct molt_partition *row)
{
    *row = molt_ptable_row_decode(bytes);
    if (r->chip_len != UINT32_MAX && row->addr > r->chip_len)
        return bad(r, 4, "offset", "beyond the end of the flash", MOLT_ERR_RANGE);
    if (r->chip_len != UINT32_MAX && row->len > r->chip_len - row->addr)
        return bad(r, 8, "size", "the partition ends beyond the end of the flash", MOLT_ERR_RANGE);
    molt_md5_add(&r->md5, bytes, MOLT_PTABLE_ROW_LEN);
    r->index++;
    return MOLT_PTABLE_ROW;
}

static enum molt_ptable_step next_md5(struct molt_ptable_reader *r, const uint8_t *bytes)
{
    uint8_t digest[MOLT_MD5_LEN];

    if (r->md5_seen) return bad(r, 0, "magic", "a second MD5 row", MOLT_ERR_FORMAT);
    molt_md5_finish(&r->md5, digest);
    if (memcmp(digest, bytes + MD5_OFF, sizeof digest) != 0)
        return bad(r, MD5_OFF, "MD5", "not the MD5 of the rows before it", MOLT_ERR_CHECKSUM);
    r->md5_seen = true;
    r->index++;
    return MOLT_PTABLE_MD5;
}

enum molt_ptable_step molt_ptable_reader_next(struct molt_ptable_reader *r,
                                              const uint8_t bytes[MOLT_PTABLE_ROW_LEN],
                                              struct molt_partition *row)
{
    uint16_t magic = (uint16_t)(bytes[0] | bytes[1] << 8);

    if (r->index >= ROWS_MAX) return bad(r, 0, "magic", "no end of the table", MOLT_ERR_FORMAT);
    if (magic == MAGIC_ROW) return next_partition(r, bytes, row);
    if (magic == MAGIC_MD5) return next_md5(r, bytes);
    if (magic == MAGIC_END && bytes[2] == MOLT_PART_END && bytes[3] == 0xFF)
        return r->index > 0 ? MOLT_PTABLE_END
                            : bad(r, 0, "magic", "the table is empty", MOLT_ERR_FORMAT);
    return bad(r, 0, "magic", "neither a row nor the end of the table", MOLT_ERR_FORMAT);
}

enum molt_err molt_ptable_decode(const uint8_t *bytes, size_t len, uint32_t chip_len,
                                 struct molt_ptable *table, struct molt_ptable_error *error)
{
    struct molt_ptable_reader r;

    molt_ptable_reader_start(&r, chip_len);
    table->count = 0;
    for (size_t off = 0; off < MOLT_PTABLE_LEN && len - off >= MOLT_PTABLE_ROW_LEN;
         off += MOLT_PTABLE_ROW_LEN) {
        struct molt_partition row;

        switch (molt_ptable_reader_next(&r, bytes + off, &row)) {
        case MOLT_PTABLE_ROW:
            /* 95 at most are followed by an end; a 96th is refused below. */
            if (table->count < MOLT_PTABLE_MAX) table->row[table->count++] = row;
            break;
        case MOLT_PTABLE_MD5:
            break;
        case MOLT_PTABLE_END:
            return MOLT_OK;
        case MOLT_PTABLE_BAD:
            *error = r.error;
            return r.error.err;
        }
    }
    (void)bad(&r, 0, "magic", "no end of the table", MOLT_ERR_FORMAT);
    *error = r.error;
    return r.error.err;
}

static void encode_row(const struct molt_partition *row, uint8_t *to)
{
    molt_store_le16(to, MAGIC_ROW);
    to[2] = row->type;
    to[3] = row->subtype;
    molt_store_le32(to + 4, row->addr);
    molt_store_le32(to + 8, row->len);
    memset(to + LABEL_OFF, 0, MOLT_PART_LABEL_LEN);
    for (size_t i = 0; i < MOLT_PART_LABEL_LEN && row->label[i]; i++)
        to[LABEL_OFF + i] = (uint8_t)row->label[i];
    molt_store_le32(to + FLAGS_OFF, row->flags);
}

enum molt_err molt_ptable_encode(const struct molt_ptable *table, bool with_md5,
                                 uint8_t bytes[MOLT_PTABLE_LEN])
{
    size_t len = table->count * MOLT_PTABLE_ROW_LEN;
    struct molt_md5 md5;

    /* At least one row's worth of FF must stay: it is the end. */
    if (table->count + (with_md5 ? 1 : 0) >= ROWS_MAX) return MOLT_ERR_FULL;
    memset(bytes, 0xFF, MOLT_PTABLE_LEN);
    for (size_t i = 0; i < table->count; i++)
        encode_row(&table->row[i], bytes + i * MOLT_PTABLE_ROW_LEN);
    if (!with_md5) return MOLT_OK;

    molt_md5_start(&md5);
    molt_md5_add(&md5, bytes, len);
    molt_store_le16(bytes + len, MAGIC_MD5);
    molt_md5_finish(&md5, bytes + len + MD5_OFF);
    return MOLT_OK;
}

const struct molt_partition *molt_ptable_find(const struct molt_ptable *table, uint8_t type,
                                              uint8_t subtype, const char *label)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct molt_partition *row = &table->row[i];

        if (row->type != type || row->subtype != subtype) continue;
        if (!label || strcmp(row->label, label) == 0) return row;
    }
    return NULL;
}

const struct molt_partition *molt_ptable_find_label(const struct molt_ptable *table,
                                                    const char *label)
{
    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->row[i].label, label) == 0) return &table->row[i];
    }
    return NULL;
}
