/* SPDX-License-Identifier: MIT */
/* Data sets: from a source or from memory to split, standardised samples. */
#include "data/parts.h"
#include "data/sources.h"

#include <string.h>

void sft__raw_free(sft_ctx *c, sft_raw *raw)
{
    sft__samples_free(c, &raw->train, raw->outputs);
    sft__samples_free(c, &raw->test, raw->outputs);
}

void sft_data_free(sft_data *d)
{
    if (!d) return;
    sft_ctx *c = d->ctx;
    for (int s = 0; s < SFT_SPLITS; s++)
        sft__free(c, d->index[s], (size_t)d->facts.count[s] * sizeof **d->index);
    sft__free(c, d->scale, (size_t)d->n_affine * sizeof *d->scale);
    sft__free(c, d->shift, (size_t)d->n_affine * sizeof *d->shift);
    sft__raw_free(c, &d->raw);
    sft__arena_close(&d->arena);
    sft__free(c, d, sizeof *d);
}

static sft_data *new_data(sft_ctx *c)
{
    sft_data *d = sft__alloc(c, sizeof *d);
    if (!d) return NULL;
    d->ctx = c;
    sft__arena_open(&d->arena, c);
    d->raw.arena = &d->arena;
    return d;
}

static void hash_samples(sft_sha256 *h, const sft_samples *s, int64_t outputs)
{
    size_t n = (size_t)s->count, values = n * (size_t)sft__count(s->shape);
    sft__sha256_add(h, &s->count, sizeof s->count);
    if (s->bytes) sft__sha256_add(h, s->bytes, values);
    if (s->floats) sft__sha256_add(h, s->floats, values * sizeof *s->floats);
    if (s->label) sft__sha256_add(h, s->label, n * sizeof *s->label);
    if (s->target) sft__sha256_add(h, s->target, n * (size_t)outputs * sizeof *s->target);
}

/* What it knows of itself before the split: shape, task, source, and the hash of everything as
 * it was read. */
static void set_facts(sft_data *d, const char *name)
{
    sft_sha256     h;
    const sft_raw *raw = &d->raw;
    d->facts.name = name;
    d->facts.source = raw->source;
    d->facts.shape = raw->train.shape;
    d->facts.task = raw->task;
    d->facts.outputs = raw->outputs;
    d->facts.class_names = raw->class_names;
    sft__sha256_open(&h);
    sft__sha256_add(&h, raw->train.shape.dim, (size_t)raw->train.shape.rank * sizeof(int64_t));
    sft__sha256_add(&h, &raw->outputs, sizeof raw->outputs);
    hash_samples(&h, &raw->train, raw->outputs);
    hash_samples(&h, &raw->test, raw->outputs);
    if (raw->held) sft__sha256_add(&h, &raw->held, sizeof raw->held);
    sft__sha256_close(&h, d->facts.fingerprint);
}

static const sft_source *find_source(sft_ctx *c, const sft_spec *spec)
{
    const sft_source *s = sft__source_find(spec->name);
    char              word[64] = "";
    if (s) return s;
    if (spec->name) memccpy(word, spec->name, ':', sizeof word - 1);
    word[strcspn(word, ":")] = '\0';
    sft_near near = sft__near(word);
    for (int i = 0; sft__source_at(i); i++) sft__near_try(&near, sft__source_at(i)->name);
    const char *best = sft__near_best(&near);
    sft__fail_at(c, spec->pos, SFT_E132,
                 "unknown data source '%s' — %s%s%stry `surefoot list` for all", word,
                 best ? "did you mean '" : "", best ? best : "", best ? "'? — " : "");
    return NULL;
}

