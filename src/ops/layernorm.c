/* SPDX-License-Identifier: MIT */
/* layernorm: each sample, or each row of its last axes, brought to mean 0 and variance 1 (Ba, Kiros and Hinton 2016), as
 * torch.nn.LayerNorm. Its kernels are in rownorm.c. */
#include "ops/norms.h"

static const char *const all[] = { "all", NULL };

static const sft_field fields[] = {
    { .name = "normalized_shape", .kind = SFT_DIMS, .offset = offsetof(sft_rownorm_conf, normalized_shape), .low = 1,
      .high = INT32_MAX, .doc = "the last sizes of the input, 64 or 8x8, that are normalised together; all: the whole sample",
      .words = all, .flags = SFT_MAIN | SFT_AUTO },
    { .name = "eps", .kind = SFT_REAL, .offset = offsetof(sft_rownorm_conf, eps), .def = 1e-5, .high = 1,
      .doc = "added to the variance", .aliases = "epsilon", .flags = SFT_LOG | SFT_ABOVE_LOW },
    { .name = "elementwise_affine", .kind = SFT_FLAG, .offset = offsetof(sft_rownorm_conf, affine), .def = 1,
      .doc = "scale and shift are trained", .aliases = "affine" },
    { .name = "bias", .kind = SFT_FLAG, .offset = offsetof(sft_rownorm_conf, bias), .def = 1,
      .doc = "with elementwise_affine: there is a shift", .aliases = "use_bias center" },
    SFT_FIELD_END
};

static const sft_case cases[] = {
    { "", { 1, { 37 } }, 5 },
    { "bias=false eps=1e-2", { 3, { 2, 3, 2 } }, 4 },
    { "6", { 2, { 3, 6 } }, 4 },
    { "4x3 elementwise_affine=false", { 3, { 2, 4, 3 } }, 3 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_layernorm = {
    .name = "layernorm", .aliases = "ln LayerNorm LayerNormalization layer_norm", .doc = "layer normalisation",
    .math = "y = gamma (x - mean) / sqrt(var + eps) + beta, mean and var over the sample or its last axes (Ba et al. 2016)",
    .conf_size = sizeof(sft_rownorm_conf), .fields = fields, .traits = SFT_READS_IN | SFT_FUSES,
    .shape = sft__rownorm_shape, .forward = sft__rownorm_forward, .backward = sft__rownorm_backward, .cases = cases,
};
