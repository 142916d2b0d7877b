#include "port/linux/file_nor.h"

enum { SECTOR_LEN = 4096, SIZE_MAX_MIB = 2048 };

static enum molt_err attach(struct molt_file_nor *flash, const char **why)
{
    size_t len = flash->file.len;

    if (len % SECTOR_LEN || len > (size_t)SIZE_MAX_MIB << 20) {
        *why = "not a flash image: the length is not a multiple of 4096 bytes below 2 GiB";
        return MOLT_ERR_FORMAT;
    }
    struct molt_nor_geometry geometry = molt_nor_geometry_spi((uint32_t)len);
    molt_ram_nor_init(&flash->ram, &geometry, flash->file.bytes);
    return MOLT_OK;
}

enum molt_err molt_file_nor_open(struct molt_file_nor *flash, const char *path, const char **why)
{
    enum molt_err err = molt_shared_file_open(&flash->file, path, 0, why);
    if (err) return err;
    err = attach(flash, why);
    if (err) molt_shared_file_close(&flash->file);
    return err;
}

enum molt_err molt_file_nor_adopt(struct molt_file_nor *flash, int fd, const char **why)
{
    enum molt_err err = molt_shared_file_adopt(&flash->file, fd, why);
    if (err) return err;
    err = attach(flash, why);
    if (err) {
        flash->file.fd = -1; /* stays the caller's */
        molt_shared_file_close(&flash->file);
    }
    return err;
}

void molt_file_nor_close(struct molt_file_nor *flash)
{
    molt_shared_file_close(&flash->file);
}
