/* The virtual device, from power on to every kind of reset. The app on it is this very program:
 * its own ELF file is the code in the slot, and main() plays the app when a board is there. */
#include "port/linux/power.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/bytes.h"
#include "format/image_build.h"
#include "format/otadata.h"
#include "format/ptable.h"
#include "tests/port/scratch.h"
#include "tests/support/check.h"

enum {
    CHIP_LEN = 16 << 20,
    SLOT_0 = 0x10000,
    SLOT_1 = 0x710000,
    SLOT_LEN = 0x700000,
    ELF_MAX = SLOT_LEN - 4096,
    OTADATA = 0xd000,
    SECTOR_LEN = 4096,
    ERASED_SECTORS = 3,
};

/* ---- the app's side ------------------------------------------------------------------------- */

static void write_word(const char *path, int value)
{
    FILE *file = fopen(path, "w");

    if (!file || fprintf(file, "%d\n", value) < 0 || fclose(file) != 0) abort();
}

static void erase_slot_1(struct molt_board *board)
{
    struct molt_nor *nor = board->port.flash;

    for (uint32_t i = 0; i < ERASED_SECTORS; i++) {
        if (nor->ops->erase(nor, SLOT_1 + i * SECTOR_LEN)) abort();
    }
}

/* Every register that the power supply reads later, out of range. */
static void scribble(struct molt_board_regs *regs)
{
    regs->boot_count = 4000000000;
    regs->reset_request = 12345;
    memset(regs->why, 'x', sizeof regs->why);
    memset(regs->watch, 'y', sizeof regs->watch);
    regs->watch_hit = MOLT_BOARD_WATCHES;
    (void)raise(SIGSTOP);
    regs->watch_hit = UINT32_MAX;
    regs->stage = MOLT_STAGE_NOTHING_BOOTS;
    _exit(0);
}

/* Does what `mode` says at each boot but the `last`. */
static int play_app(void)
{
    struct molt_board board;
    const char *why, *mode = getenv("mode"), *note = getenv("note");

    if (molt_board_adopt(&board, &why) != MOLT_OK || !mode) return 9;
    board.regs->stage = MOLT_STAGE_APP;
    if (note) write_word(note, getpid());
    if (board.regs->boot_count == 3) {
        board.regs->stage = MOLT_STAGE_IDLE;
        return 0;
    }
    if (strcmp(mode, "restart") == 0) board.port.reset(board.port.ctx, MOLT_RESET_SW);
    if (strcmp(mode, "abort") == 0) (void)raise(SIGABRT);
    if (strcmp(mode, "segv") == 0) (void)raise(SIGSEGV);
    if (strcmp(mode, "kill") == 0) (void)raise(SIGKILL);
    for (volatile int i = 0; strcmp(mode, "hang") == 0; i++) continue;
    while (strcmp(mode, "sleep") == 0) board.port.sleep_ms(board.port.ctx, 20);
    if (strcmp(mode, "exit") == 0) _exit(0);
    if (strcmp(mode, "stop") == 0) {
        board.regs->watch_hit = MOLT_BOARD_WATCHES + 1;
        (void)raise(SIGSTOP);
    }
    if (strcmp(mode, "scribble") == 0) scribble(board.regs);
    if (strcmp(mode, "erase") == 0) erase_slot_1(&board);
    if (strcmp(mode, "idle") == 0 || strcmp(mode, "erase") == 0)
        board.regs->stage = MOLT_STAGE_IDLE;
    return 0;
}

/* ---- a device ------------------------------------------------------------------------------- */

struct device {
    char flash[64], otp[64], note[64];
    struct molt_board board;
};

struct bytes {
    uint8_t *at;
    uint32_t len, max;
};

static enum molt_err put(void *ctx, const uint8_t *bytes, uint32_t len)
{
    struct bytes *to = ctx;

    if (len > to->max - to->len) return MOLT_ERR_FULL;
    memcpy(to->at + to->len, bytes, len);
    to->len += len;
    return MOLT_OK;
}

