/* SPDX-License-Identifier: MIT */
/* Labels of a CSV file as classes (sorted, so that the order of lines does not matter) or as
 * numbers to predict. */
#include "data/csv_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define AUTO_CLASSES 20 /* more distinct whole numbers than these are a quantity */

/* ---- order --------------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    double x = ((const sft_csv_label *)a)->value, y = ((const sft_csv_label *)b)->value;
    return x < y ? -1 : x > y;
}

static int by_text(const void *a, const void *b)
{
    const sft_csv_label *x = a, *y = b;
    size_t               n = x->n < y->n ? x->n : y->n;
    int                  order = memcmp(x->p, y->p, n);
    return order ? order : x->n < y->n ? -1 : x->n > y->n;
}

typedef int order_fn(const void *, const void *);

static int64_t distinct(const sft_csv_label *sorted, int64_t n, order_fn *order)
{
    int64_t k = n > 0;
    for (int64_t i = 1; i < n; i++) k += order(&sorted[i - 1], &sorted[i]) != 0;
    return k;
}

/* ---- which task ---------------------------------------------------------------------------- */

typedef struct kind { /* what the training labels look like */
    bool    text, whole;
    int64_t line;     /* first line with text, or else with a fraction */
    double  fraction; /* first number that is not whole */
} kind;

static kind look(const sft_csv_table *t)
{
    kind k = { .whole = true };
    for (int64_t i = t->rows - 1; i >= 0; i--) {
        const sft_csv_label *l = &t->label[i];
        if (!l->number) {
            k.text = true;
            k.line = l->line;
        } else if (!(fabs(l->value) < 9e15 && l->value == floor(l->value))) {
            k.whole = false;
            k.fraction = l->value;
            k.line = k.text ? k.line : l->line;
        }
    }
    return k;
}

static int choose_task(sft_ctx *c, const sft_csv_table *t, const kind *k, int64_t classes)
{
    if (t->labels == 0) return SFT_TASK_REGRESSION;
    const char *label = t->names ? t->names[t->label_column[0]] : "the label";
    if (k->text) return SFT_TASK_CLASSES;
    bool few = k->whole && classes <= AUTO_CLASSES;
    sft__note(
        c, SFT_NOTE, NULL,
        few ? "%s has %lld different whole numbers in %s: taken as classes (data.task=regression to "
              "predict the number)"
            : "%s has %lld different values in %s: taken as a number to predict (data.task=classes "
              "for classes)",
        label, (long long)classes, t->path);
    return few ? SFT_TASK_CLASSES : SFT_TASK_REGRESSION;
}

static sft_status fail_at_line(sft_ctx *c, const sft_csv_table *t, int64_t line, sft_ecode e,
                               const char *what)
{
    return sft__fail_at(c, (sft_pos){ t->path, line < INT32_MAX ? (int)line : INT32_MAX, 0 }, e,
                        "line %lld: %s", (long long)line, what);
}

static sft_status check_task(sft_ctx *c, const sft_csv_table *t, const kind *k, int task,
                             int64_t classes)
{
    if (task == SFT_TASK_REGRESSION)
        return k->text
                   ? fail_at_line(c, t, k->line, SFT_E231,
                                  "the label is not a number, which data.task=regression asks for")
                   : SFT_OK;
    if (!k->text && !k->whole)
        return fail_at_line(c, t, k->line, SFT_E240,
                            "the label is not a whole number, so it is no class — set "
                            "data.task=regression");
    if (classes > SFT_CLASSES_MOST)
        return sft__fail_at(c, (sft_pos){ .file = t->path }, SFT_E240,
                            "%lld different labels are too many classes — at most %d; "
                            "is label the right column?",
                            (long long)classes, SFT_CLASSES_MOST);
    if (task == SFT_TASK_BINARY && classes != 2)
        return sft__fail_at(c, (sft_pos){ .file = t->path }, SFT_E240,
                            "%lld different labels, where data.task=binary needs two",
                            (long long)classes);
    return SFT_OK;
}

/* ---- classes ------------------------------------------------------------------------------- */

/* The distinct ones of the sorted labels, in the arena, and their names. */
static sft_csv_label *make_classes(sft_raw *raw, const sft_csv_label *sorted, int64_t n,
                                   int64_t classes, order_fn *order)
{
    sft_csv_label *key = sft__arena_alloc(raw->arena, (size_t)classes * sizeof *key);
    const char   **name = sft__arena_alloc(raw->arena, (size_t)classes * sizeof *name);
    int64_t        k = 0;
    for (int64_t i = 0; key && name && i < n; i++)
        if (i == 0 || order(&sorted[i - 1], &sorted[i])) {
            key[k] = sorted[i];
            if (!(name[k++] =
                      sft__csv_text(raw->arena, sorted[i].p, sorted[i].n, sorted[i].escaped)))
                return NULL;
        }
    raw->class_names = name;
    return name ? key : NULL;
}

