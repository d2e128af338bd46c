/* SPDX-License-Identifier: MIT */
/* Random search: point i is a function of the seed and i alone. */
#include "sweep/sampling.h"

static const sft_field fields[] = { SFT_FIELD_END };

static sft_status next(const sft_search *s, int64_t attempt, double *u, bool *done)
{
    sft_stream random = sft__search_stream(s, attempt, SFT_DRAW_RANDOM);
    for (int i = 0; i < s->space->n; i++) u[i] = sft__uniform(&random);
    *done = false;
    return SFT_OK;
}

const sft_sampler sft__sampler_random = {
    .name = "random",
    .aliases = "uniform",
    .doc = "each point by itself, even over the space; hard to beat where few of many axes matter",
    .math = "u_i ~ U[0, 1)^d; Bergstra and Bengio 2012",
    .source = "Bergstra, Bengio: Random search for hyper-parameter optimization, JMLR 13, 2012",
    .conf_size = 1,
    .fields = fields,
    .next = next,
};
