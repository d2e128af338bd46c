/* SPDX-License-Identifier: MIT */
/* Lengths in steps or epochs, and ways from one rate to another. */
#include "optim/schedules/span.h"

#include "base/error.h"

#include <math.h>

const char *const sft__units[] = { "epoch", "step", NULL };

double sft__span(double length, int unit, double share, sft_when t)
{
    double steps = isnan(length) ? share * (double)t.steps
                                 : length * (unit == SFT_UNIT_EPOCH ? (double)t.steps_per_epoch : 1);
    return fmax(steps, 1);
}

double sft__along_line(double a, double b, double s)
{
    return a + (b - a) * fmin(fmax(s, 0), 1);
}

double sft__along_cosine(double a, double b, double s)
{
    const double pi = 3.14159265358979323846;
    return b + (a - b) * (1 + cos(pi * fmin(fmax(s, 0), 1))) / 2;
}

sft_status sft__check_rising(sft_ctx *c, sft_pos pos, const char *what, const sft_reals *v)
{
    for (int i = 1; i < v->n; i++)
        if (!(v->v[i] > v->v[i - 1]))
            return sft__fail_at(c, pos, SFT_E113,
                                "schedule: %s must rise, and %g stands behind %g — sort them", what,
                                v->v[i], v->v[i - 1]);
    return SFT_OK;
}
