#include "port/linux/host.h"

#include "tests/port/scratch.h"
#include "tests/support/check.h"

static struct molt_port host(void)
{
    struct molt_port port = { 0 };

    molt_host_fill(&port);
    return port;
}

TEST(sleeping_takes_as_long_as_asked)
{
    struct molt_port port = host();
    uint64_t before = port.uptime_ms(NULL);

    port.sleep_ms(NULL, 30);
    CHECK(port.uptime_ms(NULL) - before >= 29); /* both ends are cut to whole milliseconds */
}

TEST(entropy_differs_and_fills_all_of_the_buffer)
{
    struct molt_port port = host();
    uint8_t a[1000] = { 0 }, b[1000] = { 0 };

    CHECK_EQ(port.entropy(NULL, a, sizeof a), MOLT_OK);
    CHECK_EQ(port.entropy(NULL, b, sizeof b), MOLT_OK);
    CHECK(memcmp(a, b, sizeof a) != 0);
    CHECK(memcmp(a + 984, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16) != 0);
}

TEST(the_wall_clock_is_set_on_a_host)
{
    struct molt_port port = host();
    int64_t seconds = 0;

    CHECK(port.wall_time(NULL, &seconds));
    CHECK(seconds > 1577836800);
}

TEST(the_ca_bundle_is_the_file_that_the_user_names)
{
    struct molt_port port = host();
    char path[64];
    const char *pem = NULL;
    size_t len = 0;

    scratch_fill(scratch_path(path), 12, 'A');
    CHECK_EQ(setenv("SSL_CERT_FILE", path, 1), 0);
    CHECK_EQ(port.ca_bundle(NULL, &pem, &len), MOLT_OK);
    CHECK_EQ(len, 12);
    CHECK_STR(pem, "AAAAAAAAAAAA"); /* a NUL follows */
    (void)unlink(path);
}

TEST_MAIN()
