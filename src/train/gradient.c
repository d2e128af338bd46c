/* SPDX-License-Identifier: MIT */
/* The gradient of a step: of one batch, or of several in turn that count as one (train.accumulate). */
/* Each batch gives the gradient of its mean loss; their mean, weighted by samples (or by what these weigh in the loss), is that
 * of the loss over all of them. The last window of an epoch may have fewer batches, and its last batch fewer samples. What depends on a batch as a whole, as
 * BatchNorm does, sees one batch at a time. */
#include "train/train.h"

#include <math.h>

int64_t sft__window_steps(const sft_train_conf *k, int64_t batches)
{
    return k->drop_last ? batches / k->accumulate : (batches + k->accumulate - 1) / k->accumulate;
}

void sft__window_set(sft_trainer *t, int64_t epoch, int64_t within)
{
    const sft_loader *l = t->loader[SFT_TRAIN];
    int64_t           size = t->recipe->train_conf.accumulate, all = sft__loader_steps(l), first = within * size,
            left = all - first, batches = left < size ? left : size;
    int64_t batch = t->recipe->train_conf.batch, last = first + batches == all ? sft__loader_tail(l) : batch;
    t->window = (sft_stretch){ .epoch = epoch, .first = first, .batches = batches, .batch = batch,
                              .rows = (batches - 1) * batch + last };
}

/* Batch i of the window; one that is alone is not gathered again for a second gradient. */
static const sft_batch *batch_of(sft_trainer *t, int64_t i)
{
    sft_stretch      *m = &t->window;
    const sft_batch *b = m->held;
    if (!b) b = sft__loader_get(t->loader[SFT_TRAIN], m->epoch, m->first + i);
    m->held = m->batches == 1 ? b : NULL;
    return b;
}

static sft_status one(sft_trainer *t, int64_t i, bool again, sft_outcome *o)
{
    const sft_batch *got = batch_of(t, i);
    if (!got) return sft_code(t->ctx);
    sft_batch b = *got;
    b.row0 = i * t->window.batch;
    return again ? sft__net_gradient(t->net, &b, (uint64_t)t->step, o)
                 : sft__net_train(t->net, &b, (uint64_t)t->step, o);
}

/* The sum so far in a slab of its own, at last divided and in the network's gradient. total: weight of the batches up to i. */
static void add(sft_trainer *t, int64_t i, double weight, double total)
{
    real  *g = t->net->g.base, *sum = t->sum.base;
    bool   last = i + 1 == t->window.batches;
    double part = last && total > 0 ? 1 / total : 1;
    sft__vectors_mix(&t->vectors, weight * part, g, i > 0 ? part : 0, sum, last ? g : sum);
}

sft_status sft__step_gradient(sft_trainer *t, bool again, sft_outcome *total)
{
    *total = (sft_outcome){ 0 };
    for (int64_t i = 0; i < t->window.batches; i++) {
        sft_outcome o;
        if (one(t, i, again, &o)) return sft_code(t->ctx);
        total->loss_sum += o.loss_sum;
        total->right += o.right;
        total->weight += o.weight;
        total->grad_sumsq = o.grad_sumsq;
        if (t->window.batches > 1) add(t, i, o.weight, total->weight);
    }
    if (t->window.batches == 1) return SFT_OK;
    total->grad_sumsq = sft__vectors_dot(&t->vectors, t->net->g.base, t->net->g.base);
    if (isfinite(total->grad_sumsq)) return SFT_OK;
    return sft__fail(t->ctx, SFT_E351,
                     "the gradient is not finite at step %lld — the sum over %lld batches overflows — lower the "
                     "learning rate, or accumulate fewer",
                     (long long)t->step + 1, (long long)t->window.batches);
}
