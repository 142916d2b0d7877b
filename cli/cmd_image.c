/* molt image: make, look at and check app and bootloader images. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/unicode.h"
#include "cli/commands.h"
#include "cli/image.h"

enum { CHIP_LIST_LEN = 256 };

enum molt_image_kind molt_image_kind_of(const uint8_t *bytes, size_t len)
{
    const uint8_t *desc = bytes + MOLT_APP_DESC_OFF;

    if (len < MOLT_APP_DESC_OFF + MOLT_BOOTLOADER_DESC_LEN) return MOLT_KIND_UNKNOWN;
    if (molt_load_le32(desc) == MOLT_APP_DESC_MAGIC) return MOLT_KIND_APP;
    /* One byte is little of a magic; the two reserved ones behind it are zero. */
    if (desc[0] == MOLT_BOOTLOADER_DESC_MAGIC && desc[1] == 0 && desc[2] == 0)
        return MOLT_KIND_BOOTLOADER;
    return MOLT_KIND_UNKNOWN;
}

const char *molt_image_kind_name(enum molt_image_kind kind)
{
    static const char *const names[] = {
        [MOLT_KIND_APP] = "app",
        [MOLT_KIND_BOOTLOADER] = "bootloader",
        [MOLT_KIND_UNKNOWN] = "unknown",
    };
    return names[kind];
}

const struct molt_chip *molt_image_chip(const uint8_t *bytes, size_t len)
{
    if (len < MOLT_IMAGE_HEADER_LEN || bytes[0] != MOLT_IMAGE_MAGIC) return NULL;
    const struct molt_chip *chip = molt_chip_by_id(molt_image_header_decode(bytes).chip_id);
    return chip ? chip : molt_chip_at(0);
}

struct molt_image_rules molt_image_own_rules(const uint8_t *bytes, size_t len,
                                             const struct molt_chip *chip)
{
    struct molt_image_rules rules = { .chip = chip };

    if (!chip) rules.chip = molt_image_chip(bytes, len);
    if (len >= MOLT_IMAGE_HEADER_LEN)
        rules.chip_rev = molt_image_header_decode(bytes).min_chip_rev_full;
    if (len >= MOLT_APP_DESC_OFF + MOLT_APP_DESC_LEN)
        rules.efuse_blk_rev =
            molt_app_desc_decode(bytes + MOLT_APP_DESC_OFF).min_efuse_blk_rev_full;
    return rules;
}

int molt_image_accept(const char *path, const struct molt_bytes *file,
                      const struct molt_image_rules *rules)
{
    struct molt_image_error error;
    struct molt_image image;

    if (molt_image_check(file->at, file->len, rules, &image, &error) == MOLT_OK)
        return MOLT_EXIT_OK;
    molt_complain_image(path, file, rules->chip, &error);
    return MOLT_EXIT_BAD;
}

void molt_app_desc_tidy(struct molt_app_desc *desc)
{
    molt_tidy(desc->version);
    molt_tidy(desc->project_name);
    molt_tidy(desc->time);
    molt_tidy(desc->date);
    molt_tidy(desc->idf_ver);
}

bool molt_args_chip(const struct molt_args *args, const struct molt_chip *fallback,
                    const struct molt_chip **chip)
{
    const char *name = molt_args_value(args, "chip", NULL);
    char list[CHIP_LIST_LEN] = "";

    *chip = name ? molt_chip_by_name(name) : fallback;
    if (!name || *chip) return true;
    for (size_t i = 0; molt_chip_at(i); i++) {
        size_t used = strlen(list);
        (void)snprintf(list + used, sizeof list - used, " %s", molt_chip_at(i)->name);
    }
    (void)molt_args_usage(args, "--chip: '%s' is not one of:%s", name, list);
    return false;
}

/* A decimal number of one to `digits_max` digits; NULL when there is none, else what follows. */
static const char *take_number(const char *text, int digits_max, unsigned *number)
{
    int digits = 0;

    for (*number = 0; digits < digits_max && *text >= '0' && *text <= '9'; digits++)
        *number = *number * 10 + (unsigned)(*text++ - '0');
    return digits > 0 ? text : NULL;
}

bool molt_args_revision(const struct molt_args *args, const char *name, uint16_t fallback,
                        uint16_t *revision)
{
    const char *text = molt_args_value(args, name, NULL);
    unsigned major, minor;

    *revision = fallback;
    if (!text) return true;
    const char *rest = take_number(text, 3, &major);
    if (rest && *rest == '.') {
        rest = take_number(rest + 1, 2, &minor);
        *revision = (uint16_t)(major * 100 + minor);
        if (rest && *rest == '\0' && major * 100 + minor <= UINT16_MAX) return true;
    }
    (void)molt_args_usage(args, "--%s: '%s' is not a revision such as 3.1", name, text);
    return false;
}

