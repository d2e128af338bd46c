/* SPDX-License-Identifier: MIT */
/* Several label columns of a CSV file as yes-or-no answers, as numbers to predict, or, where exactly one is yes, as
 * classes. */
#include "data/csv_table.h"

#include <stdio.h>

static const char *label_name(const sft_csv_table *t, int64_t k, char buf[32])
{
    snprintf(buf, 32, "column %lld", (long long)t->label_column[k] + 1);
    return t->names ? t->names[t->label_column[k]] : buf;
}

/* What the values allow, unless the loss leaves one choice only. */
static int choose_task(sft_ctx *c, const sft_csv_table *t, unsigned tasks)
{
    char buf[32];
    bool classes = tasks >> SFT_CLASSES & 1, answers = tasks >> SFT_BINARY & 1;
    if (answers && !(tasks >> SFT_REGRESSION & 1)) return SFT_TASK_BINARY;
    if (tasks && !answers) return classes ? SFT_TASK_CLASSES : SFT_TASK_REGRESSION;
    if (t->odd.file) {
        sft__note(c, SFT_NOTE, NULL,
                  "%s:%d:%d: %s is %g, neither 0 nor 1: the %lld labels are taken as numbers to predict "
                  "(data.task=binary for yes-or-no answers)",
                  t->odd.file, t->odd.line, t->odd.col, label_name(t, t->odd_label, buf),
                  (double)t->odd_value, (long long)t->labels);
        return SFT_TASK_REGRESSION;
    }
    sft__note(c, SFT_NOTE, NULL,
              "the %lld labels of %s hold only 0 and 1: taken as yes-or-no answers (%s)",
              (long long)t->labels, t->path,
              t->not_one_hot.file ? "data.task=regression to predict the numbers"
                                  : "exactly one is yes in every line: data.task=classes for classes");
    return SFT_TASK_BINARY;
}

static sft_status check_answers(sft_ctx *c, const sft_csv_table *t, int task)
{
    char buf[32];
    if (t->odd.file)
        return sft__fail_at(c, t->odd, SFT_E240,
                            "line %d, %s: %g is neither 0 nor 1, so it is no yes-or-no answer — mend it, or set "
                            "data.task=regression to predict numbers",
                            t->odd.line, label_name(t, t->odd_label, buf), (double)t->odd_value);
    if (task == SFT_TASK_CLASSES && t->not_one_hot.file)
        return sft__fail_at(c, t->not_one_hot, SFT_E240,
                            "line %d: not exactly one of the %lld labels is 1, as data.task=classes needs — set "
                            "data.task=binary for answers that do not exclude each other",
                            t->not_one_hot.line, (long long)t->labels);
    return SFT_OK;
}

/* The label that is 1. */
static sft_status take_classes(sft_ctx *c, const sft_csv_table *t, sft_samples *s)
{
    s->label = sft__alloc(c, (size_t)t->rows * sizeof *s->label);
    for (int64_t i = 0; s->label && i < t->rows; i++)
        while (t->targets[i * t->labels + s->label[i]] != 1) s->label[i]++;
    return sft_code(c);
}

/* Moves the targets, cut to the table's rows. */
static sft_status take_targets(sft_ctx *c, sft_csv_table *t, sft_samples *s)
{
    s->target = sft__realloc(c, t->targets, (size_t)(t->room * t->labels) * sizeof *s->target,
                             (size_t)(t->rows * t->labels) * sizeof *s->target);
    if (s->target) t->targets = NULL;
    return sft_code(c);
}

static sft_status take(sft_ctx *c, sft_csv_table *t, sft_task task, sft_samples *s)
{
    if (t->rows == 0 || sft__csv_take(c, t, s)) return sft_code(c);
    return task == SFT_CLASSES ? take_classes(c, t, s) : take_targets(c, t, s);
}

/* The labels' names, in the order of the outputs. */
static const char *const *names_of(sft_arena *a, const sft_csv_table *t)
{
    const char **name = t->names ? sft__arena_alloc(a, (size_t)t->labels * sizeof *name) : NULL;
    for (int64_t k = 0; name && k < t->labels; k++) name[k] = t->names[t->label_column[k]];
    return name;
}

sft_status sft__csv_many_targets(sft_ctx *c, const sft_csv_conf *k, sft_csv_table *train,
                                 sft_csv_table *test, sft_raw *raw)
{
    int task = k->task == SFT_TASK_AUTO ? choose_task(c, train, raw->tasks) : k->task;
    if (task != SFT_TASK_REGRESSION && (check_answers(c, train, task) || check_answers(c, test, task)))
        return sft_code(c);
    raw->task = task == SFT_TASK_CLASSES  ? SFT_CLASSES
                : task == SFT_TASK_BINARY ? SFT_BINARY
                                          : SFT_REGRESSION;
    raw->outputs = train->labels;
    raw->impute = k->missing == SFT_MISSING_MEAN;
    raw->class_names = names_of(raw->arena, train);
    return take(c, train, raw->task, &raw->train) || take(c, test, raw->task, &raw->test) ? sft_code(c)
                                                                                          : SFT_OK;
}
