/* SPDX-License-Identifier: MIT */
/* A Parzen estimator over the cube of a space: one kernel a point, and an even one as prior. */
#ifndef SFT_SWEEP_PARZEN_H
#define SFT_SWEEP_PARZEN_H

#include "sweep/sampling.h"

typedef struct sft_parzen {
    const sft_space *space;
    bool             ordered[SFT_MOST_AXES];
    int64_t          n;         /* kernels besides the prior; all weigh the same */
    const double   **u;         /* their points, snapped; NaN: even along that axis */
    double           width;     /* of the normal curves, in the cube */
    double           even;      /* share of the prior in a category's kernel */
    double          *mass;      /* n x axes: log of what of each curve lies inside the cube */
    double           log_width; /* log(width sqrt(2 pi)) */
} sft_parzen;

/* Into the arena; `u` must outlive it. */
sft_status sft__parzen_open(sft_arena *a, const sft_space *space, const double **u, int64_t n, sft_parzen *p);
void       sft__parzen_draw(const sft_parzen *p, sft_stream *random, double *u);    /* not snapped */
double     sft__parzen_log(const sft_parzen *p, const double *u, double *room);     /* log density at u, snapped; room: n + 1 */

#endif
