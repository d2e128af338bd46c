/* SPDX-License-Identifier: MIT */
/* conv2d and conv1d on vector units by the definition, on blocks of channels; a first layer takes few plain channels. Serves where no
 * library does. Samples are padded one by one in the scratch, so that the tiles need not ask where the image ends. */
#include "backend/backend.h"
#include "backend/simd/direct.h"
#include "backend/simd/room.h"
#include "backend/simd/sets.h"

#include <stdio.h>
#include <string.h>

#ifndef SFT_REAL_DOUBLE

/* The best tiles whose vectors divide the filters, and the channels unless these come as planes; NULL: none. */
static const sft_direct_tiles *tiles_for(const sft_window *w, bool planes)
{
    const sft_direct_tiles *t = NULL;
    for (int i = 0; (t = sft__direct_tiles(i)); i++) {
        int64_t block = sft__block_for(t->lane);
        if (w->out_channels % block == 0 && (planes || w->in_channels % block == 0)) break;
    }
    return t;
}

static bool serves(sft_ctx *c, const sft_node *n, sft_layout in, sft_layout *want, sft_layout *give)
{
    (void)c;
    (void)in;
    const sft_window w = sft__conv_window(n);
    if (w.groups > 1 || ((const sft_conv_conf *)n->conf)->standardize) return false;
    const sft_direct_tiles *t = tiles_for(&w, false);
    bool                    planes = !t && !sft__wants_din(n, 0);
    if (planes) t = tiles_for(&w, true);
    if (!t) return false;
    *give = sft__layout_for(t->lane);
    *want = planes ? SFT_PLAIN : *give;
    return true;
}

/* prepare() has chosen them. */
static const sft_direct_tiles *tiles_of(const sft_node *n) { return n->plan; }

/* ---- padded samples ------------------------------------------------------------------------ */

/* A sample with zeros around it: blocks of `lane` channels, or planes (lane 1). */
typedef struct frame {
    int64_t blocks, lane, in[2], before[2], size[2];
} frame;

static int64_t numbers(const frame *f) { return f->blocks * f->size[0] * f->size[1] * f->lane; }

/* In a block: where place (h,v) of the frame lies. */
static int64_t place(const frame *f, int64_t h, int64_t v) { return (h * f->size[1] + v) * f->lane; }

static bool bare(const frame *f) { return f->size[0] == f->in[0] && f->size[1] == f->in[1]; }

static frame input_frame(const sft_node *n, const sft_window *w)
{
    int64_t lane = n->in[0]->layout == SFT_PLAIN ? 1 : sft__view(n->in[0]->out, n->in[0]->layout).lane;
    frame   f = { .lane = lane, .blocks = w->in_channels / lane };
    for (int i = 0; i < 2; i++) {
        f.in[i] = w->in[i];
        f.before[i] = w->before[i];
        f.size[i] = w->in[i] + w->before[i] + w->after[i];
    }
    return f;
}

/* What input a + s u along an axis meets under tap i is output u + shift, if there is one. */
static bool shift_of(const sft_window *w, int axis, int64_t a, int64_t i, int64_t *shift)
{
    int64_t from = a + w->before[axis] - i * w->dilation[axis], s = w->stride[axis];
    *shift = from / s;
    return from % s == 0;
}

/* Inputs a, a + s, a + 2s … of an axis. */
static int64_t inputs_from(const sft_window *w, int axis, int64_t a)
{
    return a < w->in[axis] ? (w->in[axis] - a + w->stride[axis] - 1) / w->stride[axis] : 0;
}

/* Of the output's gradient: wide enough for all that inputs meet. */
static frame gradient_frame(const sft_node *n, const sft_window *w)
{
    int64_t lane = sft__view(n->out, n->layout).lane;
    frame   f = { .lane = lane, .blocks = w->out_channels / lane };
    for (int axis = 0; axis < 2; axis++) {
        int64_t low = 0, high = w->out[axis], shift;
        for (int64_t a = 0; a < w->stride[axis] && a < w->in[axis]; a++)
            for (int64_t i = 0; i < w->kernel[axis]; i++) {
                if (!shift_of(w, axis, a, i, &shift)) continue;
                int64_t end = shift + inputs_from(w, axis, a);
                low = shift < low ? shift : low;
                high = end > high ? end : high;
            }
        f.in[axis] = w->out[axis];
        f.before[axis] = -low;
        f.size[axis] = high - low;
    }
    return f;
}

