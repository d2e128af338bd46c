/* SPDX-License-Identifier: MIT */
/* Remarks on a data set that stop nothing: W241 empty classes, W242 constant features, W243
 * scales, W244 duplicates. */
#include "data/parts.h"

#include <math.h>
#include <string.h>

static const char *const split_names[SFT_SPLITS] = { "training", "validation", "test" };

/* ---- W241: classes ------------------------------------------------------------------------- */

static void classes_of(sft_data *d, sft_split split, int64_t *count)
{
    const int32_t *label = sft__split_samples(d, split)->label;
    int64_t        n = d->facts.count[split], classes = d->raw.outputs, empty = 0, first = -1;
    memset(count, 0, (size_t)classes * sizeof *count);
    for (int64_t i = 0; i < n; i++) count[label[d->index[split][i]]]++;
    for (int64_t k = classes - 1; k >= 0; k--)
        if (count[k] == 0) {
            empty++;
            first = k;
        }
    if (split == SFT_TRAIN && classes - empty == 1)
        sft__note(d->ctx, SFT_WARN, "W241",
                  "one class only — all %lld training samples of %s have the same label; there is "
                  "nothing to tell apart",
                  (long long)n, d->facts.name);
    else if (empty && n)
        sft__note(d->ctx, SFT_WARN, "W241",
                  "%lld of %lld classes have no %s sample (the first: %s%s%lld)", (long long)empty,
                  (long long)classes, split_names[split],
                  d->raw.class_names ? d->raw.class_names[first] : "",
                  d->raw.class_names ? ", class " : "class ", (long long)first);
}

static sft_status remark_classes(sft_data *d)
{
    size_t   size = (size_t)d->raw.outputs * sizeof(int64_t);
    int64_t *count = sft__alloc(d->ctx, size);
    if (!count) return sft_code(d->ctx);
    for (int s = 0; s < SFT_SPLITS; s++) classes_of(d, (sft_split)s, count);
    sft__free(d->ctx, count, size);
    return SFT_OK;
}

/* A yes-or-no answer that is the same in all training samples. */
static void remark_answers(sft_data *d)
{
    const float *target = d->raw.train.target;
    int64_t      n = d->facts.count[SFT_TRAIN], outputs = d->raw.outputs, same = 0, first = -1;
    for (int64_t k = outputs - 1; k >= 0; k--) {
        int64_t yes = 0;
        for (int64_t i = 0; i < n; i++) yes += target[d->index[SFT_TRAIN][i] * outputs + k] > 0.5F;
        if (yes > 0 && yes < n) continue;
        same++;
        first = k;
    }
    if (same)
        sft__note(d->ctx, SFT_WARN, "W241",
                  "%lld of %lld yes-or-no answers are the same in all %lld training samples of %s (the first: "
                  "%s%s%lld, from 1) — there is nothing to learn about them",
                  (long long)same, (long long)outputs, (long long)n, d->facts.name,
                  d->raw.class_names ? d->raw.class_names[first] : "",
                  d->raw.class_names ? ", answer " : "answer ", (long long)first + 1);
}

/* ---- W242, W243: features ------------------------------------------------------------------ */

static void remark_features(sft_data *d)
{
    const sft_samples *s = &d->raw.train;
    int64_t            n = sft__count(s->shape), flat = 0, first = -1;
    double             low = INFINITY, high = 0;
    for (int64_t j = n - 1; j >= 0; j--) {
        float least = INFINITY, most = -INFINITY;
        for (int64_t i = 0; i < d->facts.count[SFT_TRAIN]; i++) {
            float v = s->floats[d->index[SFT_TRAIN][i] * n + j];
            least = v < least ? v : least;
            most = v > most ? v : most;
        }
        double range = (double)most - (double)least;
        if (range == 0) {
            flat++;
            first = j;
        } else {
            low = range < low ? range : low;
            high = range > high ? range : high;
        }
    }
    if (flat)
        sft__note(d->ctx, SFT_WARN, "W242",
                  "%lld of %lld features of %s are constant in training (the first: feature %lld, "
                  "from 1) — they tell the network nothing",
                  (long long)flat, (long long)n, d->facts.name, (long long)first + 1);
    bool cured = d->n_affine == n && n > 1;
    if (high > 1e6 * low)
        sft__note(
            d->ctx, cured ? SFT_NOTE : SFT_WARN, "W243",
            "feature ranges of %s go from %.3g to %.3g%s", d->facts.name, low, high,
            cured
                ? "; standardising makes them alike"
                : " — set split.standardize=feature, or the large ones will drown the small ones");
}

