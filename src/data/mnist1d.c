/* SPDX-License-Identifier: MIT */
/* Data source `mnist1d`: ten 12-point shapes, padded, shifted, scaled, sheared and drowned in
 * noise. */
/* S. Greydanus and D. Kobak, "Scaling down deep learning with MNIST-1D", ICML 2024. The draws
 * and their order are those of the authors' generator, so the samples are theirs up to rounding. */
#include "data/numpy_random.h"
#include "data/samples.h"

#include <math.h>
#include <stddef.h>

#define CLASSES  10
#define EACH     500 /* samples a class */
#define COUNT    (CLASSES * EACH)
#define TRAIN    4000
#define TEMPLATE 12
#define PAD_LOW  36
#define PAD_HIGH 60
#define LONG     (TEMPLATE + PAD_HIGH) /* points before the last resampling */
#define LENGTH   40
#define SHIFTS   48
#define RADIUS   8 /* scipy's gaussian_filter: sigma 2, cut at 4 sigma */

typedef struct mnist1d_conf {
    bool shuffled;
} mnist1d_conf;

static const sft_field fields[] = {
    { "shuffled", SFT_FLAG, offsetof(mnist1d_conf, shuffled), 0, 0, 0, .aliases = "shuffle_seq",
      .doc = "the 40 places in another order, the same for all samples: what lies beside what says nothing any more" },
    SFT_FIELD_END,
};

static const char *const names[] = { "0", "1", "2", "3", "4", "5", "6", "7", "8", "9" };

static const double shapes[CLASSES][TEMPLATE] = {
    { 0, 0.23693955110363696, 0.35540932665545544, 0.4146442144313647, 0.4738791022072739,
      0.4738791022072739, 0.4738791022072739, 0.4738791022072739, 0.4146442144313647,
      0.35540932665545544, 0.23693955110363696, 0 },
    { 0, -0.36986336072765463, -0.36986336072765463, -0.2958906885821237, -0.22191801643659279,
      -0.1479453442910618, -0.07397267214553098, 0, 0.07397267214553098, 0.1479453442910618, 0, 0 },
    { 0, 0.15936381457791915, 0.2390457218668787, 0.2390457218668787, 0.15936381457791915,
      0.03984095364447979, -0.03984095364447979, -0.15936381457791915, -0.2390457218668787,
      -0.2390457218668787, -0.15936381457791915, 0 },
    { 0, 0.26726124191242445, 0.40089186286863665, 0.40089186286863665, 0.26726124191242445, 0, 0,
      0.26726124191242445, 0.40089186286863665, 0.40089186286863665, 0.26726124191242445, 0 },
    { 0, -0.10599978800063593, -0.21199957600127206, -0.317999364001908, -0.42399915200254396,
      -0.42399915200254396, 0, 0, 0, 0, 0, 0 },
    { 0, -0.247712448889053, -0.247712448889053, -0.247712448889053, -0.247712448889053, 0,
      0.1238562244445265, 0.18578433666678976, 0.18578433666678976, 0.1238562244445265,
      -0.06192811222226325, 0 },
    { 0, -0.23693955110363696, -0.35540932665545544, -0.4146442144313647, -0.4738791022072739,
      -0.4738791022072739, -0.4738791022072739, -0.4738791022072739, -0.4146442144313647,
      -0.35540932665545544, -0.23693955110363696, 0 },
    { 0, 0.36986336072765463, 0.36986336072765463, 0.2958906885821236, 0.22191801643659279,
      0.1479453442910618, 0.07397267214553098, 0, -0.07397267214553098, -0.1479453442910618, 0, 0 },
    { 0, -0.26726124191242445, -0.40089186286863665, -0.40089186286863665, -0.26726124191242445, 0,
      0, -0.26726124191242445, -0.40089186286863665, -0.40089186286863665, -0.26726124191242445,
      0 },
    { 0, -0.2858309752375147, -0.42874646285627205, -0.42874646285627205, -0.2858309752375147, 0, 0,
      0, 0, -0.08574929257125435, -0.20008168266626036, 0 },
};

/* y at m equally spaced places over the n equally spaced x. */
static void resample(const double *x, int n, double *y, int m)
{
    for (int i = 0; i < m; i++) {
        double at = (double)i / (m - 1) * (n - 1);
        int    k = (int)at < n - 2 ? (int)at : n - 2;
        y[i] = x[k] + (at - k) * (x[k + 1] - x[k]);
    }
}

static void gauss_weights(double w[2 * RADIUS + 1])
{
    double sum = 0;
    for (int i = -RADIUS; i <= RADIUS; i++) sum += w[i + RADIUS] = exp(-0.5 * i * i / 4.0);
    for (int i = 0; i <= 2 * RADIUS; i++) w[i] /= sum;
}

/* Gaussian noise smoothed along the sequence; edges are mirrored: d c b a | a b c d | d c b a. */
static void smooth_noise(sft_numpy *r, double scale, double y[LONG])
{
    double x[LONG], w[2 * RADIUS + 1];
    gauss_weights(w);
    for (int i = 0; i < LONG; i++) x[i] = scale * sft__numpy_randn(r);
    for (int i = 0; i < LONG; i++) {
        y[i] = 0;
        for (int j = -RADIUS; j <= RADIUS; j++) {
            int k = i + j;
            k = k < 0 ? -1 - k : k >= LONG ? 2 * LONG - 1 - k : k;
            y[i] += w[j + RADIUS] * x[k];
        }
    }
}

