/* SPDX-License-Identifier: MIT */
/* subsample: every s-th place, with zero channels added on both sides: the shortcut without parameters of residual nets (He,
 * Zhang, Ren and Sun 2016, option A). */
#include "ops/conf.h"

#include <inttypes.h>
#include <string.h>

typedef struct conf {
    int64_t out_channels, stride;
} conf;

static const sft_field fields[] = {
    { .name = "out_channels", .kind = SFT_INT, .offset = offsetof(conf, out_channels), .low = 1, .high = 1 << 24,
      .doc = "channels of the output, at least those of the input", .aliases = "filters channels",
      .flags = SFT_MAIN | SFT_REQUIRED },
    { .name = "stride", .kind = SFT_INT, .offset = offsetof(conf, stride), .def = 2, .low = 1, .high = 1 << 16,
      .doc = "every so many places one is kept", .aliases = "strides" },
    SFT_FIELD_END
};

static sft_status shape(sft_ctx *c, sft_node *n)
{
    const conf *k = n->conf;
    sft_shape   in = n->in[0]->out;
    sft_status  s = sft__want_rank(c, n, 2, 3, "a sequence {C,L} or an image {C,H,W}: put it before `flatten`");
    if (s)
        return s;
    if (k->out_channels < in.dim[0])
        return sft__fail_at(c, n->pos, SFT_E123, "%s: it adds channels to its %" PRId64 " and cannot take any away — write %" PRId64
                            " or more", n->label, in.dim[0], in.dim[0]);
    n->out = in;
    n->out.dim[0] = k->out_channels;
    for (int i = 1; i < in.rank; i++)
        n->out.dim[i] = (in.dim[i] - 1) / k->stride + 1;
    return SFT_OK;
}

/* Runs over the places that are kept; back: from y to x, adding. */
static void each(const sft_node *n, int64_t rows, bool back, real *x, real *y)
{
    const conf *k = n->conf;
    sft_shape   in = n->in[0]->out, out = n->out;
    int64_t     h = in.rank == 3 ? out.dim[1] : 1, w = out.dim[out.rank - 1], wide = in.dim[in.rank - 1];
    int64_t     first = (out.dim[0] - in.dim[0]) / 2, plane = sft__count(in) / in.dim[0];
    for (int64_t i = 0; i < rows * in.dim[0]; i++) {
        const int64_t r = i / in.dim[0], c = i % in.dim[0];
        real         *from = x + i * plane, *to = y + (r * out.dim[0] + first + c) * h * w;
        for (int64_t a = 0; a < h; a++)
            for (int64_t b = 0; b < w; b++)
                if (back)
                    from[a * k->stride * wide + b * k->stride] += to[a * w + b];
                else
                    to[a * w + b] = from[a * k->stride * wide + b * k->stride];
    }
}

static void forward(const sft_node *n, const sft_pass *p)
{
    memset(p->out, 0, (size_t)(p->rows * sft__count(n->out)) * sizeof(real));
    each(n, p->rows, false, (real *)(uintptr_t)p->in[0], p->out);
}

static void backward(const sft_node *n, const sft_pass *p)
{
    real *dx = sft__din(p, 0, p->rows * sft__count(n->in[0]->out));
    if (dx)
        each(n, p->rows, true, dx, p->dout);
}

static const sft_case cases[] = {
    { "5", { 3, { 2, 5, 4 } }, 2 },
    { "2 stride=3", { 2, { 2, 8 } }, 3 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_subsample = {
    .name = "subsample", .doc = "every s-th place, zero channels added on both sides",
    .math = "y[c + (out - in) / 2, h, w] = x[c, h s, w s], else 0 (He et al. 2016, option A)",
    .conf_size = sizeof(conf), .fields = fields, .shape = shape, .forward = forward, .backward = backward, .cases = cases,
};
