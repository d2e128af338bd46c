/* SPDX-License-Identifier: MIT */
/* Samplers: from what is known so far to the next point of the unit cube. A sampler sees axes only as "endless", "n ordered cells" or "n
 * cells without an order"; it is a pure function of its options, the seed and the history, so that a sweep that is stopped goes on as if it
 * had not been, and the first points are the same with any number of workers. */
#ifndef SFT_SWEEP_SAMPLER_H
#define SFT_SWEEP_SAMPLER_H

#include "base/fields.h"
#include "sweep/space.h"

typedef enum sft_known {        /* what is known of an earlier point */
    SFT_KNOWN_RUNNING,          /* asked for, no value yet */
    SFT_KNOWN_VALUE,
    SFT_KNOWN_FAILED            /* crashed or diverged: worse than all values */
} sft_known;

typedef struct sft_sample {
    const double *u;            /* n axes, snapped; NaN: does not matter there */
    sft_known     known;
    double        value;        /* LESS IS BETTER: who maximises gives -accuracy */
    double        budget;       /* share of the full training it is from, 0..1; 1 without halving */
} sft_sample;

typedef struct sft_search {     /* all that a sampler may look at */
    const sft_space  *space;
    const void       *conf;     /* the sampler's options */
    uint64_t          seed;
    int64_t           n;        /* samples so far, in the order in which they were asked for */
    const sft_sample *sample;
    /* set by sft__sampler_next */
    const struct sft_asked *asked; /* the same points as a set */
    sft_arena        *scratch;  /* given back behind the call */
} sft_search;

typedef struct sft_sampler {
    const char      *name, *aliases, *doc, *math, *source;
    size_t           conf_size;
    const sft_field *fields;
    /* The next point into u[space->n], not snapped. `attempt` counts from 0 where the point before was a duplicate or not allowed; a
     * sampler must give others for other attempts. SFT_OK with *done = true: it has no more (grid). */
    sft_status     (*next)(const sft_search *s, int64_t attempt, double *u, bool *done);
} sft_sampler;

/* The list: one word each; the record sft__sampler_WORD stands at the bottom of its file. */
#define SFT_SAMPLERS(X) X(grid) X(random) X(sobol) X(tpe) X(gp)
#define X(word) extern const sft_sampler sft__sampler_##word;
SFT_SAMPLERS(X)
#undef X
const sft_sampler *sft__sampler_at(int i);                  /* NULL past the end */
const sft_sampler *sft__sampler_find(const char *name);     /* by name or alias, or NULL */

/* The next point that is allowed and that was not asked for before, snapped; asks again until there is one. *done: the space is used up.
 * SFT_OK, or E143 where no point in 10,000 fits the constraints. */
sft_status sft__sampler_next(sft_ctx *c, const sft_sampler *m, const sft_search *s, double *u, bool *done);

/* ---- halving: whether a trial goes on ------------------------------------------------------- */

typedef struct sft_halving {    /* ASHA (Li et al. 2018); rungs at min_epochs * eta^k, below max_epochs */
    double  eta;                /* 0: off */
    int64_t min_epochs, max_epochs;
    int64_t brackets;           /* hyperband: brackets with rising min_epochs, trials go round them by weight; 1: ASHA */
} sft_halving;

enum { SFT_MOST_RUNGS = 16 };
/* Ends of the rungs in epochs, rising, the last is max_epochs; returns how many. Rungs of bracket b begin at min_epochs * eta^b. */
int     sft__rungs(const sft_halving *h, int bracket, int64_t epochs[SFT_MOST_RUNGS]);
int     sft__bracket(const sft_halving *h, int64_t trial);  /* of the trial of this number; no more brackets than differ */
/* Asynchronous promotion: of the `n` values seen at a rung so far (less is better, NaN: failed), is `value`, one of them, in the best
 * 1/eta? A trial that is not stays at the rung; later ones may still lift it. */
bool    sft__promotes(const sft_halving *h, const double *values, int n, double value);

#endif
