/* SPDX-License-Identifier: MIT */
/* surefoot.h: train deep networks and keep their footing. The only public header of libsurefoot.
 *
 * Rules that hold for every function
 *  1. All work hangs off one context (sft_open). A context and what was made from it belong to one thread
 *     at a time; several contexts may live side by side. Nothing is global.
 *  2. The context keeps the FIRST failure: a status and a sentence that says what, where and what to try.
 *     After it every call returns at once (functions that return a pointer return NULL) until sft_clear.
 *     A program may be written straight down and check once at the end.
 *  3. Every sft_*_free and sft_close accept NULL and work after a failure. Free in any order before sft_close.
 *  4. Strings returned as `const char *` live as long as the object they came from, unless said otherwise.
 *  5. The library never prints, exits or aborts on user input. Talk goes to the callback of sft_on_note.
 *  6. Shapes leave out the batch: an image is {C,H,W}, a sequence {C,L}, a row of features {F}. */
#ifndef SUREFOOT_H
#define SUREFOOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SFT_VERSION_MAJOR 0
#define SFT_VERSION_MINOR 1
#define SFT_VERSION_PATCH 0
#define SFT_VERSION "0.1.0"

#if defined(SFT_BUILD_SHARED) && defined(__GNUC__)
#define SFT_API __attribute__((visibility("default")))
#else
#define SFT_API
#endif

/* What a call came to. The value is also the program's exit code. */
#define SFT_STATUS_MAP(X)                                                                          \
    X(OK, 0, "ok")                                                                                 \
    X(INTERNAL, 1, "internal error")                                                               \
    X(USAGE, 2, "wrong use")                                                                       \
    X(RECIPE, 3, "invalid recipe")                                                                 \
    X(DATA, 4, "invalid or missing data")                                                          \
    X(CHECKPOINT, 5, "invalid or incompatible checkpoint")                                         \
    X(TRAINING, 6, "training failed")                                                              \
    X(IO, 7, "input or output failed")                                                             \
    X(MEMORY, 8, "out of memory")                                                                  \
    X(LOCKED, 9, "locked by another process")                                                      \
    X(PEER, 10, "a peer was lost")                                                                 \
    X(SWEEP, 11, "sweep ended with failed trials")

typedef enum sft_status {
#define X(name, value, text) SFT_##name = value,
    SFT_STATUS_MAP(X)
#undef X
} sft_status;

#define SFT_MAX_RANK 8

typedef struct sft_ctx sft_ctx;         /* errors, memory, threads, notes */
typedef struct sft_recipe sft_recipe;   /* every choice of a run */
typedef struct sft_data sft_data;       /* samples, split in train, validation and test */
typedef struct sft_net sft_net;         /* a network with its weights */
typedef struct sft_trainer sft_trainer; /* a network, its data, an optimiser and a place in time */
typedef struct sft_diagnosis sft_diagnosis; /* what the doctor found, and what it tried */
typedef struct sft_sweep sft_sweep;     /* many runs of a recipe with other values, in a folder that remembers them */
typedef struct sft_lab sft_lab;         /* a claim, the sweeps that measure it, and whether it holds */
typedef struct sft_folder sft_folder;   /* recipe.yaml, run.json, metrics.csv, checkpoints/, held by a lock */

typedef struct sft_shape {
    int     rank;               /* 0 to SFT_MAX_RANK */
    int64_t dim[SFT_MAX_RANK];
} sft_shape;

/* ---- context ------------------------------------------------------------------------------- */

/* Grows, shrinks or frees (new_size 0) a block whose size was old_size (0: a new block). Like Lua's lua_Alloc. */
typedef void *sft_realloc_fn(void *user, void *block, size_t old_size, size_t new_size);
typedef enum sft_level { SFT_NOTE, SFT_WARN } sft_level;
typedef void sft_note_fn(void *user, sft_level level, const char *sentence);

typedef struct sft_config {
    int             threads;    /* size of the thread team; 0: one a core */
    bool            reference;  /* true: only reference kernels, no oneDNN */
    sft_realloc_fn *realloc;    /* NULL: malloc and free */
    void           *realloc_user;
} sft_config;

SFT_API sft_ctx    *sft_open(const sft_config *config); /* config may be NULL; NULL only when memory is out */
SFT_API void        sft_close(sft_ctx *c);
SFT_API sft_status  sft_code(const sft_ctx *c);         /* status of the first failure, or SFT_OK */
SFT_API const char *sft_message(const sft_ctx *c);      /* its sentence, or "" */
SFT_API const char *sft_error_id(const sft_ctx *c);     /* its stable name such as "E110", or "" */
SFT_API void        sft_clear(sft_ctx *c);              /* forget the failure */
SFT_API void        sft_on_note(sft_ctx *c, sft_note_fn *fn, void *user);
SFT_API const char *sft_status_name(sft_status s);
SFT_API int         sft_threads(const sft_ctx *c);      /* size of the thread team */
SFT_API const char *sft_version(void);                  /* version, compiled-in libraries, instruction set */

/* ---- recipe -------------------------------------------------------------------------------- */

SFT_API sft_recipe *sft_recipe_read(sft_ctx *c, const char *path);
/* text: YAML of `size` bytes; `name` stands in messages instead of a file name. */
SFT_API sft_recipe *sft_recipe_parse(sft_ctx *c, const char *name, const char *text, size_t size);
/* One override "optimizer.lr=0.1". Takes effect at once; an unknown key is SFT_USAGE with the nearest name. */
SFT_API sft_status  sft_recipe_set(sft_recipe *r, const char *assignment);
/* Checks every section against its rows and fills in defaults. Called by whatever uses the recipe. */
SFT_API sft_status  sft_recipe_resolve(sft_recipe *r);
/* The resolved recipe as YAML: running it again gives the same bits. Lives until the recipe changes. */
SFT_API const char *sft_recipe_text(sft_recipe *r);
/* Value of a resolved dotted key as text ("train.epochs" -> "40"), or NULL when there is no such key. "model.stack" is the model as
 * stack text, presets expanded. */
