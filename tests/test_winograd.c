/* SPDX-License-Identifier: MIT */
/* Winograd's convolution on each instruction set that runs here, against the definition in double.
 * labels: core
 *
 * The bounds. With |X| the matrix of sizes, the formulas of backend/simd/winograd.h evaluated on |A|, |B|, |G|, |d| and |g| give S, and a
 * computed number is within n u S of the exact one, n the most roundings on the way of any summand (Higham, 2002, sections 3.1 and 3.5):
 * two in B'dB, four in GgG', one product, the sum over channels or tiles, at most six in A'mA, bias and what it is added to. */
#include "numbers.h"
#include "shards.h"

#include "backend/simd/winograd.h"

#include <math.h>

#ifndef SFT_REAL_DOUBLE

#define U (1.0 / 16777216)

static const double B[4][4] = { { 1, 0, -1, 0 }, { 0, 1, 1, 0 }, { 0, -1, 1, 0 }, { 0, 1, 0, -1 } }; /* B' */
static const double G[4][3] = { { 1, 0, 0 }, { .5, .5, .5 }, { .5, -.5, .5 }, { 0, 0, 1 } };
static const double A[2][4] = { { 1, 1, 1, 0 }, { 0, 1, -1, -1 } };                                  /* A' */

typedef struct shape {
    int64_t rows, channels, filters, in[2], before[2], after[2];
} shape;

typedef struct layer {
    shape            s;
    sft_winograd_job job;
    float           *x, *w, *bias, *y, *start, *dy, *u;
} layer;

static layer open_layer(const sft_winograd_tiles *t, shape s, int64_t strips)
{
    sft_stream       r = sft__stream(sft__key(3, SFT_FOR_TEST), (uint32_t)s.channels, (uint32_t)s.filters, (uint32_t)s.in[0]);
    layer            l = { .s = s };
    sft_winograd_job j = { .rows = s.rows, .lane = t->lane < 8 ? 8 : t->lane, .channels = s.channels, .filters = s.filters };
    for (int i = 0; i < 2; i++) {
        j.in[i] = s.in[i];
        j.before[i] = s.before[i];
        j.out[i] = s.in[i] + s.before[i] + s.after[i] - 2;
    }
    int64_t in = s.rows * s.channels * j.in[0] * j.in[1], out = s.rows * s.filters * j.out[0] * j.out[1], size = s.channels * s.filters;
    j.strips = strips ? strips : sft__winograd_strips(s.channels, s.filters, j.out);
    j.x = l.x = numbers(in, &r);
    l.w = numbers(9 * size, &r);
    l.bias = numbers(s.filters, &r);
    l.start = numbers(out, &r);
    j.dy = l.dy = numbers(out, &r);
    j.y = l.y = numbers(out, NULL);
    j.u = l.u = numbers(16 * size, NULL);
    j.du = numbers(16 * size, NULL);
    j.dw = numbers(9 * size, NULL);
    j.db = numbers(s.filters, NULL);
    j.v = numbers(16 * sft__winograd_plane(&j, s.channels), NULL);
    j.m = numbers(16 * sft__winograd_plane(&j, s.filters), NULL);
    t->filters(s.channels, s.filters, l.w, l.u);
    l.job = j;
    return l;
}

