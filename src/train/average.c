/* SPDX-License-Identifier: MIT */
/* Averaged weights in the network's place, and back: the two are swapped, so neither is lost and no copy is made. */
#include "base/hot.h"
#include "train/train.h"

SFT_HOT static void swap(real *restrict a, real *restrict b, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        real x = a[i];
        a[i] = b[i];
        b[i] = x;
    }
}

/* Running averages of norms for the weights that are in the network now: the plain mean over the batches of one pass over the
 * training samples, as torch.optim.swa_utils.update_bn takes it. Which pass follows from the step, so a resumed run finds
 * the same. */
static sft_status recount(sft_trainer *t)
{
    sft_net *n = t->net;
    for (int i = 0; i < n->n_tensors; i++) {
        if (n->tensor[i].trained) continue;
        const sft_state *s = &n->tensor[i].node->state[n->tensor[i].i];
        for (int64_t k = 0; k < s->count; k++) ((real *)n->s.base)[s->offset + k] = (real)s->start;
    }
    int64_t epoch = t->step / t->steps_per_epoch, batches = sft__loader_steps(t->loader[SFT_TRAIN]);
    for (int64_t i = 0; i < batches; i++) {
        const sft_batch *b = sft__loader_get(t->loader[SFT_TRAIN], epoch, i);
        if (!b || sft__net_observe(n, b, (uint64_t)(t->step + i), 1 / (double)(i + 1))) return sft_code(t->ctx);
    }
    t->recounted_at = t->step;
    return SFT_OK;
}

static bool has_average(const sft_trainer *t)
{
    const sft_kit *s = &t->store[SFT_AVERAGE_STORE];
    return s->method && s->number[0] > 0;
}

sft_status sft_trainer_average(sft_trainer *t, bool on)
{
    if (!t || sft__failed(t->ctx)) return t ? sft_code(t->ctx) : SFT_USAGE;
    if (on == t->averaged || (on && !has_average(t))) return SFT_OK;
    sft_net *n = t->net;
    real    *average = t->store[SFT_AVERAGE_STORE].array[0];
    swap(n->w.base, average, n->n_params);
    swap(n->s.base, average + n->n_params, n->n_states);
    t->averaged = on;
    bool stale = on && t->recipe->average_record->recount && n->n_states && t->recounted_at != t->step;
    return stale ? recount(t) : SFT_OK;
}
