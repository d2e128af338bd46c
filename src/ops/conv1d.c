/* SPDX-License-Identifier: MIT */
/* conv1d: the same small linear map at every place of a sequence. Its kernels are in conv.c. */
#include "ops/conf.h"

static const char *const same[] = { "same", NULL };

static const sft_field fields[] = {
    { .name = "out_channels", .kind = SFT_INT, .offset = offsetof(sft_conv_conf, out_channels), .low = 1, .high = 1 << 24,
      .doc = "filters", .aliases = "filters channels", .flags = SFT_MAIN | SFT_REQUIRED },
    { .name = "kernel_size", .kind = SFT_DIMS, .offset = offsetof(sft_conv_conf, kernel_size), .low = 1, .high = 1 << 16,
      .doc = "size of a filter", .text = "3", .aliases = "kernel" },
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
    { "4", { 2, { 3, 8 } }, 2 },
    { "4 kernel_size=5 stride=2 padding=1 bias=false", { 2, { 2, 11 } }, 2 },
    { "4 padding=2 dilation=2 groups=2", { 2, { 4, 9 } }, 2 },
    { "3 kernel_size=2 bias=false weight_standardization=true", { 2, { 2, 7 } }, 3 },
    { "2 kernel_size=4 padding=same", { 2, { 2, 20 } }, 1 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_conv1d = {
    .name = "conv1d", .aliases = "Conv1d Conv1D", .doc = "convolution of a sequence",
    .math = "y[o] = b[o] + sum over c of w[o,c] * x[c]",
    .conf_size = sizeof(sft_conv_conf), .fields = fields, .traits = SFT_READS_IN | SFT_FUSES,
    .shape = sft__conv_shape, .forward = sft__conv_forward, .backward = sft__conv_backward, .cases = cases,
};