static void close_layer(layer *l)
{
    float *all[] = { l->x, l->w, l->bias, l->y, l->start, l->dy, l->u, l->job.du, l->job.dw, l->job.db, l->job.v, l->job.m };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

/* Where channel c of `channels` at (h,w) lies in blocks. */
static int64_t at(const layer *l, int64_t channels, const int64_t size[2], int64_t row, int64_t c, int64_t h, int64_t w)
{
    int64_t lane = l->job.lane;
    return (row * channels + c / lane * lane) * size[0] * size[1] + (h * size[1] + w) * lane + c % lane;
}

static double input(const layer *l, int64_t row, int64_t c, int64_t h, int64_t w)
{
    const int64_t *size = l->job.in;
    bool           inside = h >= 0 && w >= 0 && h < size[0] && w < size[1];
    return inside ? (double)l->x[at(l, l->s.channels, size, row, c, h, w)] : 0;
}

static double gradient(const layer *l, int64_t row, int64_t f, int64_t h, int64_t w)
{
    const int64_t *size = l->job.out;
    return h < size[0] && w < size[1] ? (double)l->dy[at(l, l->s.filters, size, row, f, h, w)] : 0;
}

static double weight(const layer *l, int64_t c, int64_t f, int tap)
{
    return (double)l->w[(tap * l->s.channels + c) * l->s.filters + f];
}

/* |B'| |d| |B| at place (i,k) of the tile that begins at output (h,w) */
static double size_of_input(const layer *l, int64_t row, int64_t c, int64_t h, int64_t w, int i, int k)
{
    double sum = 0;
    for (int a = 0; a < 4; a++)
        for (int b = 0; b < 4; b++)
            if (B[i][a] != 0 && B[k][b] != 0) sum += fabs(input(l, row, c, h - l->s.before[0] + a, w - l->s.before[1] + b));
    return sum;
}

static double size_of_filter(const layer *l, int64_t c, int64_t f, int i, int k)
{
    double sum = 0;
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < 3; b++) sum += fabs(G[i][a] * G[k][b] * weight(l, c, f, 3 * a + b));
    return sum;
}

static double size_of_gradient(const layer *l, int64_t row, int64_t f, int64_t h, int64_t w, int i, int k)
{
    double sum = 0;
    for (int a = 0; a < 2; a++)
        for (int b = 0; b < 2; b++) sum += fabs(A[a][i] * A[b][k] * gradient(l, row, f, h + a, w + b));
    return sum;
}

/* ---- properties ---------------------------------------------------------------------------- */

static void check_output(const layer *l, int64_t row, int64_t f, int64_t h, int64_t w)
{
    double y = 0, size = 0;
    for (int64_t c = 0; c < l->s.channels; c++) {
        for (int tap = 0; tap < 9; tap++)
            y += weight(l, c, f, tap) * input(l, row, c, h - l->s.before[0] + tap / 3, w - l->s.before[1] + tap % 3);
        for (int i = 0; i < 4; i++)
            for (int k = 0; k < 4; k++)
                if (A[h % 2][i] != 0 && A[w % 2][k] != 0)
                    size += size_of_input(l, row, c, h / 2 * 2, w / 2 * 2, i, k) * size_of_filter(l, c, f, i, k);
    }
    int64_t place = at(l, l->s.filters, l->job.out, row, f, h, w);
    double  bias = l->job.bias ? (double)l->bias[f] : 0, start = l->job.add ? (double)l->start[place] : 0;
    y += bias + start;
    size += fabs(bias) + fabs(start);
    if (l->job.relu && y < 0) y = 0;
    double bound = 1.01 * (double)(l->s.channels + 13) * U * size;
    if (!(fabs((double)l->y[place] - y) <= bound))
        fail_msg("y[%lld,%lld,%lld,%lld]: %g instead of %g, bound %g", (long long)row, (long long)f, (long long)h, (long long)w,
                 (double)l->y[place], y, bound);
}

static void check_apply(const sft_winograd_tiles *t, shape s, bool bias, bool relu, bool add)
{
    layer l = open_layer(t, s, 0);
    l.job.bias = bias ? l.bias : NULL;
    l.job.relu = relu;
    l.job.add = add;
    memcpy(l.y, l.start, (size_t)(s.rows * s.filters * l.job.out[0] * l.job.out[1]) * sizeof *l.y);
    t->apply(&l.job);
    for (int64_t row = 0; row < s.rows; row += s.rows > 1 ? s.rows - 1 : 1)
        for (int64_t f = 0; f < s.filters; f += 5)
            for (int64_t h = 0; h < l.job.out[0]; h++)
                for (int64_t w = 0; w < l.job.out[1]; w++) check_output(&l, row, f, h, w);
    close_layer(&l);
}

