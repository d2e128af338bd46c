/* SPDX-License-Identifier: MIT */
/* path: the way of a network of two trained numbers over its loss. */
#include "lab/measures/measures.h"

#include <math.h>
#include <stddef.h>

typedef struct conf {
    int       of;
    double    within;
    sft_reals target;
    int64_t   limit;
} conf;

enum { ZIGZAG, TURNS, END_DISTANCE, END_LOSS, STEPS };
static const char *const of_words[] = { "zigzag", "flips", "end_distance", "end_loss", "steps", NULL };

static const sft_field fields[] = {
    { .name = "of", .kind = SFT_WORD, .offset = offsetof(conf, of), .text = "zigzag", .words = of_words, .flags = SFT_MAIN,
      .doc = "zigzag: length / distance from start to end; flips: share of steps that go back across the valley; end_distance: from the "
             "target; end_loss: training loss; steps: until the loss is below `within` of the first" },
    { .name = "within", .kind = SFT_REAL, .offset = offsetof(conf, within), .def = 0.01, .low = 0, .high = 1, .flags = SFT_ABOVE_LOW,
      .doc = "share of the loss at the start" },
    { .name = "target", .kind = SFT_REALS, .offset = offsetof(conf, target), .low = -1e9, .high = 1e9, .flags = SFT_AUTO,
      .doc = "where the minimum is: [x, y]; auto: the lowest point of a grid around the path" },
    { .name = "limit", .kind = SFT_INT, .offset = offsetof(conf, limit), .def = 2000, .low = 1, .high = 1e9,
      .doc = "steps that are gone at most" },
    SFT_FIELD_END
};

typedef struct ground {         /* the loss of all training samples, as a function of the two numbers */
    sft_subject *s;
    sft_net     *net;
    sft_batch    all;
} ground;

static double loss_at(ground *g, double x, double y)
{
    sft_outcome o;
    sft__lab_set_numbers(g->s->arena, g->net, (const double[]){ x, y });
    return sft__net_eval(g->net, &g->all, &o, NULL) == SFT_OK ? o.loss_sum / o.weight : NAN;
}

/* ---- the minimum --------------------------------------------------------------------------------------------- */

typedef struct box {
    double low[2], high[2];
} box;

/* What the path fills, and as much on every side. */
static box around(const sft_replay *r)
{
    box b = { { r->at[0], r->at[1] }, { r->at[0], r->at[1] } };
    for (int64_t i = 1; i <= r->n; i++)
        for (int k = 0; k < 2; k++) {
            b.low[k] = fmin(b.low[k], r->at[2 * i + k]);
            b.high[k] = fmax(b.high[k], r->at[2 * i + k]);
        }
    for (int k = 0; k < 2; k++) {
        const double more = fmax(b.high[k] - b.low[k], 0.01);
        b.low[k] -= more;
        b.high[k] += more;
    }
    return b;
}

enum { CELLS = 20, ZOOMS = 6 };

/* Grids, each around the lowest point of the one before and five times finer. */
static void lowest(ground *g, box b, double best[2])
{
    for (int zoom = 0; zoom < ZOOMS; zoom++) {
        const double size[2] = { b.high[0] - b.low[0], b.high[1] - b.low[1] };
        double       least = INFINITY;
        for (int i = 0; i <= CELLS; i++)
            for (int j = 0; j <= CELLS; j++) {
                const double x = b.low[0] + size[0] * i / CELLS, y = b.low[1] + size[1] * j / CELLS, loss = loss_at(g, x, y);
                if (!(loss < least)) continue;
                least = loss;
                best[0] = x;
                best[1] = y;
            }
        for (int k = 0; k < 2; k++) {
            b.low[k] = best[k] - size[k] / 10;
            b.high[k] = best[k] + size[k] / 10;
        }
    }
}

static double end_distance(ground *g, const sft_replay *r, const conf *k)
{
    double to[2] = { NAN, NAN };
    const double *end = r->at + 2 * r->n;
    if (k->target.n == 2) {
        to[0] = k->target.v[0];
        to[1] = k->target.v[1];
    } else {
        lowest(g, around(r), to);
    }
    return hypot(end[0] - to[0], end[1] - to[1]);
}

/* ---- the way ---------------------------------------------------------------------------------------------------- */

