/* SPDX-License-Identifier: MIT */
/* Units that cannot die. */
#include "doctor/surgery.h"

typedef struct change {
    const sft_chart *chart;
    int              n;
} change;

static void visit(void *user, sft_layer *l)
{
    change *k = user;
    if ((sft__is_op(l, "relu") || sft__is_op(l, "relu6")) && sft__replace_layer(k->chart, l, "leaky_relu")) k->n++;
}

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    sft_layer *first = sft__open_model(c);
    change     k = { .chart = c };
    sft__each_layer(first, visit, &k);
    return k.n > 0 && sft__close_model(c, first, out);
}

const sft_remedy sft_remedy_leaky_units = {
    .name = "leaky_units", .doc = "leaky_relu in place of relu", .math = "y = max(x, 0.01 x): a gradient everywhere",
    .edit = edit,
};
