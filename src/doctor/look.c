/* SPDX-License-Identifier: MIT */
/* A twin of the network, unfused, goes through one batch node by node; each node's values are read in passing. */
#include "doctor/look.h"

#include <math.h>
#include <string.h>

struct sft_looker {
    sft_ctx  *ctx;
    sft_net  *twin;
    sft_slab  room;             /* four values of every element of the largest layer, and sums */
    int64_t   most;             /* elements of it */
    sft_look *look;             /* in the making */
    const real *before;
    const sft_net *of;
};

/* ---- values of a layer ------------------------------------------------------------------------ */

typedef struct sheet {          /* rows x units x places, plain */
    const real *x;
    int64_t     rows, units, places;
} sheet;

static sheet sheet_of(const sft_node *node, const real *x, int64_t rows)
{
    const sft_shape s = node->out;
    const int64_t   units = s.rank > 0 ? s.dim[0] : 1;
    return (sheet){ x, rows, units, sft__count(s) / units };
}

/* Mean, root mean square and bad values. */
static void note_moments(const sheet *s, sft_layer_look *y)
{
    const int64_t          n = s->rows * s->units * s->places;
    const sft_tensor_stats t = sft__tensor_stats(s->x, n);
    y->mean = t.mean;
    y->rms = t.rms;
    y->bad = t.bad;
}

/* Variance between samples and the mean cosine of two samples, from the sum of all samples and of the normed ones:
 * mean of cos(i, j) over i != j = (|sum x_i/|x_i||^2 - n) / (n (n - 1)). */
static void note_likeness(const sheet *s, real *sum, real *normed, sft_layer_look *y)
{
    const int64_t m = s->units * s->places;
    double        squares = 0, n = 0;
    memset(sum, 0, (size_t)m * sizeof *sum);
    memset(normed, 0, (size_t)m * sizeof *normed);
    for (int64_t r = 0; r < s->rows; r++) {
        const real *x = s->x + r * m;
        double      norm = 0;
        for (int64_t i = 0; i < m; i++) norm += (double)x[i] * (double)x[i];
        squares += norm;
        const real by = norm > 0 ? (real)(1 / sqrt(norm)) : 0;
        n += norm > 0;
        for (int64_t i = 0; i < m; i++) {
            sum[i] += x[i];
            normed[i] += by * x[i];
        }
    }
    double of_sum = 0, of_normed = 0;
    for (int64_t i = 0; i < m; i++) {
        of_sum += (double)sum[i] * (double)sum[i];
        of_normed += (double)normed[i] * (double)normed[i];
    }
    y->between = squares > 0 ? fmax(0, 1 - of_sum / (squares * (double)s->rows)) : 0;
    y->cosine = n > 1 ? (of_normed - n) / (n * (n - 1)) : NAN;
}

/* Sum of f over the samples and places of unit u. */
static double unit_sum(const sheet *s, int64_t u, double (*f)(double))
{
    double sum = 0;
    for (int64_t r = 0; r < s->rows; r++)
        for (int64_t i = 0; i < s->places; i++)
            sum += f((double)s->x[(r * s->units + u) * s->places + i]);
    return sum;
}

static void note_sleepers(const sheet *s, real *each, sft_layer_look *y)
{
    double all = 0, asleep = 0;
    for (int64_t u = 0; u < s->units; u++) all += (double)(each[u] = (real)unit_sum(s, u, fabs));
    for (int64_t u = 0; u < s->units; u++) asleep += (double)each[u] <= 0.025 * all / (double)s->units;
    y->sleepy = asleep / (double)s->units;
}

/* ---- slopes of an activation ------------------------------------------------------------------ */

/* f'(x) of every element: the derivative at dy = 1. */
static void slopes(const sft_node *node, int64_t n, const real *x, const real *y, real *ones, real *into)
{
    for (int64_t i = 0; i < n; i++) ones[i] = 1;
    node->op->derive(node->conf, n, node->op->traits & SFT_READS_IN ? x : NULL, y, ones, into);
}

