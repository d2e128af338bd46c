/* SPDX-License-Identifier: MIT */
/* Weights that do not move: no gradient comes, or the update is lost. */
#include "doctor/flow.h"

#include <float.h>
#include <math.h>

/* Of a weight's size: an eighth of what rounding keeps of it. Nearly all such changes are lost. */
static double lost(void)
{
    return (sizeof(real) == sizeof(float) ? (double)FLT_EPSILON : DBL_EPSILON) / 8;
}

typedef struct watch {          /* of one layer over the course */
    int  seen;                  /* looks behind a step with a rate above 0 */
    bool still, cut;            /* no update changed it by more than rounding; no gradient came */
} watch;

static watch watch_layer(const sft_chart *c, int layer)
{
    const sft_course *k = &c->course;
    watch             w = { .still = true, .cut = true };
    for (int i = 0; i < k->looks; i++) {
        const sft_layer_look *y = &k->look[i].layer[layer];
        if (isnan(y->update) || !(k->lr[k->look[i].step - 1] > 0)) continue;
        w.seen++;
        w.still = w.still && !(y->update > lost());
        w.cut = w.cut && !(y->weight_grad > 0) && y->bad_grad == 0;
    }
    w.cut = w.cut && !(c->start.layer[layer].weight_grad > 0);
    return w;
}

/* The recipe's `groups` keep it as it is. */
static bool declared(const sft_chart *c, const sft_node *node)
{
    const sft_net *n = c->net;
    for (int i = 0; i < n->n_tensors; i++) {
        if (n->tensor[i].node != node || !n->tensor[i].trained || !node->param[n->tensor[i].i].decay) continue;
        const sft_target      target = sft__net_target(n, i);
        const sft_rule       *rule = sft__rule_for(&c->recipe->groups, &target, NULL);
        const sft_group_conf *k = rule ? rule->conf : NULL;
        if (k && !(k->lr_scale > 0)) return true;
    }
    return false;
}

static bool judge(const sft_chart *c, sft_finding *f)
{
    int  layers = 0, stuck = 0;
    bool cut = false;
    for (int i = 0; i < c->start.n; i++) {
        const sft_layer_look *y = &c->start.layer[i];
        if (isnan(y->weight)) continue;
        layers++;
        const watch w = watch_layer(c, i);
        if (w.seen == 0 || (!w.still && !w.cut)) continue;
        const sft_severity s = declared(c, y->node) ? SFT_ADVISORY : SFT_FAULT;
        if (stuck++ && s <= f->severity) continue;
        f->severity = s;
        f->node = y->node;
        cut = w.cut;
    }
    if (!stuck) return false;
    f->value = stuck;
    f->limit = 0;
    if (cut)
        f->evidence = sft__say(c, "no gradient at all reaches the weights of %s in %lld steps (%d of %d layers with weights "
                                  "stand still)", f->node->label, (long long)c->course.steps, stuck, layers);
    else if (f->severity == SFT_ADVISORY)
        f->evidence = sft__say(c, "the recipe's groups give %s no rate: it stays as it began", f->node->label);
    else
        f->evidence = sft__say(c, "the weights of %s get a gradient, but at a rate of %.2g a step changes them by less than "
                                  "rounding keeps, %.1e of their size (%d of %d layers with weights stand still)", f->node->label,
                               c->course.lr[c->course.steps - 1], lost(), stuck, layers);
    return true;
}

const sft_symptom sft_symptom_frozen_layer = {
    .name = "frozen_layer", .aliases = "disconnected disconnected_layer frozen",
    .doc = "the weights of a layer do not move: no gradient comes, or the update is lost",
    .math = "dL/dW = 0, or |W(t+1) - W(t)| < eps |W| / 8, at every look",
    .source = "Braiek and Khomh 2023, TheDeepChecker",
    .origin = SFT_FROM_SIGNAL, .judge = judge,
    .remedies = "unfreeze higher_rate default_init leaky_units",
    .sick = "data: digits\nmodel: flatten | linear 64 | relu | linear\noptimizer: sgd lr=1e-10\ntrain: {epochs: 8, batch: 64}\n",
    .well = "data: digits\nmodel: flatten | linear 64 | relu | linear\noptimizer: sgd lr=0.1\nschedule: cosine warmup=50\n"
            "train: {epochs: 8, batch: 64}\n",
};
