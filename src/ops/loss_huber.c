/* SPDX-License-Identifier: MIT */
/* huber: squared for small errors, linear for large ones (Huber 1964). */
#include "ops/elementwise.h"

#include <math.h>

typedef struct conf {
    double delta;
} conf;

static const sft_field fields[] = {
    { .name = "delta", .kind = SFT_REAL, .offset = offsetof(conf, delta), .def = 1, .low = 0, .high = 1e30,
      .doc = "error at which the square becomes a line", .flags = SFT_MAIN | SFT_ABOVE_LOW | SFT_LOG },
    SFT_FIELD_END
};

static double term(const void *options, int64_t i, double x, double t, double *slope)
{
    double delta = ((const conf *)options)->delta, e = x - t, size = fabs(e);
    (void)i;
    *slope = fmax(-delta, fmin(delta, e));
    return size <= delta ? 0.5 * e * e : delta * (size - 0.5 * delta);
}

static void eval(const void *options, const sft_loss_pass *p, double *sum, double *right)
{
    (void)right;
    sft__eval_terms(p, options, term, sum);
}

static const sft_case cases[] = {
    { "", { 1, { 3 } }, 4 },
    { "0.3", { 1, { 2 } }, 5 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_loss sft_loss_huber = {
    .name = "huber", .aliases = "HuberLoss huber_loss", .doc = "squared error, linear beyond delta",
    .math = "e = x - t; L = mean e^2 / 2 where |e| <= delta, else delta (|e| - delta / 2)  (Huber 1964, torch.nn.HuberLoss)",
    .conf_size = sizeof(conf), .fields = fields, .tasks = 1u << SFT_REGRESSION, .eval = eval, .cases = cases,
};
