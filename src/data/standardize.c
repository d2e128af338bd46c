/* SPDX-License-Identifier: MIT */
/* Mean 0 and deviation 1, fitted on the training samples only; missing values and values that
 * are not finite. */
#include "data/parts.h"

#include <math.h>

static sft_status room(sft_data *d, int64_t n)
{
    float *scale = sft__alloc(d->ctx, (size_t)n * sizeof *scale),
          *shift = sft__alloc(d->ctx, (size_t)n * sizeof *shift);
    if (!scale || !shift) {
        sft__free(d->ctx, scale, (size_t)n * sizeof *scale);
        sft__free(d->ctx, shift, (size_t)n * sizeof *shift);
        return sft_code(d->ctx);
    }
    for (int64_t i = 0; i < n; i++) scale[i] = 1;
    d->n_affine = n;
    d->scale = scale;
    d->shift = shift;
    return SFT_OK;
}

/* ---- finite values only -------------------------------------------------------------------- */

static sft_status bad_value(sft_data *d, const char *what, const char *part, int64_t sample,
                            int64_t value, double v)
{
    return sft__fail(
        d->ctx, SFT_E247,
        "%s %lld of %s sample %lld (both from 0) of %s is %g — only finite numbers can be "
        "learned from; mend or drop the sample",
        what, (long long)value, part, (long long)sample, d->facts.name, v);
}

static sft_status check_finite(sft_data *d, const sft_samples *s, const char *part)
{
    int64_t n = sft__count(s->shape), outputs = d->raw.outputs;
    for (int64_t i = 0; s->floats && i < s->count * n; i++)
        if (!isfinite(s->floats[i]))
            return bad_value(d, "value", part, i / n, i % n, (double)s->floats[i]);
    for (int64_t i = 0; s->target && i < s->count * outputs; i++)
        if (!isfinite(s->target[i]))
            return bad_value(d, "target", part, i / outputs, i % outputs, (double)s->target[i]);
    return SFT_OK;
}

/* ---- missing values ------------------------------------------------------------------------ */

static int64_t fill(const sft_samples *s, int64_t n, int64_t j, float mean)
{
    int64_t filled = 0;
    for (int64_t i = 0; i < s->count; i++)
        if (isnan(s->floats[i * n + j])) {
            s->floats[i * n + j] = mean;
            filled++;
        }
    return filled;
}

/* A missing value becomes its feature's mean over the training samples that have it. */
static sft_status impute(sft_data *d)
{
    const sft_samples *train = &d->raw.train;
    int64_t            n = sft__count(train->shape), filled = 0;
    for (int64_t j = 0; j < n; j++) {
        double  sum = 0;
        int64_t have = 0;
        for (int64_t i = 0; i < d->facts.count[SFT_TRAIN]; i++) {
            float v = train->floats[d->index[SFT_TRAIN][i] * n + j];
            if (!isnan(v)) {
                sum += (double)v;
                have++;
            }
        }
        float mean = have ? (float)(sum / (double)have) : 0;
        filled += fill(train, n, j, mean) + fill(&d->raw.test, n, j, mean);
    }
    if (filled)
        sft__note(d->ctx, SFT_NOTE, NULL,
                  "%lld missing values of %s were replaced by the training mean of their feature",
                  (long long)filled, d->facts.name);
    return SFT_OK;
}

/* ---- mean and deviation -------------------------------------------------------------------- */

/* Adds numbers (mean NULL) or squared distances from the group's mean over the training samples. */
static void add_up(const sft_data *d, const double *mean, double *sum)
{
    const sft_samples *s = &d->raw.train;
    int64_t            groups = d->n_affine, inner = sft__count(s->shape) / groups;
    for (int64_t r = 0; r < d->facts.count[SFT_TRAIN]; r++) {
        int64_t at = d->index[SFT_TRAIN][r] * groups * inner;
        for (int64_t g = 0; g < groups; g++) {
            double m = mean ? mean[g] : 0, t = 0;
            for (int64_t i = 0; i < inner; i++, at++) {
                double v = (double)s->floats[at] - m;
                t += mean ? v * v : v;
            }
            sum[g] += t;
        }
    }
}

/* The same for bytes in one pass, exactly: sums of 8-bit squares stay below 2^63 for 2^47
 * values. */
static void add_up_bytes(const sft_data *d, double *mean, double *m2)
{
    const sft_samples *s = &d->raw.train;
    int64_t            groups = d->n_affine, inner = sft__count(s->shape) / groups,
            rows = d->facts.count[SFT_TRAIN];
    for (int64_t g = 0; g < groups; g++) {
        int64_t sum = 0, squares = 0;
        for (int64_t r = 0; r < rows; r++) {
            const uint8_t *x = s->bytes + (d->index[SFT_TRAIN][r] * groups + g) * inner;
            for (int64_t i = 0; i < inner; i++) {
                sum += x[i];
                squares += x[i] * x[i];
            }
        }
        mean[g] = (double)sum / ((double)rows * (double)inner);
        m2[g] = (double)squares - (double)sum * mean[g];
    }
}

/* A group without spread is only centred. */
static sft_status fit(sft_data *d)
{
    int64_t groups = d->n_affine;
    double  n =
        (double)d->facts.count[SFT_TRAIN] * (double)(sft__count(d->raw.train.shape) / groups);
    size_t  size = 2 * (size_t)groups * sizeof(double);
    double *mean = sft__alloc(d->ctx, size), *m2 = mean + groups;
    if (!mean) return sft_code(d->ctx);
    if (d->raw.train.bytes) {
        add_up_bytes(d, mean, m2);
    } else {
        add_up(d, NULL, mean);
        for (int64_t g = 0; g < groups; g++) mean[g] /= n;
        add_up(d, mean, m2);
    }
    for (int64_t g = 0; g < groups; g++) {
        double deviation = sqrt(m2[g] / n);
        bool   flat = !(deviation > 1e-7 * fabs(mean[g]) && deviation > 0x1p-120);
        double scale = flat ? 1 : 1 / deviation;
        d->scale[g] = (float)scale;
        d->shift[g] = (float)(-mean[g] * scale);
    }
    sft__free(d->ctx, mean, size);
    return SFT_OK;
}

sft_status sft__standardize(sft_data *d, int how)
{
    sft_shape shape = d->raw.train.shape;
    int64_t   n = sft__count(shape);
    if (d->raw.impute) impute(d);
    if (check_finite(d, &d->raw.train, "training") || check_finite(d, &d->raw.test, "test"))
        return sft_code(d->ctx);
    int64_t groups = 1;
    if (how == SFT_STANDARDIZE_FEATURE) groups = n;
    if (how == SFT_STANDARDIZE_CHANNEL || how == SFT_STANDARDIZE_AUTO)
        groups = shape.rank ? shape.dim[0] : 1; /* a row of features: each is its own channel */
    if (room(d, groups) || how == SFT_STANDARDIZE_NONE) return sft_code(d->ctx);
    return fit(d);
}
