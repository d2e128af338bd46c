/* SPDX-License-Identifier: MIT */
/* dropout_mean: is what a network sees at evaluation the mean of what it saw in training? */
/* x m / (1 - p), m 0 with probability p, has mean x and deviation x sqrt(p / (1 - p)): of the first dropout nothing is left but what the
 * mean of so many masks is off by chance. Later ones see what the chance of earlier ones becomes in layers that are not linear. All drop at
 * the same time; norms go by their running averages. */
#include "lab/measures/measures.h"

#include <math.h>
#include <stddef.h>

typedef struct conf {
    int64_t     masks, samples;
    const char *layer;
    int         at;
} conf;

static const sft_field fields[] = {
    { .name = "masks", .kind = SFT_INT, .offset = offsetof(conf, masks), .def = 400, .low = 1, .high = 1e6, .doc = "random masks" },
    { .name = "samples", .kind = SFT_INT, .offset = offsetof(conf, samples), .def = 50, .low = 1, .high = 1e5,
      .doc = "of the training split" },
    { .name = "layer", .kind = SFT_TEXT, .offset = offsetof(conf, layer), .text = "1",
      .doc = "of those with weights: looked at is what the dropout before it hands on; first, last, a number from 0, or a path" },
    SFT_MOMENT_ROW(conf, "best"),
    SFT_FIELD_END
};

typedef struct sums {
    int     node;
    int64_t n;
    real   *now;
    double *sum;
} sums;

static void see(void *user, sft_net *n, int node, bool back)
{
    sums *k = user;
    if (node != k->node) return;
    sft__look_values(n, node, back, k->now);
    for (int64_t i = 0; i < k->n; i++) k->sum[i] += (double)k->now[i];
}

/* The dropout behind which the layer stands, with no weight between them; 0: there is none. */
static int dropout_of(sft_subject *s, const sft_net *n, const char *word)
{
    sft_weight_list w;
    int             at = -1;
    if (sft__lab_weights(s->arena, n, &w) || sft__lab_pick(s->ctx, "dropout_mean", word, w.n, w.path, &at) || at < 0) return 0;
    for (int i = w.node[at] - 1; i > (at > 0 ? w.node[at - 1] : 0); i--)
        if (sft__text_is(n->node[i]->op->name, "dropout") || sft__text_is(n->node[i]->op->name, "dropout2d")) return i;
    return 0;
}

static sft_status measure(sft_subject *s, sft_net *n, const sft_batch *b, int node, int64_t masks, double *value)
{
    const int64_t all = b->rows * sft__count(n->node[node]->out);
    real  *now = sft__arena_alloc(s->arena, (size_t)all * sizeof *now);
    sums   train = { node, all, now, sft__arena_alloc(s->arena, (size_t)all * sizeof(double)) };
    sums   eval = { node, all, now, sft__arena_alloc(s->arena, (size_t)all * sizeof(double)) };
    double off = 0, size = 0;
    if (!now || !train.sum || !eval.sum || sft__net_look_forward(n, b, SFT_LOOK_EVAL, 0, node, see, &eval)) return sft_code(s->ctx);
    for (int64_t m = 0; m < masks; m++)
        if (sft__net_look_forward(n, b, SFT_LOOK_CHANCE, (uint64_t)m, node, see, &train)) return sft_code(s->ctx);
    for (int64_t i = 0; i < all; i++) {
        const double d = train.sum[i] / (double)masks - eval.sum[i];
        off += d * d;
        size += eval.sum[i] * eval.sum[i];
    }
    if (size > 0) *value = sqrt(off / size);
    return SFT_OK;
}

static sft_status take(sft_subject *s, const void *options, double *value)
{
    const conf *k = options;
    sft_batch   b = { 0 };
    if (sft__lab_batch(s, SFT_TRAIN, k->samples, &b)) return sft_code(s->ctx);
    sft_net *n = sft__lab_twin(s, (sft_moment)k->at, b.rows);
    if (!n) return sft_code(s->ctx);
    const int node = dropout_of(s, n, k->layer);
    if (node > 0) measure(s, n, &b, node, k->masks, value);
    sft_net_free(n);
    return sft_code(s->ctx);
}

const sft_gauge sft_gauge_dropout_mean = {
    .name = "dropout_mean",
    .doc = "how far the mean over random masks of what a dropout hands on is from what it hands on at evaluation",
    .math = "sqrt(sum (mean y_train - y_eval)^2 / sum y_eval^2) over units and samples; by chance sqrt(p / (1 - p) / masks)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .take = take,
};
