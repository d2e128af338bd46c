/* SPDX-License-Identifier: MIT */
/* poisson: negative log-likelihood of counts, the output being the logarithm of their rate. */
#include "ops/elementwise.h"

#include <math.h>

static double term(const void *conf, int64_t i, double x, double t, double *slope)
{
    double rate = exp(x);
    (void)conf, (void)i;
    *slope = rate - t;
    return rate - t * x;
}

static void eval(const void *conf, const sft_loss_pass *p, double *sum, double *right)
{
    (void)right;
    sft__eval_terms(p, conf, term, sum);
}

static const sft_case cases[] = {
    { "", { 1, { 3 } }, 4 },
    { "", { 1, { 1 } }, 2 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_loss sft_loss_poisson = {
    .name = "poisson", .aliases = "PoissonNLLLoss poisson_nll", .doc = "counts: the output is the logarithm of their rate",
    .math = "L = mean exp(x) - t x  (torch.nn.PoissonNLLLoss)", .tasks = 1u << SFT_REGRESSION, .literal = true,
    .eval = eval, .cases = cases,
};
