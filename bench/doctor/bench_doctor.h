/* SPDX-License-Identifier: MIT */
/* The doctor's benchmark: labelled training failures, one JSON object a line. Each is rebuilt as a recipe and data, trained
 * beside the twin that repairs it, and shown to the doctor. */
#ifndef BENCH_DOCTOR_H
#define BENCH_DOCTOR_H

#include "base/error.h"
#include "base/random.h"
#include "surefoot.h"

#include <jansson.h>

enum { WHY = 200, LABELS = 24, GUESSES = 24, TRIES = 16 };

/* Says why a configuration cannot be expressed; always false. */
bool cannot(char *why, const char *format, ...) SFT_PRINTF(2, 3);

/* ---- words: words.c ------------------------------------------------------------------------------ */

void   lower_case(const char *text, char *to, size_t size);
/* The number that stands before or behind a word: "2 turns", "noise 0.05". */
double number_near(const char *text, const char *word, bool before, double def);
/* What a call of make_something(...) is given at a place, from 0, or by one of the names (" n n_samples "); NaN: nothing, or no
 * number. */
double argument(const char *words, int place, const char *names);
bool   range_in(const char *words, int which, double *low, double *high);
/* Blanks a phrase out; false: it is not there. Then: is anything left that says something? */
bool   strike(char *words, const char *phrase);
bool   says_more(const char *words);

/* ---- data: sets.c, made.c, prepare.c, spoil.c --------------------------------------------------- */

typedef struct set {            /* in memory: training rows, then validation rows */
    int64_t   n_train, n_val, width; /* width: numbers of a sample */
    sft_shape shape;
    float    *x, *y;            /* y: `outputs` numbers a row, of classes one */
    sft_task  task;
    int64_t   outputs, classes; /* classes 0: regression */
    bool      sorted;           /* training goes through it in this order */
} set;

typedef struct maker {          /* of sets by name */
    const char *name;           /* pattern */
    void      (*make)(set *s, sft_stream *r, const char *gen);
    int         width, targets; /* 0: as the line says; targets 0: classes, below 0: numbers, as many as the line says */
    const char *source;         /* of the library instead, where it is there */
} maker;

/* Sets that published collections describe: made.c. NULL: it is none. */
const maker *described(const char *name);

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
    bool        summed;         /* over samples and outputs */
    double      decay;          /* that the loss has in itself */
    const char *nearest;        /* what differs from the line; NULL: nothing */
} loss_plan;

bool plan_loss(const json_t *line, loss_plan *p, char *why);
/* Stack text, default init, entries of init_layers and groups, and the weight decay that the layers' L2 come to. */
bool write_layers(const json_t *line, const loss_plan *p, strbuf *stack, strbuf *init, strbuf *by_layer, strbuf *groups,
                  double *decay, char *why);

typedef struct setup {          /* a configuration that can be run */
    char       *recipe;         /* text; the seed is set later */
    set         data;
    const char *nearest;
    double      work;           /* operations of the whole run, about */
    int64_t     steps;          /* of it */
    const char *misfit;         /* none could be made, as its parts do not fit each other: what, as a symptom is named; NULL */
} setup;

bool setup_make(sft_ctx *c, const json_t *line, setup *s, char *why);
void setup_free(setup *s);
/* A new line: the repaired one. */
json_t *twin_make(const json_t *line, char *why);

/* Values of a line, or the default where it has none. */
const char *text_of(const json_t *o, const char *key, const char *def);
double      number_of(const json_t *o, const char *key, double def);
int64_t     whole_number(double v);    /* within a million; NaN is 0 */
int64_t     whole_of(const json_t *o, const char *key, int64_t def);
int64_t     outputs_of(const json_t *line); /* units of the last layer that has some */

/* ---- lines of published collections: published.c, reach.c, agree.c ------------------------------ */

bool is_published(const json_t *line);
/* Fills in what they say in words. */
void complete_line(json_t *line);

typedef enum reach {            /* how much of a line can be had */
    REACH_RUN,                  /* all: it is trained */
    REACH_START,                /* network and data; how they are trained is not said, or takes too long: the start is looked at */
    REACH_STAND_IN,             /* the network; samples of the same shape stand in for the data */
    REACH_HEAD,                 /* the last layers and the loss */
    REACH_MISFIT,               /* its parts do not fit each other, and the library says so */
    REACH_NOT, REACHES
} reach;

const char *reach_name(reach r);
/* The most that can be had. why: what keeps it from being all; of REACH_RUN what was assumed. False: REACH_NOT. */
bool reach_setup(sft_ctx *c, const json_t *line, setup *s, reach *r, char *why);
/* Does a symptom say something of the line, and not of what stands in for it? */
bool reach_counts(const json_t *line, reach r, const char *symptom);
/* Can a label's fault be seen as far as the line can be had, and in that share of its run? */
bool reach_shows(const json_t *line, reach r, double used, const char *label);

