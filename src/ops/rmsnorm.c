/* SPDX-License-Identifier: MIT */
/* rmsnorm: each sample, or each row of its last axes, divided by its root mean square (Zhang and Sennrich 2019), as
 * torch.nn.RMSNorm. Its kernels are in rownorm.c. */
#include "ops/norms.h"

static const char *const all[] = { "all", NULL };

static const sft_field fields[] = {
    { .name = "normalized_shape", .kind = SFT_DIMS, .offset = offsetof(sft_rownorm_conf, normalized_shape), .low = 1,
      .high = INT32_MAX, .doc = "the last sizes of the input, 64 or 8x8, that are normalised together; all: the whole sample",
      .words = all, .flags = SFT_MAIN | SFT_AUTO },
    { .name = "eps", .kind = SFT_REAL, .offset = offsetof(sft_rownorm_conf, eps), .def = 1.1920928955078125e-07, .high = 1,
      .doc = "added to the mean square; the default is PyTorch's, 2^-23", .aliases = "epsilon", .flags = SFT_LOG | SFT_ABOVE_LOW },
    { .name = "elementwise_affine", .kind = SFT_FLAG, .offset = offsetof(sft_rownorm_conf, affine), .def = 1,
      .doc = "a scale is trained", .aliases = "affine" },
    SFT_FIELD_END
};

static const sft_case cases[] = {
    { "", { 1, { 37 } }, 5 },
    { "6 eps=1e-2", { 2, { 3, 6 } }, 4 },
    { "elementwise_affine=false", { 3, { 2, 3, 2 } }, 4 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_rmsnorm = {
    .name = "rmsnorm", .aliases = "RMSNorm RMSNormalization rms_norm", .doc = "normalisation by the root mean square",
    .math = "y = gamma x / sqrt(mean(x^2) + eps), the mean over the sample or its last axes (Zhang, Sennrich 2019)",
    .conf_size = sizeof(sft_rownorm_conf), .fields = fields, .traits = SFT_READS_IN | SFT_FUSES,
    .shape = sft__rownorm_shape, .forward = sft__rownorm_forward, .backward = sft__rownorm_backward, .cases = cases,
};
