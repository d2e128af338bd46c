/* SPDX-License-Identifier: MIT */
/* Images: every kind of PNG and JPEG, turning, fitting, folders, and every fault with its code.
 * labels: core data */
#include "picture_write.h"

#include "data/picture.h"

#if defined(SFT_HAVE_PNG) && defined(SFT_HAVE_JPEG)

static sft_split_conf all_training = { .validation = 0 };
static made_picture   made;

static void expect_pixels(int64_t width, int64_t height, int64_t channels, const uint8_t *want)
{
    sft_ctx    *c = check_open();
    sft_picture p;
    sft__picture_decode(c, "a.png", made.p, made.n, &p);
    CHECK_OK(c);
    assert_int_equal(p.width, width);
    assert_int_equal(p.height, height);
    assert_int_equal(p.channels, channels);
    assert_memory_equal(p.pixel, want, (size_t)(width * height * channels));
    sft__picture_free(c, &p);
    sft_close(c);
}

static void every_png_is_decoded(void **state)
{
    (void)state;
    const uint8_t grey[12] = { 0, 1, 2, 3, 100, 255, 7, 8, 9, 10, 11, 12 };
    made_png(&made, 4, 3, 8, PNG_COLOR_TYPE_GRAY, false, grey, 4);
    expect_pixels(4, 3, 1, grey);
    made_png(&made, 4, 3, 8, PNG_COLOR_TYPE_GRAY, true, grey, 4);
    expect_pixels(4, 3, 1, grey);
    made_png(&made, 2, 2, 8, PNG_COLOR_TYPE_RGB, true, grey, 6);
    expect_pixels(2, 2, 3, grey);
    made_png(&made, 3, 1, 8, PNG_COLOR_TYPE_RGB_ALPHA, false, grey, 12);
    expect_pixels(3, 1, 3, (uint8_t[]){ 0, 1, 2, 100, 255, 7, 9, 10, 11 });
    made_png(&made, 2, 1, 8, PNG_COLOR_TYPE_GRAY_ALPHA, false, grey, 4);
    expect_pixels(2, 1, 1, (uint8_t[]){ 0, 2 });
    made_png(&made, 4, 1, 8, PNG_COLOR_TYPE_PALETTE, false, (uint8_t[]){ 2, 0, 1, 3 }, 4);
    expect_pixels(4, 1, 3, (uint8_t[]){ 255, 0, 7, 1, 2, 3, 40, 50, 60, 9, 9, 9 });
    made_png(&made, 4, 1, 2, PNG_COLOR_TYPE_PALETTE, false, (uint8_t[]){ 0x87 }, 1);
    expect_pixels(4, 1, 3, (uint8_t[]){ 255, 0, 7, 1, 2, 3, 40, 50, 60, 9, 9, 9 });
    made_png(&made, 4, 1, 2, PNG_COLOR_TYPE_GRAY, false, (uint8_t[]){ 0x1B }, 1);
    expect_pixels(4, 1, 1, (uint8_t[]){ 0, 85, 170, 255 });
    made_png(&made, 8, 1, 1, PNG_COLOR_TYPE_GRAY, false, (uint8_t[]){ 0xA5 }, 1);
    expect_pixels(8, 1, 1, (uint8_t[]){ 255, 0, 255, 0, 0, 255, 0, 255 });
    /* 16 bits are scaled: v * 255 / 65535, rounded */
    made_png(&made, 4, 1, 16, PNG_COLOR_TYPE_GRAY, false,
             (uint8_t[]){ 0, 0, 0xFF, 0xFF, 0x80, 0, 0x12, 0xC0 }, 8);
    expect_pixels(4, 1, 1, (uint8_t[]){ 0, 255, 128, 19 });
}

/* A picture whose quarters are far apart: JPEG's loss stays below the difference. */
static void quarters(uint8_t *p, int width, int height, int channels)
{
    static const uint8_t level[4] = { 0, 80, 160, 240 };
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            for (int k = 0; k < channels; k++)
                p[(y * width + x) * channels + k] = level[2 * (y >= height / 2) + (x >= width / 2)];
}

/* Which quarter of `quarters` a corner shows. */
static int corner(const sft_picture *p, int64_t x, int64_t y)
{
    return (p->pixel[(y * p->width + x) * p->channels] + 40) / 80;
}

