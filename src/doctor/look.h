/* SPDX-License-Identifier: MIT */
/* What one batch shows of a network: every layer's values, slopes, gradients and weights. Scale-free where there is a scale to leave
 * out; values that are not finite are counted and left out of the rest. */
#ifndef SFT_DOCTOR_LOOK_H
#define SFT_DOCTOR_LOOK_H

#include "graph/graph.h"

typedef struct sft_layer_look {
    const sft_node *node;
    int64_t units;              /* channels, or features */
    int64_t bad, bad_grad;      /* of its outputs and their gradients: not finite */

    /* its output, over samples, units and places */
    double  mean, rms;
    double  between;            /* variance between samples / second moment, 0 to 1: 0, all samples look alike */
    double  cosine;             /* mean cosine of the outputs of two samples */
    double  sleepy;             /* share of units with E|y| at most 0.025 of the layer's mean (Sokar et al. 2023) */

    /* of an activation; NaN for other layers */
    double  dead;               /* share of units whose slope is 0 at every sample and place */
    double  linear;             /* share of units whose slope is never below a thousandth of the largest 1: they do not bend */
    double  fires;              /* mean share of values with slope above a tenth of the largest */
    double  slope;              /* mean slope / largest slope of the activation */

    /* the gradient of the mean loss with respect to the output, times the samples: of a sample's own loss */
    double  grad;               /* rms; NaN: nobody wants it */

    /* its `weight`; NaN without one */
    double  weight, weight_grad; /* rms of the weight, of its gradient */
    double  update;             /* rms of what the last step changed / rms of the weight; NaN before the first step */
    int64_t rows, twins;        /* output rows of the weight; rows that equal an earlier one to the bit */
    double  row_spread;         /* |G - mean row of G| / |G|, G the weight's gradient: 0, all rows learn the same */
} sft_layer_look;

typedef struct sft_look {
    int64_t         step;       /* updates done when it was taken */
    int             n;
    sft_layer_look *layer;      /* by node, the input (0) included, reorders left out */
    int64_t         samples;
    double          loss, accuracy; /* of the batch in training mode; accuracy NaN for regression */
    double          grad_norm;
} sft_look;

/* Owns a twin of the network that is looked at: same model, nothing fused, the weights copied in at each look. */
typedef struct sft_looker sft_looker;

/* `k` as for the network itself; batch: samples at a look. */
sft_looker *sft__looker_open(sft_ctx *c, sft_net_config k, int64_t batch);
/* Looks at `n` on one batch (at most `batch` rows). `before`: its weight slab as it was before the last update, or NULL. */
sft_status  sft__look(sft_looker *l, const sft_net *n, const real *before, const sft_batch *b, int64_t step, sft_arena *a, sft_look *look);
sft_net    *sft__looker_net(sft_looker *l);
void        sft__looker_close(sft_looker *l);

#endif
