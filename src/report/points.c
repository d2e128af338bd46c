/* SPDX-License-Identifier: MIT */
/* Points: trials that differ by their seed only, as mean and standard deviation, the best first. */
#include "report/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool sft__better(const sft_report *r, double a, double b)
{
    if (isnan(a) || isnan(b)) return isnan(b) && !isnan(a);
    return r->study->plan.maximize ? a > b : a < b;
}

bool sft__point_counts(const sft_report_point *p)
{
    return p->done == p->n && p->rank.n > 0;
}

/* ---- numbers of a trial ----------------------------------------------------------------------------- */

static double rank_of(const sft_report *r, int64_t i)
{
    return r->study->attempt[i].rank;
}

static double val_accuracy_of(const sft_report *r, int64_t i)
{
    return r->study->attempt[i].val_accuracy;
}

static double test_accuracy_of(const sft_report *r, int64_t i)
{
    return r->study->attempt[i].test_accuracy;
}

/* Of test what validation is ranked by. */
static double test_of(const sft_report *r, int64_t i)
{
    const char      *by = r->study->plan.rank_by;
    const sft_curve *k = &r->look[i].curve[SFT_TEST];
    if (!strcmp(by, "accuracy")) return r->study->attempt[i].test_accuracy;
    if (!strcmp(by, "loss")) return r->study->attempt[i].test_loss;
    return k->n ? k->rank[k->n - 1] : NAN;
}

static double best_epoch_of(const sft_report *r, int64_t i)
{
    const sft_attempt *t = &r->study->attempt[i];
    return t->best_epoch > 0 && isfinite(t->rank) ? (double)t->best_epoch : NAN;
}

static double speed_of(const sft_report *r, int64_t i)
{
    const sft_attempt *t = &r->study->attempt[i];
    return t->seconds > 0 && t->steps > 0 ? (double)t->steps / t->seconds : NAN;
}

static double remark_of(const sft_report *r, int64_t i)
{
    return r->remark[i].number;
}

sft_spread sft__spread_of(const sft_stats *s)
{
    return (sft_spread){ (int)s->n, s->n ? s->mean : NAN, s->n > 1 ? sqrt(sft__stats_variance(s)) : NAN };
}

static sft_spread spread(const sft_report *r, const sft_report_point *p, double (*of)(const sft_report *, int64_t))
{
    sft_stats s = { 0 };
    for (int i = 0; i < p->n; i++) {
        const double v = of(r, p->trial[i]);
        if (isfinite(v)) sft__stats_add(&s, v);
    }
    return sft__spread_of(&s);
}

int sft__point_scores(const sft_report *r, const sft_report_point *p, bool test, double *score, long long *seed)
{
    int n = 0;
    for (int i = 0; i < p->n; i++) {
        score[n] = test ? test_of(r, p->trial[i]) : rank_of(r, p->trial[i]);
        seed[n] = r->study->attempt[p->trial[i]].seed;
        n += isfinite(score[n]);
    }
    return n;
}

/* ---- labels --------------------------------------------------------------------------------------------- */

static const char *label_of(sft_report *r, const sft_axis *axis, const char *value, double *number)
{
    char text[64];
    *number = NAN;
    if (!value) return "-";
    for (int i = 0; axis->kind == SFT_AXIS_VALUES && i < axis->n; i++)
        if (!strcmp(axis->value[i], value)) {
            *number = axis->number ? axis->number[i] : NAN;
            return axis->label && axis->label[i] ? axis->label[i] : value;
        }
    if (!sft__parse_real(value, strlen(value), number)) return value;
    return sft__arena_text(&r->arena, sft__brief(*number, 4, text, sizeof text));
}

static sft_status name_point(sft_report *r, sft_report_point *p)
{
    const sft_space *space = &r->study->plan.space;
    p->label = sft__arena_alloc(&r->arena, (size_t)(space->n + 1) * sizeof *p->label);
    p->number_of = sft__arena_alloc(&r->arena, (size_t)(space->n + 1) * sizeof *p->number_of);
    for (int k = 0; k < space->n && p->label && p->number_of; k++)
        p->label[k] = label_of(r, &space->axis[k], r->study->attempt[p->trial[0]].value[k], &p->number_of[k]);
    return sft_code(r->ctx);
}

/* ---- points ------------------------------------------------------------------------------------------------ */

