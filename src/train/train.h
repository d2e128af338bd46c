/* SPDX-License-Identifier: MIT */
/* The trainer: a network, its data, an optimiser and a place in time; its files. */
#ifndef SFT_TRAIN_TRAIN_H
#define SFT_TRAIN_TRAIN_H

#include "data/data.h"
#include "graph/graph.h"
#include "optim/method.h"
#include "recipe/recipe.h"

/* A method with its options and what it keeps. */
typedef struct sft_kit {
    const sft_method *method;   /* NULL: none */
    const void       *conf;
    const char       *prefix;   /* of its arrays in checkpoints */
    sft_needs         needs;
    bool              states;   /* arrays hold the network's states behind the weights */
    sft_slab          slab;
    real            **array;
    double           *number;
} sft_kit;

enum { SFT_WRAP_STORE, SFT_OPTIMIZER_STORE, SFT_AVERAGE_STORE, SFT_STORES };

typedef struct sft_stretch {     /* the batches of the step in hand */
    int64_t          epoch, first, batches, batch, rows; /* rows: samples in all */
    const sft_batch *held;      /* where there is one batch: it, gathered */
} sft_stretch;

struct sft_trainer {
    sft_ctx    *ctx;
    sft_arena   arena;
    sft_recipe *recipe;         /* not owned, nor are data and net */
    sft_data   *data;
    sft_net    *net;
    sft_update  update;
    sft_loader *loader[SFT_SPLITS]; /* NULL where a split is empty */
    sft_loader *scored;         /* all training samples as they are, where training leaves some out or changes them; or NULL */
    int64_t     step;           /* done: the only clock; epochs follow from it */
    int64_t     optimizer_from; /* step of its start or reset: Adam's bias correction counts from it */
    int64_t     steps, epochs, steps_per_epoch; /* planned */
    double      lr, clip_norm;
    double      forced_lr;      /* above 0: the rate in place of the schedule's */
    sft_seen    seen;           /* by a schedule that looks at evaluations */
    const sft_measure_record *measure[SFT_METRIC_ROOM]; /* the recipe's metrics, and what early stopping watches */
    int         n_measures;
    sft_stretch  window;
    sft_vectors vectors;        /* over the weights */
    sft_slab    sum;            /* of gradients, where a step takes several batches */
    sft_kit   store[SFT_STORES];
    bool        averaged;       /* the averaged weights are in the network, the trained ones in their place */
    int64_t     recounted_at;   /* step at which running averages were counted for them; -1: never */
    char       *extra;          /* text of the checkpoint that was loaded last, or NULL */
    size_t      extra_size;
};

/* What a network of this recipe on these data is made from; class counts in the arena. */
sft_status sft__net_config(const sft_recipe *r, const sft_data *d, sft_arena *a, sft_net_config *k);

/* src/train/bind.c: the optimiser, its groups and the regularisers. */
sft_status sft__trainer_bind(sft_trainer *t);

sft_status sft__measures_set(sft_trainer *t);
/* sft_evaluate that also gathers the split's predictions; p NULL: it does not. */
sft_status sft__evaluate(sft_trainer *t, sft_split split, sft_scores *scores, sft_predictions *p);
/* The targets of the batch whose outputs stand behind p's rows already. */
void       sft__keep_batch(sft_predictions *p, const sft_batch *b);

/* Names of what is not a weight in a checkpoint: "optimizer.exp_avg.3.weight". */
#define SFT_SLOT_PREFIX "optimizer."
#define SFT_KEPT_PREFIX "kept."     /* weights remembered by sft_net_remember: the best so far */
#define SFT_WRAP_PREFIX "wrap."
#define SFT_AVERAGE_PREFIX "average."

/* pace.c: the rate of the step about to be done, its momentum set; what a schedule has seen as text, and back (false:
 * damaged); whether it has anything to look at. */
double      sft__set_pace(sft_trainer *t);
const char *sft__seen_text(sft_arena *a, const sft_trainer *t);
bool        sft__seen_read(const sft_trainer *t, const char *text, sft_seen *seen);
sft_status  sft__check_pace(sft_trainer *t);

/* remarks.c: on what runs and does not do what one may think. */
void        sft__remark_training(const sft_trainer *t);

/* snapshot.c: all that a step changes, copied and put back. */
typedef struct sft_snapshot {
    sft_slab copy;
    int64_t  step, optimizer_from, recounted_at;
    sft_seen seen;
} sft_snapshot;

sft_status sft__snapshot_take(sft_trainer *t, sft_snapshot *s);
void       sft__snapshot_restore(sft_trainer *t, const sft_snapshot *s);
void       sft__snapshot_close(sft_trainer *t, sft_snapshot *s);

/* Weights that sft_net_remember keeps, as a file of their own. */
sft_status sft__net_save_kept(const sft_net *n, const char *path);
/* Bytes of a checkpoint of this trainer, a little more rather than less. */
int64_t    sft__checkpoint_size(const sft_trainer *t);

/* ---- a step: src/train/gradient.c, methods.c ------------------------------------------------ */

int64_t    sft__window_steps(const sft_train_conf *k, int64_t batches); /* steps of an epoch of so many batches */
void       sft__window_set(sft_trainer *t, int64_t epoch, int64_t within);
/* The gradient of the mean loss over the window's samples, into the network's; sums over them in *o. again: of the same
 * samples at other weights, running averages stay. */
sft_status sft__step_gradient(sft_trainer *t, bool again, sft_outcome *o);

int64_t    sft__methods_bytes(const sft_recipe *r, const sft_net *n); /* of arrays beside the optimiser's slots */
sft_status sft__methods_open(sft_trainer *t);
void       sft__methods_close(sft_trainer *t);
void       sft__methods_reset(sft_trainer *t);
/* Name of a kept array's tensor in checkpoints. */
const char *sft__store_path(sft_arena *a, const sft_kit *s, int array, const char *tensor);
sft_walk   sft__walk(sft_trainer *t, const sft_outcome *o, double lr, sft_when when);
sft_status sft__methods_before(sft_trainer *t, sft_walk *k);
void       sft__methods_after(sft_trainer *t, sft_walk *k);

#endif
