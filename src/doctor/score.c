/* SPDX-License-Identifier: MIT */
/* How good a network is on held-out samples. */
#include "doctor/some.h"
#include "doctor/trial.h"

#include <math.h>
#include <string.h>

enum { PROBE = 1024 };

sft_status sft__probe_gather(const sft_data *d, sft_arena *a, sft_probe *p)
{
    const sft_split split = d->facts.count[SFT_VALIDATION] > 0 ? SFT_VALIDATION : SFT_TRAIN;
    const int64_t   outputs = d->facts.outputs;
    sft_some        k;
    if (sft__take_some(d, a, split, PROBE, false, &k)) return sft_code(a->ctx);
    *p = (sft_probe){ .n = k.n, .x = k.x, .label = k.label, .target = k.target };
    p->out = sft__arena_alloc(a, (size_t)(k.n * outputs) * sizeof(real));
    p->count = sft__arena_alloc(a, (size_t)outputs * sizeof *p->count);
    p->right = sft__arena_alloc(a, (size_t)outputs * sizeof *p->right);
    return sft_code(a->ctx);
}

/* Of outputs and targets as the data have them, whatever the network learns in: losses of two recipes can be compared. */
static double plain_loss(const sft_net *n, const sft_probe *p)
{
    const sft_loss_pass all = { .rows = p->n, .outputs = n->outputs, .out = p->out, .label = p->label, .target = p->target,
                                .scale = 1 };
    double              sum = 0, right = 0;
    n->loss->eval(n->loss_conf, &all, &sum, &right);
    const double weight = n->loss->weight ? n->loss->weight(n->loss_conf, &all) : (double)p->n;
    return weight > 0 ? sum / weight : NAN;
}

double sft__idle_loss(const sft_net *n, const sft_probe *p)
{
    memset(p->out, 0, (size_t)(p->n * n->outputs) * sizeof *p->out);
    return plain_loss(n, p);
}

/* ---- skill ------------------------------------------------------------------------------------ */

/* Rare classes count as much as others. */
static double recall(const sft_net *n, const sft_probe *p)
{
    const int64_t k = n->outputs;
    double        sum = 0;
    int           seen = 0;
    memset(p->count, 0, (size_t)k * sizeof *p->count);
    memset(p->right, 0, (size_t)k * sizeof *p->right);
    for (int64_t i = 0; i < p->n; i++) {
        int64_t best = 0;
        for (int64_t j = 1; j < k; j++)
            if (p->out[i * k + j] > p->out[i * k + best]) best = j;
        p->count[p->label[i]]++;
        p->right[p->label[i]] += best == p->label[i];
    }
    for (int64_t j = 0; j < k; j++) {
        if (p->count[j] > 0) sum += (double)p->right[j] / (double)p->count[j];
        seen += p->count[j] > 0;
    }
    return sum / seen;
}

static double yes_and_no(const sft_net *n, const sft_probe *p)
{
    int64_t right = 0;
    for (int64_t i = 0; i < p->n * n->outputs; i++) right += (p->out[i] > 0) == ((double)p->target[i] > 0.5);
    return (double)right / (double)(p->n * n->outputs);
}

static double explained(const sft_net *n, const sft_probe *p)
{
    const int64_t k = n->outputs;
    double        error = 0, all = 0;
    for (int64_t j = 0; j < k; j++) {
        double mean = 0;
        for (int64_t i = 0; i < p->n; i++) mean += (double)p->target[i * k + j] / (double)p->n;
        for (int64_t i = 0; i < p->n; i++) {
            const double y = (double)p->target[i * k + j], off = (double)p->out[i * k + j] - y;
            error += off * off;
            all += (y - mean) * (y - mean);
        }
    }
    const double share = all > 0 ? 1 - error / all : -1;
    return share > -1 ? share : -1; /* of NaN, too */
}

sft_status sft__score(sft_net *n, const sft_probe *p, double *loss, double *skill)
{
    const int64_t sample = sft__count(n->input), k = n->outputs;
    double        sum = 0, weight = 0;
    for (int64_t at = 0; at < p->n; at += n->batch) {
        const int64_t   rows = p->n - at < n->batch ? p->n - at : n->batch;
        const sft_batch b = { .rows = rows, .x = p->x + at * sample, .label = p->label ? p->label + at : NULL,
                              .target = p->target ? p->target + at * k : NULL };
        sft_outcome     o;
        if (sft__net_eval(n, &b, &o, p->out + at * k)) return sft_code(n->ctx);
        sum += o.loss_sum;
        weight += o.weight;
    }
    *loss = weight > 0 && isfinite(sum) ? n->units.on ? plain_loss(n, p) : sum / weight : INFINITY;
    *skill = n->task == SFT_CLASSES ? recall(n, p) : n->task == SFT_BINARY ? yes_and_no(n, p) : explained(n, p);
    return SFT_OK;
}
