#include "port/linux/boot_log.h"

#include <stdio.h>

#include "base/unicode.h"

static const char *state_text(enum molt_img_state state)
{
    switch (state) {
    case MOLT_IMG_NEW:
        return "new";
    case MOLT_IMG_PENDING:
        return "on trial";
    case MOLT_IMG_VALID:
        return "valid";
    case MOLT_IMG_INVALID:
        return "invalid";
    case MOLT_IMG_ABORTED:
        return "aborted: it did not confirm itself";
    case MOLT_IMG_UNDEFINED:
        break;
    }
    return "undefined";
}

/* "", or ", but that failed: ..." for steps that name an error beside what was tried. */
static const char *but(enum molt_err err, char *text, size_t size)
{
    text[0] = '\0';
    if (err) (void)snprintf(text, size, ", but that failed: %s", molt_err_text(err));
    return text;
}

/* Steps about one slot's image. */
static void slot_sentence(const struct molt_boot_event *e, char *text, size_t size)
{
    const char *slot = molt_slot_name(e->slot), *why = molt_err_text(e->err);

    if (e->step == MOLT_BOOT_WOKEN)
        (void)snprintf(text, size, "woken from deep sleep: %s goes on", slot);
    else if (e->step == MOLT_BOOT_CHOSEN)
        (void)snprintf(text, size, "%s: %s", slot, molt_choice_text(e->choice->why));
    else if (e->step == MOLT_BOOT_REFUSED && e->image)
        (void)snprintf(text, size, "%s may not run: %s %s, at 0x%x", slot,
                       molt_image_error_field(e->image), molt_image_error_why(e->image),
                       (unsigned)e->image->off);
    else if (e->step == MOLT_BOOT_TOO_OLD)
        (void)snprintf(text, size, "%s may not run: its security version is too low", slot);
    else if (e->step == MOLT_BOOT_NOT_LOADED && e->err == MOLT_ERR_FORMAT)
        (void)snprintf(text, size, "%s may not run: segment 1 is no ELF executable", slot);
    else if (e->step == MOLT_BOOT_NOT_LOADED && e->err == MOLT_ERR_CHECKSUM)
        (void)snprintf(text, size, "%s may not run: the flash gave other bytes than were verified",
                       slot);
    else
        (void)snprintf(text, size, "%s may not run: %s", slot, why);
}

void molt_boot_sentence(const struct molt_boot_event *e, char *text, size_t size)
{
    char failed[96];

    (void)but(e->err, failed, sizeof failed);
    switch (e->step) {
    case MOLT_BOOT_TABLE_BAD:
        (void)snprintf(text, size, "no partition table: %s: %s, at 0x%x", e->table->field,
                       e->table->why, (unsigned)e->table->off);
        break;
    case MOLT_BOOT_OTADATA_BAD:
        (void)snprintf(text, size, "otadata is not used: %s", molt_err_text(e->err));
        break;
    case MOLT_BOOT_NO_COUNTER:
        (void)snprintf(text, size, "no security version: %s", molt_err_text(e->err));
        break;
    case MOLT_BOOT_STATE_WRITTEN:
        (void)snprintf(text, size, "otadata entry %d is now %s%s", e->entry, state_text(e->state),
                       failed);
        break;
    case MOLT_BOOT_FACTORY_RESET:
        (void)snprintf(text, size, "the factory reset pin is held");
        break;
    case MOLT_BOOT_ERASED:
        (void)snprintf(text, size, "%s is erased%s", e->label, failed);
        molt_tidy(text);
        break;
    case MOLT_BOOT_TEST_APP:
        (void)snprintf(text, size, "the test app pin is held%s", failed);
        break;
    case MOLT_BOOT_INITIALISED:
        (void)snprintf(text, size, "otadata now selects %s%s", molt_slot_name(e->slot), failed);
        break;
    case MOLT_BOOT_VERSION_RAISED:
        (void)snprintf(text, size, "the security version is now %u%s", (unsigned)e->version,
                       failed);
        break;
    case MOLT_BOOT_WOKEN:
    case MOLT_BOOT_CHOSEN:
    case MOLT_BOOT_REFUSED:
    case MOLT_BOOT_TOO_OLD:
    case MOLT_BOOT_NOT_LOADED:
    case MOLT_BOOT_STEPS:
        slot_sentence(e, text, size);
        break;
    }
}

bool molt_boot_is_trouble(const struct molt_boot_event *e)
{
    switch (e->step) {
    case MOLT_BOOT_WOKEN:
    case MOLT_BOOT_CHOSEN:
    case MOLT_BOOT_FACTORY_RESET:
        return false;
    case MOLT_BOOT_STATE_WRITTEN:
        return e->err != MOLT_OK || e->state == MOLT_IMG_ABORTED;
    case MOLT_BOOT_ERASED:
    case MOLT_BOOT_TEST_APP:
    case MOLT_BOOT_INITIALISED:
    case MOLT_BOOT_VERSION_RAISED:
        return e->err != MOLT_OK;
    case MOLT_BOOT_TABLE_BAD:
    case MOLT_BOOT_OTADATA_BAD:
    case MOLT_BOOT_NO_COUNTER:
    case MOLT_BOOT_REFUSED:
    case MOLT_BOOT_TOO_OLD:
    case MOLT_BOOT_NOT_LOADED:
    case MOLT_BOOT_STEPS:
        break;
    }
    return true;
}
