/* SPDX-License-Identifier: MIT */
/* The trainer: binds optimiser, schedule and batches to a network, and does one step. */
#include "train/train.h"

#include "data/augment/augmenter.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A loader, and a network that is ready for its batches. */
static sft_loader *open_loader(sft_trainer *t, sft_split split, bool shuffle, bool drop_last,
                               bool augment)
{
    const sft_train_conf *k = &t->recipe->train_conf;
    sft_loader_conf conf = { .split = split,
                             .batch = k->batch,
                             .seed = (uint64_t)k->seed,
                             .prefetch = true,
                             .shuffle = shuffle,
                             .weighted = shuffle && k->sampler == SFT_SAMPLER_WEIGHTED,
                             .drop_last = drop_last,
                             .augment = augment ? &t->recipe->stages : NULL };
    sft_loader *l = sft__loader_new(t->data, &conf);
    int64_t sizes[2] = { k->batch, l ? sft__loader_tail(l) : k->batch };
    if (l)
        sft__net_prepare(t->net, sizes, 2);
    return l;
}

/* Drawing by classes wants classes, and may not be told to keep an order. */
static sft_status check_sampler(const sft_trainer *t, const sft_data_facts *facts)
{
    const sft_train_conf *k = &t->recipe->train_conf;
    if (k->sampler != SFT_SAMPLER_WEIGHTED) return SFT_OK;
    if (facts->task != SFT_CLASSES)
        return sft__fail(t->ctx, SFT_E113,
                         "train.sampler=weighted draws by class, and %s has no classes — leave it out",
                         facts->name);
    if (!k->shuffle)
        return sft__fail(t->ctx, SFT_E113,
                         "train.sampler=weighted draws at random, train.shuffle=false forbids it — "
                         "leave one of them out");
    return SFT_OK;
}

static sft_status open_loaders(sft_trainer *t)
{
    const sft_train_conf *k = &t->recipe->train_conf;
    sft_data_facts facts = { 0 };
    if (sft_data_facts_of(t->data, &facts))
        return sft_code(t->ctx);
    if (k->drop_last && facts.count[SFT_TRAIN] < k->batch)
        return sft__fail(t->ctx, SFT_E246,
                         "%lld training samples are fewer than one batch of %lld and "
                         "train.drop_last is on — use a smaller train.batch",
                         (long long)facts.count[SFT_TRAIN], (long long)k->batch);
    if (check_sampler(t, &facts)) return sft_code(t->ctx);
    for (int s = 0; s < SFT_SPLITS; s++)
        if (facts.count[s] && !sft__failed(t->ctx))
            t->loader[s] = open_loader(t, (sft_split)s, s == SFT_TRAIN && k->shuffle,
                                       s == SFT_TRAIN && k->drop_last, s == SFT_TRAIN);
    bool other = (k->drop_last && facts.count[SFT_TRAIN] % k->batch) ||
                 k->sampler == SFT_SAMPLER_WEIGHTED || t->recipe->stages.n;
    if (other && !sft__failed(t->ctx)) t->scored = open_loader(t, SFT_TRAIN, false, false, false);
    if (!t->loader[SFT_TRAIN])
        return sft__fail(t->ctx, SFT_E245,
                         "the training split is empty — lower split.validation or give more data");
    return sft_code(t->ctx);
}

/* A plan given in steps rules over one in epochs. */
static sft_status plan_steps(sft_trainer *t)
{
    const sft_train_conf *k = &t->recipe->train_conf;
    int64_t batches = sft__loader_steps(t->loader[SFT_TRAIN]);
    t->steps_per_epoch = sft__window_steps(k, batches);
    if (!t->steps_per_epoch)
        return sft__fail(t->ctx, SFT_E246,
                         "an epoch has %lld batches, fewer than the %lld of train.accumulate, and train.drop_last is "
                         "on — accumulate fewer",
                         (long long)batches, (long long)k->accumulate);
    t->steps = k->steps > 0 ? k->steps : k->epochs * t->steps_per_epoch;
    t->epochs = (t->steps + t->steps_per_epoch - 1) / t->steps_per_epoch;
    int64_t warm = sft__warmup_steps(&t->recipe->warmup, t->steps_per_epoch);
    if (warm > t->steps)
        return sft__fail(t->ctx, SFT_E131,
                         "a warm-up of %lld steps is longer than training (%lld steps) — lower "
                         "schedule.warmup or raise train.epochs",
                         (long long)warm, (long long)t->steps);
    return SFT_OK;
}

