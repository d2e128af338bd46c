/* SPDX-License-Identifier: MIT */
/* Activations that saturate become relu, all but one behind the output layer. */
#include "doctor/surgery.h"

typedef struct change {
    const sft_chart *chart;
    int              n;
} change;

static bool saturates(const sft_layer *l)
{
    const sft_op *op = sft__layer_op(l);
    return op && (op->traits & SFT_ACTIVATION) && op->xavier;
}

static void visit(void *user, sft_layer *l)
{
    change *k = user;
    if (saturates(l) && sft__replace_layer(k->chart, l, "relu")) k->n++;
}

/* What stands behind the output layer is no hidden activation. */
static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    change     k = { .chart = c };
    sft_layer *first = sft__open_model(c), *last = first ? sft__output_layer(first) : NULL, *behind = last ? last->next : NULL;
    if (last) last->next = NULL;
    sft__each_layer(first, visit, &k);
    if (last) last->next = behind;
    return k.n > 0 && sft__close_model(c, first, out);
}

const sft_remedy sft_remedy_better_activation = {
    .name = "better_activation", .doc = "relu in place of activations that saturate",
    .math = "slope 1 above zero; of sigmoid at most 1/4",
    .edit = edit,
};
