/* SPDX-License-Identifier: MIT */
/* Units that cannot die. */
#include "doctor/surgery.h"

static void visit(void *user, sft_layer *l)
{
    sft_operation *k = user;
    if ((sft__is_op(l, "relu") || sft__is_op(l, "relu6")) && sft__replace_layer(k->chart, l, "leaky_relu")) k->changed++;
}

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    return sft__operate(c, visit, out);
}

const sft_remedy sft_remedy_leaky_units = {
    .name = "leaky_units", .doc = "leaky_relu in place of relu", .math = "y = max(x, 0.01 x): a gradient everywhere",
    .edit = edit,
};
