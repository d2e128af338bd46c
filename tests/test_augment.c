/* SPDX-License-Identifier: MIT */
/* What each augmentation does to small images, pixel by pixel, and how it draws.
 * labels: core data */
#include "check.h"
#include "golden.h"

#include "data/augment/color.h"
#include "data/augment/tone.h"
#include "data/augment/warp.h"

#include <math.h>

enum { MOST = 4096 };

typedef struct bench { /* one canvas and the arena that options are bound in */
    sft_ctx   *ctx;
    sft_arena  arena;
    sft_canvas canvas;
    sft_stream random;
    float      a[MOST], b[MOST], room[4 * MOST + 2 * SFT_TAPS_MOST], mean[64];
} bench;

static bench *open_bench(unsigned kind, int64_t channels, int64_t high, int64_t wide)
{
    bench *t = calloc(1, sizeof *t);
    assert_non_null(t);
    t->ctx = check_open();
    sft__arena_open(&t->arena, t->ctx);
    t->canvas = (sft_canvas){
        .kind = kind, .channels = channels, .high = high, .wide = wide, .mean = t->mean
    };
    assert_true(sft__canvas_count(&t->canvas) <= MOST);
    return t;
}

static void close_bench(bench *t)
{
    sft__arena_close(&t->arena);
    sft_close(t->ctx);
    free(t);
}

static void load(bench *t, const double *x)
{
    t->canvas.x = t->a;
    t->canvas.spare = t->b;
    t->canvas.room = t->room;
    t->canvas.random = &t->random;
    for (int64_t i = 0; i < sft__canvas_count(&t->canvas); i++) t->a[i] = (float)x[i];
}

/* "rotate [30,30]" as the recipe would have it, in `epoch` of sample 17. Returns the result. */
static const float *apply(bench *t, const char *call, uint32_t epoch, const double *x)
{
    sft_spec spec;
    sft__spec_parse(&t->arena, call, strlen(call), (sft_pos){ 0 }, &spec);
    CHECK_OK(t->ctx);
    const sft_augment *r = sft__augment_find(spec.name);
    assert_non_null(r);
    void *conf = sft__arena_alloc(&t->arena, r->conf_size);
    sft__fields_bind(&t->arena, r->fields, conf, &spec, spec.name);
    CHECK_OK(t->ctx);
    load(t, x);
    const char *bad = r->amiss ? r->amiss(conf, &t->canvas) : NULL;
    if (bad) fail_msg("%s: %s", call, bad);
    t->random = sft__stream(sft__key(5, SFT_FOR_AUGMENT), epoch, 17, 0);
    r->apply(conf, &t->canvas);
    return t->canvas.x;
}

static void same(const char *what, const float *got, const double *want, int64_t n,
                 double tolerance)
{
    for (int64_t i = 0; i < n; i++)
        if (!(fabs((double)got[i] - want[i]) <= tolerance))
            fail_msg("%s: value %lld is %.9g, want %.9g", what, (long long)i, (double)got[i],
                     want[i]);
}

/* ---- against the model in float64 ------------------------------------------------------------ */

static void images_follow_the_model(void **state)
{
    (void)state;
    golden *g = golden_open("augment");
    int     cases = (int)golden_scalar(g, "cases");
    assert_true(cases >= 20);
    for (int i = 0; i < cases; i++) {
        golden_tensor x = golden_get(g, "image/%s", golden_text(g, "%d/image", i)),
                      y = golden_get(g, "%d/y", i);
        bench        *t = open_bench(SFT_IMAGES, x.shape.dim[0], x.shape.dim[1], x.shape.dim[2]);
        const char   *call = golden_text(g, "%d/call", i);
        /* places that the field of elastic gives are floats: a few 1e-6 of a pixel */
        same(call, apply(t, call, 3, x.v), y.v, y.count, strstr(call, "elastic") ? 1e-5 : 2e-6);
        close_bench(t);
    }
    golden_close(g);
}

