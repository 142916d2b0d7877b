#include "port/linux/file_nor.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "flash/region.h"
#include "tests/port/scratch.h"
#include "tests/support/check.h"

enum { CHIP_LEN = 64 * 1024, SECTOR_LEN = 4096 };

static enum molt_err open_error(const char *path)
{
    struct molt_file_nor flash;
    const char *why = NULL;
    enum molt_err err = molt_file_nor_open(&flash, path, &why);

    if (!err) molt_file_nor_close(&flash);
    if (err) CHECK(why && why[0]);
    return err;
}

TEST(a_file_behaves_like_a_nor_chip)
{
    char path[64];
    struct molt_file_nor flash;
    struct molt_region all;
    const char *why = "";
    uint8_t got[4];

    scratch_fill(scratch_path(path), CHIP_LEN, 0);
    CHECK_EQ(molt_file_nor_open(&flash, path, &why), MOLT_OK);
    CHECK_STR(why, "");
    CHECK_EQ(flash.ram.nor.geometry.size, CHIP_LEN);
    CHECK_EQ(molt_region_make(&flash.ram.nor, 0, CHIP_LEN, &all), MOLT_OK);
    CHECK_EQ(molt_region_sector_len(&all, 0), SECTOR_LEN);

    CHECK_EQ(molt_region_erase(&all, SECTOR_LEN, SECTOR_LEN), MOLT_OK);
    CHECK_EQ(molt_region_program(&all, SECTOR_LEN + 1, "\x12\x34", 2), MOLT_OK);
    CHECK_EQ(molt_region_read(&all, SECTOR_LEN, got, sizeof got), MOLT_OK);
    CHECK_MEM(got, "\xff\x12\x34\xff", 4);
    CHECK_EQ(molt_region_program(&all, SECTOR_LEN + 1, "\x13", 1), MOLT_ERR_FLASH); /* 0 to 1 */
    CHECK_EQ(molt_region_read(&all, SECTOR_LEN - 1, got, 1), MOLT_OK);
    CHECK_EQ(got[0], 0); /* the sector before was not erased */
    molt_file_nor_close(&flash);

    CHECK_EQ(molt_file_nor_open(&flash, path, &why), MOLT_OK);
    CHECK_MEM(flash.ram.bytes + SECTOR_LEN, "\xff\x12\x34\xff", 4);
    molt_file_nor_close(&flash);
    (void)unlink(path);
}

TEST(what_is_no_flash_image_is_refused)
{
    const struct {
        const char *name;
        size_t len;
        enum molt_err err;
    } cases[] = {
        { "empty", 0, MOLT_ERR_FORMAT },
        { "a part of a sector", SECTOR_LEN - 1, MOLT_ERR_FORMAT },
        { "one byte too many", CHIP_LEN + 1, MOLT_ERR_FORMAT },
        { "one sector", SECTOR_LEN, MOLT_OK },
    };
    char path[64];

    scratch_path(path);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i].name;
        scratch_fill(path, cases[i].len, 0xFF);
        CHECK_EQ(open_error(path), cases[i].err);
    }
    (void)unlink(path);
    test_case = "no file";
    CHECK_EQ(open_error(path), MOLT_ERR_NOT_FOUND);
    CHECK(access(path, F_OK) != 0); /* and none was made */
    test_case = "a folder";
    CHECK(open_error("/tmp") != MOLT_OK);
}

