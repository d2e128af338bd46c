/* SPDX-License-Identifier: MIT */
/* accuracy: of the trained network on samples as they are or changed, with either kind of batch statistics. */
#include "lab/measures/measures.h"

#include "base/random.h"

#include <stddef.h>

typedef struct conf {
    int     statistics, split, at;
    int64_t batch, limit;
    double  shift, scale, noise;
} conf;

enum { RUNNING, BATCH };
static const char *const statistics_words[] = { "running", "batch", NULL };
static const char *const split_words[] = { "train", "validation", "test", NULL }; /* as sft_split */

static const sft_field fields[] = {
    { .name = "statistics", .kind = SFT_WORD, .offset = offsetof(conf, statistics), .text = "running", .words = statistics_words,
      .doc = "what norms over the batch go by: running averages, or the batch in hand; dropout is off with both" },
    { .name = "batch", .kind = SFT_INT, .offset = offsetof(conf, batch), .def = 100, .low = 1, .high = 1e5, .doc = "samples of a batch" },
    { .name = "split", .kind = SFT_WORD, .offset = offsetof(conf, split), .text = "test", .words = split_words,
      .doc = "whose samples, in a random order" },
    { .name = "shift", .kind = SFT_REAL, .offset = offsetof(conf, shift), .def = 0, .low = -1e6, .high = 1e6,
      .doc = "added to every value, in standard deviations" },
    { .name = "scale", .kind = SFT_REAL, .offset = offsetof(conf, scale), .def = 1, .low = -1e6, .high = 1e6,
      .doc = "every value is first multiplied by it" },
    { .name = "noise", .kind = SFT_REAL, .offset = offsetof(conf, noise), .def = 0, .high = 1e6, .doc = "deviation of normal noise on it" },
    { .name = "limit", .kind = SFT_INT, .offset = offsetof(conf, limit), .def = 0, .high = 1e9, .doc = "samples; 0: all" },
    SFT_MOMENT_ROW(conf, "best"),
    SFT_FIELD_END
};

static void change(const conf *k, real *x, int64_t n)
{
    sft_stream random = sft__stream(sft__key(4, SFT_FOR_TEST), 0, 0, 0);
    for (int64_t i = 0; i < n; i++) {
        const double noise = k->noise > 0 ? k->noise * sft__normal(&random) : 0;
        x[i] = (real)(k->scale * (double)x[i] + k->shift + noise);
    }
}

static void see(void *user, sft_net *n, int node, bool back)
{
    if (node == n->n_nodes - 1) sft__look_values(n, node, back, user);
}

static sft_status count_right(sft_net *n, const sft_batch *all, const conf *k, real *out, double *right)
{
    const sft_look_mode mode = k->statistics == BATCH ? SFT_LOOK_OWN_STATISTICS : SFT_LOOK_EVAL;
    double              sum = 0;
    for (int64_t from = 0; from < all->rows; from += k->batch) {
        const int64_t   rows = all->rows - from < k->batch ? all->rows - from : k->batch;
        const sft_batch b = sft__batch_rows(n, all, from, rows);
        if (sft__net_look_forward(n, &b, mode, 0, n->n_nodes - 1, see, out)) return sft_code(n->ctx);
        const sft_loss_pass p = { .rows = rows, .outputs = n->outputs, .out = out, .label = b.label, .target = b.target, .scale = 1 };
        n->loss->eval(n->loss_conf, &p, &sum, right);
    }
    return SFT_OK;
}

static sft_status take(sft_subject *s, const void *options, double *value)
{
    const conf *k = options;
    sft_batch   b = { 0 };
    double      right = 0;
    if (sft__lab_batch(s, (sft_split)k->split, k->limit, &b) || !b.rows || s->data->facts.task == SFT_REGRESSION) return sft_code(s->ctx);
    sft_net *n = sft__lab_twin(s, (sft_moment)k->at, k->batch);
    if (!n) return sft_code(s->ctx);
    change(k, (real *)(uintptr_t)b.x, b.rows * sft__count(n->input));
    real *out = sft__arena_alloc(s->arena, (size_t)(k->batch * n->outputs) * sizeof *out);
    if (out && count_right(n, &b, k, out, &right) == SFT_OK) *value = right / (double)b.rows;
    sft_net_free(n);
    return sft_code(s->ctx);
}

const sft_gauge sft_gauge_accuracy = {
    .name = "accuracy",
    .doc = "share of samples that the trained network gets right: `accuracy statistics=batch batch=4 shift=0.5`",
    .math = "of x' = scale x + shift + noise N(0, 1), x standardised",
    .conf_size = sizeof(conf),
    .fields = fields,
    .take = take,
};