static void tones_follow_the_model(void **state)
{
    (void)state;
    golden       *g = golden_open("augment");
    golden_tensor x = golden_get(g, "image/color"), large = golden_get(g, "image/large");
    bench        *t = open_bench(SFT_IMAGES, 3, 6, 7), *u = open_bench(SFT_IMAGES, 1, 24, 24);
    sft_reals     black = { 1, { 0 } };
#define TONE(bench, image, name, ...)                                                              \
    do {                                                                                           \
        load(bench, image.v);                                                                      \
        __VA_ARGS__;                                                                               \
        same(name, bench->canvas.x, golden_get(g, "tone/" name).v, image.count, 2e-6);             \
    } while (0)
    TONE(t, x, "sharpen", sft__sharpen(&t->canvas, 1.6));
    TONE(t, x, "smooth", sft__sharpen(&t->canvas, 0.2));
    TONE(t, x, "posterize", sft__posterize(&t->canvas, 3));
    TONE(t, x, "solarize", sft__solarize(&t->canvas, 0.4));
    TONE(t, x, "autocontrast", sft__autocontrast(&t->canvas));
    TONE(u, large, "equalize", sft__equalize(&u->canvas));
    TONE(t, x, "corner",
         sft__warp(
             &t->canvas,
             &(sft_motion){ .scale = 1, .corner = true, .shear_x = atan(0.4) * (180 / acos(-1)) },
             &(sft_sampling){ SFT_NEAREST, &black }));
    close_bench(t);
    close_bench(u);
    golden_close(g);
}

/* ---- by hand --------------------------------------------------------------------------------- */

static const double three[9] = { 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9 };

static void one(const char *call, const double *x, const double *want, double tolerance)
{
    bench *t = open_bench(SFT_IMAGES, 1, 3, 3);
    same(call, apply(t, call, 0, x), want, 9, tolerance);
    close_bench(t);
}

static void small_images_by_hand(void **state)
{
    (void)state;
    const double turned[9] = {
        0.3, 0.6, 0.9, 0.2, 0.5, 0.8, 0.1, 0.4, 0.7
    }; /* counter-clockwise */
    const double back[9] = { 0.7, 0.4, 0.1, 0.8, 0.5, 0.2, 0.9, 0.6, 0.3 };
    const double across[9] = { 0.3, 0.2, 0.1, 0.6, 0.5, 0.4, 0.9, 0.8, 0.7 };
    const double down[9] = { 0.7, 0.8, 0.9, 0.4, 0.5, 0.6, 0.1, 0.2, 0.3 };
    /* twice as large: places -0.5, 0, 0.5 about the middle, a plane stays a plane of half the slope */
    const double twice[9] = { 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7 };
    /* shear by 45 degrees: the upper row moves right by one, the lower one left */
    const double slanted[9] = { 0, 0.1, 0.2, 0.4, 0.5, 0.6, 0.8, 0.9, 0 };
    const double bright[9] = { 0.2, 0.4, 0.6, 0.8, 1, 1, 1, 1, 1 };
    const double flat[9] = {
        0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7
    }; /* half way to the mean, 0.5 */
    one("rotate [90,90]", three, turned, 1e-7);
    one("rotate [-90,-90] interpolation=nearest", three, back, 1e-7);
    one("flip", three, across, 1e-7);
    one("flip vertical", three, down, 1e-7);
    one("zoom [2,2]", three, twice, 1e-6);
    one("shear [45,45]", three, slanted, 1e-6);
    one("brightness [2,2]", three, bright, 1e-6);
    one("contrast [0.5,0.5]", three, flat, 1e-6);
}

static void nothing_changes_at_zero(void **state)
{
    (void)state;
    static const char *const calls[] = {
        "crop 0",
        "rotate 0",
        "translate 0",
        "shear 0",
        "zoom 0",
        "brightness 0",
        "contrast 0",
        "saturation 0",
        "hue 0",
        "noise 0",
        "elastic 0",
        "blur 1",
        "resized_crop scale=[1,1] ratio=[1,1]",
        "rotate [360,360]",
        "rotate 0 interpolation=nearest",
        NULL,
    };
    double x[3 * 25];
    for (int i = 0; i < 75; i++) x[i] = (i * 37 % 256) / 255.0;
    for (int i = 0; calls[i]; i++) {
        bench *t = open_bench(SFT_IMAGES, 3, 5, 5);
        same(calls[i], apply(t, calls[i], 1, x), x, 75, 1e-6);
        close_bench(t);
    }
}

/* ---- how they draw --------------------------------------------------------------------------- */

/* Places -r..r drawn evenly: within five deviations of a binomial count. */
static void check_even(const int *seen, int n, int draws)
{
    double p = 1.0 / n, sd = sqrt(draws * p * (1 - p));
    for (int i = 0; i < n; i++) CHECK_NEAR(seen[i], draws * p, 5 * sd);
}

