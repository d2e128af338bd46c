/* SPDX-License-Identifier: MIT */
/* Finds optimisers and schedules by name or number. */
#include "optim/optim.h"
#include "optim/optimizers.h"

#define X(word) extern const sft_optimizer sft_optimizer_##word;
SFT_OPTIMIZERS(X)
#undef X

#define X(word) extern const sft_schedule sft_schedule_##word;
SFT_SCHEDULES(X)
#undef X

#define X(word) &sft_optimizer_##word,
static const sft_optimizer *const optimizers[] = { SFT_OPTIMIZERS(X) };
#undef X

#define X(word) &sft_schedule_##word,
static const sft_schedule *const schedules[] = { SFT_SCHEDULES(X) };
#undef X

enum {
    N_OPTIMIZERS = sizeof optimizers / sizeof *optimizers,
    N_SCHEDULES = sizeof schedules / sizeof *schedules
};

const sft_optimizer *sft__optimizer_at(int i)
{
    return i >= 0 && i < N_OPTIMIZERS ? optimizers[i] : NULL;
}

const sft_optimizer *sft__optimizer_find(const char *name)
{
    for (int i = 0; i < N_OPTIMIZERS; i++)
        if (sft__named(name, optimizers[i]->name, optimizers[i]->aliases)) return optimizers[i];
    return NULL;
}

const sft_schedule *sft__schedule_at(int i)
{
    return i >= 0 && i < N_SCHEDULES ? schedules[i] : NULL;
}

const sft_schedule *sft__schedule_find(const char *name)
{
    for (int i = 0; i < N_SCHEDULES; i++)
        if (sft__named(name, schedules[i]->name, schedules[i]->aliases)) return schedules[i];
    return NULL;
}
