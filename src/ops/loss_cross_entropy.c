/* SPDX-License-Identifier: MIT */
/* cross_entropy: negative log-likelihood of the right class under the softmax of the logits. */
#include "ops/class_weights.h"
#include "ops/vmath.h"

typedef struct conf {
    double        smoothing;
    const char   *class_weights;
    const double *weight;       /* a number a class, or NULL */
} conf;

static const sft_field fields[] = {
    { .name = "label_smoothing", .kind = SFT_REAL, .offset = offsetof(conf, smoothing), .high = 1,
      .doc = "share of the target that is spread over all classes", .aliases = "smoothing",
      .flags = SFT_MAIN | SFT_BELOW_HIGH },
    { .name = "class_weights", .kind = SFT_TEXT, .offset = offsetof(conf, class_weights), .text = "none",
      .doc = "none, balanced (rare classes count more, by the training samples), or a number a class: [1, 2.5]",
      .aliases = "weight class_weight" },
    SFT_FIELD_END
};

enum { ROOM = 2048, GROUP = 16 };       /* numbers of scratch; rows that share one logarithm */

/* Rows of n logits: top = their largest, e = x - top. A NaN spoils e, and so the loss. */
SFT_HOT static void shift_rows(int64_t rows, int64_t n, const real *x, real *top, real *e)
{
    for (int64_t r = 0; r < rows; r++, x += n, e += n) {
        real m = x[0];
        for (int64_t i = 1; i < n; i++)
            m = x[i] > m ? x[i] : m;
        top[r] = m;
        for (int64_t i = 0; i < n; i++)
            e[i] = x[i] - m;
    }
}

SFT_HOT static void exponentials(int64_t n, real *e)
{
    for (int64_t i = 0; i < n; i++)
        e[i] = sft__vexp(e[i]);
}

static double sum_of(int64_t n, const real *e)
{
    double  lane[4] = { 0 };
    int64_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (int l = 0; l < 4; l++)
            lane[l] += (double)e[i + l];
    for (; i < n; i++)
        lane[i % 4] += (double)e[i];
    return (lane[0] + lane[1]) + (lane[2] + lane[3]);
}

/* The sum of exp(x - top) over more classes than there is room for. */
static double sum_in_pieces(int64_t n, const real *x, real top)
{
    real   e[ROOM];
    double sum = 0;
    for (int64_t at = 0; at < n; at += ROOM) {
        int64_t m = n - at < ROOM ? n - at : ROOM;
        for (int64_t i = 0; i < m; i++)
            e[i] = x[at + i] - top;
        exponentials(m, e);
        sum += sum_of(m, e);
    }
    return sum;
}

/* Of several equal logits the first is the answer. */
static bool is_right(const real *x, int64_t label, real top)
{
    if (x[label] != top)
        return false;
    for (int64_t i = 0; i < label; i++)
        if (x[i] == top)
            return false;
    return true;
}

/* What the target takes from log Z: x[label] - top, or with smoothing a mixture with the mean over the classes. */
static double score(int64_t n, const real *x, int64_t label, double top, double smoothing)
{
    double at = (double)x[label] - top, sum = 0;
    if (!(smoothing > 0))
        return at;
    for (int64_t i = 0; i < n; i++)
        sum += (double)x[i] - top;
    return (1 - smoothing) * at + smoothing * (sum / (double)n);
}

/* d = scale (softmax - target), rows of n; d holds the exponentials, z their sums */
SFT_HOT static void gradient(int64_t rows, int64_t n, const double *z, const int32_t *label, double smoothing, double scale,
                             real *d)
{
    real even = (real)(scale * smoothing / (double)n), full = (real)(scale * (1 - smoothing));
    for (int64_t r = 0; r < rows; r++, d += n) {
        real factor = (real)(scale / z[r]);
        for (int64_t i = 0; i < n; i++)
            d[i] = d[i] * factor - even;
        d[label[r]] -= full;
    }
}

/* top and Z = sum of exp(x - top) of each row; the exponentials stay in e, where there is one */
static void partitions(int64_t rows, int64_t n, const real *x, real *e, real *top, double *z)
{
    real room[ROOM];
    if (!e && rows * n <= ROOM)
        e = room;
    if (e) {
        shift_rows(rows, n, x, top, e);
        exponentials(rows * n, e);
    }
    for (int64_t r = 0; r < rows; r++) {
        if (e) {
            z[r] = sum_of(n, e + r * n);
            continue;
        }
        top[r] = x[r * n];
        for (int64_t i = 1; i < n; i++)
            top[r] = x[r * n + i] > top[r] ? x[r * n + i] : top[r];
        z[r] = sum_in_pieces(n, x + r * n, top[r]);
    }
}

