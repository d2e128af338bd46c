/* SPDX-License-Identifier: MIT */
/* dropout_mean: is what a network sees at evaluation the mean of what it saw in training? */
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
    SFT_LAYER_ROW(conf, "the dropouts; what it hands on is looked at"),
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

/* The dropout that is meant; 0: there is none. */
static int dropout_of(sft_subject *s, const sft_net *n, const char *word)
{
    const char **path = sft__arena_alloc(s->arena, (size_t)n->n_nodes * sizeof *path);
    int         *node = sft__arena_alloc(s->arena, (size_t)n->n_nodes * sizeof *node), found = 0, at = -1;
    for (int i = 1; path && node && i < n->n_nodes; i++)
        if (sft__text_is(n->node[i]->op->name, "dropout") || sft__text_is(n->node[i]->op->name, "dropout2d")) {
            path[found] = n->node[i]->path;
            node[found++] = i;
        }
    if (sft__failed(s->ctx) || sft__lab_pick(s->ctx, "dropout_mean", word, found, path, &at)) return 0;
    return at >= 0 ? node[at] : 0;
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
        if (sft__net_look_forward(n, b, SFT_LOOK_TRAIN, (uint64_t)m, node, see, &train)) return sft_code(s->ctx);
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
    .doc = "how far the mean over random masks of what a dropout hands on is from what it hands on at evaluation; of the first dropout, by "
           "chance alone, about sqrt(p / (1 - p) / masks)",
    .math = "sqrt(sum (mean y_train - y_eval)^2 / sum y_eval^2) over units and samples",
    .conf_size = sizeof(conf),
    .fields = fields,
    .take = take,
};