static void count_trial(const sft_report *r, sft_report_point *p, int64_t i)
{
    switch (r->study->attempt[i].state) {
    case SFT_TRIAL_DONE: p->done++; break;
    case SFT_TRIAL_PRUNED: p->pruned++; break;
    case SFT_TRIAL_FAILED: p->failed++; break;
    case SFT_TRIAL_WAITING:
    case SFT_TRIAL_RUNNING: p->open++; break;
    }
    p->fates[r->remark[i].fate]++;
}

static void measure(const sft_report *r, sft_report_point *p)
{
    for (int i = 0; i < p->n; i++) count_trial(r, p, p->trial[i]);
    p->slow = p->fates[SFT_FATE_SLOW] == p->n ? spread(r, p, remark_of).mean : NAN;
    p->rank = spread(r, p, rank_of);
    p->test = spread(r, p, test_of);
    p->val_accuracy = spread(r, p, val_accuracy_of);
    p->test_accuracy = spread(r, p, test_accuracy_of);
    p->best_epoch = spread(r, p, best_epoch_of);
    p->steps_per_second = spread(r, p, speed_of);
}

/* All seeds done; some still open or stopped early; some failed: their mean is of the lucky ones; all failed; not begun. */
static int class_of(const sft_report_point *p)
{
    if (sft__point_counts(p)) return 0;
    if (p->open == p->n) return 4;
    if (!p->failed && p->rank.n) return 1;
    return p->failed < p->n && p->rank.n ? 2 : 3;
}

static bool before(const sft_report *r, const sft_report_point *a, const sft_report_point *b)
{
    if (class_of(a) != class_of(b)) return class_of(a) < class_of(b);
    if (sft__better(r, a->rank.mean, b->rank.mean)) return true;
    return !sft__better(r, b->rank.mean, a->rank.mean) && a->number < b->number;
}

/* Merge sort: qsort has nowhere to put the report. */
static void sort(const sft_report *r, sft_report_point *p, sft_report_point *room, int n)
{
    const int half = n / 2;
    if (n < 2) return;
    sort(r, p, room, half);
    sort(r, p + half, room, n - half);
    for (int k = 0, i = 0, j = half; k < n; k++) room[k] = j == n || (i < half && !before(r, &p[j], &p[i])) ? p[i++] : p[j++];
    memcpy(p, room, (size_t)n * sizeof *p);
}

/* Places of the trials by point: *most points, at[point] .. at[point + 1]. Trials are in the order of their numbers. */
static int64_t *group(sft_report *r, int64_t *points, int64_t **first)
{
    const sft_study *s = r->study;
    *points = 0;
    for (int64_t i = 0; i < s->n; i++) *points = s->attempt[i].point >= *points ? s->attempt[i].point + 1 : *points;
    int64_t *at = sft__arena_alloc(&r->arena, (size_t)(*points + 2) * sizeof *at);
    int64_t *order = sft__arena_alloc(&r->arena, (size_t)(s->n + 1) * sizeof *order);
    if (!at || !order) return NULL;
    for (int64_t i = 0; i < s->n; i++) at[s->attempt[i].point + 2]++;
    for (int64_t k = 2; k < *points + 2; k++) at[k] += at[k - 1];
    for (int64_t i = 0; i < s->n; i++) order[at[s->attempt[i].point + 1]++] = i;
    *first = at;
    return order;
}

sft_status sft__points_make(sft_report *r)
{
    int64_t           points = 0, *first = NULL, *order = group(r, &points, &first);
    sft_report_point *room = sft__arena_alloc(&r->arena, (size_t)(points + 1) * sizeof *room);
    r->point = sft__arena_alloc(&r->arena, (size_t)(points + 1) * sizeof *r->point);
    if (!order || !room || !r->point) return sft_code(r->ctx);
    for (int64_t k = 0; k < points; k++) {
        if (first[k + 1] == first[k]) continue;
        sft_report_point *p = &r->point[r->n_points++];
        *p = (sft_report_point){ .number = k, .n = (int)(first[k + 1] - first[k]), .trial = order + first[k] };
        measure(r, p);
        if (name_point(r, p) != SFT_OK) return sft_code(r->ctx);
    }
    sort(r, r->point, room, r->n_points);
    for (int i = 0; i < r->n_points; i++)
        r->point[i].note = sft__point_note(r, &r->point[i], i == 0 && r->n_points > 1 && sft__point_counts(&r->point[i]));
    return sft_code(r->ctx);
}
