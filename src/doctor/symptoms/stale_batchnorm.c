/* SPDX-License-Identifier: MIT */
/* BatchNorm's running averages are not those of the batches: evaluation runs another network than training does. */
#include "base/text.h"
#include "doctor/anatomy.h"
#include "ops/conf.h"

#include <math.h>

static const sft_node *tracked(const sft_net *net)
{
    for (int i = 1; i < net->n_nodes; i++)
        if (sft__text_is(net->node[i]->op->name, "batchnorm") && ((const sft_batchnorm_conf *)net->node[i]->conf)->track)
            return net->node[i];
    return NULL;
}

/* Mean rate of the last tenth of the plan. */
static double last_rate(const sft_course *k)
{
    return k->rate_last * k->rate_sum / (double)((k->planned + 9) / 10);
}

/* A run whose averages have not forgotten where they began, and will, is not to be judged yet; one that is planned shorter is. While
 * the rate is high averages trail behind weights that move fast: where it is yet to fall, with time enough behind that, they will
 * catch up. */
static bool too_early(const sft_chart *c)
{
    const sft_course *k = &c->course;
    const double      needs = sft__steps_to_forget(c->net);
    if ((double)k->steps < needs && (double)k->planned >= needs) return true;
    return (double)(k->planned - k->steps) >= needs && last_rate(k) < 0.5 * k->lr[k->steps - 1];
}

/* The same samples and the same weights, once with their own statistics and once with the running ones. Only worse counts:
 * dropout makes evaluation better. Half as much again, and a tenth of the loss at the start, or small losses would cry for
 * nothing. */
static bool judge(const sft_chart *c, sft_finding *f)
{
    const sft_course *k = &c->course;
    const double      gap = k->eval_mode_loss - k->end_loss;
    f->node = tracked(c->net);
    if (!f->node || k->steps == 0 || k->failed || too_early(c)) return false;
    if (!(gap > 0.5 * k->end_loss && gap > 0.1 * k->start_loss)) return false;
    f->value = k->eval_mode_loss / k->end_loss;
    f->limit = 1.5;
    f->evidence = sft__say(c, "the same %lld training samples have a loss of %.3g with the batch's statistics and %.3g with the "
                              "running averages of %s (momentum %.3g, %lld steps): evaluation runs another network",
                              (long long)sft__chart_now(c)->samples,
                           k->end_loss, k->eval_mode_loss, f->node->label, ((const sft_batchnorm_conf *)f->node->conf)->momentum,
                           (long long)k->steps);
    return true;
}

const sft_symptom sft_symptom_stale_batchnorm = {
    .name = "stale_batchnorm", .aliases = "batchnorm_mode_mismatch train_eval_mismatch",
    .doc = "running averages that do not fit the network",
    .math = "L(running averages) / L(batch statistics) > 1.5",
    .source = "Ioffe 2017 (batch renormalization); Li et al. 2019 (dropout and batch normalization)",
    .origin = SFT_FROM_SIGNAL, .explains = "", .judge = judge,
    .remedies = "quicker_averages lower_rate groupnorm_for_batchnorm",
    .sick = "data: digits\nsplit: {standardize: none}\nmodel: flatten | linear 32 | batchnorm momentum=0.001 | relu | linear\n"
            "optimizer: sgd lr=0.1\ntrain: {epochs: 4, batch: 64}\n",
    .well = "data: digits\nmodel: flatten | linear 32 | batchnorm | dropout 0.3 | relu | linear\noptimizer: sgd lr=0.1\n"
            "train: {epochs: 4, batch: 64}\n",
};