SFT_API const char *sft_recipe_get(sft_recipe *r, const char *key);
/* A JSON Schema (draft 2020-12) of all recipes, for editors. Lives as long as the recipe. */
SFT_API const char *sft_recipe_schema(sft_recipe *r);
/* The same as a number: yes and no are 1 and 0, whatever is no number (`auto`, a word, an unknown key) is NaN. */
SFT_API double      sft_recipe_number(sft_recipe *r, const char *key);
SFT_API void        sft_recipe_free(sft_recipe *r);

/* ---- data ---------------------------------------------------------------------------------- */

typedef enum sft_split { SFT_TRAIN, SFT_VALIDATION, SFT_TEST, SFT_SPLITS } sft_split;
typedef enum sft_task { SFT_CLASSES, SFT_BINARY, SFT_REGRESSION } sft_task; /* what the targets are */

typedef struct sft_data_facts {
    const char        *name;            /* as in the recipe: "digits" */
    const char        *source;          /* where it comes from and its licence, one line */
    sft_shape          shape;           /* one sample */
    sft_task           task;
    int64_t            outputs;         /* classes, or numbers to predict */
    int64_t            count[SFT_SPLITS];
    const char *const *class_names;     /* `outputs` names, of classes or of several labels, or NULL */
    char               fingerprint[65]; /* SHA-256 over samples and targets, hex */
} sft_data_facts;

/* Reads, splits and standardises what the recipe's `data` and `split` sections say. */
SFT_API sft_data  *sft_data_open(sft_ctx *c, sft_recipe *r);
/* From the caller's memory, which is copied: x is count samples of `shape`, row-major. For SFT_CLASSES y holds class numbers
 * 0..outputs-1; otherwise count x outputs numbers. `split` may be NULL (all training) or give each sample's split. Values
 * stay as they are: nothing is standardised. */
SFT_API sft_data  *sft_data_from(sft_ctx *c, const float *x, sft_shape shape, const float *y, sft_task task,
                                 int64_t outputs, int64_t count, const uint8_t *split);
SFT_API sft_status sft_data_facts_of(const sft_data *d, sft_data_facts *facts);
/* Copies sample `index` of a split, standardised, into x (one sample) and its target into y (1 class number, or outputs numbers). */
SFT_API sft_status sft_data_sample(const sft_data *d, sft_split split, int64_t index, float *x, float *y);
/* Standardises `rows` raw samples in place as the data set's own are: what samples from elsewhere need before sft_net_predict. */
SFT_API sft_status sft_data_standardize(const sft_data *d, float *x, int64_t rows);
/* The other way: values as they came (pixels of bytes are 0..255). */
SFT_API sft_status sft_data_restore(const sft_data *d, float *x, int64_t rows);
/* Training samples index[0..rows) as `epoch` (from 0) of the recipe's training sees them: changed by its `augment` section and
 * standardised; where it mixes batches, these are mixed with each other. x: rows samples. */
SFT_API sft_status sft_data_augmented(const sft_data *d, sft_recipe *r, int64_t epoch, const int64_t *index, int64_t rows,
                                      float *x);
SFT_API void       sft_data_free(sft_data *d);

/* Data sets that can be fetched into a cache folder. The library does not use the network: a program fetches a file, and
 * sft_remote_keep keeps it if it is the right one. */
typedef struct sft_remote {
    const char *set, *file;             /* "mnist", "train-images-idx3-ubyte.gz" */
    const char *url[2];                 /* where it lies; url[1] may be NULL */
    int64_t     size;
    const char *sha256;                 /* hex */
} sft_remote;

SFT_API const char *sft_remote_set(int i);              /* names of the sets; NULL past the end */
SFT_API bool        sft_remote_at(const char *set, int i, sft_remote *r); /* its files; false past the end or for no such set */
/* Folder of a set in the cache, $XDG_CACHE_HOME/surefoot/data/SET; it is made. */
SFT_API sft_status  sft_remote_folder(sft_ctx *c, const char *set, char *buf, size_t size);
/* Checks size and SHA-256 of a fetched file, in the set's folder, and gives it its name or unpacks it; the file itself is gone
 * afterwards, right (then kept) or wrong (E271). */
SFT_API sft_status  sft_remote_keep(sft_ctx *c, const char *set, int i, const char *file);
SFT_API bool        sft_remote_kept(sft_ctx *c, const char *set, int i); /* it is in the cache, and is the right one */

/* ---- network ------------------------------------------------------------------------------- */

typedef struct sft_layer_facts {
    const char *name;           /* PyTorch's path: "3" or "2.body.0" */
    const char *op;             /* "conv2d" */
    const char *options;        /* "out_channels=32 kernel_size=3x3 …", its resolved rows */
    const char *kernel;         /* "reference", "onednn" … */
    const char *fused;          /* what runs inside the layer before it: "relu", or NULL */
    sft_shape   out;
    int64_t     params;
    int64_t     flops;          /* of one sample's forward pass; a multiply-add counts 2 */
    int64_t     bytes;          /* of its output, one batch */
} sft_layer_facts;

typedef struct sft_net_facts {
    int         layers;
    int64_t     params, flops;          /* flops: one sample, forward */
    int         shards;
    int64_t     batch;                  /* largest batch the plan holds */
    int64_t     weight_bytes, gradient_bytes, optimizer_bytes, activation_bytes, state_bytes;
    const char *loss;
    /* `outputs` each: numbers to predict are learned as (t - mean) / deviation, and its loss is of these; predictions and metrics are in
     * the data's units all the same. NULL: as they are. Alive as long as the network. */
    const double *target_mean, *target_deviation;
} sft_net_facts;

