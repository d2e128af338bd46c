/* SPDX-License-Identifier: MIT */
/* Optimisers are chains of transforms; famous names are aliases of chains. Most transforms are elementwise over one array;
 * those that look at a whole tensor cut the chain into stages (src/optim/stages.c). */
#ifndef SFT_OPTIM_OPTIM_H
#define SFT_OPTIM_OPTIM_H

#include "base/fields.h"
#include "base/team.h"
#include "tensor/tensor.h"

enum { SFT_MAX_SLOTS = 4, SFT_MAX_CHAIN = 12, SFT_MAX_COEFS = 4, SFT_BLOCK = 1024 };

typedef struct sft_block {      /* a run of at most SFT_BLOCK elements that share decay and rate */
    int64_t     n;
    const real *in;             /* the gradient, or what the chain has made of it so far */
    real       *out;            /* room for what this transform makes of it; never `in` */
    const real *w;
    real       *slot[SFT_MAX_SLOTS]; /* this transform's own state, zero at the start */
    const double *coef;         /* what prepare() found for this step */
    double      decay;          /* share of the weight decay that applies to these elements */
    double      lr;             /* that the result will be multiplied with */
    bool        matrix;         /* of a tensor with rows and columns; known in stages only */
    double      norm_in, norm_w; /* of the whole tensor, for transforms with `norms` */
} sft_block;

typedef struct sft_whole {      /* a whole tensor in PyTorch's order */
    int64_t rows, cols;         /* units, and what each of them weighs; a vector has one column */
    bool    matrix;
    int     part;               /* its number */
    double  decay;
    bool    reference;          /* plain kernels only */
    const double *coef;
    real   *x, *room;           /* worked on in place; scratch */
} sft_whole;

typedef struct sft_transform {  /* src/optim/transforms: one file each */
    const char *name, *doc, *math;
    int         slots;          /* arrays of state */
    const char *slot_name[SFT_MAX_SLOTS]; /* "exp_avg", "momentum_buffer": PyTorch's names */
    void      (*prepare)(const void *conf, int64_t step, double coef[SFT_MAX_COEFS]); /* once a step, from 1; may be NULL */
    /* Returns where the result lies: out, one of the slots, or in where nothing changed. NULL: the chain's result stays. */
    const real *(*apply)(const void *conf, const sft_block *b);
    double    (*shrink)(const void *conf); /* the weights lose lr times this share of themselves; NULL: nothing */
    void      (*set_momentum)(void *conf, double momentum); /* what PyTorch's cycle_momentum sets; NULL: it has none */
    /* What needs a tensor as a whole. The chain is cut in front of it: all blocks come so far, then it goes on. */
    bool        norms;          /* apply() reads norm_in and norm_w */
    void      (*whole)(const void *conf, const sft_whole *t);   /* changes the chain's result of one tensor */
    bool      (*project)(const void *conf, const sft_whole *t); /* changes a tensor's weights behind the update; false: left alone */
    int64_t   (*room)(int64_t rows, int64_t cols);              /* scratch of the two, in elements; NULL: none */
} sft_transform;

enum { SFT_MATRICES = 1, SFT_VECTORS = 2 };

typedef struct sft_link {       /* a transform with its options */
    const sft_transform *transform;
    void                *conf;
    unsigned             only;  /* SFT_MATRICES or SFT_VECTORS; 0: all tensors */
} sft_link;

typedef struct sft_optimizer {  /* an alias of a chain */
    const char      *name, *aliases, *doc, *math;
    size_t           conf_size;
    const sft_field *fields;    /* every optimiser has `lr` as its first row */
    int            (*chain)(sft_arena *a, const void *conf, sft_link *links); /* fills links, returns their number; -1 after a failure. NULL: no chain, `method` does it all */
    const struct sft_method *method; /* what has no chain: src/optim/method.h; takes all samples in each step */
} sft_optimizer;

const sft_optimizer *sft__optimizer_find(const char *name);
const sft_optimizer *sft__optimizer_at(int i);

/* One stretch of the weight slab with common treatment; offsets in elements. */
typedef struct sft_group {
    int64_t offset, n;
    double  lr_scale;
    double  decay;              /* share of the weight decay: 1, or 0 for biases and norms */
} sft_group;

typedef struct sft_tensor_part {       /* a tensor in the slab */
    int64_t offset, stored;     /* elements as stored; what the layout adds is zero */
    int64_t rows, cols;         /* in PyTorch's order: a vector has one column */
    bool    matrix;
} sft_tensor_part;

