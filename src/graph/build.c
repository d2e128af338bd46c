/* SPDX-License-Identifier: MIT */
/* Layers become nodes: options bound, shapes inferred, PyTorch's module paths given. */
#include "graph/private.h"

#include <limits.h>
#include <string.h>

typedef struct builder {
    sft_net         *net;
    int              room;
    const sft_layer *last;      /* of the whole stack: gets the number of outputs */
} builder;

static sft_node *append(builder *b, const sft_op *op, sft_pos pos, const char *path)
{
    sft_net *n = b->net;
    if (n->n_nodes == b->room) {
        int room = b->room ? 2 * b->room : 32;
        sft_node **more = sft__arena_alloc(&n->arena, (size_t)room * sizeof *more);
        if (!more)
            return NULL;
        if (n->n_nodes)
            memcpy(more, n->node, (size_t)n->n_nodes * sizeof *more);
        n->node = more;
        b->room = room;
    }
    sft_node *node = sft__arena_alloc(&n->arena, sizeof *node);
    if (!node)
        return NULL;
    node->op = op;
    node->pos = pos;
    node->path = path;
    node->index = n->n_nodes;
    node->batch = n->batch;
    node->label = sft__arena_printf(&n->arena, "%s (layer %s)", op->name, path);
    n->node[n->n_nodes++] = node;
    return node->label ? node : NULL;
}

/* What the op's shape() found, checked for sizes that no machine holds. */
static sft_status check_sizes(sft_net *n, sft_node *node)
{
    const int64_t most = (int64_t)1 << 44;      /* elements: 2^46 bytes of float */
    int64_t count = sft__count(node->out);
    if (count < 1 || count > most)
        return sft__fail_at(n->ctx, node->pos, SFT_E127, "%s: its output is too large or empty — make the layers before it smaller",
                            node->label);
    for (int i = 0; i < node->n_param; i++) {
        sft_param *p = &node->param[i];
        p->count = p->stored = sft__count(p->shape);
        if (p->count < 1 || p->count > most)
            return sft__fail_at(n->ctx, node->pos, SFT_E127, "%s: its %s has too many elements — make it narrower", node->label,
                                p->name);
        p->path = sft__arena_printf(&n->arena, "%s.%s", node->path, p->name);
    }
    for (int i = 0; i < node->n_state; i++) {
        sft_state *s = &node->state[i];
        s->count = sft__count(s->shape);
        s->path = sft__arena_printf(&n->arena, "%s.%s", node->path, s->name);
    }
    return sft_code(n->ctx);
}

static sft_status infer(sft_net *n, sft_node *node)
{
    sft_ctx *c = n->ctx;
    for (int i = 0; i < node->n_in; i++)
        node->in[i]->consumers++;
    sft_status s = node->op->shape(c, node);
    return s ? s : check_sizes(n, node);
}

/* The stack's last layer, when it is a linear without a width, gets one output a class (or number to predict). */
static sft_status with_outputs(builder *b, const sft_layer *l, sft_spec *spec)
{
    *spec = l->spec;
    if (l != b->last || strcmp(sft__op_find(spec->name)->name, "linear") != 0)
        return SFT_OK;
    const sft_field *rows = sft__op_find(spec->name)->fields;
    for (int i = 0; i < spec->n; i++)
        if (!spec->arg[i].key || sft__field_find(rows, spec->arg[i].key) == sft__field_find(rows, "out_features"))
            return SFT_OK;
    sft_arg *copy = sft__arena_alloc(&b->net->arena, ((size_t)spec->n + 1) * sizeof *copy);
    if (!copy)
        return sft_code(b->net->ctx);
    if (spec->n)
        memcpy(copy, spec->arg, (size_t)spec->n * sizeof *copy);
    spec->arg = copy;
    spec->room = spec->n + 1;
    const char *width = sft__arena_printf(&b->net->arena, "%lld", (long long)b->net->outputs);
    return width ? sft__spec_put(&b->net->arena, spec, "out_features", width, spec->pos, false) : sft_code(b->net->ctx);
}

/* `model: linear 64 | …` on images: their pixels are the features. It has no weights, so PyTorch's names stay as they are. */
static sft_node *flatten_samples(builder *b, sft_node *x, sft_pos pos, const char *path)
{
    const sft_op *op = sft__op_find("flatten");
    sft_node *node = append(b, op, pos, sft__arena_printf(&b->net->arena, "%s.flatten", path));
    if (!node)
        return NULL;
    node->conf = sft__arena_alloc(&b->net->arena, op->conf_size ? op->conf_size : 1);
    node->n_in = 1;
    node->in[0] = x;
    return !node->conf || infer(b->net, node) ? NULL : node;
}