static void jpegs_are_decoded_and_upright(void **state)
{
    (void)state;
    /* the quarters at the upper left, upper right, lower left and lower right that EXIF's orientation makes of 0 1 2 3 */
    static const int want[9][4] = { { 0, 1, 2, 3 }, { 0, 1, 2, 3 }, { 1, 0, 3, 2 },
                                    { 3, 2, 1, 0 }, { 2, 3, 0, 1 }, { 0, 2, 1, 3 },
                                    { 2, 0, 3, 1 }, { 3, 1, 2, 0 }, { 1, 3, 0, 2 } };
    uint8_t          pixels[32 * 16 * 3];
    sft_ctx         *c = check_open();
    for (int k = 0; k < 36; k++) {
        int orientation = k % 9, channels = k / 9 % 2 ? 3 : 1,
            scans = k >= 18 && channels == 1 ? 10 : 0;
        sft_picture p;
        quarters(pixels, 32, 16, channels);
        made_jpeg(&made, 32, 16, channels, orientation, scans, pixels);
        sft__picture_decode(c, "a.jpg", made.p, made.n, &p);
        CHECK_OK(c);
        assert_int_equal(p.width, orientation >= 5 ? 16 : 32);
        assert_int_equal(p.channels, channels);
        int64_t right = p.width - 1, down = p.height - 1;
        int     seen[4] = { corner(&p, 0, 0), corner(&p, right, 0), corner(&p, 0, down),
                            corner(&p, right, down) };
        for (int i = 0; i < 4; i++)
            if (seen[i] != want[orientation][i])
                fail_msg("orientation %d, corner %d: %d, k=%d", orientation, i, seen[i], k);
        sft__picture_free(c, &p);
    }
    sft_close(c);
}

/* ---- fitting --------------------------------------------------------------------------------- */

static void pictures_are_fitted(void **state)
{
    (void)state;
    sft_ctx    *c = check_open();
    uint8_t     to[64], pixel[32 * 16];
    sft_picture p = { 4, 2, 1, (uint8_t[]){ 10, 20, 30, 40, 50, 60, 70, 80 } };
    sft__picture_fit(c, &p, SFT_FIT_STRETCH, 3, 2, 4,
                     to); /* the same size: copied, grey to three channels */
    for (int k = 0; k < 3; k++) assert_memory_equal(to + 8 * k, p.pixel, 8);
    sft_picture rgb = { 1, 1, 3, (uint8_t[]){ 200, 100, 50 } };
    sft__picture_fit(c, &rgb, SFT_FIT_STRETCH, 1, 1, 1, to);
    assert_int_equal(to[0], 124); /* 0.299 r + 0.587 g + 0.114 b = 124.2 */
    sft__picture_fit(c, &rgb, SFT_FIT_STRETCH, 3, 2, 1, to);
    assert_memory_equal(to, ((uint8_t[]){ 200, 200, 100, 100, 50, 50 }), 6);
    /* half the width, the triangle 4 pixels wide: 1/8 3/8 3/8 1/8, and 3/7 3/7 1/7 at the border */
    sft__picture_fit(c, &p, SFT_FIT_STRETCH, 1, 2, 2, to);
    assert_memory_equal(to, ((uint8_t[]){ 17, 33, 57, 73 }), 4);
    /* crop keeps the middle, pad adds black */
    sft__picture_fit(c, &p, SFT_FIT_CROP, 1, 2, 2, to);
    assert_memory_equal(to, ((uint8_t[]){ 20, 30, 60, 70 }), 4);
    sft__picture_fit(c, &p, SFT_FIT_PAD, 1, 4, 4, to);
    assert_memory_equal(to, ((uint8_t[]){ 0, 0, 0, 0, 10, 20, 30, 40, 50, 60, 70, 80, 0, 0, 0, 0 }),
                        16);
    /* one colour stays so at any size */
    memset(pixel, 77, sizeof pixel);
    p = (sft_picture){ 32, 16, 1, pixel };
    for (int side = 1; side <= 8; side++) {
        sft__picture_fit(c, &p, SFT_FIT_STRETCH, 1, side, 8, to);
        for (int i = 0; i < 8 * side; i++) assert_int_equal(to[i], 77);
    }
    CHECK_OK(c);
    sft_close(c);
}

/* ---- folders --------------------------------------------------------------------------------- */

static void put_grey(const char *folder, const char *name, uint8_t level, int width, int height)
{
    uint8_t pixels[64 * 64];
    memset(pixels, level, sizeof pixels);
    made_png(&made, width, height, 8, PNG_COLOR_TYPE_GRAY, false, pixels, width);
    folder_write(folder, name, made.p, made.n);
}

static void make_folders(const char *path, const char *names)
{
    char command[1024];
    snprintf(command, sizeof command, "cd '%s' && mkdir -p %s", path, names);
    assert_int_equal(system(command), 0);
}

