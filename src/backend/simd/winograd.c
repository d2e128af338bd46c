/* SPDX-License-Identifier: MIT */
/* conv2d with 3x3 kernels and stride 1 by Winograd's minimal filtering, on blocks of channels: fewer products than the definition has. */
#include "backend/backend.h"
#include "backend/simd/room.h"
#include "backend/simd/sets.h"
#include "backend/simd/winograd.h"

#include <stdio.h>
#include <string.h>

#ifndef SFT_REAL_DOUBLE

enum {
    TAPS = 9,
    MOST = 512 * 512, /* channels x filters: beyond, the transformed filters are too much to fetch */
    FEWEST = 64,      /* tiles of a batch: below, transforming the filters takes longer than is won (even at 24 to 32 a shard) */
};

/* The best tiles whose vectors divide the channels on both sides; NULL: none. */
static const sft_winograd_tiles *tiles_for(const sft_window *w)
{
    const sft_winograd_tiles *t = NULL;
    for (int i = 0; (t = sft__winograd_tiles(i)); i++) {
        int64_t block = sft__block_for(t->lane);
        if (w->in_channels % block == 0 && w->out_channels % block == 0) break;
    }
    return t;
}

/* Plain C is worth it only where no library is there. */
static bool pays(const sft_winograd_tiles *t)
{
#ifdef SFT_HAVE_ONEDNN
    return t->lane >= 8;
#else
    (void)t;
    return true;
#endif
}

static bool serves(sft_ctx *c, const sft_node *n, sft_layout in, sft_layout *want, sft_layout *give)
{
    (void)c;
    (void)in;
    sft_window w = sft__conv_window(n);
    bool       fits = w.groups == 1 && !((const sft_conv_conf *)n->conf)->standardize && w.in_channels * w.out_channels <= MOST &&
                n->batch * sft__winograd_halves(w.out[0]) * sft__winograd_halves(w.out[1]) >= FEWEST;
    for (int i = 0; i < 2; i++)
        fits = fits && w.kernel[i] == 3 && w.stride[i] == 1 && w.dilation[i] == 1 && w.out[i] > 1;
    const sft_winograd_tiles *t = fits ? tiles_for(&w) : NULL;
    if (!t || !pays(t)) return false;
    *want = *give = sft__layout_for(t->lane);
    return true;
}

/* ---- room ---------------------------------------------------------------------------------- */

/* The part of a job that every call of a node has in common; back: from the output's gradient to the input's. */
static sft_winograd_job plan(const sft_node *n, bool back)
{
    sft_window       w = sft__conv_window(n);
    sft_winograd_job j = { .channels = back ? w.out_channels : w.in_channels, .filters = back ? w.in_channels : w.out_channels };
    j.lane = sft__view(n->out, n->layout).lane;
    for (int i = 0; i < 2; i++) {
        j.in[i] = back ? w.out[i] : w.in[i];
        j.out[i] = back ? w.in[i] : w.out[i];
        j.before[i] = back ? 2 - w.before[i] : w.before[i];
    }
    j.strips = sft__winograd_strips(j.channels, j.filters, j.out);
    return j;
}

static int64_t transformed(const sft_winograd_job *j) { return sft__lines(SFT_WINOGRAD_PLACES * j->channels * j->filters); }

static int64_t matrices(const sft_winograd_job *j)
{
    return sft__lines(SFT_WINOGRAD_PLACES * sft__winograd_plane(j, j->channels)) +
           sft__lines(SFT_WINOGRAD_PLACES * sft__winograd_plane(j, j->filters));
}

static sft_status prepare(sft_ctx *c, sft_node *n, const int64_t *rows, int n_rows)
{
    (void)c;
    (void)rows;
    (void)n_rows;
    const sft_winograd_job to = plan(n, false), back = plan(n, true);
    int64_t                most = matrices(&to) > matrices(&back) ? matrices(&to) : matrices(&back);
    int64_t need = SFT_ALIGN + (2 * transformed(&to) + sft__lines(to.channels * to.filters * TAPS) + sft__lines(to.filters) + most) *
                                   (int64_t)sizeof(real);
    if (n->work_fixed < need) n->work_fixed = need;
    const sft_window w = sft__conv_window(n);
    n->plan = (void *)(uintptr_t)tiles_for(&w);
    return SFT_OK;
}

static void release(sft_ctx *c, sft_node *n)
{
    (void)c;
    n->plan = NULL;
}

/* ---- weights in and out -------------------------------------------------------------------- */

/* Stored as 3 x 3 x channels x filters. */
static int64_t stored_at(const sft_window *w, int64_t filter, int64_t channel, int64_t tap)
{
    return (tap * w->in_channels + channel) * w->out_channels + filter;
}

static void pack(const sft_node *n, int i, const real *plain, real *stored)
{
    const sft_window w = sft__conv_window(n);
    if (i > 0) memcpy(stored, plain, (size_t)n->param[i].count * sizeof(real));
    for (int64_t f = 0; i == 0 && f < w.out_channels; f++)
        for (int64_t c = 0; c < w.in_channels; c++)
            for (int64_t t = 0; t < TAPS; t++) stored[stored_at(&w, f, c, t)] = *plain++;
}