/* The sample in its frame, whose zeros stand in `room` already; where there is nothing to pad, the sample itself. */
static const real *padded(const frame *f, const real *x, real *room)
{
    if (bare(f)) return x;
    for (int64_t b = 0; b < f->blocks; b++)
        for (int64_t h = 0; h < f->in[0]; h++)
            memcpy(room + b * f->size[0] * f->size[1] * f->lane + place(f, h + f->before[0], f->before[1]),
                   x + (b * f->in[0] + h) * f->in[1] * f->lane, (size_t)(f->in[1] * f->lane) * sizeof *x);
    return room;
}

static real *take_frame(real **work, const frame *f)
{
    real *room = sft__take_lines(work, numbers(f));
    if (!bare(f)) memset(room, 0, (size_t)numbers(f) * sizeof *room);
    return room;
}

/* ---- weights ------------------------------------------------------------------------------- */

static int64_t taps_of(const sft_window *w) { return w->kernel[0] * w->kernel[1]; }

/* Where planes come, each of them is a tap of its own. */
static int64_t planes_of(const frame *f) { return f->lane == 1 ? f->blocks : 1; }

/* Stored as a matrix of taps x channels rows and a column for each filter, in panels. */
static int64_t stored_at(const sft_window *w, int64_t lane, int64_t filter, int64_t channel, int64_t tap)
{
    return sft__panel_place(lane, taps_of(w) * w->in_channels, w->out_channels, tap * w->in_channels + channel, filter);
}

static void pack(const sft_node *n, int i, const real *plain, real *stored)
{
    const sft_window w = sft__conv_window(n);
    const int64_t    lane = tiles_of(n)->lane;
    if (i > 0) memcpy(stored, plain, (size_t)n->param[i].count * sizeof(real));
    for (int64_t f = 0; i == 0 && f < w.out_channels; f++)
        for (int64_t c = 0; c < w.in_channels; c++)
            for (int64_t t = 0; t < taps_of(&w); t++) stored[stored_at(&w, lane, f, c, t)] = *plain++;
}

static void unpack(const sft_node *n, int i, const real *stored, real *plain)
{
    const sft_window w = sft__conv_window(n);
    const int64_t    lane = tiles_of(n)->lane;
    if (i > 0) memcpy(plain, stored, (size_t)n->param[i].count * sizeof(real));
    for (int64_t f = 0; i == 0 && f < w.out_channels; f++)
        for (int64_t c = 0; c < w.in_channels; c++)
            for (int64_t t = 0; t < taps_of(&w); t++) *plain++ = stored[stored_at(&w, lane, f, c, t)];
}

/* Inputs and outputs changed over: rows are taps x filters, columns channels. */
static void turn(const sft_window *w, int64_t lane, const real *stored, real *turned)
{
    const int64_t wide = 2 * lane;
    for (int64_t t = 0; t < taps_of(w); t++)
        for (int64_t f = 0; f < w->out_channels; f += wide)
            for (int64_t c = 0; c < w->in_channels; c += wide) {
                int64_t filters = w->out_channels - f > lane ? wide : lane, channels = w->in_channels - c > lane ? wide : lane;
                real   *to = turned + sft__panel_place(lane, taps_of(w) * w->out_channels, w->in_channels, t * w->out_channels + f, c);
                sft__simd_transpose(channels, filters, stored + stored_at(w, lane, f, c, t), filters, to, channels, false);
            }
}

/* ---- room ---------------------------------------------------------------------------------- */

enum { TAP = sizeof(sft_direct_tap) / sizeof(real) };

static sft_status prepare(sft_ctx *c, sft_node *n, const int64_t *rows, int n_rows)
{
    (void)c;
    (void)rows;
    (void)n_rows;
    const sft_window w = sft__conv_window(n);
    const frame      x = input_frame(n, &w), dy = gradient_frame(n, &w);
    int64_t count = sft__lines(numbers(&x)) + sft__lines(numbers(&dy)) + sft__lines(TAP * taps_of(&w) * planes_of(&x)) +
                    2 * sft__lines(taps_of(&w) * w.in_channels * w.out_channels) + sft__lines(w.out_channels);
    int64_t need = count * (int64_t)sizeof(real) + SFT_ALIGN;
    n->plan = (void *)(uintptr_t)tiles_for(&w, n->in[0]->layout == SFT_PLAIN);
    if (n->work_fixed < need) n->work_fixed = need;
    return SFT_OK;
}

