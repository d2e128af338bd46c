/* SPDX-License-Identifier: MIT */
/* Affine maps and shifts of images: nearest and bilinear sampling, as torchvision's affine and grid_sample with
 * align_corners=False. */
#include "data/augment/warp.h"

#include <math.h>

const char *const sft__interpolations[] = { "nearest", "bilinear", NULL };

/* Quarter turns are exact. */
static void turn(double degrees, double *cosine, double *sine)
{
    double quarters = degrees / 90, whole = nearbyint(quarters);
    if (quarters == whole) {
        static const double c[] = { 1, 0, -1, 0 };
        int                 q = (int)fmod(whole, 4);
        q = q < 0 ? q + 4 : q;
        *cosine = c[q];
        *sine = c[(q + 3) % 4];
        return;
    }
    *cosine = cos(degrees * (3.14159265358979323846 / 180));
    *sine = sin(degrees * (3.14159265358979323846 / 180));
}

/* The inverse of T C R S Sh C^-1: RSS = [a b; c d] has the determinant 1, so its inverse is [d -b; -c a] / scale. */
void sft__motion_map(const sft_motion *g, int64_t high, int64_t wide, double m[6])
{
    double cx = g->corner ? -0.5 : 0.5 * (double)(wide - 1),
           cy = g->corner ? -0.5 : 0.5 * (double)(high - 1);
    double cr, sr, crs, srs, cs, ss, cx_, sx_;
    turn(g->angle, &cr, &sr);
    turn(g->angle - g->shear_y, &crs, &srs);
    turn(g->shear_y, &cs, &ss);
    turn(g->shear_x, &cx_, &sx_);
    double tan_x = sx_ / cx_;
    double a = crs / cs, b = -crs * tan_x / cs - sr, c = srs / cs, d = -srs * tan_x / cs + cr;
    m[0] = d / g->scale;
    m[1] = -b / g->scale;
    m[3] = -c / g->scale;
    m[4] = a / g->scale;
    m[2] = cx - m[0] * (cx + g->dx) - m[1] * (cy + g->dy);
    m[5] = cy - m[3] * (cx + g->dx) - m[4] * (cy + g->dy);
}

/* ---- one pixel ------------------------------------------------------------------------------ */

static float tap(const float *x, int64_t high, int64_t wide, int64_t row, int64_t column,
                 float fill)
{
    bool inside = row >= 0 && row < high && column >= 0 && column < wide;
    return inside ? x[row * wide + column] : fill;
}

static void nearest(const sft_canvas *c, double sx, double sy, const sft_reals *fill, int64_t i)
{
    int64_t plane = c->high * c->wide;
    for (int64_t k = 0; k < c->channels; k++)
        c->spare[k * plane + i] = tap(c->x + k * plane, c->high, c->wide, (int64_t)nearbyint(sy),
                                      (int64_t)nearbyint(sx), sft__fill_of(fill, k));
}

static void bilinear(const sft_canvas *c, double sx, double sy, const sft_reals *fill, int64_t i)
{
    double  left = floor(sx), above = floor(sy);
    float   u = (float)(sx - left), v = (float)(sy - above);
    int64_t x = (int64_t)left, y = (int64_t)above, plane = c->high * c->wide;
    bool    inside = x >= 0 && y >= 0 && x + 1 < c->wide && y + 1 < c->high;
    for (int64_t k = 0; k < c->channels; k++) {
        const float *p = c->x + k * plane, *q = p + y * c->wide + x;
        float        f = sft__fill_of(fill, k), t[4];
        t[0] = inside ? q[0] : tap(p, c->high, c->wide, y, x, f);
        t[1] = inside ? q[1] : tap(p, c->high, c->wide, y, x + 1, f);
        t[2] = inside ? q[c->wide] : tap(p, c->high, c->wide, y + 1, x, f);
        t[3] = inside ? q[c->wide + 1] : tap(p, c->high, c->wide, y + 1, x + 1, f);
        c->spare[k * plane + i] =
            (t[0] * (1 - u) + t[1] * u) * (1 - v) + (t[2] * (1 - u) + t[3] * u) * v;
    }
}

/* Places far out are all alike, and fit in an integer. */
static double near_enough(double v, int64_t n)
{
    double most = (double)n + 1;
    return v < -2 ? -2 : v > most ? most : v;
}

static void sample(const sft_canvas *c, double sx, double sy, const sft_sampling *k, int64_t i)
{
    sx = near_enough(sx, c->wide);
    sy = near_enough(sy, c->high);
    (k->how == SFT_NEAREST ? nearest : bilinear)(c, sx, sy, k->fill, i);
}

/* ---- all pixels ----------------------------------------------------------------------------- */

void sft__warp(sft_canvas *c, const sft_motion *g, const sft_sampling *k)
{
    double m[6];
    sft__motion_map(g, c->high, c->wide, m);
    for (int64_t y = 0; y < c->high; y++)
        for (int64_t x = 0; x < c->wide; x++)
            sample(c, m[0] * (double)x + m[1] * (double)y + m[2],
                   m[3] * (double)x + m[4] * (double)y + m[5], k, y * c->wide + x);
    sft__canvas_swap(c);
}

void sft__warp_to(sft_canvas *c, const float *at, const sft_sampling *k)
{
    int64_t plane = c->high * c->wide;
    for (int64_t i = 0; i < plane; i++) sample(c, (double)at[i], (double)at[plane + i], k, i);
    sft__canvas_swap(c);
}
