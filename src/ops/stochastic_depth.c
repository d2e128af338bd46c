/* SPDX-License-Identifier: MIT */
/* stochastic_depth: in training a sample loses its whole branch with probability p, the others grow by 1/(1-p).
 *
 * The last layer of a residual block's body: residual ( … | stochastic_depth 0.2 ). Sample r is kept when word 0 of Philox(step, r, 0)
 * is at least p 2^32. */
#include "base/hot.h"
#include "ops/conf.h"

#include <string.h>

enum { DECAY_NONE, DECAY_LINEAR };

typedef struct conf {
    double p;
    int    decay;
    double share;               /* of p that this layer takes: 1, or its place among all such layers */
} conf;

static const char *const decays[] = { "none", "linear", NULL };

static const sft_field fields[] = {
    { .name = "p", .kind = SFT_REAL, .offset = offsetof(conf, p), .def = 0.2, .high = 1,
      .doc = "probability that a sample's branch is dropped", .aliases = "drop_prob drop_path rate", .flags = SFT_MAIN | SFT_BELOW_HIGH },
    { .name = "decay", .kind = SFT_WORD, .offset = offsetof(conf, decay), .text = "none", .words = decays,
      .doc = "linear: the i-th of n such layers drops with p i / n, so that early layers stay (Huang et al. 2016, eq. 4)" },
    SFT_FIELD_END
};

static sft_status shape(sft_ctx *c, sft_node *n)
{
    (void)c;
    n->out = n->in[0]->out;
    n->saved_row = (int64_t)sizeof(real);
    n->flops = (double)sft__count(n->out);
    ((conf *)n->conf)->share = 1;
    return SFT_OK;
}

static void place(void *options, int i, int of)
{
    conf *k = options;
    k->share = k->decay == DECAY_LINEAR ? (double)i / of : 1;
}

static void draw(const sft_node *n, const sft_pass *p)
{
    const conf *k = n->conf;
    double      probability = k->p * k->share;
    sft_key     key = sft__key(p->seed, SFT_FOR_LAYER + (uint32_t)n->index);
    uint32_t    limit = (uint32_t)(probability * 4294967296.0);
    real       *factor = p->saved;
    for (int64_t r = 0; r < p->rows; r++) {
        sft_random4 word = sft__philox(key, (uint32_t)p->step, (uint32_t)(p->step >> 32), (uint32_t)(p->row0 + r), 0);
        factor[r] = word.v[0] >= limit ? (real)(1 / (1 - probability)) : 0;
    }
}

SFT_HOT static void scale(int64_t n, real factor, const real *x, bool add, real *y)
{
    for (int64_t i = 0; i < n; i++) {
        real value = factor != 0 ? x[i] * factor : 0;
        y[i] = add ? y[i] + value : value;
    }
}

static void forward(const sft_node *n, const sft_pass *p)
{
    int64_t count = sft__count(n->out);
    if (!p->train) {
        if (p->out != p->in[0])
            memcpy(p->out, p->in[0], (size_t)(p->rows * count) * sizeof(real));
        return;
    }
    draw(n, p);
    for (int64_t r = 0; r < p->rows; r++)
        scale(count, ((const real *)p->saved)[r], p->in[0] + r * count, false, p->out + r * count);
}

static void backward(const sft_node *n, const sft_pass *p)
{
    int64_t count = sft__count(n->out);
    for (int64_t r = 0; p->din[0] && r < p->rows; r++)
        scale(count, ((const real *)p->saved)[r], p->dout + r * count, p->add[0], p->din[0] + r * count);
}

static const sft_case cases[] = {
    { "0.5", { 1, { 5 } }, 6 },
    { "0.4 decay=linear", { 3, { 2, 2, 3 } }, 5 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_stochastic_depth = {
    .name = "stochastic_depth", .aliases = "DropPath drop_path droppath StochasticDepth",
    .doc = "drops a residual branch, sample by sample, in training",
    .math = "y[sample] = x m / (1 - p), m ~ B(1 - p) once a sample  (Huang et al. 2016, timm's DropPath)",
    .conf_size = sizeof(conf), .fields = fields, .traits = SFT_IN_PLACE | SFT_RANDOM | SFT_MODES | SFT_ANY_LAYOUT,
    .shape = shape, .place = place, .forward = forward, .backward = backward, .cases = cases,
};
