/* SPDX-License-Identifier: MIT */
/* Remarks on recipes that run and do not do what one may think: norms of one sample, norms that see less than a step, windows
 * longer than an epoch, L-BFGS on a loss that changes from step to step. */
#include "ops/conf.h"
#include "train/train.h"

/* The first of the net's nodes of which `is` holds; NULL: none. */
static const sft_node *first_of(const sft_trainer *t, bool (*is)(const sft_trainer *, const sft_node *))
{
    for (int i = 1; i < t->net->n_nodes; i++)
        if (is(t, t->net->node[i])) return t->net->node[i];
    return NULL;
}

/* Samples per slice; 0: not a batchnorm. */
static int64_t slice_of(const sft_trainer *t, const sft_node *x)
{
    if (!sft__named("batchnorm", x->op->name, NULL)) return 0;
    int64_t batch = t->recipe->train_conf.batch, ghost = ((const sft_batchnorm_conf *)x->conf)->ghost;
    return ghost > 0 && ghost < batch ? ghost : batch;
}

/* One number a channel and sample: its mean is itself where the sample is alone. */
static bool one_place(const sft_node *x) { return sft__count(x->out) == x->out.dim[0]; }

static bool always_alone(const sft_trainer *t, const sft_node *x) { return slice_of(t, x) == 1 && one_place(x); }

static bool alone_at_the_end(const sft_trainer *t, const sft_node *x)
{
    int64_t slice = slice_of(t, x);
    return slice > 1 && one_place(x) &&
           (t->recipe->train_conf.batch % slice == 1 || sft__loader_tail(t->loader[SFT_TRAIN]) % slice == 1);
}

/* Its slices are not those that the batch of a whole step would have. */
static bool sees_a_part(const sft_trainer *t, const sft_node *x)
{
    if (!slice_of(t, x)) return false;
    int64_t ghost = ((const sft_batchnorm_conf *)x->conf)->ghost;
    return ghost == 0 || t->recipe->train_conf.batch % ghost;
}

static bool is_random(const sft_trainer *t, const sft_node *x)
{
    (void)t;
    return x->op->traits & SFT_RANDOM;
}

static void remark_norms(const sft_trainer *t)
{
    const sft_train_conf *k = &t->recipe->train_conf;
    const sft_node       *x = first_of(t, always_alone);
    if (x) {
        sft__note(t->ctx, SFT_WARN, "W134",
                  "%s normalises one sample at a time: less its own mean it is zero, and nothing gets through — use "
                  "a larger train.batch or ghost, or layernorm", x->label);
        return;
    }
    x = first_of(t, alone_at_the_end);
    if (x)
        sft__note(t->ctx, SFT_WARN, "W134",
                  "%s is left with one sample at the end of %s: less its own mean it is zero — change train.batch%s",
                  x->label, k->batch % slice_of(t, x) == 1 ? "each batch" : "an epoch",
                  k->batch % slice_of(t, x) == 1 ? " or ghost" : ", or set train.drop_last=true");
    x = k->accumulate > 1 ? first_of(t, sees_a_part) : NULL;
    if (x)
        sft__note(t->ctx, SFT_NOTE, "W135",
                  "%s takes mean and variance within each batch of %lld, not over the samples of a step, so "
                  "train.accumulate=%lld is not quite a batch %lld times larger — it is with a ghost that divides "
                  "train.batch, layernorm or groupnorm",
                  x->label, (long long)k->batch, (long long)k->accumulate, (long long)k->accumulate);
}

static void remark_window(const sft_trainer *t)
{
    int64_t wanted = t->recipe->train_conf.accumulate, batches = sft__loader_steps(t->loader[SFT_TRAIN]);
    if (wanted > batches && !t->recipe->optimizer_record->method)
        sft__note(t->ctx, SFT_NOTE, "W246",
                  "train.accumulate=%lld is more than the %lld batches of an epoch: a step takes these and no more",
                  (long long)wanted, (long long)batches);
}

/* Its memory of curvature compares the gradients of two steps. */
static void remark_one_loss(const sft_trainer *t)
{
    const sft_node *x = first_of(t, is_random);
    if (!t->recipe->optimizer_record->method) return;
    if (x || t->recipe->stages.n)
        sft__note(t->ctx, SFT_WARN, "W136",
                  "optimizer %s compares the gradients of one step and the next, and %s draws anew in each — leave "
                  "it out",
                  t->recipe->optimizer_record->name, x ? x->label : "augmentation");
}

void sft__remark_training(const sft_trainer *t)
{
    remark_norms(t);
    remark_window(t);
    remark_one_loss(t);
}
