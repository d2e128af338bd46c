/* SPDX-License-Identifier: MIT */
/* Sharpness, posterize, solarize, autocontrast, equalize. */
#include "data/augment/tone.h"

#include <math.h>
#include <string.h>

static int byte_of(float v) { return (int)(v * 255.0f + 0.5f); }

/* Smoothed by [1 1 1; 1 5 1; 1 1 1] / 13; the border stays as it is. */
static void smooth(const float *x, float *y, int64_t high, int64_t wide)
{
    memcpy(y, x, (size_t)(high * wide) * sizeof *y);
    for (int64_t r = 1; r + 1 < high; r++)
        for (int64_t i = 1; i + 1 < wide; i++) {
            const float *p = x + r * wide + i, *up = p - wide, *down = p + wide;
            y[r * wide + i] =
                (up[-1] + up[0] + up[1] + p[-1] + 5 * p[0] + p[1] + down[-1] + down[0] + down[1]) /
                13;
        }
}

void sft__sharpen(sft_canvas *c, double factor)
{
    int64_t n = c->high * c->wide;
    if (c->high <= 2 || c->wide <= 2) return;
    for (int64_t k = 0; k < c->channels; k++) {
        float *x = c->x + k * n;
        smooth(x, c->room, c->high, c->wide);
        for (int64_t i = 0; i < n; i++)
            x[i] = (float)factor * x[i] + (float)(1 - factor) * c->room[i];
        sft__canvas_clamp(c, x, n);
    }
}

void sft__posterize(sft_canvas *c, int bits)
{
    int64_t n = sft__canvas_count(c);
    int     mask = bits >= 8 ? 255 : 255 & ~((1 << (8 - bits)) - 1);
    for (int64_t i = 0; i < n; i++) c->x[i] = (float)(byte_of(c->x[i]) & mask) / 255.0f;
}

void sft__solarize(sft_canvas *c, double from)
{
    int64_t n = sft__canvas_count(c);
    for (int64_t i = 0; i < n; i++)
        if (c->x[i] >= (float)from) c->x[i] = 1 - c->x[i];
}

void sft__autocontrast(sft_canvas *c)
{
    int64_t n = c->high * c->wide;
    for (int64_t k = 0; k < c->channels; k++) {
        float *x = c->x + k * n, low = x[0], high = x[0];
        for (int64_t i = 1; i < n; i++) {
            low = x[i] < low ? x[i] : low;
            high = x[i] > high ? x[i] : high;
        }
        for (int64_t i = 0; i < n && high > low; i++) x[i] = (x[i] - low) / (high - low);
    }
}

/* PIL's table: the cumulated histogram before each value, and half a step, in steps of the pixels that are not of the
 * last value, over 255. */
static void equalize(float *x, int64_t n)
{
    int64_t histogram[256] = { 0 }, last = 0, sum = 0;
    float   table[256];
    for (int64_t i = 0; i < n; i++) histogram[byte_of(x[i])]++;
    for (int v = 0; v < 256; v++)
        if (histogram[v]) last = histogram[v];
    int64_t step = (n - last) / 255;
    if (step == 0) return;
    for (int v = 0; v < 256; v++) {
        int64_t at = (sum + step / 2) / step;
        table[v] = (float)(at < 255 ? at : 255) / 255.0f;
        sum += histogram[v];
    }
    for (int64_t i = 0; i < n; i++) x[i] = table[byte_of(x[i])];
}

void sft__equalize(sft_canvas *c)
{
    int64_t n = c->high * c->wide;
    for (int64_t k = 0; k < c->channels; k++) equalize(c->x + k * n, n);
}
