#include "cli/flash_file.h"

#include "cli/args.h"

static int open_copy(struct molt_flash_file *f, const char *path)
{
    int bad = molt_file_read(path, MOLT_FLASH_FILE_MAX, &f->copied);
    if (bad) return bad;
    if (f->copied.len == 0 || f->copied.len % 4096 != 0) {
        molt_complain(path, 0, NULL, "the length of a flash is a whole number of 4 KiB sectors");
        molt_bytes_free(&f->copied);
        return MOLT_EXIT_USAGE;
    }
    const struct molt_nor_geometry g = molt_nor_geometry_spi((uint32_t)f->copied.len);
    molt_ram_nor_init(&f->copy, &g, f->copied.at);
    f->nor = &f->copy.nor;
    f->bytes = f->copied.at;
    return MOLT_EXIT_OK;
}

int molt_flash_file_open(struct molt_flash_file *f, const char *path, bool in_place)
{
    const char *why = "";

    *f = (struct molt_flash_file){ 0 };
    if (!in_place) {
        int bad = open_copy(f, path);
        if (bad) return bad;
    } else if (molt_file_nor_open(&f->file, path, &why)) {
        molt_complain(path, 0, NULL, "%s", why);
        return MOLT_EXIT_USAGE;
    } else {
        f->nor = &f->file.ram.nor;
        f->bytes = f->file.ram.bytes;
    }
    f->len = f->nor->geometry.size;
    return MOLT_EXIT_OK;
}

void molt_flash_file_close(struct molt_flash_file *f)
{
    if (!f->nor) return;
    if (f->copied.at)
        molt_bytes_free(&f->copied);
    else
        molt_file_nor_close(&f->file);
    f->nor = NULL;
}
