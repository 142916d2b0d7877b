/* molt image create: descriptor and app file in, image out. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/commands.h"
#include "cli/image.h"
#include "format/image_build.h"

enum { TEXT_SIZE = 33 };

const struct molt_option molt_image_create_options[] = {
    { "app", 'a', MOLT_OPT_VALUE, "FILE", "the app: for linux an ELF executable (needed)", NULL },
    { "chip", 'c', MOLT_OPT_VALUE, "NAME",
      "esp32, esp32c3, ..., linux = the virtual device (needed)", NULL },
    { "project-name", 'p', MOLT_OPT_VALUE, "NAME", "at most 31 characters (needed)", NULL },
    { "version", 'v', MOLT_OPT_VALUE, "VERSION", "at most 31 characters (needed)", NULL },
    { "secure-version", 0, MOLT_OPT_VALUE, "N", "for anti-rollback; default 0", NULL },
    { "min-rev", 0, MOLT_OPT_VALUE, "M.N", "oldest chip revision it runs on; default 0.0", NULL },
    { "max-rev", 0, MOLT_OPT_VALUE, "M.N", "newest one; default: no limit", NULL },
    { "entry", 0, MOLT_OPT_VALUE, "ADDR", "address of the first instruction; default 0", NULL },
    { "load-addr", 0, MOLT_OPT_VALUE, "ADDR", "where the app is loaded; default 0 = nowhere",
      NULL },
    { "flash-mode", 0, MOLT_OPT_VALUE, "MODE", "default dio", "qio qout dio dout" },
    { "flash-size", 0, MOLT_OPT_VALUE, "SIZE", "default 4MB",
      "1MB 2MB 4MB 8MB 16MB 32MB 64MB 128MB" },
    { "idf-ver", 0, MOLT_OPT_VALUE, "TEXT", "default: molt and its version", NULL },
    { "time", 0, MOLT_OPT_VALUE, "hh:mm:ss", "default: SOURCE_DATE_EPOCH's, or now (UTC)", NULL },
    { "date", 0, MOLT_OPT_VALUE, "'Mmm dd yyyy'", "likewise", NULL },
    { "no-digest", 0, MOLT_OPT_FLAG, NULL, "do not append the SHA-256", NULL },
    { .name = NULL },
};

static bool take_text(const struct molt_args *args, const char *name, const char *fallback,
                      char *to, size_t chars_max)
{
    const char *text = molt_args_value(args, name, fallback);

    if (!text) return molt_args_usage(args, "--%s is needed", name), false;
    if (strlen(text) > chars_max)
        return molt_args_usage(args, "--%s: '%s' is longer than %zu characters", name, text,
                               chars_max),
               false;
    (void)snprintf(to, chars_max + 1, "%s", text);
    return true;
}

/* When it was built: now, unless the caller wants the same bytes again. */
static bool build_time(const struct molt_args *args, time_t *when)
{
    const char *text = getenv("SOURCE_DATE_EPOCH");
    char *end;

    *when = time(NULL);
    if (!text) return true;
    errno = 0;
    long long seconds = strtoll(text, &end, 10);
    if (errno || end == text || *end || seconds < 0)
        return molt_args_usage(args, "SOURCE_DATE_EPOCH: '%s' is not a number of seconds", text),
               false;
    *when = (time_t)seconds;
    return true;
}

static bool take_texts(const struct molt_args *args, struct molt_app_desc *desc)
{
    char time_now[16], date_now[16];
    struct tm tm;
    time_t when;

    if (!build_time(args, &when)) return false;
    if (!gmtime_r(&when, &tm) || !strftime(time_now, sizeof time_now, "%H:%M:%S", &tm) ||
        !strftime(date_now, sizeof date_now, "%b %e %Y", &tm))
        return molt_args_usage(args, "the time is not one that can be written"), false;
    return take_text(args, "project-name", NULL, desc->project_name, 31) &&
           take_text(args, "version", NULL, desc->version, 31) &&
           take_text(args, "time", time_now, desc->time, 15) &&
           take_text(args, "date", date_now, desc->date, 15) &&
           take_text(args, "idf-ver", "molt " MOLT_VERSION_TEXT, desc->idf_ver, 31);
}

/* The position in `list` of the word that --name gives, or of `fallback`. */
static bool take_place(const struct molt_args *args, const char *name, const char *fallback,
                       const char *const *list, uint8_t count, uint8_t *place)
{
    const char *word = molt_args_value(args, name, fallback);

    for (*place = 0; *place < count; (*place)++)
        if (strcmp(list[*place], word) == 0) return true;
    return molt_args_usage(args, "--%s: '%s' is not known", name, word), false;
}

static bool take_header(const struct molt_args *args, const struct molt_chip *chip,
                        struct molt_image_header *h)
{
    static const char *const modes[] = { "qio", "qout", "dio", "dout" };
    static const char *const sizes[] = {
        "1MB", "2MB", "4MB", "8MB", "16MB", "32MB", "64MB", "128MB",
    };

