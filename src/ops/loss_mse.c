/* SPDX-License-Identifier: MIT */
/* mse: squared error, the mean over a sample's outputs. */
#include "base/hot.h"
#include "ops/op.h"

static void eval(const void *conf, const sft_loss_pass *p, double *sum, double *right)
{
    int64_t n = p->outputs;
    double  slope = 2 * p->scale / (double)n;
    (void)conf;
    (void)right;
    for (int64_t r = 0; r < p->rows; r++) {
        double loss = 0;
        for (int64_t i = r * n; i < (r + 1) * n; i++) {
            double error = (double)p->out[i] - (double)p->target[i];
            loss += error * error;
            if (p->dout)
                p->dout[i] = (real)(slope * error);
        }
        *sum += loss / (double)n;
    }
}

static const sft_case cases[] = {
    { "", { 1, { 3 } }, 4 },
    { "", { 1, { 1 } }, 2 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_loss sft_loss_mse = {
    .name = "mse", .aliases = "MSELoss mean_squared_error l2", .doc = "mean squared error", .math = "L = mean (x - t)^2",
    .tasks = (1u << SFT_REGRESSION) | (1u << SFT_BINARY), .eval = eval, .cases = cases,
};