typedef struct sft_tensor_facts {
    const char *name;           /* "0.weight", "1.running_mean": PyTorch's state_dict names */
    sft_shape   shape;          /* in PyTorch's order: (out,in), OIHW */
    int64_t     count;
    bool        trained;        /* false: state such as running averages */
} sft_tensor_facts;

/* The recipe's model, shaped by the data, initialised from the recipe's seed. Keeps the data's facts, not the data. */
SFT_API sft_net   *sft_net_new(sft_ctx *c, sft_recipe *r, const sft_data *d);
SFT_API sft_status sft_net_facts_of(const sft_net *n, sft_net_facts *facts);
SFT_API sft_status sft_net_layer(const sft_net *n, int index, sft_layer_facts *facts); /* SFT_USAGE past the end */
SFT_API int        sft_net_tensors(const sft_net *n);
SFT_API sft_status sft_net_tensor(const sft_net *n, int index, sft_tensor_facts *facts);
/* Copies a named tensor out or in, `count` numbers in PyTorch's order. */
SFT_API sft_status sft_net_get(const sft_net *n, const char *name, float *values, int64_t count);
SFT_API sft_status sft_net_set(sft_net *n, const char *name, const float *values, int64_t count);
/* Outputs (logits; numbers in the data's units) of `rows` samples with running averages; any number of rows. x: rows x sample, y: rows x
 * outputs. */
SFT_API sft_status sft_net_predict(sft_net *n, const float *x, int64_t rows, float *y);
/* SHA-256 over all weights and state in file order, hex. */
SFT_API sft_status sft_net_hash(const sft_net *n, char hex[65]);
SFT_API void       sft_net_free(sft_net *n);

/* ---- training, step by step ---------------------------------------------------------------- */

typedef struct sft_scores {
    double  loss;               /* mean over samples, of the targets as the network learns them: sft_net_facts */
    double  accuracy;           /* share of samples right; NaN for regression */
    int64_t count;              /* samples */
} sft_scores;

typedef struct sft_step_facts {
    int64_t    step;            /* steps done, this one included */
    int64_t    epoch;           /* epoch this step belongs to, from 1 */
    bool       epoch_end;       /* the last step of its epoch */
    double     lr, grad_norm;   /* rate used; global norm before clipping */
    sft_scores batch;           /* of this batch, before the update */
} sft_step_facts;

typedef struct sft_trainer_facts {
    int64_t step, epoch;        /* done so far; epoch: whole ones */
    int64_t steps, epochs;      /* planned */
    int64_t steps_per_epoch;
} sft_trainer_facts;

SFT_API sft_trainer *sft_trainer_new(sft_ctx *c, sft_recipe *r, sft_data *d, sft_net *n);
SFT_API sft_status   sft_trainer_facts_of(const sft_trainer *t, sft_trainer_facts *facts);
/* One batch: forward, loss, backward, update. A loss or gradient that is not finite fails with SFT_TRAINING before it
 * touches the weights; the message names the first bad tensor. */
SFT_API sft_status   sft_step(sft_trainer *t, sft_step_facts *facts);
/* Mean loss and accuracy of a split with running averages; of the averaged weights, where the recipe has `average`. */
SFT_API sft_status   sft_evaluate(sft_trainer *t, sft_split split, sft_scores *scores);
/* Tells the schedule what an evaluation gave: plateau lowers the rate when evaluations stop improving, all others do not
 * listen. sft_fit does so with every validation. */
SFT_API sft_status   sft_trainer_observe(sft_trainer *t, const sft_scores *validation);
/* The rate of step `step`, from 1, as the schedule has it after what it has observed. *momentum (may be NULL): what it sets for
 * that step; NaN: the optimiser's own stays. */
SFT_API double       sft_trainer_rate(const sft_trainer *t, int64_t step, double *momentum);

enum { SFT_MAX_MEASURES = 16 };

typedef struct sft_measures {   /* metrics of a split, in the order of the recipe */
    int         n;
    const char *name[SFT_MAX_MEASURES];     /* "f1_macro"; these live for ever */
    double      value[SFT_MAX_MEASURES];
    bool        lower[SFT_MAX_MEASURES];    /* less is better */
} sft_measures;

/* The same, and the metrics that the recipe asks for: `metrics`, and early_stop.monitor. An empty split has none. */
SFT_API sft_status   sft_measure(sft_trainer *t, sft_split split, sft_scores *scores, sft_measures *measures);
/* How often a true class (row) was predicted as another (column): outputs x outputs numbers; of yes-or-no targets 2 x 2, no before
 * yes. */
SFT_API sft_status   sft_confusion(sft_trainer *t, sft_split split, int64_t *counts);
/* Where the recipe has `average`: puts the averaged weights into the network (on), or those that are trained back. For what asks the
 * network itself: sft_net_remember, sft_net_save, sft_net_predict. Before there is an average nothing changes. sft_step puts the trained
 * ones back; checkpoints hold both. */
SFT_API sft_status   sft_trainer_average(sft_trainer *t, bool on);
/* Writes the whole state of training to one safetensors file, atomically (temporary file, fsync, rename). `extra` is text
 * kept with it (sft_fit keeps early stopping there), may be NULL. */
SFT_API sft_status   sft_trainer_save(sft_trainer *t, const char *path, const char *extra);
/* Restores it, all or nothing: the file is verified whole before anything changes. *extra (may be NULL) receives the kept text,
 * alive until the next load. flags: sft_load_flags. */
enum sft_load_flags {
    SFT_RESET_OPTIMIZER = 1,    /* only weights and place in time; the optimiser starts afresh */
    SFT_ALLOW_DATA_CHANGE = 2   /* go on although the data differ from those of the checkpoint */
};
SFT_API sft_status   sft_trainer_load(sft_trainer *t, const char *path, unsigned flags, const char **extra);
/* Only weights and state, from any safetensors file with PyTorch's names. */
SFT_API sft_status   sft_net_load(sft_net *n, const char *path);
SFT_API sft_status   sft_net_save(const sft_net *n, const char *path);
/* Weights and state kept in memory and put back: what early stopping restores. Checkpoints hold what is kept. */
SFT_API sft_status   sft_net_remember(sft_net *n);
SFT_API sft_status   sft_net_recall(sft_net *n);
SFT_API void         sft_trainer_free(sft_trainer *t);

