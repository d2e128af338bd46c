/* SPDX-License-Identifier: MIT */
/* The doctor's benchmark: labelled training failures, one JSON object a line. Each is rebuilt as a recipe and data, trained
 * beside the twin that repairs it, and shown to the doctor. */
#ifndef BENCH_DOCTOR_H
#define BENCH_DOCTOR_H

#include "base/error.h"
#include "surefoot.h"

#include <jansson.h>

enum { WHY = 200, LABELS = 24, GUESSES = 24, TRIES = 16 };

/* Says why a configuration cannot be expressed; always false. */
bool cannot(char *why, const char *format, ...) SFT_PRINTF(2, 3);

/* ---- data: sets.c, prepare.c, spoil.c ----------------------------------------------------------- */

typedef struct set {            /* in memory: training rows, then validation rows */
    int64_t   n_train, n_val, width; /* width: numbers of a sample */
    sft_shape shape;
    float    *x, *y;            /* y: `outputs` numbers a row, of classes one */
    sft_task  task;
    int64_t   outputs, classes; /* classes 0: regression */
    bool      sorted;           /* training goes through it in this order */
} set;

/* What a line calls a set, before anything is done to it; of classes y is the class number. */
bool set_make(sft_ctx *c, const json_t *dataset, const json_t *input_shape, set *s, char *why);
bool set_prepare(set *s, const char *prep, char *why);          /* scales as the line says */
bool set_spoil(set *s, const json_t *dataset, char *why);       /* labels, order, imbalance as the line says */
bool set_targets(set *s, sft_task task, int64_t outputs, char *why); /* class numbers become what the loss wants */
int64_t set_targets_of(const set *s);                           /* numbers of y a row */
void set_scale(set *s, const char *how);                        /* none, global, channel, feature: fitted on the training rows */
set  set_copy(const set *s);
sft_data *set_open(sft_ctx *c, const set *s);
void set_free(set *s);

/* ---- configurations: layers.c, recipe.c, twin.c ------------------------------------------------- */

typedef struct strbuf {           /* grows; free(at) */
    char  *at;
    size_t n;
} strbuf;

void add_text(strbuf *t, const char *format, ...) SFT_PRINTF(2, 3);

typedef struct loss_plan {      /* how loss and last activation are said here */
    const char *loss;           /* of the recipe */
    sft_task    task;
    bool        drop_last;      /* the loss has the last activation in itself */
    const char *nearest;        /* what differs from the line; NULL: nothing */
} loss_plan;

bool plan_loss(const json_t *line, loss_plan *p, char *why);
/* Stack text, default init, and entries of init_layers and groups. */
bool write_layers(const json_t *line, const loss_plan *p, strbuf *stack, strbuf *init, strbuf *by_layer, strbuf *groups,
                  char *why);

typedef struct setup {          /* a configuration that can be run */
    char       *recipe;         /* text; the seed is set later */
    set         data;
    const char *nearest;
} setup;

bool setup_make(sft_ctx *c, const json_t *line, setup *s, char *why);
void setup_free(setup *s);
/* Fills in what lines of published collections say in words: published.c. */
void complete_line(json_t *line);
/* A new line: the repaired one. */
json_t *twin_make(const json_t *line, char *why);

/* Values of a line, or the default where it has none. */
const char *text_of(const json_t *o, const char *key, const char *def);
double      number_of(const json_t *o, const char *key, double def);

/* ---- running: run.c ------------------------------------------------------------------------------ */

typedef struct outcome {        /* of a whole training run */
    bool   known, failed;       /* failed: not finite; scores are those of an output that ignores its input */
    double val_acc, val_loss, train_acc, train_loss;
    double seconds;
} outcome;

/* recipe NULL: the setup's own. until: seconds on sft__now()'s clock; when they are over, the outcome is not known. */
outcome train(sft_ctx *c, const setup *s, const char *recipe, uint64_t seed, double until);

typedef struct guess {          /* a finding at fault or above */
    char symptom[40], evidence[300];
    bool root;                  /* nothing stands upstream */
} guess;

typedef struct opinion {        /* of the doctor */
    int    guesses;
    guess  guess[GUESSES];
    char   advisories[160];
    double used;                /* share of the planned run that was looked at */
    double seconds;
    int    accepted;            /* trials that won */
    char  *repaired;            /* recipe, or NULL */
    int    tries;
    char   tried[TRIES][500];   /* symptom, remedy, verdict and the reason of it */
} opinion;

enum { SEEN_LAYERS = 256, RULE_SETS = 5, RULE_LABELS = 8 };

typedef struct seen_layer {
    bool   relu, curved;        /* an activation that is cut off; one that bends at both ends */
    double mean, rms, dead, slope, gradient, update;
} seen_layer;

typedef struct seen {           /* what published rules are asked about: rules.c */
    int        layers;
    seen_layer start[SEEN_LAYERS], end[SEEN_LAYERS];
    double     lr, dropout, low, high, majority, start_loss, end_loss;
    bool       failed;
} seen;

const char *rule_set_name(int i);
int rule_set_judge(int i, const seen *s, const outcome *own, const char *labels[RULE_LABELS]); /* how many */

enum { LOOK_START, LOOK_PROBE, LOOK_ALL };      /* nothing is trained; a short stretch; the whole run */

/* False: not finished in time, or it failed, and `why` says how. */
bool ask_doctor(sft_ctx *c, const setup *s, uint64_t seed, int how, bool verify, double until, opinion *o, seen *x, char *why);
void opinion_free(opinion *o);

/* ---- scoring: names.c, score.c ------------------------------------------------------------------- */

bool means(const char *symptom, const char *label);     /* is a symptom what the corpus calls `label`? */
bool means_any(const char *symptom, const json_t *labels);
bool is_healthy(const json_t *line);
/* A healthy configuration with one thing changed, as a line whose twin says what; NULL past the end. */
json_t *control_at(const json_t *line, int i);
/* Is the changed one better than a mild fault's margin? */
bool control_wins(const outcome *healthy, const outcome *changed);
bool oracle_holds(const json_t *oracle, const outcome *faulty, const outcome *twin);
/* Share of the twin's gain that a repair reaches. */
double repaired_share(const json_t *oracle, const outcome *faulty, const outcome *twin, const outcome *repaired);

typedef struct tally {
    int    lines, inexpressible, unfinished;
    int    valid, dropped, unchecked;           /* (line, seed); unchecked: valid because there is no twin to compare with */
    int    healthy, alarms;                     /* healthy ones; of these with an alarm */
    int    faulty, detected, top1;
    double right, said;                         /* labels said, and those of them that are right */
    int    lead_n;
    double lead;
    int    twins, repaired, accepts, harmful;
    double doctor_seconds, seconds;
    struct {
        int alarms, detected, top1;
    }      rules[RULE_SETS];                    /* of published tools, on the same (line, seed) */
} tally;

void tally_print(const tally *t, FILE *f);
void tally_json(const tally *t, FILE *f);

#endif