static sft_node *add_layer(builder *b, const sft_layer *l, sft_node *x, const char *path)
{
    sft_net *n = b->net;
    const sft_op *op = sft__op_find(l->spec.name);
    if (!op) {
        sft_near near = sft__near(l->spec.name);
        char hint[SFT_NEAR_ROOM];
        for (int i = 0; sft__op_at(i); i++)
            sft__near_try(&near, sft__op_at(i)->name);
        sft__fail_at(n->ctx, l->spec.pos, SFT_E132, "unknown layer `%s`%s — `surefoot list op` shows all", l->spec.name,
                     sft__near_hint(&near, hint));
        return NULL;
    }
    if (op->inputs > 1) {
        sft__fail_at(n->ctx, l->spec.pos, SFT_E123,
                     "`%s` joins two branches and cannot stand in a sequence — write residual ( … ) shortcut ( … )", op->name);
        return NULL;
    }
    if (!strcmp(op->name, "linear") && x->index == 0 && x->out.rank > 1)
        x = flatten_samples(b, x, l->spec.pos, path);
    sft_node *node = x ? append(b, op, l->spec.pos, path) : NULL;
    sft_spec spec;
    if (!node || with_outputs(b, l, &spec))
        return NULL;
    node->conf = sft__arena_alloc(&n->arena, op->conf_size ? op->conf_size : 1);
    static const sft_field none[] = { SFT_FIELD_END };
    if (!node->conf || sft__fields_bind(&n->arena, op->fields ? op->fields : none, node->conf, &spec, node->label))
        return NULL;
    node->n_in = 1;
    node->in[0] = x;
    return infer(n, node) ? NULL : node;
}

static sft_node *add_sequence(builder *b, const sft_layer *first, sft_node *x, const char *prefix, int *at);

static sft_node *add_residual(builder *b, const sft_layer *l, sft_node *x, const char *path)
{
    sft_net *n = b->net;
    int body_at = 0, short_at = 0;
    const char *body = sft__arena_printf(&n->arena, "%s.body.", path);
    const char *side = sft__arena_printf(&n->arena, "%s.shortcut.", path);
    sft_node *y = body ? add_sequence(b, l->body, x, body, &body_at) : NULL;
    sft_node *z = y && side && l->shortcut ? add_sequence(b, l->shortcut, x, side, &short_at) : x;
    if (!y || !z)
        return NULL;
    if (!sft__same_shape(y->out, z->out)) {
        char p[96], q[96];
        sft__fail_at(n->ctx, l->spec.pos, SFT_E123,
                     "residual (layer %s): its body gives %s and its shortcut %s — shapes must be equal; use "
                     "shortcut ( conv2d %lld kernel_size=1 stride=… ) or change the body",
                     path, sft__shape_text(y->out, p, sizeof p), sft__shape_text(z->out, q, sizeof q), (long long)y->out.dim[0]);
        return NULL;
    }
    sft_node *node = append(b, sft__op_find("add"), l->spec.pos, path);
    if (!node)
        return NULL;
    node->conf = sft__arena_alloc(&n->arena, node->op->conf_size ? node->op->conf_size : 1);
    node->n_in = 2;
    node->in[0] = y;
    node->in[1] = z;
    return !node->conf || infer(n, node) ? NULL : node;
}

static sft_node *add_sequence(builder *b, const sft_layer *first, sft_node *x, const char *prefix, int *at)
{
    for (const sft_layer *l = first; l && x; l = l->next) {
        if (l->kind == SFT_REPEAT) {
            for (int64_t t = 0; t < l->times && x; t++)
                x = add_sequence(b, l->body, x, prefix, at);
            continue;
        }
        const char *path = sft__arena_printf(&b->net->arena, "%s%d", prefix, (*at)++);
        if (!path)
            return NULL;
        x = l->kind == SFT_RESIDUAL ? add_residual(b, l, x, path) : add_layer(b, l, x, path);
    }
    return x;
}

/* The layer that stands last in the text, when it is a plain layer. */
static const sft_layer *last_layer(const sft_layer *l)
{
    while (l && l->next)
        l = l->next;
    return l && l->kind == SFT_LAYER ? l : NULL;
}

static sft_status check_outputs(sft_net *n, const sft_node *last)
{
    char buf[96];
    if (last->out.rank == 1 && last->out.dim[0] == n->outputs)
        return SFT_OK;
    if (last->out.rank != 1)
        return sft__fail_at(n->ctx, last->pos, SFT_E129, "the model ends in %s of shape %s, not in a row of outputs — end it with `flatten | linear`",
                            last->label, sft__shape_text(last->out, buf, sizeof buf));
    return sft__fail_at(n->ctx, last->pos, SFT_E129, "%lld %s in the data, %lld outputs of %s — end the model with a bare `linear`",
                        (long long)n->outputs, n->task == SFT_CLASSES ? "classes" : "targets", (long long)last->out.dim[0], last->label);
}

/* Tells nodes how many of their kind there are, and which they are. */
static void place_nodes(sft_net *n)
{
    for (int i = 1; i < n->n_nodes; i++) {
        const sft_op *op = n->node[i]->op;
        int           mine = 0, of = 0;
        for (int k = 1; op->place && k < n->n_nodes; k++) {
            of += n->node[k]->op == op;
            mine += n->node[k]->op == op && k <= i;
        }
        if (op->place)
            op->place(n->node[i]->conf, mine, of);
    }
}

sft_status sft__build_nodes(sft_net *n, const sft_net_config *k)
{
    builder b = { .net = n, .last = last_layer(k->model) };
    n->batch = k->batch > 0 ? k->batch : 1; /* shapes of what joins the batch may follow from it */
    sft_node *x = append(&b, &sft__op_input, (sft_pos){ 0 }, "input");
    if (!x)
        return sft_code(n->ctx);
    x->out = n->input;
    int at = 0;
    x = add_sequence(&b, k->model, x, "", &at);
    if (!x)
        return sft_code(n->ctx);
    if (n->n_nodes == 1)
        return sft__fail(n->ctx, SFT_E114, "the model has no layers — try `model: linear 64 | relu | linear`");
    place_nodes(n);
    return check_outputs(n, x);
}
