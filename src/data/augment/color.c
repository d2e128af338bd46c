/* SPDX-License-Identifier: MIT */
/* Blends of an image with black, grey or itself in grey; its hue; a Gaussian blur. */
#include "data/augment/color.h"

#include "base/hot.h"

#include <math.h>

static float bound(float v) { return v < 0 ? 0 : v > 1 ? 1 : v; }

void sft__brighten(sft_canvas *c, double factor)
{
    int64_t n = sft__canvas_count(c);
    for (int64_t i = 0; i < n; i++) c->x[i] = bound((float)factor * c->x[i]);
}

void sft__grey(const sft_canvas *c, float *grey)
{
    int64_t      n = c->high * c->wide;
    const float *r = c->x, *g = r + n, *b = g + n;
    if (c->channels == 3) {
        for (int64_t i = 0; i < n; i++) grey[i] = 0.2989f * r[i] + 0.587f * g[i] + 0.114f * b[i];
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        double sum = 0;
        for (int64_t k = 0; k < c->channels; k++) sum += (double)c->x[k * n + i];
        grey[i] = (float)(sum / (double)c->channels);
    }
}

void sft__contrast(sft_canvas *c, double factor)
{
    int64_t n = c->high * c->wide;
    double  mean = 0;
    sft__grey(c, c->room);
    for (int64_t i = 0; i < n; i++) mean += (double)c->room[i];
    float rest = (float)((1 - factor) * mean / (double)n);
    for (int64_t i = 0; i < n * c->channels; i++) c->x[i] = bound((float)factor * c->x[i] + rest);
}

void sft__saturate(sft_canvas *c, double factor)
{
    int64_t n = c->high * c->wide;
    float   own = (float)factor, rest = (float)(1 - factor);
    sft__grey(c, c->room);
    for (int64_t k = 0; k < c->channels; k++)
        for (int64_t i = 0; i < n; i++)
            c->x[k * n + i] = bound(own * c->x[k * n + i] + rest * c->room[i]);
}

/* ---- hue ------------------------------------------------------------------------------------ */

/* RGB to hue (in circles), saturation and value, and back with another hue (Smith 1978, as in torchvision). */
static double hue_of(float r, float g, float b, float most, float span)
{
    double h = most == r   ? (double)((g - b) / span)
               : most == g ? 2 + (double)((b - r) / span)
                           : 4 + (double)((r - g) / span);
    return h / 6 - floor(h / 6);
}

static void from_hue(double h, float s, float v, float *rgb)
{
    double sector = floor(h * 6);
    float  f = (float)(h * 6 - sector);
    float  p = bound(v * (1 - s)), q = bound(v * (1 - s * f)), t = bound(v * (1 - s * (1 - f)));
    float  all[6][3] = {
        { v, t, p }, { q, v, p }, { p, v, t }, { p, q, v }, { t, p, v }, { v, p, q }
    };
    int64_t at = (int64_t)sector % 6;
    for (int k = 0; k < 3; k++) rgb[k] = all[at][k];
}

void sft__turn_hue(sft_canvas *c, double turn)
{
    int64_t n = c->high * c->wide;
    for (int64_t i = 0; i < n; i++) {
        float r = c->x[i], g = c->x[n + i], b = c->x[2 * n + i], rgb[3];
        float most = r > g ? r : g, least = r < g ? r : g;
        most = most > b ? most : b;
        least = least < b ? least : b;
        if (!(most > least)) continue; /* grey has no hue */
        double h = hue_of(r, g, b, most, most - least) + turn;
        from_hue(h - floor(h), (most - least) / most, most, rgb);
        for (int k = 0; k < 3; k++) c->x[k * n + i] = rgb[k];
    }
}

/* ---- blur ----------------------------------------------------------------------------------- */

static void make_taps(int64_t size, double sigma, float *taps)
{
    double sum = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int64_t i = 0; i < size; i++) {
            double x = ((double)i - 0.5 * (double)(size - 1)) / sigma, v = exp(-0.5 * x * x);
            if (pass)
                taps[i] = (float)(v / sum);
            else
                sum += v;
        }
}

SFT_HOT static void add_row(int64_t n, float tap, const float *restrict x, float *restrict y)
{
    for (int64_t i = 0; i < n; i++) y[i] += tap * x[i];
}

static void blur_down(const float *x, float *y, int64_t high, int64_t wide, int64_t size,
                      const float *taps)
{
    for (int64_t r = 0; r < high; r++) {
        float *row = y + r * wide;
        for (int64_t i = 0; i < wide; i++) row[i] = 0;
        for (int64_t k = 0; k < size; k++)
            add_row(wide, taps[k], x + sft__reflect(r + k - size / 2, high) * wide, row);
    }
}

static void blur_along(const float *x, float *y, int64_t high, int64_t wide, int64_t size,
                       const float *taps)
{
    for (int64_t i = 0; i < high * wide; i++) y[i] = 0;
    for (int64_t k = 0; k < size; k++) {
        int64_t by = k - size / 2, from = by < 0 ? -by : 0, to = by > 0 ? wide - by : wide;
        from = from < wide ? from : wide;
        to = to > from ? to : from;
        for (int64_t r = 0; r < high; r++) {
            const float *in = x + r * wide;
            float       *out = y + r * wide;
            for (int64_t i = 0; i < from; i++) out[i] += taps[k] * in[sft__reflect(i + by, wide)];
            if (to > from) add_row(to - from, taps[k], in + from + by, out + from);
            for (int64_t i = to; i < wide; i++) out[i] += taps[k] * in[sft__reflect(i + by, wide)];
        }
    }
}

void sft__gaussian_blur(float *x, float *spare, int64_t planes, int64_t high, int64_t wide,
                        int64_t size_y, int64_t size_x, double sigma, float *taps)
{
    make_taps(size_y, sigma, taps);
    make_taps(size_x, sigma, taps + size_y);
    for (int64_t k = 0; k < planes; k++, x += high * wide) {
        blur_down(x, spare, high, wide, size_y, taps);
        blur_along(spare, x, high, wide, size_x, taps + size_y);
    }
}
