/* SPDX-License-Identifier: MIT */
/* What the shape() functions of several ops share: checks that name the layer and say what to try. */
#include "ops/conf.h"

#include <inttypes.h>
#include <string.h>

enum { TEXT = 96 };

sft_status sft__want_rank(sft_ctx *c, const sft_node *n, int low, int high, const char *wants)
{
    char      text[TEXT];
    sft_shape in = n->in[0]->out;
    if (in.rank >= low && in.rank <= high)
        return SFT_OK;
    return sft__fail_at(c, n->pos, SFT_E123, "%s: input is %s, of rank %d; it takes %s", n->label,
                        sft__shape_text(in, text, sizeof text), in.rank, wants);
}

sft_status sft__want_param(sft_ctx *c, sft_node *n, sft_param p)
{
    int64_t count = sft__count(p.shape), bytes;
    if (count < 0 || !sft__mul(count, (int64_t)sizeof(double) * 4, &bytes) || bytes > (INT64_C(1) << 46)) {
        char text[TEXT];
        return sft__fail_at(c, n->pos, SFT_E127,
                            "%s: %s of %s is more than 2^46 bytes with its gradient and averages — make the layer smaller",
                            n->label, p.name, sft__shape_text(p.shape, text, sizeof text));
    }
    n->param[n->n_param++] = p;
    return SFT_OK;
}

int64_t sft__axis(const sft_dims *d, int axes, int i)
{
    return d->n == axes ? d->v[i] : d->v[0];
}

static sft_status too_large(sft_ctx *c, const sft_node *n, const sft_window *w, const int64_t size[2])
{
    char    in[TEXT], kernel[TEXT], out[TEXT];
    bool    line = n->in[0]->out.rank == 2;
    int64_t lack = 0, room = INT64_MAX;
    for (int i = line; i < 2; i++) {
        int64_t extent = (w->kernel[i] - 1) * w->dilation[i] + 1, padded = w->in[i] + w->before[i] + w->after[i];
        int64_t largest = (padded - 1) / w->dilation[i] + 1;
        lack = extent - padded > lack ? extent - padded : lack;
        room = largest < room ? largest : room;
    }
#define SIZES(v) (line ? sft__shape1((v)[1]) : sft__shape2((v)[0], (v)[1]))
    return sft__fail_at(c, n->pos, SFT_E124,
                        "%s: input %s, kernel %s, padding %" PRId64 " leaves nothing: the output's size would be %s — use padding=%" PRId64
                        " or kernel_size<=%" PRId64,
                        n->label, sft__shape_text(SIZES(w->in), in, sizeof in),
                        sft__shape_text(SIZES(w->kernel), kernel, sizeof kernel), w->before[1],
                        sft__shape_text(SIZES(size), out, sizeof out), w->before[1] + (lack + 1) / 2, room < 1 ? 1 : room);
#undef SIZES
}

sft_status sft__want_window(sft_ctx *c, const sft_node *n, sft_window *w)
{
    int64_t size[2];
    bool    fits = true;
    for (int i = 0; i < 2; i++) {
        int64_t span = w->in[i] + w->before[i] + w->after[i] - ((w->kernel[i] - 1) * w->dilation[i] + 1);
        int64_t steps = span < 0 ? -((-span + w->stride[i] - 1) / w->stride[i]) : span / w->stride[i]; /* floor */
        w->out[i] = size[i] = steps + 1;
        fits = fits && span >= 0;
    }
    return fits ? SFT_OK : too_large(c, n, w, size);
}

sft_status sft__want_axes(sft_ctx *c, const sft_node *n, const sft_dims *d, int axes, const char *name)
{
    if (d->n <= 1 || d->n == axes)
        return SFT_OK;
    return sft__fail_at(c, n->pos, SFT_E123, "%s: %s has %d numbers and the input %d %s — write one number, or %s", n->label,
                        name, d->n, axes, axes == 1 ? "axis" : "axes", axes == 1 ? "conv2d" : "one an axis");
}
