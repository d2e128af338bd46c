/* SPDX-License-Identifier: MIT */
/* r2, mae and rmse: errors of numbers, the mean over outputs. */
#include "metrics/metric.h"

#include <math.h>

static double error_of(const sft_predictions *p, int64_t row, int64_t output)
{
    return (double)p->out[row * p->outputs + output] - (double)p->target[row * p->outputs + output];
}

static double squares(const sft_predictions *p, int64_t output)
{
    double sum = 0;
    for (int64_t r = 0; r < p->rows; r++)
        sum += error_of(p, r, output) * error_of(p, r, output);
    return sum;
}

/* About the mean, which is taken first: targets may be far from 0. */
static double spread(const sft_predictions *p, int64_t output)
{
    double mean = 0, sum = 0;
    for (int64_t r = 0; r < p->rows; r++)
        mean += (double)p->target[r * p->outputs + output] / (double)p->rows;
    for (int64_t r = 0; r < p->rows; r++) {
        double d = (double)p->target[r * p->outputs + output] - mean;
        sum += d * d;
    }
    return sum;
}

/* Of targets that are all alike: 1 where every prediction is right, else 0. */
static double r2(const sft_measure_record *m, const sft_predictions *p)
{
    double sum = 0;
    (void)m;
    for (int64_t i = 0; i < p->outputs; i++) {
        double wrong = squares(p, i), all = spread(p, i);
        sum += all > 0 ? 1 - wrong / all : isnan(wrong) ? wrong : wrong == 0;
    }
    return sum / (double)p->outputs;
}

static double mae(const sft_measure_record *m, const sft_predictions *p)
{
    double sum = 0;
    (void)m;
    for (int64_t r = 0; r < p->rows; r++)
        for (int64_t i = 0; i < p->outputs; i++)
            sum += fabs(error_of(p, r, i));
    return sum / (double)(p->rows * p->outputs);
}

static double rmse(const sft_measure_record *m, const sft_predictions *p)
{
    double sum = 0;
    (void)m;
    for (int64_t i = 0; i < p->outputs; i++)
        sum += sqrt(squares(p, i) / (double)p->rows);
    return sum / (double)p->outputs;
}

const sft_measure_record sft_metric_r2 = {
    .name = "r2", .aliases = "r2_score R2Score", .doc = "share of the targets' variance that is explained",
    .math = "1 - sum (x - t)^2 / sum (t - mean t)^2", .tasks = 1u << SFT_REGRESSION, .score = r2,
};

const sft_measure_record sft_metric_mae = {
    .name = "mae", .aliases = "mean_absolute_error", .doc = "mean absolute error", .math = "mean |x - t|",
    .tasks = 1u << SFT_REGRESSION, .lower = true, .score = mae,
};

const sft_measure_record sft_metric_rmse = {
    .name = "rmse", .aliases = "root_mean_squared_error", .doc = "root of the mean squared error",
    .math = "sqrt(mean (x - t)^2), mean over outputs", .tasks = 1u << SFT_REGRESSION, .lower = true, .score = rmse,
};
