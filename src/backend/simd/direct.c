/* SPDX-License-Identifier: MIT */
/* conv2d and conv1d on vector units by the definition, sample by sample. Activations in blocks of channels where these fill vectors; other
 * numbers of channels come and go as planes and are brought into blocks on the way. */
#include "backend/backend.h"
#include "backend/simd/direct.h"
#include "backend/simd/direct_weights.h"
#include "backend/simd/frame.h"
#include "backend/simd/room.h"
#include "backend/simd/sets.h"
#ifdef SFT_HAVE_ONEDNN
#include "backend/onednn/engine.h"
#endif

#include <stdio.h>
#include <string.h>

#ifndef SFT_REAL_DOUBLE

enum {
    FEW = 4,                      /* planes of a first layer that stay planes, each a tap of its own */
    TAP = sizeof(sft_direct_tap) / sizeof(real),
    GRID = sizeof(int64_t) / sizeof(real)
};

/* What is done with the channels of one node. */
typedef struct choice {
    const sft_direct_tiles *tiles;
    bool                    in, out; /* in blocks */
    bool                    few;  /* planes as taps */
} choice;

static bool few_planes(const sft_node *n, const sft_window *w) { return w->in_channels <= FEW && !sft__wants_din(n, 0); }

static choice choose(const sft_node *n, const sft_window *w)
{
    choice k = { .few = few_planes(n, w) };
    for (int i = 0; (k.tiles = sft__direct_tiles(i)); i++) { /* the widest vectors that both sides fill */
        int64_t block = sft__block_for(k.tiles->lane);
        k.in = w->in_channels % block == 0;
        k.out = w->out_channels % block == 0;
        if (k.out && (k.in || k.few)) return k;
    }
    k.tiles = sft__direct_tiles(0);
    k.in = w->in_channels % sft__block_for(k.tiles->lane) == 0;
    k.out = w->out_channels % sft__block_for(k.tiles->lane) == 0;
    return k;
}

/* The library is as fast where vectors are full; of few channels or odd numbers of them it is not. */
static bool pays(const choice *k)
{
#ifdef SFT_HAVE_ONEDNN
    return !sft__dnnl_usable() || k->few || !k->in || !k->out;
#else
    (void)k;
    return true;
#endif
}

static bool serves(sft_ctx *c, const sft_node *n, sft_layout in, sft_layout *want, sft_layout *give)
{
    (void)c;
    (void)in;
    const sft_window w = sft__conv_window(n);
    const choice     k = choose(n, &w);
    if (w.groups > 1 || ((const sft_conv_conf *)n->conf)->standardize || !pays(&k)) return false;
    *want = k.in ? sft__layout_for(k.tiles->lane) : SFT_PLAIN;
    *give = k.out ? sft__layout_for(k.tiles->lane) : SFT_PLAIN;
    return true;
}

/* prepare() has chosen them. */
static const sft_direct_tiles *tiles_of(const sft_node *n) { return n->plan; }

/* ---- frames -------------------------------------------------------------------------------- */

static int64_t lane_of(const sft_node *n, const sft_node *at)
{
    return at->layout == SFT_PLAIN ? sft__block_for(tiles_of(n)->lane) : sft__view(at->out, at->layout).lane;
}

/* Of the input; without zeros around: of its gradient. */
static sft_frame input_frame(const sft_node *n, const sft_window *w, bool zeros)
{
    const bool planes = n->in[0]->layout == SFT_PLAIN;
    sft_frame  f = sft__frame(w->in_channels, planes && few_planes(n, w) ? 1 : lane_of(n, n->in[0]), w->in, planes);
    for (int i = 0; i < 2 && zeros; i++) {
        f.before[i] = w->before[i];
        f.size[i] += w->before[i] + w->after[i];
    }
    return f;
}

