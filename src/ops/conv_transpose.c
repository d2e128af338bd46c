/* SPDX-License-Identifier: MIT */
/* What conv_transpose2d and conv_transpose1d share. A transposed convolution is the adjoint of the convolution that leads from
 * its output to its input (Dumoulin and Visin 2016, chapter 4), so its three products are that one's with input and output
 * exchanged. Its weight is (in, out / groups, height, width), which are that one's OIHW. */
#include "ops/conf.h"

#include <inttypes.h>
#include <string.h>

#define CONF sft_conv_transpose_conf

const sft_field sft__conv_transpose_fields[] = {
    { .name = "out_channels", .kind = SFT_INT, .offset = offsetof(CONF, out_channels), .low = 1, .high = 1 << 24,
      .doc = "channels of the output", .aliases = "filters channels", .flags = SFT_MAIN | SFT_REQUIRED },
    { .name = "kernel_size", .kind = SFT_DIMS, .offset = offsetof(CONF, kernel_size), .low = 1, .high = 1 << 16,
      .doc = "size of a filter, 3 or 3x5", .text = "3", .aliases = "kernel" },
    { .name = "stride", .kind = SFT_DIMS, .offset = offsetof(CONF, stride), .low = 1, .high = 1 << 16,
      .doc = "the output's places from one input place to the next: it grows by this factor", .text = "1", .aliases = "strides" },
    { .name = "padding", .kind = SFT_DIMS, .offset = offsetof(CONF, padding), .low = 0, .high = 1 << 16,
      .doc = "places cut off on each side of the output", .text = "0", .aliases = "pad" },
    { .name = "output_padding", .kind = SFT_DIMS, .offset = offsetof(CONF, output_padding), .low = 0, .high = 1 << 16,
      .doc = "places added behind the output; less than stride or dilation", .text = "0" },
    { .name = "dilation", .kind = SFT_DIMS, .offset = offsetof(CONF, dilation), .low = 1, .high = 1 << 16,
      .doc = "step between the filter's elements", .text = "1", .aliases = "dilation_rate rate" },
    { .name = "groups", .kind = SFT_INT, .offset = offsetof(CONF, groups), .def = 1, .low = 1, .high = 1 << 24,
      .doc = "channels fall into so many independent groups" },
    { .name = "bias", .kind = SFT_FLAG, .offset = offsetof(CONF, bias), .def = 1, .doc = "add a bias", .aliases = "use_bias" },
    SFT_FIELD_END
};

/* Option d along axis i of H, W; the H of a sequence has size 1. */
static int64_t entry(const sft_node *n, const sft_dims *d, int i, int64_t alone)
{
    int axes = n->in[0]->out.rank - 1;
    return axes == 1 && i == 0 ? alone : sft__axis(d, axes, axes == 1 ? 0 : i);
}

/* The convolution from the output to the input. */
static sft_window window_of(const sft_node *n)
{
    const sft_conv_transpose_conf *k = n->conf;
    sft_shape                      x = n->in[0]->out;
    sft_window w = { .in_channels = k->out_channels, .out_channels = x.dim[0], .groups = k->groups };
    for (int i = 0; i < 2; i++) {
        w.out[i] = x.rank == 2 ? (i ? x.dim[1] : 1) : x.dim[1 + i];
        w.kernel[i] = entry(n, &k->kernel_size, i, 1);
        w.stride[i] = entry(n, &k->stride, i, 1);
        w.dilation[i] = entry(n, &k->dilation, i, 1);
        w.before[i] = w.after[i] = entry(n, &k->padding, i, 0);
        w.in[i] = (w.out[i] - 1) * w.stride[i] - 2 * w.before[i] + w.dilation[i] * (w.kernel[i] - 1) +
                  entry(n, &k->output_padding, i, 0) + 1;
    }
    return w;
}

