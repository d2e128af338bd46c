/* SPDX-License-Identifier: MIT */
/* Bayesian optimisation: a Gaussian process says what to expect anywhere and how surely, and the point with the largest expected
 * improvement over the best so far is next (Jones et al. 1998).
 *
 * Points that run are believed to come out as the process expects (the kriging believer, Ginsbourger et al. 2010): nothing is gained by
 * asking there again. Failed ones rank last, with a finite score. */
#include <math.h>
#include <string.h>

#include "sweep/gp.h"

typedef struct conf {
    int64_t startup, candidates;
} conf;

static const sft_field fields[] = {
    { "startup", SFT_INT, offsetof(conf, startup), 8, 2, 1e6, .doc = "points of the Sobol sequence before the first that is learnt" },
    { "candidates", SFT_INT, offsetof(conf, candidates), 500, 10, 1e5,
      .doc = "points at which the expected improvement is looked at first" },
    SFT_FIELD_END
};

enum {
    MOST_FITTED = 100,          /* points that lengths and noise are fitted to: the time goes with the cube */
    MOST_KNOWN = 400,           /* points that predictions rest on, and so many running ones at most */
    CLIMBS = 4, CLIMB_STEPS = 60,
    ELITE = 5
};

typedef struct model {
    const sft_search *search;
    int               axes;
    bool              category[SFT_MOST_AXES];
    sft_gp            gp;
    double           *room;     /* a number a point */
    double            best;     /* the least mean at a known or running point */
} model;

/* What the process sees of a point: lists by index; an axis that does not matter is in the middle, or a value of its own. */
static void features(const model *m, const double *u, double *x)
{
    for (int j = 0; j < m->axes; j++) {
        if (m->category[j])
            x[j] = sft__axis_index(&m->search->space->axis[j], u[j]);
        else
            x[j] = isnan(u[j]) ? 0.5 : u[j];
    }
}

/* The better half of `most` from the front, the others evenly from the rest. */
static int64_t pick(int64_t i, int64_t most, int64_t n)
{
    const int64_t front = most / 2;
    return n <= most || i < front ? i : front + (i - front) * (n - front) / (most - front);
}

/* Scores of all ranked samples. */
static double *scores(const sft_search *s, const sft_ranking *r)
{
    double *value = sft__arena_alloc(s->scratch, (size_t)r->n * sizeof *value), *y = sft__arena_alloc(s->scratch, (size_t)r->n * sizeof *y);
    if (!value || !y) return NULL;
    double budget = r->values ? s->sample[r->best[0]].budget : 1;
    int64_t whole = 0; /* values of less training are ranks only */
    for (int64_t i = 0; i < r->values; i++) {
        value[i] = s->sample[r->best[i]].value;
        whole += s->sample[r->best[i]].budget >= budget;
    }
    sft__half_rank(value, whole, r->values, r->n, y);
    return y;
}

/* A process conditioned on at most `most` ranked samples; fitted to them where `random` is given. */
static sft_status condition(model *m, const sft_ranking *r, const double *score, int64_t most, sft_stream *random)
{
    const sft_search *s = m->search;
    const int64_t     n = r->n < most ? r->n : most, running = random ? 0 : r->running < most ? r->running : most;
    const size_t      rows = (size_t)(n + running);
    double           *x = sft__arena_alloc(s->scratch, rows * (size_t)m->axes * sizeof *x);
    double           *y = sft__arena_alloc(s->scratch, rows * sizeof *y);
    m->room = sft__arena_alloc(s->scratch, rows * sizeof *m->room);
    if (!x || !y || !m->room) return sft_code(s->scratch->ctx);
    for (int64_t i = 0; i < n; i++) {
        const int64_t rank = pick(i, most, r->n);
        features(m, s->sample[r->best[rank]].u, x + i * m->axes);
        y[i] = score[rank];
    }
    if (random) return sft__gp_fit(s->scratch, &m->gp, x, y, (int)n, random);
    sft_status status = sft__gp_condition(s->scratch, &m->gp, x, y, (int)n);
    if (status != SFT_OK) return status;
    m->best = INFINITY;
    for (int64_t i = 0; i < n; i++) m->best = fmin(m->best, sft__gp_predict(&m->gp, x + i * m->axes, NULL, m->room));
    for (int64_t i = n; i < n + running; i++) {
        features(m, s->sample[r->now[i - n]].u, x + i * m->axes);
        y[i] = sft__gp_predict(&m->gp, x + i * m->axes, NULL, m->room);
        m->best = fmin(m->best, y[i]);
    }
    return running ? sft__gp_condition(s->scratch, &m->gp, x, y, (int)(n + running)) : SFT_OK;
}

/* log(phi(z) + z Phi(z)); far below, where both cancel, by phi(z) / z^2 (1 - 3 / z^2). */
static double log_gain(double z)
{
    const double log_density = -0.5 * z * z - 0.91893853320467274178;
    if (z > -6) return log(exp(log_density) + z * sft__normal_below(z));
    return log_density - 2 * log(-z) + log1p(-3 / (z * z));
}

/* Log of the expected improvement at u, snapped. */
static double gain(const model *m, const double *u)
{
    double       x[SFT_MOST_AXES], variance;
    features(m, u, x);
    const double mean = sft__gp_predict(&m->gp, x, &variance, m->room), spread = sqrt(variance);
    return log(spread) + log_gain((m->best - mean) / spread);
}