/* Binds the options and lets the source read. */
static sft_status read_source(sft_data *d, const sft_source *s, const sft_spec *spec)
{
    const char *colon = strchr(spec->name, ':');
    const char *place = colon && colon[1] ? colon + 1 : NULL;
    if (s->place != (place != NULL))
        return sft__fail_at(d->ctx, spec->pos, SFT_E202,
                            s->place ? "%s needs a path — write `data: %s:PATH`"
                                     : "%s takes no path — write `data: %s`",
                            s->name, s->name);
    void *conf = sft__arena_alloc(&d->arena, s->conf_size ? s->conf_size : 1);
    if (!conf) return sft_code(d->ctx);
    static const sft_field none[] = { SFT_FIELD_END };
    const char            *what = sft__arena_printf(&d->arena, "data %s", s->name);
    if (sft__fields_bind(&d->arena, s->fields ? s->fields : none, conf, spec, what))
        return sft_code(d->ctx);
    return s->open(d->ctx, conf, place, spec->pos, &d->raw);
}

static sft_status make(sft_data *d, const sft_spec *spec, const sft_split_conf *split)
{
    const sft_source *s = find_source(d->ctx, spec);
    if (!s || read_source(d, s, spec)) return sft_code(d->ctx);
    if (d->raw.train.count == 0 || sft__count(d->raw.train.shape) == 0)
        return sft__fail_at(d->ctx, spec->pos, SFT_E245,
                            "%s holds no training samples — check the path and, for CSV, "
                            "the policy of missing values",
                            spec->name);
    set_facts(d, sft__arena_text(&d->arena, spec->name));
    if (sft__split_make(d, split) || sft__standardize(d, split->standardize))
        return sft_code(d->ctx);
    return sft__data_remarks(d);
}

sft_status sft__data_make(sft_ctx *c, const sft_spec *source, const sft_split_conf *split,
                          unsigned tasks, sft_data **out)
{
    *out = NULL;
    if (sft__failed(c)) return sft_code(c);
    sft_data *d = new_data(c);
    if (!d) return sft_code(c);
    d->raw.tasks = tasks;
    if (make(d, source, split)) {
        sft_data_free(d);
        return sft_code(c);
    }
    *out = d;
    return SFT_OK;
}

/* ---- from memory --------------------------------------------------------------------------- */

static sft_status check_memory(sft_ctx *c, const float *x, sft_shape shape, const float *y,
                               sft_task task, int64_t outputs, int64_t count)
{
    bool sized = shape.rank >= 0 && shape.rank <= SFT_MAX_RANK && sft__count(shape) > 0;
    if (!x || !y || !sized || task < SFT_CLASSES || task > SFT_REGRESSION)
        return sft__fail(c, SFT_E002, "sft_data_from needs x, y, a shape without zeros and a task");
    if (outputs < 1 || (task == SFT_CLASSES && outputs > SFT_CLASSES_MOST))
        return sft__fail(c, SFT_E002,
                         "sft_data_from got %lld outputs — at least 1, and at most %d classes",
                         (long long)outputs, SFT_CLASSES_MOST);
    if (count < 1)
        return sft__fail(c, SFT_E245, "sft_data_from got %lld samples — at least one is needed",
                         (long long)count);
    return SFT_OK;
}

static sft_status copy_labels(sft_ctx *c, const float *y, int64_t count, int64_t outputs,
                              int32_t *label)
{
    for (int64_t i = 0; i < count; i++) {
        label[i] = (int32_t)(y[i] >= 0 && y[i] < (float)outputs ? y[i] : -1);
        if ((float)label[i] != y[i])
            return sft__fail(c, SFT_E240,
                             "label %g of sample %lld (from 0) is not a class number 0..%lld",
                             (double)y[i], (long long)i, (long long)outputs - 1);
    }
    return SFT_OK;
}

/* The caller's own split: sample numbers in the order given. */
static sft_status split_as_told(sft_data *d, const uint8_t *split)
{
    int64_t count[SFT_SPLITS] = { 0 }, n = d->raw.train.count;
    for (int64_t i = 0; i < n; i++) {
        if (split && split[i] >= SFT_SPLITS)
            return sft__fail(
                d->ctx, SFT_E002,
                "sample %lld (from 0) has split %d — 0 is training, 1 validation, 2 test",
                (long long)i, split[i]);
        count[split ? split[i] : SFT_TRAIN]++;
    }
    if (count[SFT_TRAIN] == 0)
        return sft__fail(d->ctx, SFT_E245,
                         "no sample is left to train on — all are validation or test");
    for (int s = 0; s < SFT_SPLITS; s++)
        if (sft__split_room(d, (sft_split)s, count[s])) return sft_code(d->ctx);
    memset(count, 0, sizeof count);
    for (int64_t i = 0; i < n; i++) {
        int s = split ? split[i] : SFT_TRAIN;
        d->index[s][count[s]++] = i;
    }
    return SFT_OK;
}

