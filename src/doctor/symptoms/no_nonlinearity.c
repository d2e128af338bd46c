/* SPDX-License-Identifier: MIT */
/* Layers with weights one behind the other and nothing between that bends: together they are one layer. */
#include "base/text.h"
#include "doctor/anatomy.h"

/* What keeps straight lines straight, in evaluation: batchnorm does. */
static bool straight(const sft_node *n)
{
    static const char *const words[] = { "input", "reorder", "flatten", "transpose", "subsample", "avgpool", "global_avgpool",
                                         "dropout", "dropout2d", "stochastic_depth", "add", "batchnorm", NULL };
    for (int i = 0; words[i]; i++)
        if (sft__text_is(words[i], n->op->name)) return true;
    return n->op->traits & SFT_ACTIVATION ? !sft__bends(n) : sft__mixes_inputs(n);
}

/* An activation behind the last layer only relabels the outputs. */
static bool all_straight(const sft_net *net, int *weighted)
{
    const sft_node *last = sft__last_node(net);
    *weighted = 0;
    for (int i = 1; i < net->n_nodes; i++) {
        const sft_node *n = net->node[i];
        if (!straight(n) && n != last) return false;
        *weighted += sft__mixes_inputs(n);
    }
    return true;
}

/* The fully connected layer whose outputs reach this one unbent and undivided; NULL: none. */
static const sft_node *twin_above(const sft_node *n)
{
    const sft_node *x = n->in[0];
    while (x->index > 0 && straight(x) && !sft__mixes_inputs(x) && x->n_in == 1) x = x->in[0];
    return sft__text_is(x->op->name, "linear") ? x : NULL;
}

/* Two layers through a narrow middle are a factorisation, and meant. */
static const sft_node *pair_in(const sft_net *net)
{
    for (int i = 1; i < net->n_nodes; i++) {
        const sft_node *n = net->node[i], *above = sft__text_is(n->op->name, "linear") ? twin_above(n) : NULL;
        if (!above) continue;
        const int64_t in = sft__count(above->in[0]->out), middle = sft__count(above->out), out = sft__count(n->out);
        if (middle >= (in < out ? in : out)) return n;
    }
    return NULL;
}

static bool judge(const sft_chart *c, sft_finding *f)
{
    int             weighted;
    const bool      all = all_straight(c->net, &weighted) && weighted > 1;
    const sft_node *pair = all ? NULL : pair_in(c->net);
    if (!all && !pair) return false;
    f->node = pair;
    f->value = all ? weighted : 2;
    f->limit = 1;
    if (!all) f->severity = SFT_ADVISORY;
    f->evidence = all
        ? sft__say(c, "no activation stands between the %d layers with weights: the network is one linear map, whatever its "
                      "depth", weighted)
        : sft__say(c, "nothing bends between %s and %s: the two work as one layer", twin_above(pair)->label, pair->label);
    return true;
}

const sft_symptom sft_symptom_no_nonlinearity = {
    .name = "no_nonlinearity", .aliases = "missing_activation linear_network",
    .doc = "layers with no activation between them",
    .math = "W2 (W1 x + b1) + b2 = W x + b",
    .source = "Goodfellow, Bengio, Courville 2016, section 6.1; Nikanjam et al. 2022 (NeuraLint)",
    .origin = SFT_FROM_CONTRACT, .explains = "", .judge = judge,
    .remedies = "relu_between",
    .sick = "data: circles\nmodel: linear 32 | linear 32 | linear\noptimizer: sgd lr=0.1\ntrain: {epochs: 10, batch: 64}\n",
    .well = "data: circles\nmodel: linear 32 | relu | linear 32 | relu | linear\noptimizer: adam lr=0.01\n"
            "train: {epochs: 10, batch: 64}\n",
};
