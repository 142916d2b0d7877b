/* molt image info: everything that an image says about itself, and whether it is true. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/unicode.h"
#include "cli/image.h"
#include "cli/json.h"

enum { HEX_LEN = 2 * MOLT_SHA256_LEN + 1, REV_LEN = 16, LABEL = 24, SECTOR_LEN = 4096 };

struct info {
    const uint8_t *bytes;
    size_t len;
    enum molt_image_kind kind;
    struct molt_image image; /* its layout */
    const struct molt_chip *chip;
    uint8_t checksum, checksum_found;
    uint8_t digest[MOLT_SHA256_LEN]; /* computed */
    bool checksum_ok, digest_ok;
    bool has_signature;
};

static const char *hex(const uint8_t *bytes, char text[HEX_LEN])
{
    for (size_t i = 0; i < MOLT_SHA256_LEN; i++) (void)snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    return text;
}

static const char *revision(uint16_t rev, char text[REV_LEN])
{
    (void)snprintf(text, REV_LEN, "v%u.%u", rev / 100u, rev % 100u);
    return text;
}

static const char *chip_name(const struct info *info)
{
    return info->chip ? info->chip->name : "unknown";
}

static const char *spi_mode(uint8_t mode)
{
    static const char *const names[] = { "QIO", "QOUT", "DIO", "DOUT", "FAST_READ", "SLOW_READ" };

    return mode < sizeof names / sizeof names[0] ? names[mode] : "unknown";
}

static const char *spi_speed(uint8_t speed)
{
    static const char *const names[16] = { "clock/2", "clock/3", "clock/4", [15] = "clock/1" };

    return names[speed & 15] ? names[speed & 15] : "unknown";
}

/* In MB; 0 when unknown. */
static unsigned spi_size(uint8_t size)
{
    return size < 8 ? 1u << size : 0;
}

/* What becomes of a segment. */
static const char *segment_use(const struct info *info, uint32_t index)
{
    const struct molt_image_segment *s = &info->image.segment[index];

    if (s->len >= 4 && memcmp(info->bytes + s->off, "\177ELF", 4) == 0) return "ELF executable";
    if (info->chip && molt_chip_maps(info->chip, s->load_addr)) return "mapped from flash";
    if (index == 0 && info->kind == MOLT_KIND_APP && s->load_addr == 0) return "descriptor";
    if (s->load_addr == 0) return "not loaded";
    if (s->load_addr < 0x10000000) return "reserved, not loaded"; /* as ESP-IDF's bootloader */
    return "copied to RAM";
}

/* Layout first: what is at least well-formed can be shown, even when checksum or digest are wrong. */
static enum molt_err examine(struct info *info, struct molt_image_error *error)
{
    const struct molt_image_rules rules = {
        .layout_only = true,
        .is_bootloader = info->kind != MOLT_KIND_APP, /* no minimum for segment 0 */
        .len_max = MOLT_IMAGE_LEN_MAX,
    };

    enum molt_err err = molt_image_check(info->bytes, info->len, &rules, &info->image, error);
    if (err) return err;
    bool with_digest = info->image.header.hash_appended;
    uint32_t body_len = info->image.len - (with_digest ? MOLT_SHA256_LEN : 0);

    info->chip = molt_chip_by_id(info->image.header.chip_id);
    info->checksum = MOLT_IMAGE_CHECKSUM_SEED;
    for (int i = 0; i < info->image.header.segment_count; i++) {
        const struct molt_image_segment *s = &info->image.segment[i];
        for (uint32_t off = 0; off < s->len; off++) info->checksum ^= info->bytes[s->off + off];
    }
    info->checksum_found = info->bytes[body_len - 1];
    info->checksum_ok = info->checksum == info->checksum_found;
    bool computed = molt_sha256_of(info->bytes, body_len, info->digest) == MOLT_OK;
    info->digest_ok = !with_digest ||
                      (computed && memcmp(info->digest, info->image.digest, MOLT_SHA256_LEN) == 0);
    /* A secure-boot-v2 signature sector follows on the next 4 KiB boundary. */
    uint32_t sector = molt_round_up(info->image.len, SECTOR_LEN);
    info->has_signature = info->len >= sector + SECTOR_LEN && info->bytes[sector] == 0xE7;
    return MOLT_OK;
}

/* ---- for people ---------------------------------------------------------------------------------- */

