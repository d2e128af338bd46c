/* SPDX-License-Identifier: MIT */
/* The last layer cannot say what the loss wants to hear: probabilities where logits are expected, or outputs that end short of
 * the targets. */
#include "base/text.h"
#include "data/parts.h"
#include "doctor/anatomy.h"

#include <math.h>
#include <stdio.h>

enum { TARGETS = 1024, FAR = 1000 };

typedef struct span {           /* what an output can be; beyond FAR: without end */
    double low, high;
} span;

static bool is_softmax(const sft_node *n)
{
    return sft__text_is(n->op->name, "softmax");
}

static span span_of(const sft_node *n)
{
    enum { N = 161 };
    real x[N + 2], y[N + 2];
    if (is_softmax(n)) return (span){ 0, 1 };
    for (int i = 0; i < N; i++) x[i] = (real)(0.25 * (i - N / 2));
    x[N] = -10 * FAR;
    x[N + 1] = 10 * FAR;
    n->op->apply(n->conf, N + 2, x, y);
    span s = { INFINITY, -INFINITY };
    for (int i = 0; i < N + 2; i++) {
        s.low = fmin(s.low, (double)y[i]);
        s.high = fmax(s.high, (double)y[i]);
    }
    return s;
}

static double loss_of(const sft_chart *c, const sft_loss_pass *p)
{
    double sum = 0, right = 0;
    c->loss->eval(c->net->loss_conf, p, &sum, &right);
    return sum;
}

/* The least loss that outputs within the span can have, as a share of the loss of outputs that are all alike. */
static double floor_of_classes(const sft_chart *c, span s)
{
    const int64_t n = c->net->outputs;
    real         *out = sft__arena_alloc(c->notes, (size_t)n * sizeof *out);
    const int32_t label = 0;
    if (!out) return 0;
    const sft_loss_pass p = { .rows = 1, .outputs = n, .out = out, .label = &label, .scale = 1 };
    const double        alike = loss_of(c, &p);
    for (int64_t i = 0; i < n; i++) out[i] = (real)(i == 0 ? s.high : s.low);
    return loss_of(c, &p) / alike;
}

/* The same against outputs that are each target's mean, for targets of which nearer is better. share: how many lie outside. */
static double floor_of_targets(const sft_chart *c, span s, double *share)
{
    const int64_t outputs = c->net->outputs, all = c->data->facts.count[SFT_TRAIN], n = all < TARGETS ? all : TARGETS;
    const bool    logit = sft__text_is(c->loss->name, "bce");
    sft_arena    *a = c->notes;
    int64_t      *at = sft__arena_alloc(a, (size_t)n * sizeof *at);
    real         *t = sft__arena_alloc(a, (size_t)(2 * n * outputs) * sizeof *t), *out = t + n * outputs;
    if (!at || !t) return 0;
    for (int64_t i = 0; i < n; i++) at[i] = i * all / n;
    sft__gather(c->data, SFT_TRAIN, at, n, NULL, NULL, t);
    sft__to_units(c->net, n, t, t);
    const sft_loss_pass p = { .rows = n, .outputs = outputs, .out = out, .target = t, .scale = 1 };
    for (int64_t i = 0; i < n * outputs; i++) out[i] = logit ? 0 : (real)c->samples.target_mean;
    const double alike = loss_of(c, &p);
    *share = 0;
    for (int64_t i = 0; i < n * outputs; i++) {
        const double want = !logit ? (double)t[i] : t[i] > (real)0.5 ? FAR : -FAR;
        out[i] = (real)fmin(fmax(want, s.low), s.high);
        *share += fabs(want - (double)out[i]) > 1e-6 / (double)(n * outputs);
    }
    *share /= (double)(n * outputs);
    return loss_of(c, &p) / alike;
}

/* ---- judgements --------------------------------------------------------------------------------- */

/* Poisson and KL want targets that are counts, and shares, and bce wants yes or no: with others the loss has no lowest point. */
static bool wrong_targets(const sft_chart *c, sft_finding *f)
{
    const sft_data_look *y = &c->samples;
    const bool           poisson = sft__text_is(c->loss->name, "poisson");
    const bool           share = sft__text_is(c->loss->name, "kl") || sft__text_is(c->loss->name, "bce");
    if (!((share || poisson) && y->target_low < 0) && !(share && y->target_high > 1)) return false;
    f->severity = SFT_FATAL;
    f->value = y->target_low < 0 ? y->target_low : y->target_high;
    f->limit = y->target_low < 0 ? 0 : 1;
    f->evidence = sft__say(c, "targets run from %.3g to %.3g, and loss %s wants %s", y->target_low, y->target_high, c->loss->name,
                           share ? "shares from 0 to 1" : "counts from 0 on");
    return true;
}

