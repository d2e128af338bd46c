/* SPDX-License-Identifier: MIT */
/* What an op is (one record in one file), and what its kernels see (node and pass). */
#ifndef SFT_OPS_OP_H
#define SFT_OPS_OP_H

#include "base/fields.h"
#include "base/random.h"
#include "tensor/tensor.h"

enum { SFT_MAX_IN = 2, SFT_MAX_PARAM = 4, SFT_MAX_STATE = 4 };

typedef struct sft_op sft_op;
typedef struct sft_node sft_node;

typedef struct sft_param {      /* a trained tensor of a node; the op's shape() fills the first block */
    const char *name;           /* PyTorch's: "weight", "bias" */
    sft_shape   shape;          /* PyTorch's order: (out,in), OIHW */
    int64_t     fan_in, fan_out;
    int64_t     groups;         /* of a convolution; else 0 */
    bool        decay;          /* weight decay applies: weights yes, biases and norms no */
    const char *init;           /* "ones", "zeros", "constant"; NULL: the recipe's, by what activation follows */
    double      value;          /* of init "constant" */

    const struct sft_lsuv *lsuv; /* its first values are scaled by a batch, see src/graph/lsuv.c; filled by the graph */
    const char *path;           /* "3.weight"; from here on filled by the graph */
    int64_t     count, stored;  /* elements in PyTorch's order; in the kernel's layout */
    int64_t     offset;         /* in the weight, gradient and optimiser slabs, elements */
} sft_param;

typedef struct sft_state {      /* a tensor that training carries along but does not train: running averages */
    const char *name;           /* "running_mean" */
    sft_shape   shape;
    double      start;
    const char *path;
    int64_t     count, offset;  /* in the state slab, elements */
} sft_state;

struct sft_node {
    const sft_op *op;
    void         *conf;         /* the op's option struct, bound */
    const char   *path;         /* "3", "2.body.0": PyTorch's module path */
    const char   *label;        /* "conv2d (layer 3)": how messages call it */
    sft_pos       pos;          /* in the recipe */
    int           index;        /* in execution order */
    int64_t       batch;        /* samples of the largest batch */
    int           n_in;
    sft_node     *in[SFT_MAX_IN]; /* never NULL: the input of the net is a node too (op `input`) */

    /* filled by the op's shape() */
    sft_shape     out;          /* of one sample */
    int           n_param, n_state;
    sft_param     param[SFT_MAX_PARAM];
    sft_state     state[SFT_MAX_STATE];
    int64_t       saved_row, saved_fixed; /* bytes kept from forward to backward: per sample, per shard */
    int64_t       work_row, work_fixed;   /* bytes of scratch in one call */
    int64_t       join, join_back;        /* doubles a shard gives to the joins, see sft_op.gather; 0: no join */
    bool          join_eval;    /* joins in evaluation, too */
    double        flops;        /* of one sample, forward */

    /* filled by the graph */
    const sft_op *act;          /* fused activation that runs on the output, or NULL */
    void         *act_conf;
    sft_layout    layout;       /* of the output; inputs: in[i]->layout */
    int           consumers;
    const struct sft_kernel *kernel; /* NULL: the op's own forward and backward */
    void         *plan;         /* the kernel's prepared primitives */
};

/* What one call of a kernel sees: one node on one shard. Pointers are in the node's layouts, rows x sample. */
typedef struct sft_pass {
    int64_t     rows;           /* samples in this shard, > 0 */
    int64_t     row0;           /* index of its first sample in the step's batch: what random ops draw by */
    int64_t     first;          /* row0 of this batch's first sample: not 0 where a step takes several batches */
    int64_t     batch;          /* samples in the whole batch */
    bool        train;
    uint64_t    seed, step;
    const real *in[SFT_MAX_IN];
    real       *out;            /* may equal in[0] when the op has SFT_IN_PLACE */
    const real *param[SFT_MAX_PARAM];
    real       *state[SFT_MAX_STATE];
    void       *saved, *work;
    const double *joined;       /* all shards merged (forward or backward) */
    double     *part;           /* this shard's share, while gathering */
    double      average;        /* commit: this batch's weight in running averages; 0: the layer's own momentum */
    int         shard;

    /* backward only */
    real       *dout;           /* read; the kernel may overwrite it: nobody reads it afterwards */
    real       *din[SFT_MAX_IN]; /* NULL: not wanted. May equal dout when the op has SFT_IN_PLACE */
    bool        add[SFT_MAX_IN]; /* true: din += ; false: din holds rubbish and is to be written */
    real       *dparam[SFT_MAX_PARAM]; /* this shard's partial sum, to be written; NULL: frozen */
} sft_pass;

/* The input's gradient ready for `+=`: zeroed unless another consumer has written it already. NULL: not wanted. */
real *sft__din(const sft_pass *p, int i, int64_t count);

enum sft_trait {
    SFT_READS_IN = 1,           /* backward reads in[] */
    SFT_READS_OUT = 2,          /* backward reads out */
    SFT_IN_PLACE = 4,           /* out may be in[0], din[0] may be dout (elementwise, and not SFT_READS_IN) */
    SFT_RANDOM = 8,             /* draws from (seed, layer, step, row) */
    SFT_MODES = 16,             /* training and evaluation differ */
    SFT_ANY_LAYOUT = 32,        /* works on every layout of its input and keeps it */
    SFT_ACTIVATION = 64,        /* elementwise with apply and derive; fuses behind a kernel when it has no SFT_READS_IN */
    SFT_FUSES = 128             /* runs a fused activation (n->act) at its end: linear, convolutions, batchnorm, add */
};

