/* SPDX-License-Identifier: MIT */
/* kl: how far the softmax of the outputs is from a distribution that is given as targets. */
#include "ops/elementwise.h"

#include <math.h>

typedef struct conf {
    bool log_target;
} conf;

static const sft_field fields[] = {
    { .name = "log_target", .kind = SFT_FLAG, .offset = offsetof(conf, log_target), .doc = "targets are logarithms of probabilities" },
    SFT_FIELD_END
};

/* log sum exp */
static double log_sum(int64_t n, const real *x)
{
    double top = (double)x[sft__argmax(n, x)], sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += exp((double)x[i] - top);
    return top + log(sum);
}

/* L = sum t (log t - log softmax(x)), 0 log 0 = 0; dL/dx = (sum t) softmax(x) - t, which is softmax - t for a distribution */
static double row(bool logs, const sft_loss_pass *p, int64_t r)
{
    int64_t     n = p->outputs;
    const real *x = p->out + r * n, *target = p->target + r * n;
    double      z = log_sum(n, x), loss = 0, all = 0;
    for (int64_t i = 0; i < n; i++) {
        double given = (double)target[i], t = logs ? exp(given) : given;
        double log_t = logs ? given : t > 0 ? log(t) : 0;
        all += t;
        loss += t * (log_t - ((double)x[i] - z));
    }
    for (int64_t i = 0; p->dout && i < n; i++) {
        double given = (double)target[i], t = logs ? exp(given) : given;
        p->dout[r * n + i] = (real)(p->scale * (all * exp((double)x[i] - z) - t));
    }
    return loss;
}

static void eval(const void *options, const sft_loss_pass *p, double *sum, double *right)
{
    (void)right;
    for (int64_t r = 0; r < p->rows; r++)
        *sum += row(((const conf *)options)->log_target, p, r);
}

static const sft_case cases[] = {
    { "", { 1, { 4 } }, 3 },
    { "log_target=true", { 1, { 3 } }, 4 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_loss sft_loss_kl = {
    .name = "kl", .aliases = "KLDivLoss kl_div kullback_leibler_divergence",
    .doc = "distance to a distribution given as targets, on logits",
    .math = "L = sum t (log t - log softmax(x))  (torch.nn.KLDivLoss of log_softmax, reduction batchmean)",
    .conf_size = sizeof(conf), .fields = fields, .tasks = 1u << SFT_REGRESSION, .literal = true, .eval = eval, .cases = cases,
};
