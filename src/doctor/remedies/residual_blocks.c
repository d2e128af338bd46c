/* SPDX-License-Identifier: MIT */
/* Hidden layers that keep their width get a way around them. */
#include "doctor/surgery.h"

#include "base/text.h"

typedef struct run {            /* what the layers so far leave behind */
    const sft_chart *chart;
    const sft_layer *output;
    const sft_layer *before;    /* the weighted layer that gave the width; NULL: unknown */
    int              made;
} run;

static bool is_residual(const sft_layer *l) { return l->kind == SFT_RESIDUAL; }

static bool given(const sft_layer *l, const char *option, const char *value)
{
    const char *text = sft__layer_value(l, option);
    return sft__text_is(text ? text : "1", value);
}

/* The places of a convolution stay: stride 1, and as much padding as the kernel takes away. */
static bool keeps_places(const sft_layer *l)
{
    const char *kernel = sft__layer_value(l, "kernel_size"), *padding = sft__layer_value(l, "padding");
    if (sft__is_op(l, "linear")) return true;
    if (!sft__is_op(l, "conv2d") && !sft__is_op(l, "conv1d")) return false;
    if (!given(l, "stride", "1") || !given(l, "dilation", "1")) return false;
    if (!kernel) kernel = "3";
    if (sft__text_is(padding, "same")) return true;
    return (sft__text_is(kernel, "3") && sft__text_is(padding, "1")) || (sft__text_is(kernel, "5") && sft__text_is(padding, "2"));
}

/* Can what comes out of `l` be added to what comes out of the layer before? */
static bool fits(const run *k, const sft_layer *l)
{
    return l != k->output && k->before && sft__is_weighted(l) && keeps_places(l) && sft__layer_width(l) > 0 &&
           sft__layer_op(l) == sft__layer_op(k->before) && sft__layer_width(l) == sft__layer_width(k->before);
}

static bool follows(const sft_layer *l)
{
    return l && (sft__is_norm(l) || sft__is_bend(l) || sft__is_op(l, "dropout") || sft__is_op(l, "dropout2d"));
}

/* weights | norm | activation | dropout become residual ( … ). */
static void wrap(run *k, sft_layer *l)
{
    sft_layer *inner = sft__arena_alloc(k->chart->notes, sizeof *inner), *end = inner;
    if (!inner || !follows(l->next)) return;
    *inner = *l;
    while (follows(end->next)) end = end->next;
    *l = (sft_layer){ .kind = SFT_RESIDUAL, .spec = { .name = "residual" }, .body = inner, .next = end->next };
    end->next = NULL;
    k->made++;
}

static void walk(run *k, sft_layer *l);

/* The first round has another width before it than the rest have: it goes in front. */
static void walk_repeat(run *k, sft_layer *l)
{
    sft_layer *copy = sft__insert_layer(k->chart, NULL, sft__stack_text(k->chart->notes, l->body));
    sft_layer *rest = sft__arena_alloc(k->chart->notes, sizeof *rest), *end = copy;
    if (!copy || !rest) return;
    const int made = k->made;
    walk(k, copy);
    walk(k, l->body);
    if (k->made == made || l->times < 2) return;
    *rest = (sft_layer){ .kind = SFT_REPEAT, .spec = l->spec, .times = l->times - 1, .body = l->body, .next = l->next };
    while (end->next) end = end->next;
    end->next = rest;
    *l = *copy;
}

static void walk(run *k, sft_layer *l)
{
    while (l) {
        sft_layer *next = l->next;
        const bool weighted = sft__is_weighted(l), repeat = l->kind == SFT_REPEAT;
        if (repeat) walk_repeat(k, l);
        if (weighted && fits(k, l)) {
            wrap(k, l);
            next = l->next;
            if (l->kind == SFT_RESIDUAL) k->before = l->body;
        } else if (weighted) {
            k->before = l;
        } else if (sft__is_op(l, "flatten")) {
            k->before = NULL;
        }
        l = next;
    }
}

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    sft_layer *first = sft__open_model(c);
    if (!first || sft__count_layers(first, is_residual)) return false;
    run k = { .chart = c, .output = sft__output_layer(first) };
    walk(&k, first);
    return k.made > 0 && sft__close_model(c, first, out);
}

const sft_remedy sft_remedy_residual_blocks = {
    .name = "residual_blocks", .doc = "a way around each hidden layer that keeps its width", .math = "y = x + f(x)",
    .edit = edit,
};