static void a_folder_is_a_class(void **state)
{
    (void)state;
    char     path[64];
    sft_ctx *c = check_open();
    folder_make(path);
    make_folders(path, "cat dog/more .hidden");
    put_grey(path, "dog/b.PNG", 4, 2, 3);
    put_grey(path, "dog/more/a.png", 5, 2, 3);
    put_grey(path, "cat/2.png", 2, 2, 3);
    put_grey(path, "cat/1.png", 1, 2, 3);
    put_grey(path, ".hidden/1.png", 9, 2, 3);
    kept_notes notes = { "" };
    sft_on_note(c, keep_note, &notes);
    sft_data *d = open_line(c, "images:%s", path, &all_training);
    CHECK_OK(c);
    assert_null(strstr(notes.text, "W257"));
    assert_int_equal(d->facts.count[SFT_TRAIN], 4);
    assert_int_equal(d->facts.shape.dim[0], 1); /* all are grey */
    assert_int_equal(d->facts.shape.dim[1], 3);
    assert_int_equal(d->facts.shape.dim[2], 2);
    assert_string_equal(d->facts.class_names[1], "dog");
    static const uint8_t level[4] = { 1, 2, 4, 5 };
    for (int i = 0; i < 4; i++) assert_int_equal(d->raw.train.bytes[6 * i], level[i]);
    assert_memory_equal(d->raw.train.label, ((int32_t[]){ 0, 0, 1, 1 }), 16);
    sft_data_free(d);
    folder_text(path, "dog/notes.txt", "x");
    folder_text(path, "readme", "x");
    d = open_line(c, "images:%s size=4x5 color=rgb", path, &all_training);
    CHECK_OK(c);
    assert_non_null(strstr(notes.text, "W257"));
    assert_non_null(strstr(notes.text, "2 files"));
    assert_int_equal(sft__count(d->facts.shape), 60);
    sft_data_free(d);
    folder_remove(path);
    sft_close(c);
}

static void splits_of_their_own(void **state)
{
    (void)state;
    char     path[64];
    sft_ctx *c = check_open();
    folder_make(path);
    make_folders(path, "train/a train/b val/b test/a");
    put_grey(path, "train/a/1.png", 1, 2, 2);
    put_grey(path, "train/b/1.png", 2, 2, 2);
    put_grey(path, "val/b/1.png", 3, 2, 2);
    put_grey(path, "test/a/1.png", 4, 2, 2);
    sft_data *d = open_line(c, "images:%s", path, NULL);
    CHECK_OK(c);
    for (int s = 0; s < SFT_SPLITS; s++)
        assert_int_equal(d->facts.count[s], s == SFT_TRAIN ? 2 : 1);
    float x[4], y;
    sft_data_sample(d, SFT_VALIDATION, 0, x, &y);
    CHECK_NEAR((x[0] - d->shift[0]) / d->scale[0], 3, 1e-5);
    assert_true(y == 1);
    sft_data_free(d);
    make_folders(path, "test/zebra");
    put_grey(path, "test/zebra/1.png", 4, 2, 2);
    assert_null(open_line(c, "images:%s", path, NULL));
    CHECK_FAILS(c, "E240", "class `zebra`");
    folder_remove(path);
    sft_close(c);
}

/* ---- faults ---------------------------------------------------------------------------------- */

/* A folder with this file as cat/bad.png is refused so; every byte of memory comes back. */
static void expect(const void *bytes, size_t size, const char *id, const char *part)
{
    check_memory m = { 0 };
    sft_ctx     *c =
        sft_open(&(sft_config){ .threads = 1, .realloc = check_realloc, .realloc_user = &m });
    char path[64];
    folder_make(path);
    make_folders(path, "cat");
    folder_write(path, "cat/bad.png", bytes, size);
    if (open_line(c, "images:%s size=8", path, &all_training))
        fail_msg("no failure, where %s is expected: %s", id, part);
    if (!strstr(sft_message(c), "cat/bad.png"))
        fail_msg("the message does not name the file: %s", sft_message(c));
    assert_int_equal(sft_code(c), SFT_DATA);
    CHECK_FAILS(c, id, part);
    folder_remove(path);
    sft_close(c);
    assert_int_equal(m.in_use, 0);
}

static void set_big(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++) p[i] = (uint8_t)(v >> (24 - 8 * i));
}

