/* SPDX-License-Identifier: MIT */
/* Convolutions that begin as one orthogonal matrix in the middle of the kernel (Xiao et al., 2018): signals keep their length
 * through thousands of layers, where there are no fewer filters than channels. */
#include "init/kernel.h"
#include "init/orthogonal.h"

static void draw(const sft_orthogonal_conf *conf, const sft_init_call *call)
{
    sft_kernel_view k = sft__kernel_view(call);
    double          gain = sft__orthogonal_gain(conf, call);
    real           *m = call->work;
    for (int64_t g = 0; g < k.groups; g++) {
        /* values still hold nothing of this group: its room serves as scratch */
        sft__draw_orthogonal(call->random, k.out, k.in, gain, m + g * k.out * k.in, call->values + g * k.out * k.in * k.taps);
    }
    sft__fill_constant(call, 0);
    for (int64_t g = 0; g < k.groups; g++)
        for (int64_t o = 0; o < k.out; o++)
            for (int64_t i = 0; i < k.in; i++)
                call->values[sft__middle_of(&k, g, o, i)] = m[(g * k.out + o) * k.in + i];
}

static void fill(const void *conf, const sft_init_call *call)
{
    if (call->bias)
        sft__fill_constant(call, 0);
    else if (call->count > 0)
        draw(conf, call);
}

const sft_init sft_init_delta_orthogonal = {
    .name = "delta_orthogonal",
    .aliases = "delta_orthogonal_ ConvolutionDeltaOrthogonal",
    .doc = "convolutions: an orthogonal matrix in the middle of the kernel, zero around it; matrices: orthogonal",
    .math = "W[:, :, middle] = gain Q; Xiao et al. 2018, algorithm 1",
    .conf_size = sizeof(sft_orthogonal_conf),
    .fields = sft__orthogonal_fields,
    .fill = fill,
};
