/* SPDX-License-Identifier: MIT */
/* When a run is looked at. It follows from recipe, network and step alone, never from a clock: a run that is resumed, or runs on
 * other threads, is looked at at the same steps. */
#ifndef SFT_DOCTOR_CADENCE_H
#define SFT_DOCTOR_CADENCE_H

#include "train/train.h"

typedef struct sft_cadence {
    int64_t plan, epoch;        /* steps of the run, of an epoch */
    int64_t every;              /* steps between looks, as the recipe has it; 0: the others count */
    int64_t stride;             /* about so many steps between looks … */
    int64_t base;               /* … but at the start at steps 1, base, base^2 … up to the stride */
} sft_cadence;

/* rows: samples of a look; judged: it is judged, too, which costs more than the look. */
sft_cadence sft__cadence(const sft_trainer *t, int64_t rows, bool judged);
/* Is there a look behind this step? There always is behind the last one. */
bool        sft__cadence_due(const sft_cadence *c, int64_t step);

/* What a look, judged or not, costs in steps of training on two threads: the model that the cadence goes by. */
double      sft__look_cost(const sft_net *n, int64_t batch, int64_t rows, bool judged);

#endif
