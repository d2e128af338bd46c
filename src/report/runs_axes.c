/* SPDX-License-Identifier: MIT */
/* Axes of run folders: keys whose values differ between the recipes. */
#include "recipe/sections.h"
#include "report/runs.h"

#include <math.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST_LABEL = 32 };

/* What changes no training: how often it is looked at, saved and scored. The seed makes seeds. */
bool sft__run_counts(const char *key)
{
    static const char *const not[] = { "checkpoint.", "probe.", "train.seed", "metrics." };
    for (size_t i = 0; i < sizeof not / sizeof *not; i++)
        if (!strncmp(key, not[i], strlen(not[i]))) return false;
    return true;
}

const char *sft__run_value(const sft_run_keys *r, const char *key)
{
    for (int i = 0; i < r->n; i++)
        if (!strcmp(r->key[i], key)) return r->value[i];
    return NULL;
}

bool sft__rank_rises(const char *rank_by)
{
    const sft_measure_record *m = strcmp(rank_by, "loss") ? sft__measure_find(rank_by) : NULL;
    return m && !m->lower;
}

/* The values that the runs give a key, each once. */
static int values_of(const sft_runs *x, const char *key, const char **value)
{
    int n = 0;
    for (int i = 0; i < x->n; i++) {
        const char *v = sft__run_value(&x->run[i], key);
        bool        new = v != NULL;
        for (int k = 0; k < n && new; k++) new = strcmp(value[k], v) != 0;
        if (new) value[n++] = v;
    }
    return n;
}

static int by_number(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    double             u = 0, v = 0;
    sft__parse_real(*x, strlen(*x), &u);
    sft__parse_real(*y, strlen(*y), &v);
    return u < v ? -1 : u > v;
}

/* Rising where all are numbers. */
static const double *numbers_of(sft_arena *a, const char **value, int n)
{
    double *number = sft__arena_alloc(a, (size_t)n * sizeof *number), v;
    for (int i = 0; i < n; i++)
        if (!number || !sft__parse_real(value[i], strlen(value[i]), &v)) return NULL;
    qsort(value, (size_t)n, sizeof *value, by_number);
    for (int i = 0; i < n; i++) sft__parse_real(value[i], strlen(value[i]), &number[i]);
    return number;
}

/* Long texts, such as models, go by a letter in tables; what the letter stands for is told below them. */
static const char *label_of(sft_arena *a, const char *key, const char *value, int i)
{
    if (strlen(value) <= LONGEST_LABEL) return value;
    const char *label = i < 26 ? SFT_WORDS(a, "%s %c", sft__key_words(a, key), 'A' + i)
                               : SFT_WORDS(a, "%s %d", sft__key_words(a, key), i + 1);
    return label ? label : value;
}

static bool is_log(const char *key)
{
    const size_t n = strcspn(key, ".");
    char         word[64];
    snprintf(word, sizeof word, "%.*s", (int)n, key);
    const int id = key[n] ? sft__section_find(word) : -1;
    if (id < 0) return false;
    const sft_field *row = sft__section[id].rows ? sft__field_find(sft__section[id].rows, key + n + 1) : NULL;
    if (row) return row->flags & SFT_LOG;
    sft_choice c;
    for (int i = 0; sft__section[id].at && sft__section[id].at(i, &c); i++) {
        row = c.fields ? sft__field_find(c.fields, key + n + 1) : NULL;
        if (row) return row->flags & SFT_LOG;
    }
    return false;
}

static sft_status add_axis(sft_runs *x, const char *key, const char **value, int n)
{
    sft_study   *s = x->study;
    sft_axis    *axis = &s->plan.space.axis[s->plan.space.n];
    const char **own = sft__arena_alloc(&s->arena, (size_t)n * sizeof *own);
    const char **label = sft__arena_alloc(&s->arena, (size_t)n * sizeof *label);
    if (!own || !label) return sft_code(s->ctx);
    memcpy(own, value, (size_t)n * sizeof *own);
    *axis = (sft_axis){ .key = key, .kind = SFT_AXIS_VALUES, .n = n, .value = own, .label = label, .parent = -1 };
    axis->number = numbers_of(&s->arena, own, n);
    for (int i = 0; i < n; i++) label[i] = label_of(&s->arena, key, own[i], i);
    if (axis->number) {
        axis->low = axis->number[0];
        axis->high = axis->number[n - 1];
        axis->log = axis->low > 0 && is_log(key);
    }
    for (int i = 0; i < x->n; i++) {
        const char *v = sft__run_value(&x->run[i], key);
        x->run[i].at[s->plan.space.n] = v;
        x->run[i].u[s->plan.space.n] = NAN;
        for (int k = 0; k < n && v; k++)
            if (!strcmp(own[k], v)) x->run[i].u[s->plan.space.n] = (k + 0.5) / n;
    }
    s->plan.space.n++;
    return sft_code(s->ctx);
}

static sft_status consider(sft_runs *x, const char *key, const char **scratch)
{
    sft_ctx  *c = x->study->ctx;
    const int n = sft__run_counts(key) ? values_of(x, key, scratch) : 0;
    if (n < 2) return SFT_OK;
    if (x->study->plan.space.n == SFT_MOST_AXES || n > SFT_MOST_VALUES)
        return sft__fail(c, SFT_E002, "these runs differ in more than %d keys, or one key has more than %d values — report fewer runs, "
                                      "that have more in common", SFT_MOST_AXES, SFT_MOST_VALUES);
    return add_axis(x, key, scratch, n);
}

/* No run before has this key. Nearly always the first one has, at the same place. */
static bool is_new(const sft_runs *x, int run, int k)
{
    const char *key = x->run[run].key[k];
    if (run > 0 && k < x->run[0].n && !strcmp(x->run[0].key[k], key)) return false;
    for (int i = 0; i < run; i++)
        if (sft__run_value(&x->run[i], key)) return false;
    return true;
}

sft_status sft__runs_axes(sft_runs *x)
{
    sft_study   *s = x->study;
    const char **scratch = sft__arena_alloc(&s->arena, (size_t)x->n * sizeof *scratch);
    s->plan.space.axis = sft__arena_alloc(&s->arena, SFT_MOST_AXES * sizeof *s->plan.space.axis);
    for (int i = 0; i < x->n; i++) {
        x->run[i].u = sft__arena_alloc(&s->arena, SFT_MOST_AXES * sizeof *x->run[i].u);
        x->run[i].at = sft__arena_alloc(&s->arena, SFT_MOST_AXES * sizeof *x->run[i].at);
    }
    if (!scratch || sft__failed(s->ctx)) return sft_code(s->ctx);
    for (int i = 0; i < x->n; i++)
        for (int k = 0; k < x->run[i].n; k++)
            if (is_new(x, i, k) && consider(x, x->run[i].key[k], scratch) != SFT_OK) return sft_code(s->ctx);
    return sft_code(s->ctx);
}