/* Has it a range? Softmax over one unit, and before losses that have their own, is double_softmax. */
static bool ranges(const sft_chart *c, const sft_node *last)
{
    if (is_softmax(last)) return c->data->facts.task != SFT_CLASSES && last->out.dim[0] > 1;
    return (last->op->traits & SFT_ACTIVATION) != 0;
}

/* A twentieth of an idle output's loss that no weights can take away is more than training usually leaves; 0.95, and there is
 * nothing to be learned. */
static bool out_of_reach(const sft_chart *c, sft_finding *f, const sft_node *last, span s)
{
    const bool   classes = c->data->facts.task == SFT_CLASSES;
    double       share = NAN;
    const double least = classes ? floor_of_classes(c, s) : floor_of_targets(c, s, &share);
    if (!(least > 0.05)) return false;
    f->severity = least > 0.95 ? SFT_FATAL : SFT_FAULT;
    f->value = least;
    f->limit = 0.05;
    char outside[80] = "";
    if (c->data->facts.task == SFT_REGRESSION)
        snprintf(outside, sizeof outside, ": %.0f %% of the targets lie outside", 100 * share);
    f->evidence = sft__say(c, "%s at the end keeps outputs from %.3g to %.3g%s; loss %s%s cannot fall below %.2f of what an "
                              "output gets that ignores its input", last->label, s.low, fabs(s.high) >= FAR ? INFINITY : s.high,
                              outside, c->loss->name,
                           c->data->facts.task == SFT_REGRESSION ? "" : ", which wants plain numbers (logits),", least);
    return true;
}

/* Units that are off for all samples get no gradient at all: nothing stands behind them to wake them. */
static bool rectified(const sft_chart *c, sft_finding *f, const sft_node *last, span s)
{
    if (s.low < 0 || s.high < FAR || c->data->facts.task == SFT_REGRESSION) return false;
    f->value = s.low;
    f->limit = 0;
    f->evidence = sft__say(c, "%s at the end lets no output be negative, and outputs that are off learn nothing; loss %s wants "
                              "plain numbers (logits)", last->label, c->loss->name);
    return true;
}

/* These train, and train worse: measured or argued many times (Hui, Belkin 2021 argue the contrary for mse): advice only. */
static bool unusual(const sft_chart *c, sft_finding *f)
{
    const bool hinge = sft__text_is(c->loss->name, "hinge"), mse = sft__text_is(c->loss->name, "mse");
    if (c->data->facts.task == SFT_REGRESSION || !(hinge || mse)) return false;
    f->severity = SFT_ADVISORY;
    f->evidence = sft__say(c, "loss %s on %s trains, but gives no probabilities; %s is the usual choice", c->loss->name,
                           c->data->facts.task == SFT_CLASSES ? "classes" : "yes-or-no targets",
                           c->data->facts.task == SFT_CLASSES ? "cross_entropy" : "bce");
    return true;
}

static bool judge(const sft_chart *c, sft_finding *f)
{
    static const char *const known[] = { "cross_entropy", "hinge", "bce", "mse", "mae", "huber", "smooth_l1", NULL };
    const sft_node          *last = sft__last_node(c->net);
    bool                     asked = false;
    for (int i = 0; known[i]; i++) asked = asked || sft__text_is(known[i], c->loss->name);
    if (wrong_targets(c, f)) return true;
    if (asked && ranges(c, last)) {
        const span s = span_of(last);
        f->node = last;
        if (out_of_reach(c, f, last, s) || rectified(c, f, last, s)) return true;
        f->node = NULL;
    }
    return unusual(c, f);
}

const sft_symptom sft_symptom_loss_mismatch = {
    .name = "loss_mismatch", .aliases = "output_mismatch wrong_loss wrong_output_activation",
    .doc = "the last layer's range does not fit the loss",
    .math = "min L over outputs in the range / L of outputs all alike > 0.05",
    .source = "Wardat et al. 2022 (DeepDiagnosis); Schoop et al. 2021 (UMLAUT)",
    .origin = SFT_FROM_CONTRACT, .explains = "*", .judge = judge,
    .remedies = "linear_output default_loss",
    .sick = "data: digits\nmodel: flatten | linear 32 | relu | linear 10 | sigmoid\noptimizer: sgd lr=0.1\n"
            "train: {epochs: 4, batch: 64}\n",
    .well = "data: regression-1d\nmodel: linear 32 | tanh | linear 1 | identity\noptimizer: adam lr=0.01\n"
            "train: {epochs: 10, batch: 64}\n",
};