static double zigzag(const sft_replay *r)
{
    const double *a = r->at, *end = a + 2 * r->n, direct = hypot(end[0] - a[0], end[1] - a[1]);
    double        length = 0;
    for (int64_t i = 1; i <= r->n; i++) length += hypot(a[2 * i] - a[2 * i - 2], a[2 * i + 1] - a[2 * i - 1]);
    return direct > 0 ? length / direct : NAN;
}

static bool gradient_at(ground *g, double x, double y, double out[2])
{
    sft_outcome o;
    int         n = 0;
    sft__lab_set_numbers(g->s->arena, g->net, (const double[]){ x, y });
    if (sft__net_gradient(g->net, &g->all, 0, &o)) return false;
    const double *v = sft__lab_numbers(g->s->arena, g->net, g->net->g.base, 2, &n);
    if (v) out[0] = v[0], out[1] = v[1];
    return v && n == 2;
}

/* Direction of the largest eigenvalue of the Hessian at the start, from differences of gradients. */
static bool across(ground *g, const double *at, double out[2])
{
    const double h = 0.01 * fmax(1, hypot(at[0], at[1]));
    double       up[2], down[2], m[2][2];
    for (int k = 0; k < 2; k++) {
        const double dx = k == 0 ? h : 0, dy = k == 1 ? h : 0;
        if (!gradient_at(g, at[0] + dx, at[1] + dy, up) || !gradient_at(g, at[0] - dx, at[1] - dy, down)) return false;
        for (int j = 0; j < 2; j++) m[k][j] = (up[j] - down[j]) / (2 * h);
    }
    const double off = 0.5 * (m[0][1] + m[1][0]), half = 0.5 * (m[0][0] - m[1][1]), angle = 0.5 * atan2(off, half);
    out[0] = cos(angle);
    out[1] = sin(angle);
    return true;
}

static double flips(ground *g, const sft_replay *r)
{
    double  v[2], was = 0;
    int64_t n = 0;
    if (r->n < 2 || !across(g, r->at, v)) return NAN;
    for (int64_t i = 1; i <= r->n; i++) {
        const double now = v[0] * (r->at[2 * i] - r->at[2 * i - 2]) + v[1] * (r->at[2 * i + 1] - r->at[2 * i - 1]);
        n += (now > 0 && was < 0) || (now < 0 && was > 0);
        was = now;
    }
    return (double)n / (double)(r->n - 1);
}

/* The loss of step i + 1 is that behind i steps. */
static double steps_until(const sft_replay *r, double within)
{
    for (int64_t i = 0; i < r->n; i++)
        if (r->loss[i] < within * r->loss[0]) return (double)i;
    return NAN;
}

static double value_of(ground *g, const sft_replay *r, const conf *k)
{
    switch (k->of) {
    case ZIGZAG: return zigzag(r);
    case TURNS: return flips(g, r);
    case END_DISTANCE: return end_distance(g, r, k);
    case END_LOSS: return loss_at(g, r->at[2 * r->n], r->at[2 * r->n + 1]);
    default: return steps_until(r, k->within);
    }
}

static sft_status take(sft_subject *s, const void *options, double *value)
{
    enum { SAMPLES = 4096 };
    const conf       *k = options;
    const sft_replay *r = sft__lab_replay(s, k->limit);
    ground            g = { .s = s };
    if (!r) return sft_code(s->ctx);
    if (!r->at)
        return sft__fail(s->ctx, SFT_E002, "measure path: %s trains more or fewer than two numbers — its way is one in the plane",
                         s->folder);
    if (k->target.n != 0 && k->target.n != 2)
        return sft__fail(s->ctx, SFT_E113, "measure path: target is [x, y], got %d numbers", k->target.n);
    sft_replay part = *r;
    if (part.n > k->limit) part.n = k->limit;
    if (!part.n || sft__lab_batch(s, SFT_TRAIN, SAMPLES, &g.all)) return sft_code(s->ctx);
    g.net = sft__lab_twin(s, SFT_AT_START, g.all.rows);
    if (g.net) *value = value_of(&g, &part, k);
    if (sft_code(s->ctx) == SFT_TRAINING) sft_clear(s->ctx); /* a loss that is not finite is not known */
    sft_net_free(g.net);
    return sft_code(s->ctx);
}

const sft_gauge sft_gauge_path = {
    .name = "path",
    .doc = "the way of a network of two trained numbers: `path zigzag`",
    .conf_size = sizeof(conf),
    .fields = fields,
    .take = take,
};