/* ---- which rate? --------------------------------------------------------------------------- */

enum { SFT_LR_STEPS = 10000 };  /* at most, in a range test */

typedef struct sft_lr_point {   /* one step of a range test */
    int64_t step;               /* from 1 */
    double  lr, loss, smooth;   /* loss of the batch before the update; its running mean */
} sft_lr_point;

typedef bool sft_lr_fn(void *user, const sft_lr_point *p);  /* false: enough */

typedef struct sft_lr_options { /* 0: the usual value, in brackets */
    double     from, to;        /* rates of the first and last step (1e-7, 10) */
    int64_t    steps;           /* 20 to SFT_LR_STEPS (100) */
    double     smoothing;       /* how much of the running mean stays (0.95) */
    double     diverge;         /* ends where the mean is so many times its lowest (4) */
    sft_lr_fn *each;            /* called after each step; may be NULL */
    void      *user;
} sft_lr_options;

typedef struct sft_lr_found {
    int64_t points;             /* steps done */
    double  valley, steep;      /* rates to train with: inside the longest fall; where it falls fastest. NaN: none */
    double  lowest;             /* rate of the lowest mean: too high to train with */
    bool    diverged, stopped;  /* why it ended before its last step: the loss, the callback */
} sft_lr_found;

/* Leslie Smith's range test: trains with a rate that grows by the same factor every step, and puts everything back: training
 * goes on as if it had never been. `found` may be NULL. */
SFT_API sft_status sft_lr_find(sft_trainer *t, const sft_lr_options *o, sft_lr_found *found);

/* ---- the doctor ---------------------------------------------------------------------------- */

typedef enum sft_severity {
    SFT_ADVISORY,               /* worth knowing; training may well be fine */
    SFT_FAULT,                  /* training is the worse for it */
    SFT_FATAL                   /* it cannot learn, or not this way */
} sft_severity;

typedef enum sft_verdict {
    SFT_NOT_TRIED,              /* another one had won, or the budget was spent */
    SFT_WON,                    /* better than doing nothing, on a seed that was not used to choose it, too */
    SFT_NO_BETTER,              /* within the noise of doing nothing */
    SFT_WORSE,
    SFT_UNCONFIRMED             /* better on the seeds that chose it, not on the other one */
} sft_verdict;

/* Called now and then with what is being done and the share of it that is done; false: enough. */
typedef bool sft_doctor_fn(void *user, const char *what, double share);

typedef struct sft_doctor_options {
    int64_t        steps;       /* of the probe run; 0: only the start is looked at; below 0: chosen, one epoch, but 100 to 300 steps */
    sft_net       *net;         /* looked at as it is, and nothing is trained: it is of this recipe and these data; NULL: a new one */
    bool           verify;      /* try remedies against doing nothing; needs a probe run */
    int            seeds;       /* of each arm, at most 8 (3) */
    double         budget;      /* steps of all trials together, as a share of the planned run; 0: 0.5, or what a decision or a few
                                 * seconds take, if that is more */
    sft_doctor_fn *progress;    /* may be NULL */
    void          *user;
    unsigned       without;     /* parts of the protocol, to measure what they are good for: SFT_WITHOUT_TAIL … (0) */
} sft_doctor_options;

enum {
    SFT_WITHOUT_TAIL = 1,       /* arms end at the rate they have: lower rates look better than they are */
    SFT_WITHOUT_PLACEBO = 2,    /* the noise between two ways of doing nothing counts as 0 */
    SFT_WITHOUT_ROUNDS = 4      /* one round of trials; nothing is put right on trial, tried for longer, or by twos */
};

enum { SFT_DOCTOR_EDITS = 8 };

typedef struct sft_finding_facts {  /* a symptom that stands */
    const char  *symptom, *doc, *math, *source;
    sft_severity severity;
    const char  *layer, *op;    /* where: PyTorch's path; NULL: it has no place */
    double       value, limit;  /* the statistic, and the end of its healthy band that it passed */
    const char  *evidence;      /* one sentence with the numbers */
    const char  *cause;         /* the symptom upstream that explains it; NULL: it stands for itself */
    const char  *remedy, *remedy_doc; /* the first one that fits, untried; NULL: none */
    int          edits;
    const char  *edit[SFT_DOCTOR_EDITS]; /* overrides of the recipe: "init=auto" */
} sft_finding_facts;

typedef struct sft_signal_facts {   /* a layer on one batch of training samples; NaN where it makes no sense */
    const char *layer, *op;     /* PyTorch's path ("": the input) */
    double      rms, mean;      /* of its output */
    double      gain;           /* rms / rms of what it is fed */
    double      alike;          /* mean cosine of the outputs of two samples; 1: they all look alike */
    double      dead, slope;    /* of an activation: share of units without slope; mean slope / largest */
    double      gradient;       /* rms of the gradient of a sample's loss with respect to its output */
    double      weight, update; /* rms of its weight; rms of the last step's change / it */
} sft_signal_facts;

typedef struct sft_trial_facts {    /* a remedy against doing nothing */
    const char *symptom, *remedy, *doc;
    sft_severity severity;      /* of what it is meant for */
    int         round;          /* 0: tried by itself; later: on top of what had won before, or was put right */
    int         edits;
    const char *edit[SFT_DOCTOR_EDITS];
    sft_verdict verdict;
    const char *measure;        /* what was compared: "validation loss" … */
    double      before, after;  /* its mean: doing nothing, remedy */
    double      gain, se;       /* mean paired difference, positive is better; its standard error */
    double      noise;          /* the same between two ways of doing nothing */
    int         seeds;
    int64_t     steps;          /* of each arm */
    const char *reason;         /* one sentence */
} sft_trial_facts;

