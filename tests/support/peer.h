/* Starts a server script of tests/support and stops it when the test program ends, however it ends:
 * the script watches its standard input, whose other end is here.
 *
 *     int port = peer_start("badserver.py", "--cert", path, NULL);
 *     char url[PEER_URL_MAX];
 *     peer_url(url, port, "http", "/ok");
 */
#ifndef MOLT_TESTS_SUPPORT_PEER_H
#define MOLT_TESTS_SUPPORT_PEER_H

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PEER_ARGS_MAX = 16, PEER_URL_MAX = 512, PEERS_MAX = 16 };

static struct {
    pid_t pid;
    int input;
} peer_list[PEERS_MAX];
static int peer_count;
static int peer_ports[3]; /* that the last script printed, in its order */

static inline void peer_stop_all(void)
{
    for (int i = 0; i < peer_count; i++) {
        (void)close(peer_list[i].input);
        (void)waitpid(peer_list[i].pid, NULL, 0);
    }
    peer_count = 0;
}

static inline void peer_exec(const char *script, va_list args)
{
    char path[512];
    const char *argv[PEER_ARGS_MAX] = { "python3", path };
    int count = 2;

    (void)snprintf(path, sizeof path, "%s/tests/support/%s", MOLT_SOURCE_DIR, script);
    while (count < PEER_ARGS_MAX - 1 && (argv[count] = va_arg(args, const char *)) != NULL) count++;
    (void)setenv("PYTHONDONTWRITEBYTECODE", "1", 1);
    /* execvp() does not change its arguments; its prototype is older than const. */
    (void)execvp(argv[0], (char *const *)(uintptr_t)argv);
    _exit(127);
}

/* The first number on the line that the script prints: its port; the others are in peer_ports. The
 * test program ends when there is none. */
static inline int peer_start(const char *script, ...)
{
    int in[2], out[2];
    char line[64];

    if (peer_count == PEERS_MAX || pipe(in) || pipe(out)) abort();
    (void)fcntl(in[1], F_SETFD, FD_CLOEXEC);
    pid_t pid = fork();
    if (pid == 0) {
        va_list args;

        (void)dup2(in[0], 0);
        (void)dup2(out[1], 1);
        (void)close(out[0]);
        va_start(args, script);
        peer_exec(script, args);
        va_end(args);
    }
    (void)close(in[0]);
    (void)close(out[1]);
    FILE *lines = fdopen(out[0], "r");
    if (pid < 0 || !lines || !fgets(line, sizeof line, lines) ||
        sscanf(line, "%d %d %d", &peer_ports[0], &peer_ports[1], &peer_ports[2]) < 1) {
        (void)fprintf(stderr, "%s did not start\n", script);
        exit(1);
    }
    (void)fclose(lines);
    peer_list[peer_count].pid = pid;
    peer_list[peer_count++].input = in[1];
    if (peer_count == 1) (void)atexit(peer_stop_all);
    return peer_ports[0];
}

static inline void peer_url(char url[PEER_URL_MAX], int port, const char *scheme, const char *path)
{
    (void)snprintf(url, PEER_URL_MAX, "%s://127.0.0.1:%d%.400s", scheme, port, path);
}

/* Runs a script to its end, for those that make files. */
static inline void peer_run(const char *script, ...)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        va_list args;
        int null = open("/dev/null", O_WRONLY);

        (void)dup2(null, 1);
        va_start(args, script);
        peer_exec(script, args);
        va_end(args);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) {
        (void)fprintf(stderr, "%s failed\n", script);
        exit(1);
    }
}

#endif
