/* SPDX-License-Identifier: MIT */
/* Fits a picture to a size: crop or pad, resampling, grey or colour. */
#include "data/picture.h"

#include <math.h>
#include <string.h>

typedef struct window {               /* the part of the source that fills a part of the target */
    double  left, top, width, height; /* in source pixels */
    int64_t x, y, w, h;               /* in target pixels */
} window;

/* The same scale along both axes: crop takes the larger one, pad the smaller. */
static window window_of(const sft_picture *p, sft_fitting fit, int64_t height, int64_t width)
{
    double sx = (double)width / (double)p->width, sy = (double)height / (double)p->height;
    window v = { 0, 0, (double)p->width, (double)p->height, 0, 0, width, height };
    if (fit == SFT_FIT_CROP) {
        double s = sx > sy ? sx : sy;
        v.width = (double)width / s;
        v.height = (double)height / s;
        v.left = ((double)p->width - v.width) / 2;
        v.top = ((double)p->height - v.height) / 2;
    } else if (fit == SFT_FIT_PAD) {
        double s = sx < sy ? sx : sy;
        v.w = (int64_t)fmax(1, floor((double)p->width * s + 0.5));
        v.h = (int64_t)fmax(1, floor((double)p->height * s + 0.5));
        v.x = (width - v.w) / 2;
        v.y = (height - v.h) / 2;
    }
    return v;
}

/* Weights of one line of n source pixels for each of `to` target pixels: a triangle around the pixel's centre, one target
 * step wide to each side (one source pixel where the picture grows). */
typedef struct taps {
    int64_t  reach; /* weights a target pixel */
    int64_t *first;
    float   *weight;
} taps;

static void fill_taps(taps *t, int64_t n, double from, double length, int64_t to)
{
    double step = length / (double)to, wide = step > 1 ? step : 1;
    for (int64_t i = 0; i < to; i++) {
        double  centre = from + ((double)i + 0.5) * step, sum = 0;
        float  *w = t->weight + i * t->reach;
        int64_t first = (int64_t)floor(centre - wide);
        t->first[i] = first;
        for (int64_t k = 0; k < t->reach; k++) {
            double near = 1 - fabs((double)(first + k) + 0.5 - centre) / wide;
            bool   inside = near > 0 && first + k >= 0 && first + k < n;
            w[k] = inside ? (float)near : 0;
            sum += (double)w[k];
        }
        for (int64_t k = 0; k < t->reach; k++) w[k] = sum > 0 ? (float)((double)w[k] / sum) : 0;
    }
}

static size_t taps_size(const taps *t, int64_t to)
{
    return (size_t)to * (sizeof *t->first + (size_t)t->reach * sizeof *t->weight);
}

static bool make_taps(sft_ctx *c, taps *t, int64_t n, double from, double length, int64_t to)
{
    double step = length / (double)to;
    t->reach = (int64_t)ceil(2 * (step > 1 ? step : 1)) + 2;
    t->first = sft__alloc(c, taps_size(t, to));
    if (!t->first) return false;
    t->weight = (float *)(t->first + to);
    fill_taps(t, n, from, length, to);
    return true;
}

/* Along the rows first: between[channel][source row][target column]. */
static void across(const sft_picture *p, const taps *t, int64_t w, float *between)
{
    for (int64_t ch = 0; ch < p->channels; ch++)
        for (int64_t y = 0; y < p->height; y++)
            for (int64_t x = 0; x < w; x++) {
                const float *weight = t->weight + x * t->reach;
                float        sum = 0;
                for (int64_t k = 0; k < t->reach; k++) {
                    int64_t at = t->first[x] + k;
                    if (weight[k] != 0)
                        sum += weight[k] * p->pixel[(y * p->width + at) * p->channels + ch];
                }
                between[(ch * p->height + y) * w + x] = sum;
            }
}

static uint8_t to_byte(float v) { return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v + 0.5f); }

/* Rec. 601 luma, as Pillow and OpenCV turn colour into grey. */
static float grey_of(float r, float g, float b) { return 0.299f * r + 0.587f * g + 0.114f * b; }

static void put(const float *v, int64_t have, int64_t channels, int64_t size, uint8_t *to)
{
    if (channels == 1)
        to[0] = to_byte(have == 1 ? v[0] : grey_of(v[0], v[1], v[2]));
    else
        for (int ch = 0; ch < 3; ch++) to[ch * size] = to_byte(v[have == 1 ? 0 : ch]);
}

typedef struct target {
    int64_t  channels, height, width;
    uint8_t *to;
} target;

static void down(const sft_picture *p, const taps *t, const window *v, const float *between,
                 const target *out)
{
    for (int64_t y = 0; y < v->h; y++)
        for (int64_t x = 0; x < v->w; x++) {
            float sum[3] = { 0 };
            for (int64_t k = 0; k < t->reach; k++) {
                float weight = t->weight[y * t->reach + k];
                for (int64_t ch = 0; ch < p->channels && weight != 0; ch++)
                    sum[ch] += weight * between[(ch * p->height + t->first[y] + k) * v->w + x];
            }
            put(sum, p->channels, out->channels, out->height * out->width,
                out->to + (v->y + y) * out->width + v->x + x);
        }
}

static void as_it_is(const sft_picture *p, const target *out)
{
    for (int64_t i = 0; i < p->width * p->height; i++) {
        const uint8_t *q = p->pixel + i * p->channels;
        float          v[3] = { q[0], q[p->channels == 3], q[p->channels == 3 ? 2 : 0] };
        put(v, p->channels, out->channels, out->height * out->width, out->to + i);
    }
}

sft_status sft__picture_fit(sft_ctx *c, const sft_picture *p, sft_fitting fit, int64_t channels,
                            int64_t height, int64_t width, uint8_t *to)
{
    target out = { channels, height, width, to };
    if (p->width == width && p->height == height) {
        as_it_is(p, &out);
        return SFT_OK;
    }
    window v = window_of(p, fit, height, width);
    taps   tx = { 0 }, ty = { 0 };
    size_t size = (size_t)(p->channels * p->height * v.w) * sizeof(float);
    float *between = sft__alloc(c, size);
    if (between && make_taps(c, &tx, p->width, v.left, v.width, v.w) &&
        make_taps(c, &ty, p->height, v.top, v.height, v.h)) {
        memset(to, 0, (size_t)(channels * height * width));
        across(p, &tx, v.w, between);
        down(p, &ty, &v, between, &out);
    }
    sft__free(c, between, size);
    sft__free(c, tx.first, taps_size(&tx, v.w));
    sft__free(c, ty.first, taps_size(&ty, v.h));
    return sft_code(c);
}
