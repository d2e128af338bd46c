/* SPDX-License-Identifier: MIT */
/* What the samples are like, as the network gets them (targets as it learns them): moments, labels, order, and whether neighbours share labels. */
#include "data/parts.h"
#include "doctor/doctor.h"
#include "doctor/some.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum {
    SAMPLES = 2048,             /* looked at */
    NEIGHBOURS = 5,
    NEAREST = 40,               /* that are looked for */
    NEIGHBOUR_SAMPLES = 1000,   /* at most, so that pre-flight stays under a second */
    NEIGHBOUR_FEATURES = 784,
    SHUFFLES = 20,
    AUGMENTED = 1024,           /* samples seen as augmented, in whole batches */
    PULL_SAMPLES = 512, PULL_FEATURES = 4096, POWER_STEPS = 16
};

typedef struct crop {           /* some samples of a split */
    int64_t  n, features;
    real    *x;
    int32_t *label;
    real    *target;
} crop;

static bool take(sft_chart *c, sft_split split, int64_t most, crop *out)
{
    sft_some k;
    if (sft__take_some(c->data, &c->arena, split, most, false, &k)) return false;
    if (c->data->facts.task == SFT_REGRESSION) sft__to_units(c->net, k.n, k.target, k.target);
    *out = (crop){ .n = k.n, .features = sft__count(c->data->facts.shape), .x = k.x, .label = k.label, .target = k.target };
    return true;
}

/* ---- features --------------------------------------------------------------------------------- */

typedef struct moments {
    double mean, std;
} moments;

static moments of_column(const crop *k, int64_t j)
{
    double sum = 0, square = 0;
    for (int64_t i = 0; i < k->n; i++) sum += (double)k->x[i * k->features + j];
    const double mean = sum / (double)k->n;
    for (int64_t i = 0; i < k->n; i++) {
        const double off = (double)k->x[i * k->features + j] - mean;
        square += off * off;
    }
    return (moments){ mean, sqrt(square / (double)k->n) };
}

static void note_features(const crop *k, sft_data_look *y)
{
    const sft_tensor_stats t = sft__tensor_stats(k->x, k->n * k->features);
    double                 means = 0, least = INFINITY, most = 0;
    for (int64_t j = 0; j < k->features; j++) {
        const moments m = of_column(k, j);
        means += m.mean * m.mean;
        y->constant += !(m.std > 0);
        if (m.std > 0) {
            least = fmin(least, m.std);
            most = fmax(most, m.std);
        }
    }
    y->samples = k->n;
    y->mean = t.mean;
    y->low = t.min;
    y->high = t.max;
    y->std = sqrt(fmax(0, t.rms * t.rms - t.mean * t.mean));
    y->mean_share = t.rms > 0 ? means / ((double)k->features * t.rms * t.rms) : 0;
    y->spread = most > 0 ? most / least : 1;
}

/* Largest eigenvalue of the mean of z z', z = (x - shift) / scale, by power iteration without the matrix; x: n x features.
 * v, next: room for a number a feature. The digits that are said are few: so are the iterations. */
static double top_eigenvalue(const crop *k, const double *shift, const double *scale, double *v, double *next)
{
    double value = 0;
    for (int64_t j = 0; j < k->features; j++) v[j] = scale[j] > 0 ? 1 + 0.1 * (double)(j % 7) : 0;
    for (int t = 0; t < POWER_STEPS; t++) {
        double norm = 0;
        for (int64_t j = 0; j < k->features; j++) norm += v[j] * v[j];
        value = t > 0 ? sqrt(norm) : 0;
        for (int64_t j = 0; j < k->features; j++) {
            v[j] = norm > 0 ? v[j] / sqrt(norm) : 0;
            next[j] = 0;
        }
        for (int64_t i = 0; i < k->n; i++) {
            const real *x = k->x + i * k->features;
            double      dot = 0;
            for (int64_t j = 0; j < k->features; j++) dot += ((double)x[j] - shift[j]) * scale[j] * v[j];
            for (int64_t j = 0; j < k->features; j++) next[j] += dot / (double)k->n * ((double)x[j] - shift[j]) * scale[j];
        }
        memcpy(v, next, (size_t)k->features * sizeof *v);
    }
    return value;
}

