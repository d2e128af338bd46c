/* SPDX-License-Identifier: MIT */
/* Sets that published collections describe in words: scikit-learn's generators by their arguments, and sets given by a formula.
 * `gen` is the description. */
#include "bench_doctor.h"

#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { INFORMATIVE = 32, CLUSTERS = 2, CORNERS = 512, TOPICS = 64 };

static int64_t rows_of(const set *s)
{
    return s->n_train + s->n_val;
}

static double or_else(double v, double def)
{
    return isnan(v) ? def : v;
}

static int64_t between(int64_t v, int64_t low, int64_t high)
{
    return v < low ? low : v > high ? high : v;
}

/* ---- scikit-learn's ------------------------------------------------------------------------------ */

typedef struct clusters {       /* of make_classification */
    int64_t  informative, redundant, n;
    uint32_t corner[CORNERS];       /* of the hypercube: a bit a coordinate */
    double  *bend;              /* of each cluster: informative x informative */
    double  *mix;               /* informative x redundant */
    int64_t *order;             /* where the features lie */
} clusters;

static double *drawn(sft_stream *r, int64_t n)
{
    double *x = malloc((size_t)(n > 0 ? n : 1) * sizeof *x);
    if (!x) abort();
    for (int64_t i = 0; i < n; i++) x[i] = 2 * sft__uniform(r) - 1;
    return x;
}

/* Corners that differ, as long as there are enough. */
static void draw_corners(clusters *k, sft_stream *r)
{
    const uint64_t all = (uint64_t)1 << (k->informative < 31 ? k->informative : 31);
    for (int64_t i = 0; i < k->n; i++) {
        bool taken = true;
        for (int tries = 0; taken && tries < 1000; tries++) {
            k->corner[i] = (uint32_t)sft__below(r, all);
            taken = false;
            for (int64_t j = 0; j < i; j++) taken = taken || k->corner[j] == k->corner[i];
        }
    }
}

static clusters clusters_of(const set *s, sft_stream *r, const char *gen)
{
    clusters k = { .informative = whole_number(or_else(argument(gen, -1, " n_informative "), 2)),
                   .redundant = whole_number(or_else(argument(gen, -1, " n_redundant "), 2)),
                   .n = s->classes * whole_number(or_else(argument(gen, -1, " n_clusters_per_class "), CLUSTERS)) };
    if (k.n > CORNERS || k.n < 1) k.n = s->classes < CORNERS ? s->classes : CORNERS;
    k.informative = between(k.informative, 1, s->width < INFORMATIVE ? s->width : INFORMATIVE);
    k.redundant = between(k.redundant, 0, s->width - k.informative);
    draw_corners(&k, r);
    k.bend = drawn(r, k.n * k.informative * k.informative);
    k.mix = drawn(r, k.informative * k.redundant);
    k.order = malloc((size_t)s->width * sizeof *k.order);
    if (!k.order) abort();
    sft__permute(r, k.order, s->width);
    return k;
}

/* One sample: a cluster about a corner of the hypercube, sheared; sums of its coordinates; noise. */
static void classified(const set *s, sft_stream *r, const clusters *k, int64_t cluster, float *x)
{
    double        z[INFORMATIVE], v[INFORMATIVE];
    const int64_t n = k->informative;
    for (int64_t j = 0; j < n; j++) z[j] = sft__normal(r);
    for (int64_t j = 0; j < n; j++) {
        v[j] = k->corner[cluster] >> j & 1 ? 1 : -1;
        for (int64_t i = 0; i < n; i++) v[j] += z[i] * k->bend[(cluster * n + i) * n + j];
        x[k->order[j]] = (float)v[j];
    }
    for (int64_t j = 0; j < k->redundant; j++) {
        double sum = 0;
        for (int64_t i = 0; i < n; i++) sum += v[i] * k->mix[i * k->redundant + j];
        x[k->order[n + j]] = (float)sum;
    }
    for (int64_t j = n + k->redundant; j < s->width; j++) x[k->order[j]] = (float)sft__normal(r);
}

