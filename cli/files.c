#include "cli/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/unicode.h"
#include "cli/args.h"

enum { FIRST_LEN = 16 * 1024, FIELD_LEN = 256 };

const char *molt_path_name(const char *path)
{
    return strcmp(path, "-") == 0 ? "<stdin>" : path;
}

void molt_complain(const char *path, uint32_t line, const char *field, const char *format, ...)
{
    char reason[1024];
    va_list list;

    va_start(list, format);
    (void)vsnprintf(reason, sizeof reason, format, list);
    va_end(list);
    molt_tidy(reason);
    (void)fprintf(stderr, "%s:", molt_path_name(path));
    if (line) (void)fprintf(stderr, "%u:", (unsigned)line);
    if (field) {
        char tidy[FIELD_LEN];

        (void)snprintf(tidy, sizeof tidy, "%s", field);
        molt_tidy(tidy);
        (void)fprintf(stderr, " %s:", tidy);
    }
    (void)fprintf(stderr, " %s\n", reason);
}

static int failed(const char *path)
{
    molt_complain(path, 0, NULL, "%s", strerror(errno));
    return MOLT_EXIT_USAGE;
}

void molt_bytes_free(struct molt_bytes *bytes)
{
    free(bytes->at);
    *bytes = (struct molt_bytes){ 0 };
}

static int read_all(int fd, const char *path, size_t len_max, struct molt_bytes *bytes)
{
    size_t room = 0;

    for (;;) {
        if (bytes->len == room) {
            room = room ? room * 2 : FIRST_LEN;
            uint8_t *more = realloc(bytes->at, room);
            if (!more) return failed(path);
            bytes->at = more;
        }
        ssize_t got = read(fd, bytes->at + bytes->len, room - bytes->len);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed(path);
        if (got == 0) return MOLT_EXIT_OK;
        bytes->len += (size_t)got;
        if (bytes->len > len_max) {
            molt_complain(path, 0, NULL, "larger than %zu bytes", len_max);
            return MOLT_EXIT_USAGE;
        }
    }
}

int molt_file_read(const char *path, size_t len_max, struct molt_bytes *bytes)
{
    bool is_stdin = strcmp(path, "-") == 0;

    *bytes = (struct molt_bytes){ 0 };
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return failed(path);
    int exit_code = read_all(fd, path, len_max, bytes);
    if (!is_stdin) (void)close(fd);
    if (exit_code) molt_bytes_free(bytes);
    return exit_code;
}

static int write_all(int fd, const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        ssize_t done = write(fd, bytes, len);

        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return -1;
        bytes += done;
        len -= (size_t)done;
    }
    return 0;
}

/* Into `path` itself: a device, a pipe, standard output. */
static int write_through(const char *path, const void *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd < 0) return failed(path);
    int bad = write_all(fd, bytes, len);
    if (close(fd) != 0) bad = -1;
    return bad ? failed(path) : MOLT_EXIT_OK;
}

/* Into a new file beside `path`, which then takes its name. */
static int write_beside(const char *path, mode_t mode, const void *bytes, size_t len)
{
    char temp[PATH_MAX];

    int used = snprintf(temp, sizeof temp, "%s.%ld.tmp", path, (long)getpid());
    if (used < 0 || (size_t)used >= sizeof temp) {
        errno = ENAMETOOLONG;
        return failed(path);
    }
    int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0) return failed(errno == EEXIST ? temp : path);
    int bad = write_all(fd, bytes, len);
    if (!bad) bad = fsync(fd);
    if (close(fd) != 0) bad = -1;
    if (!bad) bad = rename(temp, path);
    if (bad) {
        int exit_code = failed(path);

        (void)unlink(temp);
        return exit_code;
    }
    return MOLT_EXIT_OK;
}

int molt_file_write(const char *path, const void *bytes, size_t len)
{
    enum { NEW_MODE = 0666 }; /* less the umask */
    struct stat is;

    if (strcmp(path, "-") == 0)
        return write_all(STDOUT_FILENO, bytes, len) ? failed("<stdout>") : MOLT_EXIT_OK;
    if (stat(path, &is) != 0) return write_beside(path, NEW_MODE, bytes, len);
    if (!S_ISREG(is.st_mode)) return write_through(path, bytes, len);

    /* The file that a link points to is replaced, not the link. */
    char *target = realpath(path, NULL);
    if (!target) return failed(path);
    int exit_code = write_beside(target, is.st_mode & NEW_MODE, bytes, len);
    free(target);
    return exit_code;
}

int molt_make_folder_of(const char *path)
{
    char folder[PATH_MAX];

    if (strlen(path) >= sizeof folder) {
        errno = ENAMETOOLONG;
        return failed(path);
    }
    for (size_t i = 1; path[0] && path[i]; i++) {
        if (path[i] != '/') continue;
        memcpy(folder, path, i);
        folder[i] = '\0';
        if (mkdir(folder, 0777) != 0 && errno != EEXIST) return failed(folder);
    }
    return MOLT_EXIT_OK;
}
