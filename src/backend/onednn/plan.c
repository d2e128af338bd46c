/* SPDX-License-Identifier: MIT */
/* Making and unmaking a convolution's primitives, all of it outside training steps.
 *
 * The first forward primitive chooses the layout in which weights are kept. A way that wants them otherwise (backward data does: it
 * sums over the other channels) gets a reorder, whose cost is that of the weights once a shard. */
#include "backend/onednn/conv.h"

static sft_dnnl_dims image(int64_t rows, int64_t channels, const int64_t size[2], sft_layout layout)
{
    return (sft_dnnl_dims){ .rank = 4,
                            .dim = { rows, channels, size[0], size[1] },
                            .tag = layout == SFT_BLOCK8    ? dnnl_aBcd8b
                                   : layout == SFT_BLOCK16 ? dnnl_aBcd16b
                                                           : dnnl_abcd };
}

sft_dnnl_conv sft__dnnl_conv_of(const sft_node *n, int64_t rows, sft_layout in, sft_layout out)
{
    sft_window    w = sft__conv_window(n);
    int64_t       g = w.groups;
    sft_dnnl_conv k = { .src = image(rows, w.in_channels, w.in, in),
                        .dst = image(rows, w.out_channels, w.out, out) };
    if (g == 1)
        k.weights =
            (sft_dnnl_dims){ .rank = 4,
                             .dim = { w.out_channels, w.in_channels, w.kernel[0], w.kernel[1] } };
    else
        k.weights = (sft_dnnl_dims){
            .rank = 5, .dim = { g, w.out_channels / g, w.in_channels / g, w.kernel[0], w.kernel[1] }
        };
    k.weights.tag = dnnl_format_tag_any;
    if (n->n_param > 1)
        k.bias = (sft_dnnl_dims){ .rank = 1, .dim = { w.out_channels }, .tag = dnnl_a };
    for (int i = 0; i < 2; i++) {
        k.stride[i] = w.stride[i];
        k.dilation[i] = w.dilation[i] - 1;
        k.before[i] = w.before[i];
        k.after[i] = w.after[i];
    }
    k.relu = n->act && sft__named("relu", n->act->name, NULL);
    return k;
}

/* ---- one number of rows -------------------------------------------------------------------- */

dnnl_status_t sft__dnnl_way(dnnl_engine_t e, const sft_node *n, const sft_dnnl_conv *k, int way,
                            const_dnnl_primitive_desc_t hint, dnnl_primitive_desc_t *pd)
{
    static const dnnl_prop_kind_t kinds[] = { dnnl_forward_training, dnnl_backward_data, dnnl_backward_weights };
    *pd = NULL;
    if (way == SFT_DNNL_DATA && !sft__wants_din(n, 0))
        return dnnl_success;
    return sft__dnnl_conv(e, k, kinds[way], hint, pd);
}

static dnnl_status_t open_steps(const sft_node *n, const sft_dnnl_plan *p, sft_dnnl_variant *v)
{
    sft_dnnl_conv k = sft__dnnl_conv_of(n, v->rows, n->in[0]->layout, n->layout);
    for (int way = 0; way < SFT_DNNL_WAYS; way++) {
        sft_dnnl_step *s = &v->step[way];
        dnnl_status_t  status = sft__dnnl_way(p->engine, n, &k, way, v->step[0].pd, &s->pd);
        if (!status && !s->pd)
            continue;
        int threads = sft__dnnl_alone();
        status = status ? status : dnnl_primitive_create(&s->run, s->pd);
        sft__dnnl_restore(threads);
        if (status)
            return status;
        s->scratch = sft__dnnl_count(sft__dnnl_of(s->pd, dnnl_query_scratchpad_md));
        s->weights = sft__dnnl_count(sft__dnnl_of(
            s->pd, way == SFT_DNNL_WEIGHTS ? dnnl_query_diff_weights_md : dnnl_query_weights_md));
    }
    return dnnl_success;
}