static void classification(set *s, sft_stream *r, const char *gen)
{
    clusters     k = clusters_of(s, r, gen);
    const double flips = or_else(argument(gen, -1, " flip_y "), 0.01);
    for (int64_t i = 0; i < rows_of(s); i++) {
        const int64_t cluster = (int64_t)sft__below(r, (uint64_t)k.n);
        classified(s, r, &k, cluster, s->x + i * s->width);
        s->y[i] = (float)(cluster % s->classes);
        if (sft__uniform(r) < flips) s->y[i] = (float)sft__below(r, (uint64_t)s->classes);
    }
    free(k.bend);
    free(k.mix);
    free(k.order);
}

/* Numbers from N(0,1), of which ten count, by up to 100. */
static void regression(set *s, sft_stream *r, const char *gen)
{
    const double  noise = or_else(argument(gen, -1, " noise "), 0);
    const int64_t told = whole_number(or_else(argument(gen, 2, " n_informative "), 10)), n = between(told, 1, s->width);
    double       *w = drawn(r, n * s->outputs);
    for (int64_t i = 0; i < n * s->outputs; i++) w[i] = 50 * (w[i] + 1);
    for (int64_t i = 0; i < rows_of(s); i++) {
        float *x = s->x + i * s->width, *y = s->y + i * s->outputs;
        for (int64_t j = 0; j < s->width; j++) x[j] = (float)sft__normal(r);
        for (int64_t k = 0; k < s->outputs; k++) {
            double sum = noise * sft__normal(r);
            for (int64_t j = 0; j < n; j++) sum += (double)x[j] * w[j * s->outputs + k];
            y[k] = (float)sum;
        }
    }
    free(w);
}

/* Words counted in texts of 50, each drawn from one of the text's topics; about two topics a text. */
static void multilabel(set *s, sft_stream *r, const char *gen)
{
    const int64_t topics = s->outputs < TOPICS ? s->outputs : TOPICS;
    double       *share = drawn(r, topics * s->width);
    (void)gen;
    for (int64_t i = 0; i < topics * s->width; i++) share[i] = (share[i] + 1) * (share[i] + 1);
    for (int64_t i = 0; i < rows_of(s); i++) {
        float  *y = s->y + i * s->outputs;
        int64_t has[TOPICS], n = 0;
        for (int64_t k = 0; k < topics; k++) y[k] = sft__uniform(r) < fmin(0.9, 2 / (double)topics);
        for (int64_t k = 0; k < topics; k++)
            if (y[k] > 0) has[n++] = k;
        for (int word = 0; word < 50 && n > 0; word++) {
            const double *p = share + has[sft__below(r, (uint64_t)n)] * s->width;
            int64_t       j = 0;
            do j = (int64_t)sft__below(r, (uint64_t)s->width);
            while (4 * sft__uniform(r) > p[j] + 0.01);
            s->x[i * s->width + j]++;
        }
    }
    free(share);
}

static void moons(set *s, sft_stream *r, const char *gen)
{
    const double noise = or_else(argument(gen, -1, " noise "), 0);
    for (int64_t i = 0; i < rows_of(s); i++) {
        const double t = M_PI * sft__uniform(r);
        s->x[2 * i] = (float)((i % 2 ? 1 - cos(t) : cos(t)) + noise * sft__normal(r));
        s->x[2 * i + 1] = (float)((i % 2 ? 0.5 - sin(t) : sin(t)) + noise * sft__normal(r));
        s->y[i] = (float)(i % 2);
    }
}

/* ---- by formula ---------------------------------------------------------------------------------- */

/* "y=x^2, x in [0,10]", "8 points y=w x+b, x in [-8,8]": evenly spaced, validation between them. */
static void power(set *s, sft_stream *r, const char *gen)
{
    double       low = -1, high = 1;
    const double exponent = number_near(gen, "x^", false, 1), slope = exponent > 1 ? 1 : 2;
    (void)r;
    range_in(gen, 0, &low, &high);
    for (int64_t i = 0; i < rows_of(s); i++) {
        const bool   val = i >= s->n_train;
        const double n = (double)(val ? s->n_val : s->n_train), at = (double)(val ? i - s->n_train : i) + (val ? 0.5 : 0);
        const double x = low + (high - low) * at / (n > 1 ? n - (val ? 0 : 1) : 1);
        s->x[i] = (float)x;
        s->y[i] = (float)(slope * pow(x, exponent) + (exponent > 1 ? 0 : 1));
    }
}

