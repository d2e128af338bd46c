/* SPDX-License-Identifier: MIT */
/* Validation in parts: two evaluations are of the same samples, so their difference is taken part by part, and what all
 * samples have in common drops out of its error. */
#include "doctor/pace.h"
#include "train/train.h"

#include <math.h>

enum { PARTS = 64 };

typedef struct held {
    double loss[PARTS], weight[PARTS], right;
    int64_t rows;
} held;

static sft_status add_batch(sft_trainer *t, const sft_batch *b, int64_t all, held *h)
{
    for (int64_t r = 0; r < b->rows;) {
        const int64_t part = (h->rows + r) * PARTS / all, next = ((part + 1) * all + PARTS - 1) / PARTS - h->rows;
        const int64_t rows = (next < b->rows ? next : b->rows) - r;
        sft_batch     s = sft__batch_rows(t->net, b, r, rows);
        sft_outcome   o;
        if (sft__net_eval(t->net, &s, &o, NULL)) return sft_code(t->ctx);
        h->loss[part] += o.loss_sum;
        h->weight[part] += o.weight;
        h->right += o.right;
        r += rows;
    }
    h->rows += b->rows;
    return SFT_OK;
}

/* Mean of a ratio of sums, and its standard error from parts: loss, or the difference to `other`. */
static double mean_of(const double *loss, const double *other, const double *weight, double *se)
{
    double sum = 0, all = 0, off = 0;
    int    parts = 0;
    for (int i = 0; i < PARTS; i++) {
        sum += loss[i] - (other ? other[i] : 0);
        all += weight[i];
        parts += weight[i] > 0;
    }
    for (int i = 0; i < PARTS; i++) {
        const double d = loss[i] - (other ? other[i] : 0) - sum / all * weight[i];
        off += d * d;
    }
    *se = parts > 1 ? sqrt(off * parts / (parts - 1.0)) / all : NAN;
    return sum / all;
}

static sft_status all_parts(sft_trainer *t, held *h)
{
    sft_loader   *l = t->loader[SFT_VALIDATION];
    const int64_t all = t->data->facts.count[SFT_VALIDATION];
    for (int64_t i = 0; i < sft__loader_steps(l); i++) {
        const sft_batch *b = sft__loader_get(l, 0, i);
        if (!b || add_batch(t, b, all, h)) return sft_code(t->ctx);
    }
    return SFT_OK;
}

sft_status sft__hold_out(sft_trainer *t, double *best, sft_eval_point *y)
{
    held         h = { .rows = 0 };
    const bool   was = t->averaged, first = !(best[PARTS] > 0);
    if (!t->loader[SFT_VALIDATION]) return SFT_OK;
    if (sft_trainer_average(t, true) || all_parts(t, &h) || sft_trainer_average(t, was)) return sft_code(t->ctx);
    y->loss = mean_of(h.loss, NULL, h.weight, &y->se);
    y->accuracy = t->net->task == SFT_REGRESSION ? NAN : h.right / (double)h.rows;
    y->rise = first ? NAN : mean_of(h.loss, best, h.weight, &y->rise_se);
    if (first) y->rise_se = NAN;
    if (!first && !(y->rise < 0)) return SFT_OK;
    best[PARTS] = 1;            /* there is one */
    for (int i = 0; i < PARTS; i++) best[i] = h.loss[i];
    return SFT_OK;
}

_Static_assert(PARTS + 1 == SFT_HELD_ROOM, "the parts, and whether there are any");
