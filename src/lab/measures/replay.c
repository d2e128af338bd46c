/* SPDX-License-Identifier: MIT */
/* replay: how the training went step by step. */
#include "lab/measures/measures.h"

#include <math.h>
#include <stddef.h>

typedef struct conf {
    int     column, fold;
    int64_t from, to;
} conf;

enum { GRAD_NORM, LOSS, UPDATE };
static const char *const columns[] = { "grad_norm", "loss", "update", NULL };
enum { MEAN, HIGHEST, LOWEST, FIRST, LAST, CV, SWING, FLIPS };
static const char *const folds[] = { "mean", "max", "min", "first", "last", "cv", "swing", "flips", NULL };

static const sft_field fields[] = {
    { .name = "column", .kind = SFT_WORD, .offset = offsetof(conf, column), .text = "grad_norm", .words = columns, .flags = SFT_MAIN,
      .doc = "norm of the gradient; loss of the batch before the update; update: |change of the weights| / |weights|" },
    { .name = "fold", .kind = SFT_WORD, .offset = offsetof(conf, fold), .text = "mean", .words = folds,
      .doc = "over steps; cv: deviation / mean; swing: mean |change from step to step| / mean; flips: share of changes whose sign is not "
             "that of the change before" },
    { .name = "from", .kind = SFT_INT, .offset = offsetof(conf, from), .def = 0, .high = 1e12, .doc = "first step, from 1; 0: the first" },
    { .name = "to", .kind = SFT_INT, .offset = offsetof(conf, to), .def = 0, .high = 1e12, .doc = "last step; 0: the last" },
    SFT_FIELD_END
};

static double mean_of(const double *v, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += v[i] / (double)n;
    return sum;
}

static double variation(const double *v, int64_t n)
{
    const double mean = mean_of(v, n);
    double       square = 0;
    for (int64_t i = 0; i < n; i++) square += (v[i] - mean) * (v[i] - mean);
    return n > 1 ? sqrt(square / (double)(n - 1)) / mean : NAN;
}

static double swing(const double *v, int64_t n)
{
    double sum = 0;
    for (int64_t i = 1; i < n; i++) sum += fabs(v[i] - v[i - 1]);
    return n > 1 ? sum / (double)(n - 1) / mean_of(v, n) : NAN;
}

static double flips(const double *v, int64_t n)
{
    int64_t k = 0;
    for (int64_t i = 2; i < n; i++) {
        const double now = v[i] - v[i - 1], was = v[i - 1] - v[i - 2];
        k += (now > 0 && was < 0) || (now < 0 && was > 0);
    }
    return n > 2 ? (double)k / (double)(n - 2) : NAN;
}

static double extreme(const double *v, int64_t n, double sign)
{
    double best = v[0];
    for (int64_t i = 1; i < n; i++)
        if (sign * v[i] > sign * best) best = v[i];
    return best;
}

static double folded(const double *v, int64_t n, int fold)
{
    switch (fold) {
    case MEAN: return mean_of(v, n);
    case HIGHEST: return extreme(v, n, 1);
    case LOWEST: return extreme(v, n, -1);
    case FIRST: return v[0];
    case LAST: return v[n - 1];
    case CV: return variation(v, n);
    case SWING: return swing(v, n);
    default: return flips(v, n);
    }
}

static sft_status take(sft_subject *s, const void *options, double *value)
{
    const conf       *k = options;
    const sft_replay *r = sft__lab_replay(s, k->to);
    if (!r) return sft_code(s->ctx);
    const double *all = k->column == GRAD_NORM ? r->grad_norm : k->column == LOSS ? r->loss : r->update;
    const int64_t from = k->from > 0 ? k->from - 1 : 0, to = k->to > 0 && k->to < r->n ? k->to : r->n;
    if (from < to) *value = folded(all + from, to - from, k->fold);
    return SFT_OK;
}

const sft_gauge sft_gauge_replay = {
    .name = "replay",
    .doc = "how the training went, step by step, by doing it once more: `replay grad_norm fold=cv to=100`; of one that failed, the steps "
           "before",
    .conf_size = sizeof(conf),
    .fields = fields,
    .take = take,
};