/* Each result is one of the shifts, found by a pixel that is there once. */
static void shifts(const char *call, int r, int draws, bool edge)
{
    bench *t = open_bench(SFT_IMAGES, 1, 7, 7);
    double x[49];
    int    rows[9] = { 0 }, columns[9] = { 0 };
    for (int i = 0; i < 49; i++) x[i] = (i + 1) / 64.0;
    for (int k = 0; k < draws; k++) {
        const float *y = apply(t, call, (uint32_t)k, x);
        int          v = (int)((double)y[24] * 64 + 0.5) - 1, dy = v / 7 - 3, dx = v % 7 - 3;
        assert_true(abs(dy) <= r && abs(dx) <= r);
        rows[dy + r]++;
        columns[dx + r]++;
        for (int i = 0; i < 49; i++) {
            int  a = i / 7 + dy, b = i % 7 + dx;
            bool inside = a >= 0 && a < 7 && b >= 0 && b < 7;
            int  ae = a < 0 ? 0 : a > 6 ? 6 : a, be = b < 0 ? 0 : b > 6 ? 6 : b;
            CHECK_NEAR(y[i], inside || edge ? x[ae * 7 + be] : 0, 1e-7);
        }
    }
    if (r == 2) {
        check_even(rows, 5, draws);
        check_even(columns, 5, draws);
    }
    close_bench(t);
}

static void crops_and_translations_are_exact_shifts(void **state)
{
    (void)state;
    shifts("crop 2", 2, 2000, false);
    shifts("crop padding=2 padding_mode=edge", 2, 500, true);
    shifts("translate 0.43", 3, 500, false); /* up to 3.01 pixels */
}

static void reflections_by_hand(void **state)
{
    (void)state;
    bench       *t = open_bench(SFT_IMAGES, 1, 1, 4);
    const double x[4] = { 0.1, 0.2, 0.3, 0.4 };
    const double reflect[5][4] = { { 0.3, 0.2, 0.1, 0.2 },
                                   { 0.2, 0.1, 0.2, 0.3 },
                                   { 0.1, 0.2, 0.3, 0.4 },
                                   { 0.2, 0.3, 0.4, 0.3 },
                                   { 0.3, 0.4, 0.3, 0.2 } };
    const double symmetric[5][4] = { { 0.2, 0.1, 0.1, 0.2 },
                                     { 0.1, 0.1, 0.2, 0.3 },
                                     { 0.1, 0.2, 0.3, 0.4 },
                                     { 0.2, 0.3, 0.4, 0.4 },
                                     { 0.3, 0.4, 0.4, 0.3 } };
    for (int m = 0; m < 2; m++) {
        int seen[5] = { 0 };
        for (uint32_t k = 0; k < 60; k++) {
            const float *y = apply(
                t, m ? "crop 0x2 padding_mode=symmetric" : "crop 0x2 padding_mode=reflect", k, x);
            for (int d = 0; d < 5; d++) {
                double far = 0;
                for (int i = 0; i < 4; i++)
                    far = fmax(far, fabs((double)y[i] - (m ? symmetric : reflect)[d][i]));
                seen[d] += far < 1e-6;
            }
        }
        for (int d = 0; d < 5; d++) assert_true(seen[d] > 0);
        assert_int_equal(seen[0] + seen[1] + seen[2] + seen[3] + seen[4], 60);
    }
    close_bench(t);
}

/* The hole is a square about a centre that is uniform, and holds the channel's mean. */
static void cutout_is_a_square_about_a_uniform_centre(void **state)
{
    (void)state;
    enum { N = 9, DRAWS = 3000 };
    bench *t = open_bench(SFT_IMAGES, 2, N, N);
    double x[2 * N * N];
    int    centre[N] = { 0 };
    for (int i = 0; i < 2 * N * N; i++) x[i] = 1;
    t->mean[0] = 0.25f;
    t->mean[1] = 0.5f;
    for (int k = 0; k < DRAWS; k++) {
        const float *y = apply(t, "cutout 3", (uint32_t)k, x);
        int          top = N, bottom = -1, left = N, right = -1, count = 0;
        for (int i = 0; i < N * N; i++) {
            if (y[i] == 1) continue;
            assert_true(y[i] == 0.25f && y[N * N + i] == 0.5f);
            count++;
            top = i / N < top ? i / N : top;
            bottom = i / N > bottom ? i / N : bottom;
            left = i % N < left ? i % N : left;
            right = i % N > right ? i % N : right;
        }
        assert_int_equal(count, (bottom - top + 1) * (right - left + 1));
        int high = bottom - top + 1;
        assert_true(high == 3 || (high == 2 && (top == 0 || bottom == N - 1)));
        centre[high == 3 ? top + 1 : top == 0 ? 0 : N - 1]++;
    }
    check_even(centre, N, DRAWS);
    close_bench(t);
}