typedef struct sft_diagnosis_facts {
    int         findings, trials;
    int64_t     steps, planned; /* of the probe run; of the recipe (0: only the start was looked at) */
    bool        failed, stopped; /* the probe run ended in numbers that are not finite; the callback had enough */
    int64_t     spent;          /* steps of all trials together */
    const char *failure;        /* what failed, or NULL */
    double      start_loss, end_loss; /* of the probe batch; end_loss NaN: nothing was trained */
    double      prior;          /* loss of an output that ignores its input */
    /* of the training samples as the network gets them */
    int64_t     samples;        /* looked at */
    double      mean, std, low, high;
    double      majority;       /* share of the largest class; NaN: no classes */
    /* the optimiser's stability at the start; NaN: not measured */
    double      sharpness, sharpness_limit; /* largest curvature of the loss; the largest that this rate is stable at */
    double      rate_limit;     /* the largest rate that is stable with it */
    double      critical_rate;  /* at which one step along the gradient no longer lowers the loss, to a factor of 2 */
} sft_diagnosis_facts;

/* Looks at data and network, trains a short stretch in a network of its own, judges, and tries remedies. Recipe and data stay as they
 * are, and so does training with them. o may be NULL: a chosen probe run, and verification. Keeps recipe and data: free it first.
 * Numbers that are not finite are a finding, no failure. */
SFT_API sft_diagnosis *sft_diagnose(sft_ctx *c, sft_recipe *r, sft_data *d, const sft_doctor_options *o);
SFT_API sft_status  sft_diagnosis_facts_of(const sft_diagnosis *d, sft_diagnosis_facts *facts);
/* Findings, upstream first; layers in order, of the start or of the probe run's end; trials in the order they were made. False past the
 * end. */
SFT_API bool        sft_diagnosis_finding(const sft_diagnosis *d, int index, sft_finding_facts *facts);
SFT_API bool        sft_diagnosis_signal(const sft_diagnosis *d, bool end, int index, sft_signal_facts *facts);
SFT_API bool        sft_diagnosis_trial(const sft_diagnosis *d, int index, sft_trial_facts *facts);
/* Overrides of the recipe by which all that has won is applied; returns how many. */
SFT_API int         sft_diagnosis_edits(const sft_diagnosis *d, const char *edit[SFT_DOCTOR_EDITS]);
/* The recipe with these edits, as YAML; NULL: nothing has won. */
SFT_API const char *sft_diagnosis_recipe(const sft_diagnosis *d);
/* Tries remedies of what was found against doing nothing, as sft_diagnose does with `verify`; what was tried before is forgotten. o may
 * be NULL: the usual budget and seeds. */
SFT_API sft_status  sft_diagnosis_verify(sft_diagnosis *d, const sft_doctor_options *o);
/* All of it as JSON: docs/diagnosis-schema.json. */
SFT_API const char *sft_diagnosis_json(sft_diagnosis *d);
SFT_API const char *sft_severity_name(sft_severity s);
SFT_API const char *sft_verdict_name(sft_verdict v);
SFT_API void        sft_diagnosis_free(sft_diagnosis *d);

/* ---- watching a run ------------------------------------------------------------------------ */

typedef struct sft_watcher sft_watcher; /* looks at a run while it goes on, and changes nothing in it */

typedef struct sft_signals {    /* a look */
    int64_t step, epoch, steps; /* steps done; epoch from 1, 0 at the start; steps planned */
    double  loss, grad_norm;    /* of the samples that every look takes */
    int     layers;
    const sft_signal_facts *layer; /* in order; alive during the call */
} sft_signals;

typedef void sft_signals_fn(void *user, const sft_signals *s);
/* A fault is established at `step`: it stood twice when the run was judged, or cannot be by chance. Called once a symptom. d: all
 * that stands, to be looked at, or verified, during the call. False: training should end here. */
typedef bool sft_fault_fn(void *user, sft_diagnosis *d, const sft_finding_facts *f, int64_t step);

typedef struct sft_watch_options {
    bool            judge;      /* by symptoms, from the first step on; a run that is resumed is not */
    sft_signals_fn *signals;    /* told of each look; may be NULL */
    sft_fault_fn   *fault;      /* may be NULL: the context's notes tell of faults, and training goes on */
    void           *user;
} sft_watch_options;

/* Looks come as the recipe's `probe` says. f: gets signals.csv and, where it is judged, diagnosis.json and events.jsonl; o and f may
 * be NULL. Keeps the trainer: close it first. */
SFT_API sft_watcher *sft_watch_open(sft_trainer *t, sft_folder *f, const sft_watch_options *o);
/* Behind each sft_step, a failed one too (which is a fault like others). False: training should end. */
SFT_API bool        sft_watch_step(sft_watcher *w, const sft_step_facts *at);
/* The run has come to its end: it is judged for the last time. */
SFT_API sft_status  sft_watch_end(sft_watcher *w);
/* Where a fault was to end training: fails with SFT_TRAINING, and says why. */
SFT_API sft_status  sft_watch_fail(sft_watcher *w);
SFT_API void        sft_watch_close(sft_watcher *w);

/* ---- files of tensors ---------------------------------------------------------------------- */

typedef struct sft_file sft_file;   /* a safetensors file in memory: a checkpoint, a model, or any other */

/* Reads a file and checks its form, and its hashes where it has some. */
SFT_API sft_file    *sft_file_open(sft_ctx *c, const char *path);
SFT_API bool         sft_file_tensor(const sft_file *f, int index, sft_tensor_facts *facts); /* false past the end */
/* Copies tensor `index`, whatever its type, as floats; as many as its facts say. */
SFT_API sft_status   sft_file_values(const sft_file *f, int index, float *values);
/* What is written beside the tensors: "step", "epoch", "recipe" …; NULL: nothing under this key. */
SFT_API const char  *sft_file_meta(const sft_file *f, const char *key);
SFT_API void         sft_file_close(sft_file *f);

