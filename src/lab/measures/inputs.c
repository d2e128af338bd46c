/* SPDX-License-Identifier: MIT */
/* Outputs of a network where there are no samples: along a line, over a plane. */
#include "lab/measures/measures.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

sft_status sft__lab_range(sft_subject *s, const char *what, int features, unsigned tasks, sft_input_range *out)
{
    const sft_data *d = sft__subject_data(s);
    float           x[SFT_LAB_FEATURES], y[64];
    *out = (sft_input_range){ .features = features };
    if (!d) return sft_code(s->ctx);
    if (sft__count(d->facts.shape) != features || !(tasks >> d->facts.task & 1) || d->facts.outputs > (int64_t)(sizeof y / sizeof *y))
        return sft__fail(s->ctx, SFT_E202, "measure %s: %s has samples of %lld numbers — it wants %s", what, d->facts.name,
                         (long long)sft__count(d->facts.shape), features == 1 ? "one number in, one to predict" : "classes of two numbers");
    for (int64_t i = 0; i < d->facts.count[SFT_TRAIN]; i++) {
        if (sft_data_sample(d, SFT_TRAIN, i, x, y) || sft_data_restore(d, x, 1)) return sft_code(s->ctx);
        for (int k = 0; k < features; k++) {
            out->low[k] = i ? fmin(out->low[k], (double)x[k]) : (double)x[k];
            out->high[k] = i ? fmax(out->high[k], (double)x[k]) : (double)x[k];
        }
    }
    return SFT_OK;
}

int64_t sft__lab_classes(const sft_net *n)
{
    return n->task == SFT_BINARY ? 2 : n->outputs;
}

/* exp(y) / sum exp(y), in place. */
static void soften(float *y, int64_t n)
{
    double top = -INFINITY, sum = 0;
    for (int64_t i = 0; i < n; i++) top = fmax(top, (double)y[i]);
    for (int64_t i = 0; i < n; i++) sum += exp((double)y[i] - top);
    for (int64_t i = 0; i < n; i++) y[i] = (float)(exp((double)y[i] - top) / sum);
}

/* Of several yes-or-no targets the first. */
static const float *probabilities(sft_subject *s, const sft_net *n, const float *y, int64_t rows)
{
    const int64_t k = sft__lab_classes(n);
    float        *p = sft__arena_alloc(s->arena, (size_t)(rows * k) * sizeof *p);
    for (int64_t r = 0; p && r < rows; r++) {
        if (n->task == SFT_BINARY) p[r * k + 1] = y[r * n->outputs];
        else memcpy(p + r * k, y + r * k, (size_t)k * sizeof *p);
        soften(p + r * k, k);
    }
    return p;
}

const float *sft__lab_outputs(sft_subject *s, sft_net *n, float *x, int64_t rows)
{
    float *y = sft__arena_alloc(s->arena, (size_t)(rows * n->outputs) * sizeof *y);
    if (!y || sft_data_standardize(s->data, x, rows) || sft_net_predict(n, x, rows, y)) return NULL;
    return n->task == SFT_REGRESSION ? y : probabilities(s, n, y, rows);
}

const float *sft__lab_grid(sft_subject *s, sft_net *n, const sft_input_range *r, int64_t points)
{
    float *x = sft__arena_alloc(s->arena, (size_t)(2 * points * points) * sizeof *x);
    for (int64_t i = 0; x && i < points * points; i++) {
        const int64_t at[2] = { i % points, i / points };
        for (int k = 0; k < 2; k++) x[2 * i + k] = (float)(r->low[k] + (r->high[k] - r->low[k]) * ((double)at[k] + 0.5) / (double)points);
    }
    return x ? sft__lab_outputs(s, n, x, points * points) : NULL;
}

int64_t sft__lab_class(const float *p, int64_t classes)
{
    int64_t best = 0;
    for (int64_t i = 1; i < classes; i++)
        if (p[i] > p[best]) best = i;
    return best;
}

/* ---- borders between classes ------------------------------------------------------------------------ */

const sft_field sft__border_fields[] = {
    { .name = "points", .kind = SFT_INT, .offset = offsetof(sft_border, points), .def = 100, .low = 4, .high = 400,
      .doc = "cells along a side" },
    SFT_MOMENT_ROW(sft_border, "best"),
    SFT_FIELD_END
};

const float *sft__lab_border(sft_subject *s, const char *what, const sft_border *k, sft_input_range *r, int64_t *classes)
{
    sft_net *n = sft__subject_net_at(s, (sft_moment)k->at);
    if (sft__failed(s->ctx) || sft__lab_range(s, what, 2, 1u << SFT_CLASSES | 1u << SFT_BINARY, r) || !n) return NULL;
    *classes = sft__lab_classes(n);
    return sft__lab_grid(s, n, r, k->points);
}
