/* SPDX-License-Identifier: MIT */
/* What the files of the graph room share: the stages of making a network, and the state of its runs. */
#ifndef SFT_GRAPH_PRIVATE_H
#define SFT_GRAPH_PRIVATE_H

#include "graph/graph.h"
#include "init/init.h"

/* Ops that users do not write: the place where samples come in, and a change of layout. */
extern const sft_op sft__op_input, sft__op_reorder;

typedef struct sft_reorder_conf {
    sft_layout to;
} sft_reorder_conf;

/* ---- memory plan: intervals in time to offsets in one slab (src/graph/plan.c) --------------- */

typedef struct sft_interval {
    int64_t size;               /* bytes; multiples of SFT_ALIGN pack best */
    int     start, end;         /* alive at start..end, both included */
    int64_t offset;             /* found by the planner */
} sft_interval;

/* Greedy by size: largest first, each at the lowest offset free during its whole life. Returns the slab's size. */
int64_t sft__plan(sft_arena *a, sft_interval *list, int n);

/* ---- runs ---------------------------------------------------------------------------------- */

typedef struct sft_place {      /* byte offsets of a node's buffers in a shard's slab; -1: none */
    int64_t out, grad, saved;
    bool    wants_grad;         /* its output's gradient is of use */
    bool    heavy;              /* its weights outweigh a shard's activations: all shards of a thread go through it at once */
    bool    write[SFT_MAX_IN];  /* this node writes in[i]'s gradient first in backward order; otherwise it adds */
} sft_place;

enum {
    SFT_REDUCE_BLOCK = 1024,    /* elements summed over shards at a time */
    SFT_MAX_SHARDS = 64,
    SFT_JOIN_DEPTH = 8          /* levels of the tree over SFT_MAX_SHARDS, and one */
};

struct sft_run {
    int64_t    rows;            /* samples of a full shard */
    int64_t    shard_bytes, work_bytes;
    int        threads;         /* that share the work, at most the number of shards */
    sft_place *place;           /* per node */
    sft_slab   act;             /* shards x shard_bytes */
    sft_slab   part;            /* (shards - 1) x n_params: partial gradients; the first shard's lie in the net's own slab */
    sft_slab   work;            /* threads x work_bytes */
    sft_pass  *pass;            /* nodes x shards */
    double   **joined;          /* per node: the merged forward doubles, for commit */
    double   **part_of, **part_back_of; /* per node: shards x join, what gather fills */
    double    *merged;          /* threads x SFT_JOIN_DEPTH x max_join: each thread merges for itself */
    int64_t    max_join;
    double    *sumsq;           /* per reduce block */
    int64_t    blocks;
    double    *loss_sum, *right;/* per shard */
    int64_t   *known;           /* shard sizes that kernels are prepared for */
    int        n_known, room_known;
    double     flops;           /* of one sample, forward: decides whether threads pay */
    /* the step in hand */
    const sft_batch *batch;
    bool       train, targets;
    uint64_t   step;
    double     average;         /* of the passes */
    int        active;          /* shards with samples */
    int64_t    active_rows;
    double     weight;          /* of the whole batch in the loss: samples, or the sum of their weights */
};

/* ---- the tree over shards (src/graph/tree.c) ------------------------------------------------ */

typedef struct sft_merge {
    int into, from;             /* shards whose gradients are added */
} sft_merge;

/* End of the largest subtree that begins with shard lo and lies within lo..hi. */
int   sft__subtree(int active, int lo, int hi);
/* The sums that no thread can make alone, in order; room for SFT_MAX_SHARDS. Returns their number. */
int   sft__open_merges(int active, int threads, sft_merge *list);
/* Block b of the gradient: makes these sums, and the sum of squares of the result. */
void  sft__reduce_block(sft_net *n, int64_t b, const sft_merge *merge, int merges);
real *sft__shard_gradient(const sft_net *n, int shard);

sft_status sft__choose_loss(sft_net *n, const sft_net_config *k);
double     sft__batch_weight(const sft_net *n);                    /* of the batch in hand */
void       sft__run_loss(sft_net *n, int shard, int thread);
const real *sft__shard_targets(const sft_net *n, int shard, int64_t rows, const real *target); /* in the network's units */
double     sft__tree_sum(double *x, int n);                        /* x is used up */
sft_status sft__build_nodes(sft_net *n, const sft_net_config *k);  /* layers to nodes, shapes */
sft_status sft__fuse(sft_net *n);
sft_status sft__choose_kernels(sft_net *n, int64_t rows);          /* kernels, layouts, reorders */
sft_status sft__number_tensors(sft_net *n);                        /* offsets in the slabs, the table of tensors */
sft_status sft__check_room(sft_net *n, int64_t limit);             /* E128 early, from shapes alone */
sft_status sft__plan_memory(sft_net *n, int64_t limit);
sft_status sft__start_weights(sft_net *n, const sft_net_config *k);           /* src/graph/start.c */
sft_status sft__prepare_rows(sft_net *n, int64_t rows);
void       sft__run_close(sft_net *n);

/* The activation that node i's output meets first, looking through norms, dropout and pooling; NULL: none. */
const sft_op *sft__following_activation(const sft_net *n, const sft_node *from, const void **conf);

/* One node on one shard with everything filled in. */
sft_pass  *sft__pass_of(sft_net *n, int node, int shard, int thread);
int64_t    sft__shard_rows(const sft_run *r, int shard);
/* For the search of a bad tensor: the step in hand again, one node (joins included) or the loss, all shards on this thread. */
void       sft__replay_node(sft_net *n, int node, bool back);
void       sft__replay_loss(sft_net *n);

/* Repeats the step node by node to find the first tensor that is not finite. */
sft_status sft__name_bad_tensor(sft_net *n);

/* ---- first values by what surrounds a layer, and by data ------------------------------------------ */

sft_branch sft__branch_of(const sft_net *n, const sft_node *x);    /* src/graph/branches.c */
bool       sft__ends_branch(const sft_net *n, const sft_node *x);  /* the last with parameters in the body of a residual block */

/* Makes a batch the one that sft__replay_node runs, in training mode. */
sft_status sft__replay_begin(sft_net *n, const sft_batch *b);

#endif