static void write_table(uint8_t *chip)
{
    const struct molt_ptable table = {
        .count = 3,
        .row = { { "otadata", MOLT_PART_DATA, MOLT_DATA_OTA, OTADATA, MOLT_OTADATA_LEN, 0 },
                 { "ota_0", MOLT_PART_APP, MOLT_APP_OTA_0, SLOT_0, SLOT_LEN, 0 },
                 { "ota_1", MOLT_PART_APP, MOLT_APP_OTA_0 + 1, SLOT_1, SLOT_LEN, 0 } },
    };

    if (molt_ptable_encode(&table, true, chip + 0x8000)) abort();
}

static void write_image(struct bytes to, const uint8_t *code, uint32_t code_len)
{
    uint8_t desc[MOLT_APP_DESC_LEN];
    const struct molt_app_desc d = { .magic = MOLT_APP_DESC_MAGIC, .version = "1" };
    const struct molt_image_header header = { .magic = MOLT_IMAGE_MAGIC,
                                              .chip_id = MOLT_CHIP_LINUX,
                                              .max_chip_rev_full = 65535,
                                              .hash_appended = 1 };
    const struct molt_image_source segments[] = { { 0, desc, sizeof desc }, { 0, code, code_len } };

    molt_app_desc_encode(&d, desc);
    if (molt_image_build(&header, segments, 2, &(struct molt_image_sink){ put, &to })) abort();
}

/* A device whose slot 0 holds this program, or `code` when there is one. */
static void make_device(struct device *d, const char *code)
{
    uint8_t *chip = malloc(CHIP_LEN), *elf = malloc(ELF_MAX);
    FILE *self = fopen("/proc/self/exe", "rb"), *file = fopen(scratch_path(d->flash), "wb");
    const char *path, *why = "";

    if (!chip || !elf || !self || !file) abort();
    size_t elf_len = fread(elf, 1, ELF_MAX, self);
    CHECK(elf_len < ELF_MAX);
    memset(chip, 0xFF, CHIP_LEN);
    write_table(chip);
    const struct bytes slot = { .at = chip + SLOT_0, .max = SLOT_LEN };
    if (code)
        write_image(slot, (const uint8_t *)code, (uint32_t)strlen(code));
    else
        write_image(slot, elf, (uint32_t)elf_len);
    CHECK_EQ(fwrite(chip, 1, CHIP_LEN, file), CHIP_LEN);
    CHECK_EQ(fclose(file), 0);
    CHECK_EQ(fclose(self), 0);
    free(elf);
    free(chip);
    CHECK_EQ(molt_board_open(&d->board, d->flash, scratch_path(d->otp), &path, &why), MOLT_OK);
    CHECK_STR(why, "");
    (void)scratch_path(d->note);
}

static void drop_device(struct device *d)
{
    molt_board_close(&d->board);
    (void)unlink(d->flash);
    (void)unlink(d->otp);
    (void)unlink(d->note);
}

/* Runs it with an app in `mode`; the board's lines come back in `lines`. */
static enum molt_power_end run(struct device *d, const char *mode, struct molt_power_config config,
                               char lines[1024], int *signal)
{
    char mode_arg[32], note_arg[80];
    char *args[] = { mode_arg, note_arg, NULL };
    FILE *console = tmpfile();

    if (!console) abort();
    (void)snprintf(mode_arg, sizeof mode_arg, "mode=%s", mode);
    (void)snprintf(note_arg, sizeof note_arg, "note=%s", d->note);
    config.console = console;
    config.args = args;
    enum molt_power_end end = molt_power_run(&d->board, &config, signal);
    rewind(console);
    lines[fread(lines, 1, 1023, console)] = '\0';
    (void)fclose(console);
    return end;
}

/* The process of the app that ran last. */
static pid_t noted_pid(const struct device *d)
{
    char text[32] = "";
    FILE *file = fopen(d->note, "r");

    if (!file) return 0;
    (void)fgets(text, sizeof text, file);
    (void)fclose(file);
    return (pid_t)strtol(text, NULL, 10);
}

static bool is_alive(pid_t pid)
{
    return kill(pid, 0) == 0 || errno != ESRCH;
}

