/* SPDX-License-Identifier: MIT */
/* The recipe: YAML and overrides become sections, sections are bound to option rows. */
#ifndef SFT_RECIPE_RECIPE_H
#define SFT_RECIPE_RECIPE_H

#include "base/rules.h"
#include "data/data.h"
#include "graph/graph.h"
#include "init/init.h"
#include "metrics/metric.h"
#include "optim/method.h"
#include "optim/optim.h"

/* Rows of `train:` */
enum { SFT_SAMPLER_UNIFORM, SFT_SAMPLER_WEIGHTED };
typedef struct sft_train_conf {
    int64_t epochs, steps;      /* steps > 0 ends training earlier or later than epochs would: it rules */
    int64_t batch;
    int64_t seed;
    int64_t shards;             /* auto: -1 */
    double  clip_norm;          /* 0: off */
    bool    shuffle, drop_last;
    int     sampler;            /* word: SFT_SAMPLER_UNIFORM or SFT_SAMPLER_WEIGHTED */
    int64_t eval_every;         /* epochs between evaluations */
    double  layer_decay;        /* rate of a layer, of the next one's; 1: off */
    int64_t accumulate;         /* batches whose gradients make one step */
} sft_train_conf;

/* Rows of `regularize:` */
typedef struct sft_regular_conf {
    double l1, max_norm;        /* 0: off */
    double gradient_noise, noise_decay; /* eta (0: off) and gamma of Neelakantan et al. */
} sft_regular_conf;

/* Rows of `groups:`, one set for each pattern */
typedef struct sft_group_conf {
    double lr_scale;
    double decay_scale;         /* auto (NaN): 1 for weights, 0 for biases and norms */
} sft_group_conf;

/* Rows of `early_stop:` */
enum { SFT_MONITOR_LOSS, SFT_MONITOR_ACCURACY, SFT_MONITOR_OTHERS };
typedef struct sft_stop_conf {
    int64_t patience;           /* evaluations without improvement; 0: off */
    double  min_delta;
    int     monitor;            /* of validation: index into sft__monitors */
    bool    restore_best;
} sft_stop_conf;

/* Rows of `metrics:` */
typedef struct sft_metrics_conf {
    const char *names;          /* "[top5, f1_macro]"; NULL: by the task */
} sft_metrics_conf;

/* Rows of `probe:` */
typedef struct sft_probe_conf {
    int64_t every;              /* steps between two looks; auto: -1 */
    double  share;              /* of the work of training that looks may take; where `every` is auto */
    int64_t samples;            /* of a look */
} sft_probe_conf;

/* Rows of `checkpoint:` */
typedef struct sft_keep_conf {
    double  every;              /* epochs between checkpoints; 0: only at the end */
    int64_t every_steps;        /* 0: off */
    double  min_seconds;        /* between two */
    int64_t keep_last;          /* newest kept, at least 2 */
    bool    keep_best;          /* best.safetensors by validation */
} sft_keep_conf;

typedef enum sft_section_id {
    SFT_DATA_SECTION, SFT_SPLIT_SECTION, SFT_AUGMENT_SECTION, SFT_MODEL_SECTION, SFT_LOSS_SECTION, SFT_INIT_SECTION,
    SFT_INIT_LAYERS_SECTION, SFT_OPTIMIZER_SECTION, SFT_GROUPS_SECTION, SFT_REGULAR_SECTION, SFT_SCHEDULE_SECTION,
    SFT_WRAP_SECTION, SFT_AVERAGE_SECTION, SFT_TRAIN_SECTION, SFT_STOP_SECTION, SFT_KEEP_SECTION, SFT_METRICS_SECTION,
    SFT_PROBE_SECTION,
    SFT_SECTIONS
} sft_section_id;

/* A section after resolving: what its options are and where their values stand. */
typedef struct sft_bound {
    const char      *name;      /* canonical, with the place ("idx:DIR"); NULL: the section has no name */
    const sft_field *rows;
    void            *conf;
    const void      *record;
} sft_bound;

struct sft_recipe {
    sft_ctx   *ctx;
    sft_arena  arena;
    const char *file;           /* "recipe.yaml" in messages */
    /* as given, edited by overrides */
    sft_spec   data, split, augment, model, loss, init, optimizer, schedule, wrap, average, train, early_stop, checkpoint, metrics,
        regularize, probe;
    sft_spec  *call;            /* augmentations, in order */
    int        n_calls;
    sft_rules   init_layers;    /* initialisers by pattern */
    sft_rules   groups;         /* rate and decay by pattern */
    const char *stack;          /* model as stack text; NULL: a preset, in `model` */
    sft_pos    stack_pos;
    /* as resolved */
    bool                 resolved;
    sft_bound            bound[SFT_SECTIONS];
    const sft_source    *source;
    sft_init_extra       init_extra;
    sft_split_conf       split_conf;
    sft_augments           stages;        /* of augmentation */
    sft_layer           *layers;
    const sft_loss      *loss_record;   /* NULL: by the task */
    void                *loss_conf;
    const sft_optimizer *optimizer_record;
    void                *optimizer_conf;
    double               lr;            /* the optimiser's first row */
    const sft_schedule  *schedule_record;
    void                *schedule_conf;
    sft_warmup           warmup;
    const sft_wrapper   *wrapper;
    void                *wrapper_conf;
    const sft_average   *average_record;
    void                *average_conf;
    sft_train_conf       train_conf;
    sft_regular_conf     regular_conf;
    sft_stop_conf        stop_conf;
    sft_keep_conf        keep_conf;
    sft_metrics_conf     metrics_conf;
    sft_probe_conf       probe_conf;
    const char          *text;          /* resolved YAML, made by sft_recipe_text */
};

extern const sft_field sft__train_fields[], sft__stop_fields[], sft__keep_fields[], sft__metrics_fields[];

#endif
