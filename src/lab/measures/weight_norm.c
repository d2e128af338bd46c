/* SPDX-License-Identifier: MIT */
/* weight_norm: how large the weights are. */
#include "lab/measures/measures.h"

#include <math.h>
#include <stddef.h>

typedef struct conf {
    int at, of;
} conf;

enum { WEIGHTS, ALL };
static const char *const of_words[] = { "weights", "all", NULL };

static const sft_field fields[] = {
    { .name = "of", .kind = SFT_WORD, .offset = offsetof(conf, of), .text = "weights", .words = of_words, .flags = SFT_MAIN,
      .doc = "weights: what weight decay applies to; all: biases and norms too" },
    SFT_MOMENT_ROW(conf, "end"),
    SFT_FIELD_END
};

static double square(sft_subject *s, const sft_net *n, int tensor)
{
    const real *x = sft__lab_values(s->arena, n, tensor);
    double      sum = 0;
    for (int64_t i = 0; x && i < sft__net_tensor_count(n, tensor); i++) sum += (double)x[i] * (double)x[i];
    return sum;
}

static sft_status take(sft_subject *s, const void *options, double *value)
{
    const conf    *k = options;
    const sft_net *n = sft__subject_net_at(s, (sft_moment)k->at);
    double         sum = 0;
    if (!n) return sft_code(s->ctx);
    for (int t = 0; t < n->n_tensors; t++) {
        const struct sft_tensor_ref *r = &n->tensor[t];
        if (r->trained && (k->of == ALL || r->node->param[r->i].decay)) sum += square(s, n, t);
    }
    *value = sqrt(sum);
    return sft_code(s->ctx);
}

const sft_gauge sft_gauge_weight_norm = {
    .name = "weight_norm",
    .doc = "how large the trained weights are, all together",
    .math = "sqrt(sum w^2)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .take = take,
};
