/* SPDX-License-Identifier: MIT */
/* What synthetic data sources share: drawing sample by sample, shuffling, dividing into training
 * and test. */
#include "data/synthetic/synthetic.h"
#include "data/samples.h"

#include <math.h>
#include <string.h>

#define FEATURES_MOST 1024

enum { FOR_SAMPLES, FOR_ORDER, FOR_FACTS, FOR_CHOICE, FOR_LABELS }; /* third number of the counter */

static sft_key key_of(const sft_synthetic *k) { return sft__key((uint64_t)k->seed, SFT_FOR_DATA); }

sft_stream sft__synthetic_facts(const sft_synthetic *k, uint32_t which)
{
    return sft__stream(key_of(k), which, 0, FOR_FACTS);
}

double sft__between(sft_stream *s, double low, double high)
{
    return low + (high - low) * sft__uniform(s);
}

void sft__add_noise(sft_stream *s, double deviation, int64_t n, double *x)
{
    for (int64_t j = 0; j < n && deviation > 0; j++) x[j] += deviation * sft__normal(s);
}

static void put(sft_samples *s, int64_t at, int64_t features, const double *x, double y)
{
    for (int64_t j = 0; j < features; j++) s->floats[at * features + j] = (float)x[j];
    if (s->label)
        s->label[at] = (int32_t)y;
    else
        s->target[at] = (float)y;
}

static double draw_one(const void *conf, const sft_synthetic_plan *p, int64_t i, int64_t of, double *x)
{
    sft_stream s = sft__stream(key_of(conf), (uint32_t)i, (uint32_t)((uint64_t)i >> 32), FOR_SAMPLES);
    return p->draw(conf, i, of, &s, x);
}

/* Keeps `count` of the `of` samples in order, in their order: of class y a share imbalance^(-y / (classes - 1)), the long tail of
 * Cui et al. 2019. The first class is kept whole and there is enough of it. */
static void thin_out(const void *conf, const sft_synthetic_plan *p, int64_t of, int64_t count, int64_t *order)
{
    const sft_synthetic *k = conf;
    double               x[FEATURES_MOST];
    sft_stream           s = sft__stream(key_of(k), 0, 0, FOR_CHOICE);
    for (int64_t i = 0, kept = 0; i < of && kept < count; i++) {
        double y = draw_one(conf, p, order[i], of, x);
        if (sft__uniform(&s) < pow(k->imbalance, -y / (double)(p->outputs - 1))) order[kept++] = order[i];
    }
}

/* The first n of order, class after class. */
static void sort_classes(const void *conf, const sft_synthetic_plan *p, int64_t of, int64_t n,
                         int64_t *order, int64_t *room)
{
    double  x[FEATURES_MOST];
    int64_t at = 0;
    for (int64_t y = 0; y < p->outputs; y++)
        for (int64_t i = 0; i < n; i++)
            if ((int64_t)draw_one(conf, p, order[i], of, x) == y) room[at++] = order[i];
    memcpy(order, room, (size_t)n * sizeof *order);
}

/* The label of sample i, or with label noise perhaps one of the others. */
static double spoil(const sft_synthetic *k, const sft_synthetic_plan *p, int64_t i, double y)
{
    sft_stream s = sft__stream(key_of(k), (uint32_t)i, (uint32_t)((uint64_t)i >> 32), FOR_LABELS);
    if (!(k->label_noise > 0) || sft__uniform(&s) >= k->label_noise) return y;
    int64_t by = 1 + (int64_t)(sft__uniform(&s) * (double)(p->outputs - 1));
    return (double)(((int64_t)y + by) % p->outputs);
}

/* The shuffle comes first, so that a class is not all training or all test. */
static void draw_all(const void *conf, const sft_synthetic_plan *p, const int64_t *order,
                     int64_t of, int64_t count, sft_raw *raw)
{
    const sft_synthetic *k = conf;
    double               x[FEATURES_MOST];
    for (int64_t at = 0; at < count; at++) {
        double y = draw_one(conf, p, order[at], of, x);
        bool   train = at < k->n;
        if (train) y = spoil(k, p, order[at], y);
        put(train ? &raw->train : &raw->test, train ? at : at - k->n, p->features, x, y);
    }
}

sft_status sft__synthetic_fill(sft_ctx *c, const void *conf, const sft_synthetic_plan *p,
                               sft_raw *raw)
{
    const sft_synthetic *k = conf;
    int64_t              test = k->test < 0 ? k->n / 4 : k->test, count = k->n + test;
    sft_shape            shape = sft__shape1(p->features);
    if (p->features > FEATURES_MOST)
        return sft__fail(c, SFT_E003, "a synthetic source has at most %d features", FEATURES_MOST);
    raw->source = p->source;
    raw->task = p->task;
    raw->outputs = p->outputs;
    if (sft__samples_make(c, &raw->train, k->n, shape, SFT_FLOATS, p->task, p->outputs) ||
        (test && sft__samples_make(c, &raw->test, test, shape, SFT_FLOATS, p->task, p->outputs)))
        return sft_code(c);
    bool     thin = k->imbalance > 1;
    int64_t  of = thin ? 2 * p->outputs * count : count; /* drawn to choose from */
    size_t   size = (size_t)(of + k->n) * sizeof(int64_t);
    int64_t *order = sft__alloc(c, size);
    if (!order) return sft_code(c);
    sft_stream s = sft__stream(key_of(k), 0, 0, FOR_ORDER);
    sft__permute(&s, order, of);
    if (thin) thin_out(conf, p, of, count, order);
    if (k->sorted) sort_classes(conf, p, of, k->n, order, order + of);
    draw_all(conf, p, order, of, count, raw);
    sft__free(c, order, size);
    return SFT_OK;
}