static dnnl_status_t open_hand(const sft_node *n, const sft_dnnl_plan *p, const sft_dnnl_variant *v,
                               sft_dnnl_hand *h)
{
    const sft_dnnl_step *f = &v->step[SFT_DNNL_FORWARD];
    dnnl_status_t s = sft__dnnl_memory(p->engine, sft__dnnl_of(f->pd, dnnl_query_src_md), &h->src);
    s = s ? s : sft__dnnl_memory(p->engine, sft__dnnl_of(f->pd, dnnl_query_dst_md), &h->dst);
    if (!s && n->n_param > 1)
        s = sft__dnnl_memory_of(p->engine, &(sft_dnnl_dims){ 1, { n->param[1].count }, dnnl_a },
                                &h->bias);
    for (int way = 0; way < SFT_DNNL_WAYS && !s; way++) {
        const_dnnl_primitive_desc_t pd = v->step[way].pd;
        if (!pd) continue;
        dnnl_query_t what =
            way == SFT_DNNL_WEIGHTS ? dnnl_query_diff_weights_md : dnnl_query_weights_md;
        s = sft__dnnl_memory(p->engine, sft__dnnl_of(pd, what), &h->weights[way]);
        s = s ? s
              : sft__dnnl_memory(p->engine, sft__dnnl_of(pd, dnnl_query_scratchpad_md),
                                 &h->scratch[way]);
    }
    return s;
}

/* Weights as kept: the forward way's layout at the first number of rows. */
static dnnl_status_t open_stored(const sft_node *n, sft_dnnl_plan *p)
{
    const sft_dnnl_conv  k = sft__dnnl_conv_of(n, 1, SFT_PLAIN, SFT_PLAIN);
    const sft_dnnl_step *f = &p->variant[0].step[SFT_DNNL_FORWARD];
    sft_dnnl_dims        plain = k.weights;
    plain.tag = plain.rank == 5 ? dnnl_abcde : dnnl_abcd;
    dnnl_status_t s = sft__dnnl_memory_of(p->engine, &plain, &p->plain);
    for (int i = 0; i < p->hands && !s; i++) {
        s = sft__dnnl_memory(p->engine, sft__dnnl_of(f->pd, dnnl_query_weights_md), &p->stored[i]);
        s = s ? s : dnnl_stream_create(&p->stream[i], p->engine, dnnl_stream_default_flags);
    }
    s = s ? s : sft__dnnl_reorder(p->engine, p->plain, p->stored[0], &p->pack);
    return s ? s : sft__dnnl_reorder(p->engine, p->stored[0], p->plain, &p->unpack);
}

static dnnl_status_t open_reorders(const sft_dnnl_plan *p, sft_dnnl_variant *v)
{
    dnnl_status_t s = dnnl_success;
    for (int way = 0; way < SFT_DNNL_WAYS && !s; way++) {
        dnnl_memory_t wanted = v->hand[0].weights[way];
        if (wanted && way == SFT_DNNL_WEIGHTS)
            s = sft__dnnl_reorder(p->engine, wanted, p->stored[0], &v->step[way].reorder);
        else if (wanted)
            s = sft__dnnl_reorder(p->engine, p->stored[0], wanted, &v->step[way].reorder);
    }
    return s;
}

/* ---- the plan ------------------------------------------------------------------------------ */

static sft_status fail(sft_ctx *c, const sft_node *n, dnnl_status_t s)
{
    if (s == dnnl_out_of_memory)
        return sft__fail(c, SFT_E004, "%s: out of memory in oneDNN — use a smaller batch",
                         n->label);
    return sft__fail(c, SFT_E003,
                     "%s: oneDNN cannot make its kernel (status %d) — run with reference kernels",
                     n->label, (int)s);
}

static sft_dnnl_plan *open_plan(sft_ctx *c, sft_node *n)
{
    sft_dnnl_plan *p = n->plan = sft__alloc(c, sizeof *p);
    if (!p) return NULL;
    p->hands = sft__ctx_threads(c);
    size_t hands = (size_t)p->hands;
    p->busy = sft__alloc(c, hands * sizeof *p->busy);
    p->stream = sft__alloc(c, hands * sizeof *p->stream);
    p->stored = sft__alloc(c, hands * sizeof *p->stored);
    dnnl_status_t s = dnnl_engine_create(&p->engine, dnnl_cpu, 0);
    if (s) fail(c, n, s);
    return sft__failed(c) ? NULL : p;
}

static bool known(const sft_dnnl_plan *p, int64_t rows)
{
    for (int i = 0; i < p->variants; i++)
        if (p->variant[i].rows == rows) return true;
    return false;
}