static void print_header(const struct info *info)
{
    const struct molt_image_header *h = &info->image.header;
    char text[REV_LEN];

    printf("%-*s %s\n", LABEL, "Image type:", molt_image_kind_name(info->kind));
    printf("%-*s %s (id 0x%04x)\n", LABEL, "Chip:", chip_name(info), h->chip_id);
    printf("%-*s %" PRIu32 " bytes", LABEL, "Image length:", info->image.len);
    if (info->len > info->image.len) printf(", %zu more behind it", info->len - info->image.len);
    printf("%s\n", info->has_signature ? ", among them a signature sector (not checked)" : "");
    printf("%-*s 0x%08" PRIx32 "\n", LABEL, "Entry point:", h->entry_addr);
    printf("%-*s %s, %s, %u MB\n", LABEL, "Flash:", spi_mode(h->spi_mode), spi_speed(h->spi_speed),
           spi_size(h->spi_size));
    printf("%-*s %s\n", LABEL, "Minimal chip revision:", revision(h->min_chip_rev_full, text));
    if (h->max_chip_rev_full == 0 || h->max_chip_rev_full == UINT16_MAX)
        printf("%-*s none\n", LABEL, "Maximal chip revision:");
    else
        printf("%-*s %s\n", LABEL, "Maximal chip revision:", revision(h->max_chip_rev_full, text));
}

static void print_segments(const struct info *info)
{
    printf("\nSegment      Length   Load addr   File offs  Use\n");
    for (uint32_t i = 0; i < info->image.header.segment_count; i++) {
        const struct molt_image_segment *s = &info->image.segment[i];

        printf("%7" PRIu32 "  0x%08" PRIx32 "  0x%08" PRIx32 "  0x%08" PRIx32 "  %s\n", i, s->len,
               s->load_addr, s->off, segment_use(info, i));
    }
    if (info->image.header.segment_count == 0) printf("   none\n");
}

static void print_footer(const struct info *info)
{
    char text[HEX_LEN];

    printf("\n%-*s 0x%02x (", LABEL, "Checksum:", info->checksum_found);
    if (info->checksum_ok)
        printf("valid)\n");
    else
        printf("INVALID, computed 0x%02x)\n", info->checksum);
    if (!info->image.header.hash_appended) {
        printf("%-*s none\n", LABEL, "SHA-256:");
        return;
    }
    printf("%-*s %s (", LABEL, "SHA-256:", hex(info->image.digest, text));
    if (info->digest_ok)
        printf("valid)\n");
    else
        printf("INVALID, computed %s)\n", hex(info->digest, text));
}

static void print_app(const struct molt_app_desc *d)
{
    char text[HEX_LEN], min[REV_LEN], max[REV_LEN];

    printf("\n%-*s %s\n", LABEL, "Project name:", d->project_name);
    printf("%-*s %s\n", LABEL, "App version:", d->version);
    printf("%-*s %" PRIu32 "\n", LABEL, "Secure version:", d->secure_version);
    printf("%-*s %s %s\n", LABEL, "Compile time:", d->date, d->time);
    printf("%-*s %s\n", LABEL, "ELF file SHA-256:", hex(d->app_elf_sha256, text));
    printf("%-*s %s\n", LABEL, "ESP-IDF:", d->idf_ver);
    printf("%-*s %s to %s\n", LABEL,
           "eFuse block revisions:", revision(d->min_efuse_blk_rev_full, min),
           d->max_efuse_blk_rev_full == 0 || d->max_efuse_blk_rev_full == UINT16_MAX
               ? "any"
               : revision(d->max_efuse_blk_rev_full, max));
    if (d->mmu_page_size > 0 && d->mmu_page_size < 32)
        printf("%-*s %" PRIu32 " KB\n", LABEL,
               "MMU page size:", (UINT32_C(1) << d->mmu_page_size) / 1024);
}

static void print_bootloader(const struct molt_bootloader_desc *d)
{
    printf("\n%-*s %" PRIu32 "\n", LABEL, "Bootloader version:", d->version);
    printf("%-*s %u\n", LABEL, "Secure version:", d->secure_version);
    printf("%-*s %s\n", LABEL, "Compile time:", d->date_time);
    printf("%-*s %s\n", LABEL, "ESP-IDF:", d->idf_ver);
}

static void print_text(const struct info *info)
{
    const uint8_t *desc = info->bytes + MOLT_APP_DESC_OFF;

    print_header(info);
    print_segments(info);
    print_footer(info);
    if (info->kind == MOLT_KIND_APP) {
        struct molt_app_desc app = molt_app_desc_decode(desc);

        molt_app_desc_tidy(&app);
        print_app(&app);
    } else if (info->kind == MOLT_KIND_BOOTLOADER) {
        struct molt_bootloader_desc boot = molt_bootloader_desc_decode(desc);

        molt_tidy(boot.idf_ver);
        molt_tidy(boot.date_time);
        print_bootloader(&boot);
    }
}

