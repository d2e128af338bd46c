/* SPDX-License-Identifier: MIT */
/* Layers that begin as the identity, as far as there are channels. */
#include "init/fill.h"
#include "init/kernel.h"

static const sft_field fields[] = { SFT_FIELD_END };

static void fill(const void *conf, const sft_init_call *call)
{
    (void)conf;
    sft__fill_constant(call, 0);
    if (call->bias || call->count == 0) return;
    sft_kernel_view k = sft__kernel_view(call);
    for (int64_t g = 0; g < k.groups; g++)
        for (int64_t i = 0; i < k.out && i < k.in; i++)
            call->values[sft__middle_of(&k, g, i, i)] = 1;
}

const sft_init sft_init_dirac = {
    .name = "dirac",
    .aliases = "dirac_ identity_init eye eye_",
    .doc = "the identity: channel i of each group goes into filter i unchanged, matrices are eye",
    .math = "W[i, i, middle] = 1, else 0; torch.nn.init.dirac_ and eye_",
    .fields = fields,
    .fill = fill,
};
