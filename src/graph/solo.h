/* SPDX-License-Identifier: MIT */
/* One op run alone on hand-made shards, with the joins of a network: for the gradient check and the tests of ops. */
#ifndef SFT_GRAPH_SOLO_H
#define SFT_GRAPH_SOLO_H

#include "ops/op.h"

typedef struct sft_solo_config {
    const sft_op *op;
    const char   *options;      /* "out_features=3 bias=false" */
    sft_shape     in;           /* of one sample, the same for every input */
    sft_layout    layout;       /* of inputs and output */
    int64_t       rows;
    int           shards;       /* at most this many; each has the same rows but for the last */
    const sft_op *act;          /* fused behind the op with its default options, or NULL */
} sft_solo_config;

typedef struct sft_solo {       /* whole batches; the caller writes and reads them */
    real *in[SFT_MAX_IN], *out, *dout, *param[SFT_MAX_PARAM], *state[SFT_MAX_STATE];
    real *din[SFT_MAX_IN];      /* as the op left it */
    real *dparam[SFT_MAX_PARAM]; /* summed over the shards */
    bool  want_in[SFT_MAX_IN], add[SFT_MAX_IN], want_param[SFT_MAX_PARAM]; /* all wanted, nothing added at first */
    bool  in_place;             /* out stands in in[0]'s memory, din[0] in dout's */
    uint64_t seed, step;
    int64_t  in_count, out_count; /* of the whole batch */

    sft_node  node;             /* node.param[i].count and so on are filled */
    sft_arena arena;            /* from here on private */
    sft_node  input;
    sft_solo_config config;
    int       active;           /* shards that have samples */
    int64_t   shard_rows, saved_bytes;
    char     *saved;
    void     *work;
    real     *held;             /* dout, which backward overwrites */
    real     *share[SFT_MAX_PARAM]; /* one shard's part of dparam */
    double   *part;
} sft_solo;

/* Memory for a batch, parameters at 0, state at its start. */
sft_status sft__solo_open(sft_solo *s, sft_ctx *c, const sft_solo_config *k);
void       sft__solo_forward(sft_solo *s, bool train);
void       sft__solo_commit(sft_solo *s);               /* after a forward in training */
/* After a forward in training. What is to be written starts as NaN; din with add as the caller left it. */
void       sft__solo_backward(sft_solo *s);
void       sft__solo_close(sft_solo *s);

#endif
