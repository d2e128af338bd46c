/* SPDX-License-Identifier: MIT */
/* Fills a tensor with one distribution: its numbers come one after another out of a stream. */
#include "init/fill.h"

#include <math.h>

void sft__fill_constant(const sft_init_call *call, double value)
{
    for (int64_t i = 0; i < call->count; i++) call->values[i] = (real)value;
}

void sft__fill_uniform(const sft_init_call *call, double low, double high)
{
    for (int64_t i = 0; i < call->count; i++)
        call->values[i] = (real)(low + (high - low) * sft__uniform(call->random));
}

void sft__fill_normal(const sft_init_call *call, double mean, double std)
{
    for (int64_t i = 0; i < call->count; i++)
        call->values[i] = (real)(mean + std * sft__normal(call->random));
}

void sft__fill_weights_uniform(const sft_init_call *call, double std)
{
    double bound = sqrt(3.0) * std; /* U(-b, b) has variance b^2 / 3 */
    if (call->bias)
        sft__fill_constant(call, 0);
    else
        sft__fill_uniform(call, -bound, bound);
}

void sft__fill_weights_normal(const sft_init_call *call, double std)
{
    if (call->bias)
        sft__fill_constant(call, 0);
    else
        sft__fill_normal(call, 0, std);
}
