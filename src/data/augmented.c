/* SPDX-License-Identifier: MIT */
/* Single training samples as an epoch sees them, for those who want to look at them. */
#include "data/augment/augmenter.h"
#include "recipe/recipe.h"

#include <string.h>

static sft_status check(const sft_data *d, const sft_recipe *r, int64_t epoch, const int64_t *index,
                        int64_t rows, const float *x)
{
    if (!r || !index || !x || rows < 1 || epoch < 0)
        return sft__fail(d->ctx, SFT_E002,
                         "sft_data_augmented needs a recipe, samples and room for them");
    for (int64_t i = 0; i < rows; i++)
        if (index[i] < 0 || index[i] >= d->facts.count[SFT_TRAIN])
            return sft__fail(d->ctx, SFT_E002, "training sample %lld does not exist",
                             (long long)index[i]);
    return SFT_OK;
}

/* Changed and mixed as a batch of their own; label shares are not asked for. */
static void change(const sft_data *d, sft_augmenter *a, int64_t epoch, const int64_t *index,
                   int64_t rows, int64_t *sample, real *y, float *x)
{
    int64_t n = sft__count(d->facts.shape);
    for (int64_t i = 0; i < rows; i++) sample[i] = d->index[SFT_TRAIN][index[i]];
    if (!sft__augment_samples(a, epoch, sample, rows, -1, y))
        for (int64_t i = 0; i < rows; i++) {
            sft_data_sample(d, SFT_TRAIN, index[i], x, NULL);
            for (int64_t k = 0; k < n; k++) y[i * n + k] = (real)x[k];
        }
    sft__augment_batch(a, epoch, 0, rows, y, NULL, NULL, &(sft_mixed){ NULL, NULL });
    for (int64_t i = 0; i < rows * n; i++) x[i] = (float)y[i];
}

sft_status sft_data_augmented(const sft_data *d, sft_recipe *r, int64_t epoch, const int64_t *index,
                              int64_t rows, float *x)
{
    if (!d) return SFT_USAGE;
    if (sft__failed(d->ctx) || check(d, r, epoch, index, rows, x) || sft_recipe_resolve(r))
        return sft_code(d->ctx);
    const size_t   values = (size_t)(rows * sft__count(d->facts.shape)) * sizeof(real);
    const size_t   numbers = (size_t)rows * sizeof(int64_t);
    int64_t       *sample = sft__alloc(d->ctx, numbers);
    real          *y = sft__alloc(d->ctx, values);
    sft_augmenter *a = sft__augmenter_new(d, &r->stages, (uint64_t)r->train_conf.seed, rows);
    if (sample && y && a) change(d, a, epoch, index, rows, sample, y, x);
    sft__augmenter_free(a);
    sft__free(d->ctx, y, values);
    sft__free(d->ctx, sample, numbers);
    return sft_code(d->ctx);
}

sft_status sft_data_restore(const sft_data *d, float *x, int64_t rows)
{
    if (!d) return SFT_USAGE;
    if (sft__failed(d->ctx)) return sft_code(d->ctx);
    if (rows < 0 || (rows > 0 && !x))
        return sft__fail(d->ctx, SFT_E002, "sft_data_restore needs samples");
    int64_t n = sft__count(d->facts.shape), inner = n / d->n_affine;
    for (int64_t i = 0; i < rows * n; i++) {
        int64_t g = i % n / inner;
        x[i] = (x[i] - d->shift[g]) / d->scale[g];
    }
    return SFT_OK;
}
