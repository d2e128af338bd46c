/* SPDX-License-Identifier: MIT */
/* Gaussian process regression (Rasmussen and Williams 2006, algorithm 2.1 and section 5.4).
 *
 *   k(r) = (1 + sqrt(5) r + 5/3 r^2) exp(-sqrt(5) r),   r^2 = sum_j d_j^2 / l_j^2,   K = s (R + noise I)
 *
 * s has its likeliest value in closed form, y' (R + noise I)^-1 y / n. Lengths and noise have broad normal priors on their logarithms: with
 * ten points in six dimensions the likelihood alone would as soon explain everything by one axis. */
#include "sweep/gp.h"

#include <math.h>
#include <string.h>

#define ROOT5 2.23606797749978969641

enum { STARTS = 3, STEPS = 30 };

static const double length_low = -3.0, length_high = 3.5, noise_low = -13.0, noise_high = 0.0;  /* of the logarithms: what is searched */
/* Of the priors; e^-0.7 is half an axis. */
static const double length_mean = -0.7, length_spread = 1.0, noise_mean = -8.0, noise_spread = 2.0;

bool sft__cholesky(double *m, int n)
{
    for (int i = 0; i < n; i++) {
        double *row = m + (size_t)i * (size_t)n;
        for (int j = 0; j <= i; j++) {
            const double *other = m + (size_t)j * (size_t)n;
            double        sum = row[j];
            for (int k = 0; k < j; k++) sum -= row[k] * other[k];
            if (j == i && !(sum > 0)) return false;
            row[j] = j == i ? sqrt(sum) : sum / other[j];
        }
    }
    return true;
}

/* b becomes L^-1 b. */
static void solve_lower(const double *low, int n, double *b)
{
    for (int i = 0; i < n; i++) {
        const double *row = low + (size_t)i * (size_t)n;
        double        sum = b[i];
        for (int k = 0; k < i; k++) sum -= row[k] * b[k];
        b[i] = sum / row[i];
    }
}

/* b becomes L^-T b. */
static void solve_upper(const double *low, int n, double *b)
{
    for (int i = n - 1; i >= 0; i--) {
        const double *row = low + (size_t)i * (size_t)n;
        b[i] /= row[i];
        for (int k = 0; k < i; k++) b[k] -= row[k] * b[i];
    }
}

static double square_distance(const sft_gp *gp, int j, const double *x, const double *y)
{
    const double d = x[j] - y[j];
    return gp->category[j] ? (d != 0) : d * d;
}

static double distance(const sft_gp *gp, const double *weight, const double *x, const double *y)
{
    double r2 = 0;
    for (int j = 0; j < gp->axes; j++) r2 += weight[j] * square_distance(gp, j, x, y);
    return sqrt(r2);
}

static double matern(double r)
{
    return (1 + ROOT5 * r + 5.0 / 3.0 * r * r) * exp(-ROOT5 * r);
}

static void weights(const sft_gp *gp, double *weight)
{
    for (int j = 0; j < gp->axes; j++) weight[j] = exp(-2 * gp->log_length[j]);
}

/* Lower triangle and diagonal of R + noise I. */
static void correlations(const sft_gp *gp, const double *x, int n, double *k)
{
    double weight[SFT_MOST_AXES];
    weights(gp, weight);
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < i; j++) k[i * n + j] = matern(distance(gp, weight, x + i * gp->axes, x + j * gp->axes));
        k[i * n + i] = 1 + exp(gp->log_noise);
    }
}

/* The lower triangle of K^-1 = L^-T L^-1; inverse: room for L^-1. */
static void invert(const double *low, int n, double *inverse, double *out)
{
    for (int c = 0; c < n; c++) { /* row c of `inverse` is column c of L^-1 */
        double *column = inverse + (size_t)c * (size_t)n;
        memset(column, 0, (size_t)n * sizeof *column);
        column[c] = 1;
        for (int i = c; i < n; i++) {
            double sum = column[i];
            for (int k = c; k < i; k++) sum -= low[i * n + k] * column[k];
            column[i] = sum / low[i * n + i];
        }
    }
    for (int i = 0; i < n; i++) {
        for (int j = 0; j <= i; j++) {
            double sum = 0;
            for (int k = i; k < n; k++) sum += inverse[i * n + k] * inverse[j * n + k];
            out[i * n + j] = sum;
        }
    }
}