/* The gradient of a first layer's row lies along the inputs, so its curvature is that of E[x x'] (LeCun et al. 1998). */
static void note_pull(sft_chart *c, const crop *all)
{
    crop    k = *all;
    double *room = sft__arena_alloc(&c->arena, (size_t)(4 * k.features) * sizeof *room);
    if (!room || k.features > PULL_FEATURES) return;
    double *shift = room, *scale = shift + k.features, *v = scale + k.features, *next = v + k.features;
    k.n = k.n < PULL_SAMPLES ? k.n : PULL_SAMPLES;
    for (int64_t j = 0; j < k.features; j++) scale[j] = 1;
    const double raw = top_eigenvalue(&k, shift, scale, v, next);
    for (int64_t j = 0; j < k.features; j++) {
        const moments m = of_column(&k, j);
        shift[j] = m.mean;
        scale[j] = m.std > 0 ? 1 / m.std : 0;
    }
    const double ideal = top_eigenvalue(&k, shift, scale, v, next);
    if (ideal > 0) c->samples.pull = raw / ideal;
}

/* One channel of images and sequences, or all features as one. */
static moments of_channel(const crop *k, int64_t channels, int64_t ch)
{
    const int64_t places = k->features / channels;
    double        sum = 0, square = 0, n = (double)(k->n * places);
    for (int64_t i = 0; i < k->n; i++)
        for (int64_t j = 0; j < places; j++) {
            const double v = (double)k->x[i * k->features + ch * places + j];
            sum += v;
            square += v * v;
        }
    return (moments){ sum / n, sqrt(fmax(0, square / n - sum / n * (sum / n))) };
}

static void note_shift(const crop *train, const crop *held, sft_shape shape, sft_data_look *y)
{
    const int64_t channels = shape.rank > 1 ? shape.dim[0] : 1;
    y->shift = held->n > 1 ? 0 : NAN;
    y->stretch = held->n > 1 ? 1 : NAN;
    for (int64_t ch = 0; held->n > 1 && ch < channels; ch++) {
        const moments a = of_channel(train, channels, ch), b = of_channel(held, channels, ch);
        if (!(a.std > 0)) continue;
        y->shift = fmax(y->shift, fabs(b.mean - a.mean) / a.std);
        if (fabs(log(b.std / a.std)) > fabs(log(y->stretch))) y->stretch = b.std / a.std;
    }
}

/* The first samples of an epoch as augmented; false: nothing is augmented. */
static bool take_augmented(sft_chart *c, crop *out)
{
    const sft_data *d = c->data;
    const int64_t   all = d->facts.count[SFT_TRAIN], asked = c->recipe->train_conf.batch, batch = asked < all ? asked : all;
    const int64_t   some = all < AUGMENTED ? all : AUGMENTED, n = some > batch ? some / batch * batch : batch;
    if (c->recipe->stages.n == 0) return false;
    const sft_loader_conf k = { .split = SFT_TRAIN, .batch = batch, .seed = (uint64_t)c->recipe->train_conf.seed, .shuffle = true,
                                .augment = &c->recipe->stages };
    sft_loader           *l = sft__loader_new(d, &k);
    *out = (crop){ .n = n, .features = sft__count(d->facts.shape) };
    out->x = sft__arena_alloc(&c->arena, (size_t)(n * out->features) * sizeof(real));
    for (int64_t i = 0; l && out->x && i < n; i += batch)
        memcpy(out->x + i * out->features, sft__loader_get(l, 0, i / batch)->x, (size_t)(batch * out->features) * sizeof(real));
    sft__loader_free(l);
    return l && out->x;
}

/* ---- labels ----------------------------------------------------------------------------------- */

static double entropy_of(const int64_t *count, int64_t classes)
{
    double all = 0, h = 0;
    for (int64_t i = 0; i < classes; i++) all += (double)count[i];
    for (int64_t i = 0; i < classes; i++)
        if (count[i] > 0) h -= (double)count[i] / all * log((double)count[i] / all);
    return h;
}

static void note_classes(sft_chart *c, int64_t *count)
{
    const sft_data    *d = c->data;
    const sft_samples *s = sft__split_samples(d, SFT_TRAIN);
    sft_data_look     *y = &c->samples;
    const int64_t      n = d->facts.count[SFT_TRAIN];
    memset(count, 0, (size_t)d->facts.outputs * sizeof *count);
    for (int64_t i = 0; i < n; i++) count[s->label[d->index[SFT_TRAIN][i]]]++;
    y->classes = d->facts.outputs;
    for (int64_t k = 0; k < y->classes; k++) {
        y->seen += count[k] > 0;
        y->majority = fmax(y->majority, (double)count[k] / (double)n);
    }
    y->entropy = y->prior = entropy_of(count, y->classes);
}

/* Mean entropy of the labels of a batch, over the first epoch's order (shuffle false: as they lie), over that of random
 * batches. */
