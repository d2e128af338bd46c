/* SPDX-License-Identifier: MIT */
/* No wrapper: the step is the optimiser's. */
#include "optim/method.h"

const sft_wrapper sft_wrapper_none = {
    .name = "none",
    .doc = "the step is the optimiser's alone",
};
