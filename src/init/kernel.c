/* SPDX-License-Identifier: MIT */
/* A convolution's kernel as matrices, one a tap. */
#include "init/kernel.h"

/* The middle of an even size is the later of the two, as PyTorch's dirac_ has it. */
sft_kernel_view sft__kernel_view(const sft_init_call *call)
{
    const sft_shape *s = &call->shape;
    sft_kernel_view  k = { .groups = call->groups > 1 ? call->groups : 1, .in = s->rank > 1 ? s->dim[1] : 1, .taps = 1 };
    k.out = s->rank ? s->dim[0] / k.groups : 1;
    for (int i = 2; i < s->rank; i++) {
        k.middle = k.middle * s->dim[i] + s->dim[i] / 2;
        k.taps *= s->dim[i];
    }
    return k;
}

int64_t sft__middle_of(const sft_kernel_view *k, int64_t g, int64_t o, int64_t i)
{
    return ((g * k->out + o) * k->in + i) * k->taps + k->middle;
}