static sft_status fill_from_memory(sft_data *d, const float *x, const float *y,
                                   const uint8_t *split)
{
    const sft_samples *s = &d->raw.train;
    memcpy(s->floats, x, (size_t)(s->count * sft__count(s->shape)) * sizeof *x);
    if (s->target) memcpy(s->target, y, (size_t)(s->count * d->raw.outputs) * sizeof *y);
    if (s->label && copy_labels(d->ctx, y, s->count, d->raw.outputs, s->label))
        return sft_code(d->ctx);
    set_facts(d, "memory");
    if (split_as_told(d, split)) return sft_code(d->ctx);
    return sft__standardize(d, SFT_STANDARDIZE_NONE);
}

sft_data *sft_data_from(sft_ctx *c, const float *x, sft_shape shape, const float *y, sft_task task,
                        int64_t outputs, int64_t count, const uint8_t *split)
{
    if (sft__failed(c) || check_memory(c, x, shape, y, task, outputs, count)) return NULL;
    sft_data *d = new_data(c);
    if (!d) return NULL;
    d->raw.source = "the caller's memory";
    d->raw.task = task;
    d->raw.outputs = outputs;
    if (sft__samples_make(c, &d->raw.train, count, shape, SFT_FLOATS, task, outputs) ||
        fill_from_memory(d, x, y, split)) {
        sft_data_free(d);
        return NULL;
    }
    return d;
}

/* ---- facts and samples --------------------------------------------------------------------- */

sft_status sft_data_facts_of(const sft_data *d, sft_data_facts *facts)
{
    if (!d) return SFT_USAGE;
    if (sft__failed(d->ctx)) return sft_code(d->ctx);
    if (!facts) return sft__fail(d->ctx, SFT_E002, "sft_data_facts_of needs a place for the facts");
    *facts = d->facts;
    return SFT_OK;
}

static void copy_one(const sft_data *d, const sft_samples *s, int64_t i, float *x)
{
    int64_t n = sft__count(s->shape), inner = n / d->n_affine;
    for (int64_t j = 0; j < n; j++) {
        float v = s->bytes ? (float)s->bytes[i * n + j] : s->floats[i * n + j];
        x[j] = v * d->scale[j / inner] + d->shift[j / inner];
    }
}

sft_status sft_data_sample(const sft_data *d, sft_split split, int64_t index, float *x, float *y)
{
    if (!d) return SFT_USAGE;
    if (sft__failed(d->ctx)) return sft_code(d->ctx);
    if (split < SFT_TRAIN || split >= SFT_SPLITS || index < 0 || index >= d->facts.count[split])
        return sft__fail(d->ctx, SFT_E002, "sample %lld of split %d does not exist",
                         (long long)index, (int)split);
    const sft_samples *s = sft__split_samples(d, split);
    int64_t            i = d->index[split][index];
    if (x) copy_one(d, s, i, x);
    if (y && s->label)
        *y = (float)s->label[i];
    else if (y)
        memcpy(y, s->target + i * d->raw.outputs, (size_t)d->raw.outputs * sizeof *y);
    return SFT_OK;
}

sft_status sft_data_standardize(const sft_data *d, float *x, int64_t rows)
{
    if (!d)
        return SFT_USAGE;
    if (sft__failed(d->ctx))
        return sft_code(d->ctx);
    if (rows < 0 || (rows > 0 && !x))
        return sft__fail(d->ctx, SFT_E002, "sft_data_standardize needs samples");
    int64_t n = sft__count(d->facts.shape), inner = n / d->n_affine;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < n; j++)
            x[i * n + j] = x[i * n + j] * d->scale[j / inner] + d->shift[j / inner];
    return SFT_OK;
}
