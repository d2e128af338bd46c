/* SPDX-License-Identifier: MIT */
/* BatchNorm that sees so few values of a channel that their mean and deviation are chance. */
#include "base/text.h"
#include "doctor/anatomy.h"
#include "ops/conf.h"

/* Values of a channel that its statistics come from. */
static int64_t seen_by(const sft_node *n, int64_t rows)
{
    const sft_batchnorm_conf *k = n->conf;
    return (k->ghost > 0 && k->ghost < rows ? k->ghost : rows) * (sft__count(n->out) / n->out.dim[0]);
}

static const sft_node *poorest(const sft_chart *c, int64_t rows, int64_t *seen)
{
    const sft_node *worst = NULL;
    for (int i = 1; i < c->net->n_nodes; i++) {
        const sft_node *n = c->net->node[i];
        if (!sft__text_is(n->op->name, "batchnorm") || (worst && seen_by(n, rows) >= *seen)) continue;
        worst = n;
        *seen = seen_by(n, rows);
    }
    return worst;
}

/* The deviation of n values is off by 1/sqrt(2 (n - 1)): below 8 by more than a quarter. Of one value nothing is left but the
 * shift. */
static bool judge(const sft_chart *c, sft_finding *f)
{
    const sft_train_conf *k = &c->recipe->train_conf;
    const int64_t         all = c->data->facts.count[SFT_TRAIN], rows = k->batch < all ? k->batch : all;
    const int64_t         tail = k->drop_last || all % rows == 0 ? rows : all % rows;
    int64_t               seen = 0, last = 0;
    f->node = poorest(c, rows, &seen);
    if (!f->node) return false;
    poorest(c, tail, &last);
    f->value = (double)(seen < 8 ? seen : last);
    f->limit = 8;
    if (seen >= 8 && last != 1) return false;
    f->severity = seen == 1 ? SFT_FATAL : seen < 8 ? SFT_FAULT : SFT_ADVISORY;
    if (seen >= 8)
        f->evidence = sft__say(c, "the last batch of an epoch has one sample, of which %s makes its shift, whatever it is: set "
                                  "train.drop_last", f->node->label);
    else if (seen == 1)
        f->evidence = sft__say(c, "%s sees 1 value of a channel in a batch of %lld: less its own mean it is 0, and nothing "
                                  "passes but the shift",
                               f->node->label, (long long)rows);
    else
        f->evidence = sft__say(c, "%s sees %lld values of a channel in a batch of %lld: their mean and deviation are mostly "
                                  "chance",
                               f->node->label, (long long)seen, (long long)rows);
    return true;
}

const sft_symptom sft_symptom_lone_batchnorm = {
    .name = "lone_batchnorm", .aliases = "batchnorm_small_batch",
    .doc = "BatchNorm over too few values",
    .math = "batch * places < 8",
    .source = "Wu, He 2018 (group normalization); Ioffe 2017 (batch renormalization)",
    .origin = SFT_FROM_CONTRACT, .explains = "*", .judge = judge,
    .remedies = "larger_batch groupnorm_for_batchnorm",
    .sick = "data: digits\nmodel: flatten | linear 32 | batchnorm | relu | linear\noptimizer: sgd lr=0.1\n"
            "train: {epochs: 4, batch: 1}\n",
    .well = "data: digits\nmodel: flatten | linear 32 | batchnorm | relu | linear\noptimizer: sgd lr=0.1\n"
            "train: {epochs: 4, batch: 64}\n",
};
