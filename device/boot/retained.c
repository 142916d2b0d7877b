#include "boot/retained.h"

#include "base/bytes.h"
#include "base/crc32.h"

enum { CRC_OFF = MOLT_BOOT_RETAINED_LEN - 4 };

bool molt_boot_retained_decode(const uint8_t bytes[MOLT_BOOT_RETAINED_LEN],
                               struct molt_boot_retained *retained)
{
    struct molt_reader r = molt_reader_over(bytes, MOLT_BOOT_RETAINED_LEN);
    uint32_t right = molt_crc32(UINT32_MAX, bytes, CRC_OFF);

    *retained = (struct molt_boot_retained){ 0 };
    if (molt_load_le32(bytes + CRC_OFF) != right || right == UINT32_MAX) return false;
    retained->addr = molt_read_le32(&r);
    retained->len = molt_read_le32(&r);
    retained->boots = molt_read_le16(&r);
    retained->flags = molt_read_u8(&r);
    return true;
}

void molt_boot_retained_encode(const struct molt_boot_retained *retained,
                               uint8_t bytes[MOLT_BOOT_RETAINED_LEN])
{
    molt_store_le32(bytes + 0, retained->addr);
    molt_store_le32(bytes + 4, retained->len);
    molt_store_le16(bytes + 8, retained->boots);
    bytes[10] = retained->flags;
    bytes[11] = 0;
    molt_store_le32(bytes + CRC_OFF, molt_crc32(UINT32_MAX, bytes, CRC_OFF));
}
