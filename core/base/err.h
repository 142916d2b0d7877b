/* The one error type of everything that is not ESP-IDF's API. */
#ifndef MOLT_BASE_ERR_H
#define MOLT_BASE_ERR_H

#ifdef __cplusplus
extern "C" {
#endif

/* One list, three uses: the enum, molt_err_name()/molt_err_text(), and device/ota/esp_err_map.c,
 * which turns each into the esp_err_t that ESP-IDF documents for the same situation. */
#define MOLT_ERR_LIST(X)                                                                           \
    X(OK, "no error")                                                                              \
    X(ARG, "an argument is outside its documented range")                                          \
    X(RANGE, "an offset or length leaves the region it refers to")                                 \
    X(ALIGN, "an offset or length is not a multiple of the flash's unit")                          \
    X(FORMAT, "bytes do not have the layout they claim")                                           \
    X(CHECKSUM, "layout is right, checksum or digest is not")                                      \
    X(FLASH, "the flash refused or failed an operation")                                           \
    X(ECC, "the flash holds an uncorrectable unit here")                                           \
    X(PROTECTED, "the region may not be written")                                                  \
    X(STATE, "the call is not allowed in the present state")                                       \
    X(FULL, "a fixed-size table or buffer has no room")                                            \
    X(NOT_FOUND, "nothing matches")                                                                \
    X(UNSUPPORTED, "this build or port does not have that feature")                                \
    X(WRONG_CHIP, "the image is for another chip or revision")                                     \
    X(OLD_VERSION, "the security version is below the device's")                                   \
    X(TIMEOUT, "the peer did not answer in time")                                                  \
    X(CLOSED, "the peer closed the connection")                                                    \
    X(RESOLVE, "the host name has no address")                                                     \
    X(CONNECT, "no connection to the host")                                                        \
    X(NETWORK, "the connection broke")                                                             \
    X(CRYPTO, "the hash engine failed")

enum molt_err {
#define X(name, text) MOLT_ERR_##name,
    MOLT_ERR_LIST(X)
#undef X
        MOLT_OK = MOLT_ERR_OK,
};

/* "MOLT_ERR_RANGE" for MOLT_ERR_RANGE; for logs and test failures. */
const char *molt_err_name(enum molt_err err);

/* The sentence of the list above. */
const char *molt_err_text(enum molt_err err);

#define MOLT_MUST_USE __attribute__((warn_unused_result))

#ifdef __cplusplus
}
#endif

#endif
