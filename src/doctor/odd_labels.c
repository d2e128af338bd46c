/* SPDX-License-Identifier: MIT */
/* Labels unlike those nearby. Where classes only overlap, there are places without: far from the border all agree.
 * Wrong labels are everywhere. So half of a sample's neighbours say how well its place agrees, and the other half how
 * many labels are odd where agreement is best: the two are independent, and picking the best does not flatter them. */
#include "doctor/doctor.h"

#include <math.h>
#include <string.h>

enum { CLASS_SAMPLES = 40, MOST_CLASSES = 256, FAR = 20 };

typedef struct ballot {         /* of a sample */
    int     votes;              /* for the commonest label among every other one of 2k neighbours */
    int     odd;                /* of the rest: how many have another */
    bool    self;               /* so has the sample */
} ballot;

static ballot ask(const sft_crowd *w, int64_t i, int k)
{
    int            votes[MOST_CLASSES] = { 0 };
    const int32_t *near = w->near + i * w->stride;
    int32_t        top = 0;
    for (int q = 0; q < k; q++) votes[w->label[near[2 * q]]]++;
    for (int32_t y = 1; y < (int32_t)w->classes; y++) top = votes[y] > votes[top] ? y : top;
    ballot b = { .votes = votes[top], .self = w->label[i] != top };
    for (int q = 0; q < k; q++) b.odd += w->label[near[2 * q + 1]] != top;
    return b;
}

/* all: share of samples whose label is odd; best: of labels in the tenth of places that agree best, or more if they
 * agree as well. */
static void at_scale(const sft_crowd *w, int k, double *all, double *best)
{
    double  places[FAR + 1] = { 0 }, odd[FAR + 1] = { 0 }, seen = 0, sum = 0;
    *all = 0;
    for (int64_t i = 0; i < w->n; i++) {
        const ballot b = ask(w, i, k);
        places[b.votes]++;
        odd[b.votes] += (double)b.odd / k;
        *all += b.self / (double)w->n;
    }
    for (int votes = k; votes > 0 && seen < 0.1 * (double)w->n; votes--) {
        seen += places[votes];
        sum += odd[votes];
    }
    *best = sum / seen;
}

/* The least over sizes of the neighbourhood: small ones say little, large ones reach over borders; both only add. */
void sft__note_odd_labels(sft_chart *c, const sft_crowd *w)
{
    sft_data_look *y = &c->samples;
    if (w->classes > MOST_CLASSES || w->n < CLASS_SAMPLES * w->classes) return;
    for (int k = 5; k <= FAR && 2 * k <= w->stride; k *= 2) {
        double all, best;
        at_scale(w, k, &all, &best);
        y->odd = fmin(y->odd, all);     /* of a NaN and a number: the number */
        y->odd_best = fmin(y->odd_best, best);
    }
}
