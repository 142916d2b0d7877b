#include "port/linux/shared_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static enum molt_err fail(const char **why, enum molt_err err, const char *text)
{
    *why = text;
    return err;
}

enum molt_err molt_shared_file_adopt(struct molt_shared_file *file, int fd, const char **why)
{
    struct stat st;

    if (fstat(fd, &st) != 0) return fail(why, MOLT_ERR_NOT_FOUND, strerror(errno));
    if (!S_ISREG(st.st_mode)) return fail(why, MOLT_ERR_FORMAT, "not a plain file");
    if (st.st_size <= 0) return fail(why, MOLT_ERR_FORMAT, "the file is empty");

    void *at = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED) return fail(why, MOLT_ERR_FULL, strerror(errno));
    *file = (struct molt_shared_file){ .fd = fd, .bytes = at, .len = (size_t)st.st_size };
    return MOLT_OK;
}

/* A hole in the file would become SIGBUS on a full disk, in the middle of a flash operation. So
 * the room is taken here. */
static enum molt_err take_room(int fd, size_t create_len, const char **why)
{
    struct stat st;

    if (fstat(fd, &st) != 0) return fail(why, MOLT_ERR_NOT_FOUND, strerror(errno));
    if (!S_ISREG(st.st_mode)) return MOLT_OK; /* adopt() says what is wrong */
    off_t len = st.st_size > 0 ? st.st_size : (off_t)create_len;
    int error = len > 0 ? posix_fallocate(fd, 0, len) : 0;
    if (error && error != EOPNOTSUPP && error != EINVAL)
        return fail(why, MOLT_ERR_FULL, strerror(error));
    return MOLT_OK;
}

enum molt_err molt_shared_file_open(struct molt_shared_file *file, const char *path,
                                    size_t create_len, const char **why)
{
    int flags = O_RDWR | O_CLOEXEC | (create_len > 0 ? O_CREAT : 0);
    int fd = open(path, flags, 0666);
    if (fd < 0) return fail(why, MOLT_ERR_NOT_FOUND, strerror(errno));

    enum molt_err err;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        err = fail(why, MOLT_ERR_STATE, "another process is using this file");
    else
        err = take_room(fd, create_len, why);
    if (!err) err = molt_shared_file_adopt(file, fd, why);
    if (err) (void)close(fd);
    return err;
}

void molt_shared_file_close(struct molt_shared_file *file)
{
    if (file->bytes) (void)munmap(file->bytes, file->len);
    if (file->fd >= 0) (void)close(file->fd);
    *file = (struct molt_shared_file){ .fd = -1 };
}