typedef struct options {        /* of the program */
    bool        json, verify, twin, evidence, list, search; /* list: of published lines only how far they can be had; search: the
                                 * baseline of repair, too */
    unsigned    without;        /* parts of the doctor's protocol that are left out */
    const char *only;
    int         seeds, threads;
    double      until, budget;  /* budget: steps of all trials, as a share of the planned run; 0: the doctor's own */
} options;

/* ---- running: run.c ------------------------------------------------------------------------------ */

typedef struct outcome {        /* of a whole training run */
    bool   known, failed;       /* failed: not finite; scores are those of an output that ignores its input */
    double val_acc, val_loss, train_acc, train_loss;
    double seconds;
} outcome;

/* recipe NULL: the setup's own. until: seconds on sft__now()'s clock; when they are over, the outcome is not known. */
outcome train(sft_ctx *c, const setup *s, const char *recipe, uint64_t seed, double until);

typedef struct guess {          /* a finding at fault or above */
    char symptom[40], cause[40], evidence[300];
    bool root;                  /* nothing stands upstream: no cause */
    int  severity;
} guess;

typedef struct opinion {        /* of the doctor */
    int    guesses, advices;
    guess  guess[GUESSES];
    char   advice[GUESSES][40]; /* advisories: names of symptoms */
    double used;                /* share of the planned run that was looked at */
    double seconds;
    int    accepted;            /* trials that won */
    int64_t spent, planned;     /* steps of all trials; of the recipe */
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

enum { BRIEF = 100 };           /* steps */
enum { LOOK_START, LOOK_BRIEF, LOOK_PROBE, LOOK_ALL };  /* nothing is trained; a short stretch; a longer one; the whole run */

/* False: not finished in time, or it failed, and `why` says how. */
bool ask_doctor(sft_ctx *c, const setup *s, uint64_t seed, int how, const options *k, opinion *o, seen *x, char *why);
void opinion_free(opinion *o);
/* "root (explained by it)", then advisories: "[advice]"; "-": nothing. */
const char *opinion_words(const opinion *o, bool advice, char *buf, size_t size);

/* A recipe that random search finds in so many steps, trained as a whole. search.c */
outcome random_search(sft_ctx *c, const setup *s, uint64_t seed, int64_t steps, double until);

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

/* How far labels and doctor agree: of lines of published collections, by who labelled them. */
enum { LABELLERS = 24 };

typedef struct agreement {
    char source[64];
    int  lines, reached[REACHES];
    int  faulty, detected, named, mentioned; /* named: as a cause that stands for itself; mentioned: as anything */
    int  beyond;                /* faulty ones whose fault cannot be seen as far as they can be had: not among `faulty` */
    int  healthy, silent;
    int  unlabelled;            /* nobody knows whether they fail */
    int  inexact, inexact_named, inexact_healthy, inexact_silent; /* where the nearest that can be said here stands for something */
} agreement;

typedef struct tally {
    int    lines, inexpressible, unfinished;
    int    valid, dropped, unchecked;           /* (line, seed); unchecked: valid because there is no twin to compare with */
    int    healthy, alarms;                     /* healthy ones; of these with an alarm */
    int    faulty, detected, top1;
    double right, said;                         /* labels said, and those of them that are right */
    int    lead_n;
    double lead;
    int    twins, repaired, accepts, harmful;
    int    curable, cured;      /* twins that are another recipe, not other samples; repaired ones of these */
    int    searched, found;     /* by random search with the steps that the doctor spent: runs of it; repaired */
    double flat_said, flat_right; /* without the cause graph: every finding counts as one by itself */
    int    flat_top1;           /* and the gravest is named first */
    int    costs;               /* verifications; steps that they took as a share of the planned run */
    double cost;
    double doctor_seconds, seconds;
    struct {
        int alarms, detected, top1;
    }      rules[RULE_SETS];                    /* of published tools, on the same (line, seed) */
    int    ruled_healthy, ruled_faulty;         /* that they were asked about */
    int    labellers;
    agreement published[LABELLERS];
} tally;

/* Asks the published tools' rules. */
void tally_rules(tally *t, const json_t *line, const seen *x, const outcome *own, bool alarms[RULE_SETS]);
void tally_print(const tally *t, FILE *f);
void tally_json(const tally *t, FILE *f);
/* "0.750  (3 of 4; 95 %: 0.301 to 0.954)" */
void print_share(FILE *f, const char *what, int part, int all);

/* Judges a line as far as it can be had, prints a row, counts it. False: the time is over. */
bool judge_published(sft_ctx *c, const options *k, json_t *line, int seed, tally *t);
void agreement_print(const tally *t, FILE *f);
void agreement_json(const tally *t, FILE *f); /* ends the object */

#endif
