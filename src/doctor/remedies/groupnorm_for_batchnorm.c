/* SPDX-License-Identifier: MIT */
/* Group normalisation, which no batch is too small for. */
#include "doctor/surgery.h"

#include <stdio.h>

/* The most groups up to 8 that divide the channels, as in presets. */
static void visit(void *user, sft_layer *l)
{
    sft_operation *k = user;
    char    text[40];
    int     groups = 8;
    if (sft__is_weighted(l)) k->width = sft__layer_width(l);
    if (!sft__is_op(l, "batchnorm")) return;
    while (k->width <= 0 ? groups > 1 : k->width % groups != 0) groups--;
    snprintf(text, sizeof text, "groupnorm %d", groups);
    if (sft__replace_layer(k->chart, l, text)) k->changed++;
}

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    return sft__operate(c, visit, out);
}

const sft_remedy sft_remedy_groupnorm_for_batchnorm = {
    .name = "groupnorm_for_batchnorm", .doc = "group normalisation in place of batch normalisation",
    .math = "mean and var over a sample's group of channels",
    .edit = edit,
};
