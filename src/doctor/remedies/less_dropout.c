/* SPDX-License-Identifier: MIT */
/* Half as many units are dropped. */
#include "doctor/surgery.h"

#include "base/text.h"

#include <string.h>

static void lower(void *user, sft_layer *l)
{
    static const char *const kinds = "dropout2d dropconnect stochastic_depth";
    sft_operation                  *k = user;
    const sft_op            *op = sft__layer_op(l);
    const char              *text = op ? sft__layer_value(l, "p") : NULL;
    double                   p = 0.5;
    char                     now[40];
    if (!op || !sft__named(op->name, "dropout", kinds) || (text && !sft__parse_real(text, strlen(text), &p)) || p <= 0) return;
    if (sft__set_layer_value(k->chart, l, "p", p > 0.1 ? sft__two_digits(p / 2, now, sizeof now) : "0")) k->changed++;
}

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    return sft__operate(c, lower, out);
}

const sft_remedy sft_remedy_less_dropout = {
    .name = "less_dropout", .doc = "half as many units are dropped in training", .math = "p / 2; 0 from 0.1 down",
    .edit = edit,
};
