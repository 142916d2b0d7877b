/* Folders and files of a test: a fresh folder that goes away with the program, whole files as text. */
#ifndef MOLT_TESTS_SUPPORT_FILES_H
#define MOLT_TESTS_SUPPORT_FILES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char test_folder[64];

static inline void test_folder_remove(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        (void)execlp("rm", "rm", "-rf", test_folder, (char *)NULL);
        _exit(127);
    }
    (void)waitpid(pid, NULL, 0);
}

/* Makes test_folder. */
static inline void test_folder_make(void)
{
    (void)snprintf(test_folder, sizeof test_folder, "/tmp/molt-test-XXXXXX");
    if (!mkdtemp(test_folder)) abort();
    (void)atexit(test_folder_remove);
}

/* "test_folder/name"; up to 8 results are valid at a time. */
static inline const char *test_path(const char *name)
{
    static char paths[8][256];
    static int next;
    char *path = paths[next++ % 8];

    (void)snprintf(path, sizeof paths[0], "%s/%s", test_folder, name);
    return path;
}

enum { TEST_FILES_MAX = 16, TEST_FILE_LEN_MAX = 8192 };

/* A whole small file, NUL-terminated, there until the program ends; *len may be NULL. */
static inline char *test_file(const char *name, size_t *len)
{
    static char texts[TEST_FILES_MAX][TEST_FILE_LEN_MAX];
    static int count;
    FILE *file = fopen(test_path(name), "rb");

    if (!file || count == TEST_FILES_MAX) {
        (void)fprintf(stderr, "no %s\n", test_path(name));
        abort();
    }
    char *text = texts[count++];
    size_t got = fread(text, 1, TEST_FILE_LEN_MAX - 1, file);
    text[got] = '\0';
    (void)fclose(file);
    if (len) *len = got;
    return text;
}

#endif