/* ---- the run folder ------------------------------------------------------------------------ */

/* One row of metrics.csv. */
typedef struct sft_metric {
    int64_t    step, epoch;
    sft_split  split;
    sft_scores scores;
    double     lr, grad_norm, seconds;
    sft_measures measures;      /* each into the column of its name, if the recipe asks for it; empty where there is none */
} sft_metric;

typedef struct sft_result sft_result;

/* Makes and locks a run folder, or opens one to go on (resume). A new run replaces one that is there. Checks that checkpoints will fit on
 * the disk. */
SFT_API sft_folder *sft_folder_open(sft_trainer *t, const char *path, bool resume);
/* The newest valid checkpoint into the trainer; a broken one is skipped with a note that says what is wrong with it. False with no failure
 * when there is none yet. */
SFT_API bool        sft_folder_load(sft_folder *f, unsigned flags, const char **extra);
/* A checkpoint, then `latest`, then surplus ones are deleted. `force`: now; otherwise only when checkpoint.min_seconds have passed. */
SFT_API sft_status  sft_folder_save(sft_folder *f, const char *extra, bool force);
SFT_API sft_status  sft_folder_log(sft_folder *f, const sft_metric *row);
/* The end: model.safetensors with the network's weights, and run.json; result NULL after a failure, which stays as it is. */
SFT_API sft_status  sft_folder_end(sft_folder *f, const sft_result *result);
SFT_API void        sft_folder_close(sft_folder *f);

/* ---- training, all of it ------------------------------------------------------------------- */

typedef struct sft_progress {
    sft_step_facts    step;
    sft_trainer_facts plan;
    bool              evaluated;        /* validation below is fresh */
    sft_scores        train, validation; /* running mean of the epoch; last evaluation */
    double            seconds, eta;     /* since the start, time before a resume included; to the planned end */
} sft_progress;

/* Called after each step; returning false asks for a checkpoint and a clean stop. */
typedef bool sft_progress_fn(void *user, const sft_progress *p);

typedef struct sft_fit_options {
    const char      *folder;    /* run folder, made when absent; NULL: nothing is written */
    bool             resume;    /* go on from the folder's newest valid checkpoint */
    bool             reset_optimizer, allow_data_change;
    sft_progress_fn *progress;
    void            *user;
    const sft_watch_options *watch; /* NULL: only what the recipe's `probe` asks for */
} sft_fit_options;

struct sft_result {
    int64_t    steps, epochs, best_epoch;       /* best_epoch: of the best evaluation, from 1; 0 without validation */
    double     seconds;                         /* of training, the time before a resume included */
    bool       stopped;                         /* the progress callback asked */
    bool       early;                           /* early stopping ended it */
    sft_scores best;                            /* the best evaluation: validation at best_epoch */
    sft_scores train, validation, test;         /* of the weights that are left in the network; count 0 where stopped */
    sft_measures measures[SFT_SPLITS];          /* metrics of the same weights */
    sft_measures best_measures;                 /* of the best evaluation; n 0 where it was before a resume */
    char       weights_sha256[65];
};

/* Trains to the planned end, or to a fault that ends it (SFT_TRAINING, with a checkpoint); o and result may be NULL. Written with the
 * calls above only and meant to be copied: src/train/fit.c. */
SFT_API sft_status sft_fit(sft_ctx *c, sft_recipe *r, sft_data *d, sft_net *n, const sft_fit_options *o, sft_result *result);

/* ---- sweeps -------------------------------------------------------------------------------- */

/* A trial is a point of the space trained with one seed. A rank is what the plan's rank_by names, of the validation samples at the best
 * epoch: "loss", "accuracy" (0..1) or a metric. Points and trials are numbered from 0 in the order in which they were asked for; the trials
 * of point p are p * seeds and those behind it. Unless told otherwise numbers that are not known are NaN, and texts live as long as the
 * sweep is open. */

/* How a sweep stands. */
typedef struct sft_sweep_facts {
    const char *name, *folder, *rank_by, *sampler;
    bool        maximize;       /* a larger rank is better */
    int         axes;           /* keys that are varied */
    int         seeds;          /* trials of each point */
    int         workers;        /* of the run in hand, or of the last one; 0: it never ran */
    const char *const *key;     /* of each axis: "optimizer.lr" */
    int64_t     planned;        /* trials in all; 0: not known */
    int64_t     trials, waiting, running, done, pruned, failed; /* trials: asked for so far, the sum of the others */
    int64_t     best_point;     /* -1: none yet */
    double      best;           /* its mean rank over seeds */
    double      seconds, trial_seconds; /* wall time of all runs; training time of all trials */
    double      eta;            /* seconds to the end */
    bool        complete;       /* nothing runs and nothing is left to do */
} sft_sweep_facts;

/* Called by sft_sweep_run about ten times a second while trials run, and once at the end; the facts live until it returns. False: trials
 * write checkpoints and stop. */
typedef bool sft_sweep_fn(void *user, const sft_sweep_facts *f);

typedef struct sft_sweep_options { /* texts are copied */
    const char   *folder;       /* sweep.db and trials/00000 …; made when absent; shorter than 4,000 bytes */
    bool          resume;       /* go on with the sweep that the folder holds; without it a folder that holds one is refused (E345) */
    bool          retry_failed; /* with resume: failed trials start afresh */
    const char *const *set;     /* overrides "key=value" of the base recipe, n_sets of them */
    int           n_sets;
    int           seeds;        /* of each point, instead of the plan's: its first ones; 0: as the plan says */
    int           workers;      /* processes of one thread, 1024 at most; 0: one a core */
    int64_t       trials;       /* in all, those before a resume counted; 0: as the plan says */
    double        seconds;      /* no trial is begun later than this, in all runs together; 0: as the plan says */
    int64_t       fail_fast;    /* stop when so many have failed in this run; 0: never */
    int64_t       memory;       /* bytes of address space of a worker, which fails its trial where it is short; 0: no limit */
    sft_sweep_fn *progress;     /* may be NULL */
    void         *user;
} sft_sweep_options;

