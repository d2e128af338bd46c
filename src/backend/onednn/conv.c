/* SPDX-License-Identifier: MIT */
/* conv2d and conv1d by oneDNN: activations in blocks of channels, weights in the library's layout all through training. */
#include "backend/onednn/conv.h"

#include <math.h>
#include <string.h>

/* ---- which layouts ------------------------------------------------------------------------- */

/* All ways exist with these layouts, none of them by the library's plain reference. */
static bool possible(dnnl_engine_t e, const sft_node *n, sft_layout in, sft_layout out)
{
    const int64_t         rows = 4;     /* any: implementations are chosen by the other sizes */
    sft_dnnl_conv         k = sft__dnnl_conv_of(n, rows, in, out);
    dnnl_primitive_desc_t pd[SFT_DNNL_WAYS] = { NULL };
    bool                  good = true;
    for (int way = 0; way < SFT_DNNL_WAYS && good; way++)
        good = !sft__dnnl_way(e, n, &k, way, pd[0], &pd[way]) && !(pd[way] && sft__dnnl_slow(pd[way]));
    for (int way = 0; way < SFT_DNNL_WAYS; way++)
        if (pd[way]) dnnl_primitive_desc_destroy(pd[way]);
    return good;
}

static bool divides(sft_layout block, int64_t channels)
{
    return channels % (block == SFT_BLOCK16 ? 16 : 8) == 0;
}

/* Blocks of channels where they divide, an input whose channels do not fill them as it is; everything plain otherwise. Channels-last is
 * never asked for: oneDNN 2.6.3 is wrong there for 1x1 kernels with stride 2 and few channels. */
static bool serves(sft_ctx *c, const sft_node *n, sft_layout in, sft_layout *want, sft_layout *give)
{
    (void)c;
    (void)in;
    dnnl_engine_t e;
    if (((const sft_conv_conf *)n->conf)->standardize) return false;
    if (!sft__dnnl_usable() || dnnl_engine_create(&e, dnnl_cpu, 0)) return false;
    int64_t from = n->in[0]->out.dim[0], to = n->out.dim[0];
    bool    found = false;
    for (sft_layout block = sft__dnnl_block(); block >= SFT_BLOCK8 && !found; block--) {
        *want = divides(block, from) ? block : SFT_PLAIN;
        *give = block;
        found = divides(block, to) && possible(e, n, *want, *give);
    }
    if (!found) {
        *want = *give = SFT_PLAIN;
        found = possible(e, n, *want, *give);
    }
    dnnl_engine_destroy(e);
    return found;
}

/* ---- running ------------------------------------------------------------------------------- */

typedef struct call { /* one call, with a hand of its own */
    const sft_dnnl_plan    *plan;
    const sft_dnnl_variant *variant;
    int                     hand, threads;
    real                   *work; /* what is left of it */
    dnnl_status_t           status;
} call;

static call open_call(const sft_node *n, const sft_pass *p)
{
    const sft_dnnl_plan *plan = n->plan;
    call                 k = { .plan = plan, .hand = p->shard % plan->hands, .work = p->work };
    for (int i = 0; i < plan->variants; i++)
        if (plan->variant[i].rows == p->rows) k.variant = &plan->variant[i];
    if (!k.variant) k.status = dnnl_invalid_arguments;
    while (atomic_exchange_explicit(&plan->busy[k.hand], true, memory_order_acquire))
        k.hand = (k.hand + 1) % plan->hands; /* there are as many hands as threads */
    k.threads = sft__dnnl_alone();
    return k;
}

/* There is no way back with an error: NaNs stop the step before it touches a weight. */
static void close_call(call *k, int64_t count, real *result)
{
    if (k->status)
        for (int64_t i = 0; i < count && result; i++) result[i] = (real)NAN;
    sft__dnnl_restore(k->threads);
    atomic_store_explicit(&k->plan->busy[k->hand], false, memory_order_release);
}

static real *take(call *k, int64_t count)
{
    uintptr_t at = ((uintptr_t)k->work + SFT_ALIGN - 1) / SFT_ALIGN * SFT_ALIGN;
    k->work = (real *)at + count;
    return (real *)at;
}

static void point(call *k, dnnl_memory_t m, const real *data)
{
    if (m && !k->status) k->status = dnnl_memory_set_data_handle(m, (void *)(uintptr_t)data);
}

static void copy_weights(call *k, dnnl_primitive_t reorder, dnnl_memory_t from, dnnl_memory_t to)
{
    const dnnl_exec_arg_t args[] = { { DNNL_ARG_FROM, from }, { DNNL_ARG_TO, to } };
    if (!k->status) k->status = dnnl_primitive_execute(reorder, k->plan->stream[k->hand], 2, args);
}

/* The weights as this way wants them. */
static void feed_weights(call *k, enum sft_dnnl_way way, const real *stored)
{
    const sft_dnnl_step *s = &k->variant->step[way];
    const sft_dnnl_hand *h = &k->variant->hand[k->hand];
    if (!s->reorder) {
        point(k, h->weights[way], stored);
        return;
    }
    point(k, k->plan->stored[k->hand], stored);
    point(k, h->weights[way], take(k, s->weights));
    copy_weights(k, s->reorder, k->plan->stored[k->hand], h->weights[way]);
}

