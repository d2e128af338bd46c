/* SPDX-License-Identifier: MIT */
/* Copies chosen samples into a batch: bytes become numbers, numbers are standardised. */
#include "base/hot.h"
#include "data/parts.h"

const sft_samples *sft__split_samples(const sft_data *d, sft_split split)
{
    return split == SFT_TEST && d->test_is_own ? &d->raw.test : &d->raw.train;
}

/* One group of a sample: all its values have the same scale and shift. */
SFT_HOT static void from_bytes(int64_t n, const uint8_t *restrict in, float scale, float shift,
                               real *restrict x)
{
    for (int64_t i = 0; i < n; i++) x[i] = (real)((float)in[i] * scale + shift);
}

SFT_HOT static void from_floats(int64_t n, const float *restrict in, float scale, float shift,
                                real *restrict x)
{
    for (int64_t i = 0; i < n; i++) x[i] = (real)(in[i] * scale + shift);
}

static void groups_of(const sft_data *d, const sft_samples *s, int64_t i, int64_t n, real *x)
{
    int64_t inner = n / d->n_affine;
    for (int64_t g = 0; g < d->n_affine; g++) {
        int64_t at = i * n + g * inner;
        if (s->bytes)
            from_bytes(inner, s->bytes + at, d->scale[g], d->shift[g], x + g * inner);
        else
            from_floats(inner, s->floats + at, d->scale[g], d->shift[g], x + g * inner);
    }
}

/* Each value is its own group. */
static void features(const sft_data *d, const sft_samples *s, int64_t i, int64_t n, real *x)
{
    for (int64_t j = 0; j < n; j++) {
        float v = s->bytes ? (float)s->bytes[i * n + j] : s->floats[i * n + j];
        x[j] = (real)(v * d->scale[j] + d->shift[j]);
    }
}

#define AHEAD 4 /* samples; shuffled ones lie all over the memory */

/* Asks for a coming sample, so that it is in the cache when its turn comes. */
static void ask_for(const sft_samples *s, int64_t i, int64_t n)
{
#if defined(__GNUC__)
    const char *p = s->bytes ? (const char *)(s->bytes + i * n) : (const char *)(s->floats + i * n);
    int64_t     size = s->bytes ? n : n * (int64_t)sizeof(float);
    for (int64_t at = 0; at < size; at += 64) __builtin_prefetch(p + at);
#else
    (void)s, (void)i, (void)n;
#endif
}

void sft__gather(const sft_data *d, sft_split split, const int64_t *at, int64_t rows, real *x,
                 int32_t *label, real *target)
{
    const sft_samples *s = sft__split_samples(d, split);
    const int64_t      n = sft__count(s->shape), outputs = d->raw.outputs;
    for (int64_t r = 0; r < rows; r++) {
        int64_t i = d->index[split][at[r]];
        if (x && r + AHEAD < rows) ask_for(s, d->index[split][at[r + AHEAD]], n);
        if (x && d->n_affine == n)
            features(d, s, i, n, x + r * n);
        else if (x)
            groups_of(d, s, i, n, x + r * n);
        if (label) label[r] = s->label[i];
        for (int64_t k = 0; target && k < outputs; k++)
            target[r * outputs + k] = (real)s->target[i * outputs + k];
    }
}