/* What the options give, or what suits this image best. */
static bool take_rules(const struct molt_args *args, const struct molt_bytes *file,
                       struct molt_image_rules *rules)
{
    const struct molt_chip *chip;

    if (!molt_args_chip(args, NULL, &chip)) return false;
    *rules = molt_image_own_rules(file->at, file->len, chip);
    rules->is_bootloader = molt_args_has(args, "bootloader");
    rules->ignore_max_rev = molt_args_has(args, "ignore-max-revision");
    rules->need_app_desc = molt_args_has(args, "need-descriptor");
    uint32_t addr = rules->is_bootloader && rules->chip ? rules->chip->bootloader_addr : 0;
    return molt_args_revision(args, "chip-revision", rules->chip_rev, &rules->chip_rev) &&
           molt_args_revision(args, "efuse-revision", rules->efuse_blk_rev,
                              &rules->efuse_blk_rev) &&
           molt_args_size(args, "address", addr, &rules->addr) &&
           molt_args_size(args, "size", molt_chip_image_len_max(rules->chip), &rules->len_max);
}

int molt_image_verify(const struct molt_args *args)
{
    const char *path = args->operand[0];
    struct molt_image_rules rules;
    struct molt_bytes file;

    int exit_code = molt_file_read(path, MOLT_IMAGE_LEN_MAX, &file);
    if (exit_code) return exit_code;
    if (!take_rules(args, &file, &rules))
        exit_code = MOLT_EXIT_USAGE;
    else
        exit_code = molt_image_accept(path, &file, &rules);
    if (exit_code == MOLT_EXIT_BAD && !rules.is_bootloader &&
        molt_image_kind_of(file.at, file.len) == MOLT_KIND_BOOTLOADER)
        molt_complain(path, 0, NULL, "it looks like a bootloader; try --bootloader");
    molt_bytes_free(&file);
    return exit_code;
}

static const struct molt_option k_info_options[] = {
    { "json", 'j', MOLT_OPT_FLAG, NULL, "for programs", NULL },
    { .name = NULL },
};

static const struct molt_option k_verify_options[] = {
    { "chip", 'c', MOLT_OPT_VALUE, "NAME", "the device's chip; default: the image's", NULL },
    { "chip-revision", 'r', MOLT_OPT_VALUE, "M.N", "default: the image's oldest", NULL },
    { "efuse-revision", 0, MOLT_OPT_VALUE, "M.N", "eFuse block revision; default: likewise", NULL },
    { "ignore-max-revision", 0, MOLT_OPT_FLAG, NULL, "the chip's fuse for this is burnt", NULL },
    { "address", 0, MOLT_OPT_VALUE, "ADDR", "flash address of the slot; default: on a page", NULL },
    { "size", 0, MOLT_OPT_VALUE, "SIZE", "of the slot; default: the largest of the chip", NULL },
    { "bootloader", 0, MOLT_OPT_FLAG, NULL, "it is a second-stage bootloader", NULL },
    { "need-descriptor", 0, MOLT_OPT_FLAG, NULL, "refuse an app without one, as upgrades do",
      NULL },
    { .name = NULL },
};

static const struct molt_command k_commands[] = {
    { .name = "create",
      .summary = "make an app image",
      .operands = "OUT",
      .operands_min = 1,
      .operands_max = 1,
      .options = molt_image_create_options,
      .run = molt_image_create },
    { .name = "info",
      .summary = "show what is in an app or bootloader image",
      .operands = "FILE",
      .operands_min = 1,
      .operands_max = 1,
      .options = k_info_options,
      .run = molt_image_info },
    { .name = "verify",
      .summary = "would a device accept this image?",
      .operands = "FILE",
      .operands_min = 1,
      .operands_max = 1,
      .options = k_verify_options,
      .run = molt_image_verify,
      .more =
          "Accepts exactly what a device of that chip and revision accepts; otherwise says where\n"
          "and why, and exits 1. Bytes behind the image (a signature, an erased slot) are "
          "ignored." },
    { .name = NULL },
};

const struct molt_command molt_cmd_image = {
    .name = "image",
    .summary = "make, look at and check app images",
    .commands = k_commands,
};
