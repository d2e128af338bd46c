/* SPDX-License-Identifier: MIT */
/* Splits the training samples: each class is shuffled by its own Philox stream and shared out; or the last ones are held out. */
/* Counts are rounded along the running total of samples, so that the whole split has its size to
 * half a sample and each class its share to within one. Validation takes its share of what the
 * test samples leave over. */
#include "base/random.h"
#include "data/parts.h"

#include <stdlib.h>
#include <string.h>

static const char *const standardize_words[] = { "auto",    "none",    "global",
                                                 "channel", "feature", NULL };

const sft_field sft__split_fields[] = {
    { .name = "validation",
      .kind = SFT_REAL,
      .offset = offsetof(sft_split_conf, validation),
      .def = 0.1,
      .low = 0,
      .high = 1,
      .flags = SFT_MAIN | SFT_BELOW_HIGH,
      .aliases = "val validation_split validation_fraction",
      .doc = "share of the training samples held out to choose by, where the source has no validation samples" },
    { .name = "test",
      .kind = SFT_REAL,
      .offset = offsetof(sft_split_conf, test),
      .def = 0.1,
      .low = 0,
      .high = 1,
      .flags = SFT_BELOW_HIGH,
      .aliases = "test_size",
      .doc = "share taken as test samples when the source has none" },
    { .name = "seed",
      .kind = SFT_INT,
      .offset = offsetof(sft_split_conf, seed),
      .def = 0,
      .low = 0,
      .high = 9007199254740992.0,
      .aliases = "random_state",
      .doc = "fixes which samples go where" },
    { .name = "shuffle",
      .kind = SFT_FLAG,
      .offset = offsetof(sft_split_conf, shuffle),
      .def = 1,
      .doc = "false: the last samples are held out as they come, of whatever class; those for the test come after those for "
             "validation" },
    { .name = "stratify",
      .kind = SFT_FLAG,
      .offset = offsetof(sft_split_conf, stratify),
      .def = 1,
      .doc = "every split gets the same share of each class; only where samples are shuffled" },
    { .name = "fraction",
      .kind = SFT_REAL,
      .offset = offsetof(sft_split_conf, fraction),
      .def = 1,
      .low = 0,
      .high = 1,
      .flags = SFT_ABOVE_LOW,
      .aliases = "train_fraction train_size",
      .doc = "share of the training samples that is trained on, the rest being left out; validation and test samples stay the same" },
    { .name = "label_noise",
      .kind = SFT_REAL,
      .offset = offsetof(sft_split_conf, label_noise),
      .def = 0,
      .low = 0,
      .high = 1,
      .doc = "share of the training and validation samples that get another class, drawn evenly; test samples keep theirs. With k "
             "classes (k - 1) / k makes labels that say nothing" },
    { .name = "standardize",
      .kind = SFT_WORD,
      .offset = offsetof(sft_split_conf, standardize),
      .text = "auto",
      .words = standardize_words,
      .aliases = "standardise normalize normalise",
      .doc =
          "mean 0 and deviation 1, fitted on the training samples: of all values, of each channel or of each feature; "
          "auto: channel for images and sequences, feature for rows" },
    { .name = "standardize_targets",
      .kind = SFT_FLAG,
      .offset = offsetof(sft_split_conf, standardize_targets),
      .aliases = "standardise_targets normalize_targets normalise_targets",
      .doc = "numbers to predict are learned with mean 0 and deviation 1 of each output, fitted on the training samples; "
             "predictions and metrics stay in the data's units, the loss is that of the standardised ones" },
    SFT_FIELD_END,
};

sft_status sft__split_room(sft_data *d, sft_split split, int64_t count)
{
    d->index[split] = sft__alloc(d->ctx, (size_t)count * sizeof **d->index);
    d->facts.count[split] = d->index[split] ? count : 0;
    return sft_code(d->ctx);
}

typedef struct deal { /* shares: test of all samples, validation of those that are left, training of those that are left then */
    double test, validation, train;
} deal;

typedef struct counts {
    int64_t test, validation, train;
} counts;

/* How many of the first n samples go where. */
static counts of_first(int64_t n, const deal *k)
{
    int64_t test = (int64_t)((double)n * k->test + 0.5);
    int64_t validation = (int64_t)((double)(n - test) * k->validation + 0.5);
    return (counts){ test, validation, (int64_t)((double)(n - test - validation) * k->train + 0.5) };
}

/* The first n sample numbers ordered by class (begin[k] is where class k starts); all one group when not
 * stratified. */
static int64_t group(const sft_samples *s, int64_t n, int64_t classes, int64_t *order,
                     int64_t *begin)
{
    if (classes == 1) {
        for (int64_t i = 0; i < n; i++) order[i] = i;
        begin[1] = n;
        return 1;
    }
    for (int64_t i = 0; i < n; i++) begin[s->label[i] + 1]++;
    for (int64_t k = 0; k < classes; k++) begin[k + 1] += begin[k];
    for (int64_t i = 0; i < n; i++) order[begin[s->label[i]]++] = i;
    memmove(begin + 1, begin,
            (size_t)classes * sizeof *begin); /* each begin had moved to its end */
    begin[0] = 0;
    return classes;
}

