/* SPDX-License-Identifier: MIT */
/* dropout: in training each number is dropped with probability p, the others grow by 1/(1-p).
 *
 * Number i of sample r in the batch is kept when word i mod 4 of Philox(step, r, i / 4) is at least p 2^32, so the mask does not
 * depend on how a batch is cut into shards. */
#include "base/hot.h"
#include "ops/conf.h"

#include <string.h>

typedef struct conf {
    double p;
} conf;

static const sft_field fields[] = {
    { .name = "p", .kind = SFT_REAL, .offset = offsetof(conf, p), .def = 0.5, .high = 1,
      .doc = "probability that a number is dropped", .aliases = "rate", .flags = SFT_MAIN | SFT_BELOW_HIGH },
    SFT_FIELD_END
};

static sft_status shape(sft_ctx *c, sft_node *n)
{
    (void)c;
    n->out = n->in[0]->out;
    n->saved_row = (sft__count(n->out) + 3) / 4 * 4; /* one byte a number: kept or not */
    n->flops = (double)sft__count(n->out);
    return SFT_OK;
}

SFT_HOT static void keep(int64_t n, real scale, const uint8_t *mask, const real *x, real *y)
{
    SFT_APART
    for (int64_t i = 0; i < n; i++)
        y[i] = mask[i] ? x[i] * scale : 0;
}

SFT_HOT static void keep_add(int64_t n, real scale, const uint8_t *restrict mask, const real *restrict x, real *restrict y)
{
    for (int64_t i = 0; i < n; i++)
        y[i] += mask[i] ? x[i] * scale : 0;
}

static void forward(const sft_node *n, const sft_pass *p)
{
    const conf *k = n->conf;
    int64_t     count = sft__count(n->out);
    if (!p->train) {
        if (p->out != p->in[0])
            memcpy(p->out, p->in[0], (size_t)(p->rows * count) * sizeof(real));
        return;
    }
    sft_key  key = sft__key(p->seed, SFT_FOR_LAYER + (uint32_t)n->index);
    uint32_t limit = (uint32_t)(k->p * 4294967296.0);
    real     scale = (real)(1 / (1 - k->p));
    for (int64_t r = 0; r < p->rows; r++) {
        uint8_t *mask = (uint8_t *)p->saved + r * n->saved_row;
        sft__draw_mask(key, p->step, (uint32_t)(p->row0 + r), limit, count, mask);
        keep(count, scale, mask, p->in[0] + r * count, p->out + r * count);
    }
}

static void backward(const sft_node *n, const sft_pass *p)
{
    const conf *k = n->conf;
    int64_t     count = sft__count(n->out);
    real        scale = (real)(1 / (1 - k->p));
    for (int64_t r = 0; p->din[0] && r < p->rows; r++) {
        const uint8_t *mask = (const uint8_t *)p->saved + r * n->saved_row;
        (p->add[0] ? keep_add : keep)(count, scale, mask, p->dout + r * count, p->din[0] + r * count);
    }
}

static const sft_case cases[] = {
    { "", { 1, { 70 } }, 3 },
    { "0.2", { 3, { 2, 3, 3 } }, 2 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_dropout = {
    .name = "dropout", .aliases = "Dropout", .doc = "drops numbers at random in training", .math = "y = x m / (1 - p), m ~ B(1 - p)",
    .conf_size = sizeof(conf), .fields = fields, .traits = SFT_IN_PLACE | SFT_RANDOM | SFT_MODES | SFT_ANY_LAYOUT,
    .shape = shape, .forward = forward, .backward = backward, .cases = cases,
};