static void check_weight(const layer *l, int64_t c, int64_t f, int tap)
{
    double        dw = 0, size = 0;
    const shape  *s = &l->s;
    int64_t       tiles = 0;
    for (int64_t row = 0; row < s->rows; row++)
        for (int64_t h = 0; h < l->job.out[0]; h += 2)
            for (int64_t w = 0; w < l->job.out[1]; w += 2, tiles++) {
                for (int o = 0; o < 4; o++)
                    dw += gradient(l, row, f, h + o / 2, w + o % 2) *
                          input(l, row, c, h + o / 2 - s->before[0] + tap / 3, w + o % 2 - s->before[1] + tap % 3);
                for (int i = 0; i < 16; i++)
                    size += fabs(G[i / 4][tap / 3] * G[i % 4][tap % 3]) * size_of_gradient(l, row, f, h, w, i / 4, i % 4) *
                            size_of_input(l, row, c, h, w, i / 4, i % 4);
            }
    double bound = 1.01 * (double)(tiles + 13) * U * size, got = (double)l->job.dw[(tap * s->channels + c) * s->filters + f];
    if (!(fabs(got - dw) <= bound))
        fail_msg("dw[%lld,%lld,%d]: %g instead of %g, bound %g", (long long)c, (long long)f, tap, got, dw, bound);
}

static void check_bias(const layer *l, int64_t f)
{
    double  sum = 0, size = 0;
    int64_t n = 0;
    for (int64_t row = 0; row < l->s.rows; row++)
        for (int64_t h = 0; h < l->job.out[0]; h++)
            for (int64_t w = 0; w < l->job.out[1]; w++, n++) {
                sum += gradient(l, row, f, h, w);
                size += fabs(gradient(l, row, f, h, w));
            }
    double bound = 1.01 * (double)n * U * size;
    if (!(fabs((double)l->job.db[f] - sum) <= bound)) fail_msg("db[%lld]: %g instead of %g", (long long)f, (double)l->job.db[f], sum);
}

static void check_gradient(const sft_winograd_tiles *t, shape s)
{
    layer l = open_layer(t, s, 0);
    t->gradient(&l.job);
    for (int64_t c = 0; c < s.channels; c += 7)
        for (int64_t f = 0; f < s.filters; f += 5)
            for (int tap = 0; tap < 9; tap++) check_weight(&l, c, f, tap);
    for (int64_t f = 0; f < s.filters; f++) check_bias(&l, f);
    close_layer(&l);
}

