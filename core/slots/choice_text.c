/* Apart from choice.c so that a bootloader that prints nothing carries no sentences. */
#include <stddef.h>

#include "slots/choice.h"

const char *molt_choice_text(enum molt_choice_why why)
{
    static const char *const texts[] = {
#define X(name, text) [MOLT_CHOICE_##name] = (text),
        MOLT_CHOICE_WHY_LIST(X)
#undef X
    };

    return (size_t)why < sizeof texts / sizeof texts[0] ? texts[why] : "?";
}