/* The largest slope that the activation has on -8..8. */
static double steepest(const sft_node *node)
{
    enum { N = 321 };
    real   x[N], y[N], ones[N], d[N];
    double most = 0;
    for (int i = 0; i < N; i++) x[i] = (real)(0.05 * (i - N / 2));
    node->op->apply(node->conf, N, x, y);
    slopes(node, N, x, y, ones, d);
    for (int i = 0; i < N; i++) most = fmax(most, fabs((double)d[i]));
    return most;
}

static void note_slopes(const sft_node *node, const sheet *s, sft_layer_look *y)
{
    const double most = steepest(node);
    double       sum = 0, fires = 0, dead = 0, linear = 0;
    for (int64_t u = 0; u < s->units; u++) {
        bool flat = true, straight = true;
        for (int64_t r = 0; r < s->rows; r++)
            for (int64_t i = 0; i < s->places; i++) {
                const double d = fabs((double)s->x[(r * s->units + u) * s->places + i]);
                sum += d;
                fires += d > 0.1 * most;
                flat = flat && !(d > 0);
                straight = straight && d > 0.999 * most;
            }
        dead += flat;
        linear += straight;
    }
    const double all = (double)(s->rows * s->units * s->places);
    y->slope = most > 0 ? sum / all / most : 0;
    y->fires = fires / all;
    y->dead = dead / (double)s->units;
    y->linear = linear / (double)s->units;
}

/* ---- weights ---------------------------------------------------------------------------------- */

static int weight_of(const sft_net *n, const sft_node *node)
{
    for (int i = 0; i < n->n_tensors; i++)
        if (n->tensor[i].trained && n->tensor[i].node == node && node->param[n->tensor[i].i].decay) return i;
    return -1;
}

static void note_rows(int64_t rows, int64_t cols, const real *w, const real *g, real *mean, sft_layer_look *y)
{
    double all = 0, off = 0;
    y->rows = rows;
    for (int64_t r = 1; r < rows; r++)
        for (int64_t q = 0; q < r; q++)
            if (!memcmp(w + r * cols, w + q * cols, (size_t)cols * sizeof *w)) {
                y->twins++;
                break;
            }
    memset(mean, 0, (size_t)cols * sizeof *mean);
    for (int64_t r = 0; r < rows; r++)
        for (int64_t i = 0; i < cols; i++) mean[i] += g[r * cols + i] / (real)rows;
    for (int64_t r = 0; r < rows; r++)
        for (int64_t i = 0; i < cols; i++) {
            const double x = (double)g[r * cols + i], d = x - (double)mean[i];
            all += x * x;
            off += d * d;
        }
    y->row_spread = all > 0 ? sqrt(off / all) : NAN;
}

static double rms_between(const real *a, const real *b, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
    return sqrt(sum / (double)n);
}

static void note_weight(sft_looker *l, int t, sft_layer_look *y)
{
    sft_net         *n = l->twin;
    const sft_param *p = &y->node->param[n->tensor[t].i];
    real            *w = l->room.base, *g = w + p->count, *mean = g + p->count;
    const int64_t    rows = p->shape.rank > 1 ? p->shape.dim[0] : 1;
    sft__net_unpack(n, t, NULL, w);
    sft__net_unpack(n, t, n->g.base, g);
    y->weight = sft__tensor_stats(w, p->count).rms;
    y->weight_grad = sft__tensor_stats(g, p->count).rms;
    note_rows(rows, p->count / rows, w, g, mean, y);
    if (!l->before) return;
    sft__net_unpack(l->of, t, l->before, g); /* the tensors of both networks stand in the same order */
    y->update = y->weight > 0 ? rms_between(w, g, p->count) / y->weight : NAN;
}

/* ---- a look ----------------------------------------------------------------------------------- */

static sft_layer_look *layer_of(sft_look *k, const sft_node *node)
{
    for (int i = 0; i < k->n; i++)
        if (k->layer[i].node == node) return &k->layer[i];
    return NULL;                /* a reorder */
}

