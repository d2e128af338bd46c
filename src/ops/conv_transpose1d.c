/* SPDX-License-Identifier: MIT */
/* conv_transpose1d: the adjoint of a convolution of a sequence, as torch.nn.ConvTranspose1d. Its kernels are in conv_transpose.c. */
#include "ops/conf.h"

static const sft_case cases[] = {
    { "3", { 2, { 2, 5 } }, 2 },
    { "4 kernel_size=4 stride=2 padding=1 groups=2 bias=false", { 2, { 2, 4 } }, 3 },
    { "2 stride=2 dilation=3 output_padding=2", { 2, { 3, 4 } }, 2 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_conv_transpose1d = {
    .name = "conv_transpose1d", .aliases = "ConvTranspose1d Conv1DTranspose", .doc = "transposed convolution of a sequence",
    .math = "y = b + the adjoint of the convolution with w, applied to x",
    .conf_size = sizeof(sft_conv_transpose_conf), .fields = sft__conv_transpose_fields, .traits = SFT_READS_IN | SFT_FUSES,
    .shape = sft__conv_transpose_shape, .forward = sft__conv_transpose_forward, .backward = sft__conv_transpose_backward,
    .cases = cases,
};