/* Up to GROUP rows from r on. The sum of log Z is the logarithm of the product, which cannot overflow: Z <= classes < 2^63. */
static double group(const conf *k, const sft_loss_pass *p, int64_t r, int64_t rows, double *right)
{
    int64_t     n = p->outputs;
    const real *x = p->out + r * n;
    real        top[GROUP], *d = p->dout ? p->dout + r * n : NULL;
    double      z[GROUP], product = 1, taken = 0;
    partitions(rows, n, x, d, top, z);
    for (int64_t i = 0; i < rows; i++) {
        product *= z[i];
        taken += score(n, x + i * n, p->label[r + i], (double)top[i], k->smoothing);
        *right += is_right(x + i * n, p->label[r + i], top[i]);
    }
    if (d)
        gradient(rows, n, z, p->label + r, k->smoothing, p->scale, d);
    return log(product) - taken;
}

/* ---- mixtures and weights -------------------------------------------------------------------- */

/* One row against the target t = m onehot(a) + (1 - m) onehot(b), smoothed, each class weighted:
 * q[c] = w[c] ((1 - s) t[c] + s / n), L = sum q (log Z - (x - top)), dL/dx = (sum q) softmax - q. */
static double mixed_row(const conf *k, const sft_loss_pass *p, int64_t r, double *right)
{
    int64_t     n = p->outputs, label[2] = { p->label[r], p->label2 ? p->label2[r] : p->label[r] };
    const real *x = p->out + r * n;
    real        top, *d = p->dout ? p->dout + r * n : NULL;
    double      z, share[2] = { p->label2 ? (double)p->mix[r] : 1, 0 }, even = k->smoothing / (double)n, all = 0, taken = 0;
    share[1] = 1 - share[0];
    partitions(1, n, x, d, &top, &z);
    for (int64_t c = 0; even > 0 && c < n; c++) {
        double q = (k->weight ? k->weight[c] : 1) * even;
        all += q;
        taken += q * ((double)x[c] - (double)top);
    }
    for (int i = 0; i < 2; i++) {
        share[i] *= (1 - k->smoothing) * (k->weight ? k->weight[label[i]] : 1);
        all += share[i];
        taken += share[i] > 0 ? share[i] * ((double)x[label[i]] - (double)top) : 0;
    }
    for (int64_t c = 0; d && c < n; c++)
        d[c] = (real)(p->scale * (all / z * (double)d[c] - (k->weight ? k->weight[c] : 1) * even));
    for (int i = 0; d && i < 2; i++)
        d[label[i]] -= (real)(p->scale * share[i]);
    *right += is_right(x, label[p->label2 && (double)p->mix[r] < 0.5], top);
    return all * log(z) - taken;
}

static void eval(const void *options, const sft_loss_pass *p, double *sum, double *right)
{
    const conf *k = options;
    if (k->weight || p->label2) {
        for (int64_t r = 0; r < p->rows; r++)
            *sum += mixed_row(k, p, r, right);
        return;
    }
    for (int64_t r = 0; r < p->rows; r += GROUP)
        *sum += group(options, p, r, p->rows - r < GROUP ? p->rows - r : GROUP, right);
}

static double weight(const void *options, const sft_loss_pass *p)
{
    return sft__weight_of_rows(((const conf *)options)->weight, p);
}

static sft_status prepare(sft_ctx *c, sft_arena *a, void *options, const sft_loss_data *d)
{
    conf *k = options;
    return sft__class_weights(c, a, "loss cross_entropy", "class_weights", k->class_weights, d, &k->weight);
}

static const sft_case cases[] = {
    { "", { 1, { 4 } }, 6 },
    { "", { 1, { 1 } }, 2 },
    { "label_smoothing=0.1", { 1, { 5 } }, 3 },
    { "class_weights=[1,0.25,3]", { 1, { 3 } }, 5 },
    { "label_smoothing=0.2 class_weights=[2,0.5,1,0]", { 1, { 4 } }, 4 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_loss sft_loss_cross_entropy = {
    .name = "cross_entropy", .aliases = "CrossEntropyLoss ce nll categorical_crossentropy sparse_categorical_crossentropy",
    .doc = "softmax and negative log-likelihood, on logits", .math = "L = log sum exp(x) - x[label]; smoothing s: target (1 - s) onehot + s / classes (Szegedy et al. 2016); class weights: "
            "sum w L / sum w, as torch.nn.CrossEntropyLoss",
    .conf_size = sizeof(conf), .fields = fields, .tasks = 1u << SFT_CLASSES, .mixes = true, .prepare = prepare, .eval = eval,
    .weight = weight, .cases = cases,
};
