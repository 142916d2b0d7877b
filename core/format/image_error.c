#include "format/image.h"

static const struct {
    const char *field, *why;
} k_rules[] = {
#define X(name, err, field, why) [MOLT_IMAGE_##name] = { field, why },
    MOLT_IMAGE_RULES(X)
#undef X
};

const char *molt_image_error_field(const struct molt_image_error *error)
{
    return k_rules[error->rule].field;
}

const char *molt_image_error_why(const struct molt_image_error *error)
{
    return k_rules[error->rule].why;
}