static void unpack(const sft_node *n, int i, const real *stored, real *plain)
{
    const sft_window w = sft__conv_window(n);
    if (i > 0) memcpy(plain, stored, (size_t)n->param[i].count * sizeof(real));
    for (int64_t f = 0; i == 0 && f < w.out_channels; f++)
        for (int64_t c = 0; c < w.in_channels; c++)
            for (int64_t t = 0; t < TAPS; t++) *plain++ = stored[stored_at(&w, f, c, t)];
}

/* The filters of the convolution that goes back: turned by half a turn, inputs and outputs changed over. */
static void turn(const sft_winograd_job *j, const real *w, real *turned)
{
    const int64_t size = j->channels * j->filters;
    for (int64_t t = 0; t < TAPS; t++)
        sft__simd_transpose(j->channels, j->filters, w + t * size, j->filters, turned + (TAPS - 1 - t) * size, j->channels, false);
}

/* ---- running ------------------------------------------------------------------------------- */

/* prepare() has chosen them. */
static const sft_winograd_tiles *tiles_of(const sft_node *n) { return n->plan; }

static void forward_shards(const sft_node *n, const sft_pass *p, int count)
{
    const sft_winograd_tiles *t = tiles_of(n);
    sft_winograd_job          j = plan(n, false);
    real                     *work = sft__first_line(p->work), *u = sft__take_lines(&work, transformed(&j));
    t->filters(j.channels, j.filters, p->param[0], u);
    j.u = u;
    j.bias = n->n_param > 1 ? p->param[1] : NULL;
    j.relu = sft__fused_relu(n);
    j.v = sft__take_lines(&work, SFT_WINOGRAD_PLACES * sft__winograd_plane(&j, j.channels));
    j.m = work;
    for (int s = 0; s < count; s++) {
        j.rows = p[s].rows;
        j.x = p[s].in[0];
        j.y = p[s].out;
        t->apply(&j);
        if (!j.relu) sft__fused_forward(n, j.rows * sft__count(n->out), j.y);
    }
}

/* dw and db of one shard; where one of them is frozen it goes to the scratch. */
static void backward_weights(const sft_node *n, const sft_pass *p, real *work)
{
    sft_winograd_job j = plan(n, false);
    j.rows = p->rows;
    j.x = p->in[0];
    j.dy = p->dout;
    j.du = sft__take_lines(&work, transformed(&j));
    real *dw = sft__take_lines(&work, j.channels * j.filters * TAPS), *db = sft__take_lines(&work, j.filters);
    j.dw = p->dparam[0] ? p->dparam[0] : dw;
    if (n->n_param > 1) j.db = p->dparam[1] ? p->dparam[1] : db;
    j.v = sft__take_lines(&work, SFT_WINOGRAD_PLACES * sft__winograd_plane(&j, j.channels));
    j.m = work;
    tiles_of(n)->gradient(&j);
}

static void backward_data(const sft_winograd_tiles *t, sft_winograd_job j, const sft_pass *p, real *work)
{
    j.rows = p->rows;
    j.x = p->dout;
    j.y = p->din[0];
    j.add = p->add[0];
    j.v = sft__take_lines(&work, SFT_WINOGRAD_PLACES * sft__winograd_plane(&j, j.channels));
    j.m = work;
    t->apply(&j);
}

static void backward_shards(const sft_node *n, const sft_pass *p, int count)
{
    const sft_winograd_tiles *t = tiles_of(n);
    sft_winograd_job          back = plan(n, true);
    real                     *work = sft__first_line(p->work), *u = sft__take_lines(&work, transformed(&back));
    if (p->din[0]) {
        const sft_winograd_job to = plan(n, false);
        turn(&to, p->param[0], work);
        t->filters(back.channels, back.filters, work, u);
        back.u = u;
    }
    for (int s = 0; s < count; s++) {
        sft__fused_backward(n, p[s].rows * sft__count(n->out), p[s].out, p[s].dout);
        if (p[s].din[0]) backward_data(t, back, p + s, work);
        if (p[s].dparam[0] || (n->n_param > 1 && p[s].dparam[1])) backward_weights(n, p + s, work);
    }
    for (int i = 0; i < n->n_param; i++)
        sft__merge_params(p, count, i, n->param[i].stored);
}

static void forward(const sft_node *n, const sft_pass *p) { forward_shards(n, p, 1); }

static void backward(const sft_node *n, const sft_pass *p) { backward_shards(n, p, 1); }

static void version(char *buf, size_t size)
{
    const sft_winograd_tiles *t = sft__winograd_tiles(0);
    snprintf(buf, size, "%s", t->name);
}

const sft_kernel sft_kernel_winograd_conv2d = {
    .name = "winograd",
    .op = "conv2d",
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
