/* SPDX-License-Identifier: MIT */
/* Batch normalisation between weights and activation. */
#include "doctor/surgery.h"

static void insert(const sft_chart *c, sft_layer *l, const sft_layer *output, int *n)
{
    for (; l; l = l->next) {
        insert(c, l->body, output, n);
        insert(c, l->shortcut, output, n);
        if (l == output || !sft__is_weighted(l) || !l->next || !sft__is_bend(l->next)) continue;
        if (sft__insert_layer(c, l, "batchnorm")) ++*n;
    }
}

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    sft_layer *first = sft__open_model(c);
    int        n = 0;
    if (!first || c->recipe->train_conf.batch < 8 || sft__count_layers(first, sft__is_norm)) return false;
    insert(c, first, sft__output_layer(first), &n);
    return n > 0 && sft__close_model(c, first, out);
}

const sft_remedy sft_remedy_add_batchnorm = {
    .name = "add_batchnorm", .doc = "batch normalisation between weights and activation",
    .math = "y = gamma (x - mean) / sqrt(var + eps) + beta, mean and var of the batch",
    .edit = edit,
};
