/* SPDX-License-Identifier: MIT */
/* The self-test of a fast kernel: the same random shard through it and through the reference, forward and backward.
 *
 * The bound. Both sides sum K products in float32 in some order. With products of size s and random sign a partial sum
 * of k of them has size s sqrt(k), and rounding it costs a random error of at most u = 2^-24 of that; over all K additions the
 * errors grow like u s K / sqrt(2), that is u sqrt(K/2) of the result's own size s sqrt(K). Two sides, the largest of up to
 * 10^7 numbers (5 to 6 deviations), and K known on average only: 32 u sqrt(K) max(rms, s sqrt(K)) is never reached by
 * rounding, and is far below the error of a wrong index, a lost term or a number that was not written, which is of the
 * size of the result. rms is the reference's; s follows from the random inputs (1) and weights (1/sqrt(fan in)).
 *
 * The reference is slow, so it sees only some samples, spread over the shard; the kernel sees all of them, and the others get
 * the output gradient zero, so that they add nothing to the parameters' gradients. */
#include "backend/verdicts.h"

#include <math.h>
#include <string.h>

#define UNIT            (1.0 / 16777216) /* u of float */
#define SAFETY          32.0
#define REFERENCE_FLOPS 3e7           /* what the reference may cost, forward */

typedef struct side { /* one of the two computations: a copy of the node, and its buffers */
    sft_node node, in[SFT_MAX_IN];
    sft_pass pass;
    real    *x[SFT_MAX_IN], *w[SFT_MAX_PARAM];
} side;

typedef struct trial {
    const sft_node *n;
    sft_arena      *a;
    int64_t         rows, some;          /* samples; those that the reference sees */
    int64_t         in[SFT_MAX_IN], out; /* numbers in one sample */
    double          macs;                /* products in one sample's forward pass */
    sft_stream      random;
    side            fast, plain;
    real           *spare; /* large enough for any tensor of the shard */
} trial;

/* Aligned numbers from the arena. */
static void *take(trial *t, int64_t bytes)
{
    char *p = sft__arena_alloc(t->a, (size_t)bytes + SFT_ALIGN);
    return p ? p + (SFT_ALIGN - (uintptr_t)p % SFT_ALIGN) % SFT_ALIGN : NULL;
}

static real *numbers(trial *t, int64_t count) { return take(t, count * (int64_t)sizeof(real)); }

static void fill(trial *t, int64_t count, double size, real *x)
{
    for (int64_t i = 0; i < count; i++) x[i] = (real)(size * sft__normal(&t->random));
}

/* The sample of the shard that is sample j of the reference; the last is among them. */
static int64_t chosen(const trial *t, int64_t j) { return (j + 1) * t->rows / t->some - 1; }

/* Size of the random values of parameter i; 1 for an op without. */
static double weight_size(const sft_node *n, int i)
{
    return i < n->n_param && n->param[i].fan_in > 0 ? 1 / sqrt((double)n->param[i].fan_in) : 1;
}

static void gather(const trial *t, int64_t sample, const real *all, real *some)
{
    for (int64_t j = 0; j < t->some; j++)
        memcpy(some + j * sample, all + chosen(t, j) * sample, (size_t)sample * sizeof(real));
}

/* k products of size s in each of the numbers */
static bool agree(int64_t count, double k, double s, const real *reference, const real *x)
{
    double sum = 0;
    for (int64_t i = 0; i < count; i++) sum += (double)reference[i] * (double)reference[i];
    k = k > 1 ? k : 1;
    double bound =
        SAFETY * UNIT * sqrt(k) * fmax(sqrt(sum / (double)(count ? count : 1)), s * sqrt(k));
    for (int64_t i = 0; i < count; i++)
        if (!(fabs((double)x[i] - (double)reference[i]) <= bound)) return false;
    return true;
}

/* The node and its inputs, copied; `layouts` false: everything plain, and the fused activation left to us. */
static void copy_node(const sft_node *n, bool layouts, side *s)
{
    s->node = *n;
    for (int i = 0; i < n->n_in; i++) {
        s->in[i] = *n->in[i];
        s->node.in[i] = &s->in[i];
        if (!layouts) s->in[i].layout = SFT_PLAIN;
    }
    if (!layouts) {
        s->node.layout = SFT_PLAIN;
        s->node.kernel = NULL;
        s->node.plan = NULL;
        s->node.act = NULL;
    }
}

