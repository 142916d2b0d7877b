#include "port/linux/board.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "format/image.h"
#include "port/linux/host.h"
#include "port/linux/net.h"

enum { DESCRIPTORS = 3 };

static const uint32_t k_magic = 0x4D4F4C54;

/* ---- what the port supplies ----------------------------------------------------------------- */

static struct molt_board *board_of(void *ctx)
{
    return ctx;
}

static enum molt_reset_reason reset_reason(void *ctx)
{
    return (enum molt_reset_reason)board_of(ctx)->regs->reset_reason;
}

static void reset(void *ctx, enum molt_reset_reason reason)
{
    (void)fflush(NULL);
    board_of(ctx)->regs->reset_request = reason;
    _exit(0);
}

static uint64_t uptime_ms(void *ctx)
{
    return molt_host_clock_ms() - board_of(ctx)->regs->start_ms;
}

static enum molt_err get_secure_version(void *ctx, uint32_t *value)
{
    *value = molt_otp_secure_version(&board_of(ctx)->otp);
    return MOLT_OK;
}

static enum molt_err raise_secure_version(void *ctx, uint32_t value)
{
    return molt_otp_raise_secure_version(&board_of(ctx)->otp, value);
}

static void watch_operation(struct molt_board_regs *regs, uint32_t addr, uint32_t len)
{
    for (uint32_t i = 0; i < MOLT_BOARD_WATCHES; i++) {
        const struct molt_board_watch *w = &regs->watch[i];

        if (w->len == 0 || addr >= w->addr + w->len || addr + len <= w->addr) continue;
        if (regs->watch_hit == i + 1) return;
        regs->watch_hit = i + 1;
        (void)raise(SIGSTOP);
        return;
    }
}

static void before_operation(void *ctx, bool is_erase, uint32_t addr, uint32_t len)
{
    struct molt_board_regs *regs = board_of(ctx)->regs;

    (void)is_erase;
    regs->flash_ops++;
    watch_operation(regs, addr, len);
}

static void power_lost(void *ctx)
{
    board_of(ctx)->regs->cut_happened = 1;
    for (;;) (void)kill(getpid(), SIGKILL);
}

void molt_board_power_up(struct molt_board *board)
{
    static const struct molt_counter_ops k_secure_version = { get_secure_version,
                                                              raise_secure_version };

    struct molt_board_regs *regs = board->regs;

    molt_cut_nor_init(&board->cut, &board->flash.ram.nor);
    board->cut.on_power_lost = power_lost;
    board->cut.on_operation = before_operation;
    board->cut.ctx = board;
    if (regs->cut_after > regs->flash_ops) {
        molt_cut_nor_arm(&board->cut, regs->cut_after - regs->flash_ops,
                         (enum molt_cut_kind)regs->cut_kind, regs->cut_seed);
    }
    board->port = (struct molt_port){
        .ctx = board,
        .flash = &board->cut.nor,
        .reset_reason = reset_reason,
        .reset = reset,
        .net = &molt_linux_net,
        .secure_version = &k_secure_version,
        .chip_id = MOLT_CHIP_LINUX,
        .running_addr = regs->running_addr,
    };
    molt_host_fill(&board->port);
    board->port.uptime_ms = uptime_ms;
}

/* ---- registers ------------------------------------------------------------------------------ */

static enum molt_err map_regs(struct molt_board *board, int fd, const char **why)
{
    struct stat st;

    if (fstat(fd, &st) != 0 || st.st_size < (off_t)sizeof *board->regs) {
        *why = "its board is older than the firmware";
        return MOLT_ERR_FORMAT;
    }
    void *at = mmap(NULL, sizeof *board->regs, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    if (at == MAP_FAILED) {
        *why = strerror(errno);
        return MOLT_ERR_FULL;
    }
    board->regs = at;
    board->regs_fd = fd;
    return MOLT_OK;
}

static enum molt_err make_regs(struct molt_board *board, const char **why)
{
    int fd = memfd_create("molt-board", MFD_CLOEXEC);

    if (fd < 0 || ftruncate(fd, sizeof *board->regs) != 0) {
        *why = strerror(errno);
        if (fd >= 0) (void)close(fd);
        return MOLT_ERR_FULL;
    }
    enum molt_err err = map_regs(board, fd, why);
    if (err)
        (void)close(fd);
    else
        board->regs->magic = k_magic;
    return err;
}

/* ---- the board ------------------------------------------------------------------------------ */

enum molt_err molt_board_open(struct molt_board *board, const char *flash_path,
                              const char *otp_path, const char **path, const char **why)
{
    *board = (struct molt_board){ .regs_fd = -1 };
    *path = flash_path;
    enum molt_err err = molt_file_nor_open(&board->flash, flash_path, why);
    if (err) return err;

    *path = otp_path;
    err = molt_otp_open(&board->otp, otp_path, why);
    if (err) {
        molt_file_nor_close(&board->flash);
        return err;
    }
    *path = "(memory)";
    err = make_regs(board, why);
    if (err) {
        molt_otp_close(&board->otp);
        molt_file_nor_close(&board->flash);
        return err;
    }
    return MOLT_OK;
}

/* "3,4,5" */
static bool parse_descriptors(const char *text, int fd[DESCRIPTORS])
{
    for (int i = 0; i < DESCRIPTORS; i++) {
        char *end;
        long number = strtol(text, &end, 10);

        if (end == text || number < 0 || number > INT_MAX) return false;
        if (*end != (i < DESCRIPTORS - 1 ? ',' : '\0')) return false;
        fd[i] = (int)number;
        text = end + 1;
    }
    return true;
}

enum molt_err molt_board_adopt(struct molt_board *board, const char **why)
{
    const char *text = getenv(MOLT_BOARD_ENV);
    int fd[DESCRIPTORS];

    *board = (struct molt_board){ .regs_fd = -1 };
    *why = "it was not started by one";
    if (!text || !parse_descriptors(text, fd)) return MOLT_ERR_NOT_FOUND;
    enum molt_err err = map_regs(board, fd[2], why);
    if (err) return err;
    if (board->regs->magic != k_magic) return MOLT_ERR_FORMAT;
    err = molt_file_nor_adopt(&board->flash, fd[0], why);
    if (err) return err;
    err = molt_otp_adopt(&board->otp, fd[1], why);
    if (err) return err;
    molt_board_power_up(board);
    return MOLT_OK;
}

enum molt_err molt_board_hand_over(const struct molt_board *board)
{
    const int fd[DESCRIPTORS] = { board->flash.file.fd, board->otp.file.fd, board->regs_fd };
    char text[64];

    (void)snprintf(text, sizeof text, "%d,%d,%d", fd[0], fd[1], fd[2]);
    for (int i = 0; i < DESCRIPTORS; i++) {
        if (fcntl(fd[i], F_SETFD, 0) != 0) return MOLT_ERR_FULL;
    }
    return setenv(MOLT_BOARD_ENV, text, 1) == 0 ? MOLT_OK : MOLT_ERR_FULL;
}

void molt_board_close(struct molt_board *board)
{
    (void)munmap(board->regs, sizeof *board->regs);
    (void)close(board->regs_fd);
    molt_otp_close(&board->otp);
    molt_file_nor_close(&board->flash);
}
