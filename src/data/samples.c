/* SPDX-License-Identifier: MIT */
/* Arrays of samples: allocated with checked sizes and freed again. */
#include "data/samples.h"

/* Array sizes of `count` samples; false when they do not fit in 63 bits. */
static bool sizes(int64_t count, sft_shape shape, int64_t outputs, int64_t *values,
                  int64_t *targets)
{
    int64_t one = sft__count(shape), most;
    return one >= 0 && sft__mul(count, one, values) && sft__mul(count, outputs, targets) &&
           sft__mul(*values, 8, &most) && sft__mul(*targets, 8, &most);
}

sft_status sft__samples_make(sft_ctx *c, sft_samples *s, int64_t count, sft_shape shape,
                             sft_store store, sft_task task, int64_t outputs)
{
    int64_t values, targets;
    *s = (sft_samples){ .count = count, .shape = shape };
    if (!sizes(count, shape, outputs, &values, &targets))
        return sft__fail(c, SFT_E004,
                         "%lld samples are too many — their size does not fit in 63 bits",
                         (long long)count);
    if (store == SFT_BYTES)
        s->bytes = sft__alloc(c, (size_t)values);
    else
        s->floats = sft__alloc(c, (size_t)values * sizeof *s->floats);
    if (task == SFT_CLASSES)
        s->label = sft__alloc(c, (size_t)count * sizeof *s->label);
    else
        s->target = sft__alloc(c, (size_t)targets * sizeof *s->target);
    if ((s->bytes || s->floats) && (s->label || s->target)) return SFT_OK;
    sft__samples_free(c, s, outputs);
    return sft_code(c);
}

void sft__samples_free(sft_ctx *c, sft_samples *s, int64_t outputs)
{
    size_t values = (size_t)(s->count * sft__count(s->shape));
    sft__free(c, s->bytes, values);
    sft__free(c, s->floats, values * sizeof *s->floats);
    sft__free(c, s->label, (size_t)s->count * sizeof *s->label);
    sft__free(c, s->target, (size_t)(s->count * outputs) * sizeof *s->target);
    *s = (sft_samples){ 0 };
}

sft_status sft__labels_check(sft_ctx *c, const char *path, const int32_t *label, int64_t count,
                             int64_t classes)
{
    int64_t bad = 0, first = 0;
    for (int64_t i = count - 1; i >= 0; i--)
        if (label[i] < 0 || label[i] >= classes) {
            first = i;
            bad++;
        }
    if (!bad) return SFT_OK;
    return sft__fail_at(
        c, (sft_pos){ .file = path }, SFT_E240,
        "label %d of sample %lld (from 0) is out of range — %lld of %lld labels are outside 0..%lld — "
        "labels are class numbers from 0; check that images and labels belong together",
        (int)label[first], (long long)first, (long long)bad, (long long)count,
        (long long)classes - 1);
}
