/* SPDX-License-Identifier: MIT */
/* Normalisation within a sample: what layernorm and rmsnorm share, and groupnorm and instancenorm. */
#ifndef SFT_OPS_NORMS_H
#define SFT_OPS_NORMS_H

#include "ops/conf.h"

typedef struct sft_rownorm_conf { /* layernorm and rmsnorm */
    sft_dims normalized_shape;  /* n = 0: the whole sample */
    double   eps;
    bool     affine, bias;
} sft_rownorm_conf;

typedef struct sft_groupnorm_conf { /* groupnorm and instancenorm */
    int64_t num_groups;         /* 0: one for each channel */
    double  eps, momentum;
    bool    affine, track;
} sft_groupnorm_conf;

sft_status sft__rownorm_shape(sft_ctx *c, sft_node *n);
void       sft__rownorm_forward(const sft_node *n, const sft_pass *p);
void       sft__rownorm_backward(const sft_node *n, const sft_pass *p);

/* Gives a node with checked options its parameters and memory. */
sft_status sft__groupnorm_place(sft_ctx *c, sft_node *n, int64_t groups);
void       sft__groupnorm_forward(const sft_node *n, const sft_pass *p);
void       sft__groupnorm_backward(const sft_node *n, const sft_pass *p);
/* Mean and sum of squares about it, of each channel of one sample. near: work of as many numbers. */
void       sft__channel_moments(const sft_node *n, const real *x, real *near, double *mean, double *m2);

#endif