/* Some axes of u moved by about `step`, lists to any value. */
static void move(const model *m, const double *u, double step, sft_stream *random, double *v)
{
    const uint64_t sure = sft__below(random, (uint64_t)m->axes);
    for (int j = 0; j < m->axes; j++) {
        const bool moves = (int)sure == j || sft__uniform(random) < 0.3;
        v[j] = isnan(u[j]) ? sft__uniform(random) : u[j];
        if (!moves) continue;
        v[j] = m->category[j] ? sft__uniform(random) : fabs(v[j] + step * sft__normal(random));
        if (v[j] >= 1) v[j] = fmax(0, 2 - v[j]) * (1 - 0x1p-53); /* the walls are mirrors */
    }
}

typedef struct found {
    double gain, u[SFT_MOST_AXES];
} found;

/* Puts u into the list of the best, highest first, where it is new and allowed. */
static void offer(const model *m, double *u, found *list)
{
    const sft_space *space = m->search->space;
    sft__space_snap(space, u);
    if (!sft__space_allows(space, u) || sft__asked_has(m->search->asked, u)) return;
    const double g = gain(m, u);
    int          at = CLIMBS;
    while (at > 0 && g > list[at - 1].gain) at--;
    if (at == CLIMBS) return;
    memmove(list + at + 1, list + at, (size_t)(CLIMBS - 1 - at) * sizeof *list);
    list[at].gain = g;
    memcpy(list[at].u, u, (size_t)m->axes * sizeof *u);
}

/* Uphill from one place with steps that shorten where ten bring nothing. */
static void climb(const model *m, sft_stream *random, found *at)
{
    double v[SFT_MOST_AXES], step = 0.1;
    for (int i = 0, misses = 0; i < CLIMB_STEPS; i++) {
        found one[CLIMBS];
        for (int k = 0; k < CLIMBS; k++) one[k].gain = at->gain;
        move(m, at->u, step, random, v);
        offer(m, v, one);
        if (one[0].gain > at->gain) {
            *at = one[0];
            misses = 0;
        } else if (++misses % 10 == 0) {
            step *= 0.4;
        }
    }
}

static void search(const model *m, const sft_ranking *r, int64_t candidates, sft_stream *random, found *best)
{
    static const double steps[] = { 0.2, 0.05, 0.01 };
    const int64_t       elite = r->n < ELITE ? r->n : ELITE;
    double              v[SFT_MOST_AXES];
    found               list[CLIMBS];
    for (int k = 0; k < CLIMBS; k++) list[k].gain = -INFINITY;
    for (int64_t i = 0; i < candidates; i++) {
        if (i % 2)
            move(m, m->search->sample[r->best[i / 2 % elite]].u, steps[i / 2 % 3], random, v);
        else
            for (int j = 0; j < m->axes; j++) v[j] = sft__uniform(random);
        offer(m, v, list);
    }
    best->gain = -INFINITY;
    for (int k = 0; k < CLIMBS && list[k].gain > -INFINITY; k++) {
        climb(m, random, &list[k]);
        if (list[k].gain > best->gain) *best = list[k];
    }
}

static sft_status learn(const sft_search *s, const conf *k, const sft_ranking *r, double *u, bool *is_found)
{
    model      m = { .search = s, .axes = s->space->n };
    sft_stream random = sft__search_stream(s, 0, SFT_DRAW_GP);
    found      best;
    m.gp = (sft_gp){ .axes = m.axes, .category = m.category };
    for (int j = 0; j < m.axes; j++) m.category[j] = !sft__axis_ordered(&s->space->axis[j]);
    const double *score = scores(s, r);
    if (!score) return sft_code(s->scratch->ctx);
    sft_status status = condition(&m, r, score, MOST_FITTED, &random);
    if (status == SFT_OK) status = condition(&m, r, score, MOST_KNOWN, NULL);
    if (status != SFT_OK) return status;
    search(&m, r, k->candidates, &random, &best);
    *is_found = best.gain > -INFINITY;
    if (*is_found) memcpy(u, best.u, (size_t)m.axes * sizeof *u);
    return SFT_OK;
}

static sft_status next(const sft_search *s, int64_t attempt, double *u, bool *done)
{
    const conf *k = s->conf;
    sft_ranking r = { 0 };
    bool        is_found = false;
    *done = false;
    if (s->n < k->startup) {
        sft__sobol_point(s, attempt, u);
        return SFT_OK;
    }
    sft_status status = attempt ? SFT_OK : sft__search_rank(s, &r);
    if (status == SFT_OK && r.values >= 2) status = learn(s, k, &r, u, &is_found);
    if (!is_found) sft__sobol_point(s, attempt, u);
    return status;
}

const sft_sampler sft__sampler_gp = {
    .name = "gp",
    .aliases = "bayes bayesian GPSampler",
    .doc = "expected improvement under a Gaussian process; learns most from the fewest points where axes are numbers, "
           "up to some hundreds of points",
    .math = "argmax E max(0, y_best - f(u)), f ~ GP(Matern 5/2, a length an axis); Jones et al. 1998, Snoek et al. 2012",
    .source = "Jones, Schonlau, Welch: Efficient global optimization of expensive black-box functions, 1998; "
              "Snoek, Larochelle, Adams: Practical Bayesian optimization of machine learning algorithms, NeurIPS 2012; "
              "Ginsbourger, Le Riche, Carraro: Kriging is well-suited to parallelize optimization, 2010",
    .conf_size = sizeof(conf),
    .fields = fields,
    .next = next,
};
