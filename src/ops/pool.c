/* SPDX-License-Identifier: MIT */
/* What maxpool and avgpool share: the geometry of their windows; a sequence {C,L} is an image {C,1,L}. */
#include "ops/conf.h"

#include <inttypes.h>

static int64_t entry(const sft_node *n, const sft_dims *d, int i, int64_t alone)
{
    int axes = n->in[0]->out.rank - 1;
    return axes == 1 && i == 0 ? alone : sft__axis(d, axes, axes == 1 ? 0 : i);
}

static sft_window window_in(const sft_node *n)
{
    const sft_pool_conf *k = n->conf;
    sft_shape            in = n->in[0]->out;
    sft_window           w = { .in_channels = in.dim[0], .out_channels = in.dim[0], .groups = in.dim[0] };
    for (int i = 0; i < 2; i++) {
        w.in[i] = in.rank == 2 ? (i ? in.dim[1] : 1) : in.dim[1 + i];
        w.kernel[i] = entry(n, &k->kernel_size, i, 1);
        w.stride[i] = entry(n, k->stride.n ? &k->stride : &k->kernel_size, i, 1);
        w.dilation[i] = 1;
        w.before[i] = w.after[i] = entry(n, &k->padding, i, 0);
    }
    return w;
}

sft_window sft__pool_window(const sft_node *n)
{
    sft_window w = window_in(n);
    w.out[0] = n->out.rank == 2 ? 1 : n->out.dim[1];
    w.out[1] = n->out.dim[n->out.rank - 1];
    return w;
}

sft_status sft__pool_shape(sft_ctx *c, sft_node *n)
{
    const sft_pool_conf *k = n->conf;
    sft_status s = sft__want_rank(c, n, 2, 3, "an image {C,H,W} or a sequence {C,L}: put it before `flatten`");
    if (s)
        return s;
    int axes = n->in[0]->out.rank - 1;
    if (sft__want_axes(c, n, &k->kernel_size, axes, "kernel_size") || sft__want_axes(c, n, &k->stride, axes, "stride") ||
        sft__want_axes(c, n, &k->padding, axes, "padding"))
        return sft_code(c);
    sft_window w = window_in(n);
    for (int i = 0; i < 2; i++)
        if (2 * w.before[i] > w.kernel[i])
            return sft__fail_at(c, n->pos, SFT_E123,
                                "%s: padding %" PRId64 " is more than half of the kernel's %" PRId64
                                ", so a window may hold nothing but padding — use padding<=%" PRId64,
                                n->label, w.before[i], w.kernel[i], w.kernel[i] / 2);
    if ((s = sft__want_window(c, n, &w)))
        return s;
    n->out = axes == 2 ? sft__shape3(w.in_channels, w.out[0], w.out[1]) : sft__shape2(w.in_channels, w.out[1]);
    n->flops = (double)sft__count(n->out) * (double)(w.kernel[0] * w.kernel[1]);
    return SFT_OK;
}