typedef struct sft_attempt_facts {  /* a trial of a sweep */
    int64_t     number, point, seed;
    const char *state;          /* waiting running done pruned failed */
    const char *folder;         /* its run folder, a path that can be opened; "": another program trains it */
    const char *failure;        /* a sentence, or NULL */
    const char *note;           /* what the doctor and the curve say, or "" */
    int         exit_code;      /* of a failed one: as of `surefoot train`, or 128 + signal; 0 of others */
    int64_t     epochs, steps, planned_steps; /* done so far; of the whole training, 0: not begun */
    int64_t     best_epoch;     /* from 1; 0: none */
    double      seconds;        /* of training, all attempts together */
    double      rank, val_loss, val_accuracy, test_loss, test_accuracy; /* at the best epoch; accuracies 0..1 */
    const char *const *value;   /* of each axis as text; NULL: it does not matter there */
    const char *edits;          /* the point and its seed as overrides of the recipe, a blank between */
} sft_attempt_facts;

typedef struct sft_point_facts {    /* a point over its seeds; those that failed are counted only */
    int64_t     point, trials, done, pruned, failed;
    double      rank, rank_std, val_loss, val_accuracy, val_accuracy_std, test_accuracy, test_accuracy_std; /* means; unbiased deviations */
    double      best_epoch, seconds; /* means; seconds: of training, of one trial */
    const char *const *value;   /* as of a trial */
    const char *note;           /* of its first trial that has one, or "" */
} sft_point_facts;

/* Reads plan (sweep.yaml) and opens the folder, which this process then holds until sft_sweep_close. plan NULL: the one that the folder has
 * (E299: it has none). NULL after a failure: E1xx of the plan, at its place; E342 for a sweep.db that is damaged or of a newer surefoot;
 * E343 where the folder's sweep searched something else, with the difference; E344 while another process holds it; E345 without `resume`
 * where there is a sweep already; E33x of the disk; E002 without a folder, or where this library was built without SQLite. */
SFT_API sft_sweep  *sft_sweep_open(sft_ctx *c, const char *plan, const sft_sweep_options *o);
/* Trains until the budget is used up, the space is, or progress asked to stop. Forks: call it before the process trains anything itself,
 * best where it has one thread. A trial that fails is no failure of the sweep; a full disk is (E333), as are data without validation
 * samples (E202) and workers that end before they begin (E004). What ended is in the folder, whatever kills this process. */
SFT_API sft_status  sft_sweep_run(sft_sweep *s);
SFT_API sft_status  sft_sweep_facts_of(sft_sweep *s, sft_sweep_facts *facts);
/* A trial by its number; false past the end, or after a failure. Its folder and edits live until the next call with this sweep. */
SFT_API bool        sft_sweep_trial(sft_sweep *s, int64_t number, sft_attempt_facts *facts);
/* The point at a place of the ranking, from 0, the best: those whose seeds all ended well, then those of which some did or were pruned,
 * then the others. False past the end, or after a failure. */
SFT_API bool        sft_sweep_point(sft_sweep *s, int64_t place, sft_point_facts *facts);
/* For programs that train by themselves: the next trial, now running; false with no failure: none is left. And what became of it: its
 * rank, NaN: it failed. E345 for a trial that was not asked for this way, or that was told of before. */
SFT_API bool        sft_sweep_ask(sft_sweep *s, sft_attempt_facts *facts);
SFT_API sft_status  sft_sweep_tell(sft_sweep *s, int64_t number, double rank);
SFT_API void        sft_sweep_close(sft_sweep *s); /* NULL: nothing */

/* ---- reports ------------------------------------------------------------------------------- */

typedef struct sft_report_options {
    const char *folder;         /* that the report is written into, made when absent; NULL: PATH/report of a single path */
    const char *rank_by;        /* of run folders: "loss", "accuracy" or a metric of metrics.csv; NULL: accuracy where there is one */
} sft_report_options;

typedef struct sft_report_facts {
    int64_t trials, done, failed;
    int     points;             /* trials that differ by more than the seed */
    double  best_validation, best_test; /* of the best point, means over seeds, by the rank; NaN: none is done */
    char    folder[4096], best[4096]; /* of the report; of a run of the best point, "" for none */
} sft_report_facts;

/* A report of one sweep folder, or of n run folders: table.md, .csv and .tex, effects.md, answers.md, figures/, report.md, .html and .json.
 * Runs whose recipes differ by train.seed only count as seeds of one point. o and facts may be NULL. E299: no run folder; E132: no such
 * rank_by; E002: of n > 1 without a folder, or of sweeps among others. */
SFT_API sft_status sft_report_write(sft_ctx *c, int n, const char *const *paths, const sft_report_options *o, sft_report_facts *facts);

typedef struct sft_comparison sft_comparison;

/* Compares run folders, at least two: what their recipes and scores differ in, side by side. Runs that differ by the seed only are one
 * group; each group is held against that of the first path by a test over seeds. o->folder is ignored; o may be NULL. NULL: failed, as
 * sft_report_write does. The texts live as long as the comparison. */
SFT_API sft_comparison *sft_compare(sft_ctx *c, int n, const char *const *paths, const sft_report_options *o);
SFT_API const char     *sft_comparison_text(const sft_comparison *k); /* Markdown */
SFT_API const char     *sft_comparison_json(const sft_comparison *k);
SFT_API void            sft_comparison_free(sft_comparison *k);

/* ---- labs ---------------------------------------------------------------------------------- */

