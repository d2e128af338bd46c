/* SPDX-License-Identifier: MIT */
/* The vectorisable functions of src/ops/vmath.h are as accurate as that file says, over the whole range of float.
 * labels: core gradient */
#include "check.h"

#include <float.h>
#include <math.h>

#include "ops/vmath.h"

#ifdef SFT_REAL_DOUBLE
static const double promised = 1e-15;
#else
static const double promised = 1e-6;
#endif

/* Every 4097th float, both signs, denormals too: about a million. */
static void each(void (*check)(float x))
{
    for (uint64_t bits = 0; bits <= UINT32_MAX; bits += 4097) {
        uint32_t b = (uint32_t)bits;
        float    x;
        memcpy(&x, &b, sizeof x);
        if (isfinite(x))
            check(x);
    }
}

static void near(const char *name, float x, double got, double want, double relative)
{
    double room = fabs(want) < FLT_MIN ? FLT_MIN : relative * fabs(want); /* results that are not normal may become 0 */
    if (!(got == want || fabs(got - want) <= room))
        fail_msg("%s(%.9g) = %.9g, want %.9g", name, (double)x, got, want);
}

static void exp_at(float x)
{
    double want = exp((double)x), got = (double)sft__vexp((real)x);
    if (sizeof(real) == sizeof(double) || want <= FLT_MAX)
        near("exp", x, got, want, fmin(promised, 2 * FLT_EPSILON));
    else
        assert_true(isinf(got));
}

static void sigmoid_at(float x)
{
    near("sigmoid", x, (double)sft__vsigmoid((real)x), 1 / (1 + exp(-(double)x)), promised);
}

static void tanh_at(float x)
{
    near("tanh", x, (double)sft__vtanh((real)x), tanh((double)x), promised);
}

static void erf_at(float x)
{
    near("erf", x, (double)sft__verf((real)x), erf((double)x), promised);
}

static void log1p_at(float x)
{
    if (x >= 0 && x <= 1)
        near("log1p", x, (double)sft__vlog1p((real)x), log1p((double)x), promised);
}

static void expm1_at(float x)
{
    if (x <= 0)
        near("expm1", x, (double)sft__vexpm1((real)x), expm1((double)x), promised);
}

static void as_accurate_as_promised(void **state)
{
    (void)state;
    each(exp_at);
    each(sigmoid_at);
    each(tanh_at);
    each(erf_at);
    each(log1p_at);
    each(expm1_at);
}

static void small_results_of_exp(void **state)
{
    (void)state;
    for (double x = -104; x < -86; x += 0.001) {
        double got = (double)sft__vexp((real)x), want = exp((double)(real)x);
        if (!(fabs(got - want) <= 2 * 1.5e-45 + 3e-7 * want))
            fail_msg("exp(%g) = %g, want %g", x, got, want);
    }
}

static void limits(void **state)
{
    (void)state;
    real inf = (real)INFINITY, nan = (real)NAN;
    assert_true(isinf(sft__vexp(inf)) && sft__vexp(-inf) == 0 && sft__vexp(0) == 1);
    assert_true(sft__vsigmoid(inf) == 1 && sft__vsigmoid(-inf) == 0 && sft__vsigmoid(0) == (real)0.5);
    assert_true(sft__vtanh(inf) == 1 && sft__vtanh(-inf) == -1 && sft__vtanh(0) == 0);
    assert_true(sft__verf(inf) == 1 && sft__verf(-inf) == -1 && sft__verf(0) == 0);
    assert_true(sft__vexpm1(-inf) == -1 && sft__vexpm1(0) == 0 && sft__vlog1p(0) == 0);
    assert_true(isnan(sft__vexp(nan)) && isnan(sft__vsigmoid(nan)) && isnan(sft__vtanh(nan)));
    assert_true(isnan(sft__verf(nan)) && isnan(sft__vexpm1(nan)) && isnan(sft__vlog1p(nan)));
}

/* Larger arguments never give smaller results by more than rounding, and nothing leaves its range. */
static void stay_in_range(void **state)
{
    (void)state;
    for (double x = -30; x < 30; x += 1e-3) {
        assert_true(fabs((double)sft__vtanh((real)x)) <= 1 && fabs((double)sft__verf((real)x)) <= 1);
        assert_true(sft__vsigmoid((real)x) >= 0 && sft__vsigmoid((real)x) <= 1);
        assert_true(sft__vtanh((real)-x) == -sft__vtanh((real)x) && sft__verf((real)-x) == -sft__verf((real)x));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_accurate_as_promised),
        cmocka_unit_test(small_results_of_exp),
        cmocka_unit_test(limits),
        cmocka_unit_test(stay_in_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
