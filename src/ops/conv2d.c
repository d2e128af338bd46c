/* SPDX-License-Identifier: MIT */
/* conv2d: the same small linear map at every place of an image. Its kernels are in conv.c. */
#include "ops/conf.h"

static const char *const same[] = { "same", NULL };

static const sft_field fields[] = {
    { .name = "out_channels", .kind = SFT_INT, .offset = offsetof(sft_conv_conf, out_channels), .low = 1, .high = 1 << 24,
      .doc = "filters", .aliases = "filters channels", .flags = SFT_MAIN | SFT_REQUIRED },
    { .name = "kernel_size", .kind = SFT_DIMS, .offset = offsetof(sft_conv_conf, kernel_size), .low = 1, .high = 1 << 16,
      .doc = "size of a filter, 3 or 3x5", .text = "3", .aliases = "kernel" },
    { .name = "stride", .kind = SFT_DIMS, .offset = offsetof(sft_conv_conf, stride), .low = 1, .high = 1 << 16,
      .doc = "step between places", .text = "1", .aliases = "strides" },
    { .name = "padding", .kind = SFT_DIMS, .offset = offsetof(sft_conv_conf, padding), .low = 0, .high = 1 << 16,
      .doc = "zeros around the input; same: as many as keep its size", .text = "0", .words = same, .aliases = "pad",
      .flags = SFT_AUTO },
    { .name = "dilation", .kind = SFT_DIMS, .offset = offsetof(sft_conv_conf, dilation), .low = 1, .high = 1 << 16,
      .doc = "step between the filter's elements", .text = "1", .aliases = "dilation_rate rate" },
    { .name = "groups", .kind = SFT_INT, .offset = offsetof(sft_conv_conf, groups), .def = 1, .low = 1, .high = 1 << 24,
      .doc = "channels fall into so many independent groups" },
    { .name = "bias", .kind = SFT_FLAG, .offset = offsetof(sft_conv_conf, bias), .def = 1, .doc = "add a bias",
      .aliases = "use_bias" },
    { .name = "weight_standardization", .kind = SFT_FLAG, .offset = offsetof(sft_conv_conf, standardize), .def = 0,
      .doc = "each filter brought to mean 0 and variance 1 before use", .aliases = "weight_standardisation ws" },
    SFT_FIELD_END
};

static const sft_case cases[] = {
    { "3", { 3, { 2, 5, 6 } }, 2 },
    { "4 padding=same bias=false", { 3, { 3, 5, 4 } }, 2 },
    { "3 stride=2 padding=1", { 3, { 2, 6, 5 } }, 2 },
    { "2 padding=2 dilation=2", { 3, { 2, 6, 6 } }, 2 },
    { "4 kernel_size=3x2 stride=2x1 padding=1x0 groups=2", { 3, { 4, 5, 4 } }, 2 },
    { "4 kernel_size=1 stride=2 groups=4", { 3, { 4, 5, 4 } }, 2 },
    { "4 groups=2 weight_standardization=true", { 3, { 4, 4, 3 } }, 3 },
    { "1 kernel_size=2 padding=same", { 3, { 1, 3, 3 } }, 1 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_conv2d = {
    .name = "conv2d", .aliases = "conv Conv2d Conv2D", .doc = "convolution of an image",
    .math = "y[o] = b[o] + sum over c of w[o,c] * x[c]",
    .conf_size = sizeof(sft_conv_conf), .fields = fields, .traits = SFT_READS_IN | SFT_FUSES,
    .shape = sft__conv_shape, .forward = sft__conv_forward, .backward = sft__conv_backward, .cases = cases,
};