/* ---- for programs -------------------------------------------------------------------------------- */

static json_t *segments_json(const struct info *info)
{
    json_t *list = json_array();

    for (uint32_t i = 0; i < info->image.header.segment_count; i++) {
        const struct molt_image_segment *s = &info->image.segment[i];

        (void)json_array_append_new(
            list, json_pack("{sI sI sI ss}", "load_addr", (json_int_t)s->load_addr, "length",
                            (json_int_t)s->len, "offset", (json_int_t)s->off, "use",
                            segment_use(info, i)));
    }
    return list;
}

static json_t *app_json(const struct molt_app_desc *d)
{
    char text[HEX_LEN];

    return json_pack("{so so sI so so so ss si si si si}", "project_name",
                     molt_json_text(d->project_name), "version", molt_json_text(d->version),
                     "secure_version", (json_int_t)d->secure_version, "time",
                     molt_json_text(d->time), "date", molt_json_text(d->date), "idf_ver",
                     molt_json_text(d->idf_ver), "app_elf_sha256", hex(d->app_elf_sha256, text),
                     "min_efuse_blk_rev", (int)d->min_efuse_blk_rev_full, "max_efuse_blk_rev",
                     (int)d->max_efuse_blk_rev_full, "mmu_page_size", (int)d->mmu_page_size,
                     "spi_flash_mode", (int)d->spi_flash_mode);
}

static json_t *bootloader_json(const struct molt_bootloader_desc *d)
{
    return json_pack("{sI si so so}", "version", (json_int_t)d->version, "secure_version",
                     (int)d->secure_version, "idf_ver", molt_json_text(d->idf_ver), "date_time",
                     molt_json_text(d->date_time));
}

static json_t *digest_json(const struct info *info)
{
    char text[HEX_LEN];

    if (!info->image.header.hash_appended) return json_null();
    return json_pack("{ss sb}", "value", hex(info->image.digest, text), "valid",
                     (int)info->digest_ok);
}

static bool print_json(const struct info *info)
{
    const struct molt_image_header *h = &info->image.header;
    const uint8_t *desc = info->bytes + MOLT_APP_DESC_OFF;
    json_t *json = json_pack(
        "{ss ss si sI sI sI ss si si si so s{si sb} so}", "type", molt_image_kind_name(info->kind),
        "chip", chip_name(info), "chip_id", (int)h->chip_id, "length", (json_int_t)info->image.len,
        "file_length", (json_int_t)info->len, "entry", (json_int_t)h->entry_addr, "flash_mode",
        spi_mode(h->spi_mode), "flash_size_mb", (int)spi_size(h->spi_size), "min_chip_rev",
        (int)h->min_chip_rev_full, "max_chip_rev", (int)h->max_chip_rev_full, "segments",
        segments_json(info), "checksum", "value", (int)info->checksum_found, "valid",
        (int)info->checksum_ok, "digest", digest_json(info));

    if (info->kind == MOLT_KIND_APP) {
        struct molt_app_desc app = molt_app_desc_decode(desc);
        (void)json_object_set_new(json, "app", app_json(&app));
    } else if (info->kind == MOLT_KIND_BOOTLOADER) {
        struct molt_bootloader_desc boot = molt_bootloader_desc_decode(desc);
        (void)json_object_set_new(json, "bootloader", bootloader_json(&boot));
    }
    bool ok = json && json_dumpf(json, stdout, JSON_INDENT(2)) == 0;
    printf("\n");
    json_decref(json);
    return ok;
}

int molt_image_info(const struct molt_args *args)
{
    const char *path = args->operand[0];
    struct molt_image_error error;
    struct molt_bytes file;

    int exit_code = molt_file_read(path, MOLT_IMAGE_LEN_MAX, &file);
    if (exit_code) return exit_code;
    struct info info = {
        .bytes = file.at,
        .len = file.len,
        .kind = molt_image_kind_of(file.at, file.len),
    };
    if (examine(&info, &error)) {
        molt_complain_image(path, &file, NULL, &error);
        exit_code = MOLT_EXIT_BAD;
    } else {
        if (!molt_args_has(args, "json"))
            print_text(&info);
        else if (!print_json(&info))
            exit_code = MOLT_EXIT_USAGE;
        if (!info.checksum_ok || !info.digest_ok) exit_code = MOLT_EXIT_BAD;
    }
    molt_bytes_free(&file);
    return exit_code;
}
