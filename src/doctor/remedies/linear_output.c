/* SPDX-License-Identifier: MIT */
/* The loss takes what the last layer of weights gives: an activation behind it is in its way. */
#include "doctor/surgery.h"

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    sft_layer *first = sft__open_model(c), *last = first ? sft__output_layer(first) : NULL;
    int        cut = 0;
    for (sft_layer **l = last ? &last->next : NULL; l && *l;) {
        if (sft__is_bend(*l) || sft__is_op(*l, "softmax")) {
            *l = (*l)->next;
            cut++;
        } else {
            l = &(*l)->next;
        }
    }
    return cut > 0 && sft__close_model(c, first, out);
}

const sft_remedy sft_remedy_linear_output = {
    .name = "linear_output", .doc = "no activation or softmax behind the output layer",
    .math = "the loss works on logits: softmax and sigmoid are part of it",
    .edit = edit,
};
