/* SPDX-License-Identifier: MIT */
/* Shapes: making, counting, comparing and printing them. */
#include "tensor/tensor.h"

#include <inttypes.h>
#include <stdio.h>

sft_shape sft__shape1(int64_t a)
{
    return (sft_shape){ .rank = 1, .dim = { a } };
}

sft_shape sft__shape2(int64_t a, int64_t b)
{
    return (sft_shape){ .rank = 2, .dim = { a, b } };
}

sft_shape sft__shape3(int64_t a, int64_t b, int64_t c)
{
    return (sft_shape){ .rank = 3, .dim = { a, b, c } };
}

int64_t sft__count(sft_shape s)
{
    int64_t n = 1;
    if (s.rank < 0 || s.rank > SFT_MAX_RANK)
        return -1;
    for (int i = 0; i < s.rank; i++)
        if (!sft__mul(n, s.dim[i], &n))
            return -1;
    return n;
}

bool sft__same_shape(sft_shape a, sft_shape b)
{
    if (a.rank != b.rank)
        return false;
    for (int i = 0; i < a.rank; i++)
        if (a.dim[i] != b.dim[i])
            return false;
    return true;
}

const char *sft__shape_text(sft_shape s, char *buf, size_t size)
{
    size_t at = 0;
    snprintf(buf, size, "scalar");
    for (int i = 0; i < s.rank; i++) {
        int n = snprintf(buf + at, size - at, i ? "x%" PRId64 : "%" PRId64, s.dim[i]);
        if (n < 0 || (size_t)n >= size - at)
            break;
        at += (size_t)n;
    }
    return buf;
}
