/* SPDX-License-Identifier: MIT */
/* What PyTorch's nn.Linear and nn.Conv do when nobody asks: uniform by fan-in,
 * weights and biases alike. */
#include "init/fill.h"

#include <math.h>

static const sft_field fields[] = { SFT_FIELD_END };

/* kaiming_uniform_(a = sqrt 5) has gain sqrt(2 / (1 + 5)), hence the bound
 * sqrt(3) gain / sqrt(fan_in) = 1 / sqrt(fan_in). */
static void fill(const void *conf, const sft_init_call *call)
{
    (void)conf;
    double bound = 1.0 / sqrt(fmax(1.0, (double)call->fan_in));
    sft__fill_uniform(call, -bound, bound);
}

const sft_init sft_init_pytorch = {
    .name = "pytorch",
    .aliases = "torch",
    .doc = "PyTorch's default for linear and convolution; draws biases too",
    .math = "U(-b, b), b = 1 / sqrt(fan_in)",
    .fields = fields,
    .fill = fill,
};
