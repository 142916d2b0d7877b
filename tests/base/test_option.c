/* Options as values, and as an application sees them. */
#include "base/option.h"

#include "sdkconfig.h"
#include "tests/support/check.h"

#define CONFIG_TEST_YES  1
#define CONFIG_TEST_ZERO 0

#ifdef CONFIG_BOOTLOADER_APP_ANTI_ROLLBACK
#error "an option that is n is defined"
#endif
#ifndef CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE
#error "an option that is y is not defined"
#endif
#if !MOLT_OPTION(CONFIG_TEST_YES) || MOLT_OPTION(CONFIG_TEST_ZERO) || MOLT_OPTION(CONFIG_TEST_NO)
#error "in #if too"
#endif

TEST(an_option_is_1_when_defined_as_1_and_else_0)
{
    CHECK_EQ(MOLT_OPTION(CONFIG_TEST_YES), 1);
    CHECK_EQ(MOLT_OPTION(CONFIG_TEST_ZERO), 0);
    CHECK_EQ(MOLT_OPTION(CONFIG_TEST_NO), 0);
}

TEST_MAIN()