/* The template behind `pad` zeros' worth of stretching, scaled and turned around. */
static void place(sft_numpy *r, const double *shape, double x[LONG])
{
    double padded[TEMPLATE + PAD_HIGH] = { 0 }, stretched[LONG];
    int    pad = PAD_LOW + (int)(sft__numpy_rand(r) * (PAD_HIGH - PAD_LOW + 1));
    for (int i = 0; i < TEMPLATE; i++) padded[i] = shape[i] + 1e-8;
    resample(padded, TEMPLATE + pad, stretched, LONG);
    double scale = 1.0 + 0.4 * (sft__numpy_rand(r) - 0.5);
    int    turn = (int)sft__numpy_upto(r, SHIFTS - 1);
    for (int i = 0; i < LONG; i++) x[(i + turn) % LONG] = scale * stretched[i];
}

static void draw(sft_numpy *r, const double *shape, double y[LENGTH])
{
    double x[LONG], noise[LONG];
    place(r, shape, x);
    smooth_noise(r, 0.25, noise);
    for (int i = 0; i < LONG; i++)
        x[i] = (x[i] != 0.0 ? x[i] : noise[i]) + 0.02 * sft__numpy_randn(r);
    double shear = 0.75 * (sft__numpy_rand(r) - 0.5);
    for (int i = 0; i < LONG; i++) x[i] -= shear * ((double)i / (LONG - 1) - 0.5);
    resample(x, LONG, y, LENGTH);
}

/* Mean and deviation over everything, training and test: upstream scales so. */
static void normalise(double *x, int64_t n)
{
    double mean = 0, m2 = 0;
    for (int64_t i = 0; i < n; i++) mean += x[i] / (double)n;
    for (int64_t i = 0; i < n; i++) m2 += (x[i] - mean) * (x[i] - mean);
    double scale = sqrt((double)n / m2);
    for (int64_t i = 0; i < n; i++) x[i] = (x[i] - mean) * scale;
}

/* Number j of a sample is that of place[j]. */
static void share_out(const double *x, const int64_t *order, const int64_t *place, sft_raw *raw)
{
    for (int64_t i = 0; i < COUNT; i++) {
        sft_samples *s = i < TRAIN ? &raw->train : &raw->test;
        int64_t      k = i < TRAIN ? i : i - TRAIN;
        s->label[k] = (int32_t)(order[i] / EACH);
        for (int j = 0; j < LENGTH; j++)
            s->floats[k * LENGTH + j] = (float)x[order[i] * LENGTH + place[j]];
    }
}

static sft_status generate(sft_ctx *c, bool shuffled, sft_raw *raw)
{
    const size_t size = (size_t)COUNT * LENGTH * sizeof(double);
    sft_numpy    r;
    int64_t      order[COUNT], place[LENGTH];
    double      *x = sft__alloc(c, size);
    if (!x) return sft_code(c);
    sft__numpy_seed(&r, 42);
    for (int i = 0; i < COUNT; i++) draw(&r, shapes[i / EACH], x + (size_t)i * LENGTH);
    sft__numpy_permutation(&r, order, COUNT);
    for (int j = 0; j < LENGTH; j++) place[j] = j;
    if (shuffled) sft__numpy_permutation(&r, place, LENGTH); /* upstream's shuffle_seq draws it here */
    normalise(x, (int64_t)COUNT * LENGTH);
    share_out(x, order, place, raw);
    sft__free(c, x, size);
    return SFT_OK;
}

static sft_status open_mnist1d(sft_ctx *c, const void *conf, const char *where, sft_pos pos,
                               sft_raw *raw)
{
    const mnist1d_conf *k = conf;
    sft_shape           shape = sft__shape2(1, LENGTH);
    (void)where, (void)pos;
    raw->source =
        "MNIST-1D (S. Greydanus, D. Kobak, ICML 2024), generated with seed 42; Apache-2.0";
    raw->task = SFT_CLASSES;
    raw->outputs = CLASSES;
    raw->class_names = names;
    if (sft__samples_make(c, &raw->train, TRAIN, shape, SFT_FLOATS, SFT_CLASSES, CLASSES) ||
        sft__samples_make(c, &raw->test, COUNT - TRAIN, shape, SFT_FLOATS, SFT_CLASSES, CLASSES))
        return sft_code(c);
    return generate(c, k->shuffled, raw);
}

const sft_source sft__source_mnist1d = {
    .name = "mnist1d",
    .aliases = "mnist-1d mnist_1d",
    .doc =
        "MNIST-1D: sequences of 40 numbers, ten shapes in noise; 4,000 to train and 1,000 to test; generated",
    .math = "template -> pad -> stretch -> scale -> rotate -> noise -> shear -> resample",
    .conf_size = sizeof(mnist1d_conf),
    .fields = fields,
    .open = open_mnist1d,
};
