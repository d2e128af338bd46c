/* SPDX-License-Identifier: MIT */
/* Finds wrappers and averages by name or number; what averages share. */
#include "optim/methods.h"

#include "optim/method.h"

#define X(word) extern const sft_wrapper sft_wrapper_##word;
SFT_WRAPPERS(X)
#undef X

#define X(word) extern const sft_average sft_average_##word;
SFT_AVERAGES(X)
#undef X

#define X(word) &sft_wrapper_##word,
static const sft_wrapper *const wrappers[] = { SFT_WRAPPERS(X) };
#undef X

#define X(word) &sft_average_##word,
static const sft_average *const averages[] = { SFT_AVERAGES(X) };
#undef X

enum {
    N_WRAPPERS = sizeof wrappers / sizeof *wrappers,
    N_AVERAGES = sizeof averages / sizeof *averages
};

const sft_wrapper *sft__wrapper_at(int i) { return i >= 0 && i < N_WRAPPERS ? wrappers[i] : NULL; }

const sft_average *sft__average_at(int i) { return i >= 0 && i < N_AVERAGES ? averages[i] : NULL; }

const sft_wrapper *sft__wrapper_find(const char *name)
{
    for (int i = 0; i < N_WRAPPERS; i++)
        if (sft__named(name, wrappers[i]->name, wrappers[i]->aliases)) return wrappers[i];
    return NULL;
}

const sft_average *sft__average_find(const char *name)
{
    for (int i = 0; i < N_AVERAGES; i++)
        if (sft__named(name, averages[i]->name, averages[i]->aliases)) return averages[i];
    return NULL;
}

void sft__average_towards(const sft_walk *k, double share, real *y)
{
    sft_vectors states = k->v;
    real       *y_states = y + k->v.n;
    states.n = k->n_states;
    sft__vectors_mix(&k->v, share, k->w, 1 - share, y, y);
    sft__vectors_mix(&states, share, k->s, 1 - share, y_states, y_states);
}
