/* SPDX-License-Identifier: MIT */
/* smooth_l1: the absolute error with its corner rounded off; huber divided by beta. */
#include "ops/elementwise.h"

#include <math.h>

typedef struct conf {
    double beta;
} conf;

static const sft_field fields[] = {
    { .name = "beta", .kind = SFT_REAL, .offset = offsetof(conf, beta), .def = 1, .low = 0, .high = 1e30,
      .doc = "error at which the square becomes a line of slope 1", .flags = SFT_MAIN | SFT_ABOVE_LOW | SFT_LOG },
    SFT_FIELD_END
};

static double term(const void *options, int64_t i, double x, double t, double *slope)
{
    double beta = ((const conf *)options)->beta, e = x - t, size = fabs(e);
    (void)i;
    *slope = fmax(-1, fmin(1, e / beta));
    return size < beta ? 0.5 * e * e / beta : size - 0.5 * beta;
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

const sft_loss sft_loss_smooth_l1 = {
    .name = "smooth_l1", .aliases = "SmoothL1Loss smooth_l1_loss", .doc = "absolute error, squared below beta",
    .math = "e = x - t; L = mean e^2 / (2 beta) where |e| < beta, else |e| - beta / 2  (Girshick 2015, torch.nn.SmoothL1Loss)",
    .conf_size = sizeof(conf), .fields = fields, .tasks = 1u << SFT_REGRESSION, .eval = eval, .cases = cases,
};
