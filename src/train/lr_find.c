/* SPDX-License-Identifier: MIT */
/* The range test (Smith, 2017): the rate grows from step to step by the same factor while the loss is watched, in
 * a fork of the run that leaves nothing behind. */
#include "train/train.h"

#include <math.h>
#include <string.h>

typedef struct test {
    sft_trainer    *trainer;
    sft_lr_options  o;
    sft_lr_found   *found;
    double         *lr, *smooth; /* of the points so far */
    double          sum, best;   /* the running mean before its correction; the lowest smoothed loss */
    bool            over;
} test;

/* ---- suggestions ----------------------------------------------------------------------------- */

/* What is left without the first tenth, where the running mean begins, and the last five, where the loss blows up. */
static int64_t trim(const test *k, int64_t *n)
{
    int64_t first = k->o.steps / 10, end = k->found->points - 5;
    *n = end > first ? end - first : 0;
    return first;
}

/* The place where the smoothed loss falls fastest along the logarithm of the rate. */
static double steepest(const test *k)
{
    int64_t n, first = trim(k, &n);
    double least = 0, lr = NAN;
    for (int64_t i = first; i + 1 < first + n; i++) {
        double slope = (k->smooth[i + 1] - k->smooth[i]) / log(k->lr[i + 1] / k->lr[i]);
        if (slope < least) {
            least = slope;
            lr = k->lr[i];
        }
    }
    return lr;
}

/* fastai's valley: the longest falling subsequence of the smoothed loss, and of it the middle of the second third.
 * run[i] is the length of the longest that ends at i. */
static double valley(const test *k, int64_t *run)
{
    int64_t n, first = trim(k, &n), end = 0;
    const double *loss = k->smooth + first;
    for (int64_t i = 0; i < n; i++) {
        run[i] = 1;
        for (int64_t j = 0; j < i; j++)
            if (loss[i] < loss[j] && run[i] < run[j] + 1)
                run[i] = run[j] + 1;
        if (run[i] > run[end])
            end = i;
    }
    if (n == 0 || run[end] < 3)
        return NAN;
    int64_t start = end - run[end] > 0 ? end - run[end] : 0;
    return k->lr[first + start + (end - start) / 2];
}

static void suggest(test *k, int64_t *run)
{
    sft_lr_found *f = k->found;
    f->steep = steepest(k);
    f->valley = valley(k, run);
    f->lowest = NAN;
    for (int64_t i = 0; i < f->points; i++)
        if (k->smooth[i] <= k->best) /* the first of equals */
            f->lowest = isnan(f->lowest) ? k->lr[i] : f->lowest;
}

/* ---- the steps ------------------------------------------------------------------------------- */

/* A loss or gradient that is not finite ends the test; it is what the test looks for. */
static void note_failure(test *k)
{
    sft_ctx *c = k->trainer->ctx;
    k->over = true;
    if (sft_code(c) != SFT_TRAINING)
        return;
    sft_clear(c);
    k->found->diverged = true;
}

static void one_step(test *k, int64_t i)
{
    sft_step_facts step;
    sft_lr_found *f = k->found;
    double share = k->o.steps > 1 ? (double)i / (double)(k->o.steps - 1) : 0;
    k->trainer->forced_lr = k->o.from * pow(k->o.to / k->o.from, share);
    if (sft_step(k->trainer, &step)) {
        note_failure(k);
        return;
    }
    sft_lr_point p = { .step = i + 1, .lr = step.lr, .loss = step.batch.loss };
    k->sum = k->o.smoothing * k->sum + (1 - k->o.smoothing) * p.loss;
    p.smooth = k->sum / (1 - pow(k->o.smoothing, (double)(i + 1)));
    k->lr[f->points] = p.lr;
    k->smooth[f->points++] = p.smooth;
    k->best = fmin(k->best, p.smooth);
    f->diverged = p.smooth > k->o.diverge * k->best;
    f->stopped = k->o.each && !k->o.each(k->o.user, &p);
    k->over = f->diverged || f->stopped;
}

/* ---- all of it ------------------------------------------------------------------------------- */

static void fill_in(sft_lr_options *o)
{
    o->from = o->from > 0 ? o->from : 1e-7;
    o->to = o->to > 0 ? o->to : 10;
    o->steps = o->steps > 0 ? o->steps : 100;
    o->smoothing = o->smoothing > 0 ? o->smoothing : 0.95;
    o->diverge = o->diverge > 0 ? o->diverge : 4;
}

static sft_status check(sft_ctx *c, const sft_lr_options *o)
{
    if (!(o->from < o->to) || !(o->to <= 1e6))
        return sft__fail(c, SFT_E002,
                         "a range test goes from a rate up to a higher one of at most 1e6, not from %g to %g", o->from,
                         o->to);
    if (o->steps < 20 || o->steps > SFT_LR_STEPS)
        return sft__fail(c, SFT_E002, "a range test has 20 to %d steps, not %lld", SFT_LR_STEPS,
                         (long long)o->steps);
    if (!(o->smoothing < 1) || !(o->diverge > 1))
        return sft__fail(c, SFT_E002,
                         "a range test smooths with less than 1 and ends at more than 1 times the lowest loss, not "
                         "%g and %g", o->smoothing, o->diverge);
    return SFT_OK;
}

/* Between taking the snapshot and putting it back. */
static void run(test *k, int64_t *lengths)
{
    sft_snapshot before;
    if (sft__snapshot_take(k->trainer, &before))
        return;
    for (int64_t i = 0; i < k->o.steps && !k->over; i++)
        one_step(k, i);
    k->trainer->forced_lr = 0;
    sft__snapshot_restore(k->trainer, &before);
    sft__snapshot_close(k->trainer, &before);
    suggest(k, lengths);
}

sft_status sft_lr_find(sft_trainer *t, const sft_lr_options *o, sft_lr_found *found)
{
    static const sft_lr_options usual = { 0 };
    sft_lr_found unasked;
    if (!t || sft__failed(t->ctx))
        return t ? sft_code(t->ctx) : SFT_USAGE;
    test k = { .trainer = t, .o = o ? *o : usual, .found = found ? found : &unasked, .best = INFINITY };
    *k.found = (sft_lr_found){ .valley = NAN, .steep = NAN, .lowest = NAN };
    fill_in(&k.o);
    if (check(t->ctx, &k.o))
        return sft_code(t->ctx);
    size_t n = (size_t)k.o.steps * sizeof(double);
    sft_arena a;
    sft__arena_open(&a, t->ctx);
    k.lr = sft__arena_alloc(&a, n);
    k.smooth = sft__arena_alloc(&a, n);
    int64_t *lengths = sft__arena_alloc(&a, (size_t)k.o.steps * sizeof *lengths);
    if (!sft__failed(t->ctx))
        run(&k, lengths);
    sft__arena_close(&a);
    return sft_code(t->ctx);
}
