#include "port/linux/net.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "port/linux/host.h"

struct molt_conn {
    int fd;
};

static int64_t now_ms(void)
{
    return (int64_t)molt_host_clock_ms();
}

/* Waits for `events`. poll() starts again after a signal with what is left of the time. */
static enum molt_err wait_for(int fd, short events, int64_t until_ms)
{
    for (;;) {
        struct pollfd p = { .fd = fd, .events = events };
        int64_t left = until_ms - now_ms();
        int ready = poll(&p, 1, left > INT32_MAX ? INT32_MAX : left > 0 ? (int)left : 0);

        if (ready > 0) return MOLT_OK;
        if (ready == 0) return MOLT_ERR_TIMEOUT;
        if (errno != EINTR) return MOLT_ERR_NETWORK;
    }
}

/* ---- resolving ----------------------------------------------------------------------------------- */

/* A question to the C library's resolver, which cannot be told when to stop: a thread of its own asks.
 * Whoever lets go last, the thread or the one who waits, frees it. */
struct lookup {
    char host[NI_MAXHOST], service[8];
    struct addrinfo hints;
    struct addrinfo *list;
    int result;
    int answered; /* an eventfd */
    atomic_int holders;
};

static void let_go(struct lookup *lookup)
{
    if (atomic_fetch_sub(&lookup->holders, 1) > 1) return;
    if (lookup->list) freeaddrinfo(lookup->list);
    (void)close(lookup->answered);
    free(lookup);
}

static void *ask(void *arg)
{
    struct lookup *lookup = arg;

    lookup->result = getaddrinfo(lookup->host, lookup->service, &lookup->hints, &lookup->list);
    (void)eventfd_write(lookup->answered, 1);
    let_go(lookup);
    return NULL;
}

static bool start_asking(struct lookup *lookup)
{
    pthread_t thread;
    sigset_t all, before;

    /* Signals are for the threads of the program. */
    (void)sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before)) return false;
    atomic_store(&lookup->holders, 2);
    bool started = pthread_create(&thread, NULL, ask, lookup) == 0;
    if (started)
        (void)pthread_detach(thread);
    else
        atomic_store(&lookup->holders, 1);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

static enum molt_err wait_for_answer(struct lookup *lookup, int64_t until_ms,
                                     struct addrinfo **list)
{
    enum molt_err err = wait_for(lookup->answered, POLLIN, until_ms);

    if (err) return err;
    if (lookup->result) return MOLT_ERR_RESOLVE;
    *list = lookup->list;
    lookup->list = NULL;
    return MOLT_OK;
}

static enum molt_err resolve(const struct molt_net_target *target, int64_t until_ms,
                             struct addrinfo **list)
{
    struct lookup *lookup = calloc(1, sizeof *lookup);
    enum molt_err err = MOLT_ERR_RESOLVE;

    if (!lookup) return MOLT_ERR_FULL;
    lookup->hints.ai_family = target->ip_version == 4   ? AF_INET
                              : target->ip_version == 6 ? AF_INET6
                                                        : AF_UNSPEC;
    lookup->hints.ai_socktype = SOCK_STREAM;
    lookup->hints.ai_flags = AI_NUMERICSERV;
    atomic_init(&lookup->holders, 1);
    lookup->answered = eventfd(0, EFD_CLOEXEC);
    (void)snprintf(lookup->service, sizeof lookup->service, "%u", target->port);
    int len = snprintf(lookup->host, sizeof lookup->host, "%s", target->host);

    bool fits = len >= 0 && (size_t)len < sizeof lookup->host;
    if (fits && lookup->answered >= 0 && start_asking(lookup))
        err = wait_for_answer(lookup, until_ms, list);
    let_go(lookup);
    return err;
}

/* ---- connecting ---------------------------------------------------------------------------------- */

static enum molt_err bind_to(int fd, const char *interface)
{
    if (!interface) return MOLT_OK;
    if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface,
                   (socklen_t)strnlen(interface, IFNAMSIZ)))
        return MOLT_ERR_UNSUPPORTED;
    return MOLT_OK;
}

static enum molt_err connect_fd(int fd, const struct addrinfo *to, int64_t until_ms)
{
    int on = 1, problem = 0;
    socklen_t size = sizeof problem;

    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd, to->ai_addr, to->ai_addrlen) == 0) return MOLT_OK;
    if (errno != EINPROGRESS && errno != EINTR) return MOLT_ERR_CONNECT;

    enum molt_err err = wait_for(fd, POLLOUT, until_ms);
    if (err) return err;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &problem, &size) || problem) return MOLT_ERR_CONNECT;
    return MOLT_OK;
}

