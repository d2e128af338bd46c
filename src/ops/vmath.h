/* SPDX-License-Identifier: MIT */
/* exp, log1p, tanh, sigmoid and erf that loops can be vectorised over: branch-free polynomials in float.
 *
 * Accuracy (tests/test_vmath.c holds every function against libm over its whole range):
 *   sft__vexp      2 ulp, denormal results included
 *   sft__vexpm1    relative 1e-6, for arguments not above 0
 *   sft__vlog1p    relative 4e-7, for arguments in [0,1] only
 *   sft__vtanh, sft__vsigmoid, sft__verf    relative 1e-6 where the result is a normal number
 * NaN gives NaN, infinities give the limits. In double these are libm's. */
#ifndef SFT_OPS_VMATH_H
#define SFT_OPS_VMATH_H

#include "base/hot.h"
#include "tensor/tensor.h"

#include <math.h>
#include <string.h>

#ifdef SFT_REAL_DOUBLE

SFT_INLINE real sft__vexp(real x) { return exp(x); }
SFT_INLINE real sft__vlog1p(real x) { return log1p(x); }
SFT_INLINE real sft__vexpm1(real x) { return expm1(x); }
SFT_INLINE real sft__vtanh(real x) { return tanh(x); }
SFT_INLINE real sft__vsigmoid(real x) { return 1 / (1 + exp(-x)); }
SFT_INLINE real sft__verf(real x) { return erf(x); }

#else

/* 2^n as a float, -126 <= n <= 127. */
SFT_INLINE real sft__power2(int32_t n)
{
    uint32_t bits = (uint32_t)(n + 127) << 23;
    real     x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* x limited to low..high; NaN stays NaN. */
SFT_INLINE real sft__clamp(real x, real low, real high)
{
    x = x < low ? low : x;
    return x > high ? high : x;
}

/* Cephes expf: exp x = 2^n exp r, n = round(x / ln 2), |r| <= ln 2 / 2; ln 2 in two parts so that r is exact. */
SFT_INLINE real sft__vexp(real x)
{
    const real to_int = 12582912.0f; /* 1.5 * 2^23: adding it leaves a whole number in the low bits */
    x = sft__clamp(x, -104.0f, 89.0f);
    real    shifted = x * 1.44269504f + to_int;
    real    whole = shifted - to_int;
    int32_t n;
    memcpy(&n, &shifted, sizeof n);
    n = (int32_t)((uint32_t)n - 0x4B400000u);
    n = x == x ? n : 0;
    real r = x - whole * 0.693359375f;
    r = r - whole * -2.12194440e-4f;
    real y = 1.9875691500e-4f;
    y = y * r + 1.3981999507e-3f;
    y = y * r + 8.3334519073e-3f;
    y = y * r + 4.1665795894e-2f;
    y = y * r + 1.6666665459e-1f;
    y = y * r + 5.0000001201e-1f;
    y = y * (r * r) + r + 1.0f;
    int32_t half = n >> 1;      /* in two steps, as 2^n alone may be infinite or denormal */
    return y * sft__power2(half) * sft__power2(n - half);
}

/* exp x - 1 for x <= 0 (elu): the series where exp x - 1 would cancel. */
SFT_INLINE real sft__vexpm1(real x)
{
    real s = 1.0f / 5040;
    s = s * x + 1.0f / 720;
    s = s * x + 1.0f / 120;
    s = s * x + 1.0f / 24;
    s = s * x + 1.0f / 6;
    s = s * x + 0.5f;
    s = x + x * (x * s);
    real far = sft__vexp(x) - 1.0f;
    return x > -0.5f ? s : far;
}

/* log(1 + x) = 2 atanh z, z = x / (2 + x) <= 1/3: eight terms of the series. */
SFT_INLINE real sft__vlog1p(real x)
{
    real z = x / (2.0f + x), w = z * z;
    real s = 1.0f / 15;
    s = s * w + 1.0f / 13;
    s = s * w + 1.0f / 11;
    s = s * w + 1.0f / 9;
    s = s * w + 1.0f / 7;
    s = s * w + 1.0f / 5;
    s = s * w + 1.0f / 3;
    return 2.0f * (z + z * (w * s));
}

/* A rational approximation on |x| <= 9 (that of Eigen and XLA); from there on tanh rounds to 1. */
SFT_INLINE real sft__vtanh(real t)
{
    real x = sft__clamp(t, -9.0f, 9.0f), w = x * x;
    real p = -2.76076847742355e-16f;
    p = p * w + 2.00018790482477e-13f;
    p = p * w + -8.60467152213735e-11f;
    p = p * w + 5.12229709037114e-08f;
    p = p * w + 1.48572235717979e-05f;
    p = p * w + 6.37261928875436e-04f;
    p = p * w + 4.89352455891786e-03f;
    real q = 1.19825839466702e-06f;
    q = q * w + 1.18534705686654e-04f;
    q = q * w + 2.26843463243900e-03f;
    q = q * w + 4.89352518554385e-03f;
    real y = x * p / q;
    y = sft__clamp(y, -1.0f, 1.0f);
    return w < 1.6e-7f ? t : y;
}

SFT_INLINE real sft__vsigmoid(real x)
{
    return 1.0f / (1.0f + sft__vexp(-x));
}

/* A rational approximation on |x| <= 4 (that of Eigen and XLA). */
SFT_INLINE real sft__verf(real t)
{
    real x = sft__clamp(t, -4.0f, 4.0f), w = x * x;
    real p = -2.72614225801306e-10f;
    p = p * w + 2.77068142495902e-08f;
    p = p * w + -2.10102402082508e-06f;
    p = p * w + -5.69250639462346e-05f;
    p = p * w + -7.34990630326855e-04f;
    p = p * w + -2.95459980854025e-03f;
    p = p * w + -1.60960333262415e-02f;
    real q = -1.45660718464996e-05f;
    q = q * w + -2.13374055278905e-04f;
    q = q * w + -1.68282697438203e-03f;
    q = q * w + -7.37332916720468e-03f;
    q = q * w + -1.42647390514189e-02f;
    real y = sft__clamp(x * p / q, -1.0f, 1.0f);
    return w < 1e-6f ? t * 1.12837917f : y;
}

#endif

#endif
