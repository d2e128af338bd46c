/* SPDX-License-Identifier: MIT */
/* The network: built from stack text, shaped, planned into slabs, run shard by shard. */
#ifndef SFT_GRAPH_GRAPH_H
#define SFT_GRAPH_GRAPH_H

#include "backend/backend.h"
#include "base/rules.h"
#include "base/team.h"
#include "ops/op.h"

/* ---- stack text: the parsed model ---------------------------------------------------------- */

typedef enum sft_layer_kind { SFT_LAYER, SFT_REPEAT, SFT_RESIDUAL } sft_layer_kind;

typedef struct sft_layer {      /* one element of a sequence */
    sft_layer_kind    kind;
    sft_spec          spec;     /* SFT_LAYER: name and arguments; its pos for the others */
    int64_t           times;    /* SFT_REPEAT */
    struct sft_layer *body;     /* SFT_REPEAT, SFT_RESIDUAL: first of a list */
    struct sft_layer *shortcut; /* SFT_RESIDUAL: may be NULL (identity) */
    struct sft_layer *next;
} sft_layer;

/* Parses `linear 64 | relu | repeat 2 ( … ) | residual ( … ) shortcut ( … )`; presets (`mlp depth=3 …`) expand to layers.
 * src/graph/stack.c. Newlines are blanks; positions count lines and columns from `pos`. */
sft_status sft__stack_parse(sft_arena *a, const char *text, size_t n, sft_pos pos, sft_layer **first);
/* The same as text again, presets expanded: `surefoot check --expand`. */
const char *sft__stack_text(sft_arena *a, const sft_layer *first);

/* ---- the network --------------------------------------------------------------------------- */

typedef struct sft_batch {      /* rows samples, plain layout */
    int64_t        rows;
    const real    *x;           /* rows x sample */
    const int32_t *label;       /* classes, or NULL */
    const real    *target;      /* rows x outputs, or NULL */
    const int32_t *label2;      /* mixup, cutmix: see sft_loss_pass; NULL: none */
    const real    *mix;
    int64_t        row0;        /* place of its first sample in the step, where a step takes several batches */
} sft_batch;

/* Its samples from..from+rows, where they lie. */
sft_batch sft__batch_rows(const sft_net *n, const sft_batch *b, int64_t from, int64_t rows);

typedef struct sft_run sft_run; /* slabs, passes, joins: src/graph/run.c */

typedef struct sft_target_units {      /* that numbers to predict are learned in: src/graph/target_units.c */
    bool    on;
    double *mean, *deviation;   /* of each output; NULL until there are some */
    real   *target;             /* of the batch in hand, in these units: shards x rows x outputs */
} sft_target_units;

struct sft_net {
    sft_ctx   *ctx;
    sft_arena  arena;
    sft_shape  input;
    sft_task   task;
    int64_t    outputs;
    sft_data_facts facts;       /* of the data it was made for */
    int        n_nodes;         /* node[0] is the input */
    sft_node **node;
    const sft_loss *loss;
    void      *loss_conf;
    sft_target_units units;            /* of targets and outputs; off: as they are */
    uint64_t   seed;
    bool       plain, unfused;  /* as in sft_net_config */
    int        shards;          /* G, a power of two */
    int64_t    batch;           /* largest batch */
    int64_t    n_params, n_states; /* elements, stored */
    int64_t    optimizer_bytes; /* that the recipe's optimiser will want; 0: made without a recipe */
    int        n_tensors;       /* trained tensors, then states: what files and sft_net_tensor list */
    struct sft_tensor_ref {
        sft_node *node;
        int       i;            /* param[i] or state[i] */
        bool      trained;
    } *tensor;
    sft_slab   w, g, s;         /* weights, summed gradient, state */
    sft_slab   kept;            /* sft_net_remember: w then s; size 0 while nothing is kept */
    int64_t    kept_serial;     /* how often sft_net_remember was called */
    sft_run   *run;
};

typedef struct sft_net_config {
    const sft_layer *model;
    const sft_loss  *loss;      /* NULL: by the task */
    const void      *loss_conf; /* NULL: defaults */
    const int64_t   *class_count; /* training samples of each class; NULL: unknown */
    const double    *target_mean, *target_deviation; /* of each output: units that it learns in; NULL: targets as they are */
    sft_data_facts   facts;     /* shape, task, outputs */
    int64_t          batch;
    int              shards;    /* 0: min(16, batch/32 down to a power of two), at least 1 */
    uint64_t         seed;
    const struct sft_init *init; /* the recipe's `init`, bound, or NULL for auto */
    const void      *init_conf;
    const sft_rules *init_layers; /* resolved; NULL: none */
    bool             zero_gamma; /* norms at the end of residual branches begin with scale 0 */
    bool             plain;     /* reference kernels and nothing fused: what every layer gives can be looked at */
    bool             unfused;   /* nothing fused, on fast kernels */
    int64_t          memory_limit; /* bytes; 0: what the machine has */
} sft_net_config;