static sft_status check_options(sft_ctx *c, const sft_node *n)
{
    const sft_conv_transpose_conf *k = n->conf;
    int                            axes = n->in[0]->out.rank - 1;
    int64_t                        in = n->in[0]->out.dim[0];
    if (sft__want_axes(c, n, &k->kernel_size, axes, "kernel_size") || sft__want_axes(c, n, &k->stride, axes, "stride") ||
        sft__want_axes(c, n, &k->padding, axes, "padding") || sft__want_axes(c, n, &k->dilation, axes, "dilation") ||
        sft__want_axes(c, n, &k->output_padding, axes, "output_padding"))
        return sft_code(c);
    if (in % k->groups || k->out_channels % k->groups)
        return sft__fail_at(c, n->pos, SFT_E125,
                            "%s: groups=%" PRId64 " does not divide its %" PRId64 " input and %" PRId64
                            " output channels — choose a number that divides both",
                            n->label, k->groups, in, k->out_channels);
    for (int i = 0; i < 2; i++) {
        int64_t more = entry(n, &k->output_padding, i, 0), s = entry(n, &k->stride, i, 1), d = entry(n, &k->dilation, i, 1);
        if (more >= s && more >= d)
            return sft__fail_at(c, n->pos, SFT_E123, "%s: output_padding=%" PRId64 " must be less than stride or dilation — use %" PRId64
                                " or less", n->label, more, (s > d ? s : d) - 1);
    }
    return SFT_OK;
}

sft_status sft__conv_transpose_shape(sft_ctx *c, sft_node *n)
{
    const sft_conv_transpose_conf *k = n->conf;
    bool                           image = strchr(n->op->name, '2') != NULL;
    sft_status s = image ? sft__want_rank(c, n, 3, 3, "an image {C,H,W}: put it before `flatten`, or use `conv_transpose1d`")
                         : sft__want_rank(c, n, 2, 2, "a sequence {C,L}: put it before `flatten`, or use `conv_transpose2d`");
    if (s || (s = check_options(c, n)))
        return s;
    sft_window w = window_of(n);
    int64_t    in = w.out_channels, out = w.in_channels / w.groups, taps = w.kernel[0] * w.kernel[1];
    if (w.in[0] < 1 || w.in[1] < 1)
        return sft__fail_at(c, n->pos, SFT_E124, "%s: padding=%" PRId64 " cuts off the whole output, its size would be %" PRId64
                            "x%" PRId64 " — use less padding or a larger kernel_size", n->label, w.before[1], w.in[0], w.in[1]);
    n->out = image ? sft__shape3(k->out_channels, w.in[0], w.in[1]) : sft__shape2(k->out_channels, w.in[1]);
    sft_shape weight = { .rank = image ? 4 : 3, .dim = { in, out, image ? w.kernel[0] : w.kernel[1], image ? w.kernel[1] : 0 } };
    n->flops = 2.0 * (double)taps * (double)in * (double)out * (double)w.out[0] * (double)w.out[1];
    /* fans as PyTorch counts them, from the second and the first axis of the weight */
    s = sft__want_param(c, n, (sft_param){ .name = "weight", .shape = weight, .fan_in = out * taps, .fan_out = in * taps,
                                           .decay = true });
    if (!s && k->bias)
        s = sft__want_param(c, n, (sft_param){ .name = "bias", .shape = sft__shape1(k->out_channels), .fan_in = out * taps,
                                               .fan_out = in * taps });
    return s;
}

void sft__conv_transpose_forward(const sft_node *n, const sft_pass *p)
{
    sft_window w = window_of(n);
    int64_t    plane = w.in[0] * w.in[1];
    sft__conv_start(p->rows, w.in_channels, plane, n->n_param > 1 ? p->param[1] : NULL, p->out);
    sft__conv_adjoint(&w, p->rows, p->in[0], p->param[0], p->out);
    sft__fused_forward(n, p->rows * w.in_channels * plane, p->out);
}

void sft__conv_transpose_backward(const sft_node *n, const sft_pass *p)
{
    sft_window w = window_of(n);
    sft__fused_backward(n, p->rows * sft__count(n->out), p->out, p->dout);
    real *dx = sft__din(p, 0, p->rows * sft__count(n->in[0]->out));
    if (dx)
        sft__conv_apply(&w, p->rows, p->dout, p->param[0], dx);
    if (p->dparam[0]) {
        memset(p->dparam[0], 0, (size_t)sft__count(n->param[0].shape) * sizeof(real));
        sft__conv_kernel(&w, p->rows, p->dout, p->in[0], p->dparam[0]);
    }
    if (n->n_param > 1 && p->dparam[1])
        sft__conv_bias(p->rows, w.in_channels, w.in[0] * w.in[1], p->dout, p->dparam[1]);
}