static void noise_has_its_mean_and_deviation(void **state)
{
    (void)state;
    bench       *t = open_bench(SFT_SEQUENCES, 4, 1, 1000);
    double       x[MOST] = { 0 }, sum = 0, squares = 0;
    const float *y = apply(t, "noise 0.3 mean=1", 2, x);
    for (int i = 0; i < 4000; i++) {
        sum += (double)y[i];
        squares += ((double)y[i] - 1) * ((double)y[i] - 1);
    }
    CHECK_NEAR(sum / 4000, 1, 5 * 0.3 / sqrt(4000));
    CHECK_NEAR(sqrt(squares / 4000), 0.3, 5 * 0.3 / sqrt(8000));
    close_bench(t);
    t = open_bench(SFT_IMAGES, 1, 60, 60); /* images are kept in 0..1 */
    y = apply(t, "noise 5", 2, x);
    for (int i = 0; i < 3600; i++) assert_true(y[i] >= 0 && y[i] <= 1);
    close_bench(t);
}

static void sequences_by_hand(void **state)
{
    (void)state;
    static const char *const calls[] = { "shift 2", "shift 2 padding_mode=edge", "shift 2 wrap",
                                         "shift 2 fill=-1" };
    bench                   *t = open_bench(SFT_SEQUENCES, 2, 1, 5);
    const double             x[10] = { 1, 2, 3, 4, 5, 10, 20, 30, 40, 50 };
    int                      seen[5] = { 0 };
    for (uint32_t k = 0; k < 1000; k++) {
        int          m = (int)(k % 4);
        const char  *call = m == 2 ? "shift 2 padding_mode=wrap" : calls[m];
        const float *y = apply(t, call, k, x);
        int          d = 3 - (int)y[2]; /* the middle is always there */
        assert_true(d >= -2 && d <= 2);
        seen[d + 2]++;
        for (int i = 0; i < 10; i++) {
            int    from = i % 5 - d;
            bool   inside = from >= 0 && from < 5;
            int    end = from < 0 ? 0 : 4, other = (from + 5) % 5;
            double want = inside   ? x[i / 5 * 5 + from]
                          : m == 0 ? 0
                          : m == 3 ? -1
                                   : x[i / 5 * 5 + (m == 1 ? end : other)];
            CHECK_NEAR(y[i], want, 0);
        }
    }
    check_even(seen, 5, 1000);
    const float *y = apply(t, "scale [1.5,1.5]", 0, x);
    for (int i = 0; i < 10; i++) CHECK_NEAR(y[i], 1.5 * x[i], 1e-6);
    close_bench(t);
}

/* Fourteen changes, evenly: on a grey image the share that leaves it alone is at least that of identity and color. */
static void trivialaugment_keeps_within_bounds(void **state)
{
    (void)state;
    enum { DRAWS = 3000 };
    bench *t = open_bench(SFT_IMAGES, 1, 20, 20);
    double x[400];
    int    alone = 0;
    for (int i = 0; i < 400; i++) x[i] = (20 + i * 37 % 200) / 255.0;
    for (int k = 0; k < DRAWS; k++) {
        const float *y = apply(t, "trivialaugment", (uint32_t)k, x);
        bool         same_as_before = true;
        for (int i = 0; i < 400; i++) {
            assert_true(y[i] >= 0 && y[i] <= 1);
            same_as_before = same_as_before && fabs((double)y[i] - x[i]) < 1e-6;
        }
        alone += same_as_before;
    }
    /* Identity and color always; ten others at strength 0, and by nearest pixels, few bits or a high threshold at up
     * to ten more of all their 31 strengths. */
    double least = DRAWS * (2 + 10.0 / 31) / 14, most = DRAWS * (2 + 20.0 / 31) / 14;
    assert_true(alone > least - 5 * sqrt(least) && alone < most + 5 * sqrt(most));
    close_bench(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(images_follow_the_model),
        cmocka_unit_test(tones_follow_the_model),
        cmocka_unit_test(small_images_by_hand),
        cmocka_unit_test(nothing_changes_at_zero),
        cmocka_unit_test(crops_and_translations_are_exact_shifts),
        cmocka_unit_test(reflections_by_hand),
        cmocka_unit_test(cutout_is_a_square_about_a_uniform_centre),
        cmocka_unit_test(noise_has_its_mean_and_deviation),
        cmocka_unit_test(sequences_by_hand),
        cmocka_unit_test(trivialaugment_keeps_within_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