/* A shape and options on which the op's gradient is checked. Inputs beyond the first have the same shape. */
typedef struct sft_case {
    const char *options;        /* "out_features=3 bias=false" */
    sft_shape   in;             /* of one sample */
    int64_t     rows;
} sft_case;

struct sft_op {
    const char      *name, *aliases, *doc, *math; /* the word users type, other spellings, one line, the formula */
    size_t           conf_size;
    const sft_field *fields;
    unsigned         traits;
    int              inputs;    /* 1 unless said otherwise (0 means 1) */
    sft_status     (*shape)(sft_ctx *, sft_node *);    /* all that can fail fails here, with layer name and a hint */
    void           (*place)(void *conf, int i, int of); /* once the net stands: this is the i-th (from 1) of its op's nodes; NULL: no
                                                       * matter */
    void           (*forward)(const sft_node *, const sft_pass *);
    void           (*backward)(const sft_node *, const sft_pass *);

    /* Ops that need the whole batch (BatchNorm). In training, before forward: each shard's gather fills pass->part (node->join
     * doubles), merge runs along the binary tree (left += right), forward reads pass->joined, commit runs once a step and may write
     * state. Before backward: gather_back fills node->join_back doubles which are summed along the tree. */
    void           (*gather)(const sft_node *, const sft_pass *);
    void           (*merge)(const sft_node *, double *left, const double *right);
    void           (*commit)(const sft_node *, const sft_pass *);
    void           (*gather_back)(const sft_node *, const sft_pass *);

    /* Activations: y = f(x); dx = dy f'(x) — y may be x, dx may be dy; x is NULL in derive unless SFT_READS_IN. */
    void           (*apply)(const void *conf, int64_t n, const real *x, real *y);
    void           (*derive)(const void *conf, int64_t n, const real *x, const real *y, const real *dy, real *dx);
    double         (*gain)(const void *conf);          /* PyTorch's calculate_gain, else 1 / sqrt(E f(z)^2), z standard normal; NULL: 1. Gated units have one, too */
    bool             xavier;    /* auto initialisation before it is Xavier (saturating), not Kaiming */
    bool             lecun;     /* … is LeCun's (self-normalising) */

    /* Rows on which finite differences are wrong (kinks): true where |x| is nearer than eps to one. NULL: none. */
    bool           (*kink)(const void *conf, double x, double eps);
    const sft_case  *cases;     /* ended by options NULL; a test refuses fewer than two */
};

/* The shared forward and backward of every SFT_ACTIVATION. */
sft_status sft__act_shape(sft_ctx *c, sft_node *n);
void       sft__act_forward(const sft_node *n, const sft_pass *p);
void       sft__act_backward(const sft_node *n, const sft_pass *p);
/* Fused tail of a kernel: out = act(out); and dout = dout act'(out), in place. Nothing when n->act is NULL. */
void       sft__fused_forward(const sft_node *n, int64_t count, real *out);
void       sft__fused_backward(const sft_node *n, int64_t count, const real *out, real *dout);

/* ---- losses -------------------------------------------------------------------------------- */

typedef struct sft_loss_pass {
    int64_t        rows;
    int64_t        outputs;     /* numbers per sample */
    const real    *out;         /* rows x outputs: logits */
    const int32_t *label;       /* class numbers, or NULL */
    const real    *target;      /* rows x outputs, or NULL */
    const int32_t *label2;      /* mixup, cutmix: the target is mix onehot(label) + (1 - mix) onehot(label2); */
    const real    *mix;         /* a number a row; both NULL where samples are not mixed */
    double         scale;       /* 1 / weight of the batch (its samples): what dout is multiplied with */
    real          *dout;        /* written unless NULL */
} sft_loss_pass;

typedef struct sft_loss_data {  /* what a loss may know of the data beforehand */
    int64_t        outputs;
    sft_task       task;
    const int64_t *class_count; /* training samples of each class; NULL: unknown */
} sft_loss_data;

typedef struct sft_loss {
    const char      *name, *aliases, *doc, *math;
    size_t           conf_size;
    const sft_field *fields;
    unsigned         tasks;     /* bit (1 << sft_task): targets it accepts */
    bool             mixes;     /* label2 and mix are understood */
    bool             literal;   /* its targets are counts or shares: in other units they would mean something else */
    /* Once, after binding: options that need the data are checked and worked out into conf. NULL: there are none. */
    sft_status     (*prepare)(sft_ctx *, sft_arena *, void *conf, const sft_loss_data *d);
    /* Adds the sum over samples to *sum and the number of samples that are right to *right (classes: argmax, of a mixture the larger
     * part; binary: sign). */
    void           (*eval)(const void *conf, const sft_loss_pass *p, double *sum, double *right);
    /* The weight of all rows, which the mean divides by; NULL: as many as there are rows. */
    double         (*weight)(const void *conf, const sft_loss_pass *p);
    const sft_case  *cases;     /* in: {outputs} */
} sft_loss;

/* ---- the lists ----------------------------------------------------------------------------- */

const sft_op   *sft__op_find(const char *name);         /* by name or alias; NULL: none */
const sft_op   *sft__op_at(int i);                      /* NULL past the end */
const sft_loss *sft__loss_find(const char *name);
const sft_loss *sft__loss_at(int i);

#endif
