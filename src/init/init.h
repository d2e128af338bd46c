/* SPDX-License-Identifier: MIT */
/* Initialisers as data: how a tensor gets its first values. */
#ifndef SFT_INIT_INIT_H
#define SFT_INIT_INIT_H

#include "base/fields.h"
#include "base/random.h"
#include "tensor/tensor.h"

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
    sft_stream *random;
} sft_init_call;

typedef struct sft_init {
    const char      *name, *aliases, *doc, *math;
    size_t           conf_size;
    const sft_field *fields;
    void           (*fill)(const void *conf, const sft_init_call *call);
    const char    *(*refuse)(const void *conf); /* why these options do not fit together; NULL, or returns NULL: they do */
} sft_init;

const sft_init *sft__init_find(const char *name);
const sft_init *sft__init_at(int i);

#endif
