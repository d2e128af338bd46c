/* SPDX-License-Identifier: MIT */
/* One-pass facts of a tensor. */
#include "base/hot.h"
#include "tensor/tensor.h"

#include <math.h>

enum { LANES = 16, RUN = 1024 }; /* a run is summed in lanes, then flushed */

typedef struct facts {          /* of one run; numbers that are not finite count as 0 here */
    double  sum[LANES], sumsq[LANES];
    real    low[LANES], high[LANES];
    int32_t bad[LANES], zeros[LANES];
} facts;

/* x - x is 0 for a finite x and NaN otherwise. */
SFT_INLINE void take(facts *f, int l, real x)
{
    bool   good = x - x == 0;
    real   v = good ? x : 0;
    double d = (double)v;
    f->sum[l] += d;
    f->sumsq[l] += d * d;
    f->bad[l] += !good;
    f->zeros[l] += x == 0;
    f->low[l] = good && x < f->low[l] ? x : f->low[l];
    f->high[l] = good && x > f->high[l] ? x : f->high[l];
}

SFT_HOT static void run(const real *x, int64_t n, facts *f)
{
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int l = 0; l < LANES; l++)
            take(f, l, x[i + l]);
    for (int l = 0; i + l < n; l++)
        take(f, l, x[i + l]);
}

sft_tensor_stats sft__tensor_stats(const real *x, int64_t n)
{
    sft_tensor_stats s = { .n = n };
    double           sum = 0, sumsq = 0, low = INFINITY, high = -INFINITY;
    for (int64_t at = 0; at < n; at += RUN) {
        facts f = { 0 };
        for (int l = 0; l < LANES; l++) {
            f.low[l] = (real)INFINITY;
            f.high[l] = (real)-INFINITY;
        }
        run(x + at, n - at < RUN ? n - at : RUN, &f);
        for (int l = 0; l < LANES; l++) {
            sum += f.sum[l];
            sumsq += f.sumsq[l];
            s.bad += f.bad[l];
            s.zeros += f.zeros[l];
            low = fmin(low, (double)f.low[l]);
            high = fmax(high, (double)f.high[l]);
        }
    }
    int64_t good = n - s.bad;
    if (good > 0) {
        s.mean = sum / (double)good;
        s.rms = sqrt(sumsq / (double)good);
        s.min = low;
        s.max = high;
    }
    return s;
}

/* The sum of x * 0 is 0 exactly when every x is finite. */
SFT_HOT static bool finite_run(const real *x, int64_t n)
{
    real    sum[LANES] = { 0 }, all = 0;
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int l = 0; l < LANES; l++)
            sum[l] += x[i + l] * 0;
    for (; i < n; i++)
        all += x[i] * 0;
    for (int l = 0; l < LANES; l++)
        all += sum[l];
    return all == 0;
}

bool sft__all_finite(const real *x, int64_t n)
{
    for (int64_t at = 0; at < n; at += RUN)
        if (!finite_run(x + at, n - at < RUN ? n - at : RUN))
            return false;
    return true;
}
