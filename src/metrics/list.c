/* SPDX-License-Identifier: MIT */
/* The table of metrics, reading the recipe's list, and what several metrics share. */
#include "metrics/metric.h"

#include "base/text.h"
#include "metrics/metrics.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define X(name) extern const sft_measure_record sft_metric_##name;
SFT_METRICS(X)
#undef X

static const sft_measure_record *const measures[] = {
#define X(name) &sft_metric_##name,
    SFT_METRICS(X)
#undef X
    NULL
};

const char *const sft__monitors[] = {
    "loss",
#define X(name) #name,
    SFT_METRICS(X)
#undef X
    NULL
};

const sft_measure_record *sft__measure_at(int i)
{
    return i >= 0 && i < (int)(sizeof measures / sizeof *measures) ? measures[i] : NULL;
}

const sft_measure_record *sft__measure_find(const char *name)
{
    for (int i = 0; measures[i]; i++)
        if (sft__named(name, measures[i]->name, measures[i]->aliases))
            return measures[i];
    return NULL;
}

/* ---- the recipe's list ----------------------------------------------------------------------- */

static sft_status unknown(sft_ctx *c, sft_pos pos, const char *word)
{
    sft_near near = sft__near(word);
    for (int i = 0; measures[i]; i++)
        sft__near_try(&near, measures[i]->name);
    const char *best = sft__near_best(&near);
    return sft__fail_at(c, pos, SFT_E132, "unknown metric `%s`%s%s%s", word, best ? " — did you mean `" : " — `surefoot list metric` shows all",
                        best ? best : "", best ? "`?" : "");
}

static sft_status add(sft_ctx *c, sft_pos pos, const char *word, int task, const sft_measure_record **list, int *n)
{
    static const char *const words[] = { "class labels", "yes-or-no labels", "numbers" };
    const sft_measure_record       *m = sft__measure_find(word);
    if (!m)
        return unknown(c, pos, word);
    if (task >= 0 && !(m->tasks >> task & 1))
        return sft__fail_at(c, pos, SFT_E113, "the metric `%s` cannot be used where targets are %s — `surefoot list metric` shows all",
                            m->name, words[task]);
    for (int i = 0; i < *n; i++)
        if (list[i] == m)
            return SFT_OK;
    if (*n == SFT_METRIC_ROOM)
        return sft__fail_at(c, pos, SFT_E113, "more than %d metrics — leave some out", SFT_METRIC_ROOM);
    list[(*n)++] = m;
    return SFT_OK;
}

sft_status sft__metrics_read(sft_ctx *c, sft_pos pos, const char *text, int task, const sft_measure_record **list, int *n)
{
    static const char        blanks[] = " \t[],\"'";
    static const char *const usual[] = { [SFT_CLASSES] = "", [SFT_BINARY] = "f1_macro auroc", [SFT_REGRESSION] = "mae rmse r2" };
    char                     word[64];
    if (!text || !strcmp(text, "auto"))
        text = task >= 0 ? usual[task] : "";
    if (!strcmp(text, "none"))
        return SFT_OK;
    for (const char *at = text + strspn(text, blanks); *at; at += strspn(at, blanks)) {
        size_t length = strcspn(at, blanks);
        snprintf(word, sizeof word, "%.*s", (int)(length < 63 ? length : 63), at);
        if (add(c, pos, word, task, list, n))
            return sft_code(c);
        at += length;
    }
    return SFT_OK;
}

/* ---- shared ---------------------------------------------------------------------------------- */

int64_t sft__predicted(const sft_predictions *p, int64_t row)
{
    const real *x = p->out + row * p->outputs;
    int64_t     best = 0;
    for (int64_t i = 1; i < p->outputs; i++)
        best = x[i] > x[best] ? i : best;
    return best;
}

double sft__log_z(const sft_predictions *p, int64_t row)
{
    const real *x = p->out + row * p->outputs;
    double      top = (double)x[sft__predicted(p, row)], sum = 0;
    for (int64_t i = 0; i < p->outputs; i++)
        sum += exp((double)x[i] - top);
    return top + log(sum);
}

bool sft__is_yes(const sft_predictions *p, int64_t row, int64_t output)
{
    return (double)p->target[row * p->outputs + output] > 0.5;
}

void sft__confusion(const sft_predictions *p, int64_t *counts)
{
    int64_t n = p->task == SFT_CLASSES ? p->outputs : 2;
    memset(counts, 0, (size_t)(n * n) * sizeof *counts);
    for (int64_t r = 0; r < p->rows; r++) {
        if (p->task == SFT_CLASSES)
            counts[p->label[r] * n + sft__predicted(p, r)]++;
        for (int64_t i = 0; p->task == SFT_BINARY && i < p->outputs; i++)
            counts[sft__is_yes(p, r, i) * 2 + (p->out[r * p->outputs + i] > 0)]++;
    }
}

/* Three doubles a class for counts; a score, a flag and log z a row for ranks. */
size_t sft__metric_work(int64_t rows, int64_t outputs)
{
    return (size_t)(outputs * 3 + rows * 3 + 8) * sizeof(double);
}
