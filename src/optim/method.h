/* SPDX-License-Identifier: MIT */
/* Methods: what a step does besides the optimiser's chain, with arrays of its own and, if it wants, more than one
 * gradient. Wrappers (SAM, Lookahead), averages of weights (EMA, SWA) and L-BFGS are methods. */
#ifndef SFT_OPTIM_METHOD_H
#define SFT_OPTIM_METHOD_H

#include "optim/optim.h"
#include "tensor/vectors.h"

typedef struct sft_walk sft_walk;
struct sft_walk {               /* a step in hand */
    sft_ctx    *ctx;
    sft_vectors v;              /* over the weights */
    real       *w, *g;          /* weights; the gradient of the mean loss */
    real       *s;              /* running averages of norms, n_states of them */
    int64_t     n_states;
    double      loss, sumsq;    /* mean loss; square of the gradient's norm */
    double      lr;             /* of this step */
    int64_t     step;           /* from 1, since the optimiser's start */
    sft_when    when;           /* place in the plan, from 0 */
    real      **array;          /* the method's own arrays: those of checkpoints, then scratch */
    double     *number;         /* its numbers, all in checkpoints; 0 at the start */
    /* The gradient of the same samples at the weights as they are now: into g, loss and sumsq. Running averages of norms
     * stay. Not finite: a failure. */
    sft_status (*gradient)(sft_walk *k);
    void       *user;           /* of gradient */
};

typedef struct sft_needs {
    int kept, scratch;          /* arrays as long as the weights: in checkpoints, or not */
    int numbers;
} sft_needs;

typedef struct sft_method {
    sft_needs  (*needs)(const void *conf);
    const char *const *array_name; /* of the kept ones, in checkpoints; NULL: the one has none. The last stands for all that follow: name.0,
                                    * name.1 … */
    sft_status (*before)(const void *conf, sft_walk *k); /* behind the gradient, ahead of the update; may be NULL */
    void       (*after)(const void *conf, sft_walk *k);  /* behind the update; may be NULL */
} sft_method;

typedef struct sft_wrapper {    /* `wrap: NAME …` */
    const char      *name, *aliases, *doc, *math;
    size_t           conf_size;
    const sft_field *fields;
    const sft_method *method;   /* NULL: none */
} sft_wrapper;

typedef struct sft_average {    /* `average: NAME …`: array[0] holds weights and states, number[0] > 0 once it does */
    const char      *name, *aliases, *doc, *math;
    size_t           conf_size;
    const sft_field *fields;
    const sft_method *method;   /* NULL: none */
    bool             recount;   /* running averages of norms are counted anew for the averaged weights */
    double         (*rate)(const void *conf, double lr, sft_when t); /* changes the schedule's rate; NULL: no */
} sft_average;

const sft_wrapper *sft__wrapper_find(const char *name);
const sft_wrapper *sft__wrapper_at(int i);
const sft_average *sft__average_find(const char *name);
const sft_average *sft__average_at(int i);

/* One value towards another: y += share (x - y), weights then states; y has both. */
void sft__average_towards(const sft_walk *k, double share, real *y);

#endif