static void at_least(int64_t *bytes, int64_t count)
{
    int64_t need = count * (int64_t)sizeof(real);
    if (*bytes < need) *bytes = need;
}

/* Work of a call: the weights reordered, a bias gradient nobody wants, the scratchpad, the input's gradient before it is added. */
static void ask_for_work(sft_node *n, const sft_dnnl_variant *v)
{
    const int64_t gap = SFT_ALIGN / (int64_t)sizeof(real);
    for (int way = 0; way < SFT_DNNL_WAYS; way++)
        at_least(&n->work_fixed,
                 v->step[way].weights + n->out.dim[0] + v->step[way].scratch + 4 * gap);
    if (v->step[SFT_DNNL_DATA].run) at_least(&n->work_row, sft__count(n->in[0]->out));
}

static sft_status add_variant(sft_ctx *c, sft_node *n, sft_dnnl_plan *p, int64_t rows)
{
    size_t            size = (size_t)p->variants * sizeof *p->variant;
    sft_dnnl_variant *v = sft__realloc(c, p->variant, size, size + sizeof *v);
    if (!v) return sft_code(c);
    p->variant = v;
    v += p->variants++;
    *v = (sft_dnnl_variant){ .rows = rows,
                             .hand = sft__alloc(c, (size_t)p->hands * sizeof *v->hand) };
    if (!v->hand) return sft_code(c);
    dnnl_status_t s = open_steps(n, p, v);
    for (int i = 0; i < p->hands && !s; i++) s = open_hand(n, p, v, &v->hand[i]);
    if (!s && p->variants == 1) s = open_stored(n, p);
    s = s ? s : open_reorders(p, v);
    if (s) return fail(c, n, s);
    n->param[0].stored = sft__dnnl_count(sft__dnnl_desc_of(p->stored[0]));
    ask_for_work(n, v);
    return SFT_OK;
}

sft_status sft__dnnl_prepare(sft_ctx *c, sft_node *n, const int64_t *rows, int n_rows)
{
    sft_dnnl_plan *p = n->plan ? n->plan : open_plan(c, n);
    for (int i = 0; p && i < n_rows; i++)
        if (!known(p, rows[i]) && add_variant(c, n, p, rows[i])) break;
    return sft_code(c);
}

static void drop(dnnl_primitive_t p)
{
    if (p) dnnl_primitive_destroy(p);
}

static void drop_memory(dnnl_memory_t m)
{
    if (m) dnnl_memory_destroy(m);
}

static void close_variant(sft_ctx *c, sft_dnnl_plan *p, sft_dnnl_variant *v)
{
    for (int i = 0; i < p->hands && v->hand; i++) {
        drop_memory(v->hand[i].src);
        drop_memory(v->hand[i].dst);
        drop_memory(v->hand[i].bias);
        for (int way = 0; way < SFT_DNNL_WAYS; way++) {
            drop_memory(v->hand[i].weights[way]);
            drop_memory(v->hand[i].scratch[way]);
        }
    }
    for (int way = 0; way < SFT_DNNL_WAYS; way++) {
        drop(v->step[way].run);
        drop(v->step[way].reorder);
        if (v->step[way].pd) dnnl_primitive_desc_destroy(v->step[way].pd);
    }
    sft__free(c, v->hand, (size_t)p->hands * sizeof *v->hand);
}

void sft__dnnl_release(sft_ctx *c, sft_node *n)
{
    sft_dnnl_plan *p = n->plan;
    n->plan = NULL;
    if (!p) return;
    for (int i = 0; i < p->variants; i++) close_variant(c, p, &p->variant[i]);
    for (int i = 0; i < p->hands; i++) {
        drop_memory(p->stored ? p->stored[i] : NULL);
        if (p->stream && p->stream[i]) dnnl_stream_destroy(p->stream[i]);
    }
    drop(p->pack);
    drop(p->unpack);
    drop_memory(p->plain);
    if (p->engine) dnnl_engine_destroy(p->engine);
    size_t hands = (size_t)p->hands;
    sft__free(c, p->variant, (size_t)p->variants * sizeof *p->variant);
    sft__free(c, p->stored, hands * sizeof *p->stored);
    sft__free(c, p->stream, hands * sizeof *p->stream);
    sft__free(c, p->busy, hands * sizeof *p->busy);
    sft__free(c, p, sizeof *p);
}