static sft_frame output_frame(const sft_node *n, const sft_window *w)
{
    return sft__frame(w->out_channels, lane_of(n, n), w->out, n->layout == SFT_PLAIN);
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
static sft_frame gradient_frame(const sft_node *n, const sft_window *w)
{
    sft_frame f = output_frame(n, w);
    for (int axis = 0; axis < 2 && sft__wants_din(n, 0); axis++) {
        int64_t low = 0, high = w->out[axis], shift;
        for (int64_t a = 0; a < w->stride[axis] && a < w->in[axis]; a++)
            for (int64_t i = 0; i < w->kernel[axis]; i++) {
                if (!shift_of(w, axis, a, i, &shift)) continue;
                int64_t end = shift + inputs_from(w, axis, a);
                low = shift < low ? shift : low;
                high = end > high ? end : high;
            }
        f.before[axis] = -low;
        f.size[axis] = high - low;
    }
    return f;
}

static real *take_frame(real **work, const sft_frame *f)
{
    int64_t count = sft__frame_is_sample(f) ? 0 : sft__frame_count(f);
    real   *room = sft__take_lines(work, count);
    if (count) memset(room, 0, (size_t)count * sizeof *room);
    return room;
}

/* ---- weights in and out -------------------------------------------------------------------- */

static void pack(const sft_node *n, int i, const real *plain, real *stored)
{
    const sft_window w = sft__conv_window(n);
    if (i == 0)
        sft__direct_pack(&w, tiles_of(n)->lane, plain, stored);
    else
        memcpy(stored, plain, (size_t)n->param[i].count * sizeof(real));
}

static void unpack(const sft_node *n, int i, const real *stored, real *plain)
{
    const sft_window w = sft__conv_window(n);
    if (i == 0)
        sft__direct_unpack(&w, tiles_of(n)->lane, stored, plain);
    else
        memcpy(plain, stored, (size_t)n->param[i].count * sizeof(real));
}

/* ---- jobs ---------------------------------------------------------------------------------- */

/* Where channels and neighbours lie in a frame; steps: of neighbouring outputs. */
static sft_direct_job reads(const sft_frame *f, const int64_t steps[2])
{
    return (sft_direct_job){
        .channels = f->lane > 1 ? f->channels : 1,
        .runs = f->lane > 1 ? sft__frame_blocks(f) : 1,
        .run = sft__frame_plane(f),
        .count = f->lane,
        .row = sft__frame_place(f, steps[0], 0),
        .pixel = sft__frame_place(f, 0, steps[1]),
    };
}

/* Every output in frame y, from the input's frame x, all taps. */
static sft_direct_job forward_job(const sft_node *n, const sft_window *w, const sft_frame *x, const sft_frame *y, real **work)
{
    const int64_t   planes = x->lane == 1 ? x->channels : 1;
    sft_direct_job  j = reads(x, w->stride);
    sft_direct_tap *tap = (sft_direct_tap *)(void *)sft__take_lines(work, TAP * sft__direct_taps(w) * planes);
    j.tap = tap;
    j.taps = j.all = sft__direct_taps(w) * planes;
    for (int64_t i = 0; i < j.all; i++) {
        int64_t t = i / planes, h = t / w->kernel[1] * w->dilation[0], v = t % w->kernel[1] * w->dilation[1];
        tap[i] = (sft_direct_tap){ sft__frame_place(x, h, v) + i % planes * j.run, i };
    }
    j.filters = sft__direct_columns(w->out_channels, tiles_of(n)->lane);
    j.lane = y->lane;
    j.plane = sft__frame_plane(y);
    for (int i = 0; i < 2; i++) j.out[i] = w->out[i];
    j.y_row = sft__frame_place(y, 1, 0);
    j.y_pixel = y->lane;
    return j;
}

/* Inputs fall into grids a + s u, a < s along each axis; every tap meets the inputs of one of them. */
static int64_t grids_of(const sft_window *w, int axis)
{
    return w->stride[axis] < w->in[axis] ? w->stride[axis] : w->in[axis];
}

/* The taps grid by grid, from the frame's origin, those of grid g from first[g] to first[g + 1] - 1. */
static void sort_taps(const sft_window *w, const sft_frame *dy, sft_direct_tap *tap, int64_t *first)
{
    int64_t n = 0, g = 0, up, side;
    for (int64_t a = 0; a < grids_of(w, 0); a++)
        for (int64_t b = 0; b < grids_of(w, 1); b++) {
            first[g++] = n;
            for (int64_t i = 0; i < w->kernel[0]; i++)
                for (int64_t k = 0; k < w->kernel[1]; k++)
                    if (shift_of(w, 0, a, i, &up) && shift_of(w, 1, b, k, &side))
                        tap[n++] = (sft_direct_tap){ sft__frame_place(dy, up + dy->before[0], side + dy->before[1]),
                                                     i * w->kernel[1] + k };
        }
    first[g] = n;
}

/* Of every grid in frame dx, from the frame of the output's gradient; taps and size follow grid by grid. */
static sft_direct_job grid_job(const sft_node *n, const sft_window *w, const sft_frame *dy, const sft_frame *dx)
{
    static const int64_t neighbours[2] = { 1, 1 };
    sft_direct_job       j = reads(dy, neighbours);
    j.all = sft__direct_taps(w);
    j.filters = sft__direct_columns(w->in_channels, tiles_of(n)->lane);
    j.lane = dx->lane;
    j.plane = sft__frame_plane(dx);
    j.y_row = sft__frame_place(dx, w->stride[0], 0);
    j.y_pixel = sft__frame_place(dx, 0, w->stride[1]);
    return j;
}

/* ---- room ---------------------------------------------------------------------------------- */

static sft_status prepare(sft_ctx *c, sft_node *n, const int64_t *rows, int n_rows)
{
    (void)c;
    (void)rows;
    (void)n_rows;
    const sft_window w = sft__conv_window(n);
    if (!n->plan) n->plan = (void *)(uintptr_t)choose(n, &w).tiles;
    const int64_t   lane = tiles_of(n)->lane;
    const sft_frame x = input_frame(n, &w, true), dx = input_frame(n, &w, false), y = output_frame(n, &w), dy = gradient_frame(n, &w);
    n->param[0].stored = sft__direct_stored(&w, lane);
    int64_t count = sft__lines(sft__frame_count(&x)) + sft__lines(sft__frame_count(&dx)) + sft__lines(sft__frame_count(&y)) +
                    sft__lines(sft__frame_count(&dy)) + 2 * sft__lines(TAP * sft__direct_taps(&w) * (x.lane == 1 ? x.channels : 1)) +
                    sft__lines(sft__direct_stored(&w, lane)) + sft__lines(sft__direct_turned(&w, lane)) +
                    2 * sft__lines(sft__direct_columns(w.out_channels, lane));
    count += sft__lines(GRID * (grids_of(&w, 0) * grids_of(&w, 1) + 1));
    int64_t need = count * (int64_t)sizeof(real) + SFT_ALIGN;
    if (n->work_fixed < need) n->work_fixed = need;
    return SFT_OK;
}

static void release(sft_ctx *c, sft_node *n)
{
    (void)c;
    n->plan = NULL;
}

/* ---- running ------------------------------------------------------------------------------- */

/* The biases, filled up to whole vectors; NULL: there are none. */
static const real *biases(const sft_node *n, const sft_pass *p, int64_t filters, real **work)
{
    if (n->n_param < 2) return NULL;
    real *room = sft__take_lines(work, filters);
    memset(room, 0, (size_t)filters * sizeof *room);
    memcpy(room, p->param[1], (size_t)n->param[1].count * sizeof *room);
    return room;
}

static void forward(const sft_node *n, const sft_pass *p)
{
    const sft_window w = sft__conv_window(n);
    const sft_frame  x = input_frame(n, &w, true), y = output_frame(n, &w);
    const int64_t    in = sft__count(n->in[0]->out), out = sft__count(n->out);
    real            *work = sft__first_line(p->work), *x_room = take_frame(&work, &x), *y_room = take_frame(&work, &y);
    sft_direct_job   j = forward_job(n, &w, &x, &y, &work);
    j.w = p->param[0];
    j.bias = biases(n, p, j.filters, &work);
    j.relu = sft__fused_relu(n);
    for (int64_t r = 0; r < p->rows; r++) {
        j.x = sft__frame_fill(&x, p->in[0] + r * in, x_room);
        j.y = y.planes ? y_room : p->out + r * out;
        tiles_of(n)->apply(&j);
        if (y.planes) sft__frame_spill(&y, y_room, p->out + r * out, false);
    }
    if (!j.relu) sft__fused_forward(n, p->rows * out, p->out);
}

/* The way back of one shard. */
typedef struct way_back {
    sft_window      w;
    sft_frame       x, dx, dy;
    real           *x_room, *dx_room, *dy_room, *db;
    sft_direct_tap *tap;          /* grid by grid */
    int64_t        *first;        /* of each grid's taps */
    sft_direct_job  data, weights;
} way_back;

/* dw and db; where one of them is frozen it goes to the scratch. */
static way_back open_back(const sft_node *n, const sft_pass *p, const real *turned, real *work)
{
    way_back b = { .w = sft__conv_window(n) };
    b.x = input_frame(n, &b.w, true);
    b.dx = input_frame(n, &b.w, false);
    b.dy = gradient_frame(n, &b.w);
    b.x_room = take_frame(&work, &b.x);
    b.dx_room = take_frame(&work, &b.dx);
    b.dy_room = take_frame(&work, &b.dy);
    b.tap = (sft_direct_tap *)(void *)sft__take_lines(&work, TAP * sft__direct_taps(&b.w));
    b.first = (int64_t *)(void *)sft__take_lines(&work, GRID * (grids_of(&b.w, 0) * grids_of(&b.w, 1) + 1));
    if (turned) sort_taps(&b.w, &b.dy, b.tap, b.first);
    b.data = grid_job(n, &b.w, &b.dy, &b.dx);
    b.data.w = turned;
    b.weights = forward_job(n, &b.w, &b.x, &b.dy, &work);
    b.weights.dw = p->dparam[0] ? p->dparam[0] : sft__take_lines(&work, sft__direct_stored(&b.w, tiles_of(n)->lane));
    if (n->n_param > 1) b.weights.db = sft__take_lines(&work, b.weights.filters);
    return b;
}

/* dx of one sample from its dy in the frame. */
static void backward_data(const sft_node *n, const sft_pass *p, way_back *b, const real *dy, real *dx)
{
    sft_direct_job *j = &b->data;
    const int64_t  *first = b->first;
    real           *to = b->dx.planes ? b->dx_room : dx;
    j->x = dy;
    j->add = p->add[0] && !b->dx.planes;
    for (int64_t h = 0; h < grids_of(&b->w, 0); h++)
        for (int64_t v = 0; v < grids_of(&b->w, 1); v++, first++) {
            j->tap = b->tap + first[0];
            j->taps = first[1] - first[0];
            j->out[0] = inputs_from(&b->w, 0, h);
            j->out[1] = inputs_from(&b->w, 1, v);
            j->y = to + sft__frame_place(&b->dx, h, v);
            tiles_of(n)->apply(j);
        }
    if (b->dx.planes) sft__frame_spill(&b->dx, b->dx_room, dx, p->add[0]);
}

static void backward_shard(const sft_node *n, const sft_pass *p, const real *turned, real *work)
{
    way_back        b = open_back(n, p, turned, work);
    sft_direct_job *j = &b.weights;
    const int64_t   in = sft__count(n->in[0]->out), out = sft__count(n->out);
    const bool      weights = p->dparam[0] || (n->n_param > 1 && p->dparam[1]);
    for (int64_t r = 0; r < p->rows; r++) {
        const real *dy = sft__frame_fill(&b.dy, p->dout + r * out, b.dy_room);
        if (p->din[0]) backward_data(n, p, &b, dy, p->din[0] + r * in);
        if (!weights) continue;
        j->x = sft__frame_fill(&b.x, p->in[0] + r * in, b.x_room);
        j->dy = dy + sft__frame_place(&b.dy, b.dy.before[0], b.dy.before[1]);
        j->more = r > 0;
        tiles_of(n)->gradient(j);
    }
    if (weights && n->n_param > 1 && p->dparam[1]) memcpy(p->dparam[1], j->db, (size_t)n->param[1].count * sizeof(real));
}

static void backward_shards(const sft_node *n, const sft_pass *p, int count)
{
    const sft_window w = sft__conv_window(n);
    const int64_t    lane = tiles_of(n)->lane;
    real            *work = sft__first_line(p->work), *u = NULL;
    if (p->din[0]) {
        u = sft__take_lines(&work, sft__direct_turned(&w, lane));
        sft__direct_turn(&w, lane, p->param[0], u);
    }
    for (int s = 0; s < count; s++) {
        sft__fused_backward(n, p[s].rows * sft__count(n->out), p[s].out, p[s].dout);
        backward_shard(n, p + s, u, work);
    }
    for (int i = 0; i < n->n_param; i++) sft__merge_params(p, count, i, n->param[i].stored);
}

static void backward(const sft_node *n, const sft_pass *p) { backward_shards(n, p, 1); }

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
    .pack = pack,
    .unpack = unpack,
    .version = version,
};

#endif
