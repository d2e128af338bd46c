/* SPDX-License-Identifier: MIT */
/* More units are dropped; where there is no dropout, three in ten behind hidden layers. */
#include "doctor/surgery.h"

#include "base/text.h"

#include <string.h>

typedef struct change {
    const sft_chart *chart;
    int              n;
} change;

static bool is_dropout(const sft_layer *l) { return sft__is_op(l, "dropout") || sft__is_op(l, "dropout2d"); }

/* Half way from here to 0.8. */
static void raise(void *user, sft_layer *l)
{
    change     *k = user;
    const char *text = sft__layer_value(l, "p");
    double      p = 0.5;
    char        now[40];
    if (!is_dropout(l) || (text && !sft__parse_real(text, strlen(text), &p)) || p >= 0.7) return;
    if (sft__set_layer_value(k->chart, l, "p", sft__two_digits((p + 0.8) / 2, now, sizeof now))) k->n++;
}

/* Behind the activation of linear layers; planes of pixels are left alone, and what stands behind the output layer. */
static void add(change *k, sft_layer *l, const sft_layer *output)
{
    for (bool flat = false; l; l = l->next) {
        if (l->kind == SFT_REPEAT) add(k, l->body, output);
        if (sft__is_weighted(l) || l->kind != SFT_LAYER) flat = l != output && sft__is_op(l, "linear");
        if (flat && sft__is_bend(l) && sft__insert_layer(k->chart, l, "dropout 0.3")) k->n++;
    }
}

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    sft_layer *first = sft__open_model(c);
    change     k = { .chart = c };
    if (!first) return false;
    if (sft__count_layers(first, is_dropout)) sft__each_layer(first, raise, &k);
    else add(&k, first, sft__output_layer(first));
    return k.n > 0 && sft__close_model(c, first, out);
}

const sft_remedy sft_remedy_more_dropout = {
    .name = "more_dropout", .doc = "more units are dropped in training",
    .math = "half way from p to 0.8; 0.3 where there is none",
    .edit = edit,
};
