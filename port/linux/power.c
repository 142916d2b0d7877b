#include "port/linux/power.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "port/linux/host.h"
#include "port/linux/rom.h"

enum { LOOK_MS = 50, GRACE_MS = 500 };

struct power {
    struct molt_board *board;
    const struct molt_power_config *config;
    uint64_t start_ms;
    sigset_t watched, before;
    uint32_t boots;                                     /* of this run */
    uint32_t crashes;                                   /* in a row */
    uint32_t cut_after;                                 /* of the registers, before the run */
    char why[sizeof((struct molt_board_regs *)0)->why]; /* of the boot that is over */
    int signal;
};

/* What the watchdog knows of the child. */
struct dog {
    pid_t pid;
    uint64_t sleeps;       /* voluntary context switches seen last */
    uint64_t cpu_at_sleep; /* CPU time in ms when they last changed */
};

/* ---- watchdog ------------------------------------------------------------------------------- */

static uint64_t cpu_ms(pid_t pid)
{
    clockid_t clock;
    struct timespec used;

    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0) return 0;
    return (uint64_t)used.tv_sec * 1000 + (uint64_t)used.tv_nsec / 1000000;
}

/* "voluntary_ctxt_switches:\t12" of one thread; 0 when it has just ended. */
static uint64_t sleeps_of_thread(pid_t pid, const char *thread)
{
    static const char k_name[] = "voluntary_ctxt_switches:";
    char line[512];
    uint64_t count = 0;

    (void)snprintf(line, sizeof line, "/proc/%d/task/%s/status", (int)pid, thread);
    FILE *file = fopen(line, "r");
    if (!file) return 0;
    while (fgets(line, sizeof line, file)) {
        if (strncmp(line, k_name, sizeof k_name - 1) == 0)
            count = strtoull(line + sizeof k_name - 1, NULL, 10);
    }
    (void)fclose(file);
    return count;
}

static uint64_t sleeps_of(pid_t pid)
{
    char path[64];
    uint64_t count = 0;

    (void)snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *threads = opendir(path);
    if (!threads) return 0;
    for (const struct dirent *t; (t = readdir(threads));) {
        if (t->d_name[0] != '.') count += sleeps_of_thread(pid, t->d_name);
    }
    (void)closedir(threads);
    return count;
}

static bool dog_bites(struct dog *dog, const struct power *p)
{
    bool in_app = p->board->regs->stage >= MOLT_STAGE_APP;
    uint32_t limit_ms = in_app ? p->config->watchdog_ms : p->config->bootdog_ms;
    uint64_t sleeps = sleeps_of(dog->pid), cpu = cpu_ms(dog->pid);

    if (sleeps != dog->sleeps || cpu < dog->cpu_at_sleep) {
        dog->sleeps = sleeps;
        dog->cpu_at_sleep = cpu;
        return false;
    }
    return limit_ms > 0 && cpu - dog->cpu_at_sleep >= limit_ms;
}

/* ---- one boot ------------------------------------------------------------------------------- */

static void say(const struct power *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void say(const struct power *p, const char *format, ...)
{
    char line[256];
    va_list list;

    va_start(list, format);
    (void)vsnprintf(line, sizeof line, format, list);
    va_end(list);
    (void)fprintf(p->config->console, "board: %s\n", line);
    (void)fflush(p->config->console);
}

static pid_t start(const struct power *p)
{
    pid_t parent = getpid(), pid;

    (void)fflush(NULL);
    pid = fork();
    if (pid != 0) return pid;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1); /* it died before that */
    (void)sigprocmask(SIG_SETMASK, &p->before, NULL);
    molt_rom_boot(p->board, p->config->args);
}

/* Hands the signal on, then insists. */
static int stop(pid_t pid, int signal)
{
    int status = 0;

    (void)kill(pid, signal);
    for (int ms = 0; ms < GRACE_MS; ms += 10) {
        if (waitpid(pid, &status, WNOHANG) == pid) return status;
        (void)usleep(10000);
    }
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, &status, 0);
    return status;
}

