/* SPDX-License-Identifier: MIT */
/* Xavier Glorot's rule (Glorot and Bengio, 2010): the variance that suits signals forward and
 * gradients backward alike. */
#include "init/fill.h"

#include <math.h>

/* The gain is 1, as in the paper; the initialiser `auto` takes that of the activation. */
const sft_field sft__xavier_fields[] = { { "gain", SFT_REAL, offsetof(sft_xavier, gain), 1, 0, 1e6,
                                           .doc = "multiplies the standard deviation",
                                           .flags = SFT_MAIN | SFT_LOG | SFT_ABOVE_LOW },
                                         SFT_FIELD_END };

double sft__xavier_std(const sft_init_call *call, double gain)
{
    return gain * sqrt(2.0 / fmax(1.0, (double)call->fan_in + (double)call->fan_out));
}