static bool open_side(trial *t, side *s, bool fast)
{
    const sft_node *n = t->n;
    int64_t         rows = fast ? t->rows : t->some;
    copy_node(n, fast, s);
    s->pass = (sft_pass){ .rows = rows, .batch = rows, .train = true };
    sft_pass *p = &s->pass;
    bool      ok = true;
    for (int i = 0; i < n->n_in; i++) {
        ok = (s->x[i] = numbers(t, rows * t->in[i])) && ok;
        bool wants = sft__wants_din(n, i);
        p->din[i] = wants ? numbers(t, rows * t->in[i]) : NULL;
        ok = ok && (p->din[i] || !wants);
        p->in[i] = s->x[i];
    }
    for (int i = 0; i < n->n_param; i++) {
        int64_t count = fast ? n->param[i].stored : n->param[i].count;
        ok = (s->w[i] = numbers(t, count)) && ok;
        ok = (p->dparam[i] = numbers(t, count)) && ok;
        p->param[i] = s->w[i];
    }
    ok = (p->out = numbers(t, rows * t->out)) && ok;
    ok = (p->dout = numbers(t, rows * t->out)) && ok;
    ok = (p->saved = take(t, n->saved_row * rows + n->saved_fixed)) && ok;
    return (p->work = take(t, n->work_row * rows + n->work_fixed)) && ok;
}

static void pack(const sft_node *n, int i, const real *plain, real *stored)
{
    if (n->kernel->pack)
        n->kernel->pack(n, i, plain, stored);
    else
        memcpy(stored, plain, (size_t)n->param[i].count * sizeof(real));
}

static void unpack(const sft_node *n, int i, const real *stored, real *plain)
{
    if (n->kernel->unpack)
        n->kernel->unpack(n, i, stored, plain);
    else
        memcpy(plain, stored, (size_t)n->param[i].count * sizeof(real));
}

/* Random inputs and weights on both sides, then both forward passes. */
static bool try_forward(trial *t)
{
    const sft_node *n = t->n;
    for (int i = 0; i < n->n_in; i++) {
        fill(t, t->rows * t->in[i], 1, t->spare);
        sft__relayout(t->rows, n->in[i]->out, SFT_PLAIN, t->spare, n->in[i]->layout, t->fast.x[i]);
        gather(t, t->in[i], t->spare, t->plain.x[i]);
    }
    for (int i = 0; i < n->n_param; i++) {
        fill(t, n->param[i].count, weight_size(n, i), t->plain.w[i]);
        pack(n, i, t->plain.w[i], t->fast.w[i]);
    }
    n->kernel->forward(&t->fast.node, &t->fast.pass);
    n->op->forward(&t->plain.node, &t->plain.pass);
    sft__fused_forward(n, t->some * t->out, t->plain.pass.out);

    sft__relayout(t->rows, n->out, n->layout, t->fast.pass.out, SFT_PLAIN, t->spare);
    for (int64_t j = 0; j < t->some; j++)
        if (!agree(t->out, t->macs / (double)t->out, weight_size(n, 0),
                   t->plain.pass.out + j * t->out, t->spare + chosen(t, j) * t->out))
            return false;
    /* both differentiate at the kernel's output: a kink must not fall between two roundings of one number */
    gather(t, t->out, t->spare, t->plain.pass.out);
    return true;
}

/* The same output gradient on both sides: random where the reference looks, zero elsewhere. */
static void fill_dout(trial *t)
{
    real *some = t->plain.pass.dout;
    fill(t, t->some * t->out, 1, some);
    memset(t->spare, 0, (size_t)(t->rows * t->out) * sizeof(real));
    for (int64_t j = 0; j < t->some; j++)
        memcpy(t->spare + chosen(t, j) * t->out, some + j * t->out, (size_t)t->out * sizeof(real));
    sft__relayout(t->rows, t->n->out, SFT_PLAIN, t->spare, t->n->layout, t->fast.pass.dout);
}

