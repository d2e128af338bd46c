/* SPDX-License-Identifier: MIT */
#include "doctor/pace.h"

#include "base/text.h"

#include <math.h>

/* ---- the optimiser ---------------------------------------------------------------------------- */

double sft__option(const sft_field *rows, const void *conf, const char *name, double other)
{
    const sft_field *row = rows ? sft__field_find(rows, name) : NULL;
    if (!row || !conf) return other;
    const char *at = (const char *)conf + row->offset;
    switch (row->kind) {
    case SFT_REAL: return isnan(*(const double *)(const void *)at) ? other : *(const double *)(const void *)at;
    case SFT_INT: return (double)*(const int64_t *)(const void *)at;
    case SFT_FLAG: return *(const bool *)(const void *)at;
    default: return other;
    }
}

static double beta(const sft_recipe *r, int i, double other)
{
    const sft_bound *b = &r->bound[SFT_OPTIMIZER_SECTION];
    const sft_field *row = sft__field_find(b->rows, "betas");
    if (!row || row->kind != SFT_REALS) return other;
    const sft_reals *v = (const sft_reals *)(const void *)((const char *)b->conf + row->offset);
    return v->n > i ? v->v[i] : other;
}

/* Roots of the linear recurrence that each follows on a bowl (Cohen et al. 2021, 2022): heavy ball 2 (1 + b), what is held
 * back of the gradient counts against the rate; Nesterov 2 (1 + b) / (1 + 2 b); Adam's mean 2 (1 + b) / (1 - b). */
sft_pace sft__pace_of(const sft_recipe *r)
{
    const char      *name = r->optimizer_record->name;
    const sft_bound *b = &r->bound[SFT_OPTIMIZER_SECTION];
    sft_pace    p = { .known = true, .lr = r->lr, .eps = sft__option(b->rows, b->conf, "eps", 0) };
    const double m = sft__option(b->rows, b->conf, "momentum", 0);
    if (sft__text_is(name, "sgd") || sft__text_is(name, "momentum") || sft__text_is(name, "nesterov")) {
        const bool ahead = sft__text_is(name, "nesterov") || sft__option(b->rows, b->conf, "nesterov", 0) > 0;
        const double held = m > 0 ? sft__option(b->rows, b->conf, "dampening", 0) : 0;
        p.momentum = m;
        p.factor = ahead ? 2 * (1 + m) / (1 + 2 * m) : 2 * (1 + m) / fmax(1 - held, 1e-6);
    } else if (sft__text_is(name, "rmsprop")) {
        p.adaptive = true;
        p.momentum = m;
        p.beta2 = sft__option(b->rows, b->conf, "alpha", 0.99);
        p.factor = 2 * (1 + m);
    } else if (sft__text_is(name, "adam") || sft__text_is(name, "adamw") || sft__text_is(name, "amsgrad")) {
        p.adaptive = true;
        p.momentum = beta(r, 0, 0.9);
        p.beta2 = beta(r, 1, 0.999);
        p.factor = 2 * (1 + p.momentum) / fmax(1 - p.momentum, 1e-6);
    } else {
        p.known = false;
    }
    return p;
}

/* ---- the course -------------------------------------------------------------------------------- */

double sft__course_loss(const sft_course *k, int64_t from, int64_t to)
{
    double sum = 0;
    for (int64_t i = from; i < to; i++) sum += k->loss[i];
    return to > from ? sum / (double)(to - from) : NAN;
}

double sft__course_se(const sft_course *k, int64_t from, int64_t to)
{
    const double mean = sft__course_loss(k, from, to), n = (double)(to - from);
    double       sum = 0;
    for (int64_t i = from; i < to; i++) sum += (k->loss[i] - mean) * (k->loss[i] - mean);
    return n > 1 ? sqrt(sum / (n - 1) / n) : NAN;
}

double sft__course_turn(const sft_course *k)
{
    double  sum = 0;
    int64_t n = 0;
    for (int64_t i = k->steps / 2; i < k->steps; i++)
        if (!isnan(k->turn[i])) {
            sum += k->turn[i];
            n++;
        }
    return n > 0 ? sum / (double)n : NAN;
}

double sft__course_late(const sft_course *k)
{
    return sft__course_loss(k, k->steps - (k->steps + 3) / 4, k->steps);
}

double sft__course_peak(const sft_course *k)
{
    double peak = 0;
    for (int64_t i = 0; i < k->steps; i++) peak = fmax(peak, k->loss[i]);
    return peak;
}

double sft__course_fall(const sft_course *k, double *se)
{
    const int64_t n = k->steps, mid = n / 2, late = n - n / 4;
    if (n < 16) return NAN;
    const double before = sft__course_loss(k, mid, late), now = sft__course_loss(k, late, n);
    if (se) *se = hypot(sft__course_se(k, mid, late), sft__course_se(k, late, n)) / before;
    return (before - now) / before;
}

bool sft__course_whole(const sft_course *k)
{
    return k->steps > 0 && k->steps == k->planned && !k->failed;
}

double sft__course_forecast(const sft_course *k)
{
    if (k->looks < 2 || k->failed) return NAN;
    const sft_look *a = &k->look[k->looks - 2], *b = &k->look[k->looks - 1];
    double          spent = 0, all = 0;
    for (int64_t i = 0; i < k->steps; i++) {
        all += k->lr[i];
        spent += i >= a->step ? k->lr[i] : 0;
    }
    const double left = fmax(0, k->rate_sum - all), fall = fmax(0, a->loss - b->loss);
    return spent > 0 ? fmax(0, b->loss - fall / spent * left) : b->loss;
}

/* ---- against what is easy ------------------------------------------------------------------------ */

bool sft__loss_of_ignorance(const sft_chart *c, double loss)
{
    const char *name = c->loss->name;
    const bool  known = sft__text_is(name, "cross_entropy") || sft__text_is(name, "bce") || sft__text_is(name, "mse");
    return known && c->samples.prior > 0 && !(loss < 0.9 * c->samples.prior);
}

bool sft__below_neighbours(const sft_chart *c)
{
    const double near = c->samples.neighbours, own = c->course.eval_mode_accuracy, n = (double)c->start.samples;
    if (isnan(near) || isnan(own)) return false;
    return own < near - 0.1 - 3 * sqrt(own * (1 - own) / n + near * (1 - near) / n);
}
