#include "format/otadata.h"

#include <assert.h>
#include <string.h>

#include "base/bytes.h"
#include "base/crc32.h"

uint32_t molt_otadata_crc(uint32_t seq)
{
    uint8_t le[4];

    molt_store_le32(le, seq);
    return molt_crc32(UINT32_MAX, le, sizeof le);
}

struct molt_otadata molt_otadata_decode(const uint8_t bytes[MOLT_OTADATA_ENTRY_LEN])
{
    struct molt_reader r = molt_reader_over(bytes, MOLT_OTADATA_ENTRY_LEN);
    struct molt_otadata entry;

    entry.seq = molt_read_le32(&r);
    molt_read_bytes(&r, entry.label, sizeof entry.label);
    entry.state = (enum molt_img_state)molt_read_le32(&r);
    entry.crc = molt_read_le32(&r);
    assert(!r.overran && r.at == r.end);
    return entry;
}

void molt_otadata_encode(const struct molt_otadata *entry, uint8_t bytes[MOLT_OTADATA_ENTRY_LEN])
{
    molt_store_le32(bytes + 0, entry->seq);
    memcpy(bytes + 4, entry->label, sizeof entry->label);
    molt_store_le32(bytes + 24, (uint32_t)entry->state);
    molt_store_le32(bytes + 28, entry->crc);
}

struct molt_otadata molt_otadata_blank(void)
{
    uint8_t bytes[MOLT_OTADATA_ENTRY_LEN];

    memset(bytes, 0xFF, sizeof bytes);
    return molt_otadata_decode(bytes);
}

bool molt_otadata_rejected(const struct molt_otadata *entry)
{
    return entry->seq == UINT32_MAX || entry->state == MOLT_IMG_INVALID ||
           entry->state == MOLT_IMG_ABORTED;
}

bool molt_otadata_intact(const struct molt_otadata *entry)
{
    return entry->seq != UINT32_MAX && entry->crc == molt_otadata_crc(entry->seq);
}

bool molt_otadata_usable(const struct molt_otadata *entry)
{
    return molt_otadata_intact(entry) && !molt_otadata_rejected(entry);
}

int molt_otadata_active(const struct molt_otadata entry[2])
{
    bool usable0 = molt_otadata_usable(&entry[0]);
    bool usable1 = molt_otadata_usable(&entry[1]);

    if (usable0 && usable1) return entry[1].seq > entry[0].seq ? 1 : 0;
    if (usable0) return 0;
    return usable1 ? 1 : -1;
}

uint32_t molt_otadata_slot(uint32_t seq, uint32_t slot_count)
{
    return (seq - 1) % slot_count;
}

enum molt_err molt_otadata_seq_for(uint32_t seq, uint32_t slot, uint32_t slot_count, uint32_t *next)
{
    if (slot >= slot_count) return MOLT_ERR_ARG;

    uint64_t first = (uint64_t)slot + 1;
    uint64_t rounds = seq > first ? (seq - first + slot_count - 1) / slot_count : 0;
    uint64_t found = first + rounds * slot_count;

    if (found >= UINT32_MAX) return MOLT_ERR_RANGE;
    *next = (uint32_t)found;
    assert(*next >= seq && molt_otadata_slot(*next, slot_count) == slot);
    return MOLT_OK;
}