static double prior(const sft_gp *gp, double *slope)
{
    double log_prior = 0, z = (gp->log_noise - noise_mean) / noise_spread;
    log_prior -= 0.5 * z * z;
    if (slope) slope[gp->axes] -= z / noise_spread;
    for (int j = 0; j < gp->axes; j++) {
        z = (gp->log_length[j] - length_mean - 0.5 * log(gp->axes)) / length_spread; /* distances grow with the root of the axes */
        log_prior -= 0.5 * z * z;
        if (slope) slope[j] -= z / length_spread;
    }
    return log_prior;
}

/* d log p / d t = 1/2 (alpha' K' alpha / s - tr(K^-1 K')), with K' = dR / dt; of an entry off the diagonal twice. */
static void likelihood_slope(const sft_gp *gp, const double *x, int n, const double *alpha, const double *inverse, double *slope)
{
    double weight[SFT_MOST_AXES];
    weights(gp, weight);
    memset(slope, 0, ((size_t)gp->axes + 1) * sizeof *slope);
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < i; j++) {
            const double *xi = x + i * gp->axes, *xj = x + j * gp->axes;
            const double  r = distance(gp, weight, xi, xj);
            const double  pull = alpha[i] * alpha[j] / gp->variance - inverse[i * n + j];
            const double  by_r2 = -5.0 / 6.0 * (1 + ROOT5 * r) * exp(-ROOT5 * r); /* dk / d(r^2) */
            for (int a = 0; a < gp->axes; a++) slope[a] -= 2 * pull * by_r2 * weight[a] * square_distance(gp, a, xi, xj);
        }
        slope[gp->axes] += 0.5 * (alpha[i] * alpha[i] / gp->variance - inverse[i * n + i]) * exp(gp->log_noise);
    }
}

double sft__gp_likelihood(sft_gp *gp, const double *x, const double *y, int n, double *slope, double *room)
{
    const size_t cells = (size_t)n * (size_t)n;
    double      *low = room, *inverse = low + cells, *work = inverse + cells, *alpha = work + cells;
    double       log_root = 0, fit = 0;
    correlations(gp, x, n, low);
    if (!sft__cholesky(low, n)) return -INFINITY;
    memcpy(alpha, y, (size_t)n * sizeof *alpha);
    solve_lower(low, n, alpha);
    for (int i = 0; i < n; i++) {
        fit += alpha[i] * alpha[i];
        log_root += log(low[i * n + i]);
    }
    gp->variance = fmax(fit / n, 1e-12);
    if (slope) {
        solve_upper(low, n, alpha);
        invert(low, n, work, inverse);
        likelihood_slope(gp, x, n, alpha, inverse, slope);
    }
    return -0.5 * n * log(gp->variance) - log_root + prior(gp, slope);
}

/* Ascent by the signs of the slope, each with a step of its own that grows while the sign stays and halves where it turns (Rprop,
 * Riedmiller and Braun 1993): no line search, and scales of axes do not matter. Keeps the best point that it passes. */
static double climb(sft_gp *gp, const double *x, const double *y, int n, double *room)
{
    double slope[SFT_MOST_AXES + 1], before[SFT_MOST_AXES + 1] = { 0 }, step[SFT_MOST_AXES + 1], best = -INFINITY;
    sft_gp kept = *gp;
    for (int j = 0; j <= gp->axes; j++) step[j] = 0.3;
    for (int t = 0; t < STEPS; t++) {
        const double value = sft__gp_likelihood(gp, x, y, n, slope, room);
        if (value == -INFINITY) break;
        if (value > best) {
            best = value;
            kept = *gp;
        }
        for (int j = 0; j <= gp->axes; j++) {
            double      *at = j < gp->axes ? &gp->log_length[j] : &gp->log_noise;
            const double lowest = j < gp->axes ? length_low : noise_low, highest = j < gp->axes ? length_high : noise_high;
            const double agree = slope[j] * before[j];
            step[j] = fmin(1, step[j] * (agree > 0 ? 1.3 : agree < 0 ? 0.5 : 1));
            *at = fmin(fmax(*at + (slope[j] > 0 ? step[j] : slope[j] < 0 ? -step[j] : 0), lowest), highest);
            before[j] = slope[j];
        }
    }
    *gp = kept;
    return best;
}