TEST(two_devices_cannot_share_a_chip)
{
    char path[64];
    struct molt_file_nor flash, again;
    const char *why = "";

    scratch_fill(scratch_path(path), CHIP_LEN, 0xFF);
    CHECK_EQ(molt_file_nor_open(&flash, path, &why), MOLT_OK);
    CHECK_EQ(open_error(path), MOLT_ERR_STATE);

    /* A device hands its descriptor to the next program that runs on it: same lock, same bytes. */
    int fd = dup(flash.file.fd);
    CHECK_EQ(molt_file_nor_adopt(&again, fd, &why), MOLT_OK);
    CHECK_EQ(again.ram.nor.ops->erase(&again.ram.nor, 0), MOLT_OK);
    CHECK_EQ(again.ram.nor.ops->program(&again.ram.nor, 0, "x", 1), MOLT_OK);
    CHECK_EQ(flash.ram.bytes[0], 'x');
    molt_file_nor_close(&again);
    CHECK_EQ(open_error(path), MOLT_ERR_STATE);
    molt_file_nor_close(&flash);
    CHECK_EQ(open_error(path), MOLT_OK);
    (void)unlink(path);
}

TEST(a_descriptor_that_is_refused_stays_the_callers)
{
    char path[64];
    struct molt_file_nor flash;
    const char *why = "";

    scratch_fill(scratch_path(path), 100, 0xFF);
    int fd = open(path, O_RDWR);
    CHECK_EQ(molt_file_nor_adopt(&flash, fd, &why), MOLT_ERR_FORMAT);
    CHECK_EQ(close(fd), 0);
    (void)unlink(path);
}

/* Programs 0, 1, 2, ... into consecutive words until it is killed. */
static void write_for_ever(const char *path)
{
    struct molt_file_nor flash;
    const char *why;

    if (molt_file_nor_open(&flash, path, &why)) _exit(1);
    for (;;) {
        for (uint32_t at = 0; at < CHIP_LEN; at += SECTOR_LEN)
            if (flash.ram.nor.ops->erase(&flash.ram.nor, at)) _exit(1);
        for (uint32_t at = 0; at < CHIP_LEN; at += sizeof at)
            if (flash.ram.nor.ops->program(&flash.ram.nor, at, &at, sizeof at)) _exit(1);
    }
}

/* Until the first word of the file is programmed: the other process is at work. */
static void wait_for_start(const char *path)
{
    int fd = open(path, O_RDONLY);
    uint32_t word = UINT32_MAX;

    while (word != 0) {
        if (pread(fd, &word, sizeof word, 0) != sizeof word) abort();
        (void)usleep(100);
    }
    (void)close(fd);
}

static bool word_is(const uint8_t *chip, size_t index, uint32_t value)
{
    uint32_t word;

    memcpy(&word, chip + index * sizeof word, sizeof word);
    return word == value;
}

/* Whether the chip was caught in the middle of programming; then the words are a run of good ones,
 * at most one that is torn, and erased ones. */
static bool check_words(const uint8_t *chip)
{
    size_t words = CHIP_LEN / sizeof(uint32_t), good = 0, blank = 0;

    while (good < words && word_is(chip, good, (uint32_t)(good * sizeof(uint32_t)))) good++;
    while (blank < words && word_is(chip, words - 1 - blank, UINT32_MAX)) blank++;
    if (good == 0 || blank == 0 || blank == words) return false;
    CHECK(good + blank >= words - 1);
    return true;
}

TEST(a_kill_at_any_moment_loses_nothing_that_was_programmed)
{
    char path[64];
    int caught = 0;

    scratch_path(path);
    for (int round = 0; round < 40; round++) {
        struct molt_file_nor flash;
        const char *why;

        scratch_fill(path, CHIP_LEN, 0xFF);
        pid_t pid = fork();
        if (pid == 0) write_for_ever(path);
        wait_for_start(path);
        (void)usleep((useconds_t)(round * 37));
        CHECK_EQ(kill(pid, SIGKILL), 0);
        CHECK_EQ(waitpid(pid, NULL, 0), pid);

        CHECK_EQ(molt_file_nor_open(&flash, path, &why), MOLT_OK); /* the lock went with it */
        caught += check_words(flash.ram.bytes);
        molt_file_nor_close(&flash);
    }
    CHECK(caught > 0); /* else this test saw nothing */
    (void)unlink(path);
}

TEST_MAIN()
