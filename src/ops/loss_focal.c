/* SPDX-License-Identifier: MIT */
/* focal: cross entropy in which samples that are right already count little (Lin et al. 2017). */
#include "ops/class_weights.h"
#include "ops/elementwise.h"

#include <math.h>

typedef struct conf {
    double        gamma, alpha;
    const char   *class_weights;
    const double *weight;
} conf;

static const sft_field fields[] = {
    { .name = "gamma", .kind = SFT_REAL, .offset = offsetof(conf, gamma), .def = 2, .low = 0, .high = 100,
      .doc = "how little sure samples count; 0: cross entropy", .flags = SFT_MAIN },
    { .name = "alpha", .kind = SFT_REAL, .offset = offsetof(conf, alpha), .low = 0, .high = 1,
      .doc = "yes-or-no targets: weight of a yes, 1 - alpha that of a no; auto: both count 1", .flags = SFT_AUTO },
    { .name = "class_weights", .kind = SFT_TEXT, .offset = offsetof(conf, class_weights), .text = "none",
      .doc = "alpha of each class: none, balanced, or a number a class; the mean stays one over samples",
      .aliases = "weight class_weight" },
    SFT_FIELD_END
};

/* -(1 - q)^gamma log q of the right answer's probability q; *slope: the derivative with respect to log q, over 1 - q. Both log q and
 * 1 - q are given, as neither follows from the other without loss when q is near 0 or 1. */
static double focus(double gamma, double log_q, double rest, double *slope)
{
    double power = pow(rest, gamma), q = exp(log_q);
    *slope = gamma > 0 && rest > 0 ? gamma * q * pow(rest, gamma - 1) * log_q - power : -power;
    return -power * log_q;
}

/* dL/dx = dL/dlog q (onehot - softmax) */
static double row(const conf *k, const sft_loss_pass *p, int64_t r)
{
    int64_t     n = p->outputs, label = p->label[r];
    const real *x = p->out + r * n;
    double      top = (double)x[sft__argmax(n, x)], rest = 0, mine = exp((double)x[label] - top), slope;
    for (int64_t j = 0; j < n; j++)
        rest += j == label ? 0 : exp((double)x[j] - top);
    double z = mine + rest, weight = k->weight ? k->weight[label] : 1;
    double loss = weight * focus(k->gamma, (double)x[label] - top - log(z), rest / z, &slope);
    for (int64_t j = 0; p->dout && j < n; j++)
        p->dout[r * n + j] = (real)(p->scale * weight * slope * (j == label ? rest / z : -exp((double)x[j] - top) / z));
    return loss;
}

static double sign_term(const void *options, int64_t i, double x, double t, double *slope)
{
    const conf *k = options;
    double      sign = t > 0.5 ? 1 : -1, small = exp(-fabs(x)), of_wrong = sign * x > 0 ? small / (1 + small) : 1 / (1 + small);
    double      log_q = fmin(0, sign * x) - log1p(small), weight = isnan(k->alpha) ? 1 : sign > 0 ? k->alpha : 1 - k->alpha;
    (void)i;
    double loss = weight * focus(k->gamma, log_q, of_wrong, slope);
    *slope *= weight * sign * of_wrong;
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
    sft_status s = sft__class_weights(c, a, "loss focal", "class_weights", k->class_weights, d, &k->weight);
    if (!s && d->task == SFT_CLASSES && !isnan(k->alpha))
        return sft__fail(c, SFT_E113, "loss focal: alpha is for yes-or-no targets — with classes use class_weights, a number a class");
    if (!s && d->task != SFT_CLASSES && k->weight)
        return sft__fail(c, SFT_E113, "loss focal: class_weights need classes — with yes-or-no targets use alpha");
    return s;
}

static const sft_case cases[] = {
    { "", { 1, { 4 } }, 5 },
    { "gamma=0.5", { 1, { 3 } }, 4 },
    { "0", { 1, { 2 } }, 3 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_loss sft_loss_focal = {
    .name = "focal", .aliases = "FocalLoss focal_loss sigmoid_focal_loss", .doc = "cross entropy in which sure samples count little",
    .math = "L = -alpha (1 - q)^gamma log q, q the probability of the right answer by softmax or sigmoid  (Lin et al. 2017, eq. 5)",
    .conf_size = sizeof(conf), .fields = fields, .tasks = (1u << SFT_CLASSES) | (1u << SFT_BINARY), .prepare = prepare, .eval = eval,
    .cases = cases,
};