/* Called about ten times a second while a lab runs, with what is being done and the share of it that is done; false: enough. */
typedef bool sft_lab_fn(void *user, const char *what, double share);

typedef struct sft_lab_options { /* texts are copied */
    const char *folder;         /* that is written: a sweep an experiment, figures/, index.html; one that is there is gone on with */
    bool        check;          /* small, as claim.yaml's `check` says */
    const char *const *set;     /* overrides "key=value" of the base recipes of all its sweeps, n_sets of them */
    int         n_sets;
    int         workers;        /* processes of one thread; 0: one a core */
    sft_lab_fn *progress;       /* may be NULL */
    void       *user;
} sft_lab_options;

typedef struct sft_lab_facts {
    const char *name, *title, *slide, *sentence, *folder;
    int         claims, figures; /* figures: drawn */
    int         wrong;          /* claims that came out otherwise than claim.yaml says, or not at all; all of them before a run */
    int         too_strong;     /* sentences that do not hold as they are said, which claim.yaml knew */
    int64_t     trials, planned; /* that have ended; in all */
    bool        complete;       /* it has run to the end */
    double      seconds;        /* of this run */
} sft_lab_facts;

typedef struct sft_claim_facts {
    const char *name, *says, *because; /* because: where the bound comes from */
    const char *instead;        /* what is true instead of a sentence that is too strong; NULL: it is expected to hold */
    const char *measured, *bound, *verdict; /* "0.993 (0.991 to 0.995)", "at least 0.98", "holds" */
    double      mean, from, to; /* over seeds, and the 95 % interval by Student's t; NaN: not known */
    int         seeds;
    bool        as_said;        /* it holds, or was expected not to; a check that leaves it out counts */
} sft_claim_facts;

/* Reads FOLDER/claim.yaml and its sweeps: docs/labs.md. NULL after a failure, at its place. */
SFT_API sft_lab    *sft_lab_open(sft_ctx *c, const char *folder, const sft_lab_options *o);
/* Trains, measures, draws, judges. Forks, as sft_sweep_run does. A claim that does not hold is no failure. */
SFT_API sft_status  sft_lab_run(sft_lab *lab);
SFT_API sft_status  sft_lab_facts_of(const sft_lab *lab, sft_lab_facts *facts);
SFT_API bool        sft_lab_claim(sft_lab *lab, int index, sft_claim_facts *facts); /* false past the end */
/* Title of figure `index` and its path without ".svg" or ".png"; false past the end. */
SFT_API bool        sft_lab_picture(const sft_lab *lab, int index, const char **title, const char **stem);
/* FOLDER/index.html: one page of n labs that have run, with their pictures in it. */
SFT_API sft_status  sft_lab_page(sft_ctx *c, int n, sft_lab *const *lab, const char *folder);
SFT_API void        sft_lab_close(sft_lab *lab);        /* NULL: nothing */

/* ---- logs for other programs ---------------------------------------------------------------- */

/* Takes n bytes, which are gone after the call; false: it cannot, and the export fails (E333). */
typedef bool sft_write_fn(void *user, const void *bytes, size_t n);

typedef struct sft_export_options {
    const char   *format;       /* "tensorboard", "csv", "json": sft_export_format */
    const char   *path;         /* the file, or of tensorboard the folder; made, with its parents. NULL, of csv and json: `write` gets it */
    sft_write_fn *write;
    void         *user;
    bool          curves;       /* csv of a sweep: every number of every trial in a long table, as of runs; else a row a trial */
    bool          no_signals;   /* leave out signals.csv, which is most of what a watched run wrote */
} sft_export_options;

typedef struct sft_export_facts {
    int64_t runs;               /* of which something was written */
    int64_t values;             /* numbers of metrics.csv and signals.csv; of csv's table of trials its rows */
    int64_t files;              /* 0: it went to `write` */
} sft_export_facts;

/* What n run folders and sweeps have logged, in the form of another program; n >= 1. A file is whole or as it was before; a run that still
 * trains is taken as far as it is. Holds one row at a time. facts may be NULL. E299: a path is neither; E230 to E237: a damaged file. */
SFT_API sft_status sft_export(sft_ctx *c, int n, const char *const *paths, const sft_export_options *o, sft_export_facts *facts);

/* Name of format `index`, from 0; NULL past the end. doc and folder (it writes a folder, not one file) may be NULL. */
SFT_API const char *sft_export_format(int index, const char **doc, bool *folder);

/* ---- the vocabulary ------------------------------------------------------------------------ */

typedef struct sft_option_facts {
    const char *name, *kind, *def, *range, *doc, *aliases;
} sft_option_facts;

typedef struct sft_record_facts {
    const char *kind;           /* "op", "loss", "init", "optimizer", "schedule", "data", "symptom", "section" … */
    const char *name, *aliases, *doc, *math;
    int         options;
} sft_record_facts;

/* Record `index` of everything that has a name, in the order of `surefoot list`; false past the end. */
SFT_API bool sft_list(int index, sft_record_facts *facts);
typedef struct sft_symptom_facts {  /* a record of kind "symptom", all of it */
    const char *name, *doc, *math;
    const char *source;         /* where the rule comes from */
    const char *origin;         /* "data", "contract", "start", "pace", "signal", "result": the first explain the later ones */
    const char *explains, *remedies; /* names, space separated; explains "*": all of later origin */
    const char *sick, *well;    /* recipes on built-in data: one shows it, the other does not */
} sft_symptom_facts;

/* Symptom `index` of those, from 0; false past the end. */
SFT_API bool sft_list_symptom(int index, sft_symptom_facts *facts);
/* Option `option` of record `index`. buf holds the text of default and range. */
SFT_API bool sft_list_option(int index, int option, sft_option_facts *facts, char *buf, size_t size);
/* The known word (of all records and options) nearest to `word`, or NULL when nothing is near. */
SFT_API const char *sft_nearest(const char *word);

#ifdef __cplusplus
}
#endif
#endif