/* build → shapes → fuse → kernels and layouts → plan → slabs → initial weights. */
sft_net *sft__net_make(sft_ctx *c, const sft_net_config *k);
/* Announces the batch sizes that will come (at most net->batch each), so that kernels are made outside steps. */
sft_status sft__net_prepare(sft_net *n, const int64_t *batch, int count);

typedef struct sft_outcome {
    double loss_sum, right;     /* over the batch */
    double weight;              /* what the mean loss, and so the gradient, was divided by: samples, or the sum of their weights */
    double grad_sumsq;          /* of the summed gradient */
} sft_outcome;

/* Forward, loss, backward; the mean-loss gradient ends in n->g. Allocates nothing. Not finite: E350/E351 naming the first bad tensor. */
sft_status sft__net_train(sft_net *n, const sft_batch *b, uint64_t step, sft_outcome *o);
/* The same, and running averages stay as they are. */
sft_status sft__net_gradient(sft_net *n, const sft_batch *b, uint64_t step, sft_outcome *o);
/* Only forward as in training, for the running averages: this batch gets the share `average` of them, 0 < average <= 1. */
sft_status sft__net_observe(sft_net *n, const sft_batch *b, uint64_t step, double average);
/* Forward with running averages; out (rows x outputs, plain, numbers in the data's units) and o may be NULL; targets may be NULL when
 * o is. */
sft_status sft__net_eval(sft_net *n, const sft_batch *b, sft_outcome *o, real *out);

/* Units for numbers to predict, `outputs` of each; mean NULL: as they are from now on. */
sft_status sft__net_set_units(sft_net *n, const double *mean, const double *deviation);
/* Targets as the network learns them (out may be target), and outputs as the data have them. Without units nothing changes. */
void sft__to_units(const sft_net *n, int64_t rows, const real *target, real *out);
void sft__from_units(const sft_net *n, int64_t rows, real *out);

/* One batch node by node in training mode (src/graph/look.c); running averages stay. `each` sees node i behind its forward call, and
 * (back) when the gradient with respect to its output is whole, before its backward call. Values that are not finite are no failure. */
typedef void sft_look_fn(void *user, sft_net *n, int node, bool back);
sft_status sft__net_look(sft_net *n, const sft_batch *b, uint64_t step, sft_look_fn *each, void *user, sft_outcome *o);
/* The same forward only, up to node `last`: as in evaluation; or so, but for norms over the batch, which go by the batch's own
 * statistics; or but for dropout and its like, which draw as in training. */
typedef enum sft_look_mode { SFT_LOOK_EVAL, SFT_LOOK_OWN_STATISTICS, SFT_LOOK_CHANCE } sft_look_mode;
sft_status sft__net_look_forward(sft_net *n, const sft_batch *b, sft_look_mode mode, uint64_t step, int last, sft_look_fn *each,
                                 void *user);
/* While it looks: a node's output, or the gradient with respect to it, of all samples in the plain layout. */
void sft__look_values(sft_net *n, int node, bool back, real *plain);
/* Weights, states and units of a network of the same model, whatever the layouts of both. */
sft_status sft__net_copy(sft_net *to, const sft_net *from);

/* lsuv (src/graph/lsuv.c): does any weight want a batch, scaling them by one in a net made `plain`, and taking them over. */
bool       sft__wants_data(const sft_net *n);
sft_status sft__lsuv(sft_net *n, const sft_batch *b);
sft_status sft__lsuv_copy(sft_net *to, const sft_net *from);

/* Tensor i of the net in PyTorch's order, to and from the stored layout. from: NULL means the weight and state slabs; otherwise another
 * slab with the same offsets (gradients, an optimiser slot). */
sft_status sft__net_unpack(const sft_net *n, int i, const real *from, real *plain);
sft_status sft__net_pack(sft_net *n, int i, const real *plain, real *to);
/* `from` for tensor i of the weights that are kept (net->kept). */
real      *sft__net_kept(const sft_net *n, int i);
int64_t    sft__net_tensor_count(const sft_net *n, int i);
const char *sft__net_tensor_path(const sft_net *n, int i);
/* How patterns see tensor i. */
sft_target sft__net_target(const sft_net *n, int i);
/* Every rule of the recipe's section matches a trained tensor, or E132. */
sft_status sft__net_check_rules(const sft_net *n, const sft_rules *rules, const char *section);
int        sft__net_find(const sft_net *n, const char *path); /* -1: none */

#endif
