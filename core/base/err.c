#include "base/err.h"

static const struct {
    const char *name, *text;
} k_errors[] = {
#define X(name, text) [MOLT_ERR_##name] = { "MOLT_ERR_" #name, text },
    MOLT_ERR_LIST(X)
#undef X
};

enum { ERRORS = sizeof k_errors / sizeof k_errors[0] };

const char *molt_err_name(enum molt_err err)
{
    return (unsigned)err < ERRORS ? k_errors[err].name : "MOLT_ERR_?";
}

const char *molt_err_text(enum molt_err err)
{
    return (unsigned)err < ERRORS ? k_errors[err].text : "unknown error";
}