static void release(sft_ctx *c, sft_node *n)
{
    (void)c;
    n->plan = NULL;
}

/* ---- running ------------------------------------------------------------------------------- */

/* Where channels and neighbours lie in a frame; steps: of neighbouring outputs. */
static sft_direct_job reads(const frame *f, const int64_t steps[2])
{
    const int64_t runs = f->lane > 1 ? f->blocks : 1;
    return (sft_direct_job){
        .channels = runs * f->lane,
        .runs = runs,
        .run = f->size[0] * f->size[1] * f->lane,
        .count = f->lane,
        .row = place(f, steps[0], 0),
        .pixel = place(f, 0, steps[1]),
    };
}

/* From the input's frame to the output, all taps. */
static sft_direct_job forward_job(const sft_node *n, const sft_window *w, const frame *x, real **work)
{
    const int64_t   planes = planes_of(x);
    sft_direct_job  j = reads(x, w->stride);
    sft_direct_tap *tap = (sft_direct_tap *)(void *)sft__take_lines(work, TAP * taps_of(w) * planes);
    j.tap = tap;
    j.taps = j.all = taps_of(w) * planes;
    for (int64_t i = 0; i < j.all; i++) {
        int64_t t = i / planes, h = t / w->kernel[1] * w->dilation[0], v = t % w->kernel[1] * w->dilation[1];
        tap[i] = (sft_direct_tap){ place(x, h, v) + i % planes * j.run, i };
    }
    j.filters = w->out_channels;
    j.lane = sft__view(n->out, n->layout).lane;
    j.plane = w->out[0] * w->out[1] * j.lane;
    for (int i = 0; i < 2; i++) j.out[i] = w->out[i];
    j.y_row = w->out[1] * j.lane;
    j.y_pixel = j.lane;
    return j;
}

static void forward(const sft_node *n, const sft_pass *p)
{
    const sft_window        w = sft__conv_window(n);
    const sft_direct_tiles *t = tiles_of(n);
    const frame             f = input_frame(n, &w);
    const int64_t           in = sft__count(n->in[0]->out), out = sft__count(n->out);
    real                   *work = sft__first_line(p->work), *room = take_frame(&work, &f);
    sft_direct_job          j = forward_job(n, &w, &f, &work);
    j.w = p->param[0];
    j.bias = n->n_param > 1 ? p->param[1] : NULL;
    j.relu = sft__fused_relu(n);
    for (int64_t r = 0; r < p->rows; r++) {
        j.x = padded(&f, p->in[0] + r * in, room);
        j.y = p->out + r * out;
        t->apply(&j);
    }
    if (!j.relu) sft__fused_forward(n, p->rows * out, p->out);
}

/* dw and db; where one of them is frozen it goes to the scratch. */
static void backward_weights(const sft_node *n, const sft_pass *p, real *work)
{
    const sft_window        w = sft__conv_window(n);
    const sft_direct_tiles *t = tiles_of(n);
    const frame             f = input_frame(n, &w);
    const int64_t           in = sft__count(n->in[0]->out), out = sft__count(n->out);
    real                   *room = take_frame(&work, &f);
    sft_direct_job          j = forward_job(n, &w, &f, &work);
    real                   *dw = sft__take_lines(&work, j.all * j.channels * j.filters);
    j.dw = p->dparam[0] ? p->dparam[0] : dw;
    if (n->n_param > 1) j.db = p->dparam[1] ? p->dparam[1] : work;
    for (int64_t r = 0; r < p->rows; r++) {
        j.x = padded(&f, p->in[0] + r * in, room);
        j.dy = p->dout + r * out;
        j.more = r > 0;
        t->gradient(&j);
    }
}

