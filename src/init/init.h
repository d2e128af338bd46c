/* SPDX-License-Identifier: MIT */
/* Initialisers as data: how a tensor gets its first values. */
#ifndef SFT_INIT_INIT_H
#define SFT_INIT_INIT_H

#include "base/fields.h"
#include "base/random.h"
#include "tensor/tensor.h"

typedef struct sft_branch {     /* where a layer stands among the residual branches of its network */
    int  branches;              /* of the network */
    int  layers;                /* with weights, in the branch this one stands in */
    bool inside, last;          /* in a branch; its last with weights */
    bool output;                /* the last with weights of the network */
} sft_branch;

typedef struct sft_init_call {
    real       *values;         /* count numbers in PyTorch's order, to be written */
    real       *work;           /* room for count numbers */
    int64_t     count;
    sft_shape   shape;
    int64_t     fan_in, fan_out;
    int64_t     groups;         /* of a convolution; else 0 or 1 */
    double      gain;           /* of the activation that follows */
    bool        saturating;     /* what follows is Xavier's kind (tanh, sigmoid) */
    bool        self_normalizing; /* what follows wants LeCun's rule (selu) */
    bool        bias;           /* a bias: fan_in is its weight's */
    sft_branch  branch;
    sft_stream *random;
} sft_init_call;

typedef struct sft_init {
    const char      *name, *aliases, *doc, *math;
    size_t           conf_size;
    const sft_field *fields;
    void           (*fill)(const void *conf, const sft_init_call *call);
    const char    *(*refuse)(const void *conf); /* why these options do not fit together; NULL, or returns NULL: they do */
    bool             by_data;   /* a batch of samples decides the scale: its options are an sft_lsuv */
} sft_init;

typedef struct sft_lsuv {
    double  std, tolerance;
    int64_t rounds;
} sft_lsuv;

/* Rows that the recipe's `init` has besides its record's own. */
typedef struct sft_init_extra {
    bool zero_gamma;
} sft_init_extra;

extern const sft_field sft__init_extra_fields[];

const sft_init *sft__init_find(const char *name);
const sft_init *sft__init_at(int i);

#endif
