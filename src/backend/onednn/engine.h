/* SPDX-License-Identifier: MIT */
/* oneDNN as the other files here see it: what differs between its 2.x and 3.x C interfaces stays in engine.c. */
#ifndef SFT_BACKEND_ONEDNN_ENGINE_H
#define SFT_BACKEND_ONEDNN_ENGINE_H

#include "tensor/tensor.h"

#include <oneapi/dnnl/dnnl.h>

/* A memory descriptor that something else owns: a struct in 2.x, a handle in 3.x. */
#if DNNL_VERSION_MAJOR < 3
typedef const dnnl_memory_desc_t *sft_dnnl_desc;
#else
typedef const_dnnl_memory_desc_t sft_dnnl_desc;
#endif

/* True when every call can be held to one thread, which the same bits on any number of threads need. */
bool sft__dnnl_usable(void);
void sft__dnnl_version(char *buf, size_t size);
/* Layout of activations that the processor's vectors want. */
sft_layout sft__dnnl_block(void);

/* Around every creation and execution: oneDNN decides in both how many threads there are. Returns what to give back. */
int  sft__dnnl_alone(void);
void sft__dnnl_restore(int threads);

typedef struct
    sft_dnnl_dims { /* sizes, and how they lie; dnnl_format_tag_any: the library's choice */
    int               rank;
    dnnl_dims_t       dim;
    dnnl_format_tag_t tag;
} sft_dnnl_dims;

typedef struct sft_dnnl_conv {
    sft_dnnl_dims src, weights, bias, dst;         /* bias.rank 0: none */
    dnnl_dims_t   stride, dilation, before, after; /* dilation counts from 0 */
    bool          relu;                            /* fused, forward */
} sft_dnnl_conv;

/* The convolution's forward, backward-data or backward-weights primitive on one thread, its scratchpad given by the caller.
 * hint: the forward one's descriptor, for the other two. */
dnnl_status_t sft__dnnl_conv(dnnl_engine_t e, const sft_dnnl_conv *k, dnnl_prop_kind_t kind,
                             const_dnnl_primitive_desc_t hint, dnnl_primitive_desc_t *pd);
/* A descriptor inside another one's; NULL when there is none. */
sft_dnnl_desc sft__dnnl_of(const_dnnl_primitive_desc_t pd, dnnl_query_t what);
/* True when nothing but a plain reference serves there. */
bool sft__dnnl_slow(const_dnnl_primitive_desc_t pd);
/* Memory without data; the pointer comes before each execution. */
dnnl_status_t sft__dnnl_memory(dnnl_engine_t e, sft_dnnl_desc d, dnnl_memory_t *m);
dnnl_status_t sft__dnnl_memory_of(dnnl_engine_t e, const sft_dnnl_dims *d, dnnl_memory_t *m);
/* Copies between the layouts of two memories; NULL in *p when they are the same. */
dnnl_status_t sft__dnnl_reorder(dnnl_engine_t e, dnnl_memory_t from, dnnl_memory_t to,
                                dnnl_primitive_t *p);
/* Numbers that memory of this descriptor takes. */
int64_t       sft__dnnl_count(sft_dnnl_desc d);
sft_dnnl_desc sft__dnnl_desc_of(dnnl_memory_t m);

#endif
