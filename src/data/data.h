/* SPDX-License-Identifier: MIT */
/* Data sets in memory, their sources, splits, and batches as pure functions of (seed, epoch,
 * step). */
#ifndef SFT_DATA_DATA_H
#define SFT_DATA_DATA_H

#include "base/fields.h"
#include "base/io.h"
#include "data/augment/augment.h"
#include "graph/graph.h"

/* Samples as they came: bytes stay bytes until a batch is gathered. */
typedef struct sft_samples {
    int64_t   count;
    sft_shape shape;
    uint8_t  *bytes;  /* count x sample, or NULL */
    float    *floats; /* count x sample, or NULL */
    int32_t  *label;  /* classes, or NULL */
    float    *target; /* count x outputs, or NULL */
} sft_samples;

typedef struct sft_raw {            /* what a source delivers */
    sft_arena         *arena;       /* texts and names */
    const char        *source;      /* origin and licence, one line */
    sft_samples        train, test; /* test.count 0: none */
    int64_t            held; /* the last so many of train are validation samples by the source's own choice */
    sft_task           task;
    int64_t            outputs;
    const char *const *class_names; /* or NULL */
    unsigned tasks; /* set before: bits (1 << sft_task) of what the loss can be used with; 0: any */
    int  white;  /* of images of bytes, the value that is white; 0: 255 */
    bool impute; /* a NaN marks a missing value: it becomes the training mean of its feature */
} sft_raw;

typedef struct sft_source { /* `data: NAME …` or `data: NAME:PLACE …` */
    const char      *name, *aliases, *doc, *math;
    size_t           conf_size;
    const sft_field *fields;
    bool             place; /* takes a path behind the colon */
    const struct sft_remote_file *files; /* that `surefoot data get` fetches; NULL: none */
    const char      *packaged; /* where a distribution's package puts them; NULL: nowhere */
    /* Fills raw from conf; arrays by sft__alloc, freed by sft__raw_free. place: path or NULL. pos: for messages. */
    sft_status (*open)(sft_ctx *c, const void *conf, const char *place, sft_pos pos, sft_raw *raw);
} sft_source;

const sft_source *sft__source_find(const char *name);
const sft_source *sft__source_at(int i);
void              sft__raw_free(sft_ctx *c, sft_raw *raw);

/* Rows of the recipe's `split:` section. */
typedef struct sft_split_conf {
    double  validation; /* share of the training samples held out */
    double  test;       /* share taken as test when the source has none */
    int64_t seed;
    bool    shuffle;    /* false: the last samples are held out */
    bool    stratify;   /* where they are shuffled */
    double  fraction;   /* of what is left to train on; 0, where no recipe was read: all */
    double  label_noise; /* share of training and validation labels that are another class */
    int     standardize; /* word: auto none global channel feature */
    bool    standardize_targets; /* numbers to predict, by the network: src/train/net_new.c */
} sft_split_conf;

extern const sft_field sft__split_fields[];

struct sft_data {
    sft_ctx       *ctx;
    sft_arena      arena;
    sft_data_facts facts;
    sft_raw        raw;
    int64_t       *index
        [SFT_SPLITS]; /* sample numbers; of raw.train, or of raw.test for SFT_TEST when test_is_own */
    bool    test_is_own;
    int64_t n_affine;                    /* 1 (global), channels or features */
    float  *scale, *shift;               /* gathered value = x * scale + shift; targets stay as they are */
};

/* tasks: as sft_raw has it. */
sft_status sft__data_make(sft_ctx *c, const sft_spec *source, const sft_split_conf *split,
                          unsigned tasks, sft_data **out);

/* A stream of batches of one split. get(epoch, step) is a pure function; a thread gathers the
 * next one meanwhile. */
typedef struct sft_loader sft_loader;

typedef struct sft_loader_conf {
    sft_split split;
    int64_t   batch;
    uint64_t  seed;
    bool      shuffle;   /* a new order each epoch; false: file order */
    bool      drop_last; /* leave out the short last batch */
    bool      prefetch;  /* gather in a thread */
    bool      weighted;  /* with shuffle: every class equally often, drawn with replacement */
    const sft_augments *augment; /* of training samples; NULL or none: as they are. Must live on */
} sft_loader_conf;

sft_loader *sft__loader_new(const sft_data *d, const sft_loader_conf *k);
int64_t     sft__loader_steps(const sft_loader *l); /* batches an epoch */
int64_t     sft__loader_tail(const sft_loader *l);  /* rows of the last batch of an epoch */
/* Batch `step` (0..steps-1) of `epoch` (from 0). Valid until the next call. Allocates nothing. */
const sft_batch *sft__loader_get(sft_loader *l, int64_t epoch, int64_t step);
void             sft__loader_free(sft_loader *l);

#endif
