/* SPDX-License-Identifier: MIT */
/* unit_correlation: do hidden units say the same? */
#include "lab/measures/measures.h"

#include <math.h>
#include <stddef.h>

typedef struct conf {
    const char *layer;
    int64_t     samples;
    int         at;
} conf;

static const sft_field fields[] = {
    SFT_LAYER_ROW(conf, "those with weights; looked at is the activation behind it"),
    { .name = "samples", .kind = SFT_INT, .offset = offsetof(conf, samples), .def = 500, .low = 3, .high = 1e6,
      .doc = "of the test split" },
    SFT_MOMENT_ROW(conf, "best"),
    SFT_FIELD_END
};

typedef struct viewing {
    int   node;
    real *x;                    /* rows x units x places */
} viewing;

static void see(void *user, sft_net *n, int node, bool back)
{
    viewing *v = user;
    if (node == v->node) sft__look_values(n, node, back, v->x);
}

/* The first activation before the next weight; where there is none, the layer itself. */
static int seen_node(const sft_net *n, const sft_weight_list *w, int at)
{
    const int end = at + 1 < w->n ? w->node[at + 1] : n->n_nodes;
    for (int i = w->node[at] + 1; i < end; i++)
        if (n->node[i]->op->traits & SFT_ACTIVATION) return i;
    return w->node[at];
}

typedef struct columns {        /* of each unit its values, mean 0 and length 1 */
    int64_t n, length;
    double *x;
} columns;

/* A unit of a convolution has a value at every place. */
static void standardise(const real *x, int64_t rows, int64_t units, int64_t places, columns *out)
{
    out->length = rows * places;
    for (int64_t u = 0; u < units; u++) {
        double *to = out->x + out->n * out->length, mean = 0, square = 0, size = 0;
        for (int64_t r = 0; r < rows; r++)
            for (int64_t p = 0; p < places; p++) {
                to[r * places + p] = (double)x[(r * units + u) * places + p];
                mean += to[r * places + p] / (double)out->length;
            }
        for (int64_t i = 0; i < out->length; i++) {
            size += to[i] * to[i];
            to[i] -= mean;
            square += to[i] * to[i];
        }
        if (!(square > 1e-12 * size)) continue; /* constant, up to rounding */
        for (int64_t i = 0; i < out->length; i++) to[i] /= sqrt(square);
        out->n++;
    }
}

static double mean_correlation(const columns *c)
{
    double sum = 0;
    for (int64_t a = 0; a < c->n; a++)
        for (int64_t b = 0; b < a; b++) {
            double dot = 0;
            for (int64_t i = 0; i < c->length; i++) dot += c->x[a * c->length + i] * c->x[b * c->length + i];
            sum += fabs(dot);
        }
    return c->n > 1 ? sum / (0.5 * (double)c->n * (double)(c->n - 1)) : NAN;
}

static sft_status measure(sft_subject *s, sft_net *n, const sft_batch *b, int node, double *value)
{
    const sft_shape shape = n->node[node]->out;
    const int64_t   all = b->rows * sft__count(shape), units = shape.rank > 0 ? shape.dim[0] : 1;
    viewing v = { node, sft__arena_alloc(s->arena, (size_t)all * sizeof *v.x) };
    columns c = { .x = sft__arena_alloc(s->arena, (size_t)all * sizeof *c.x) };
    if (!v.x || !c.x || sft__net_look_forward(n, b, SFT_LOOK_EVAL, 0, node, see, &v)) return sft_code(s->ctx);
    standardise(v.x, b->rows, units, sft__count(shape) / units, &c);
    *value = mean_correlation(&c);
    return SFT_OK;
}

static sft_status take(sft_subject *s, const void *options, double *value)
{
    const conf     *k = options;
    sft_batch       b = { 0 };
    sft_weight_list w;
    int             at = -1;
    if (sft__lab_batch(s, SFT_TEST, k->samples, &b) || b.rows < 3) return sft_code(s->ctx);
    sft_net *n = sft__lab_twin(s, (sft_moment)k->at, b.rows);
    if (!n) return sft_code(s->ctx);
    if (!sft__lab_weights(s->arena, n, &w) && !sft__lab_pick(s->ctx, "unit_correlation", k->layer, w.n, w.path, &at) && at >= 0)
        measure(s, n, &b, seen_node(n, &w, at), value);
    sft_net_free(n);
    return sft_code(s->ctx);
}

const sft_gauge sft_gauge_unit_correlation = {
    .name = "unit_correlation",
    .doc = "how much the units of a hidden layer go together over test samples, in evaluation mode",
    .math = "mean |Pearson correlation| of two units; units that are constant left out",
    .conf_size = sizeof(conf),
    .fields = fields,
    .take = take,
};