/* An optimiser without a chain goes by one and the same loss in all steps. */
static sft_status check_full_batch(const sft_trainer *t)
{
    const sft_train_conf *k = &t->recipe->train_conf;
    int64_t count = t->data->facts.count[SFT_TRAIN], batches = sft__loader_steps(t->loader[SFT_TRAIN]);
    bool    whole = t->steps_per_epoch == 1 && (!k->drop_last || count == batches * k->batch);
    if (!t->recipe->optimizer_record->method || whole)
        return SFT_OK;
    return sft__fail(t->ctx, SFT_E113,
                     "optimizer %s works on all %lld training samples in each step, and a step has %lld — set "
                     "train.batch=%lld%s, or keep the batch and set train.accumulate=%lld%s",
                     t->recipe->optimizer_record->name, (long long)count, (long long)(k->batch * k->accumulate),
                     (long long)count, k->drop_last ? " train.drop_last=false" : "",
                     (long long)((count + k->batch - 1) / k->batch), k->drop_last ? " train.drop_last=false" : "");
}

/* Early stopping looks at validation scores: are there such? */
static sft_status check_stop(const sft_trainer *t)
{
    const sft_stop_conf *k = &t->recipe->stop_conf;
    if (!k->patience)
        return SFT_OK;
    if (k->monitor == SFT_MONITOR_ACCURACY && t->net->task == SFT_REGRESSION)
        return sft__fail(t->ctx, SFT_E113,
                         "early_stop.monitor is accuracy, and regression has none — use "
                         "early_stop.monitor=loss");
    if (!t->loader[SFT_VALIDATION])
        sft__note(t->ctx, SFT_WARN, "W245",
                  "early_stop has nothing to watch: there are no validation samples — set "
                  "split.validation");
    return SFT_OK;
}

/* A loss that knows one label a sample cannot learn from two. */
static sft_status check_mixing(const sft_trainer *t)
{
    const sft_augments *s = &t->recipe->stages;
    if (!sft__augments_mix(s) || t->net->task != SFT_CLASSES || t->net->loss->mixes) return SFT_OK;
    return sft__fail_at(t->ctx, s->stage[s->n - 1].pos, SFT_E133,
                        "`%s` mixes labels, and the loss %s takes whole ones only — use loss: cross_entropy",
                        s->stage[s->n - 1].record->name, t->net->loss->name);
}

static sft_status set_up(sft_trainer *t)
{
    sft_recipe *r = t->recipe;
    if (open_loaders(t) || plan_steps(t) || check_full_batch(t) || check_stop(t) || sft__methods_open(t) ||
        sft__check_pace(t) || sft__measures_set(t) || check_mixing(t))
        return sft_code(t->ctx);
    t->lr = r->lr;
    t->clip_norm = r->train_conf.clip_norm;
    sft__remark_training(t);
    return sft__trainer_bind(t);
}

sft_trainer *sft_trainer_new(sft_ctx *c, sft_recipe *r, sft_data *d, sft_net *n)
{
    if (!r || !d || !n)
        sft__fail(c, SFT_E002,
                  "sft_trainer_new needs a recipe, data and a network — one of them is NULL");
    if (sft__failed(c) || sft_recipe_resolve(r))
        return NULL;
    sft_trainer *t = sft__alloc(c, sizeof *t);
    if (!t)
        return NULL;
    *t = (sft_trainer){ .ctx = c, .recipe = r, .data = d, .net = n, .recounted_at = -1 };
    sft__arena_open(&t->arena, c);
    if (set_up(t) == SFT_OK)
        return t;
    sft_trainer_free(t);
    return NULL;
}

void sft_trainer_free(sft_trainer *t)
{
    if (!t)
        return;
    sft_ctx *c = t->ctx;
    for (int s = 0; s < SFT_SPLITS; s++)
        sft__loader_free(t->loader[s]);
    sft__loader_free(t->scored);
    sft__update_close(&t->update);
    sft__methods_close(t);
    sft__free(c, t->extra, t->extra_size);
    sft__arena_close(&t->arena);
    sft__free(c, t, sizeof *t);
}

sft_status sft_trainer_facts_of(const sft_trainer *t, sft_trainer_facts *facts)
{
    if (!t || sft__failed(t->ctx))
        return t ? sft_code(t->ctx) : SFT_USAGE;
    *facts = (sft_trainer_facts){ .step = t->step,
                                  .epoch = t->step / t->steps_per_epoch,
                                  .steps = t->steps,
                                  .epochs = t->epochs,
                                  .steps_per_epoch = t->steps_per_epoch };
    return SFT_OK;
}