static enum molt_err connect_one(const struct addrinfo *to, const char *interface, int64_t until_ms,
                                 int *connected)
{
    int fd = socket(to->ai_family, to->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, to->ai_protocol);

    if (fd < 0) return MOLT_ERR_CONNECT;
    enum molt_err err = bind_to(fd, interface);
    if (!err) err = connect_fd(fd, to, until_ms);
    if (err) {
        (void)close(fd);
        return err;
    }
    *connected = fd;
    return MOLT_OK;
}

/* Tries the addresses in the resolver's order. Each gets its share of the time that is left, so that
 * a dead first address leaves time for the second. */
static enum molt_err connect_any(const struct addrinfo *list, const char *interface,
                                 int64_t until_ms, int *fd)
{
    enum molt_err err = MOLT_ERR_RESOLVE;
    int count = 0;

    for (const struct addrinfo *a = list; a; a = a->ai_next) count++;
    for (const struct addrinfo *a = list; a; a = a->ai_next, count--) {
        int64_t now = now_ms();

        err = connect_one(a, interface, now + (until_ms - now) / count, fd);
        if (err == MOLT_OK || err == MOLT_ERR_UNSUPPORTED) break;
    }
    return err;
}

static enum molt_err net_connect(void *ctx, const struct molt_net_target *target,
                                 uint32_t timeout_ms, struct molt_conn **conn)
{
    struct addrinfo *list = NULL;
    int fd = -1;

    (void)ctx;
    int64_t until_ms = now_ms() + timeout_ms;
    enum molt_err err = resolve(target, until_ms, &list);
    if (err) return err;
    err = connect_any(list, target->interface, until_ms, &fd);
    freeaddrinfo(list);
    if (err) return err;

    struct molt_conn *made = malloc(sizeof *made);
    if (!made) {
        (void)close(fd);
        return MOLT_ERR_FULL;
    }
    made->fd = fd;
    *conn = made;
    return MOLT_OK;
}

/* ---- bytes --------------------------------------------------------------------------------------- */

/* What errno says about a connection; MOLT_OK: nothing yet, wait and try again. */
static enum molt_err trouble(int error)
{
    if (error == EAGAIN || error == EWOULDBLOCK || error == EINTR) return MOLT_OK;
    return error == EPIPE ? MOLT_ERR_CLOSED : MOLT_ERR_NETWORK;
}

static enum molt_err net_send(struct molt_conn *conn, const void *bytes, size_t len,
                              uint32_t timeout_ms, size_t *sent)
{
    int64_t until_ms = now_ms() + timeout_ms;

    for (;;) {
        ssize_t n = send(conn->fd, bytes, len, MSG_NOSIGNAL);

        if (n >= 0) {
            *sent = (size_t)n;
            return MOLT_OK;
        }
        enum molt_err err = trouble(errno);
        if (err) return err;
        err = wait_for(conn->fd, POLLOUT, until_ms);
        if (err) return err;
    }
}

static enum molt_err net_recv(struct molt_conn *conn, void *to, size_t size, uint32_t timeout_ms,
                              size_t *got)
{
    int64_t until_ms = now_ms() + timeout_ms;

    for (;;) {
        ssize_t n = recv(conn->fd, to, size, 0);

        if (n == 0) return MOLT_ERR_CLOSED;
        if (n > 0) {
            *got = (size_t)n;
            return MOLT_OK;
        }
        enum molt_err err = trouble(errno);
        if (err) return err;
        err = wait_for(conn->fd, POLLIN, until_ms);
        if (err) return err;
    }
}

static void net_close(struct molt_conn *conn)
{
    (void)close(conn->fd);
    free(conn);
}

static enum molt_err net_keep_alive(struct molt_conn *conn, int idle_s, int interval_s, int count)
{
    const struct {
        int level, name, value;
    } options[] = {
        { IPPROTO_TCP, TCP_KEEPIDLE, idle_s },
        { IPPROTO_TCP, TCP_KEEPINTVL, interval_s },
        { IPPROTO_TCP, TCP_KEEPCNT, count },
        { SOL_SOCKET, SO_KEEPALIVE, 1 },
    };

    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        if (setsockopt(conn->fd, options[i].level, options[i].name, &options[i].value,
                       sizeof options[i].value))
            return MOLT_ERR_UNSUPPORTED;
    return MOLT_OK;
}

static int net_descriptor(struct molt_conn *conn)
{
    return conn->fd;
}

const struct molt_net_ops molt_linux_net = {
    .connect = net_connect,
    .send = net_send,
    .recv = net_recv,
    .close = net_close,
    .keep_alive = net_keep_alive,
    .descriptor = net_descriptor,
};
