/* SPDX-License-Identifier: MIT */
/* bce: binary cross entropy on logits, the mean over a sample's outputs. */
#include "ops/class_weights.h"
#include "ops/elementwise.h"
#include "ops/vmath.h"

#include <math.h>

typedef struct conf {
    const char   *pos_weight;
    const double *weight;       /* of a yes, one an output; NULL: 1 */
} conf;

static const sft_field fields[] = {
    { .name = "pos_weight", .kind = SFT_TEXT, .offset = offsetof(conf, pos_weight), .text = "none",
      .doc = "how much a yes counts against a no: none, a number, or one an output: [1, 2.5]", .flags = SFT_MAIN },
    SFT_FIELD_END
};

enum { RUN = 256 };

/* l = max(x, 0) - x t + log(1 + exp(-|x|)): the logarithm of a sigmoid that cannot overflow */
SFT_HOT static void terms(int64_t n, const real *x, const real *t, real *l)
{
    for (int64_t i = 0; i < n; i++) {
        real size = x[i] < 0 ? -x[i] : x[i], positive = x[i] < 0 ? 0 : x[i];
        l[i] = positive - x[i] * t[i] + sft__vlog1p(sft__vexp(-size));
    }
}

/* d = scale (sigmoid(x) - t) */
SFT_HOT static void slopes(int64_t n, real scale, const real *x, const real *t, real *d)
{
    for (int64_t i = 0; i < n; i++)
        d[i] = scale * (sft__vsigmoid(x[i]) - t[i]);
}

/* L = -w t log s(x) - (1 - t) log(1 - s(x)), log s(x) = min(x, 0) - log(1 + exp(-|x|)) */
static double weighted(const void *options, int64_t i, double x, double t, double *slope)
{
    double w = ((const conf *)options)->weight[i], tail = log1p(exp(-fabs(x))), s = x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x));
    *slope = (1 - t) * s - w * t * (1 - s);
    return -w * t * (fmin(x, 0) - tail) - (1 - t) * (fmin(-x, 0) - tail);
}

static bool all_right(int64_t n, const real *x, const real *t)
{
    for (int64_t i = 0; i < n; i++)
        if ((x[i] > 0) != ((double)t[i] > 0.5))
            return false;
    return true;
}

static void eval(const void *options, const sft_loss_pass *p, double *sum, double *right)
{
    int64_t n = p->outputs;
    if (((const conf *)options)->weight) {
        sft__eval_terms(p, options, weighted, sum);
        *right += sft__signs_right(p);
        return;
    }
    for (int64_t r = 0; r < p->rows; r++) {
        const real *x = p->out + r * n;
        double      loss = 0;
        bool        good = true;
        for (int64_t at = 0; at < n; at += RUN) {
            int64_t     m = n - at < RUN ? n - at : RUN;
            real        l[RUN], one = p->target ? 0 : (real)p->label[r]; /* class numbers: a single output */
            const real *t = p->target ? p->target + r * n + at : &one;
            terms(m, x + at, t, l);
            for (int64_t i = 0; i < m; i++)
                loss += (double)l[i];
            good = good && all_right(m, x + at, t);
            if (p->dout)
                slopes(m, (real)(p->scale / (double)n), x + at, t, p->dout + r * n + at);
        }
        *sum += loss / (double)n;
        *right += good;
    }
}

static sft_status prepare(sft_ctx *c, sft_arena *a, void *options, const sft_loss_data *d)
{
    conf *k = options;
    return sft__output_weights(c, a, "loss bce", "pos_weight", k->pos_weight, d, &k->weight);
}

static const sft_case cases[] = {
    { "", { 1, { 3 } }, 4 },
    { "", { 1, { 1 } }, 5 },
    { "pos_weight=[2,0.5,3]", { 1, { 3 } }, 4 },
    { "2.5", { 1, { 2 } }, 3 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_loss sft_loss_bce = {
    .name = "bce", .aliases = "BCEWithLogitsLoss binary_cross_entropy binary_crossentropy bce_with_logits",
    .doc = "binary cross entropy, on logits", .math = "L = -w t log s(x) - (1 - t) log(1 - s(x)), s the sigmoid, w = pos_weight  (torch.nn.BCEWithLogitsLoss)",
    .conf_size = sizeof(conf), .fields = fields, .tasks = 1u << SFT_BINARY, .prepare = prepare, .eval = eval, .cases = cases,
};
