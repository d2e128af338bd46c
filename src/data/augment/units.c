/* SPDX-License-Identifier: MIT */
/* The scale on which samples are changed: bytes of images by the source's white (255; 16 of digits), floats of images between the
 * least and the greatest training value, sequences and tables in deviations from the training mean of their channel or feature. */
#include "data/augment/augmenter.h"
#include "data/parts.h"

#include <math.h>

typedef struct tally { /* of one channel's training values, as they came */
    double low, high, sum, squares;
} tally;

static double value(const sft_samples *s, int64_t i)
{
    return s->bytes ? (double)s->bytes[i] : (double)s->floats[i];
}

/* `centre`: squares are those of distances from it. */
static tally count_channel(const sft_data *d, const sft_canvas *c, int64_t channel, double centre)
{
    const sft_samples *s = &d->raw.train;
    int64_t            inner = c->high * c->wide;
    tally              t = { INFINITY, -INFINITY, 0, 0 };
    for (int64_t r = 0; r < d->facts.count[SFT_TRAIN]; r++) {
        int64_t at = (d->index[SFT_TRAIN][r] * c->channels + channel) * inner;
        double  sum = 0, squares = 0;
        for (int64_t i = at; i < at + inner; i++) {
            double v = value(s, i);
            t.low = v < t.low ? v : t.low;
            t.high = v > t.high ? v : t.high;
            sum += v;
            squares += (v - centre) * (v - centre);
        }
        t.sum += sum;
        t.squares += squares;
    }
    return t;
}

/* A channel without spread keeps its unit. */
static void by_deviation(const sft_data *d, const sft_canvas *c, sft_units *u)
{
    double n = (double)d->facts.count[SFT_TRAIN] * (double)(c->high * c->wide);
    for (int64_t k = 0; k < c->channels; k++) {
        double mean = count_channel(d, c, k, 0).sum / n;
        double deviation = sqrt(count_channel(d, c, k, mean).squares / n);
        double scale = deviation > 1e-7 * fabs(mean) && deviation > 0x1p-120 ? 1 / deviation : 1;
        u->scale[k] = (float)scale;
        u->shift[k] = (float)(-mean * scale);
    }
}

/* Images: one scale for all channels, so that grey stays grey. */
static void by_range(const sft_data *d, const sft_canvas *c, bool mean, sft_units *u)
{
    double low = 0, high = d->raw.white ? d->raw.white : 255, n = (double)d->facts.count[SFT_TRAIN] * (double)(c->high * c->wide);
    bool   look = !d->raw.train.bytes;
    if (look) low = INFINITY, high = -INFINITY;
    for (int64_t k = 0; (look || mean) && k < c->channels; k++) {
        tally t = count_channel(d, c, k, 0);
        u->mean[k] = (float)(t.sum / n);
        if (look) low = t.low < low ? t.low : low;
        if (look) high = t.high > high ? t.high : high;
    }
    double scale = high > low ? 1 / (high - low) : 1;
    for (int64_t k = 0; k < c->channels; k++) {
        u->scale[k] = (float)scale;
        u->shift[k] = (float)(-low * scale);
        u->mean[k] = (float)(((double)u->mean[k] - low) * scale);
    }
}

sft_status sft__units_open(const sft_data *d, const sft_canvas *c, bool mean, sft_units *u)
{
    size_t size = 3 * (size_t)c->channels * sizeof(float);
    *u = (sft_units){ .channels = c->channels, .scale = sft__alloc(d->ctx, size) };
    if (!u->scale) return sft_code(d->ctx);
    u->shift = u->scale + c->channels;
    u->mean = u->shift + c->channels;
    if (c->kind == SFT_IMAGES)
        by_range(d, c, mean, u);
    else
        by_deviation(d, c, u);
    return SFT_OK;
}

void sft__units_close(const sft_data *d, sft_units *u)
{
    sft__free(d->ctx, u->scale, 3 * (size_t)u->channels * sizeof(float));
}