static void see_output(sft_looker *l, const sft_node *node, int64_t rows, sft_layer_look *y)
{
    real *x = l->room.base, *other = x + l->most, *third = other + l->most, *fourth = third + l->most;
    sft__look_values(l->twin, node->index, false, x);
    const sheet s = sheet_of(node, x, rows);
    note_moments(&s, y);
    note_likeness(&s, other, third, y);
    note_sleepers(&s, other, y);
    y->units = s.units;
    if (!(node->op->traits & SFT_ACTIVATION)) return;
    const int64_t n = rows * sft__count(node->out);
    if (node->op->traits & SFT_READS_IN) sft__look_values(l->twin, node->in[0]->index, false, other);
    slopes(node, n, other, x, third, fourth);
    const sheet d = sheet_of(node, fourth, rows);
    note_slopes(node, &d, y);
}

static void see(void *user, sft_net *n, int index, bool back)
{
    sft_looker     *l = user;
    const sft_node *node = n->node[index];
    sft_layer_look *y = layer_of(l->look, node);
    const int64_t   rows = l->look->samples;
    if (!y) return;
    if (!back) {
        see_output(l, node, rows, y);
        return;
    }
    sft__look_values(n, index, true, l->room.base);
    const sft_tensor_stats t = sft__tensor_stats(l->room.base, rows * sft__count(node->out));
    y->grad = t.rms * (double)rows;
    y->bad_grad = t.bad;
}

static sft_status make_layers(sft_looker *l, sft_arena *a, sft_look *look)
{
    const sft_net *n = l->twin;
    look->layer = sft__arena_alloc(a, (size_t)n->n_nodes * sizeof *look->layer);
    if (!look->layer) return sft_code(l->ctx);
    for (int i = 0; i < n->n_nodes; i++)
        if (strcmp(n->node[i]->op->name, "reorder") != 0)
            look->layer[look->n++] = (sft_layer_look){ .node = n->node[i], .cosine = NAN, .dead = NAN, .linear = NAN, .fires = NAN,
                .slope = NAN, .grad = NAN, .weight = NAN, .weight_grad = NAN, .update = NAN, .row_spread = NAN };
    return SFT_OK;
}

sft_status sft__look(sft_looker *l, const sft_net *n, const real *before, const sft_batch *b, int64_t step, sft_arena *a, sft_look *look)
{
    sft_outcome o;
    *look = (sft_look){ .step = step, .samples = b->rows };
    l->look = look;
    l->before = before;
    l->of = n;
    if (make_layers(l, a, look) || (n != l->twin && sft__net_copy(l->twin, n))) return sft_code(l->ctx);
    if (sft__net_look(l->twin, b, (uint64_t)step, see, l, &o)) return sft_code(l->ctx);
    look->loss = o.loss_sum / o.weight;
    look->accuracy = l->twin->task == SFT_REGRESSION ? NAN : o.right / (double)b->rows;
    look->grad_norm = sqrt(o.grad_sumsq);
    for (int i = 0; i < look->n; i++) {
        const int t = weight_of(l->twin, look->layer[i].node);
        if (t >= 0) note_weight(l, t, &look->layer[i]);
    }
    return sft_code(l->ctx);
}

/* ---- the twin --------------------------------------------------------------------------------- */

static int64_t largest(const sft_net *n, int64_t batch)
{
    int64_t most = 0;
    for (int i = 0; i < n->n_nodes; i++) {
        const int64_t k = batch * sft__count(n->node[i]->out);
        most = k > most ? k : most;
        for (int j = 0; j < n->node[i]->n_param; j++)
            most = n->node[i]->param[j].count > most ? n->node[i]->param[j].count : most;
    }
    return most;
}

sft_looker *sft__looker_open(sft_ctx *c, sft_net_config k, int64_t batch)
{
    sft_looker *l = sft__alloc(c, sizeof *l);
    if (!l) return NULL;
    k.batch = batch;
    k.shards = 1;
    k.unfused = true;
    *l = (sft_looker){ .ctx = c, .twin = sft__net_make(c, &k) };
    if (l->twin) {
        l->most = largest(l->twin, batch);
        if (sft__slab_open(c, &l->room, 4 * (size_t)l->most * sizeof(real)) == SFT_OK) return l;
    }
    sft__looker_close(l);
    return NULL;
}

sft_net *sft__looker_net(sft_looker *l)
{
    return l->twin;
}

void sft__looker_close(sft_looker *l)
{
    if (!l) return;
    sft_net_free(l->twin);
    sft__slab_close(l->ctx, &l->room);
    sft__free(l->ctx, l, sizeof *l);
}