/* ---- W244: duplicates across splits -------------------------------------------------------- */

typedef struct table { /* open addressing; slots hold a place in the training index, plus 1 */
    int64_t *slot;
    uint64_t mask;
} table;

/* FNV-1a over 64-bit words, then over what is left; the end stirs all bits down. */
static uint64_t hash_bytes(const uint8_t *p, size_t n)
{
    uint64_t h = 0xCBF29CE484222325u, word;
    for (; n >= 8; n -= 8, p += 8) {
        memcpy(&word, p, 8);
        h = (h ^ word) * 0x100000001B3u;
        h ^= h >> 29;
    }
    for (; n > 0; n--, p++) h = (h ^ *p) * 0x100000001B3u;
    return h ^ (h >> 32);
}

static const uint8_t *sample_bytes(const sft_data *d, sft_split split, int64_t i, size_t *size)
{
    const sft_samples *s = sft__split_samples(d, split);
    size_t             n = (size_t)sft__count(s->shape) * (s->bytes ? 1 : sizeof(float));
    *size = n;
    return (s->bytes ? s->bytes : (const uint8_t *)s->floats) + (size_t)d->index[split][i] * n;
}

/* The slot of an equal training sample, or the free one where it would go. */
static int64_t *look_up(const sft_data *d, const table *t, const uint8_t *sample, size_t size)
{
    uint64_t at = hash_bytes(sample, size) & t->mask;
    for (; t->slot[at]; at = (at + 1) & t->mask) {
        size_t same;
        if (!memcmp(sample_bytes(d, SFT_TRAIN, t->slot[at] - 1, &same), sample, size)) break;
    }
    return &t->slot[at];
}

static void count_known(sft_data *d, const table *t, sft_split split)
{
    int64_t known = 0, n = d->facts.count[split];
    for (int64_t i = 0; i < n; i++) {
        size_t         size;
        const uint8_t *p = sample_bytes(d, split, i, &size);
        known += *look_up(d, t, p, size) != 0;
    }
    if (known)
        sft__note(d->ctx, SFT_WARN, "W244",
                  "%lld of %lld %s samples of %s are also training samples — their score flatters",
                  (long long)known, (long long)n, split_names[split], d->facts.name);
}

static sft_status remark_duplicates(sft_data *d)
{
    table   t = { .mask = 1 };
    int64_t n = d->facts.count[SFT_TRAIN];
    if (d->facts.count[SFT_VALIDATION] + d->facts.count[SFT_TEST] == 0) return SFT_OK;
    while (t.mask < 2 * (uint64_t)n) t.mask = 2 * t.mask + 1;
    size_t size = ((size_t)t.mask + 1) * sizeof *t.slot;
    t.slot = sft__alloc(d->ctx, size);
    if (!t.slot) return sft_code(d->ctx);
    for (int64_t i = 0; i < n; i++) {
        size_t         bytes;
        const uint8_t *p = sample_bytes(d, SFT_TRAIN, i, &bytes);
        *look_up(d, &t, p, bytes) = i + 1;
    }
    count_known(d, &t, SFT_VALIDATION);
    count_known(d, &t, SFT_TEST);
    sft__free(d->ctx, t.slot, size);
    return SFT_OK;
}

sft_status sft__data_remarks(sft_data *d)
{
    if (d->raw.task == SFT_CLASSES && remark_classes(d)) return sft_code(d->ctx);
    if (d->raw.task == SFT_BINARY) remark_answers(d);
    if (d->raw.train.floats && d->raw.train.shape.rank == 1) remark_features(d);
    return remark_duplicates(d);
}
