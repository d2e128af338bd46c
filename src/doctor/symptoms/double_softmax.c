/* SPDX-License-Identifier: MIT */
/* Softmax before a loss that takes logits and has a softmax of its own; or over one unit, which is 1 whatever comes. */
#include "base/text.h"
#include "doctor/anatomy.h"

#include <stdio.h>

static bool has_softmax(const sft_chart *c)
{
    static const char *const words[] = { "cross_entropy", "focal", "kl", NULL };
    for (int i = 0; words[i]; i++)
        if (sft__text_is(words[i], c->loss->name)) return c->data->facts.task != SFT_BINARY;
    return false;
}

/* Of a sample of the first class, whose output is `share` and the others' 0. */
static double loss_at(const sft_chart *c, real share)
{
    sft_arena    *a = c->notes;
    const int64_t n = c->net->outputs;
    real         *out = sft__arena_alloc(a, (size_t)n * sizeof *out), *target = sft__arena_alloc(a, (size_t)n * sizeof *target);
    const int32_t label = 0;
    double        sum = 0, right = 0;
    if (!out || !target) return 0;
    out[0] = share;
    target[0] = 1;
    const sft_loss_pass p = { .rows = 1, .outputs = n, .out = out, .label = &label, .target = target, .scale = 1 };
    c->loss->eval(c->net->loss_conf, &p, &sum, &right);
    return sum;
}

static bool over_one_unit(const sft_chart *c, sft_finding *f, const sft_node *last)
{
    if (last->out.dim[0] > 1) return false;
    f->severity = SFT_FATAL;
    f->value = 1;
    f->limit = 2;
    f->evidence = sft__say(c, "%s has one unit: its output is 1 for all inputs, and its gradient 0", last->label);
    return true;
}

static bool twice(const sft_chart *c, sft_finding *f, const sft_node *last)
{
    const sft_look *now = sft__chart_now(c);
    const double    least = loss_at(c, 1), idle = loss_at(c, 0);
    char            reached[120] = "";
    f->value = least / idle;
    f->limit = 0.05;
    if (!has_softmax(c) || !(f->value > f->limit)) return false;
    if (now->step > 0) {
        const int n = snprintf(reached, sizeof reached, "; after %lld steps it is %.3f", (long long)now->step, now->loss);
        if (now->accuracy >= 0) snprintf(reached + n, sizeof reached - (size_t)n, " with %.0f %% right", 100 * now->accuracy);
    }
    f->evidence = sft__say(c, "%s at the end, and loss %s has a softmax of its own: shares of %lld classes keep the loss above %.3f "
                              "(%.3f when all are equal)%s; it wants plain numbers (logits)", last->label, c->loss->name,
                           (long long)c->net->outputs, least, idle, reached);
    return true;
}

static bool judge(const sft_chart *c, sft_finding *f)
{
    const sft_node *last = sft__last_node(c->net);
    if (!sft__text_is(last->op->name, "softmax")) return false;
    f->node = last;
    return over_one_unit(c, f, last) || twice(c, f, last);
}

const sft_symptom sft_symptom_double_softmax = {
    .name = "double_softmax", .aliases = "softmax_twice softmax_before_cross_entropy",
    .doc = "softmax before a loss that has its own, or over one unit",
    .math = "cross entropy of shares of C classes >= -log(e / (e + C - 1)), 1.461 of 10; softmax of one number is 1",
    .source = "Goodfellow, Bengio, Courville 2016, section 6.2.2.3; Humbatova et al. 2020 (faults of output layers)",
    .origin = SFT_FROM_CONTRACT, .explains = "*", .judge = judge,
    .remedies = "linear_output",
    .sick = "data: digits\nmodel: flatten | linear 32 | relu | linear 10 | softmax\noptimizer: sgd lr=0.1\n"
            "train: {epochs: 4, batch: 64}\n",
    .well = "data: digits\nmodel: flatten | linear 32 | relu | linear 10\noptimizer: sgd lr=0.1\ntrain: {epochs: 4, batch: 64}\n",
};