/* Global-norm clipping (Pascanu et al. 2013): g is scaled by min(1, clip / norm). PyTorch adds 1e-6
 * to the norm; so do we. */
static double clip_scale(const sft_trainer *t, double norm)
{
    return t->clip_norm > 0 ? fmin(1.0, t->clip_norm / (norm + 1e-6)) : 1.0;
}

/* Where no sample has any weight, there is no loss. */
static double mean(double sum, double weight)
{
    return weight > 0 ? sum / weight : 0;
}

static double accuracy(const sft_trainer *t, double right, int64_t count)
{
    return t->net->task == SFT_REGRESSION ? NAN : right / (double)count;
}

/* The update, once the gradient is there; *norm: of the gradient that the optimiser was given. */
static sft_status update(sft_trainer *t, const sft_outcome *o, double lr, sft_when now, double *norm)
{
    sft_walk k = sft__walk(t, o, lr, now);
    if (sft__methods_before(t, &k))
        return sft_code(t->ctx);
    t->step++;
    if (!t->recipe->optimizer_record->method) {
        *norm = sqrt(k.sumsq);
        sft__update_step(&t->update, sft__ctx_team(t->ctx), t->step - t->optimizer_from, lr,
                         clip_scale(t, *norm));
    }
    sft__methods_after(t, &k);
    return SFT_OK;
}

sft_status sft_step(sft_trainer *t, sft_step_facts *facts)
{
    if (!t || sft__failed(t->ctx) || sft_trainer_average(t, false))
        return t ? sft_code(t->ctx) : SFT_USAGE;
    int64_t epoch = t->step / t->steps_per_epoch, within = t->step % t->steps_per_epoch;
    sft_when now = { .step = t->step, .steps = t->steps, .steps_per_epoch = t->steps_per_epoch };
    sft_outcome o;
    sft__window_set(t, epoch, within);
    if (sft__step_gradient(t, false, &o))
        return sft_code(t->ctx);
    double lr = sft__set_pace(t), norm = sqrt(o.grad_sumsq);
    if (update(t, &o, lr, now, &norm))
        return sft_code(t->ctx);
    int64_t rows = t->window.rows;
    if (facts)
        *facts = (sft_step_facts){ .step = t->step,
                                   .epoch = epoch + 1,
                                   .epoch_end = within + 1 == t->steps_per_epoch,
                                   .lr = lr,
                                   .grad_norm = norm,
                                   .batch = { mean(o.loss_sum, o.weight),
                                              accuracy(t, o.right, rows), rows } };
    return SFT_OK;
}

static sft_status evaluate(sft_trainer *t, sft_split split, sft_scores *scores, sft_predictions *p)
{
    *scores = (sft_scores){ NAN, NAN, 0 };
    sft_loader *l = split == SFT_TRAIN && t->scored ? t->scored : t->loader[split];
    if (!l)
        return SFT_OK;
    double loss = 0, right = 0, weight = 0;
    int64_t count = 0;
    for (int64_t i = 0; i < sft__loader_steps(l); i++) {
        const sft_batch *b = sft__loader_get(l, 0, i);
        sft_outcome o;
        real *out = p ? (real *)(uintptr_t)p->out + count * t->net->outputs : NULL;
        if (!b || sft__net_eval(t->net, b, &o, out))
            return sft_code(t->ctx);
        if (p)
            sft__keep_batch(p, b);
        loss += o.loss_sum;
        right += o.right;
        weight += o.weight;
        count += b->rows;
    }
    *scores = (sft_scores){ mean(loss, weight), accuracy(t, right, count), count };
    return SFT_OK;
}

sft_status sft__evaluate(sft_trainer *t, sft_split split, sft_scores *scores, sft_predictions *p)
{
    if (!t || sft__failed(t->ctx))
        return t ? sft_code(t->ctx) : SFT_USAGE;
    bool was = t->averaged;
    if (sft_trainer_average(t, true) || evaluate(t, split, scores, p))
        return sft_code(t->ctx);
    return sft_trainer_average(t, was);
}

sft_status sft_evaluate(sft_trainer *t, sft_split split, sft_scores *scores)
{
    return sft__evaluate(t, split, scores, NULL);
}
