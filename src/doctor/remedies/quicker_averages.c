/* SPDX-License-Identifier: MIT */
/* Running averages of BatchNorm that follow the network within tens of steps. */
#include "base/text.h"
#include "doctor/surgery.h"

#include <string.h>

/* Only what is slower than usual becomes quicker. */
static void visit(void *user, sft_layer *l)
{
    sft_operation *k = user;
    if (!sft__is_op(l, "batchnorm")) return;
    for (int i = 0; i < l->spec.n; i++) {
        const sft_arg *a = &l->spec.arg[i];
        double         now;
        if (!sft__text_is(a->key, "momentum") || !sft__parse_real(a->value, strlen(a->value), &now) || now >= 0.1) continue;
        l->spec.arg[i].value = "0.1";
        k->changed++;
    }
}

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    return sft__operate(c, visit, out);
}

const sft_remedy sft_remedy_quicker_averages = {
    .name = "quicker_averages", .doc = "running averages of BatchNorm with the usual momentum",
    .math = "mean = 0.9 mean + 0.1 mean of the batch", .edit = edit,
};
