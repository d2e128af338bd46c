/* SPDX-License-Identifier: MIT */
/* The transforms that optimisers are chained of, and their options. */
#ifndef SFT_OPTIM_TRANSFORMS_TRANSFORMS_H
#define SFT_OPTIM_TRANSFORMS_TRANSFORMS_H

#include "base/hot.h"
#include "optim/optim.h"

#include <float.h>
#include <math.h>

/* In the width of the weights. */
#ifdef SFT_REAL_DOUBLE
#define SFT_ROOT sqrt
#define SFT_ABS  fabs
#else
#define SFT_ROOT sqrtf
#define SFT_ABS  fabsf
#endif
/* -1, 0 or 1; NaN where x is not finite, so that a bad gradient shows. */
#define SFT_SIGN(x) ((real)((x) > 0) - (real)((x) < 0) + 0 * (x))

typedef struct sft_decay { /* of sft_transform_l2 and sft_transform_decay */
    double weight_decay;
} sft_decay;

typedef struct sft_momentum {
    double momentum, dampening;
    bool   nesterov;
} sft_momentum;

typedef struct sft_adam {
    double beta1, beta2, eps;
} sft_adam;

typedef struct sft_nadam {
    double beta1, beta2, eps, momentum_decay;
} sft_nadam;

typedef struct sft_lion {
    double beta1, beta2;
} sft_lion;

typedef struct sft_rms { /* of sft_transform_rms and sft_transform_rms_centered */
    double alpha, eps;
} sft_rms;

typedef struct sft_adagrad {
    double lr_decay, start, eps;
} sft_adagrad;

typedef struct sft_adadelta {
    double rho, eps;
} sft_adadelta;

typedef struct sft_rprop {
    double down, up, least, most; /* factors of a weight's step; its bounds */
} sft_rprop;

typedef struct sft_trust {
    double coefficient, weight_decay, eps; /* the last two of sft_transform_lars only */
    bool   clip, always;        /* never above 1; biases and norms too */
} sft_trust;

typedef struct sft_running_mean {
    double momentum;
    bool   nesterov;
} sft_running_mean;

enum { SFT_MUON_ORIGINAL, SFT_MUON_MATCH_RMS_ADAMW };

typedef struct sft_orthogonal {
    double  a, b, c, eps;       /* of the polynomial; least norm that is divided by */
    int64_t steps;
    int     scale;              /* SFT_MUON_... */
} sft_orthogonal;

typedef struct sft_factor {
    double factor;
} sft_factor;

typedef struct sft_l1 {
    double l1;
} sft_l1;

typedef struct sft_noise {
    double   eta, gamma;
    uint64_t seed;
} sft_noise;

typedef struct sft_max_norm {
    double most;
} sft_max_norm;

extern const sft_transform sft_transform_trust, sft_transform_lars, sft_transform_average,
    sft_transform_orthogonal, sft_transform_factor, sft_transform_l1, sft_transform_noise,
    sft_transform_max_norm;

extern const sft_transform sft_transform_l2, sft_transform_decay, sft_transform_momentum,
    sft_transform_adam, sft_transform_amsgrad, sft_transform_nadam, sft_transform_radam,
    sft_transform_adamax, sft_transform_lion, sft_transform_rms, sft_transform_rms_centered,
    sft_transform_adagrad, sft_transform_adadelta, sft_transform_rprop;

#endif
