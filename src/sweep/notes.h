/* SPDX-License-Identifier: MIT */
/* A run folder as it was left, and what became of it in a line: the notes of trials, and what reports are made of. */
#ifndef SFT_SWEEP_NOTES_H
#define SFT_SWEEP_NOTES_H

#include "base/text.h"
#include "sweep/sweep.h"

/* ---- a run folder as read: curves.c, verdicts.c ------------------------------------------------- */

typedef struct sft_curve {      /* the rows of one split of metrics.csv, in the order of the file; NaN: an empty field */
    int      n;
    int64_t *step, *epoch;
    double  *loss, *accuracy;
    double  *rank;              /* the column that runs are ranked by: one of these two, or a metric's */
} sft_curve;

enum { SFT_LOOK_FINDINGS = 8 };

typedef struct sft_run_look {
    bool        found;          /* there is a metrics.csv or a run.json */
    sft_curve   curve[SFT_SPLITS];
    /* run.json; NULL, NaN, -1: it does not say */
    const char *status;         /* running, finished, stopped, failed */
    const char *message;        /* why it failed */
    const char *fingerprint;    /* of the data */
    bool        early;          /* early stopping ended it */
    int64_t     steps, epochs, planned_steps;
    double      seconds, started, rate; /* rate: of the first row of metrics.csv */
    double      end_loss, test_loss, test_accuracy; /* validation and test of the weights that were left */
    double      train_loss, train_accuracy; /* of training samples, evaluated with these weights; NaN while it runs */
    double      test_samples;
    /* diagnosis.json, events.jsonl */
    double      prior;          /* loss of an output that ignores its input: measured by the doctor, else by task and loss of run.json */
    double      sharpness, limit; /* at the start; the largest that the rate is stable at */
    int64_t     fault_step;     /* of the first fatal fault; -1: none */
    int         findings;
    struct {
        const char *symptom, *layer;
        int         severity;   /* an sft_severity */
    } finding[SFT_LOOK_FINDINGS];
} sft_run_look;

/* rank_by: "loss", "accuracy" or the name of a metric; NULL: loss. A folder without files is no failure: found is false. */
sft_status sft__run_look(sft_ctx *c, sft_arena *a, const char *folder, const char *rank_by, sft_run_look *out);
/* Of validation; of training where there is none. */
const sft_curve *sft__held_out(const sft_run_look *k);
/* "2026-11-29T06:34:35Z" in seconds since 1970; NaN: it is no such text. verdicts.c */
double     sft__iso_time(const char *iso);
/* verdicts.c: the JSON part; without jansson nothing is found. */
void       sft__run_look_json(sft_ctx *c, sft_arena *a, const char *folder, sft_run_look *out);

/* ---- notes.c -------------------------------------------------------------------------------------- */

typedef enum sft_fate {         /* what became of a trial; the later ones are worse and are told first */
    SFT_FATE_WELL,
    SFT_FATE_DOCTOR,            /* the doctor stands by a fault that no curve shows */
    SFT_FATE_OVERFITS,
    SFT_FATE_SLOW,
    SFT_FATE_OSCILLATES,
    SFT_FATE_IDLE,              /* does not learn */
    SFT_FATE_DIVERGED,
    SFT_FATE_CRASHED,
    SFT_FATES
} sft_fate;

typedef struct sft_remark {
    sft_fate    fate;
    const char *text;           /* one line, "" for SFT_FATE_WELL */
    double      number;         /* DIVERGED: step; SLOW: share still to come, NaN: no end in sight; OSCILLATES: sharpness / limit or NaN;
                                 * OVERFITS: epoch */
} sft_remark;

typedef struct sft_yardstick {  /* what the other trials of a study say of one */
    double  lowest;             /* lowest validation loss of all (training loss where there is no validation); NaN: not comparable */
    double  prior;              /* of a trial that the doctor watched, for those without; NaN */
} sft_yardstick;

/* Of a study whose trials have these looks, one each. */
sft_yardstick sft__yardstick(const sft_study *s, const sft_run_look *look);

/* The worst that is true of a trial. y may be NULL: it is judged alone. */
sft_remark  sft__remark(sft_arena *a, const sft_attempt *t, const sft_run_look *look, const sft_yardstick *y);
/* The same as a line, from the trial's folder (a path that can be opened): what sweep.db keeps. Never NULL; "" where nothing is to be
 * said, or after a failure. */
const char *sft__attempt_note(sft_ctx *c, sft_arena *a, const char *folder, const sft_attempt *t, const sft_yardstick *y);

#endif
