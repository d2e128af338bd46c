/* SPDX-License-Identifier: MIT */
/* Two layers of weights in a row are one: an activation goes between them. */
#include "doctor/surgery.h"

typedef struct seam {           /* the layer behind which an activation is missing, once weights come; NULL: none */
    const sft_chart *chart;
    sft_layer       *open;
    int              sewn;
} seam;

static void walk(seam *k, sft_layer *l);

/* A sum of two branches need not be bent, but a branch must be. */
static void walk_residual(seam *k, const sft_layer *l)
{
    walk(k, l->body);
    if (k->open && !sft__count_layers(l->body, sft__is_bend) && sft__insert_layer(k->chart, k->open, "relu")) k->sewn++;
    k->open = NULL;
    walk(k, l->shortcut);
    k->open = NULL;
}

static void walk(seam *k, sft_layer *l)
{
    for (; l; l = l->next) {
        if (l->kind == SFT_RESIDUAL) walk_residual(k, l);
        for (int i = 0; l->kind == SFT_REPEAT && i < 2 && i < l->times; i++) walk(k, l->body); /* its end meets its start */
        if (sft__is_weighted(l)) {
            if (k->open && sft__insert_layer(k->chart, k->open, "relu")) k->sewn++;
            k->open = l;
        }
        if (sft__is_op(l, "batchnorm") && k->open) k->open = l;
        else if (sft__is_norm(l) || sft__is_bend(l)) k->open = NULL; /* norms over a sample are no linear maps */
    }
}

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    sft_layer *first = sft__open_model(c);
    seam       k = { .chart = c };
    walk(&k, first);
    return k.sewn > 0 && sft__close_model(c, first, out);
}

const sft_remedy sft_remedy_relu_between = {
    .name = "relu_between", .doc = "an activation between layers of weights that follow each other",
    .math = "W2 (W1 x) = (W2 W1) x",
    .edit = edit,
};
