#include "ctx/ctx.h"

#include <pthread.h>

#include "tests/support/check.h"

static const struct molt_port port_a, port_b;

static void *port_of_new_thread(void *found)
{
    *(const struct molt_port **)found = molt_this_port();
    return NULL;
}

static const struct molt_port *seen_by_a_thread(void)
{
    const struct molt_port *found = &port_b;
    pthread_t thread;

    CHECK_EQ(pthread_create(&thread, NULL, port_of_new_thread, &found), 0);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    return found;
}

TEST(a_thread_has_a_device_of_its_own_or_the_shared_one)
{
    struct molt_device a = { .port = &port_a }, b = { .port = &port_b };

    molt_device_use(&b);
    CHECK(molt_this_device() == &b);
    CHECK(seen_by_a_thread() == NULL);

    molt_device_share(&a);
    CHECK(molt_this_device() == &b);
    CHECK(seen_by_a_thread() == &port_a);

    molt_device_use(NULL);
    CHECK(molt_this_device() == &a);
    molt_device_share(NULL);
    CHECK(molt_this_device() == NULL);
    CHECK(molt_this_port() == NULL);
    CHECK(molt_device_part(MOLT_DEVICE_LOG) == NULL);
}

TEST_MAIN()
