/* SPDX-License-Identifier: MIT */
#include "doctor/doctor.h"

sft_status sft__measure_curvature(sft_chart *c, sft_net *n, const sft_batch *b)
{
    (void)n;
    (void)b;
    return sft_code(c->ctx);
}
