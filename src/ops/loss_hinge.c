/* SPDX-License-Identifier: MIT */
/* hinge: the right class must beat every other by a margin (a linear support vector machine's loss). */
#include "ops/class_weights.h"
#include "ops/elementwise.h"

#include <math.h>

typedef struct conf {
    double        margin;
    int64_t       p;
    const char   *class_weights;
    const double *weight;
} conf;

static const sft_field fields[] = {
    { .name = "margin", .kind = SFT_REAL, .offset = offsetof(conf, margin), .def = 1, .low = 0, .high = 1e30,
      .doc = "by which the right class must lead", .flags = SFT_MAIN | SFT_ABOVE_LOW },
    { .name = "p", .kind = SFT_INT, .offset = offsetof(conf, p), .def = 1, .low = 1, .high = 2,
      .doc = "power of what is missing: 1, or 2 for the squared hinge" },
    { .name = "class_weights", .kind = SFT_TEXT, .offset = offsetof(conf, class_weights), .text = "none",
      .doc = "none, balanced, or a number a class: what its samples count; the mean stays one over samples",
      .aliases = "weight class_weight" },
    SFT_FIELD_END
};

/* max(0, lack)^p and its derivative */
static double part(const conf *k, double lack, double *slope)
{
    lack = fmax(0, lack);
    *slope = k->p == 2 ? 2 * lack : lack > 0;
    return k->p == 2 ? lack * lack : lack;
}

/* sum over the other classes j of max(0, margin - x[label] + x[j])^p, over the number of classes */
static double row(const conf *k, const sft_loss_pass *p, int64_t r)
{
    int64_t     n = p->outputs, label = p->label[r];
    const real *x = p->out + r * n;
    real       *d = p->dout ? p->dout + r * n : NULL;
    double      weight = (k->weight ? k->weight[label] : 1) / (double)n, loss = 0, all = 0;
    for (int64_t j = 0; j < n; j++) {
        double slope = 0;
        if (j != label)
            loss += part(k, k->margin - (double)x[label] + (double)x[j], &slope);
        all += slope;
        if (d)
            d[j] = (real)(p->scale * weight * slope);
    }
    if (d)
        d[label] = (real)(-p->scale * weight * all);
    return weight * loss;
}

/* targets 0 and 1 stand for the signs -1 and 1 */
static double sign_term(const void *options, int64_t i, double x, double t, double *slope)
{
    double sign = t > 0.5 ? 1 : -1, loss = part(options, ((const conf *)options)->margin - sign * x, slope);
    (void)i;
    *slope *= -sign;
    return loss;
}

static void eval(const void *options, const sft_loss_pass *p, double *sum, double *right)
{
    if (p->target || p->outputs == 1) {
        sft__eval_terms(p, options, sign_term, sum);
        *right += sft__signs_right(p);
        return;
    }
    for (int64_t r = 0; r < p->rows; r++) {
        *sum += row(options, p, r);
        *right += sft__argmax(p->outputs, p->out + r * p->outputs) == p->label[r];
    }
}

static sft_status prepare(sft_ctx *c, sft_arena *a, void *options, const sft_loss_data *d)
{
    conf *k = options;
    sft_status s = sft__class_weights(c, a, "loss hinge", "class_weights", k->class_weights, d, &k->weight);
    if (!s && k->weight && d->task != SFT_CLASSES)
        return sft__fail(c, SFT_E113, "loss hinge: class_weights need classes, and the targets here are yes or no — leave them out");
    return s;
}

static const sft_case cases[] = {
    { "", { 1, { 4 } }, 5 },
    { "margin=0.5 p=2", { 1, { 3 } }, 4 },
    { "", { 1, { 1 } }, 4 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_loss sft_loss_hinge = {
    .name = "hinge", .aliases = "MultiMarginLoss multi_margin categorical_hinge", .doc = "the right class must lead by a margin",
    .math = "L = sum over j != label of max(0, margin - x[label] + x[j])^p / classes  (torch.nn.MultiMarginLoss); yes or no, s = +-1: "
            "max(0, margin - s x)^p",
    .conf_size = sizeof(conf), .fields = fields, .tasks = (1u << SFT_CLASSES) | (1u << SFT_BINARY), .prepare = prepare, .eval = eval,
    .cases = cases,
};
