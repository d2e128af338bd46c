/* SPDX-License-Identifier: MIT */
/* softmax: shares that add up to 1, of the features of a sample, or at each place of its channels, as torch.nn.Softmax(dim=1). For
 * what happens inside a network: loss cross_entropy takes logits and has its own. */
#include "base/hot.h"
#include "ops/conf.h"
#include "ops/vmath.h"

static sft_status shape(sft_ctx *c, sft_node *n)
{
    sft_status s = sft__want_rank(c, n, 1, 3, "features {F}, sequences {C,L} or images {C,H,W}");
    n->out = n->in[0]->out;
    n->flops = 5 * (double)sft__count(n->out);
    return s;
}

/* y = exp(x - max) / sum of these, over `channels` numbers that lie `step` apart */
SFT_HOT static void shares(int64_t channels, int64_t step, const real *x, real *y)
{
    real   top = x[0];
    double sum = 0;
    for (int64_t c = 1; c < channels; c++)
        top = x[c * step] > top ? x[c * step] : top;
    for (int64_t c = 0; c < channels; c++) {
        y[c * step] = sft__vexp(x[c * step] - top);
        sum += (double)y[c * step];
    }
    const real scale = (real)(1 / sum);
    for (int64_t c = 0; c < channels; c++)
        y[c * step] *= scale;
}

/* dx = y (dy - sum of dy y) */
SFT_HOT static void back(int64_t channels, int64_t step, bool add, const real *y, const real *dy, real *dx)
{
    double sum = 0;
    for (int64_t c = 0; c < channels; c++)
        sum += (double)dy[c * step] * (double)y[c * step];
    for (int64_t c = 0; c < channels; c++) {
        const real d = y[c * step] * (dy[c * step] - (real)sum);
        dx[c * step] = add ? dx[c * step] + d : d;
    }
}

static void forward(const sft_node *n, const sft_pass *p)
{
    const int64_t channels = n->out.dim[0], count = sft__count(n->out), places = count / channels;
    for (int64_t r = 0; r < p->rows; r++)
        for (int64_t i = 0; i < places; i++)
            shares(channels, places, p->in[0] + r * count + i, p->out + r * count + i);
}

static void backward(const sft_node *n, const sft_pass *p)
{
    const int64_t channels = n->out.dim[0], count = sft__count(n->out), places = count / channels;
    for (int64_t r = 0; p->din[0] && r < p->rows; r++)
        for (int64_t i = r * count; i < r * count + places; i++)
            back(channels, places, p->add[0], p->out + i, p->dout + i, p->din[0] + i);
}

static const sft_case cases[] = {
    { "", { 1, { 7 } }, 3 },
    { "", { 1, { 1 } }, 2 },
    { "", { 2, { 3, 5 } }, 3 },
    { "", { 3, { 4, 2, 3 } }, 2 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_softmax = {
    .name = "softmax", .aliases = "nn_softmax Softmax",
    .doc = "shares of the features, or of the channels at each place (PyTorch's dim=1); not before cross_entropy, which has its own",
    .math = "y[c] = exp(x[c]) / sum exp(x)", .traits = SFT_READS_OUT,
    .shape = shape, .forward = forward, .backward = backward, .cases = cases,
};