/* Class k lies evenly in the k-th range. */
static void uniform_classes(set *s, sft_stream *r, const char *gen)
{
    for (int64_t i = 0; i < rows_of(s); i++) {
        const int64_t k = i % s->classes;
        double        low = (double)k, high = (double)k + 0.5;
        range_in(gen, (int)k, &low, &high);
        for (int64_t j = 0; j < s->width; j++) s->x[i * s->width + j] = (float)(low + (high - low) * sft__uniform(r));
        s->y[i] = (float)k;
    }
}

static void constants(set *s, sft_stream *r, const char *gen)
{
    (void)gen;
    for (int64_t i = 0; i < rows_of(s); i++) {
        const uint64_t k = sft__below(r, 2);
        for (int64_t j = 0; j < s->width; j++) s->x[i * s->width + j] = (float)k;
        s->y[i] = (float)k;
    }
}

/* Inputs from the first range; targets from the second, or a walk at random: nothing joins the two. */
static void unrelated(set *s, sft_stream *r, const char *gen)
{
    double     low = 0, high = 1, from = 0, to = 1, walk = 0;
    const bool whole = strstr(gen, " ints") != NULL, walks = strstr(gen, "walk") != NULL;
    range_in(gen, 0, &low, &high);
    range_in(gen, 1, &from, &to);
    for (int64_t i = 0; i < rows_of(s); i++) {
        for (int64_t j = 0; j < s->width; j++) {
            const double x = low + (high - low) * sft__uniform(r);
            s->x[i * s->width + j] = (float)(whole ? floor(x) : x);
        }
        walk += sft__normal(r);
        for (int64_t k = 0; k < s->outputs; k++)
            s->y[i * s->outputs + k] = (float)(walks ? walk : from + (to - from) * sft__uniform(r));
    }
}

/* "20-bit integers, label = value mod 7" */
static void remainders(set *s, sft_stream *r, const char *gen)
{
    const int64_t by = whole_number(number_near(gen, "mod", false, (double)s->classes));
    for (int64_t i = 0; i < rows_of(s); i++) {
        const int64_t value = (int64_t)sft__below(r, (uint64_t)1 << (s->width < 40 ? s->width : 40));
        for (int64_t j = 0; j < s->width; j++) s->x[i * s->width + j] = (float)(j < 40 ? value >> j & 1 : 0);
        s->y[i] = (float)(value % (by > 0 ? by : 1) % s->classes);
    }
}

/* ---- in place of what is not here ---------------------------------------------------------------- */

/* Of the shape that is said and, where it is said, in the range: to be looked at, not to be learned. Targets are N(0,1). */
static void stand_in(set *s, sft_stream *r, const char *gen)
{
    double     low = 0, high = 1;
    const bool ranged = range_in(gen, 0, &low, &high) || strstr(gen, "min-max") || strstr(gen, "[0,1]");
    const bool bounded = ranged && (strstr(gen, "targets") || !strstr(gen, "features"));
    const double scale = number_near(gen, "targets x", false, 1);
    for (int64_t i = 0; i < rows_of(s); i++) {
        const double k = s->classes ? (double)(i % s->classes) / (double)s->classes : 0;
        for (int64_t j = 0; j < s->width; j++) {
            const double u = sft__uniform(r);
            s->x[i * s->width + j] = (float)(ranged ? low + (high - low) * (0.8 * u + 0.2 * k) : sft__normal(r) + k);
        }
        if (s->classes) s->y[i] = (float)(i % s->classes);
        for (int64_t t = 0; !s->classes && t < s->outputs; t++)
            s->y[i * s->outputs + t] = (float)(bounded ? low + (high - low) * sft__uniform(r) : scale * sft__normal(r));
    }
}

static const maker makers[] = {
    { "classification", classification, 0, 0, NULL }, { "regression", regression, 0, -1, NULL },
    { "multilabel", multilabel, 0, -1, NULL },        { "moons", moons, 2, 0, NULL },
    { "power", power, 1, 1, NULL },                   { "uniform classes", uniform_classes, 0, 0, NULL },
    { "constants", constants, 0, 0, NULL },           { "unrelated", unrelated, 0, -1, NULL },
    { "remainders", remainders, 0, 0, NULL },         { "stand-in", stand_in, 0, 0, NULL },
    { "stand-in numbers", stand_in, 0, -1, NULL },
};

const maker *described(const char *name)
{
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
        if (fnmatch(makers[i].name, name, 0) == 0) return &makers[i];
    return NULL;
}
