#include "port/linux/load.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/bytes.h"
#include "crypto/digest.h"

enum { CODE_SEGMENT = 1, PIECE = 4096 };

/* Appends what of the piece at `off` belongs to the segment. */
static enum molt_err put_code(int fd, const struct molt_image_segment *s, uint32_t off,
                              const uint8_t *piece, uint32_t len)
{
    uint32_t from = off > s->off ? off : s->off;
    uint32_t end = off + len < s->off + s->len ? off + len : s->off + s->len;

    if (from >= end) return MOLT_OK;
    return write(fd, piece + (from - off), end - from) == (ssize_t)(end - from) ? MOLT_OK
                                                                                : MOLT_ERR_FULL;
}

static enum molt_err copy_and_hash(const struct molt_boot_target *target, int fd,
                                   uint8_t digest[MOLT_SHA256_LEN])
{
    const struct molt_image *image = &target->image;
    uint32_t hashed = image->len - (image->header.hash_appended ? MOLT_SHA256_LEN : 0);
    struct molt_sha256 sha;
    uint8_t piece[PIECE];

    molt_sha256_start(&sha);
    for (uint32_t off = 0; off < hashed;) {
        uint32_t len = hashed - off < PIECE ? hashed - off : PIECE;

        enum molt_err err = molt_region_read(&target->region, off, piece, len);
        if (err) return err;
        molt_sha256_add(&sha, piece, len);
        err = put_code(fd, &image->segment[CODE_SEGMENT], off, piece, len);
        if (err) return err;
        off += len;
    }
    return molt_sha256_finish(&sha, digest);
}

static enum molt_err load(const struct molt_boot_target *target, int fd)
{
    const struct molt_image *image = &target->image;
    uint8_t digest[MOLT_SHA256_LEN];
    char magic[4];

    enum molt_err err = copy_and_hash(target, fd, digest);
    if (err) return err;
    bool is_known = !molt_all_bytes_are(image->digest, MOLT_SHA256_LEN, 0);
    if (is_known && !molt_equal_const_time(digest, image->digest, MOLT_SHA256_LEN))
        return MOLT_ERR_CHECKSUM;
    if (pread(fd, magic, sizeof magic, 0) != (ssize_t)sizeof magic) return MOLT_ERR_FORMAT;
    return memcmp(magic, "\177ELF", sizeof magic) == 0 ? MOLT_OK : MOLT_ERR_FORMAT;
}

enum molt_err molt_load_code(const struct molt_boot_target *target, int *fd)
{
    if (target->image.header.segment_count <= CODE_SEGMENT) return MOLT_ERR_FORMAT;
    int file = memfd_create("app", MFD_CLOEXEC);
    if (file < 0) return MOLT_ERR_FULL;
    enum molt_err err = load(target, file);
    if (err)
        (void)close(file);
    else
        *fd = file;
    return err;
}
