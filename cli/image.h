/* What the commands about images share. */
#ifndef MOLT_CLI_IMAGE_H
#define MOLT_CLI_IMAGE_H

#include "cli/args.h"
#include "cli/files.h"
#include "format/image.h"

enum molt_image_kind {
    MOLT_KIND_APP,        /* segment 0 starts with an app descriptor */
    MOLT_KIND_BOOTLOADER, /* ... with a bootloader descriptor */
    MOLT_KIND_UNKNOWN,    /* ... with neither: either, from before descriptors */
};

enum molt_image_kind molt_image_kind_of(const uint8_t *bytes, size_t len);

/* "app" for MOLT_KIND_APP. Constants. */
const char *molt_image_kind_name(enum molt_image_kind kind);

/* The chip that an image says it is for; NULL when it is no image. An id that is not known gives some
 * other chip, so that the check which follows refuses it: nothing here knows that chip's rules. */
const struct molt_chip *molt_image_chip(const uint8_t *bytes, size_t len);

/* Makes the texts of a descriptor safe to print (base/unicode.h, molt_tidy()). */
void molt_app_desc_tidy(struct molt_app_desc *desc);

/* The rules of the device that suits this image best: of `chip`, or with NULL of the image's own, and
 * of the oldest revisions that it runs on; the check is then about everything else. addr, len_max
 * and what is not about the chip are 0. */
struct molt_image_rules molt_image_own_rules(const uint8_t *bytes, size_t len,
                                             const struct molt_chip *chip);

/* Checks the file against the rules; prints where and why when they refuse it. An exit code. */
int molt_image_accept(const char *path, const struct molt_bytes *file,
                      const struct molt_image_rules *rules);

/* Prints "FILE: offset 0x1c: segment length: is not a multiple of 4". `file` and `chip` are what was
 * checked and for which; chip may be NULL when the rules had none. */
void molt_complain_image(const char *path, const struct molt_bytes *file,
                         const struct molt_chip *chip, const struct molt_image_error *error);

/* The chip that --chip names, `fallback` when it is not given. False, and said so, when unknown. */
bool molt_args_chip(const struct molt_args *args, const struct molt_chip *fallback,
                    const struct molt_chip **chip);

/* The revision that --name gives as M.N, in the format's M * 100 + N. False when it is not one. */
bool molt_args_revision(const struct molt_args *args, const char *name, uint16_t fallback,
                        uint16_t *revision);

/* molt image create | info | verify, each in its own file. */
extern const struct molt_option molt_image_create_options[];
int molt_image_create(const struct molt_args *args);
int molt_image_info(const struct molt_args *args);
int molt_image_verify(const struct molt_args *args);

#endif
