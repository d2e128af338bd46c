/* SPDX-License-Identifier: MIT */
/* No average: the weights that are trained are those that are used. */
#include "optim/method.h"

const sft_average sft_average_none = {
    .name = "none",
    .doc = "the weights that are trained are those that are used",
};
