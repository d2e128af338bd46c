/* SPDX-License-Identifier: MIT */
/* linear on vector units: weights stay in panels all through training, bias and relu ride on the products. */
#include "backend/backend.h"
#include "backend/simd/linear.h"
#include "ops/conf.h"

#include <stdio.h>
#include <string.h>

#ifndef SFT_REAL_DOUBLE

static int64_t inputs(const sft_node *n) { return n->in[0]->out.dim[0]; }
static int64_t outputs(const sft_node *n) { return n->out.dim[0]; }
static bool    fused_relu(const sft_node *n)
{
    return n->act && sft__named("relu", n->act->name, NULL);
}

static bool serves(sft_ctx *c, const sft_node *n, sft_layout in, sft_layout *want, sft_layout *give)
{
    (void)c;
    (void)in;
    *want = *give = SFT_PLAIN;
    return n->out.rank == 1 && n->in[0]->out.rank == 1;
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
    at_least(&n->work_row, sft__linear_scratch_row(t));
    at_least(&n->work_fixed, sft__linear_scratch_fixed(t, outputs(n)));
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
        .relu = fused_relu(n),
        .add = p->add[0],
        .scratch = p->work,
    };
}

static void forward(const sft_node *n, const sft_pass *p)
{
    sft_linear_job j = job(n, p);
    sft__linear_tiles(0)->forward(&j);
    if (!j.relu) sft__fused_forward(n, j.rows * j.n, p->out);
}

static void backward(const sft_node *n, const sft_pass *p)
{
    const sft_linear_tiles *t = sft__linear_tiles(0);
    sft_linear_job          j = job(n, p);
    if (!j.relu) sft__fused_backward(n, j.rows * j.n, p->out, p->dout);
    t->prepare_dy(&j);
    if (j.dx) t->dx(&j);
    if (j.dw) t->dw(&j);
}

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
    .pack = pack,
    .unpack = unpack,
    .version = version,
};

#endif
