/* SPDX-License-Identifier: MIT */
/* The doctor: what is known of a patient (the chart), how symptoms are judged, what is tried. Look, judge, prescribe, verify. */
#ifndef SFT_DOCTOR_DOCTOR_H
#define SFT_DOCTOR_DOCTOR_H

#include "data/data.h"
#include "doctor/look.h"
#include "recipe/recipe.h"

/* ---- the chart ------------------------------------------------------------------------------ */

typedef struct sft_data_look {  /* of training samples as the network gets them: standardised, not augmented */
    int64_t samples;            /* looked at: at most 2048, spread over the split */
    double  mean, std, low, high; /* over samples and features */
    double  mean_share;         /* share of the second moment that is the features' means: 0 centred, 1 all mean */
    double  spread;             /* largest / smallest deviation of a feature; features that never change are left out */
    double  pull;               /* largest eigenvalue of E[x x'] / that of standardised features: how many times smaller the largest
                                 * stable rate of a first layer is than it would be with these */
    int64_t constant;           /* features that never change */
    double  shift, stretch;     /* validation against training samples as augmented: largest shift of the mean in training
                                 * deviations over channels (or all features as one), and the ratio of deviations that is
                                 * farthest from 1; NaN: no validation */
    /* classes and yes-or-no targets */
    double  entropy;            /* of the labels, nats; of regression: NaN */
    double  prior;              /* loss of an output that ignores its input: entropy, or half... the variance of the targets */
    int64_t classes, seen;      /* outputs, and how many occur in training */
    double  majority;           /* share of the largest class */
    double  order;              /* mean label entropy of a batch as training visits them / of as many drawn at random: 1 mixed */
    double  neighbours, chance, chance_sd; /* share of the 5 nearest with a sample's label, mean of classes; of shuffled labels; NaN: not asked */
    double  odd, odd_best;      /* share of labels unlike those nearby: of all samples; where these agree best; NaN: not asked */
    double  nearness;           /* mean squared distance to the nearest sample / to any; NaN: not asked */
    /* regression, as the network learns them */
    double  target_mean, target_std, target_low, target_high;
} sft_data_look;

typedef struct sft_eval_point { /* validation, where there is one */
    int64_t step, epoch;
    double  train_loss, train_accuracy; /* running mean over the epoch, in training mode */
    double  loss, accuracy;     /* of validation */
    double  se;                 /* standard error of the validation loss; NaN: unknown */
    double  rise, rise_se;      /* loss less the lowest one before it, and the standard error of that, paired by sample; NaN: first */
} sft_eval_point;

/* Gradient noise (McCandlish et al. 2018) from the gradients of parts of a batch. */
typedef struct sft_gradient_noise {
    bool   known;
    double square, trace;       /* |G|^2 and tr S: of the true gradient, and of one sample's gradient about it; unbiased */
    double batch;               /* tr S / |G|^2: samples at which noise and gradient are as large; infinite where |G|^2 <= 0 */
} sft_gradient_noise;

typedef struct sft_course {     /* what happened, step by step */
    int64_t  steps;             /* done; 0: nothing was trained */
    int64_t  planned, per_epoch; /* steps of the recipe */
    double  *loss, *norm, *lr;  /* of each step: batch loss, gradient norm before clipping, rate */
    double  *turn;              /* cosine of its gradient with the step's before; NaN: none */
    double   rate_sum, rate_peak; /* of the whole plan: sum of the rates, highest one */
    double   rate_first, rate_last; /* shares of that sum in the first tenth of the steps, in the last */
    int      looks;             /* at steps 0, 1, 2, 4, 8 … and at the end */
    sft_look *look;
    int      evals;
    sft_eval_point *eval;
    double   start_loss, end_loss; /* of the probe batch, in training mode */
    double   eval_mode_loss;    /* of the probe batch with running averages, at the end; NaN: not asked */
    double   eval_mode_accuracy; /* likewise; NaN for regression too */
    sft_gradient_noise noise;            /* of gradients at the end */
    bool     failed;            /* not finite: ended at `steps` */
    const char *failure;        /* the engine's sentence */
} sft_course;