/* Until it is gone; false when that takes more than ten seconds. */
static bool ends_soon(pid_t pid)
{
    for (int i = 0; i < 1000 && is_alive(pid); i++) (void)usleep(10000);
    return !is_alive(pid);
}

static void wait_for_app(const struct device *d)
{
    for (int i = 0; i < 1000 && noted_pid(d) == 0; i++) (void)usleep(10000);
    CHECK(noted_pid(d) > 0);
}

/* ---- tests ---------------------------------------------------------------------------------- */

struct hits {
    uint32_t count, last;
};

static void note_hit(void *ctx, uint32_t index)
{
    struct hits *hits = ctx;

    hits->count++;
    hits->last = index;
}

TEST(what_a_program_writes_into_its_registers_stays_in_range_for_the_power_supply)
{
    struct device d;
    struct hits hits = { 0, 0 };
    char lines[1024];
    int signal = 0;

    make_device(&d, NULL);
    enum molt_power_end end =
        run(&d, "scribble",
            (struct molt_power_config){ .on_watch = note_hit, .ctx = &hits, .time_max_ms = 20000 },
            lines, &signal);
    CHECK_EQ(end, MOLT_POWER_NOTHING);
    CHECK_EQ(hits.count, 1);
    CHECK_EQ(hits.last, MOLT_BOARD_WATCHES - 1);
    CHECK_EQ(d.board.regs->boot_count, 1);
    CHECK_EQ(d.board.regs->reset_request, MOLT_RESET_UNKNOWN);
    CHECK(strstr(lines, "nothing to boot: xxx") != NULL);
    CHECK(!strstr(lines, "xy"));
    drop_device(&d);

    /* A watchpoint that does not exist: it was not the board that stopped it. */
    make_device(&d, NULL);
    hits.count = 0;
    end = run(&d, "stop",
              (struct molt_power_config){ .on_watch = note_hit, .ctx = &hits, .time_max_ms = 300 },
              lines, &signal);
    CHECK_EQ(end, MOLT_POWER_TIME);
    CHECK_EQ(hits.count, 0);
    drop_device(&d);
}