static bool same_gradients(trial *t)
{
    const sft_node *n = t->n;
    for (int i = 0; i < n->n_in; i++) {
        if (!t->fast.pass.din[i]) continue;
        sft__relayout(t->rows, n->in[i]->out, n->in[i]->layout, t->fast.pass.din[i], SFT_PLAIN,
                      t->spare);
        for (int64_t j = 0; j < t->some; j++)
            if (!agree(t->in[i], t->macs / (double)t->in[i], weight_size(n, 0),
                       t->plain.pass.din[i] + j * t->in[i], t->spare + chosen(t, j) * t->in[i]))
                return false;
    }
    for (int i = 0; i < n->n_param; i++) {
        double count = (double)n->param[i].count,
               products = t->macs > (double)t->out ? t->macs : (double)t->out;
        unpack(n, i, t->fast.pass.dparam[i], t->spare);
        if (!agree(n->param[i].count, products * (double)t->some / count, 1,
                   t->plain.pass.dparam[i], t->spare))
            return false;
    }
    return true;
}

/* add: the input's gradient holds another consumer's share already, here a random one. */
static bool try_backward(trial *t, bool add)
{
    const sft_node *n = t->n;
    for (int i = 0; i < n->n_in; i++) {
        t->fast.pass.add[i] = t->plain.pass.add[i] = add;
        if (!t->fast.pass.din[i]) continue;
        fill(t, t->rows * t->in[i], 1, t->spare);
        sft__relayout(t->rows, n->in[i]->out, SFT_PLAIN, t->spare, n->in[i]->layout,
                      t->fast.pass.din[i]);
        gather(t, t->in[i], t->spare, t->plain.pass.din[i]);
    }
    fill_dout(t);
    n->kernel->backward(&t->fast.node, &t->fast.pass);
    sft__fused_backward(n, t->some * t->out, t->plain.pass.out, t->plain.pass.dout);
    n->op->backward(&t->plain.node, &t->plain.pass);
    return same_gradients(t);
}

static bool open_trial(trial *t, sft_ctx *c, const sft_node *n, int64_t rows, sft_arena *a)
{
    *t = (trial){ .n = n, .a = a, .rows = rows, .out = sft__count(n->out), .macs = n->flops / 2 };
    t->random = sft__stream(sft__key(0, SFT_FOR_TEST), 0, 0, 0);
    double some = REFERENCE_FLOPS / (n->flops > 1 ? n->flops : 1);
    t->some = some >= (double)rows ? rows : some < 1 ? 1 : (int64_t)some;
    int64_t most = rows * t->out;
    for (int i = 0; i < n->n_in; i++) {
        t->in[i] = sft__count(n->in[i]->out);
        most = rows * t->in[i] > most ? rows * t->in[i] : most;
    }
    for (int i = 0; i < n->n_param; i++) most = n->param[i].count > most ? n->param[i].count : most;
    t->spare = numbers(t, most);
    return t->spare && open_side(t, &t->fast, true) && open_side(t, &t->plain, false) &&
           !sft__failed(c);
}

bool sft__kernel_trusted(sft_ctx *c, sft_node *n, int64_t rows)
{
    if (!n->kernel) return true;
    sft_arena a;
    sft__arena_open(&a, c);
    bool        good = false;
    const char *key = sft__verdict_key(&a, n, rows);
    sft_kernel_verdict known = key ? sft__verdict_find(c, key) : SFT_UNTESTED;
    trial      *t = key && known == SFT_UNTESTED ? sft__arena_alloc(&a, sizeof *t) : NULL;
    if (known != SFT_UNTESTED) {
        good = known == SFT_RIGHT;
    } else if (t && open_trial(t, c, n, rows, &a)) {
        good = try_forward(t) && try_backward(t, false) && try_backward(t, true);
        sft__verdict_keep(c, key, good ? SFT_RIGHT : SFT_WRONG);
    }
    if (!good && !sft__failed(c))
        sft__note(c, SFT_WARN, NULL,
                  "%s: the %s kernel computes something else than the reference on this machine — "
                  "the slower reference kernel serves instead",
                  n->label, n->kernel->name);
    sft__arena_close(&a);
    return good;
}