typedef struct sft_curvature {  /* at the start */
    sft_gradient_noise noise;            /* of gradients */
    double root;                /* median of sqrt(v), v the mean square of a weight's gradient over batches; NaN: unknown */
    double critical;            /* rate at which one step of gradient descent (divided by sqrt(v), if the optimiser does so) no longer
                                 * lowers the loss, to a factor of 2; NaN: unknown */
    bool   known;               /* all that follows */
    double sharpness;           /* largest eigenvalue of the Hessian of the mean loss, preconditioned for Adam and RMSProp */
    double limit;               /* largest that the optimiser is stable at with the recipe's rate */
    double rate_limit;          /* largest rate it is stable at with this sharpness */
    double residual;            /* |Hv - sharpness v| / sharpness at the last iteration */
} sft_curvature;

typedef struct sft_watch {      /* who is told how far it is */
    sft_doctor_fn *progress;    /* may be NULL */
    void          *user;
    bool           stopped;     /* it had enough */
} sft_watch;

/* Tells it; false: enough. */
bool sft__watch(sft_watch *w, const char *what, double share);

typedef struct sft_chart {
    sft_ctx         *ctx;
    sft_watch        watch;
    sft_arena        arena;     /* texts and numbers of all that follows */
    sft_arena       *notes;     /* &arena: where those who only read the chart leave their sentences and edits */
    sft_recipe      *recipe;
    const sft_data  *data;
    sft_looker      *looker;
    sft_net         *net;       /* its twin that was looked at: unfused, so that layers stand as they are in the recipe */
    const sft_loss  *loss;
    sft_data_look    samples;
    sft_look         start;     /* at initialisation */
    sft_course       course;    /* steps 0: only the start is known */
    sft_curvature    curvature;
} sft_chart;

/* The newest look: of the course's end, or the start. */
const sft_look *sft__chart_now(const sft_chart *c);

/* ---- symptoms ------------------------------------------------------------------------------- */

typedef enum sft_origin {        /* upstream first: what stands earlier explains what comes later */
    SFT_FROM_DATA, SFT_FROM_CONTRACT, SFT_FROM_START, SFT_FROM_PACE, SFT_FROM_SIGNAL, SFT_FROM_RESULT
} sft_origin;

typedef struct sft_symptom sft_symptom;

typedef struct sft_finding {
    const sft_symptom *symptom;
    sft_severity       severity;
    const sft_node    *node;    /* where, or NULL */
    double             value, limit; /* the statistic and the end of its healthy band that it passed */
    const char        *evidence; /* one sentence with the numbers */
    const sft_symptom *cause;   /* a finding upstream that explains this one; NULL: it stands for itself */
} sft_finding;

struct sft_symptom {            /* src/doctor/symptoms: one file each */
    const char  *name, *aliases, *doc, *math, *source;
    sft_origin   origin;
    const char  *explains;      /* names of what it causes downstream, space separated; "*": everything later */
    bool         follows;       /* anything that stands upstream explains it */
    /* Does it stand? Then fills severity, node, value, limit and evidence; the rest is filled in already. */
    bool       (*judge)(const sft_chart *c, sft_finding *f);
    const char  *remedies;      /* names in the order in which they are tried */
    const char  *sick, *well;   /* recipes (YAML) on built-in data that show it, and that do not */
};

const sft_symptom *sft__symptom_at(int i);          /* NULL past the end */
const sft_symptom *sft__symptom_find(const char *name);

/* Evidence in the chart's arena. */
const char *sft__say(const sft_chart *c, const char *format, ...) SFT_PRINTF(2, 3);

/* ---- remedies ------------------------------------------------------------------------------- */

enum { SFT_MAX_EDITS = SFT_DOCTOR_EDITS };

typedef struct sft_edits {      /* recipe overrides "key=value" */
    int         n;
    const char *edit[SFT_MAX_EDITS];
} sft_edits;

/* Of one key the later edit stays: it knows of the earlier one. edits.c */
void sft__merge_edits(sft_edits *to, const sft_edits *e);
bool sft__same_key(const char *a, const char *b);