TEST(how_a_boot_ends_decides_how_the_next_begins)
{
    const struct {
        const char *mode;
        enum molt_power_end end;
        enum molt_reset_reason reason; /* of the last boot */
        uint32_t boots;
        const char *line;
    } cases[] = {
        { "idle", MOLT_POWER_IDLE, MOLT_RESET_POWERON, 1, "board: boot 1, power on\n" },
        { "restart", MOLT_POWER_IDLE, MOLT_RESET_SW, 3, "board: boot 2, reset by software\n" },
        { "abort", MOLT_POWER_IDLE, MOLT_RESET_PANIC, 3, "the app crashed: Aborted\n" },
        { "segv", MOLT_POWER_IDLE, MOLT_RESET_PANIC, 3, "board: boot 3, reset after a crash\n" },
        { "exit", MOLT_POWER_IDLE, MOLT_RESET_PANIC, 3, "the app ended with exit(0)\n" },
        { "kill", MOLT_POWER_IDLE, MOLT_RESET_POWERON, 3, "board: boot 2, power on\n" },
        { "hang", MOLT_POWER_IDLE, MOLT_RESET_TASK_WDT, 3, "reset by the task watchdog\n" },
        { "sleep", MOLT_POWER_TIME, MOLT_RESET_POWERON, 1, "still running after 0.5 s" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct device d;
        char lines[1024];
        int signal = 0;
        bool sleeps = strcmp(cases[i].mode, "sleep") == 0;

        test_case = cases[i].mode;
        make_device(&d, NULL);
        enum molt_power_end end =
            run(&d, cases[i].mode,
                (struct molt_power_config){ .watchdog_ms = 300, .time_max_ms = sleeps ? 500 : 0 },
                lines, &signal);
        CHECK_EQ(end, cases[i].end);
        CHECK_EQ(d.board.regs->reset_reason, cases[i].reason);
        CHECK_EQ(d.board.regs->boot_count, cases[i].boots);
        CHECK_EQ(d.board.regs->running_addr, SLOT_0);
        CHECK(strstr(lines, cases[i].line));
        CHECK(!is_alive(noted_pid(&d)));
        drop_device(&d);
    }
}

TEST(a_run_stops_after_as_many_boots_as_were_asked_for)
{
    struct device d;
    char lines[1024];
    int signal = 0;

    make_device(&d, NULL);
    CHECK_EQ(run(&d, "restart", (struct molt_power_config){ .boots_max = 2 }, lines, &signal),
             MOLT_POWER_BOOTS);
    CHECK_EQ(d.board.regs->boot_count, 2);
    drop_device(&d);
}

/* Slot 1 full of zeros, to see what an erase reached. */
static void fill_slot_1(struct device *d)
{
    memset(d->board.flash.ram.bytes + SLOT_1, 0, (size_t)ERASED_SECTORS * SECTOR_LEN);
}

static bool is_erased(const struct device *d, uint32_t sector)
{
    const uint8_t *at = d->board.flash.ram.bytes + SLOT_1 + (size_t)sector * SECTOR_LEN;

    return molt_all_bytes_are(at, SECTOR_LEN, 0xFF);
}

struct cuts {
    uint32_t in_bootloader, in_app;
};

static void check_cut(const struct device *d, const char *lines, uint32_t at, struct cuts *cuts)
{
    bool in_app = strstr(lines, "in the app") != NULL;

    CHECK(strstr(lines, "board: power cut in flash operation "));
    CHECK_EQ(d->board.regs->flash_ops, at);
    CHECK_EQ(d->board.regs->reset_reason, MOLT_RESET_POWERON);
    CHECK_EQ(is_erased(d, 0), in_app && cuts->in_app > 0);
    CHECK(!is_erased(d, ERASED_SECTORS - 1));
    if (in_app)
        cuts->in_app++;
    else
        cuts->in_bootloader++;
}

/* A life with a cut in operation `at`, and the rest of it; false when it has fewer operations. */
static bool cut_once(uint32_t at, struct cuts *cuts)
{
    struct device d;
    char lines[1024];
    int signal = 0;

    make_device(&d, NULL);
    fill_slot_1(&d);
    d.board.regs->cut_after = at;
    d.board.regs->cut_kind = MOLT_CUT_BEFORE;
    enum molt_power_end end =
        run(&d, "erase", (struct molt_power_config){ .boots_max = 1 }, lines, &signal);
    bool happened = d.board.regs->cut_happened;
    if (happened) {
        check_cut(&d, lines, at, cuts);
        CHECK_EQ(end, MOLT_POWER_BOOTS);
        end = run(&d, "erase", (struct molt_power_config){ 0 }, lines, &signal);
    }
    CHECK_EQ(end, MOLT_POWER_IDLE);
    CHECK(is_erased(&d, 0));
    CHECK(is_erased(&d, ERASED_SECTORS - 1));
    drop_device(&d);
    return happened;
}

/* The bootloader's operations (it initialises otadata) and then the app's are counted as one row;
 * whichever is cut, the device starts again and gets through. */
TEST(power_fails_in_the_chosen_flash_operation_whoever_does_it)
{
    struct cuts cuts = { 0 };
    uint32_t at = 1;

    while (at < 100 && cut_once(at, &cuts)) at++;
    CHECK(cuts.in_bootloader > 0);
    CHECK_EQ(cuts.in_app, ERASED_SECTORS);
    CHECK_EQ(at, cuts.in_bootloader + cuts.in_app + 1);
}

TEST(a_cut_tears_the_operation_as_chosen)
{
    const struct {
        enum molt_cut_kind kind;
        bool some, all; /* of the sector is erased */
    } cases[] = {
        { MOLT_CUT_BEFORE, false, false }, { MOLT_CUT_AFTER, true, true },
        { MOLT_CUT_PREFIX, true, false },  { MOLT_CUT_PATCHWORK, true, false },
        { MOLT_CUT_BITS, true, false },    { MOLT_CUT_ALMOST, true, false },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct device d;
        char lines[1024];
        int signal = 0;

        test_case = molt_cut_kind_name(cases[i].kind);
        make_device(&d, NULL);
        CHECK_EQ(run(&d, "idle", (struct molt_power_config){ 0 }, lines, &signal),
                 MOLT_POWER_IDLE); /* so that the bootloader has nothing more to write */
        fill_slot_1(&d);
        d.board.regs->cut_after = d.board.regs->flash_ops + 1;
        d.board.regs->cut_kind = cases[i].kind;
        d.board.regs->cut_seed = 3;
        CHECK_EQ(run(&d, "erase", (struct molt_power_config){ .boots_max = 1 }, lines, &signal),
                 MOLT_POWER_BOOTS);
        const uint8_t *slot = d.board.flash.ram.bytes + SLOT_1;
        CHECK_EQ(!molt_all_bytes_are(slot, SECTOR_LEN, 0), cases[i].some);
        CHECK_EQ(is_erased(&d, 0), cases[i].all);
        CHECK(molt_all_bytes_are(slot + SECTOR_LEN, SECTOR_LEN, 0)); /* and nothing behind it */
        drop_device(&d);
    }
}

struct watched {
    struct device *d;
    char text[64]; /* "1:0 " = watch 1 was hit with 0 sectors erased */
};

static void note_watch(void *ctx, uint32_t index)
{
    struct watched *w = ctx;
    size_t len = strlen(w->text);
    uint32_t erased = 0;

    while (erased < ERASED_SECTORS && is_erased(w->d, erased)) erased++;
    (void)snprintf(w->text + len, sizeof w->text - len, "%u:%u ", (unsigned)index,
                   (unsigned)erased);
}

TEST(a_watchpoint_stops_the_device_before_the_operation)
{
    struct device d;
    struct watched w = { .d = &d };
    char lines[1024];
    int signal = 0;

    make_device(&d, NULL);
    fill_slot_1(&d);
    d.board.regs->watch[0] = (struct molt_board_watch){ SLOT_1, SECTOR_LEN };
    d.board.regs->watch[1] = (struct molt_board_watch){ OTADATA, MOLT_OTADATA_LEN };
    d.board.regs->watch[2] = (struct molt_board_watch){ SLOT_1 + 2 * SECTOR_LEN + 7, 1 };
    CHECK_EQ(run(&d, "erase", (struct molt_power_config){ .on_watch = note_watch, .ctx = &w },
                 lines, &signal),
             MOLT_POWER_IDLE);
    CHECK_STR(w.text, "1:0 0:0 2:2 ");
    drop_device(&d);
}

static bool has_line(const char *lines, const char *before, uint32_t count, const char *after)
{
    char line[160];

    (void)snprintf(line, sizeof line, "board: %s %u%s\n", before, (unsigned)count, after);
    return strstr(lines, line) != NULL;
}

TEST(the_last_lines_tell_how_many_flash_operations_there_were)
{
    struct device d;
    char lines[1024];
    int signal = 0;

    make_device(&d, NULL);
    fill_slot_1(&d);
    d.board.regs->cut_after = 1000;
    CHECK_EQ(run(&d, "erase", (struct molt_power_config){ 0 }, lines, &signal), MOLT_POWER_IDLE);
    uint32_t ops = d.board.regs->flash_ops;
    CHECK(ops > ERASED_SECTORS);
    CHECK(has_line(lines, "the app is idle: switched off after", ops, " flash operations"));
    CHECK(has_line(lines, "flash operation 1000 was not reached (this run had", ops, ")"));
    drop_device(&d);

    make_device(&d, NULL);
    fill_slot_1(&d);
    d.board.regs->cut_after = ops;
    CHECK_EQ(run(&d, "erase", (struct molt_power_config){ .boots_max = 1 }, lines, &signal),
             MOLT_POWER_BOOTS);
    CHECK(has_line(lines, "1 boot is over: switched off after", ops, " flash operations"));
    CHECK(!strstr(lines, "was not reached"));
    drop_device(&d);
}

TEST(an_app_that_crashes_at_every_boot_is_a_boot_loop)
{
    struct device d;
    char lines[1024];
    int signal = 0;

    make_device(&d, NULL);
    CHECK_EQ(run(&d, "abort", (struct molt_power_config){ .crashes_max = 2 }, lines, &signal),
             MOLT_POWER_CRASHES);
    CHECK(strstr(lines, "board: boot loop, 2 crashes in a row: switched off\n"));
    drop_device(&d);
}

TEST(a_device_with_nothing_to_boot_says_so)
{
    struct device d;
    char lines[1024];
    int signal = 0;

    make_device(&d, NULL);
    d.board.flash.ram.bytes[SLOT_0 + 100] ^= 1;
    CHECK_EQ(run(&d, "idle", (struct molt_power_config){ 0 }, lines, &signal), MOLT_POWER_NOTHING);
    CHECK(strstr(lines, "board: nothing to boot: ota_0 may not run: checksum is not that "));
    CHECK_EQ(noted_pid(&d), 0);
    drop_device(&d);
}

TEST(code_that_is_no_program_never_runs)
{
    const struct {
        const char *code;
        enum molt_power_end end;
        const char *line;
    } cases[] = {
        { "verifies, but is no program", MOLT_POWER_NOTHING,
          "board: nothing to boot: ota_0 may not run: segment 1 is no ELF executable; ota_1 " },
        { "\177ELF, and then nonsense", MOLT_POWER_CRASHES,
          "board: the image cannot be started: Exec format error\n" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct device d;
        char lines[1024];
        int signal = 0;

        test_case = cases[i].code;
        make_device(&d, cases[i].code);
        CHECK_EQ(run(&d, "idle", (struct molt_power_config){ .crashes_max = 2 }, lines, &signal),
                 cases[i].end);
        CHECK(strstr(lines, cases[i].line));
        drop_device(&d);
    }
}

/* Runs a sleeping app in a process of its own, which ends with the signal that ended the run. */
static pid_t start_power(struct device *d)
{
    pid_t power = fork();

    if (power == 0) {
        char lines[1024];
        int signal = 0;
        enum molt_power_end end = run(d, "sleep", (struct molt_power_config){ 0 }, lines, &signal);
        _exit(end == MOLT_POWER_SIGNAL ? signal : 99);
    }
    wait_for_app(d);
    return power;
}

TEST(a_signal_is_handed_on_and_leaves_nothing_running)
{
    const int signals[] = { SIGINT, SIGTERM, SIGHUP };

    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        struct device d;
        int status = 0;

        test_case = strsignal(signals[i]);
        make_device(&d, NULL);
        pid_t power = start_power(&d);
        CHECK(is_alive(noted_pid(&d)));
        CHECK_EQ(kill(power, signals[i]), 0);
        CHECK_EQ(waitpid(power, &status, 0), power);
        CHECK(WIFEXITED(status));
        CHECK_EQ(WEXITSTATUS(status), signals[i]);
        CHECK(!is_alive(noted_pid(&d)));
        drop_device(&d);
    }
}

TEST(a_device_dies_with_its_power_supply)
{
    struct device d;

    make_device(&d, NULL);
    pid_t power = start_power(&d);
    CHECK_EQ(kill(power, SIGKILL), 0);
    CHECK_EQ(waitpid(power, NULL, 0), power);
    CHECK(ends_soon(noted_pid(&d)));
    drop_device(&d);
}

TEST(an_app_without_a_board_is_told_so)
{
    struct molt_board board;
    const char *why = "";

    CHECK_EQ(molt_board_adopt(&board, &why), MOLT_ERR_NOT_FOUND);
    CHECK_STR(why, "it was not started by one");
    const char *const cases[] = { "", "1", "1,2", "a,b,c", "999,998,997", "1,2,3,4", "-1,-1,-1" };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_case = cases[i];
        CHECK_EQ(setenv(MOLT_BOARD_ENV, cases[i], 1), 0);
        CHECK(molt_board_adopt(&board, &why) != MOLT_OK);
    }
    CHECK_EQ(unsetenv(MOLT_BOARD_ENV), 0);
}

int main(void)
{
    if (getenv(MOLT_BOARD_ENV)) return play_app();
    return _cmocka_run_group_tests(__FILE__, test_list, test_count, NULL, NULL);
}
