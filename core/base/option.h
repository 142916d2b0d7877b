/* Options of sdkconfig.h, where y is defined as 1 and n not defined, as values.
 *
 *     config.rollback = MOLT_OPTION(CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE);     1 or 0; in #if too
 */
#ifndef MOLT_BASE_OPTION_H
#define MOLT_BASE_OPTION_H

/* 1 when the macro `option` is defined as 1, else 0. How: pasted to a value of 1, the name below is a
 * macro too, whose comma shifts the 1 to the second place; any other name is one word of no meaning. */
#define MOLT_OPTION(option)      MOLT_OPTION_VALUE(option)
#define MOLT_OPTION_VALUE(value) MOLT_OPTION_SHIFT(MOLT_OPTION_IS_##value)
/* NOLINTNEXTLINE(bugprone-macro-parentheses) an argument list, not an expression */
#define MOLT_OPTION_SHIFT(shift)      MOLT_OPTION_SECOND(shift 1, 0, 0)
#define MOLT_OPTION_SECOND(a, b, ...) b
#define MOLT_OPTION_IS_1              0,

#endif
