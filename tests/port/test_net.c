/* The sockets of port/linux/net.c against sockets of this process. */
#include "tests/support/check.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "port/linux/host.h"
#include "port/linux/net.h"

static const struct molt_net_ops *const net = &molt_linux_net;

/* The resolver, with two names of its own; the linker's --wrap puts it before the C library's. */
static const struct {
    const char *host;
    unsigned wait_ms;
} k_slow_names[] = { { "slow.example", 700 }, { "late.example", 100 } };

int __real_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **list);
int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **list);

int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **list)
{
    for (size_t i = 0; i < sizeof k_slow_names / sizeof k_slow_names[0]; i++)
        if (strcmp(host, k_slow_names[i].host) == 0) {
            (void)usleep(k_slow_names[i].wait_ms * 1000);
            host = "127.0.0.1";
        }
    return __real_getaddrinfo(host, service, hints, list);
}

struct listener {
    int fd;
    uint16_t port;
};

static struct listener listen_on(int family)
{
    struct listener l = { .fd = socket(family, SOCK_STREAM, 0) };
    struct sockaddr_in v4 = { .sin_family = AF_INET };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
    socklen_t size = family == AF_INET ? sizeof v4 : sizeof v6;
    struct sockaddr *addr = family == AF_INET ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6;

    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK_EQ(bind(l.fd, addr, size), 0);
    CHECK_EQ(listen(l.fd, 1), 0);
    CHECK_EQ(getsockname(l.fd, addr, &size), 0);
    l.port = ntohs(family == AF_INET ? v4.sin_port : v6.sin6_port);
    return l;
}

static enum molt_err connect_to(const char *host, uint16_t port, uint8_t ip_version,
                                struct molt_conn **conn)
{
    const struct molt_net_target target = { host, port, ip_version, NULL };

    return net->connect(NULL, &target, 1000, conn);
}

/* A connection and its other end. */
static struct molt_conn *connected(int *peer)
{
    struct listener l = listen_on(AF_INET);
    struct molt_conn *conn = NULL;

    CHECK_EQ(connect_to("127.0.0.1", l.port, 0, &conn), MOLT_OK);
    if (!conn) abort();
    *peer = accept(l.fd, NULL, NULL);
    (void)close(l.fd);
    return conn;
}

TEST(it_connects_by_name_and_by_address_of_both_versions)
{
    static const struct {
        const char *host;
        int family;
        uint8_t ip_version;
        enum molt_err err;
    } cases[] = {
        { "127.0.0.1", AF_INET, 0, MOLT_OK },
        { "127.0.0.1", AF_INET, 4, MOLT_OK },
        { "127.0.0.1", AF_INET, 6, MOLT_ERR_RESOLVE },
        { "::1", AF_INET6, 0, MOLT_OK },
        { "::1", AF_INET6, 6, MOLT_OK },
        { "::1", AF_INET6, 4, MOLT_ERR_RESOLVE },
        { "localhost", AF_INET, 0, MOLT_OK }, /* even where ::1 comes first */
        { "localhost", AF_INET, 4, MOLT_OK },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct listener l = listen_on(cases[i].family);
        struct molt_conn *conn = NULL;

        test_case = cases[i].host;
        CHECK_EQ(connect_to(cases[i].host, l.port, cases[i].ip_version, &conn), cases[i].err);
        CHECK_EQ(conn != NULL, cases[i].err == MOLT_OK);
        if (conn) {
            CHECK(net->descriptor(conn) >= 0);
            net->close(conn);
        }
        (void)close(l.fd);
    }
}

TEST(who_is_not_there_is_an_error)
{
    struct molt_conn *conn = NULL;
    struct listener l = listen_on(AF_INET);
    const struct molt_net_target nowhere = { "127.0.0.1", l.port, 0, "no-such-if0" };

    test_case = "no such interface";
    CHECK_EQ(net->connect(NULL, &nowhere, 1000, &conn), MOLT_ERR_UNSUPPORTED);
    test_case = "nobody listens";
    (void)close(l.fd);
    CHECK_EQ(connect_to("127.0.0.1", l.port, 0, &conn), MOLT_ERR_CONNECT);
    test_case = "no such name"; /* RFC 6761: never exists */
    CHECK_EQ(connect_to("molt.invalid", l.port, 0, &conn), MOLT_ERR_RESOLVE);
    CHECK(conn == NULL);
}

TEST(connecting_ends_with_the_timeout)
{
    /* A full queue of connections: Linux then leaves the next one without an answer. */
    struct listener l = listen_on(AF_INET);
    struct molt_conn *held[8], *conn = NULL;
    size_t count = 0;
    enum molt_err err = MOLT_OK;
    const struct molt_net_target target = { "127.0.0.1", l.port, 0, NULL };

    while (count < 8 && !err) {
        uint64_t began = molt_host_clock_ms();

        err = net->connect(NULL, &target, 150, &conn);
        if (!err)
            held[count++] = conn;
        else
            CHECK(molt_host_clock_ms() - began >= 150);
        CHECK(molt_host_clock_ms() - began < 1000);
    }
    CHECK_EQ(err, MOLT_ERR_TIMEOUT);
    while (count > 0) net->close(held[--count]);
    (void)close(l.fd);
}

