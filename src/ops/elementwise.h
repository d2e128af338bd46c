/* SPDX-License-Identifier: MIT */
/* Losses that compare number by number: a term and its slope are all they differ in. */
#ifndef SFT_OPS_ELEMENTWISE_H
#define SFT_OPS_ELEMENTWISE_H

#include "base/hot.h"
#include "ops/op.h"

/* The loss of output x against target t; its derivative with respect to x into *slope. i: which of the sample's outputs. */
typedef double sft_term(const void *conf, int64_t i, double x, double t, double *slope);

/* The mean over a sample's outputs, summed over samples. Class numbers stand for a single output of 0 or 1. */
SFT_INLINE void sft__eval_terms(const sft_loss_pass *p, const void *conf, sft_term *term, double *sum)
{
    int64_t n = p->outputs;
    double  scale = p->scale / (double)n;
    for (int64_t r = 0; r < p->rows; r++) {
        double loss = 0;
        for (int64_t i = 0; i < n; i++) {
            double t = p->target ? (double)p->target[r * n + i] : (double)p->label[r], slope;
            loss += term(conf, i, (double)p->out[r * n + i], t, &slope);
            if (p->dout)
                p->dout[r * n + i] = (real)(scale * slope);
        }
        *sum += loss / (double)n;
    }
}

/* Yes-or-no targets: samples of which every output has the right sign. */
SFT_INLINE double sft__signs_right(const sft_loss_pass *p)
{
    int64_t n = p->outputs, right = 0;
    for (int64_t r = 0; r < p->rows; r++) {
        int64_t good = 0;
        for (int64_t i = 0; i < n; i++)
            good += (p->out[r * n + i] > 0) == ((p->target ? (double)p->target[r * n + i] : (double)p->label[r]) > 0.5);
        right += good == n;
    }
    return (double)right;
}

/* The class of the largest output; of several equal ones the first. */
SFT_INLINE int64_t sft__argmax(int64_t n, const real *x)
{
    int64_t best = 0;
    for (int64_t i = 1; i < n; i++)
        best = x[i] > x[best] ? i : best;
    return best;
}

#endif
