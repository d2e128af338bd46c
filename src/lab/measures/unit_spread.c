/* SPDX-License-Identifier: MIT */
/* unit_spread: how much the units of a layer differ in what they are made of. */
#include "lab/measures/measures.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

typedef struct conf {
    const char *layer;
    int         at;
} conf;

static const sft_field fields[] = {
    SFT_LAYER_ROW(conf, "those with weights"),
    SFT_MOMENT_ROW(conf, "end"),
    SFT_FIELD_END
};

/* Of any two rows the largest difference: in some column it is that of the highest and the lowest. */
static double spread(const real *x, int64_t rows, int64_t columns)
{
    double most = 0;
    for (int64_t j = 0; j < columns; j++) {
        double high = -INFINITY, low = INFINITY;
        for (int64_t i = 0; i < rows; i++) {
            high = fmax(high, (double)x[i * columns + j]);
            low = fmin(low, (double)x[i * columns + j]);
        }
        most = fmax(most, high - low);
    }
    return most;
}

/* A row of each parameter of the layer is what one unit has: its weights, its bias. */
static double of_layer(sft_subject *s, const sft_net *n, int node)
{
    double most = 0;
    for (int t = 0; t < n->n_tensors; t++) {
        const struct sft_tensor_ref *r = &n->tensor[t];
        if (!r->trained || r->node->index != node || r->node->param[r->i].shape.rank < 1) continue;
        const int64_t count = sft__net_tensor_count(n, t), rows = r->node->param[r->i].shape.dim[0];
        const real   *x = sft__lab_values(s->arena, n, t);
        if (x) most = fmax(most, spread(x, rows, count / rows));
    }
    return most;
}

static sft_status take(sft_subject *s, const void *options, double *value)
{
    const conf     *k = options;
    const sft_net  *n = sft__subject_net_at(s, (sft_moment)k->at);
    sft_weight_list w;
    int             at = -1;
    if (!n || sft__lab_weights(s->arena, n, &w) || sft__lab_pick(s->ctx, "unit_spread", k->layer, w.n, w.path, &at) || at < 0)
        return sft_code(s->ctx);
    *value = of_layer(s, n, w.node[at]);
    return sft_code(s->ctx);
}

const sft_gauge sft_gauge_unit_spread = {
    .name = "unit_spread",
    .doc = "how much the units of a layer differ; exactly 0 where all are the same",
    .math = "largest |w_ij - w_kj| of two units i, k of the layer, biases included",
    .conf_size = sizeof(conf),
    .fields = fields,
    .take = take,
};