/* The child stands at a watchpoint, or somebody else stopped it: then it is none of our business. */
static void stopped(const struct power *p, pid_t pid, int status)
{
    uint32_t hit = p->board->regs->watch_hit;

    if (WSTOPSIG(status) != SIGSTOP || hit == 0 || hit > MOLT_BOARD_WATCHES) return;
    if (p->config->on_watch) p->config->on_watch(p->config->ctx, hit - 1);
    (void)kill(pid, SIGCONT);
}

enum verdict { ENDED, BITTEN, OUT_OF_TIME, SIGNALLED };

/* Waits for the end of this boot. */
static enum verdict watch(struct power *p, pid_t pid, int *status)
{
    const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000L };
    struct dog dog = { .pid = pid };

    for (;;) {
        if (waitpid(pid, status, WNOHANG | WUNTRACED) == pid) {
            if (!WIFSTOPPED(*status)) return ENDED;
            stopped(p, pid, *status);
        }
        int signal = sigtimedwait(&p->watched, NULL, &pause);
        if (signal == SIGCHLD) continue;
        if (signal > 0) {
            p->signal = signal;
            *status = stop(pid, signal);
            return SIGNALLED;
        }
        if (p->config->time_max_ms &&
            molt_host_clock_ms() - p->start_ms >= p->config->time_max_ms) {
            *status = stop(pid, SIGKILL);
            return OUT_OF_TIME;
        }
        if (dog_bites(&dog, p)) {
            *status = stop(pid, SIGKILL);
            return BITTEN;
        }
    }
}

/* Why the next boot begins; prints it. */
static enum molt_reset_reason reset_reason(const struct power *p, enum verdict verdict, int status)
{
    const struct molt_board_regs *regs = p->board->regs;
    const char *who = regs->stage >= MOLT_STAGE_APP ? "app" : "bootloader";

    if (regs->cut_happened && WIFSIGNALED(status)) {
        say(p, "power cut in flash operation %u, in the %s", (unsigned)regs->flash_ops, who);
        return MOLT_RESET_POWERON;
    }
    if (verdict == BITTEN) {
        say(p, "watchdog: the %s did not pause", who);
        return MOLT_RESET_TASK_WDT;
    }
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
        say(p, "the power was cut");
        return MOLT_RESET_POWERON;
    }
    if (WIFSIGNALED(status)) {
        say(p, "the %s crashed: %s", who, strsignal(WTERMSIG(status)));
        return MOLT_RESET_PANIC;
    }
    if (regs->stage == MOLT_STAGE_BAD_CODE) {
        say(p, "the image cannot be started: %s", p->why);
        return MOLT_RESET_PANIC;
    }
    if (regs->reset_request) return (enum molt_reset_reason)regs->reset_request;
    say(p, "the %s ended with exit(%d)", who, WEXITSTATUS(status));
    return MOLT_RESET_PANIC;
}

static const char *reason_text(enum molt_reset_reason reason)
{
    static const char *const k_text[] = {
        [MOLT_RESET_UNKNOWN] = "reset",
        [MOLT_RESET_POWERON] = "power on",
        [MOLT_RESET_EXT] = "reset by pin",
        [MOLT_RESET_SW] = "reset by software",
        [MOLT_RESET_PANIC] = "reset after a crash",
        [MOLT_RESET_INT_WDT] = "reset by the interrupt watchdog",
        [MOLT_RESET_TASK_WDT] = "reset by the task watchdog",
        [MOLT_RESET_WDT] = "reset by a watchdog",
        [MOLT_RESET_DEEPSLEEP] = "woken from deep sleep",
        [MOLT_RESET_BROWNOUT] = "reset after a brown-out",
    };

    return (size_t)reason < sizeof k_text / sizeof k_text[0] ? k_text[reason] : "reset";
}

/* ---- the run -------------------------------------------------------------------------------- */

static bool is_crash(enum molt_reset_reason reason)
{
    return reason == MOLT_RESET_PANIC || reason == MOLT_RESET_TASK_WDT;
}

