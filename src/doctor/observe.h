/* SPDX-License-Identifier: MIT */
/* What is written down of a network while it is trained: looks at its layers, and the course step by step. The doctor's probe run
 * and a run that is watched both write their chart with it. */
#ifndef SFT_DOCTOR_OBSERVE_H
#define SFT_DOCTOR_OBSERVE_H

#include "doctor/pace.h"
#include "train/train.h"

typedef struct sft_observer {
    sft_chart   *chart;
    sft_net     *net;           /* the one that is trained: only read */
    sft_trainer *trainer;       /* NULL: no course */
    sft_batch    probe;         /* fixed training samples */
    sft_slab     before;        /* weights before the update that a look will measure; between looks room for work */
    sft_slab     last;          /* gradient of the step before, where its turn is asked for; likewise */
    double       last_norm;     /* of it; 0: there is none */
    double       best[SFT_HELD_ROOM]; /* validation at its lowest */
    int64_t      room;          /* steps, looks and evaluations that the course can take */
    int          most_looks, most_evals;
    int64_t      epoch_from;    /* step of the course at which the epoch in hand began */
} sft_observer;

/* Rows of a probe batch: at most `samples`, fewer where layers are large, as the twin keeps every layer's values. */
int64_t    sft__probe_rows(const sft_data *d, const sft_net *n, int64_t samples);
/* The probe batch, and the chart's looker for `n`. */
sft_status sft__observer_open(sft_observer *o, sft_chart *c, sft_net *n, int64_t samples);
/* The two slabs; course: there may be one. */
sft_status sft__observer_slabs(sft_observer *o, bool course);
/* The trainer's plan into the chart, and room for a course. */
sft_status sft__observer_course(sft_observer *o, sft_trainer *t, int64_t steps, int looks, int evals);
void       sft__observer_close(sft_observer *o);

/* Weights as they are now, for the look behind the next update. */
void       sft__observe_weights(sft_observer *o);
/* A look at the network; updated: sft__observe_weights was called before the update. */
sft_status sft__observe_look(sft_observer *o, bool updated, int64_t step, sft_arena *a, sft_look *into);
/* A step that is done; turn: compare its gradient with the last one that was kept, and keep it. */
void       sft__observe_step(sft_observer *o, const sft_step_facts *at, bool turn);
/* Validation, where there is any; the epoch in hand ends. */
void       sft__observe_eval(sft_observer *o, const sft_step_facts *at);
/* A step that was not finite ends the course, and the failure is cleared; true for other failures too, which stay. */
bool       sft__observe_failure(sft_observer *o);
/* The course as it stands can be judged: what the probe batch shows at the last look. */
void       sft__observe_end(sft_observer *o);

#endif