TEST(a_slow_resolver_does_not_outlast_the_timeout)
{
    struct listener l = listen_on(AF_INET);
    struct molt_conn *conn = NULL;
    const struct molt_net_target slow = { "slow.example", l.port, 0, NULL };
    const struct molt_net_target late = { "late.example", l.port, 0, NULL };
    uint64_t began = molt_host_clock_ms();

    CHECK_EQ(net->connect(NULL, &slow, 150, &conn), MOLT_ERR_TIMEOUT);
    uint64_t took = molt_host_clock_ms() - began;
    CHECK(took >= 150 && took < 600);
    CHECK(conn == NULL);

    test_case = "in time";
    CHECK_EQ(net->connect(NULL, &late, 2000, &conn), MOLT_OK);
    if (conn) net->close(conn);
    (void)close(l.fd);
    (void)usleep(800 * 1000); /* the first question has its answer now, which nobody wants */
}

TEST(receiving_tells_silence_from_an_end_from_a_break)
{
    int peer;
    char bytes[16];
    size_t got = 0;
    struct molt_conn *conn = connected(&peer);

    uint64_t began = molt_host_clock_ms();
    CHECK_EQ(net->recv(conn, bytes, sizeof bytes, 100, &got), MOLT_ERR_TIMEOUT);
    CHECK(molt_host_clock_ms() - began >= 100);
    CHECK_EQ(net->recv(conn, bytes, sizeof bytes, 0, &got), MOLT_ERR_TIMEOUT);

    CHECK_EQ(send(peer, "abc", 3, 0), 3);
    CHECK_EQ(net->recv(conn, bytes, sizeof bytes, 1000, &got), MOLT_OK);
    CHECK_EQ(got, 3);
    CHECK_MEM(bytes, "abc", 3);

    (void)close(peer);
    CHECK_EQ(net->recv(conn, bytes, sizeof bytes, 1000, &got), MOLT_ERR_CLOSED);
    net->close(conn);

    test_case = "reset";
    conn = connected(&peer);
    struct linger now = { 1, 0 };
    CHECK_EQ(setsockopt(peer, SOL_SOCKET, SO_LINGER, &now, sizeof now), 0);
    (void)close(peer);
    CHECK_EQ(net->recv(conn, bytes, sizeof bytes, 1000, &got), MOLT_ERR_NETWORK);
    net->close(conn);
}

TEST(sending_to_a_peer_that_does_not_read_times_out_and_to_one_that_is_gone_fails)
{
    static char bytes[1 << 16];
    int peer;
    size_t sent;
    enum molt_err err = MOLT_OK;
    struct molt_conn *conn = connected(&peer);

    while (!err) {
        sent = 0;
        err = net->send(conn, bytes, sizeof bytes, 50, &sent);
        CHECK(err || sent > 0);
    }
    CHECK_EQ(err, MOLT_ERR_TIMEOUT);
    net->close(conn);
    (void)close(peer);

    test_case = "gone"; /* and no SIGPIPE, which would end this program */
    (void)signal(SIGPIPE, SIG_DFL);
    conn = connected(&peer);
    (void)close(peer);
    err = MOLT_OK;
    for (int i = 0; i < 100 && !err; i++) err = net->send(conn, bytes, sizeof bytes, 100, &sent);
    CHECK(err == MOLT_ERR_CLOSED || err == MOLT_ERR_NETWORK);
    net->close(conn);
}

static int option(struct molt_conn *conn, int level, int name)
{
    int value = -1;
    socklen_t size = sizeof value;

    CHECK_EQ(getsockopt(net->descriptor(conn), level, name, &value, &size), 0);
    return value;
}

TEST(keep_alive_times_reach_the_socket)
{
    int peer;
    struct molt_conn *conn = connected(&peer);

    CHECK_EQ(option(conn, SOL_SOCKET, SO_KEEPALIVE), 0);
    CHECK_EQ(net->keep_alive(conn, 7, 6, 5), MOLT_OK);
    CHECK_EQ(option(conn, SOL_SOCKET, SO_KEEPALIVE), 1);
    CHECK_EQ(option(conn, IPPROTO_TCP, TCP_KEEPIDLE), 7);
    CHECK_EQ(option(conn, IPPROTO_TCP, TCP_KEEPINTVL), 6);
    CHECK_EQ(option(conn, IPPROTO_TCP, TCP_KEEPCNT), 5);
    CHECK_EQ(net->keep_alive(conn, -1, 6, 5), MOLT_ERR_UNSUPPORTED);
    net->close(conn);
    (void)close(peer);
}

static void on_alarm(int number)
{
    (void)number;
}

TEST(a_signal_does_not_shorten_the_wait)
{
    int peer;
    char byte;
    size_t got;
    struct molt_conn *conn = connected(&peer);
    struct sigaction action = { .sa_handler = on_alarm }, before;
    struct itimerval soon = { .it_value = { 0, 50000 } };

    CHECK_EQ(sigaction(SIGALRM, &action, &before), 0);
    CHECK_EQ(setitimer(ITIMER_REAL, &soon, NULL), 0);
    uint64_t began = molt_host_clock_ms();
    CHECK_EQ(net->recv(conn, &byte, 1, 200, &got), MOLT_ERR_TIMEOUT);
    CHECK(molt_host_clock_ms() - began >= 200);
    CHECK_EQ(sigaction(SIGALRM, &before, NULL), 0);
    net->close(conn);
    (void)close(peer);
}

TEST_MAIN()
