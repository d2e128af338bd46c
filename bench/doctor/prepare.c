/* SPDX-License-Identifier: MIT */
/* How inputs and targets are scaled, in the words of the corpus: clauses with commas between them. */
#include "bench_doctor.h"

#include <ctype.h>
#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct rows {           /* what a clause is about */
    int64_t from, count;
} rows;

typedef enum by { ALL, CHANNEL, FEATURE } by;

/* ---- doing it ------------------------------------------------------------------------------------ */

static void affine(set *s, rows r, double factor, double shift)
{
    for (int64_t i = r.from * s->width; i < (r.from + r.count) * s->width; i++)
        s->x[i] = (float)((double)s->x[i] * factor + shift);
}

/* Mean 0 and deviation 1 of each stretch of `run` numbers of a sample, fitted on the rows `fit`, done to the rows `r`. */
static void standardise(float *x, int64_t width, int64_t run, rows fit, rows r)
{
    for (int64_t at = 0; at < width; at += run) {
        double mean = 0, square = 0, n = (double)(fit.count * run);
        for (int64_t i = fit.from; i < fit.from + fit.count; i++)
            for (int64_t j = at; j < at + run; j++) mean += (double)x[i * width + j] / n;
        for (int64_t i = fit.from; i < fit.from + fit.count; i++)
            for (int64_t j = at; j < at + run; j++) square += pow((double)x[i * width + j] - mean, 2) / n;
        const double sd = sqrt(square) > 0 ? sqrt(square) : 1;
        for (int64_t i = r.from; i < r.from + r.count; i++)
            for (int64_t j = at; j < at + run; j++) x[i * width + j] = (float)(((double)x[i * width + j] - mean) / sd);
    }
}

static void standard(set *s, rows r, by how)
{
    const rows    train = { 0, s->n_train };
    const int64_t channel = s->shape.rank > 1 ? s->width / s->shape.dim[0] : 1;
    standardise(s->x, s->width, how == ALL ? s->width : how == CHANNEL ? channel : 1, train, r);
}

/* Each feature to 0..1, fitted on the training rows. */
static void min_max(set *s, rows r)
{
    for (int64_t j = 0; j < s->width; j++) {
        double low = INFINITY, high = -INFINITY;
        for (int64_t i = 0; i < s->n_train; i++) {
            low = fmin(low, (double)s->x[i * s->width + j]);
            high = fmax(high, (double)s->x[i * s->width + j]);
        }
        for (int64_t i = r.from; i < r.from + r.count; i++)
            s->x[i * s->width + j] = (float)(((double)s->x[i * s->width + j] - low) / (high > low ? high - low : 1));
    }
}

static void standard_targets(set *s)
{
    if (s->task == SFT_REGRESSION) standardise(s->y, s->outputs, 1, (rows){ 0, s->n_train }, (rows){ 0, s->n_train + s->n_val });
}

/* The pixel that tells most about the class: largest variance of class means. */
static int64_t informative(const set *s)
{
    int64_t best = s->width / 2;
    double  most = -1;
    for (int64_t j = 0; j < s->width; j++) {
        double sum[64] = { 0 }, n[64] = { 0 }, mean = 0, spread = 0;
        for (int64_t i = 0; i < s->n_train; i++) {
            const int k = s->classes ? (int)s->y[i] % 64 : 0;
            sum[k] += (double)s->x[i * s->width + j];
            n[k]++;
            mean += (double)s->x[i * s->width + j] / (double)s->n_train;
        }
        for (int k = 0; k < 64; k++) spread += n[k] > 0 ? n[k] * pow(sum[k] / n[k] - mean, 2) : 0;
        if (spread > most) best = spread > most ? j : best, most = spread;
    }
    return best;
}

static void one_pixel(set *s, double factor)
{
    const int64_t j = informative(s);
    for (int64_t i = 0; i < s->n_train + s->n_val; i++) s->x[i * s->width + j] *= (float)factor;
}

void set_scale(set *s, const char *how)
{
    const rows all = { 0, s->n_train + s->n_val };
    if (strcmp(how, "global") == 0) standard(s, all, ALL);
    if (strcmp(how, "channel") == 0) standard(s, all, s->shape.rank > 1 ? CHANNEL : FEATURE);
    if (strcmp(how, "feature") == 0) standard(s, all, FEATURE);
}

/* ---- in words ------------------------------------------------------------------------------------ */

typedef enum act { NOTHING, STANDARD, PER_CHANNEL, PER_FEATURE, WITH_TARGETS, PLUS, MIN_MAX, BYTES, BYTES_TWICE, MNIST, DIVIDE,
                   TIMES, PIXEL } act;

