/* SPDX-License-Identifier: MIT */
/* Layers of a recipe as a tree that remedies change, and as text again. */
#include "doctor/surgery.h"

#include "base/text.h"

#include <string.h>

/* ---- there and back ------------------------------------------------------------------------- */

/* A tree of its own: the recipe's stays as it is. */
static sft_layer *parse(const sft_chart *c, const char *text)
{
    sft_layer    *first = NULL;
    const sft_pos nowhere = { 0 };
    return text && sft__stack_parse(c->notes, text, strlen(text), nowhere, &first) == SFT_OK ? first : NULL;
}

sft_layer *sft__open_model(const sft_chart *c)
{
    return parse(c, sft__stack_text(c->notes, c->recipe->layers));
}

bool sft__close_model(const sft_chart *c, const sft_layer *first, sft_edits *out)
{
    const char *text = sft__stack_text(c->notes, first);
    return text && sft__edit(c, out, "model=%s", text);
}

/* ---- what a layer is ------------------------------------------------------------------------- */

const sft_op *sft__layer_op(const sft_layer *l)
{
    return l->kind == SFT_LAYER ? sft__op_find(l->spec.name) : NULL;
}

static bool one_of(const sft_layer *l, const char *name, const char *others)
{
    const sft_op *op = sft__layer_op(l);
    return op && sft__named(op->name, name, others);
}

bool sft__is_op(const sft_layer *l, const char *name) { return one_of(l, name, NULL); }

bool sft__is_weighted(const sft_layer *l)
{
    return one_of(l, "linear", "dropconnect conv1d conv2d conv_transpose1d conv_transpose2d");
}

bool sft__is_norm(const sft_layer *l) { return one_of(l, "batchnorm", "layernorm rmsnorm groupnorm instancenorm"); }

bool sft__is_bend(const sft_layer *l)
{
    const sft_op *op = sft__layer_op(l);
    return op && !sft__is_op(l, "identity") && ((op->traits & SFT_ACTIVATION) || one_of(l, "glu", "swiglu prelu"));
}

sft_layer *sft__output_layer(sft_layer *first)
{
    sft_layer *found = NULL;
    for (sft_layer *l = first; l; l = l->next) {
        if (sft__is_weighted(l)) found = l;
        else if (l->kind != SFT_LAYER && sft__count_layers(l->body, sft__is_weighted)) found = NULL;
    }
    return found;
}

int sft__count_layers(const sft_layer *l, bool (*which)(const sft_layer *l))
{
    int n = 0;
    for (; l; l = l->next) n += which(l) + sft__count_layers(l->body, which) + sft__count_layers(l->shortcut, which);
    return n;
}

void sft__each_layer(sft_layer *l, void (*visit)(void *user, sft_layer *l), void *user)
{
    for (; l; l = l->next) {
        visit(user, l);
        sft__each_layer(l->body, visit, user);
        sft__each_layer(l->shortcut, visit, user);
    }
}

bool sft__operate(const sft_chart *c, void (*visit)(void *operation, sft_layer *l), sft_edits *out)
{
    sft_layer    *first = sft__open_model(c);
    sft_operation k = { .chart = c };
    sft__each_layer(first, visit, &k);
    return k.changed > 0 && sft__close_model(c, first, out);
}

/* ---- changing it ----------------------------------------------------------------------------- */

sft_layer *sft__insert_layer(const sft_chart *c, sft_layer *after, const char *text)
{
    sft_layer *l = parse(c, text);
    if (!l || !after) return l;
    l->next = after->next;
    after->next = l;
    return l;
}

bool sft__replace_layer(const sft_chart *c, sft_layer *l, const char *text)
{
    const sft_layer *other = parse(c, text);
    if (other) l->spec = other->spec;
    return other != NULL;
}

static sft_arg *argument(const sft_layer *l, const char *option)
{
    const sft_op    *op = sft__layer_op(l);
    const sft_field *row = op && op->fields ? sft__field_find(op->fields, option) : NULL;
    for (int i = 0; row && i < l->spec.n; i++) {
        sft_arg *a = &l->spec.arg[i];
        if (a->key ? sft__field_find(op->fields, a->key) == row : (row->flags & SFT_MAIN) != 0) return a;
    }
    return NULL;
}

const char *sft__layer_value(const sft_layer *l, const char *option)
{
    const sft_arg *a = argument(l, option);
    return a ? a->value : NULL;
}

bool sft__set_layer_value(const sft_chart *c, sft_layer *l, const char *option, const char *value)
{
    const sft_pos nowhere = { 0 };
    sft_arg      *a = argument(l, option);
    if (!a) return sft__spec_put(c->notes, &l->spec, option, value, nowhere, false) == SFT_OK;
    a->value = sft__arena_text(c->notes, value);
    return a->value != NULL;
}

int64_t sft__layer_width(const sft_layer *l)
{
    const char *text = sft__layer_value(l, "out_features");
    int64_t     n = 0;
    if (!text) text = sft__layer_value(l, "out_channels");
    return text && sft__parse_int(text, strlen(text), &n) ? n : 0;
}