/* Writes each label's class as label or as the target 0 or 1; E240 for one that training does
 * not have. */
static sft_status assign(sft_ctx *c, const sft_csv_table *t, const sft_csv_label *key,
                         int64_t classes, order_fn *order, sft_samples *s)
{
    const sft_csv_label *unknown = NULL;
    int64_t              n = 0;
    for (int64_t i = 0; i < t->rows; i++) {
        const sft_csv_label *l = &t->label[i];
        const sft_csv_label *found = order == by_value && !l->number
                                         ? NULL
                                         : bsearch(l, key, (size_t)classes, sizeof *key, order);
        if (!found) {
            n++;
            unknown = !unknown || l->line < unknown->line ? l : unknown;
        } else if (s->label) {
            s->label[l->row] = (int32_t)(found - key);
        } else {
            s->target[l->row] = (float)(found - key);
        }
    }
    if (!unknown) return SFT_OK;
    return sft__fail_at(
        c, (sft_pos){ t->path, unknown->line < INT32_MAX ? (int)unknown->line : INT32_MAX, 0 },
        SFT_E240,
        "line %lld: label \"%.*s\" does not occur in the training file — so with %lld of %lld labels",
        (long long)unknown->line, unknown->n > 40 ? 40 : (int)unknown->n, unknown->p, (long long)n,
        (long long)t->rows);
}

static sft_status assign_numbers(sft_ctx *c, const sft_csv_table *t, sft_samples *s)
{
    for (int64_t i = 0; i < t->rows; i++) {
        const sft_csv_label *l = &t->label[i];
        if (!l->number) return fail_at_line(c, t, l->line, SFT_E231, "the label is not a number");
        if (!(fabs(l->value) <= 3.4028234663852886e38))
            return fail_at_line(c, t, l->line, SFT_E247, "the label is not finite as a float");
        s->target[l->row] = (float)l->value;
    }
    return SFT_OK;
}

/* ---- samples ------------------------------------------------------------------------------- */

sft_status sft__csv_take(sft_ctx *c, sft_csv_table *t, sft_samples *s)
{
    int64_t n = t->features;
    float  *floats = sft__realloc(c, t->floats, (size_t)(t->room * n) * sizeof *floats,
                                  (size_t)(t->rows * n) * sizeof *floats);
    if (!floats) return sft_code(c);
    *s = (sft_samples){ .count = t->rows, .shape = sft__shape1(n), .floats = floats };
    t->floats = NULL;
    return SFT_OK;
}

/* The features, and room for labels or targets. */
static sft_status take(sft_ctx *c, sft_csv_table *t, sft_task task, sft_samples *s)
{
    if (sft__csv_take(c, t, s)) return sft_code(c);
    if (task == SFT_CLASSES)
        s->label = sft__alloc(c, (size_t)t->rows * sizeof *s->label);
    else
        s->target = sft__alloc(c, (size_t)t->rows * sizeof *s->target);
    return sft_code(c);
}

sft_status sft__csv_targets(sft_ctx *c, const sft_csv_conf *conf, sft_csv_table *train,
                            sft_csv_table *test, sft_raw *raw)
{
    if (train->labels > 1) return sft__csv_many_targets(c, conf, train, test, raw);
    kind      k = look(train);
    order_fn *order = k.text ? by_text : by_value;
    qsort(train->label, (size_t)train->rows, sizeof *train->label, order);
    int64_t classes = distinct(train->label, train->rows, order);
    int     task = conf->task == SFT_TASK_AUTO ? choose_task(c, train, &k, classes) : conf->task;
    if (check_task(c, train, &k, task, classes)) return sft_code(c);
    raw->task = task == SFT_TASK_CLASSES  ? SFT_CLASSES
                : task == SFT_TASK_BINARY ? SFT_BINARY
                                          : SFT_REGRESSION;
    raw->outputs = raw->task == SFT_CLASSES ? classes : 1;
    raw->impute = conf->missing == SFT_MISSING_MEAN;
    if (take(c, train, raw->task, &raw->train) ||
        (test->rows && take(c, test, raw->task, &raw->test)))
        return sft_code(c);
    if (raw->task == SFT_REGRESSION)
        return assign_numbers(c, train, &raw->train) || assign_numbers(c, test, &raw->test)
                   ? sft_code(c)
                   : SFT_OK;
    const sft_csv_label *key = make_classes(raw, train->label, train->rows, classes, order);
    if (!key || assign(c, train, key, classes, order, &raw->train) ||
        assign(c, test, key, classes, order, &raw->test))
        return sft_code(c);
    if (raw->task == SFT_BINARY) raw->class_names = NULL;
    return SFT_OK;
}