static void note_order(sft_chart *c, int64_t *count)
{
    const sft_data    *d = c->data;
    const sft_samples *s = sft__split_samples(d, SFT_TRAIN);
    const int64_t      n = d->facts.count[SFT_TRAIN], batch = c->recipe->train_conf.batch, steps = n / batch;
    double             h[2] = { 0, 0 };
    c->samples.order = 1;
    if (c->recipe->train_conf.shuffle || steps < 2) return;
    int64_t *mixed = sft__arena_alloc(&c->arena, (size_t)n * sizeof *mixed);
    if (!mixed) return;
    sft_stream random = sft__stream(sft__key(0, SFT_FOR_TEST), 0, 0, 0);
    sft__permute(&random, mixed, n);
    for (int way = 0; way < 2; way++)
        for (int64_t k = 0; k < steps; k++) {
            memset(count, 0, (size_t)d->facts.outputs * sizeof *count);
            for (int64_t i = k * batch; i < (k + 1) * batch; i++) count[s->label[d->index[SFT_TRAIN][way ? mixed[i] : i]]]++;
            h[way] += entropy_of(count, d->facts.outputs);
        }
    c->samples.order = h[1] > 0 ? h[0] / h[1] : 1;
}

static void note_targets(const crop *k, sft_task task, int64_t outputs, sft_data_look *y)
{
    const sft_tensor_stats t = sft__tensor_stats(k->target, k->n * outputs);
    double                 within = 0, h = 0;
    for (int64_t j = 0; j < outputs; j++) {
        double sum = 0, square = 0;
        for (int64_t i = 0; i < k->n; i++) {
            sum += (double)k->target[i * outputs + j];
            square += (double)k->target[i * outputs + j] * (double)k->target[i * outputs + j];
        }
        const double p = sum / (double)k->n;
        within += square / (double)k->n - p * p;
        if (p > 0 && p < 1) h -= p * log(p) + (1 - p) * log(1 - p);
        y->majority = fmax(y->majority, fmax(p, 1 - p));
        y->seen += p > 0 && p < 1;
    }
    y->classes = outputs;
    y->target_mean = t.mean;
    y->target_std = sqrt(fmax(0, within / (double)outputs));
    y->target_low = t.min;
    y->target_high = t.max;
    y->entropy = task == SFT_BINARY ? h / (double)outputs : NAN;
    y->prior = task == SFT_BINARY ? y->entropy : within / (double)outputs;
    y->majority = task == SFT_BINARY ? y->majority : NAN;
}

/* ---- neighbours ------------------------------------------------------------------------------- */

static real distance(const crop *k, int64_t i, int64_t j)
{
    real sum = 0;
    for (int64_t f = 0; f < k->features; f++) {
        const real d = k->x[i * k->features + f] - k->x[j * k->features + f];
        sum += d * d;
    }
    return sum;
}

/* The nearest other samples of each, by squared distance. near: n x NEAREST. */
static void find_neighbours(const crop *k, int32_t *near)
{
    for (int64_t i = 0; i < k->n; i++) {
        double best[NEAREST];
        for (int q = 0; q < NEAREST; q++) best[q] = INFINITY;
        for (int64_t j = 0; j < k->n; j++) {
            const real sum = distance(k, i, j);
            if (j == i || (double)sum >= best[NEAREST - 1]) continue;
            int q = NEAREST - 1;
            for (; q > 0 && best[q - 1] > (double)sum; q--) {
                best[q] = best[q - 1];
                near[i * NEAREST + q] = near[i * NEAREST + q - 1];
            }
            best[q] = (double)sum;
            near[i * NEAREST + q] = (int32_t)j;
        }
    }
}

static double nearness_of(const crop *k, const int32_t *near)
{
    sft_stream random = sft__stream(sft__key(2, SFT_FOR_TEST), 0, 0, 0);
    double     closest = 0, any = 0;
    for (int64_t i = 0; i < k->n; i++) {
        closest += (double)distance(k, i, near[i * NEAREST]);
        any += (double)distance(k, i, (int64_t)(sft__uniform(&random) * (double)k->n));
    }
    return any > 0 ? closest / any : 0;
}

/* Share of a sample's neighbours that have its label, in the mean over classes: a rare class counts as much as a common one.
 * room: two numbers a class. */
