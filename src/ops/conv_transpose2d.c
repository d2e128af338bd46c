/* SPDX-License-Identifier: MIT */
/* conv_transpose2d: the adjoint of a convolution of an image, as torch.nn.ConvTranspose2d. Its kernels are in conv_transpose.c. */
#include "ops/conf.h"

static const sft_case cases[] = {
    { "3", { 3, { 2, 3, 4 } }, 2 },
    { "3 stride=2 padding=1 output_padding=1", { 3, { 2, 3, 3 } }, 2 },
    { "4 kernel_size=3x2 stride=2x1 padding=1x0 groups=2 bias=false", { 3, { 4, 3, 2 } }, 2 },
    { "2 kernel_size=2 stride=3 dilation=2 output_padding=2x1", { 3, { 1, 2, 3 } }, 3 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_conv_transpose2d = {
    .name = "conv_transpose2d", .aliases = "ConvTranspose2d Conv2DTranspose conv_transpose deconv",
    .doc = "transposed convolution of an image", .math = "y = b + the adjoint of the convolution with w, applied to x",
    .conf_size = sizeof(sft_conv_transpose_conf), .fields = sft__conv_transpose_fields, .traits = SFT_READS_IN | SFT_FUSES,
    .shape = sft__conv_transpose_shape, .forward = sft__conv_transpose_forward, .backward = sft__conv_transpose_backward,
    .cases = cases,
};
