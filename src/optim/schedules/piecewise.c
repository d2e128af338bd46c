/* SPDX-License-Identifier: MIT */
/* The rate by hand, as shares of lr between places (PyTorch's LambdaLR) or as rates themselves
 * (Keras's PiecewiseConstantDecay), in steps or joined by lines. */
#include "optim/schedules/span.h"

#include <math.h>

enum { CONSTANT, LINEAR };

typedef struct conf {
    sft_reals boundaries, factors, values;
    int       shape, unit;
} conf;

static const char *const shapes[] = { "constant", "linear", NULL };

static const sft_field fields[] = {
    { "boundaries", SFT_REALS, offsetof(conf, boundaries), 0, 0, 1e15,
      .doc = "where the rate changes; auto: even parts of the run", .aliases = "milestones",
      .flags = SFT_AUTO },
    { "factors", SFT_REALS, offsetof(conf, factors), 0, 0, 1e6,
      .doc = "shares of lr: one more than boundaries, as many for linear", .text = "[1, 0.1, 0.01]",
      .flags = SFT_MAIN },
    { "values", SFT_REALS, offsetof(conf, values), 0, 0, 1e6,
      .doc = "rates in place of factors: lr does not count then", .flags = SFT_AUTO },
    { "shape", SFT_WORD, offsetof(conf, shape),
      .doc = "between boundaries: constant, or a line from one to the next", .text = "constant",
      .words = shapes, .aliases = "interpolation" },
    SFT_UNIT_FIELD(conf, "epoch"),
    SFT_FIELD_END
};

static const sft_reals *heights(const conf *k)
{
    return k->values.n ? &k->values : &k->factors;
}

/* Where change i is. With lines, height i stands at place i: the first at 0, the last at the end. */
static double place(const conf *k, int i, sft_when t)
{
    int parts = heights(k)->n;
    if (k->boundaries.n)
        return k->boundaries.v[i] * (k->unit == SFT_UNIT_EPOCH ? (double)t.steps_per_epoch : 1);
    double share = k->shape == LINEAR ? (double)i / fmax(parts - 1, 1) : (double)(i + 1) / parts;
    return share * (double)t.steps;
}

static double rate(const void *conf_, double lr, sft_when t)
{
    const conf      *k = conf_;
    const sft_reals *h = heights(k);
    double           unit = k->values.n ? 1 : lr, step = (double)t.step;
    int              i = 0;
    if (k->shape == CONSTANT) {
        while (i + 1 < h->n && step >= place(k, i, t)) i++;
        return unit * h->v[i];
    }
    while (i + 1 < h->n && step >= place(k, i + 1, t)) i++;
    if (i + 1 == h->n) return unit * h->v[i];
    double from = place(k, i, t), to = place(k, i + 1, t);
    return unit * sft__along_line(h->v[i], h->v[i + 1], (step - from) / fmax(to - from, 1e-9));
}

static sft_status check(sft_ctx *c, sft_pos pos, const void *conf_)
{
    const conf      *k = conf_;
    const sft_reals *h = heights(k);
    const char      *what = k->values.n ? "values" : "factors";
    int              want = h->n - (k->shape == CONSTANT);
    if (h->n == 0)
        return sft__fail_at(c, pos, SFT_E113,
                            "schedule: piecewise has no factors — write factors=[1, 0.1]");
    if (k->boundaries.n && k->boundaries.n != want)
        return sft__fail_at(c, pos, SFT_E113,
                            "schedule: piecewise has %d boundaries and %d %s — %s", k->boundaries.n,
                            h->n, what,
                            k->shape == CONSTANT ? "there must be one boundary less than parts"
                                                 : "with lines each boundary has its own");
    return sft__check_rising(c, pos, "boundaries", &k->boundaries);
}

const sft_schedule sft_schedule_piecewise = {
    .name = "piecewise",
    .aliases = "PiecewiseConstantDecay piecewise_constant LambdaLR",
    .doc = "the rate by hand, in parts (Keras's PiecewiseConstantDecay)",
    .math = "lr factors[i] from boundaries[i - 1] to boundaries[i]",
    .conf_size = sizeof(conf),
    .fields = fields,
    .rate = rate,
    .check = check,
};
