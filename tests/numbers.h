/* SPDX-License-Identifier: MIT */
/* Random numbers of a test of kernels. */
#ifndef SFT_TESTS_NUMBERS_H
#define SFT_TESTS_NUMBERS_H

#include "check.h"

#include "base/random.h"
#include "tensor/tensor.h"

#include <stdlib.h>

/* `count` normal numbers, to be freed; zeros without a stream. */
static inline real *numbers(int64_t count, sft_stream *s)
{
    real *x = calloc((size_t)count + 1, sizeof *x);
    assert_non_null(x);
    for (int64_t i = 0; i < count && s; i++) x[i] = (real)sft__normal(s);
    return x;
}

#endif
