/* SPDX-License-Identifier: MIT */
/* A line search for the strong Wolfe conditions. */
#ifndef SFT_OPTIM_WOLFE_H
#define SFT_OPTIM_WOLFE_H

#include <stdbool.h>

typedef struct sft_point {      /* on the line: step, loss, slope along the line */
    double t, f, slope;
} sft_point;

typedef struct sft_line {
    bool (*at)(void *user, sft_point *p); /* fills f and slope for t; a loss that is not finite: f infinite. False ends the search */
    void  *user;
    double reach;               /* largest |component| of the direction: steps below 1e-9 / reach are no progress */
    double c1, c2;
    int    most;                /* evaluations */
} sft_line;

/* From `start` (t = 0, slope < 0), first trying `t`. The best point found, which may be the start; false when at() said so. */
bool sft__wolfe(const sft_line *l, sft_point start, double t, sft_point *best);

#endif
