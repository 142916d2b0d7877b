/* An image that is streamed onto flash, with every flash operation going wrong once. */
#include "flash/stream.h"
#include "tests/support/power.h"

enum { AT = BOARD_OTA, LEN = 3 * BOARD_SECTOR, IMAGE_LEN = 2 * BOARD_SECTOR + 777 };

static struct power p;
static uint8_t image[IMAGE_LEN];
static enum molt_err work_err;
static uint32_t written; /* what the stream had said before the fault */

static void prepare(struct power *power)
{
    board_start(&power->board, (struct board_shape){ .ota_mask = 3 });
    memset(power->board.bytes + AT, 0x5A, LEN); /* an older image */
    for (size_t i = 0; i < sizeof image; i++) image[i] = (uint8_t)(i * 31 + i / 256);
    power_attach(power);
    power->allowed[0] = (struct power_range){ AT, LEN };
    written = 0;
}

static void write_image(struct power *power)
{
    const struct molt_region region = { &power->cut.nor, AT, LEN };
    struct molt_stream stream;

    work_err = molt_stream_open(&stream, &region, 0, 0);
    for (uint32_t off = 0; off < IMAGE_LEN && !work_err; off += 1000) {
        uint32_t len = IMAGE_LEN - off < 1000 ? IMAGE_LEN - off : 1000;

        work_err = molt_stream_write(&stream, image + off, len);
        if (!work_err) written = stream.off;
    }
    if (!work_err) work_err = molt_stream_flush(&stream);
}

static void check(struct power *power, bool finished)
{
    CHECK_MEM(power->board.bytes + AT, image, written); /* what was written is on flash */
    if (finished) CHECK(!power->lost && work_err == MOLT_OK);
    if (!finished && !power->lost) CHECK(work_err != MOLT_OK); /* refused: it is said so */
    CHECK(!power_run(power, 0, MOLT_CUT_BEFORE, 0, write_image));
    CHECK_EQ(work_err, MOLT_OK);
    CHECK_MEM(power->board.bytes + AT, image, IMAGE_LEN);
}

TEST(a_stream_that_is_cut_off_can_be_written_again)
{
    struct power_tally tally = { 0 };

    power_sweep(&p, prepare, write_image, check, &tally);
    power_check_tally(&tally);
}

TEST_MAIN()
