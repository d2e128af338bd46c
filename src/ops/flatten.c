/* SPDX-License-Identifier: MIT */
/* flatten: the numbers of a sample as one row of features, in PyTorch's order; or its last axes as one. */
#include "base/hot.h"
#include "ops/conf.h"

#include <string.h>

typedef struct conf {
    int64_t start_dim;          /* below 2, also where the graph puts a flatten of its own: everything */
} conf;

static const sft_field fields[] = {
    { .name = "start_dim", .kind = SFT_INT, .offset = offsetof(conf, start_dim), .def = 1, .low = 1, .high = 3,
      .doc = "first axis that is merged with those behind it, the batch being 0: 2 makes a sequence {C,L} of an image" },
    SFT_FIELD_END
};

static sft_status shape(sft_ctx *c, sft_node *n)
{
    const conf *k = n->conf;
    sft_shape   in = n->in[0]->out;
    int         kept = k->start_dim > 1 ? (int)k->start_dim - 1 : 0;
    char        text[96];
    if (kept >= in.rank)
        return sft__fail_at(c, n->pos, SFT_E123, "%s: start_dim=%d leaves nothing to merge of its input %s — use %d or less", n->label,
                            kept + 1, sft__shape_text(in, text, sizeof text), in.rank);
    n->out = (sft_shape){ .rank = kept + 1 };
    int64_t rest = sft__count(in);
    for (int i = 0; i < kept; i++) {
        n->out.dim[i] = in.dim[i];
        rest /= in.dim[i];
    }
    n->out.dim[kept] = rest;
    return SFT_OK;
}

static void forward(const sft_node *n, const sft_pass *p)
{
    if (p->out != p->in[0])
        memcpy(p->out, p->in[0], (size_t)(p->rows * sft__count(n->out)) * sizeof(real));
}

SFT_HOT static void add_to(int64_t n, const real *restrict x, real *restrict y)
{
    for (int64_t i = 0; i < n; i++)
        y[i] += x[i];
}

static void backward(const sft_node *n, const sft_pass *p)
{
    int64_t count = p->rows * sft__count(n->out);
    if (!p->din[0] || p->din[0] == p->dout)
        return;
    if (p->add[0])
        add_to(count, p->dout, p->din[0]);
    else
        memcpy(p->din[0], p->dout, (size_t)count * sizeof(real));
}

static const sft_case cases[] = {
    { "", { 3, { 2, 3, 2 } }, 2 },
    { "", { 2, { 3, 4 } }, 3 },
    { "start_dim=2", { 3, { 2, 3, 2 } }, 2 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_flatten = {
    .name = "flatten", .aliases = "Flatten", .doc = "a sample as one row of features", .math = "y = x",
    .conf_size = sizeof(conf), .fields = fields, .traits = SFT_IN_PLACE, .shape = shape, .forward = forward, .backward = backward, .cases = cases,
};
