/* SPDX-License-Identifier: MIT */
/* dropout2d: in training whole channels are dropped with probability p, the others grow by 1/(1-p).
 *
 * Neighbours in an image are alike, so dropping single pixels hides little (Tompson et al. 2015). Channel c of sample r is kept when
 * word c mod 4 of Philox(step, r, c / 4) is at least p 2^32. */
#include "base/hot.h"
#include "ops/conf.h"

#include <string.h>

typedef struct conf {
    double p;
} conf;

static const sft_field fields[] = {
    { .name = "p", .kind = SFT_REAL, .offset = offsetof(conf, p), .def = 0.5, .high = 1,
      .doc = "probability that a channel is dropped", .aliases = "rate", .flags = SFT_MAIN | SFT_BELOW_HIGH },
    SFT_FIELD_END
};

static sft_status shape(sft_ctx *c, sft_node *n)
{
    sft_status s = sft__want_rank(c, n, 2, 3, "{C,H,W} or {C,L} — for features use `dropout`");
    if (s)
        return s;
    n->out = n->in[0]->out;
    n->saved_row = n->out.dim[0] * (int64_t)sizeof(real); /* a factor a channel: 0 or 1/(1-p) */
    n->flops = (double)sft__count(n->out);
    return SFT_OK;
}

static void draw(const sft_node *n, const sft_pass *p, int64_t row, real *factor)
{
    const conf *k = n->conf;
    sft_key     key = sft__key(p->seed, SFT_FOR_LAYER + (uint32_t)n->index);
    uint32_t    limit = (uint32_t)(k->p * 4294967296.0);
    real        scale = (real)(1 / (1 - k->p));
    sft_random4 word = { { 0 } };
    for (int64_t c = 0; c < n->out.dim[0]; c++) {
        if (c % 4 == 0)
            word = sft__philox(key, (uint32_t)p->step, (uint32_t)(p->step >> 32), (uint32_t)(p->row0 + row), (uint32_t)(c / 4));
        factor[c] = word.v[c % 4] >= limit ? scale : 0;
    }
}

/* `lane` channels side by side, n places; a dropped number is 0 whatever it was */
SFT_HOT static void scale_plane(int64_t lane, int64_t n, const real *factor, const real *x, bool add, real *y)
{
    for (int64_t s = 0; s < n; s++)
        for (int64_t l = 0; l < lane; l++) {
            real value = factor[l] != 0 ? x[s * lane + l] * factor[l] : 0;
            y[s * lane + l] = add ? y[s * lane + l] + value : value;
        }
}

static void scale_sample(const sft_node *n, const real *factor, const real *x, bool add, real *y)
{
    sft_view v = sft__view(n->out, n->layout);
    for (int64_t b = 0; b < v.blocks; b++)
        scale_plane(v.lane, v.spatial, factor + b * v.lane, x + b * v.spatial * v.lane, add, y + b * v.spatial * v.lane);
}

static void forward(const sft_node *n, const sft_pass *p)
{
    int64_t count = sft__count(n->out);
    if (!p->train) {
        if (p->out != p->in[0])
            memcpy(p->out, p->in[0], (size_t)(p->rows * count) * sizeof(real));
        return;
    }
    for (int64_t r = 0; r < p->rows; r++) {
        real *factor = (real *)p->saved + r * n->out.dim[0];
        draw(n, p, r, factor);
        scale_sample(n, factor, p->in[0] + r * count, false, p->out + r * count);
    }
}

static void backward(const sft_node *n, const sft_pass *p)
{
    int64_t count = sft__count(n->out);
    for (int64_t r = 0; p->din[0] && r < p->rows; r++)
        scale_sample(n, (const real *)p->saved + r * n->out.dim[0], p->dout + r * count, p->add[0], p->din[0] + r * count);
}

static const sft_case cases[] = {
    { "", { 3, { 6, 2, 3 } }, 3 },
    { "0.3", { 2, { 5, 4 } }, 4 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_dropout2d = {
    .name = "dropout2d", .aliases = "Dropout2d Dropout1d SpatialDropout2D SpatialDropout1D spatial_dropout",
    .doc = "drops whole channels at random in training",
    .math = "y[c] = x[c] m[c] / (1 - p), m ~ B(1 - p)  (Tompson et al. 2015, torch.nn.Dropout2d)",
    .conf_size = sizeof(conf), .fields = fields, .traits = SFT_IN_PLACE | SFT_RANDOM | SFT_MODES | SFT_ANY_LAYOUT,
    .shape = shape, .forward = forward, .backward = backward, .cases = cases,
};
