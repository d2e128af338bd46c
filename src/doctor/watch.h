/* SPDX-License-Identifier: MIT */
/* The inside of a watcher: a run that is looked at, and judged, while it goes on. */
#ifndef SFT_DOCTOR_WATCH_H
#define SFT_DOCTOR_WATCH_H

#include "doctor/cadence.h"
#include "doctor/diagnose.h"
#include "doctor/observe.h"
#include "train/folder.h"

struct sft_watcher {
    sft_ctx           *ctx;
    sft_watch_options  o;
    sft_folder        *folder;  /* NULL: nothing is written */
    sft_trainer       *trainer;
    sft_observer       eye;
    sft_cadence        cadence;
    sft_diagnosis      d;       /* its chart is this run's */
    sft_arena          fresh;   /* of the newest look, where it is not kept */
    sft_arena          said;    /* what was said when it was judged last */
    sft_look           newest;
    sft_look          *kept;    /* looks at growing distances: what symptoms compare the newest one with */
    int                n_kept;
    bool               judges, stops, ended; /* ended: there is nothing left to stop */
    bool              *stood, *told; /* of each symptom: when it was judged last; ever */
    int64_t            judged;  /* step at which it was judged last */
    int64_t            final;   /* step at which it was judged for the last time; -1: not yet */
    sft_signal_facts  *signal;  /* room for the layers of a look */
    char               fault[2000]; /* what it stops for */
};

/* Is it asked how the gradient turns at this step of a judged run? That takes three passes over the gradient. */
bool sft__watch_asks(int64_t step);
int  sft__symptom_number(const sft_symptom *s);         /* its place in the list */
/* watch_report.c: an established fault: told, written down, and put to the caller. */
void sft__watch_tell(sft_watcher *w, int finding);
/* diagnosis.json of the run. */
void sft__watch_write(sft_watcher *w);
/* A line of events.jsonl that has nothing more to say. */
void sft__watch_event(sft_watcher *w, const char *event);

#endif
