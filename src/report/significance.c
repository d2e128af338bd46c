/* SPDX-License-Identifier: MIT */
/* Student's t, Welch's test, the exact paired permutation test, Holm's correction. */
#include "report/significance.h"
#include "base/stats.h"

#include <math.h>
#include <stddef.h>

/* ---- Student's t ------------------------------------------------------------------------------------------ */

/* Continued fraction of the incomplete beta function by Lentz's method; converges fast for x < (a + 1) / (a + b + 2). */
static double beta_fraction(double a, double b, double x)
{
    const double tiny = 1e-300;
    double       c = 1, d = 1 - (a + b) * x / (a + 1), h;
    d = 1 / (fabs(d) < tiny ? tiny : d);
    h = d;
    for (int m = 1; m < 1000; m++) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        for (int k = 0; k < 2; k++) {
            const double term = k ? odd : even;
            d = 1 + term * d;
            c = 1 + term / c;
            d = 1 / (fabs(d) < tiny ? tiny : d);
            c = fabs(c) < tiny ? tiny : c;
            h *= d * c;
        }
        if (fabs(d * c - 1) < 1e-15) break;
    }
    return h;
}

/* I_x(a, b) with y = 1 - x given beside it, so that neither is lost near an end. */
static double incomplete_beta(double a, double b, double x, double y)
{
    if (x <= 0) return 0;
    if (y <= 0) return 1;
    const double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(y));
    return x < (a + 1) / (a + b + 2) ? front * beta_fraction(a, b, x) / a : 1 - front * beta_fraction(b, a, y) / b;
}

double sft__t_two_sided(double t, double df)
{
    if (isnan(t) || !(df > 0)) return NAN;
    if (isinf(t)) return 0;
    const double all = df + t * t;
    return incomplete_beta(df / 2, 0.5, df / all, t * t / all);
}

double sft__t_critical(double p, double df)
{
    double low = 0, high = 1;
    if (!(p > 0 && p < 1) || !(df > 0)) return NAN;
    while (sft__t_two_sided(high, df) > p && high < 1e300) high *= 2;
    for (int i = 0; i < 200; i++) {
        const double mid = low + (high - low) / 2;
        if (sft__t_two_sided(mid, df) > p) low = mid;
        else high = mid;
    }
    return high;
}

/* ---- tests -------------------------------------------------------------------------------------------------- */

static sft_stats stats_of(const double *v, int n)
{
    sft_stats s = { 0 };
    for (int i = 0; i < n; i++) sft__stats_add(&s, v[i]);
    return s;
}

static const sft_test none = { SFT_TEST_NONE, 0, NAN, NAN, NAN, NAN, NAN, NAN };

sft_test sft__welch(const double *a, int na, const double *b, int nb)
{
    sft_test out = none;
    if (na < 1 || nb < 1) return out;
    const sft_stats x = stats_of(a, na), y = stats_of(b, nb);
    out.effect = y.mean - x.mean;
    if (na < 2 || nb < 2) return out;
    const double va = sft__stats_variance(&x) / na, vb = sft__stats_variance(&y) / nb, se = sqrt(va + vb);
    out.kind = SFT_TEST_WELCH;
    out.t = se > 0 ? out.effect / se : out.effect > 0 ? INFINITY : out.effect < 0 ? -INFINITY : 0;
    out.df = se > 0 ? (va + vb) * (va + vb) / (va * va / (na - 1) + vb * vb / (nb - 1)) : na + nb - 2;
    out.p = sft__t_two_sided(out.t, out.df);
    const double half = sft__t_critical(0.05, out.df) * se;
    out.low = out.effect - half;
    out.high = out.effect + half;
    return out;
}

sft_test sft__permutation(const double *a, const double *b, int n)
{
    sft_test out = none;
    double   d[SFT_MOST_PAIRS];
    if (n < 1 || n > SFT_MOST_PAIRS) return out;
    for (int i = 0; i < n; i++) d[i] = b[i] - a[i];
    const sft_stats x = stats_of(d, n);
    const double    sum = fabs(x.mean * n);
    long         as_far = 0;
    const long   all = 1L << n;
    for (long signs = 0; signs < all; signs++) {
        double s = 0;
        for (int i = 0; i < n; i++) s += signs >> i & 1 ? -d[i] : d[i];
        as_far += fabs(s) >= sum - 1e-12 * (1 + sum); /* sums of the same numbers in another order round differently */
    }
    out.kind = SFT_TEST_PERMUTATION;
    out.pairs = n;
    out.effect = x.mean;
    out.p = (double)as_far / (double)all;
    if (n < 2) return out;
    const double half = sft__t_critical(0.05, n - 1) * sqrt(sft__stats_variance(&x) / n);
    out.low = x.mean - half;
    out.high = x.mean + half;
    return out;
}

sft_test sft__compare_seeds(const double *a, const long long *key_a, int na, const double *b, const long long *key_b, int nb)
{
    double x[SFT_MOST_PAIRS], y[SFT_MOST_PAIRS];
    int    n = 0;
    for (int i = 0; i < na && n < SFT_MOST_PAIRS; i++)
        for (int k = 0; k < nb; k++) {
            if (key_a[i] != key_b[k]) continue;
            x[n] = a[i];
            y[n++] = b[k];
            break;
        }
    return n >= SFT_FEWEST_PAIRS ? sft__permutation(x, y, n) : sft__welch(a, na, b, nb);
}

void sft__holm(double *p, int m)
{
    /* From the smallest: times how many are left, never below the one before. `done` marks by a shift beyond any p. */
    int    left = 0;
    double least = 0;
    for (int i = 0; i < m; i++) left += !isnan(p[i]);
    for (; left > 0; left--) {
        int at = -1;
        for (int i = 0; i < m; i++)
            if (p[i] < 2 && (at < 0 || p[i] < p[at])) at = i;
        least = fmax(least, fmin(1, p[at] * left));
        p[at] = least + 4;
    }
    for (int i = 0; i < m; i++)
        if (p[i] >= 2) p[i] -= 4;
}
