/* SPDX-License-Identifier: MIT */
/* Arms of a trial: short runs of the recipe, changed or not, that are compared. */
#ifndef SFT_DOCTOR_TRIAL_H
#define SFT_DOCTOR_TRIAL_H

#include "doctor/doctor.h"

enum { SFT_POINTS = 3 };        /* of the tail, at which an arm is scored */

typedef struct sft_arm {
    /* what is wanted */
    bool               wanted;
    const sft_edits   *edits;   /* NULL: nothing is changed */
    int64_t            seed;    /* added to the recipe's */
    bool               other_order; /* the samples in another order: a second way of doing nothing */
    bool               whole;   /* the schedule squeezed into the arm, instead of a tail in which the rate falls to 0 */
    const sft_symptom *symptom; /* not scored: is it gone, by a chart as long as the patient's? */

    /* what came out */
    bool               done;
    int64_t            steps;
    bool               misfit;  /* the edits make no run */
    bool               diverged; /* not finite */
    double             loss[SFT_POINTS], skill[SFT_POINTS]; /* of held-out samples; skill: see sft__score */
    double             idle;    /* loss of an output that is 0 whatever comes in: the scale of losses */
    bool               gone;
    const sft_symptom *fresh;   /* above advisory, and the patient did not have it; NULL: none */
    sft_failure        failure; /* of its context, for misfits and what is no fault of the recipe */
} sft_arm;

typedef struct sft_ward {       /* what all arms share */
    sft_chart         *chart;
    const char        *recipe;  /* resolved */
    int64_t            planned, horizon; /* steps of the recipe, and of an arm of it: longer runs have longer arms */
    const sft_finding *found;
    int                n_found;
    const sft_verify_conf *conf;
    int64_t            spent, total; /* steps done in all arms; expected in all */
    bool               stopped; /* the callback had enough */
} sft_ward;

/* Runs the arms that are wanted and not done side by side, each in a context of one thread: how many run at once changes nothing.
 * A failure that is no finding of a trial fails the chart's context. */
sft_status sft__run_arms(sft_ward *w, sft_arm *arm, int n);
/* Steps of an arm whose recipe plans so many. */
int64_t    sft__arm_steps(const sft_ward *w, int64_t planned);
/* Steps of a second look. */
int64_t    sft__look_steps(const sft_ward *w);

/* ---- src/doctor/score.c ---------------------------------------------------------------------- */

typedef struct sft_probe {      /* held-out samples: of validation, or else of training */
    int64_t  n;
    real    *x, *out;
    int32_t *label;
    real    *target;
    int64_t *count, *right;     /* of each class */
} sft_probe;

/* At most 1024 samples, spread over the split, in the arena. */
sft_status sft__probe_gather(const sft_data *d, sft_arena *a, sft_probe *p);
double     sft__idle_loss(const sft_net *n, const sft_probe *p);
/* In evaluation mode. *skill: mean over classes of the share that is right; of yes and no the share that is right; of numbers the
 * share of their variance that is explained, -1 at least. */
sft_status sft__score(sft_net *n, const sft_probe *p, double *loss, double *skill);

#endif
