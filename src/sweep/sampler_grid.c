/* SPDX-License-Identifier: MIT */
/* The grid: every combination, the last axis fastest. Axes that do not matter are not multiplied in. */
#include "sweep/sampling.h"

#include <math.h>
#include <stdio.h>

#include "base/text.h"

typedef struct conf {
    int64_t points;
} conf;

static const sft_field fields[] = {
    { "points", SFT_INT, offsetof(conf, points), 0, 0, SFT_MOST_VALUES, .flags = SFT_MAIN,
      .doc = "places on a range without a step; 0: such ranges are refused" },
    SFT_FIELD_END
};

typedef struct grid {
    const sft_space *space;
    int64_t          places[SFT_MOST_AXES];
    int64_t          place[SFT_MOST_AXES];  /* of the point; -1: does not matter */
    bool             whole[SFT_MOST_AXES];  /* every whole number of a range */
} grid;

/* The u of an axis at a place, before it is snapped. */
static double place_at(const grid *g, int i)
{
    const sft_axis *a = &g->space->axis[i];
    char            buf[64];
    if (g->place[i] < 0) return NAN;
    if (a->n > 0) return sft__axis_at(a, (int)g->place[i]);
    if (!g->whole[i]) return g->places[i] > 1 ? (double)g->place[i] / (double)(g->places[i] - 1) : 0.5;
    return sft__axis_find(a, sft__print_real(a->low + (double)g->place[i], buf, sizeof buf));
}

/* Fills u and, behind axis `from`, the first place of all that matter. */
static void settle(grid *g, int from, double *u)
{
    for (int i = 0; i < g->space->n; i++) u[i] = i > from ? 0 : place_at(g, i);
    for (int i = from + 1; i < g->space->n; i++) {
        g->place[i] = 0;
        u[i] = place_at(g, i);
        sft__space_snap(g->space, u);
        if (isnan(u[i])) g->place[i] = -1;
    }
    sft__space_snap(g->space, u);
}

/* To the next point; false: there is none. */
static bool advance(grid *g, double *u)
{
    for (int i = g->space->n - 1; i >= 0; i--) {
        if (g->place[i] < 0 || g->place[i] + 1 >= g->places[i]) continue;
        g->place[i]++;
        settle(g, i, u);
        return true;
    }
    return false;
}

static sft_status start(sft_ctx *c, grid *g, const sft_space *space, int points, double *u)
{
    *g = (grid){ .space = space };
    for (int i = 0; i < space->n; i++) {
        const sft_axis *a = &space->axis[i];
        const int64_t   cells = sft__axis_cells(a);
        g->whole[i] = a->n == 0 && cells > 0 && (points == 0 || cells <= points);
        g->places[i] = a->n > 0 || g->whole[i] ? cells : points;
        if (g->places[i] == 0) {
            return sft__fail_at(c, a->pos, SFT_E142, "`%s` is a range without steps, a grid wants places — give it `step`, list values, "
                                "say `sampler: grid points=5`, or take another sampler", a->key);
        }
    }
    settle(g, -1, u);
    return SFT_OK;
}

sft_status sft__grid_next(const sft_search *s, int points, int64_t skip, double *u, bool *done)
{
    grid       g;
    sft_status status = start(s->scratch->ctx, &g, s->space, points, u);
    if (status != SFT_OK) return status;
    do {
        *done = false;
        if (sft__space_allows(s->space, u) && !sft__asked_has(s->asked, u) && skip-- == 0) return SFT_OK;
        *done = true;
    } while (advance(&g, u));
    return SFT_OK;
}

static sft_status next(const sft_search *s, int64_t attempt, double *u, bool *done)
{
    const conf *k = s->conf;
    return sft__grid_next(s, (int)k->points, attempt, u, done);
}

const sft_sampler sft__sampler_grid = {
    .name = "grid",
    .aliases = "GridSampler",
    .doc = "every combination once, the last axis fastest; for three axes and less, and for tables",
    .math = "all of V_1 x ... x V_d that is allowed",
    .source = "the full factorial design",
    .conf_size = sizeof(conf),
    .fields = fields,
    .next = next,
};
