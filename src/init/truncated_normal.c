/* SPDX-License-Identifier: MIT */
/* Weights from a normal distribution that is cut off on both sides. */
#include "init/fill.h"
#include "init/truncated.h"

#include <math.h>

typedef struct conf {
    double mean, std, a, b;
} conf;

static const sft_field fields[] = {
    { "mean", SFT_REAL, offsetof(conf, mean), 0, 0, 0, .doc = "mean before the cut" },
    { "std", SFT_REAL, offsetof(conf, std), 0.02, 0, 1e6, .doc = "standard deviation before the cut",
      .aliases = "stddev sd sigma", .flags = SFT_MAIN | SFT_LOG | SFT_ABOVE_LOW },
    { "a", SFT_REAL, offsetof(conf, a), 0, 0, 0, .doc = "smallest value; auto: mean - 2 std",
      .aliases = "low", .flags = SFT_AUTO },
    { "b", SFT_REAL, offsetof(conf, b), 0, 0, 0, .doc = "largest value; auto: mean + 2 std",
      .aliases = "high", .flags = SFT_AUTO },
    SFT_FIELD_END
};

/* The inverse of the error function for |y| < 1: Giles's polynomials (2010, single precision), then one step of Newton's method. */
static double inverse_erf(double y)
{
    static const double middle[] = { 2.81022636e-08,  3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087,
                                     -0.00125372503, -0.00417768164, 0.246640727,    1.50140941 };
    static const double tail[] = { -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773,
                                   -0.0076224613,   0.00943887047,  1.00167406,    2.83297682 };
    double        w = -log((1 - y) * (1 + y)), x = 0;
    const double *p = w < 5 ? middle : tail;
    w = w < 5 ? w - 2.5 : sqrt(w) - 3;
    for (int i = 0; i < 9; i++) x = x * w + p[i];
    x *= y;
    return x - (erf(x) - y) / (1.12837916709551257390 * exp(-x * x));
}

/* Twice the distribution function, less one: what erf says. */
static double erf_at(double x, double mean, double std) { return erf((x - mean) / (std * sqrt(2.0))); }

void sft__fill_truncated(const sft_init_call *call, double mean, double std, double low, double high)
{
    double from = erf_at(low, mean, std), to = erf_at(high, mean, std);
    for (int64_t i = 0; i < call->count; i++) {
        double y = from + (to - from) * sft__uniform(call->random);
        double x = fabs(y) < 1 ? mean + std * sqrt(2.0) * inverse_erf(y) : y < 0 ? low : high;
        call->values[i] = (real)fmin(fmax(x, low), high);
    }
}

static void fill(const void *conf_, const sft_init_call *call)
{
    const conf *k = conf_;
    if (call->bias)
        sft__fill_constant(call, 0);
    else
        sft__fill_truncated(call, k->mean, k->std, isnan(k->a) ? k->mean - 2 * k->std : k->a,
                            isnan(k->b) ? k->mean + 2 * k->std : k->b);
}

static const char *refuse(const void *conf_)
{
    const conf *k = conf_;
    double      low = isnan(k->a) ? k->mean - 2 * k->std : k->a, high = isnan(k->b) ? k->mean + 2 * k->std : k->b;
    return low < high ? NULL : "nothing lies between a and b — a must be below b";
}

const sft_init sft_init_truncated_normal = {
    .name = "truncated_normal",
    .aliases = "trunc_normal trunc_normal_ TruncatedNormal",
    .doc = "weights from a normal distribution without its tails",
    .math = "N(mean, std^2) between a and b; torch.nn.init.trunc_normal_",
    .conf_size = sizeof(conf),
    .fields = fields,
    .fill = fill,
    .refuse = refuse,
};