typedef struct sft_remedy {     /* src/doctor/remedies: one file each */
    const char *name, *aliases, *doc, *math;
    /* The edits that cure `f` in this recipe, in the chart's arena; false: it does not fit here (it is so already). */
    bool      (*edit)(const sft_chart *c, const sft_finding *f, sft_edits *out);
} sft_remedy;

const sft_remedy *sft__remedy_at(int i);
const sft_remedy *sft__remedy_find(const char *name);

/* ---- the work ------------------------------------------------------------------------------- */

/* Fills everything up to `start`. steps > 0: also trains as the recipe says for so many steps (below 0: chosen) and fills course and
 * curvature. */
sft_chart *sft__chart_open(sft_ctx *c, sft_recipe *r, sft_data *d, int64_t steps);
/* n: a network that is looked at as it is, with steps 0; NULL: a new one. */
sft_chart *sft__chart_watch(sft_ctx *c, sft_recipe *r, sft_data *d, sft_net *n, int64_t steps, sft_watch w);
void       sft__chart_close(sft_chart *c);
sft_status sft__look_at_data(sft_chart *c);         /* data_look.c */

typedef struct sft_crowd {      /* samples and the numbers of `stride` neighbours of each, the nearest first */
    int64_t        n, stride, classes;
    const int32_t *near, *label;
} sft_crowd;

/* Fills odd and odd_best. odd_labels.c */
void       sft__note_odd_labels(sft_chart *c, const sft_crowd *w);
sft_status sft__measure_curvature(sft_chart *c, sft_net *n, const sft_batch *b); /* curvature.c */

/* All symptoms in the order of the list; those that stand into list (room for all). Sets causes. Returns their number. */
int sft__judge(const sft_chart *c, sft_finding *list);

/* Data as `r` sees them, who may standardise otherwise than `theirs`, whose they are: samples stay shared. view.c */
sft_status sft__see_data(const sft_data *shared, const sft_recipe *theirs, const sft_recipe *r, sft_ctx *c, sft_data *view);
void       sft__forget_data(const sft_data *shared, sft_data *view);

/* ---- trials: src/doctor/verify.c, trial.c --------------------------------------------------- */

typedef struct sft_trial {      /* a remedy against doing nothing */
    const sft_remedy  *remedy;
    const sft_symptom *symptom; /* that it is meant for */
    sft_severity       severity; /* of that */
    int                round;   /* of the treatment */
    sft_edits          edits;
    sft_verdict        verdict;
    const char        *measure; /* what is compared: "validation loss", "training accuracy" … */
    double             before, after; /* its mean over seeds: doing nothing, remedy */
    double             gain, se; /* mean paired difference over seeds and points, positive is better; its standard error */
    double             noise;   /* the same between two ways of doing nothing */
    int                seeds;
    int64_t            steps;   /* of each arm */
    const char        *reason;  /* one sentence */
} sft_trial;

typedef struct sft_verify_conf {
    int64_t budget;             /* steps of training in all arms together; 0: half the planned run, or if that is more what a decision
                                 * takes (four remedies in arms of 100 steps, fewer where fewer are planned) or a few seconds hold */
    int64_t already;            /* steps of earlier rounds, which count against half the planned run */
    const sft_edits *only;      /* for the first finding these are tried, instead of all that is known; NULL: all */
    int     seeds;              /* 0: 3; at most 8 */
    unsigned without;           /* SFT_WITHOUT_TAIL … */
    int64_t *spent;             /* receives how many steps there were; may be NULL */
    bool  (*progress)(void *user, const char *what, double share); /* false: stop; may be NULL */
    void   *user;
} sft_verify_conf;

/* Tries the remedies of the findings that stand for themselves. Fills list (at most `room`), in the order tried; returns how many.
 * The winner, if any, has SFT_WON. */
int sft__verify(sft_chart *c, const sft_finding *found, int n, const sft_verify_conf *k, sft_trial *list, int room);
/* The recipe as YAML with the edits of those that won, what was changed and why in front; it lives as long as the chart. NULL:
 * nothing has won, or a failure. */
const char *sft__repaired_recipe(sft_chart *c, const sft_trial *won, int n);

#endif
