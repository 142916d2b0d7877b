#include "cli/flash_picture.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/unicode.h"

enum { CELLS = 28, MAP_CELLS = 64, TEXT_LEN = 200 };

bool molt_flash_picture_colour(FILE *out)
{
    const char *term = getenv("TERM");

    return isatty(fileno(out)) && !getenv("NO_COLOR") && term && strcmp(term, "dumb") != 0;
}

/* A cell is erased when all of its bytes are; so one that was only begun shows. */
static void draw_cells(char cells[CELLS + 1], const struct molt_flash_view *view,
                       const struct molt_flash_part *part)
{
    const uint8_t *bytes = view->bytes + part->row.addr;
    uint64_t len = part->row.len;
    bool is_image = part->content == MOLT_CONTENT_IMAGE;

    for (uint32_t i = 0; i < CELLS; i++) {
        uint32_t from = (uint32_t)(len * i / CELLS), to = (uint32_t)(len * (i + 1) / CELLS);

        if (molt_all_bytes_are(bytes + from, to - from, 0xFF))
            cells[i] = '.';
        else
            cells[i] = is_image && from < part->image.len ? '#' : '~';
    }
    cells[CELLS] = '\0';
}

static const char *colour_of(const struct molt_flash_part *part, bool active)
{
    if (part->content == MOLT_CONTENT_IMAGE) return active ? "\033[32m" : "\033[36m";
    return part->content == MOLT_CONTENT_ERASED ? "\033[2m" : "\033[33m";
}

void molt_flash_otadata_text(const struct molt_flash_view *view, char *text, size_t size)
{
    const struct molt_otadata *entry = view->entry;
    bool is_blank = entry[0].seq == UINT32_MAX && entry[1].seq == UINT32_MAX;
    int active = molt_otadata_active(entry);

    if (view->otadata)
        (void)snprintf(text, size, "%s", view->otadata == MOLT_ERR_NOT_FOUND ? "none" : "not used");
    else if (is_blank && view->choice.start >= 0)
        (void)snprintf(text, size, "%d (blank)", view->choice.start);
    else if (is_blank)
        (void)snprintf(text, size, "blank");
    else if (active < 0 || view->map.count == 0)
        (void)snprintf(text, size, "none usable");
    else
        (void)snprintf(text, size, "%" PRIu32,
                       molt_otadata_slot(view->entry[active].seq, view->map.count));
}

/* What otadata says of the image in the slot, for behind its name; "" when there is nothing to say. */
static const char *trial_text(const struct molt_flash_view *view,
                              const struct molt_flash_part *part)
{
    if (part->content != MOLT_CONTENT_IMAGE) return "";
    switch (molt_flash_view_state(view, part->slot)) {
    case MOLT_IMG_INVALID:
    case MOLT_IMG_ABORTED:
        return ", rejected";
    case MOLT_IMG_NEW:
    case MOLT_IMG_PENDING:
        return view->rollback ? ", on trial" : "";
    case MOLT_IMG_VALID:
    case MOLT_IMG_UNDEFINED:
        break;
    }
    return "";
}

void molt_flash_picture(FILE *out, const struct molt_flash_view *view, const char *title,
                        bool colour)
{
    char text[TEXT_LEN], cells[CELLS + 1], label[MOLT_PART_LABEL_LEN + 1];

    if (title) (void)fprintf(out, "%s\n", title);
    molt_flash_otadata_text(view, text, sizeof text);
    (void)fprintf(out, "  %-10s %s\n", "otadata", text);
    for (size_t i = 0; i < view->count; i++) {
        const struct molt_flash_part *part = &view->part[i];
        bool active = part->slot == view->boots;

        if (part->slot == MOLT_SLOT_NONE) continue;
        draw_cells(cells, view, part);
        molt_flash_part_text(part, text, sizeof text);
        (void)snprintf(label, sizeof label, "%s", part->row.label);
        molt_tidy(label);
        (void)fprintf(out, "  %-10s %s[%s]%s  %-7s  %s%s\n", label,
                      colour ? colour_of(part, active) : "", cells, colour ? "\033[0m" : "",
                      active ? "active" : "passive", text, trial_text(view, part));
    }
}

/* ---- the whole flash ------------------------------------------------------------------------------ */

char molt_flash_letter(size_t index)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";

    return letters[index % (sizeof letters - 1)];
}

/* Marks [addr, addr + len); what is smaller than a cell still gets one. */
static void mark(char cells[MAP_CELLS], uint32_t addr, uint32_t len, uint32_t flash_len,
                 char letter)
{
    uint64_t end = (uint64_t)addr + len;
    uint64_t from = (uint64_t)addr * MAP_CELLS / flash_len;
    uint64_t to = (end * MAP_CELLS + flash_len - 1) / flash_len;

    for (uint64_t i = from; i < to && i < MAP_CELLS; i++) {
        bool taken = cells[i] != '.';

        cells[i] = letter;
        if (taken) cells[i] = '+';
    }
}

void molt_flash_map(FILE *out, const struct molt_flash_view *view)
{
    char cells[MAP_CELLS + 1];

    memset(cells, '.', MAP_CELLS);
    cells[MAP_CELLS] = '\0';
    if (view->bootloader.row.len > 0)
        mark(cells, view->bootloader.row.addr, view->bootloader.row.len, view->len, 'B');
    mark(cells, view->table_addr, MOLT_PTABLE_SECTOR_LEN, view->len, 'T');
    for (size_t i = 0; i < view->count; i++)
        mark(cells, view->part[i].row.addr, view->part[i].row.len, view->len, molt_flash_letter(i));
    (void)fprintf(out, "0x000000 [%s] 0x%06" PRIx32 "\n", cells, view->len);
}
