/* SPDX-License-Identifier: MIT */
/* Successive halving, asynchronous (Li et al., A system for massively parallel hyperparameter tuning, MLSys 2020), and hyperband's
 * brackets over it (Li et al., JMLR 18, 2018): some trials get a longer first rung, in case the short ones mislead. */
#include <math.h>

#include "sweep/sampler.h"

static double first_rung(const sft_halving *h, int bracket)
{
    return (double)(h->min_epochs > 0 ? h->min_epochs : 1) * pow(h->eta, bracket);
}

int sft__rungs(const sft_halving *h, int bracket, int64_t epochs[SFT_MOST_RUNGS])
{
    int n = 0;
    for (double e = h->eta > 1 ? first_rung(h, bracket) : INFINITY; n < SFT_MOST_RUNGS - 1; e *= h->eta) {
        const double whole = floor(e + 0.5);
        if (!(whole < (double)h->max_epochs)) break;
        if (n == 0 || (int64_t)whole > epochs[n - 1]) epochs[n++] = (int64_t)whole;
    }
    epochs[n++] = h->max_epochs;
    return n;
}

enum { MOST_BRACKETS = SFT_MOST_RUNGS };

/* Brackets that differ: the last has one rung, the whole training. */
static int brackets(const sft_halving *h)
{
    int64_t   epochs[SFT_MOST_RUNGS];
    const int most = sft__rungs(h, 0, epochs);
    return h->brackets < 1 ? 1 : h->brackets < most ? (int)h->brackets : most;
}

/* Hyperband starts ceil((s_max + 1) eta^s / (s + 1)) trials in the bracket that halves s times, so that all cost the same. Trials go round
 * the brackets in this proportion; each goes where most is owed. */
int sft__bracket(const sft_halving *h, int64_t trial)
{
    double    weight[MOST_BRACKETS], sum = 0;
    int64_t   given[MOST_BRACKETS] = { 0 }, epochs[SFT_MOST_RUNGS];
    const int n = brackets(h);
    if (n == 1) return 0;
    for (int b = 0; b < n; b++) {
        const int s = sft__rungs(h, b, epochs) - 1;
        weight[b] = ceil(n * pow(h->eta, s) / (s + 1));
        sum += weight[b];
    }
    for (int64_t t = 0, last = trial % (int64_t)sum;; t++) {
        int most = 0;
        for (int b = 1; b < n; b++) {
            const double owed = (double)(t + 1) * weight[b] / sum - (double)given[b];
            if (owed > (double)(t + 1) * weight[most] / sum - (double)given[most]) most = b;
        }
        if (t == last) return most;
        given[most]++;
    }
}

bool sft__promotes(const sft_halving *h, const double *values, int n, double value)
{
    int better = 0;
    if (isnan(value)) return false;
    if (!(h->eta > 1)) return true;
    for (int i = 0; i < n; i++) better += values[i] < value; /* NaN is not better */
    return better < (int)floor(n / h->eta);
}