    *h = (struct molt_image_header){
        .magic = MOLT_IMAGE_MAGIC,
        .wp_pin = 0xEE, /* "not used"; what esptool writes */
        .chip_id = chip->id,
        .hash_appended = !molt_args_has(args, "no-digest"),
    };
    return take_place(args, "flash-mode", "dio", modes, sizeof modes / sizeof modes[0],
                      &h->spi_mode) &&
           take_place(args, "flash-size", "4MB", sizes, sizeof sizes / sizeof sizes[0],
                      &h->spi_size) &&
           molt_args_revision(args, "min-rev", 0, &h->min_chip_rev_full) &&
           molt_args_revision(args, "max-rev", UINT16_MAX, &h->max_chip_rev_full) &&
           molt_args_size(args, "entry", 0, &h->entry_addr);
}

static bool take_desc(const struct molt_args *args, const struct molt_chip *chip,
                      const struct molt_image_header *h, struct molt_app_desc *desc)
{
    *desc = (struct molt_app_desc){ .magic = MOLT_APP_DESC_MAGIC };
    while (UINT32_C(1) << desc->mmu_page_size < chip->mmu_page_len) desc->mmu_page_size++;
    /* The descriptor counts modes from 1, the header from 0; a virtual device has none. */
    if (chip->id != MOLT_CHIP_LINUX) desc->spi_flash_mode = (uint8_t)(h->spi_mode + 1);
    return take_texts(args, desc) &&
           molt_args_number(args, "secure-version", 0, &desc->secure_version);
}

/* The first address at which data is mapped, moved on by where the descriptor stands in a slot: so
 * it is right for each slot that starts on a page. */
static uint32_t desc_load_addr(const struct molt_chip *chip)
{
    uint32_t start = chip->mapped[0].start;

    return start ? start + MOLT_APP_DESC_OFF : 0;
}

static enum molt_err append(void *ctx, const uint8_t *bytes, uint32_t len)
{
    struct molt_bytes *out = ctx;

    memcpy(out->at + out->len, bytes, len);
    out->len += len;
    return MOLT_OK;
}

/* Builds, and checks what it built as the device will: an option may not fit the chip. */
static int build(const struct molt_args *args, const struct molt_chip *chip,
                 const struct molt_image_header *h, const struct molt_image_source segments[2],
                 struct molt_bytes *out)
{
    const struct molt_image_sink sink = { append, out };
    const struct molt_image_rules rules = {
        .chip = chip,
        .chip_rev = h->min_chip_rev_full,
        .need_app_desc = true,
        .len_max = molt_chip_image_len_max(chip),
    };
    uint32_t len = molt_image_build_len(h, segments, 2);
    struct molt_image_error error;
    struct molt_image image;

    if (len == 0) {
        molt_complain(molt_args_value(args, "app", ""), 0, NULL,
                      "is too long: a segment, and on some chips an image, is at most 16 MiB");
        return MOLT_EXIT_BAD;
    }
    out->at = malloc(len);
    if (!out->at || molt_image_build(h, segments, 2, &sink)) {
        molt_complain(args->operand[0], 0, NULL, "no memory");
        return MOLT_EXIT_USAGE;
    }
    if (molt_image_check(out->at, out->len, &rules, &image, &error)) {
        molt_complain_image(args->operand[0], out, chip, &error);
        return MOLT_EXIT_BAD;
    }
    return MOLT_EXIT_OK;
}

static bool is_elf(const struct molt_bytes *bytes)
{
    return bytes->len > 4 && memcmp(bytes->at, "\177ELF", 4) == 0;
}

static int create(const struct molt_args *args, const struct molt_chip *chip,
                  const struct molt_bytes *app)
{
    uint8_t desc_bytes[MOLT_APP_DESC_LEN];
    struct molt_bytes out = { 0 };
    struct molt_image_header h;
    struct molt_app_desc desc;
    uint32_t load_addr;

    if (!take_header(args, chip, &h) || !take_desc(args, chip, &h, &desc) ||
        !molt_args_size(args, "load-addr", 0, &load_addr))
        return MOLT_EXIT_USAGE;
    if (molt_sha256_of(app->at, app->len, desc.app_elf_sha256)) {
        molt_complain(args->operand[0], 0, NULL, "%s", molt_err_text(MOLT_ERR_CRYPTO));
        return MOLT_EXIT_USAGE;
    }
    molt_app_desc_encode(&desc, desc_bytes);

    const struct molt_image_source segments[2] = {
        { desc_load_addr(chip), desc_bytes, sizeof desc_bytes },
        { load_addr, app->at, app->len },
    };
    int exit_code = build(args, chip, &h, segments, &out);
    if (!exit_code) exit_code = molt_file_write(args->operand[0], out.at, out.len);
    molt_bytes_free(&out);
    return exit_code;
}

int molt_image_create(const struct molt_args *args)
{
    const char *path = molt_args_value(args, "app", NULL);
    const struct molt_chip *chip;
    struct molt_bytes app;

    if (!path) return molt_args_usage(args, "--app is needed");
    if (!molt_args_chip(args, NULL, &chip)) return MOLT_EXIT_USAGE;
    if (!chip) return molt_args_usage(args, "--chip is needed");

    int exit_code = molt_file_read(path, MOLT_IMAGE_LEN_MAX, &app);
    if (exit_code) return exit_code;
    if (chip->id == MOLT_CHIP_LINUX && !is_elf(&app)) {
        molt_complain(path, 0, NULL, "is not an ELF executable, which the virtual device runs");
        exit_code = MOLT_EXIT_BAD;
    } else {
        exit_code = create(args, chip, &app);
    }
    molt_bytes_free(&app);
    return exit_code;
}