/* Whether the run is over with this boot, and how. */
static bool is_over(struct power *p, enum verdict verdict, int status, enum molt_power_end *end)
{
    struct molt_board_regs *regs = p->board->regs;
    unsigned ops = (unsigned)regs->flash_ops;
    const char *noun = ops == 1 ? "operation" : "operations";

    if (verdict == SIGNALLED) {
        *end = MOLT_POWER_SIGNAL;
        say(p, "switched off");
        return true;
    }
    if (verdict == OUT_OF_TIME) {
        *end = MOLT_POWER_TIME;
        say(p, "still running after %.3g s: switched off", p->config->time_max_ms / 1000.0);
        return true;
    }
    bool ended_well = verdict == ENDED && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (regs->stage == MOLT_STAGE_IDLE && ended_well) {
        *end = MOLT_POWER_IDLE;
        say(p, "the app is idle: switched off after %u flash %s", ops, noun);
        return true;
    }
    if (regs->stage == MOLT_STAGE_NOTHING_BOOTS && ended_well) {
        *end = MOLT_POWER_NOTHING;
        say(p, "nothing to boot: %s", p->why);
        return true;
    }
    regs->reset_reason = reset_reason(p, verdict, status);
    p->crashes = is_crash((enum molt_reset_reason)regs->reset_reason) ? p->crashes + 1 : 0;
    if (p->config->crashes_max && p->crashes >= p->config->crashes_max) {
        *end = MOLT_POWER_CRASHES;
        say(p, "boot loop, %u crashes in a row: switched off", (unsigned)p->crashes);
        return true;
    }
    if (p->config->boots_max && p->boots >= p->config->boots_max) {
        *end = MOLT_POWER_BOOTS;
        say(p, "%u %s over: switched off after %u flash %s", (unsigned)p->boots,
            p->boots == 1 ? "boot is" : "boots are", ops, noun);
        return true;
    }
    return false;
}

/* The program could write anything into its registers; what is left of them from now on is in range,
 * also for a process that it left behind. */
static void take_registers_back(struct power *p)
{
    struct molt_board_regs *regs = p->board->regs;

    memcpy(p->why, regs->why, sizeof p->why);
    p->why[sizeof p->why - 1] = '\0';
    regs->boot_count = p->boots;
    if (regs->reset_request > MOLT_RESET_BROWNOUT) regs->reset_request = MOLT_RESET_UNKNOWN;
}

static enum molt_power_end run(struct power *p)
{
    struct molt_board_regs *regs = p->board->regs;
    enum molt_power_end end;
    enum verdict verdict;
    int status = 0;

    regs->reset_reason = MOLT_RESET_POWERON;
    do {
        regs->boot_count = ++p->boots;
        regs->reset_request = MOLT_RESET_UNKNOWN;
        regs->stage = MOLT_STAGE_BOOTLOADER;
        regs->running_addr = 0;
        regs->why[0] = '\0';
        regs->cut_happened = 0;
        regs->start_ms = molt_host_clock_ms();
        say(p, "boot %u, %s", (unsigned)p->boots,
            reason_text((enum molt_reset_reason)regs->reset_reason));

        pid_t pid = start(p);
        if (pid < 0) {
            say(p, "no process for the device: %s", strerror(errno));
            return MOLT_POWER_FAILED;
        }
        verdict = watch(p, pid, &status);
        take_registers_back(p);
    } while (!is_over(p, verdict, status, &end));
    if (regs->flash_ops < p->cut_after)
        say(p, "flash operation %u was not reached (this run had %u)", (unsigned)p->cut_after,
            (unsigned)regs->flash_ops);
    return end;
}

enum molt_power_end molt_power_run(struct molt_board *board, const struct molt_power_config *config,
                                   int *signal_number)
{
    struct power p = { .board = board,
                       .config = config,
                       .start_ms = molt_host_clock_ms(),
                       .cut_after = board->regs->cut_after };
    struct sigaction child = { .sa_handler = SIG_DFL }, child_before;

    (void)sigemptyset(&p.watched);
    (void)sigaddset(&p.watched, SIGCHLD);
    (void)sigaddset(&p.watched, SIGINT);
    (void)sigaddset(&p.watched, SIGTERM);
    (void)sigaddset(&p.watched, SIGHUP);
    /* An inherited "ignore" would let children vanish unseen. */
    (void)sigaction(SIGCHLD, &child, &child_before);
    (void)sigprocmask(SIG_BLOCK, &p.watched, &p.before);

    enum molt_power_end end = run(&p);

    (void)sigprocmask(SIG_SETMASK, &p.before, NULL);
    (void)sigaction(SIGCHLD, &child_before, NULL);
    *signal_number = p.signal;
    return end;
}
