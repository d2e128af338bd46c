/* SPDX-License-Identifier: MIT */
/* TPE, the tree-structured Parzen estimator, over all axes jointly.
 *
 * The points so far are parted: the best go into l, the others into g, densities both. The expected improvement grows with l / g (Bergstra
 * et al. 2011), so points are drawn from l and the one with the largest l / g is taken. Points that run count as bad ones: two
 * workers do not try the same place (the constant liar). */
#include <math.h>

#include "sweep/parzen.h"

typedef struct conf {
    int64_t startup, candidates;
    double  gamma;
} conf;

static const sft_field fields[] = {
    { "startup", SFT_INT, offsetof(conf, startup), 10, 1, 1e6, .doc = "points of the Sobol sequence before the first that is learnt" },
    { "candidates", SFT_INT, offsetof(conf, candidates), 64, 1, 1e5, .doc = "points drawn from l, of which one is taken" },
    { "gamma", SFT_REAL, offsetof(conf, gamma), 0.2, 0, 1, .doc = "share of the points that are good; 25 at most",
      .flags = SFT_ABOVE_LOW | SFT_BELOW_HIGH },
    SFT_FIELD_END
};

enum { MOST_GOOD = 25, MOST_BAD = 400, DRAWS_A_CANDIDATE = 20 };

/* Bad points: those that run, and of the others as many as a decision is worth, evenly over the ranks. */
static sft_status estimators(const sft_search *s, const conf *k, const sft_ranking *r, sft_parzen *l, sft_parzen *g)
{
    const int64_t share = (int64_t)ceil(k->gamma * (double)r->n), most = share < MOST_GOOD ? share : MOST_GOOD;
    const int64_t good = most < r->values ? most : r->values, rest = r->n - good;
    const int64_t bad = rest < MOST_BAD ? rest : MOST_BAD, n = bad + r->running;
    const double **u = sft__arena_alloc(s->scratch, (size_t)(good + n + 1) * sizeof *u);
    if (!u) return sft_code(s->scratch->ctx);
    for (int64_t i = 0; i < good; i++) u[i] = s->sample[r->best[i]].u;
    for (int64_t i = 0; i < bad; i++) u[good + i] = s->sample[r->best[good + i * rest / bad]].u;
    for (int64_t i = 0; i < r->running; i++) u[good + bad + i] = s->sample[r->now[i]].u;
    sft_status status = sft__parzen_open(s->scratch, s->space, u, good, l);
    return status == SFT_OK ? sft__parzen_open(s->scratch, s->space, u + good, n, g) : status;
}

/* The candidate with the largest l / g; false: none of them is new and allowed. */
static sft_status best_candidate(const sft_search *s, const conf *k, const sft_parzen *l, const sft_parzen *g, double *u, bool *found)
{
    const int  axes = s->space->n;
    sft_stream random = sft__search_stream(s, 0, SFT_DRAW_TPE);
    double     score, best = -INFINITY, v[SFT_MOST_AXES];
    double    *room = sft__arena_alloc(s->scratch, (size_t)(g->n + l->n + 1) * sizeof *room);
    *found = false;
    if (!room) return sft_code(s->scratch->ctx);
    for (int64_t i = 0, have = 0; i < k->candidates * DRAWS_A_CANDIDATE && have < k->candidates; i++) {
        sft__parzen_draw(l, &random, v);
        sft__space_snap(s->space, v);
        if (!sft__space_allows(s->space, v) || sft__asked_has(s->asked, v)) continue;
        have++;
        score = sft__parzen_log(l, v, room) - sft__parzen_log(g, v, room);
        if (!(score > best)) continue;
        best = score;
        *found = true;
        for (int j = 0; j < axes; j++) u[j] = v[j];
    }
    return SFT_OK;
}

static void draw_evenly(const sft_search *s, int64_t attempt, double *u)
{
    sft_stream random = sft__search_stream(s, attempt, SFT_DRAW_TPE);
    for (int j = 0; j < s->space->n; j++) u[j] = sft__uniform(&random);
}

static sft_status next(const sft_search *s, int64_t attempt, double *u, bool *done)
{
    const conf *k = s->conf;
    sft_ranking r;
    sft_parzen  l, g;
    bool        found;
    *done = false;
    if (s->n < k->startup) {
        sft__sobol_point(s, attempt, u);
        return SFT_OK;
    }
    if (attempt > 0) {
        draw_evenly(s, attempt, u);
        return SFT_OK;
    }
    if (sft__search_rank(s, &r) != SFT_OK || estimators(s, k, &r, &l, &g) != SFT_OK) return sft_code(s->scratch->ctx);
    sft_status status = best_candidate(s, k, &l, &g, u, &found);
    if (!found) draw_evenly(s, 0, u);
    return status;
}

const sft_sampler sft__sampler_tpe = {
    .name = "tpe",
    .aliases = "bohb TPESampler",
    .doc = "draws near the points that did best and away from the others; learns from a few tens of points, "
           "takes conditions and lists well",
    .math = "argmax l(u) / g(u), u ~ l; l = p(u | best gamma), g = p(u | others, running); Bergstra et al. 2011, Falkner et al. 2018",
    .source = "Bergstra, Bardenet, Bengio, Kegl: Algorithms for hyper-parameter optimization, NeurIPS 2011; "
              "Falkner, Klein, Hutter: BOHB, ICML 2018",
    .conf_size = sizeof(conf),
    .fields = fields,
    .next = next,
};