static const struct {
    const char *pattern;
    act         act;
} clauses[] = {
    { "none", NOTHING },                 { "raw*", NOTHING },               { "y in *", NOTHING },
    { "y raw*", NOTHING },               { "uncentred", NOTHING },          { "as is", NOTHING },
    { "min-max*", MIN_MAX },
    { "per-channel standard*", PER_CHANNEL }, { "standard* per channel", PER_CHANNEL }, { "standard* per-channel", PER_CHANNEL },
    { "standard* per feature*", PER_FEATURE }, { "per-feature standard*", PER_FEATURE },
    { "standard* x and y*", WITH_TARGETS }, { "standard* y", WITH_TARGETS }, { "x and y standard*", WITH_TARGETS },
    { "standard* x", PER_FEATURE },      { "standard* x only", PER_FEATURE }, { "x standard*", PER_FEATURE },
    { "standard* + *", PLUS },           { "standard* globally", STANDARD }, { "others standard*", STANDARD },
    { "standard*", STANDARD },           { "(x/255-0.1307)/0.3081", MNIST }, { "x/255 twice", BYTES_TWICE },
    { "/255 twice", BYTES_TWICE },       { "divide* by 255 twice", BYTES_TWICE }, { "x/255", BYTES }, { "/255", BYTES },
    { "divide* by *", DIVIDE },          { "x/[0-9]*", DIVIDE },            { "/[0-9]*", DIVIDE }, { "/ [0-9]*", DIVIDE },
    { "times *", TIMES },                { "x [0-9]*", TIMES },             { "scaled by *", TIMES },
    { "multiplied by *", TIMES },
    { "one *pixel x *", PIXEL },
};

static double first_number(const char *text)
{
    for (; *text; text++)
        if (isdigit((unsigned char)*text)) return strtod(text, NULL);
    return 1;
}

/* The number behind a clause's last word that begins with one: "one pixel x 1e3". */
static double last_number(const char *text)
{
    double v = 1;
    for (const char *at = text; *at; at++)
        if (isdigit((unsigned char)*at) && (at == text || !isalnum((unsigned char)at[-1]))) v = strtod(at, NULL);
    return v;
}

static void carry_out(set *s, rows r, act a, const char *clause)
{
    const by feature = s->shape.rank > 1 ? CHANNEL : FEATURE;
    if (a == STANDARD || a == PLUS) standard(s, r, ALL);
    if (a == PER_CHANNEL) standard(s, r, CHANNEL);
    if (a == PER_FEATURE || a == WITH_TARGETS) standard(s, r, a == WITH_TARGETS ? feature : FEATURE);
    if (a == WITH_TARGETS) standard_targets(s);
    if (a == PLUS) affine(s, r, 1, first_number(clause));
    if (a == MIN_MAX) min_max(s, r);
    if (a == MNIST) affine(s, r, 1 / 255.0 / 0.3081, -0.1307 / 0.3081);
    if (a == BYTES || a == BYTES_TWICE) affine(s, r, 1 / 255.0, 0);
    if (a == BYTES_TWICE) affine(s, r, 1 / 255.0, 0);
    if (a == DIVIDE) affine(s, r, 1 / first_number(clause), 0);
    if (a == TIMES) affine(s, r, first_number(clause), 0);
    if (a == PIXEL) one_pixel(s, last_number(clause));
}

/* "train …" and "val …" are about these rows only. What comes in brackets is a remark, unless it is all there is. */
static bool one_clause(set *s, char *clause, bool pixels, char *why)
{
    rows  r = { 0, s->n_train + s->n_val };
    char *remark = strstr(clause, " (");
    if (remark) *remark = 0;
    if (strncmp(clause, "train ", 6) == 0) r = (rows){ 0, s->n_train }, clause += 6;
    else if (strncmp(clause, "val ", 4) == 0) r = (rows){ s->n_train, s->n_val }, clause += 4;
    for (size_t i = 0; i < sizeof clauses / sizeof *clauses; i++) {
        if (fnmatch(clauses[i].pattern, clause, 0)) continue;
        if ((clauses[i].act == PIXEL) == pixels) carry_out(s, r, clauses[i].act, clause);
        return true;
    }
    return cannot(why, "inputs prepared by \"%s\"", clause);
}

/* Twice through it: single pixels are scaled when the others have been. */
bool set_prepare(set *s, const char *prep, char *why)
{
    char copy[300];
    for (int pixels = 0; pixels < 2; pixels++) {
        snprintf(copy, sizeof copy, "%s", prep);
        for (char *at = copy; *at; at++) *at = (char)tolower((unsigned char)*at);
        char *rest = copy;
        for (char *clause = strtok_r(rest, ",;", &rest); clause; clause = strtok_r(rest, ",;", &rest)) {
            clause += strspn(clause, " ");
            if (*clause && !one_clause(s, clause, pixels, why)) return false;
        }
    }
    return true;
}
