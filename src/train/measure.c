/* SPDX-License-Identifier: MIT */
/* Metrics of a split: its predictions are gathered whole, then judged. */
#include "train/train.h"

#include <string.h>

sft_status sft__measures_set(sft_trainer *t)
{
    const sft_recipe *r = t->recipe;
    int               task = (int)t->net->task;
    sft_pos           pos = r->metrics.n ? r->metrics.arg[0].pos : r->metrics.pos;
    if (sft__metrics_read(t->ctx, pos, r->metrics_conf.names, task, t->measure, &t->n_measures))
        return sft_code(t->ctx);
    if (r->stop_conf.monitor < SFT_MONITOR_OTHERS)
        return SFT_OK;
    return sft__metrics_read(t->ctx, r->early_stop.pos, sft__monitors[r->stop_conf.monitor], task, t->measure, &t->n_measures);
}

typedef struct room {           /* one block for predictions, targets and scratch */
    sft_slab        slab;
    sft_predictions p;
} room;

static sft_status open_room(const sft_trainer *t, sft_split split, room *k)
{
    const sft_net *n = t->net;
    int64_t        rows = t->data->facts.count[split], outputs = n->outputs;
    size_t         numbers = (size_t)(rows * outputs) * sizeof(real), work = sft__metric_work(rows, outputs);
    if (sft__slab_open(t->ctx, &k->slab, work + 2 * numbers + (size_t)rows * sizeof(int32_t) + SFT_ALIGN))
        return sft_code(t->ctx);
    char *at = k->slab.base;
    k->p = (sft_predictions){ .task = n->task, .outputs = outputs, .work = at };
    k->p.out = (real *)(void *)(at + work);
    k->p.target = (real *)(void *)(at + work + numbers);
    k->p.label = (int32_t *)(void *)(at + work + 2 * numbers);
    return SFT_OK;
}

void sft__keep_batch(sft_predictions *p, const sft_batch *b)
{
    int32_t *label = (int32_t *)(uintptr_t)p->label + p->rows;
    real    *target = (real *)(uintptr_t)p->target + p->rows * p->outputs;
    if (b->label && p->task == SFT_CLASSES)
        memcpy(label, b->label, (size_t)b->rows * sizeof *label);
    for (int64_t r = 0; b->label && p->task != SFT_CLASSES && r < b->rows; r++)
        target[r] = (real)b->label[r]; /* a class number is the single output's target */
    if (b->target)
        memcpy(target, b->target, (size_t)(b->rows * p->outputs) * sizeof *target);
    p->rows += b->rows;
}

sft_status sft_measure(sft_trainer *t, sft_split split, sft_scores *scores, sft_measures *m)
{
    room k = { .p = { .rows = 0 } };
    if (!t || sft__failed(t->ctx))
        return t ? sft_code(t->ctx) : SFT_USAGE;
    *m = (sft_measures){ 0 };
    if (!t->n_measures || !t->data->facts.count[split])
        return sft_evaluate(t, split, scores);
    if (open_room(t, split, &k))
        return sft_code(t->ctx);
    if (sft__evaluate(t, split, scores, &k.p) == SFT_OK && k.p.rows)
        for (; m->n < t->n_measures; m->n++) {
            const sft_measure_record *rule = t->measure[m->n];
            m->name[m->n] = rule->name;
            m->lower[m->n] = rule->lower;
            m->value[m->n] = rule->score(rule, &k.p);
        }
    sft__slab_close(t->ctx, &k.slab);
    return sft_code(t->ctx);
}

sft_status sft_confusion(sft_trainer *t, sft_split split, int64_t *counts)
{
    room       k = { .p = { .rows = 0 } };
    sft_scores scores;
    if (!t || sft__failed(t->ctx))
        return t ? sft_code(t->ctx) : SFT_USAGE;
    if (t->net->task == SFT_REGRESSION)
        return sft__fail(t->ctx, SFT_E002, "a confusion matrix needs classes, and the targets here are numbers");
    if (open_room(t, split, &k))
        return sft_code(t->ctx);
    if (sft__evaluate(t, split, &scores, &k.p) == SFT_OK)
        sft__confusion(&k.p, counts);
    sft__slab_close(t->ctx, &k.slab);
    return sft_code(t->ctx);
}