/* CRC-32 of PNG's first chunk after its sizes were changed. */
static void new_size(uint32_t width, uint32_t height)
{
    uint32_t crc = 0xFFFFFFFFu;
    set_big(made.p + 16, width);
    set_big(made.p + 20, height);
    for (int i = 12; i < 29; i++) {
        crc ^= made.p[i];
        for (int k = 0; k < 8; k++) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    set_big(made.p + 29, ~crc);
}

static void png_faults(void **state)
{
    (void)state;
    uint8_t pixels[32 * 32];
    for (int i = 0; i < 32 * 32; i++) pixels[i] = (uint8_t)(i * i >> 3);
    made_png(&made, 32, 32, 8, PNG_COLOR_TYPE_GRAY, false, pixels, 32);
    const size_t whole = made.n;
    for (size_t n = 8; n < whole; n += 13) expect(made.p, n, "E250", "cut off");
    expect(made.p, 5, "E250", "cut off");
    made.p[whole - 13] ^= 1; /* the sum of IDAT lies in front of IEND's twelve bytes */
    expect(made.p, whole, "E251", "CRC");
    made.p[whole - 13] ^= 1;
    made.p[60] ^= 1;
    expect(made.p, whole, "E254", "damaged");
    made.p[60] ^= 1;
    new_size(60000, 32);
    expect(made.p, whole, "E252", "60000 x 32 pixels");
    new_size(32, 60000);
    expect(made.p, whole, "E252", "at most 16384 a side");
    new_size(16000, 16000);
    expect(made.p, whole, "E250", "cut off");
    new_size(0, 32);
    expect(made.p, whole, "E254", "damaged");
    expect("GIF89a and more of it", 21, "E253", "neither PNG nor JPEG");
}

static void jpeg_faults(void **state)
{
    (void)state;
    uint8_t pixels[32 * 16 * 4];
    quarters(pixels, 32, 16, 4);
    made_jpeg(&made, 32, 16, 4, 0, 0, pixels);
    expect(made.p, made.n, "E255", "CMYK");
    for (int i = 0; i < 32 * 16; i++) pixels[i] = (uint8_t)(i * i >> 2);
    made_jpeg(&made, 32, 16, 1, 0, 150, pixels);
    expect(made.p, made.n, "E256", "more than 100 scans");
    made_jpeg(&made, 32, 16, 1, 0, 0, pixels);
    sft_ctx *c = check_open();
    for (size_t n = 3; n < made.n - 2; n += 7) { /* cut anywhere, it is refused */
        sft_picture p;
        assert_int_equal(sft__picture_decode(c, "cut.jpg", made.p, n, &p), SFT_DATA);
        assert_null(p.pixel);
        sft_clear(c);
    }
    sft_close(c);
    expect(made.p, made.n * 3 / 4, "E250", "cut off");
    for (size_t i = 2; i + 9 < made.n;
         i++) /* the frame header: FF C0, length, precision, height, width */
        if (made.p[i] == 0xFF && made.p[i + 1] == 0xC0) {
            made.p[i + 5] = made.p[i + 7] = 0x3F;
            break;
        }
    expect(made.p, made.n, "E252", "bomb");
}

static void folder_faults(void **state)
{
    (void)state;
    char     path[64], link[128];
    sft_ctx *c = check_open();
    folder_make(path);
    assert_null(open_line(c, "images:%s/none", path, NULL));
    CHECK_FAILS(c, "E200", "working folder");
    assert_null(open_line(c, "images:%s", path, NULL));
    CHECK_FAILS(c, "E245", "a folder a class is expected");
    make_folders(path, "cat/deep");
    put_grey(path, "cat/1.png", 1, 2, 2);
    put_grey(path, "cat/2.png", 1, 3, 2);
    assert_null(open_line(c, "images:%s", path, NULL));
    CHECK_FAILS(c, "E202", "give size=");
    snprintf(link, sizeof link, "%s/cat/deep/up", path);
    assert_int_equal(symlink("..", link), 0);
    assert_null(open_line(c, "images:%s size=2", path, NULL));
    CHECK_FAILS(c, "E258", "leads back into itself");
    assert_int_equal(unlink(link), 0);
    snprintf(link, sizeof link, "%s/cat/deep", path);
    assert_int_equal(chmod(link, 0), 0);
    uid_t me = geteuid();
    assert_int_equal(chmod(path, 0755), 0);
    if (me == 0) assert_int_equal(seteuid(65534), 0); /* for root nothing is unreadable */
    assert_null(open_line(c, "images:%s size=2", path, NULL));
    if (me == 0) assert_int_equal(seteuid(0), 0);
    CHECK_FAILS(c, "E259", "cat/deep cannot be read");
    assert_int_equal(chmod(link, 0755), 0);
    folder_remove(path);
    sft_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_png_is_decoded), cmocka_unit_test(jpegs_are_decoded_and_upright),
        cmocka_unit_test(pictures_are_fitted),  cmocka_unit_test(a_folder_is_a_class),
        cmocka_unit_test(splits_of_their_own),  cmocka_unit_test(png_faults),
        cmocka_unit_test(jpeg_faults),          cmocka_unit_test(folder_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

/* Without the libraries a PNG is refused in words. */
static void builds_without_say_so(void **state)
{
    (void)state;
    sft_ctx    *c = check_open();
    sft_picture p;
    sft__picture_decode(c, "a.png", (const uint8_t *)"\x89PNG\r\n\x1A\n", 8, &p);
    assert_true(sft_code(c) == SFT_DATA);
    sft_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(builds_without_say_so) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