/* The first start is where the priors are highest, the others are drawn around it. */
static void start(sft_gp *gp, int number, sft_stream *random)
{
    for (int j = 0; j < gp->axes; j++)
        gp->log_length[j] = length_mean + 0.5 * log(gp->axes) + (number ? length_spread * sft__normal(random) : 0);
    gp->log_noise = noise_mean + (number ? noise_spread * sft__normal(random) : 0);
}

sft_status sft__gp_fit(sft_arena *a, sft_gp *gp, const double *x, const double *y, int n, sft_stream *random)
{
    double *room = sft__arena_alloc(a, ((size_t)n * (size_t)n * 4 + (size_t)n * 3) * sizeof *room);
    double  best = -INFINITY;
    sft_gp  found = *gp;
    if (!room) return sft_code(a->ctx);
    start(&found, 0, random);
    found.variance = 1;
    for (int i = 0; i < STARTS; i++) {
        start(gp, i, random);
        const double value = climb(gp, x, y, n, room);
        if (!(value > best)) continue;
        best = value;
        found = *gp;
    }
    *gp = found;
    return SFT_OK;
}

sft_status sft__gp_condition(sft_arena *a, sft_gp *gp, const double *x, const double *y, int n)
{
    gp->low = sft__arena_alloc(a, (size_t)n * (size_t)n * sizeof *gp->low);
    gp->alpha = sft__arena_alloc(a, (size_t)n * sizeof *gp->alpha);
    if (!gp->low || !gp->alpha) return sft_code(a->ctx);
    gp->n = n;
    gp->x = x;
    correlations(gp, x, n, gp->low);
    if (!sft__cholesky(gp->low, n)) return sft__fail(a->ctx, SFT_E003, "the correlations of %d points have no factor — report it", n);
    memcpy(gp->alpha, y, (size_t)n * sizeof *gp->alpha);
    solve_lower(gp->low, n, gp->alpha);
    solve_upper(gp->low, n, gp->alpha);
    return SFT_OK;
}

double sft__gp_predict(const sft_gp *gp, const double *u, double *variance, double *room)
{
    double weight[SFT_MOST_AXES], mean = 0, known = 0;
    weights(gp, weight);
    for (int i = 0; i < gp->n; i++) {
        room[i] = matern(distance(gp, weight, u, gp->x + (size_t)i * (size_t)gp->axes));
        mean += room[i] * gp->alpha[i];
    }
    if (!variance) return mean;
    solve_lower(gp->low, gp->n, room);
    for (int i = 0; i < gp->n; i++) known += room[i] * room[i];
    *variance = gp->variance * fmax(1 - known, 1e-12);
    return mean;
}

static void standardise(double *y, int64_t n)
{
    double mean = 0, square = 0;
    for (int64_t i = 0; i < n; i++) mean += y[i] / (double)n;
    for (int64_t i = 0; i < n; i++) square += (y[i] - mean) * (y[i] - mean) / (double)n;
    for (int64_t i = 0; i < n; i++) y[i] = square > 0 ? (y[i] - mean) / sqrt(square) : 0;
}

/* One behind the last that is as good as sample i. */
static int64_t equals_end(const double *value, int64_t values, int64_t ranked, int64_t n, int64_t i)
{
    int64_t end = i + 1;
    while (i < values && end < values && value[end] == value[i]) end++;
    return i < ranked ? end : n;
}

void sft__half_rank(const double *value, int64_t values, int64_t ranked, int64_t n, double *y)
{
    int64_t middle = values / 2; /* of those with a value: they may be the fewer */
    double  spread = 0;
    while (middle > 0 && value[middle - 1] == value[middle]) middle--;
    for (int64_t i = 0; i < middle; i++) spread += (value[i] - value[middle]) * (value[i] - value[middle]) / (double)middle;
    spread = spread > 0 ? sqrt(spread) : 1;
    for (int64_t i = 0; i < middle; i++) y[i] = (value[i] - value[middle]) / spread;
    for (int64_t i = middle, end; i < n; i = end) {
        end = equals_end(value, values, ranked, n, i);
        const double rank = (double)(i + end - 1) / 2 - (double)middle;
        for (int64_t k = i; k < end; k++) y[k] = sft__normal_quantile(0.5 + 0.5 * rank / (double)(n - middle));
    }
    standardise(y, n);
}