static const shape shapes[] = { /* channels and filters are multiples of 16: of any vector */
    { 3, 16, 16, { 8, 8 }, { 1, 1 }, { 1, 1 } },
    { 1, 32, 48, { 7, 9 }, { 1, 1 }, { 1, 1 } },
    { 2, 48, 16, { 5, 6 }, { 0, 0 }, { 0, 0 } },
    { 2, 16, 32, { 3, 4 }, { 2, 2 }, { 2, 2 } },
    { 1, 16, 16, { 3, 40 }, { 0, 2 }, { 0, 1 } },
    { 5, 64, 16, { 4, 3 }, { 1, 0 }, { 0, 1 } },
    { 2, 16, 16, { 3, 3 }, { 0, 0 }, { 0, 0 } },
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static void follows_the_definition(void **state)
{
    (void)state;
    for (int i = 0; sft__winograd_tiles(i); i++)
        for (int k = 0; k < SHAPES; k++) {
            const sft_winograd_tiles *t = sft__winograd_tiles(i);
            check_apply(t, shapes[k], false, false, false);
            check_apply(t, shapes[k], true, true, false);
            check_apply(t, shapes[k], false, false, true);
            check_gradient(t, shapes[k]);
        }
}

/* As many strips at a time as you like. */
static void bits_do_not_depend_on_strips(void **state)
{
    (void)state;
    for (int i = 0; sft__winograd_tiles(i); i++)
        for (int k = 0; k < SHAPES; k++) {
            const sft_winograd_tiles *t = sft__winograd_tiles(i);
            layer                     one = open_layer(t, shapes[k], 1), many = open_layer(t, shapes[k], 3);
            t->apply(&one.job);
            t->apply(&many.job);
            t->gradient(&one.job);
            t->gradient(&many.job);
            const shape *s = &shapes[k];
            assert_memory_equal(one.y, many.y, (size_t)(s->rows * s->filters * one.job.out[0] * one.job.out[1]) * sizeof(float));
            assert_memory_equal(one.job.dw, many.job.dw, (size_t)(9 * s->channels * s->filters) * sizeof(float));
            assert_memory_equal(one.job.db, many.job.db, (size_t)s->filters * sizeof(float));
            close_layer(&one);
            close_layer(&many);
        }
}

/* What lies outside of a filter's nine inputs does not reach its output: neither a NaN nor a rounding. */
static void outputs_see_their_nine_inputs(void **state)
{
    (void)state;
    const shape s = { 1, 16, 16, { 9, 10 }, { 1, 1 }, { 1, 1 } };
    for (int i = 0; sft__winograd_tiles(i); i++)
        for (int64_t h = 0; h < s.in[0]; h++)
            for (int64_t w = 0; w < s.in[1]; w++) {
                layer l = open_layer(sft__winograd_tiles(i), s, 0);
                memset(l.x, 0, (size_t)(s.channels * s.in[0] * s.in[1]) * sizeof *l.x);
                l.x[at(&l, s.channels, s.in, 0, 3, h, w)] = (h + w) % 2 ? (float)NAN : 0.7f;
                sft__winograd_tiles(i)->apply(&l.job);
                for (int64_t f = 0; f < s.filters; f++)
                    for (int64_t a = 0; a < s.in[0]; a++)
                        for (int64_t b = 0; b < s.in[1]; b++) {
                            float y = l.y[at(&l, s.filters, s.in, 0, f, a, b)];
                            if (llabs(a - h) > 1 || llabs(b - w) > 1)
                                assert_true(y == 0.0f);
                            else
                                assert_true((h + w) % 2 ? isnan(y) : y != 0.0f);
                        }
                close_layer(&l);
            }
}

/* ---- the kernel ---------------------------------------------------------------------------- */

static void shards_together(void **state)
{
    (void)state;
    no_cache();
    stage s;
    assert_true(open_stage(&s, "conv2d", "32 padding=1", sft__shape3(16, 7, 6), "relu", SHARD_ROWS, true));
    bool ours = !strcmp(s.node.kernel->name, "winograd");
    if (ours) check_shards(&s);
    close_stage(&s);
    if (!ours) skip(); /* no vectors here */
}

/* It serves what it pays for, and nothing else. */
static void serves_what_pays(void **state)
{
    (void)state;
    static const struct {
        const char *options;
        sft_shape   in;
    } not_for_it[] = {
        { "16 stride=2 padding=1", { 3, { 16, 8, 8 } } },     { "16 dilation=2 padding=2", { 3, { 16, 8, 8 } } },
        { "16 kernel_size=5", { 3, { 16, 8, 8 } } },          { "16 kernel_size=3x1", { 3, { 16, 8, 8 } } },
        { "16 groups=2", { 3, { 16, 8, 8 } } },               { "16", { 3, { 3, 8, 8 } } },
        { "10", { 3, { 16, 8, 8 } } },                        { "16", { 3, { 16, 3, 8 } } },
        { "16 weight_standardization=true", { 3, { 16, 8, 8 } } }, { "1024 padding=1", { 3, { 512, 4, 4 } } },
    };
    for (size_t i = 0; i < sizeof not_for_it / sizeof *not_for_it; i++) {
        stage s;
        if (open_stage(&s, "conv2d", not_for_it[i].options, not_for_it[i].in, NULL, 2, true))
            assert_string_not_equal(s.node.kernel->name, "winograd");
        close_stage(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_the_definition),        cmocka_unit_test(bits_do_not_depend_on_strips),
        cmocka_unit_test(outputs_see_their_nine_inputs), cmocka_unit_test(shards_together),
        cmocka_unit_test(serves_what_pays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void) { return 0; } /* the tiles are floats */

#endif