/* Shuffles one group in place, through `scratch` of the same length. */
static void shuffle(int64_t *order, int64_t n, int64_t *scratch, sft_key key, int64_t k)
{
    int64_t   *picked = scratch + n;
    sft_stream s = sft__stream(key, (uint32_t)k, 0, 0);
    sft__permute(&s, scratch, n);
    for (int64_t i = 0; i < n; i++) picked[i] = order[scratch[i]];
    memcpy(order, picked, (size_t)n * sizeof *order);
}

/* Of samples that are not shuffled those at the end are dealt out first. */
static void reverse(int64_t *order, int64_t n)
{
    for (int64_t i = 0; i < n; i++) order[i] = n - 1 - i;
}

static int ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void take(sft_data *d, sft_split split, const int64_t *from, int64_t n,
                 int64_t used[SFT_SPLITS])
{
    if (n > 0) memcpy(d->index[split] + used[split], from, (size_t)n * sizeof *from);
    used[split] += n;
}

/* Of each group: first its test samples, then its validation samples; the last are for training, so that a smaller share of them
 * lies within a larger one but for the rounding. */
static void deal_out(sft_data *d, const deal *k, int64_t groups, const int64_t *order,
                     const int64_t *begin)
{
    int64_t used[SFT_SPLITS] = { 0 };
    for (int64_t g = 0; g < groups; g++) {
        int64_t a = begin[g], z = begin[g + 1];
        counts  from = of_first(a, k), to = of_first(z, k);
        int64_t test = to.test - from.test, both = test + to.validation - from.validation;
        take(d, SFT_TEST, order + a, test, used);
        take(d, SFT_VALIDATION, order + a + test, both - test, used);
        take(d, SFT_TRAIN, order + z - (to.train - from.train), to.train - from.train, used);
    }
    for (int s = 0; s < SFT_SPLITS; s++)
        if (used[s] > 0) qsort(d->index[s], (size_t)used[s], sizeof **d->index, ascending);
}

/* room: 3 n for order and scratch, then classes + 1 for begin. */
static sft_status share_out(sft_data *d, const sft_split_conf *conf, const deal *k, int64_t classes,
                            int64_t *room)
{
    const sft_samples *s = &d->raw.train;
    int64_t            n = s->count - d->raw.held, *order = room, *scratch = room + n, *begin = room + 3 * n;
    int64_t            groups = group(s, n, classes, order, begin);
    sft_key            key = sft__key((uint64_t)conf->seed, SFT_FOR_SPLIT);
    if (!conf->shuffle) reverse(order, n);
    for (int64_t g = 0; g < groups && conf->shuffle; g++)
        shuffle(order + begin[g], begin[g + 1] - begin[g], scratch, key, g);
    counts  held = of_first(n, k);
    if (held.train < 1)
        return sft__fail(
            d->ctx, SFT_E245,
            "no sample is left to train on: of %lld samples %lld went to validation and test — "
            "lower split.validation or split.test%s",
            (long long)n, (long long)(held.test + held.validation), k->train < 1 ? ", or raise split.fraction" : "");
    if (sft__split_room(d, SFT_TRAIN, held.train) ||
        sft__split_room(d, SFT_VALIDATION, held.validation + d->raw.held) ||
        (!d->test_is_own && sft__split_room(d, SFT_TEST, held.test)))
        return sft_code(d->ctx);
    deal_out(d, k, groups, order, begin);
    for (int64_t i = 0; i < d->raw.held; i++) d->index[SFT_VALIDATION][i] = n + i;
    return SFT_OK;
}

static sft_status whole_test(sft_data *d)
{
    int64_t n = d->raw.test.count;
    d->test_is_own = n > 0;
    if (n == 0) return SFT_OK;
    if (sft__split_room(d, SFT_TEST, n)) return sft_code(d->ctx);
    for (int64_t i = 0; i < n; i++) d->index[SFT_TEST][i] = i;
    return SFT_OK;
}

sft_status sft__split_make(sft_data *d, const sft_split_conf *conf)
{
    const sft_samples *s = &d->raw.train;
    int64_t            classes = conf->shuffle && conf->stratify && s->label ? d->raw.outputs : 1, n;
    if (whole_test(d)) return sft_code(d->ctx);
    double test = d->test_is_own ? 0 : conf->test;
    double validation = d->raw.held ? 0 : conf->validation;
    if (!(validation + test < 1))
        return sft__fail(
            d->ctx, SFT_E202,
            "split.validation %g and split.test %g leave nothing to train on — their sum has "
            "to be below 1",
            validation, test);
    deal k = { test, validation / (1 - test), conf->fraction > 0 ? conf->fraction : 1 };
    if (!sft__mul(s->count, 3 * (int64_t)sizeof(int64_t), &n))
        return sft__fail(d->ctx, SFT_E004, "%lld samples are too many to split",
                         (long long)s->count);
    size_t   size = ((size_t)s->count * 3 + (size_t)classes + 1) * sizeof(int64_t);
    int64_t *room = sft__alloc(d->ctx, size);
    if (!room) return sft_code(d->ctx);
    share_out(d, conf, &k, classes, room);
    sft__free(d->ctx, room, size);
    return sft__failed(d->ctx) ? sft_code(d->ctx) : sft__spoil_labels(d, conf);
}
