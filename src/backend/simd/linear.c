/* SPDX-License-Identifier: MIT */
/* linear on vector units: weights stay in panels all through training, bias and relu ride on the products. */
#include "backend/backend.h"
#include "backend/simd/linear.h"
#include "backend/simd/room.h"

#include <stdio.h>
#include <string.h>

#ifndef SFT_REAL_DOUBLE

static int64_t inputs(const sft_node *n) { return n->in[0]->out.dim[0]; }
static int64_t outputs(const sft_node *n) { return n->out.dim[0]; }

static bool serves(sft_ctx *c, const sft_node *n, sft_layout in, sft_layout *want, sft_layout *give)
{
    (void)c;
    (void)in;
    *want = *give = SFT_PLAIN;
    return n->out.rank == 1 && n->in[0]->out.rank == 1 && !((const sft_linear_conf *)n->conf)->standardize;
}

static void at_least(int64_t *bytes, int64_t count)
{
    int64_t need = count * (int64_t)sizeof(real);
    if (*bytes < need) *bytes = need;
}

static sft_status prepare(sft_ctx *c, sft_node *n, const int64_t *rows, int n_rows)
{
    (void)c;
    (void)rows;
    (void)n_rows;
    const sft_linear_tiles *t = sft__linear_tiles(0);
    n->param[0].stored = sft__linear_stored(t, inputs(n), outputs(n));
    at_least(&n->saved_row, sft__linear_own_row(t, outputs(n)) + SFT_LINEAR_COLUMNS);
    at_least(&n->work_fixed, sft__linear_scratch(t, outputs(n)));
    return SFT_OK;
}

static void release(sft_ctx *c, sft_node *n)
{
    (void)c;
    (void)n; /* nothing was made */
}

static void pack(const sft_node *n, int i, const real *plain, real *stored)
{
    const sft_linear_tiles *t = sft__linear_tiles(0);
    int64_t                 k = inputs(n), count = outputs(n);
    if (i > 0) {
        memcpy(stored, plain, (size_t)count * sizeof(real));
        return;
    }
    memset(stored, 0, (size_t)sft__linear_stored(t, k, count) * sizeof(real));
    for (int64_t out = 0; out < count; out++)
        for (int64_t in = 0; in < k; in++)
            stored[sft__linear_place(t, k, count, out, in)] = plain[out * k + in];
}

static void unpack(const sft_node *n, int i, const real *stored, real *plain)
{
    const sft_linear_tiles *t = sft__linear_tiles(0);
    int64_t                 k = inputs(n), count = outputs(n);
    if (i > 0) {
        memcpy(plain, stored, (size_t)count * sizeof(real));
        return;
    }
    for (int64_t out = 0; out < count; out++)
        for (int64_t in = 0; in < k; in++)
            plain[out * k + in] = stored[sft__linear_place(t, k, count, out, in)];
}

static sft_linear_job job(const sft_node *n, const sft_pass *p)
{
    float *own = p->saved;
    return (sft_linear_job){
        .rows = p->rows,
        .k = inputs(n),
        .n = outputs(n),
        .x = p->in[0],
        .w = p->param[0],
        .bias = n->n_param > 1 ? p->param[1] : NULL,
        .y = p->out,
        .dy = p->dout,
        .dx = p->din[0],
        .dw = p->dparam[0],
        .dbias = n->n_param > 1 ? p->dparam[1] : NULL,
        .relu = sft__fused_relu(n),
        .add = p->add[0],
        .scratch = p->work,
        .own = own,
        .own_x = own + p->rows * sft__linear_own_row(sft__linear_tiles(0), outputs(n)),
    };
}

static void forward_shards(const sft_node *n, const sft_pass *p, int count)
{
    sft_linear_job j[SFT_MAX_TREE];
    for (int s = 0; s < count; s++)
        j[s] = job(n, p + s);
    sft__linear_tiles(0)->forward(j, count);
    for (int s = 0; s < count && !j->relu; s++)
        sft__fused_forward(n, j[s].rows * j[s].n, p[s].out);
}

static void backward_shards(const sft_node *n, const sft_pass *p, int count)
{
    const sft_linear_tiles *t = sft__linear_tiles(0);
    sft_linear_job          j[SFT_MAX_TREE];
    for (int s = 0; s < count; s++) {
        j[s] = job(n, p + s);
        if (!j[s].relu) sft__fused_backward(n, j[s].rows * j[s].n, p[s].out, p[s].dout);
        t->prepare_dy(&j[s]);
        if (j[s].dx) t->dx(&j[s]);
    }
    if (j->dw) t->dw(j, count);
    if (j->dbias) sft__merge_params(p, count, 1, j->n);
}

static void forward(const sft_node *n, const sft_pass *p) { forward_shards(n, p, 1); }

static void backward(const sft_node *n, const sft_pass *p) { backward_shards(n, p, 1); }

static void version(char *buf, size_t size)
{
    snprintf(buf, size, "%s", sft__linear_tiles(0)->name);
}

const sft_kernel sft_kernel_simd_linear = {
    .name = "simd",
    .op = "linear",
    .serves = serves,
    .prepare = prepare,
    .release = release,
    .forward = forward,
    .backward = backward,
    .forward_shards = forward_shards,
    .backward_shards = backward_shards,
    .pack = pack,
    .unpack = unpack,
    .version = version,
};

#endif