static void execute(call *k, enum sft_dnnl_way way, const int args[4])
{
    const sft_dnnl_hand *h = &k->variant->hand[k->hand];
    const dnnl_memory_t  memory[] = { h->src, h->weights[way], h->dst, h->bias };
    dnnl_exec_arg_t      list[5] = { { DNNL_ARG_SCRATCHPAD, h->scratch[way] } };
    int                  n = 1;
    for (int i = 0; i < 4; i++)
        if (args[i] && memory[i]) list[n++] = (dnnl_exec_arg_t){ args[i], memory[i] };
    point(k, h->scratch[way], take(k, k->variant->step[way].scratch));
    if (!k->status)
        k->status =
            dnnl_primitive_execute(k->variant->step[way].run, k->plan->stream[k->hand], n, list);
}

static void forward(const sft_node *n, const sft_pass *p)
{
    static const int args[] = { DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST, DNNL_ARG_BIAS };
    int64_t          count = p->rows * sft__count(n->out);
    call             k = open_call(n, p);
    if (!k.status) {
        const sft_dnnl_hand *h = &k.variant->hand[k.hand];
        point(&k, h->src, p->in[0]);
        point(&k, h->dst, p->out);
        point(&k, h->bias, n->n_param > 1 ? p->param[1] : NULL);
        feed_weights(&k, SFT_DNNL_FORWARD, p->param[0]);
        execute(&k, SFT_DNNL_FORWARD, args);
    }
    close_call(&k, count, p->out);
    if (n->act && !sft__named("relu", n->act->name, NULL)) sft__fused_forward(n, count, p->out);
}

static void backward_data(const sft_node *n, const sft_pass *p)
{
    static const int args[] = { DNNL_ARG_DIFF_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_DST, 0 };
    int64_t          count = p->rows * sft__count(n->in[0]->out);
    call             k = open_call(n, p);
    real            *dx = p->add[0] ? take(&k, count) : p->din[0];
    if (!k.status) {
        const sft_dnnl_hand *h = &k.variant->hand[k.hand];
        point(&k, h->src, dx);
        point(&k, h->dst, p->dout);
        feed_weights(&k, SFT_DNNL_DATA, p->param[0]);
        execute(&k, SFT_DNNL_DATA, args);
    }
    close_call(&k, count, dx);
    for (int64_t i = 0; i < count && p->add[0]; i++) p->din[0][i] += dx[i];
}

/* dw and db; where one of them is frozen it goes to the scratch. */
static void backward_weights(const sft_node *n, const sft_pass *p)
{
    static const int args[] = { DNNL_ARG_SRC, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_DST,
                                DNNL_ARG_DIFF_BIAS };
    call             k = open_call(n, p);
    real            *dw = p->dparam[0];
    if (!k.status) {
        const sft_dnnl_hand *h = &k.variant->hand[k.hand];
        const sft_dnnl_step *s = &k.variant->step[SFT_DNNL_WEIGHTS];
        bool                 aside = s->reorder || !dw;
        point(&k, h->src, p->in[0]);
        point(&k, h->dst, p->dout);
        point(&k, h->weights[SFT_DNNL_WEIGHTS], aside ? take(&k, s->weights) : dw);
        if (h->bias) point(&k, h->bias, p->dparam[1] ? p->dparam[1] : take(&k, n->param[1].count));
        execute(&k, SFT_DNNL_WEIGHTS, args);
        if (s->reorder && dw) {
            point(&k, k.plan->stored[k.hand], dw);
            copy_weights(&k, s->reorder, h->weights[SFT_DNNL_WEIGHTS], k.plan->stored[k.hand]);
        }
    }
    close_call(&k, n->param[0].stored, dw);
}

static void backward(const sft_node *n, const sft_pass *p)
{
    sft__fused_backward(n, p->rows * sft__count(n->out), p->out, p->dout);
    if (p->din[0]) backward_data(n, p);
    if (p->dparam[0] || (n->n_param > 1 && p->dparam[1])) backward_weights(n, p);
}

/* ---- weights in and out -------------------------------------------------------------------- */

static void convert(const sft_node *n, dnnl_primitive_t reorder, dnnl_memory_t from, const real *x,
                    dnnl_memory_t to, real *y)
{
    const sft_dnnl_plan *plan = n->plan;
    call                 k = { .plan = plan, .threads = sft__dnnl_alone() };
    point(&k, from, x);
    point(&k, to, y);
    copy_weights(&k, reorder, from, to);
    sft__dnnl_restore(k.threads);
}

static void pack(const sft_node *n, int i, const real *plain, real *stored)
{
    const sft_dnnl_plan *p = n->plan;
    if (i == 0 && p->pack)
        convert(n, p->pack, p->plain, plain, p->stored[0], stored);
    else
        memcpy(stored, plain, (size_t)n->param[i].count * sizeof(real));
}

static void unpack(const sft_node *n, int i, const real *stored, real *plain)
{
    const sft_dnnl_plan *p = n->plan;
    if (i == 0 && p->unpack)
        convert(n, p->unpack, p->stored[0], stored, p->plain, plain);
    else
        memcpy(plain, stored, (size_t)n->param[i].count * sizeof(real));
}

const sft_kernel sft_kernel_onednn_conv2d = {
    .name = "onednn",
    .op = "conv2d",
    .serves = serves,
    .prepare = sft__dnnl_prepare,
    .release = sft__dnnl_release,
    .forward = forward,
    .backward = backward,
    .pack = pack,
    .unpack = unpack,
    .version = sft__dnnl_version,
};

const sft_kernel sft_kernel_onednn_conv1d = {
    .name = "onednn",
    .op = "conv1d",
    .serves = serves,
    .prepare = sft__dnnl_prepare,
    .release = sft__dnnl_release,
    .forward = forward,
    .backward = backward,
    .pack = pack,
    .unpack = unpack,
    .version = sft__dnnl_version,
};
