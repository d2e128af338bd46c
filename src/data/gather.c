/* SPDX-License-Identifier: MIT */
/* Copies chosen samples into a batch: bytes become numbers, numbers are standardised. */
#include "base/hot.h"
#include "data/parts.h"

const sft_samples *sft__split_samples(const sft_data *d, sft_split split)
{
    return split == SFT_TEST && d->test_is_own ? &d->raw.test : &d->raw.train;
}

/* groups x inner values; each group has its own scale and shift. */
SFT_HOT static void from_bytes(const uint8_t *in, const float *scale, const float *shift, int64_t groups, int64_t inner, real *x)
{
    for (int64_t g = 0; g < groups; g++)
        for (int64_t i = g * inner; i < (g + 1) * inner; i++)
            x[i] = (real)((float)in[i] * scale[g] + shift[g]);
}

SFT_HOT static void from_floats(const float *in, const float *scale, const float *shift, int64_t groups, int64_t inner, real *x)
{
    for (int64_t g = 0; g < groups; g++)
        for (int64_t i = g * inner; i < (g + 1) * inner; i++)
            x[i] = (real)(in[i] * scale[g] + shift[g]);
}

/* One value a group: the loop over groups is the long one. */
SFT_HOT static void features(const sft_samples *s, int64_t i, const float *scale, const float *shift, int64_t n, real *x)
{
    for (int64_t j = 0; j < n; j++) {
        float v = s->bytes ? (float)s->bytes[i * n + j] : s->floats[i * n + j];
        x[j] = (real)(v * scale[j] + shift[j]);
    }
}

void sft__gather(const sft_data *d, sft_split split, const int64_t *at, int64_t rows, real *x, int32_t *label, real *target)
{
    const sft_samples *s = sft__split_samples(d, split);
    const int64_t      n = sft__count(s->shape), groups = d->n_affine, outputs = d->raw.outputs;
    for (int64_t r = 0; r < rows; r++, x += n) {
        int64_t i = d->index[split][at[r]];
        if (groups == n)
            features(s, i, d->scale, d->shift, n, x);
        else if (s->bytes)
            from_bytes(s->bytes + i * n, d->scale, d->shift, groups, n / groups, x);
        else
            from_floats(s->floats + i * n, d->scale, d->shift, groups, n / groups, x);
        if (label)
            label[r] = s->label[i];
        for (int64_t k = 0; target && k < outputs; k++)
            target[r * outputs + k] = (real)s->target[i * outputs + k];
    }
}