typedef struct sft_update_conf {
    const sft_optimizer *optimizer;
    const void      *conf;
    real            *w;
    const real      *g;
    int64_t          n;         /* elements */
    const sft_group *group;     /* they cover 0..n without gaps */
    int              n_groups;
    const sft_tensor_part  *part;      /* each lies in one group; NULL: every group is one, a vector */
    int              n_parts;
    void            *owner;     /* of the layouts: between a part as stored in a slab and PyTorch's order; NULL: the same */
    void           (*unpack)(void *owner, int part, const real *slab, real *plain);
    void           (*pack)(void *owner, int part, const real *plain, real *slab);
    const sft_link  *before, *after; /* regularisers: in front of the optimiser's chain and behind it */
    int              n_before, n_after;
} sft_update_conf;

typedef struct sft_update {     /* an optimiser bound to a weight slab */
    sft_ctx        *ctx;
    sft_arena      *arena;
    int             n_links;
    sft_link        link[SFT_MAX_CHAIN];
    int             first_slot[SFT_MAX_CHAIN]; /* of each link */
    int             n_slots;    /* over all links */
    const char     *slot_name[SFT_MAX_SLOTS * 2];
    sft_slab        slab;       /* n_slots x n elements, each slot begins on a cache line */
    int64_t         n;          /* elements */
    const sft_group *group;
    int             n_groups;
    real           *w;
    const real     *g;
    struct sft_stages *stages;  /* NULL: every transform is elementwise */
} sft_update;

/* Binds optimiser and slab. The arena must outlive the update, and so must what the configuration points to. */
sft_status sft__update_start(sft_ctx *c, sft_arena *a, sft_update *u, const sft_update_conf *k);
/* The same without parts, layouts and regularisers. */
sft_status sft__update_open(sft_ctx *c, sft_arena *a, sft_update *u, const sft_optimizer *o, const void *conf, real *w,
                            const real *g, int64_t n, const sft_group *group, int n_groups);
/* w -= lr chain(g * scale) on the team, blocks of SFT_BLOCK within groups; step from 1. Bits do not depend on the team's size. */
void       sft__update_step(sft_update *u, sft_team *team, int64_t step, double lr, double scale);
real      *sft__update_slot(sft_update *u, int slot);   /* n elements */
/* Sets the momentum, or Adam's beta1, of every link that has one. */
void       sft__update_momentum(sft_update *u, double momentum);
void       sft__update_close(sft_update *u);

/* ---- schedules: pure functions of the step ------------------------------------------------- */

/* What a schedule that looks at evaluations knows of them; kept in the checkpoint. Numbers of 64 bits without gaps. */
typedef struct sft_seen {
    double  scale;              /* what it has made of the rate: 1 at the start */
    double  best;               /* score so far */
    int64_t count, waits, rests; /* evaluations: in all, since the best, still not to count */
} sft_seen;

extern const sft_seen sft__seen_start;

typedef struct sft_when {
    int64_t step;               /* from 0: the step about to be done */
    int64_t steps;              /* planned in all */
    int64_t steps_per_epoch;
    int64_t warmup;             /* steps of warm-up that were taken off step and steps */
    const sft_seen *seen;       /* NULL: nothing */
} sft_when;

typedef struct sft_schedule {
    const char      *name, *aliases, *doc, *math;
    size_t           conf_size;
    const sft_field *fields;
    double         (*rate)(const void *conf, double lr, sft_when t); /* warm-up already taken off t */
    double         (*momentum)(const void *conf, sft_when t); /* for the optimiser; NaN: its own. NULL: always its own */
    /* The scores of a validation after the warm-up; NULL: a function of the step alone. */
    void           (*observe)(const void *conf, double lr, sft_seen *s, double loss, double accuracy);
    sft_status     (*check)(sft_ctx *c, sft_pos pos, const void *conf); /* do the options fit together? NULL: always */
} sft_schedule;

const sft_schedule *sft__schedule_find(const char *name);
const sft_schedule *sft__schedule_at(int i);

/* Rows that every schedule has besides its own: warmup (steps), warmup_epochs, warmup_start. */
typedef struct sft_warmup {
    int64_t warmup;
    double  warmup_epochs, warmup_start;
} sft_warmup;

extern const sft_field sft__warmup_fields[];
int64_t sft__warmup_steps(const sft_warmup *w, int64_t steps_per_epoch);
/* The rate of a step: linear warm-up from warmup_start * lr (factor (step+1)/warmup when warmup_start is 0), then the schedule on what remains. */
double sft__rate(const sft_schedule *s, const void *conf, const sft_warmup *w, double lr, sft_when t);
/* The momentum of a step, NaN for the optimiser's own; in the warm-up that of its end. */
double sft__momentum(const sft_schedule *s, const void *conf, const sft_warmup *w, sft_when t);

#endif