/* The grid of inputs a + s u: what they meet in the output's gradient, from the frame's origin. */
static sft_direct_job grid_job(const sft_window *w, const frame *dy, const int64_t a[2], int64_t lane, sft_direct_tap *tap)
{
    static const int64_t neighbours[2] = { 1, 1 };
    sft_direct_job       j = reads(dy, neighbours);
    int64_t              up, side;
    j.tap = tap;
    j.all = taps_of(w);
    for (int64_t i = 0; i < w->kernel[0]; i++)
        for (int64_t k = 0; k < w->kernel[1]; k++)
            if (shift_of(w, 0, a[0], i, &up) && shift_of(w, 1, a[1], k, &side))
                tap[j.taps++] = (sft_direct_tap){ place(dy, up + dy->before[0], side + dy->before[1]), i * w->kernel[1] + k };
    j.filters = w->in_channels;
    j.lane = lane;
    j.plane = w->in[0] * w->in[1] * lane;
    for (int i = 0; i < 2; i++) j.out[i] = inputs_from(w, i, a[i]);
    j.y_row = w->stride[0] * w->in[1] * lane;
    j.y_pixel = w->stride[1] * lane;
    return j;
}

/* u: the weights turned. */
static void backward_data(const sft_node *n, const sft_pass *p, const real *u, real *work)
{
    const sft_window        w = sft__conv_window(n);
    const sft_direct_tiles *t = tiles_of(n);
    const frame             f = gradient_frame(n, &w);
    const int64_t           in = sft__count(n->in[0]->out), out = sft__count(n->out), lane = sft__view(n->in[0]->out, n->in[0]->layout).lane;
    real                   *room = take_frame(&work, &f);
    sft_direct_tap         *tap = (sft_direct_tap *)(void *)sft__take_lines(&work, TAP * taps_of(&w));
    for (int64_t r = 0; r < p->rows; r++) {
        const real *dy = padded(&f, p->dout + r * out, room);
        int64_t     a[2];
        for (a[0] = 0; a[0] < w.stride[0]; a[0]++)
            for (a[1] = 0; a[1] < w.stride[1]; a[1]++) {
                sft_direct_job j = grid_job(&w, &f, a, lane, tap);
                j.x = dy;
                j.w = u;
                j.y = p->din[0] + r * in + (a[0] * w.in[1] + a[1]) * lane;
                j.add = p->add[0];
                t->apply(&j);
            }
    }
}

static void backward_shards(const sft_node *n, const sft_pass *p, int count)
{
    const sft_window w = sft__conv_window(n);
    real            *work = sft__first_line(p->work), *u = NULL;
    if (p->din[0]) {
        u = sft__take_lines(&work, taps_of(&w) * w.in_channels * w.out_channels);
        turn(&w, tiles_of(n)->lane, p->param[0], u);
    }
    for (int s = 0; s < count; s++) {
        sft__fused_backward(n, p[s].rows * sft__count(n->out), p[s].out, p[s].dout);
        if (p[s].din[0]) backward_data(n, p + s, u, work);
        if (p[s].dparam[0] || (n->n_param > 1 && p[s].dparam[1])) backward_weights(n, p + s, work);
    }
    for (int i = 0; i < n->n_param; i++) sft__merge_params(p, count, i, n->param[i].stored);
}

static void backward(const sft_node *n, const sft_pass *p) { backward_shards(n, p, 1); }

static void forward_shards(const sft_node *n, const sft_pass *p, int count)
{
    for (int s = 0; s < count; s++) forward(n, p + s);
}

static void version(char *buf, size_t size) { snprintf(buf, size, "%s", sft__direct_tiles(0)->name); }

const sft_kernel sft_kernel_direct_conv2d = {
    .name = "simd",
    .op = "conv2d",
    .serves = serves,
    .prepare = prepare,
    .release = release,
    .forward = forward,
    .backward = backward,
    .backward_shards = backward_shards,
    .forward_shards = forward_shards,
    .pack = pack,
    .unpack = unpack,
    .version = version,
};

const sft_kernel sft_kernel_direct_conv1d = {
    .name = "simd",
    .op = "conv1d",
    .serves = serves,
    .prepare = prepare,
    .release = release,
    .forward = forward,
    .backward = backward,
    .backward_shards = backward_shards,
    .forward_shards = forward_shards,
    .pack = pack,
    .unpack = unpack,
    .version = version,
};

#endif
