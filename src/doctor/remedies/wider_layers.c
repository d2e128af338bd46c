/* SPDX-License-Identifier: MIT */
/* Twice the width of every hidden layer; narrow ones become 64 wide. */
#include "doctor/surgery.h"

#include <stdio.h>

enum { NARROW = 32, ROOMY = 64 }; /* twice of next to nothing is still next to nothing */

typedef struct change {
    const sft_chart *chart;
    const sft_layer *output;
    int              n;
    int64_t          widest;    /* all grow alike, so that shortcuts fit */
} change;

static bool is_transpose(const sft_layer *l) { return sft__is_op(l, "transpose"); }

static int64_t width_of(const sft_layer *l)
{
    return sft__is_weighted(l) || sft__is_op(l, "subsample") ? sft__layer_width(l) : 0;
}

static int64_t factor(const change *k)
{
    return k->widest < NARROW ? (ROOMY + k->widest - 1) / k->widest : 2;
}

static void measure(void *user, sft_layer *l)
{
    change *k = user;
    if (l != k->output && width_of(l) > k->widest) k->widest = width_of(l);
}

/* Channels that are added to a shortcut keep up with those of the branch. */
static void widen(void *user, sft_layer *l)
{
    change       *k = user;
    const int64_t width = width_of(l);
    const bool    flat = sft__is_op(l, "linear") || sft__is_op(l, "dropconnect");
    char          text[40];
    if (l == k->output || width <= 0 || width > 1 << 20) return;
    snprintf(text, sizeof text, "%lld", (long long)(factor(k) * width));
    if (sft__set_layer_value(k->chart, l, flat ? "out_features" : "out_channels", text))
        k->n += sft__is_weighted(l);
}

/* Dead units of wide layers leave enough others: width is for what the whole net cannot do. */
static bool is_of_units(const sft_finding *f)
{
    return f->symptom && f->symptom->origin == SFT_FROM_SIGNAL;
}

/* Behind a transposition a width is a number of places: those nets are left alone. */
static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    sft_layer *first = sft__open_model(c);
    if (!first || sft__count_layers(first, is_transpose)) return false;
    change k = { .chart = c, .output = sft__output_layer(first) };
    sft__each_layer(first, measure, &k);
    if (k.widest >= NARROW && is_of_units(f)) return false;
    sft__each_layer(first, widen, &k);
    return k.n > 0 && sft__close_model(c, first, out);
}

const sft_remedy sft_remedy_wider_layers = {
    .name = "wider_layers", .doc = "twice the width of every hidden layer; at least 64 for the widest where all are narrower than 32", .math = "parameters ~ width^2",
    .edit = edit,
};
