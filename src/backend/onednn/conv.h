/* SPDX-License-Identifier: MIT */
/* What a convolution node keeps of oneDNN: primitives for every number of rows, and the memories they run with. */
#ifndef SFT_BACKEND_ONEDNN_CONV_H
#define SFT_BACKEND_ONEDNN_CONV_H

#include "backend/backend.h"
#include "backend/onednn/engine.h"
#include "ops/conf.h"

#include <stdatomic.h>

enum sft_dnnl_way { SFT_DNNL_FORWARD, SFT_DNNL_DATA, SFT_DNNL_WEIGHTS, SFT_DNNL_WAYS };

/* Memories of one running call: its pointers change with every call, so two calls at a time need two of them. */
typedef struct sft_dnnl_hand {
    dnnl_memory_t src, dst, bias;
    dnnl_memory_t weights[SFT_DNNL_WAYS]; /* in the layout that this way wants */
    dnnl_memory_t scratch[SFT_DNNL_WAYS];
} sft_dnnl_hand;

typedef struct sft_dnnl_step {
    dnnl_primitive_desc_t pd;
    dnnl_primitive_t      run; /* NULL: this way is not needed */
    dnnl_primitive_t
        reorder; /* stored weights to the ones wanted (backward weights: back); NULL: they are the same */
    int64_t scratch, weights; /* numbers */
} sft_dnnl_step;

typedef struct sft_dnnl_variant { /* one number of rows */
    int64_t        rows;
    sft_dnnl_step  step[SFT_DNNL_WAYS];
    sft_dnnl_hand *hand; /* one for each thread */
} sft_dnnl_variant;

typedef struct sft_dnnl_plan {
    dnnl_engine_t     engine;
    int               hands, variants;
    atomic_bool      *busy;   /* a thread holds this hand */
    dnnl_stream_t    *stream; /* one for each hand */
    dnnl_memory_t    *stored; /* weights as kept, one for each hand */
    dnnl_memory_t     plain;  /* weights in PyTorch's order */
    dnnl_primitive_t  pack, unpack;
    sft_dnnl_variant *variant;
} sft_dnnl_plan;

/* The convolution of a node for so many rows, its activations in these layouts, its weights in the library's choice. */
sft_dnnl_conv sft__dnnl_conv_of(const sft_node *n, int64_t rows, sft_layout in, sft_layout out);
/* The descriptor of one way; left NULL, with success, where the way is not needed. */
dnnl_status_t sft__dnnl_way(dnnl_engine_t e, const sft_node *n, const sft_dnnl_conv *k, int way,
                            const_dnnl_primitive_desc_t hint, dnnl_primitive_desc_t *pd);
sft_status    sft__dnnl_prepare(sft_ctx *c, sft_node *n, const int64_t *rows, int n_rows);
void          sft__dnnl_release(sft_ctx *c, sft_node *n);

#endif
