/* SPDX-License-Identifier: MIT */
/* The bound options of the ops that have more than one kernel, and what follows from them. */
#ifndef SFT_OPS_CONF_H
#define SFT_OPS_CONF_H

#include "base/hot.h"
#include "ops/op.h"

typedef struct sft_linear_conf {
    int64_t out_features;       /* -1: the number of outputs of the net; the graph puts it in before shape() */
    bool    bias, standardize;  /* standardize: see standardize.c */
} sft_linear_conf;

typedef struct sft_conv_conf {  /* conv2d and conv1d */
    int64_t  out_channels;
    sft_dims kernel_size, stride, padding, dilation; /* padding n = 0: `same` */
    int64_t  groups;
    bool     bias, standardize;
} sft_conv_conf;

typedef struct sft_conv_transpose_conf { /* conv_transpose2d and conv_transpose1d */
    int64_t  out_channels;
    sft_dims kernel_size, stride, padding, output_padding, dilation;
    int64_t  groups;
    bool     bias;
} sft_conv_transpose_conf;

typedef struct sft_pool_conf {  /* maxpool and avgpool */
    sft_dims kernel_size, stride, padding; /* stride n = 0: the kernel's size */
    bool     count_include_pad; /* avgpool only */
} sft_pool_conf;

typedef struct sft_batchnorm_conf {
    double  momentum, eps;      /* momentum NaN: none */
    bool    affine, track;
    int64_t ghost;
} sft_batchnorm_conf;

/* A window sliding over {C,H,W}; {C,L} is {C,1,L}. Index 0 is H, 1 is W. */
typedef struct sft_window {
    int64_t in[2], out[2], kernel[2], stride[2], dilation[2];
    int64_t before[2], after[2]; /* padding on the two sides */
    int64_t in_channels, out_channels, groups;
} sft_window;

/* Of a shaped node whose op is conv2d, conv1d, maxpool or avgpool. */
sft_window sft__conv_window(const sft_node *n);
sft_window sft__pool_window(const sft_node *n);

/* ---- what shape() functions share ---------------------------------------------------------- */

/* E123 unless the input's rank is low..high; `wants` is the end of the sentence: "{C,H,W} — put …". */
sft_status sft__want_rank(sft_ctx *c, const sft_node *n, int low, int high, const char *wants);
/* Parameter i: names, shape, fans. Fails with E127 when it cannot be counted. */
sft_status sft__want_param(sft_ctx *c, sft_node *n, sft_param p);
/* The window's output size; E123, E124 or E127 when there is none. Fills w->out. */
sft_status sft__want_window(sft_ctx *c, const sft_node *n, sft_window *w);
/* E123 unless the option gives one number, or one for each axis. */
sft_status sft__want_axes(sft_ctx *c, const sft_node *n, const sft_dims *d, int axes, const char *name);
/* Entry i of a size along the axes; one number stands for all. */
int64_t    sft__axis(const sft_dims *d, int axes, int i);
/* What both convolutions share, and both poolings. */
sft_status sft__conv_shape(sft_ctx *c, sft_node *n);
void       sft__conv_forward(const sft_node *n, const sft_pass *p);
void       sft__conv_backward(const sft_node *n, const sft_pass *p);
sft_status sft__pool_shape(sft_ctx *c, sft_node *n);

/* The three products of a convolution, kernel OIHW: y += k * x; dx += its adjoint of dy; dk += dy x. */
void sft__conv_apply(const sft_window *w, int64_t rows, const real *x, const real *k, real *y);
void sft__conv_adjoint(const sft_window *w, int64_t rows, const real *dy, const real *k, real *dx);
void sft__conv_kernel(const sft_window *w, int64_t rows, const real *x, const real *dy, real *dk);
/* Planes of one number a channel, 0 without biases; and the biases' gradient. */
void sft__conv_start(int64_t rows, int64_t channels, int64_t plane, const real *b, real *y);
void sft__conv_bias(int64_t rows, int64_t channels, int64_t plane, const real *dy, real *db);

extern const sft_field sft__conv_transpose_fields[];
sft_status sft__conv_transpose_shape(sft_ctx *c, sft_node *n);
void       sft__conv_transpose_forward(const sft_node *n, const sft_pass *p);
void       sft__conv_transpose_backward(const sft_node *n, const sft_pass *p);

/* Weight standardisation. Both kernels work on these in the place of param[0] and dparam[0]; without `on` they are those. */
void        sft__standard_room(sft_node *n, bool on);
const real *sft__standard_weights(const sft_node *n, const sft_pass *p, bool on);
real       *sft__standard_gradient(const sft_node *n, const sft_pass *p, bool on);
/* From the gradient above to dparam[0]. */
void        sft__standard_back(const sft_node *n, const sft_pass *p, bool on);

typedef struct sft_patch {      /* the part of the input under one window: rows low[0]..high[0]-1, columns low[1]..high[1]-1 */
    int64_t low[2], high[2];
    int64_t first[2];           /* where the window begins, perhaps in the padding */
} sft_patch;

/* Of output (h,v). */
SFT_INLINE sft_patch sft__pool_patch(const sft_window *w, int64_t h, int64_t v)
{
    sft_patch     p;
    const int64_t at[2] = { h * w->stride[0] - w->before[0], v * w->stride[1] - w->before[1] };
    for (int i = 0; i < 2; i++) {
        p.first[i] = at[i];
        p.low[i] = at[i] < 0 ? 0 : at[i];
        p.high[i] = at[i] + w->kernel[i] < w->in[i] ? at[i] + w->kernel[i] : w->in[i];
    }
    return p;
}

/* mask[i] = 1 where number i of sample `row` is kept: word i mod 4 of Philox(step, row, i / 4) is at least limit. Room for n rounded up
 * to 4. */
void       sft__draw_mask(sft_key key, uint64_t step, uint32_t row, uint32_t limit, int64_t n, uint8_t *mask);

/* Kaiming's gain of an activation by quadrature: 1 / sqrt(E f(z)^2), z standard normal. */
double     sft__act_gain(const sft_op *op, const void *conf);

#endif