static double agreement(const crop *k, const int32_t *near, const int32_t *label, int64_t classes, int64_t *room)
{
    int64_t *same = room, *all = room + classes;
    double   sum = 0, seen = 0;
    memset(room, 0, 2 * (size_t)classes * sizeof *room);
    for (int64_t i = 0; i < k->n * NEIGHBOURS; i++) {
        const int32_t y = label[i / NEIGHBOURS];
        all[y]++;
        same[y] += label[near[i / NEIGHBOURS * NEAREST + i % NEIGHBOURS]] == y;
    }
    for (int64_t y = 0; y < classes; y++) {
        seen += all[y] > 0;
        sum += all[y] > 0 ? (double)same[y] / (double)all[y] : 0;
    }
    return sum / seen;
}

/* Samples taken at equal distances may miss a class altogether, where classes come in turn. */
static bool of_one_class(const int32_t *label, int64_t n)
{
    for (int64_t i = 1; i < n; i++)
        if (label[i] != label[0]) return false;
    return true;
}

static void note_neighbours(sft_chart *c, const crop *k, const int32_t *of, int64_t classes)
{
    sft_data_look *y = &c->samples;
    int32_t       *near = sft__arena_alloc(&c->arena, (size_t)(k->n * NEAREST) * sizeof *near);
    int32_t       *label = sft__arena_alloc(&c->arena, (size_t)k->n * sizeof *label);
    int64_t       *order = sft__arena_alloc(&c->arena, (size_t)k->n * sizeof *order);
    int64_t       *room = sft__arena_alloc(&c->arena, 2 * (size_t)classes * sizeof *room);
    if (!near || !label || !order || !room) return;
    find_neighbours(k, near);
    y->neighbours = agreement(k, near, of, classes, room);
    y->nearness = nearness_of(k, near);
    sft__note_odd_labels(c, &(sft_crowd){ .n = k->n, .stride = NEAREST, .classes = classes, .near = near, .label = of });
    sft_stream random = sft__stream(sft__key(1, SFT_FOR_TEST), 0, 0, 0);
    double     sum = 0, square = 0;
    for (int i = 0; i < SHUFFLES; i++) {
        sft__permute(&random, order, k->n);
        for (int64_t j = 0; j < k->n; j++) label[j] = of[order[j]];
        const double a = agreement(k, near, label, classes, room);
        sum += a;
        square += a * a;
    }
    y->chance = sum / SHUFFLES;
    y->chance_sd = sqrt(fmax(0, square / SHUFFLES - y->chance * y->chance));
}

/* Of one yes or no: two classes. Several are no labels of their sample. */
static const int32_t *labels_of(sft_chart *c, const crop *k, int64_t *classes)
{
    *classes = c->data->facts.task == SFT_CLASSES ? c->samples.classes : 2;
    if (c->data->facts.task == SFT_CLASSES) return k->label;
    int32_t *label = sft__arena_alloc(&c->arena, (size_t)k->n * sizeof *label);
    for (int64_t i = 0; label && i < k->n; i++) label[i] = k->target[i] > (real)0.5;
    return label;
}

static void ask_neighbours(sft_chart *c, const crop *train)
{
    const sft_data *d = c->data;
    crop            few;
    int64_t         classes;
    if (d->facts.task == SFT_REGRESSION || (d->facts.task == SFT_BINARY && d->facts.outputs > 1)) return;
    if (train->features > NEIGHBOUR_FEATURES || train->n < 50 || !take(c, SFT_TRAIN, NEIGHBOUR_SAMPLES, &few)) return;
    const int32_t *label = labels_of(c, &few, &classes);
    if (label && !of_one_class(label, few.n)) note_neighbours(c, &few, label, classes);
}

sft_status sft__look_at_data(sft_chart *c)
{
    const sft_data *d = c->data;
    crop            train, held, seen;
    c->samples = (sft_data_look){ .pull = NAN, .entropy = NAN, .neighbours = NAN, .chance = NAN, .chance_sd = NAN, .order = 1,
                                  .odd = NAN, .odd_best = NAN, .nearness = NAN,
                                  .target_mean = NAN, .target_std = NAN, .target_low = NAN, .target_high = NAN };
    int64_t *count = sft__arena_alloc(&c->arena, (size_t)d->facts.outputs * sizeof *count);
    if (!count || !take(c, SFT_TRAIN, SAMPLES, &train) || !take(c, SFT_VALIDATION, SAMPLES, &held)) return sft_code(c->ctx);
    note_features(&train, &c->samples);
    note_pull(c, &train);
    note_shift(take_augmented(c, &seen) ? &seen : &train, &held, d->facts.shape, &c->samples);
    if (d->facts.task == SFT_CLASSES) {
        note_classes(c, count);
        note_order(c, count);
    } else note_targets(&train, d->facts.task, d->facts.outputs, &c->samples);
    ask_neighbours(c, &train);
    return sft_code(c->ctx);
}
