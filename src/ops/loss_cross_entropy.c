/* SPDX-License-Identifier: MIT */
/* cross_entropy: negative log-likelihood of the right class under the softmax of the logits. */
#include "ops/vmath.h"
#include "ops/op.h"

typedef struct conf {
    double smoothing;
} conf;

static const sft_field fields[] = {
    { .name = "label_smoothing", .kind = SFT_REAL, .offset = offsetof(conf, smoothing), .high = 1,
      .doc = "share of the target that is spread over all classes", .aliases = "smoothing",
      .flags = SFT_MAIN | SFT_BELOW_HIGH },
    SFT_FIELD_END
};

enum { ROOM = 2048 };           /* numbers of scratch when no gradient is wanted */

/* e[i] = exp(x[i] - top); the sum of all. */
SFT_HOT static double exponentials(int64_t n, const real *x, real top, real *e)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        e[i] = sft__vexp(x[i] - top);
    for (int64_t i = 0; i < n; i++)
        sum += (double)e[i];
    return sum;
}

static int64_t argmax(int64_t n, const real *x)
{
    int64_t best = 0;
    for (int64_t i = 1; i < n; i++)
        if (x[i] > x[best])
            best = i;
    return best;
}

/* The sum of exp(x - top); e receives the terms unless NULL. */
static double partition(int64_t n, const real *x, real top, real *e)
{
    if (e)
        return exponentials(n, x, top, e);
    real   room[ROOM];
    double sum = 0;
    for (int64_t i = 0; i < n; i += ROOM)
        sum += exponentials(n - i < ROOM ? n - i : ROOM, x + i, top, room);
    return sum;
}

/* Mean over the classes of log Z - x: what smoothing adds. */
static double spread(int64_t n, const real *x, real top, double log_z)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += log_z - ((double)x[i] - (double)top);
    return sum / (double)n;
}

/* d = scale (softmax - target) */
static void gradient(int64_t n, double z, int64_t label, double smoothing, double scale, real *d)
{
    real factor = (real)(scale / z), even = (real)(scale * smoothing / (double)n);
    for (int64_t i = 0; i < n; i++)
        d[i] = d[i] * factor - even;
    d[label] -= (real)(scale * (1 - smoothing));
}

static void eval(const void *options, const sft_loss_pass *p, double *sum, double *right)
{
    const conf *k = options;
    int64_t     n = p->outputs;
    for (int64_t r = 0; r < p->rows; r++) {
        const real *x = p->out + r * n;
        real       *d = p->dout ? p->dout + r * n : NULL;
        int64_t     best = argmax(n, x), label = p->label[r];
        double      z = partition(n, x, x[best], d), log_z = log(z);
        double      loss = log_z - ((double)x[label] - (double)x[best]);
        if (k->smoothing > 0)
            loss = (1 - k->smoothing) * loss + k->smoothing * spread(n, x, x[best], log_z);
        *sum += loss;
        *right += best == label;
        if (d)
            gradient(n, z, label, k->smoothing, p->scale, d);
    }
}

static const sft_case cases[] = {
    { "", { 1, { 4 } }, 6 },
    { "", { 1, { 1 } }, 2 },
    { "label_smoothing=0.1", { 1, { 5 } }, 3 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_loss sft_loss_cross_entropy = {
    .name = "cross_entropy", .aliases = "CrossEntropyLoss ce nll categorical_crossentropy sparse_categorical_crossentropy",
    .doc = "softmax and negative log-likelihood, on logits", .math = "L = log sum exp(x) - x[label]",
    .conf_size = sizeof(conf), .fields = fields, .tasks = 1u << SFT_CLASSES, .eval = eval, .cases = cases,
};
