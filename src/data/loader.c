/* SPDX-License-Identifier: MIT */
/* Batches as a pure function of (seed, epoch, step); big ones are gathered ahead by a thread. */
/* Two buffers: the caller reads one while the thread fills the other with the batch that comes
 * next in order. A request that the thread has not begun is taken back: where all cores are
 * busy, or where the caller jumps about, it gathers for itself and never waits for a thread to
 * be scheduled. Handing over costs 5 to 10 microseconds, which is more than gathering a small
 * batch, so batches below THREAD_FROM bytes are gathered in get itself; augmented ones take
 * longer, and are from AUGMENTED_FROM bytes on. */
#include "base/random.h"
#include "data/augment/augmenter.h"
#include "data/parts.h"
#include "data/sampler.h"

#include <pthread.h>
#include <signal.h>

#define THREAD_FROM    (256 * 1024)
#define AUGMENTED_FROM (16 * 1024)

typedef struct buffer {
    real     *x, *target;
    int32_t  *label;
    sft_mixed mixed;  /* where the recipe mixes batches of class labels */
    sft_batch batch;
    int64_t   epoch, step; /* -1: holds nothing */
} buffer;

struct sft_loader {
    const sft_data *data;
    sft_ctx        *ctx;
    sft_loader_conf conf;
    int64_t         count, steps, sample, outputs;
    int64_t        *order[2]; /* of the last even and odd epoch: sample numbers within the split */
    int64_t         order_epoch[2];
    sft_class_sampler     sampler; /* weighted only */
    sft_augmenter  *augmenter; /* or NULL */
    int64_t        *number;    /* sample numbers of a batch, for the augmenter */
    buffer          buffer[2];
    int             current; /* the caller's buffer */
    bool            threaded;
    pthread_t       thread;
    pthread_mutex_t lock;
    pthread_cond_t  wake, done;
    /* under lock: the other buffer is to be filled, is being filled; the thread is to end */
    bool wanted, busy, quit;
};

/* ---- gathering ----------------------------------------------------------------------------- */

static const int64_t *order_of(sft_loader *l, int64_t epoch)
{
    int      k = (int)(epoch & 1) && l->conf.shuffle;
    int64_t *order = l->order[k];
    if (l->conf.shuffle && l->order_epoch[k] != epoch) {
        sft_stream s = sft__stream(sft__key(l->conf.seed, SFT_FOR_SHUFFLE), (uint32_t)epoch, 0, 0);
        if (l->conf.weighted)
            sft__sampler_draw(&l->sampler, l->conf.seed, epoch, order);
        else
            sft__permute(&s, order, l->count);
        l->order_epoch[k] = epoch;
    }
    return order;
}

/* The samples as this epoch sees them; false: they are left to be gathered. */
static bool augment(sft_loader *l, buffer *b, const int64_t *at, int64_t rows, int64_t epoch,
                    int64_t from)
{
    for (int64_t r = 0; r < rows; r++) l->number[r] = l->data->index[l->conf.split][at[r]];
    return sft__augment_samples(l->augmenter, epoch, l->number, rows, l->conf.weighted ? from : -1,
                                b->x);
}

static void fill(sft_loader *l, buffer *b, int64_t epoch, int64_t step)
{
    int64_t from = step * l->conf.batch, rows = l->count - from;
    rows = rows < l->conf.batch ? rows : l->conf.batch;
    const int64_t *at = order_of(l, epoch) + from;
    bool           mixed = false, done = l->augmenter && augment(l, b, at, rows, epoch, from);
    sft__gather(l->data, l->conf.split, at, rows, done ? NULL : b->x, b->label, b->target);
    if (l->augmenter)
        mixed = sft__augment_batch(l->augmenter, epoch, step, rows, b->x, b->label, b->target,
                                   &b->mixed);
    b->batch = (sft_batch){ .rows = rows, .x = b->x, .label = b->label, .target = b->target };
    if (mixed && b->label) {
        b->batch.label2 = b->mixed.label2;
        b->batch.mix = b->mixed.mix;
    }
    b->epoch = epoch;
    b->step = step;
}

static void next_of(const sft_loader *l, int64_t *epoch, int64_t *step)
{
    if (++*step == l->steps) {
        *step = 0;
        *epoch += l->conf.shuffle || l->augmenter;
    }
}

/* ---- the thread ---------------------------------------------------------------------------- */

static void *prefetch(void *arg)
{
    sft_loader *l = arg;
    pthread_mutex_lock(&l->lock);
    for (;;) {
        while (!l->wanted && !l->quit) pthread_cond_wait(&l->wake, &l->lock);
        if (l->quit) break;
        buffer *b = &l->buffer[!l->current];
        l->wanted = false;
        l->busy = true;
        pthread_mutex_unlock(&l->lock);
        fill(l, b, b->epoch, b->step);
        pthread_mutex_lock(&l->lock);
        l->busy = false;
        pthread_cond_signal(&l->done);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

static void destroy_locks(sft_loader *l)
{
    pthread_cond_destroy(&l->done);
    pthread_cond_destroy(&l->wake);
    pthread_mutex_destroy(&l->lock);
}

/* Signals stay with the program's own threads. Without a thread the loader works as well, only
 * later. */
static void start_thread(sft_loader *l)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->wake, NULL);
    pthread_cond_init(&l->done, NULL);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    l->threaded = pthread_create(&l->thread, NULL, prefetch, l) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!l->threaded) destroy_locks(l);
}

static void stop_thread(sft_loader *l)
{
    if (!l->threaded) return;
    pthread_mutex_lock(&l->lock);
    l->quit = true;
    pthread_cond_signal(&l->wake);
    pthread_mutex_unlock(&l->lock);
    pthread_join(l->thread, NULL);
    destroy_locks(l);
}

static const sft_batch *get_threaded(sft_loader *l, int64_t epoch, int64_t step)
{
    pthread_mutex_lock(&l->lock);
    while (l->busy) pthread_cond_wait(&l->done, &l->lock);
    bool untouched = l->wanted;
    l->wanted = false;
    l->current = !l->current;
    buffer *now = &l->buffer[l->current], *ahead = &l->buffer[!l->current];
    if (untouched || now->epoch != epoch || now->step != step) fill(l, now, epoch, step);
    next_of(l, &epoch, &step);
    ahead->epoch = epoch;
    ahead->step = step;
    l->wanted = true;
    pthread_cond_signal(&l->wake);
    pthread_mutex_unlock(&l->lock);
    return &now->batch;
}

/* ---- making and using ---------------------------------------------------------------------- */

static sft_status check(const sft_data *d, const sft_loader_conf *k)
{
    int64_t n = d->facts.count[k->split];
    if (k->batch < 1)
        return sft__fail(d->ctx, SFT_E002, "a batch of %lld samples was asked for",
                         (long long)k->batch);
    if (n == 0)
        return sft__fail(d->ctx, SFT_E245,
                         "%s has no samples in this split — see split.validation and split.test",
                         d->facts.name);
    if (n < k->batch && (k->shuffle || k->drop_last))
        return sft__fail(
            d->ctx, SFT_E246,
            "%s has %lld samples in this split, fewer than a batch of %lld — set train.batch=%lld "
            "or less",
            d->facts.name, (long long)n, (long long)k->batch, (long long)n);
    return SFT_OK;
}

static void make_buffer(sft_loader *l, buffer *b)
{
    const sft_samples *s = sft__split_samples(l->data, l->conf.split);
    size_t             rows = (size_t)l->conf.batch;
    b->epoch = b->step = -1;
    b->x = sft__alloc(l->ctx, rows * (size_t)l->sample * sizeof(real));
    if (s->label) b->label = sft__alloc(l->ctx, rows * sizeof *b->label);
    if (s->target) b->target = sft__alloc(l->ctx, rows * (size_t)l->outputs * sizeof(real));
    if (!s->label || !sft__augments_mix(l->conf.augment)) return;
    b->mixed.label2 = sft__alloc(l->ctx, rows * sizeof *b->label);
    b->mixed.mix = sft__alloc(l->ctx, rows * sizeof(real));
}

static void free_buffer(sft_loader *l, buffer *b)
{
    size_t rows = (size_t)l->conf.batch;
    sft__free(l->ctx, b->x, rows * (size_t)l->sample * sizeof(real));
    sft__free(l->ctx, b->label, rows * sizeof *b->label);
    sft__free(l->ctx, b->target, rows * (size_t)l->outputs * sizeof(real));
    sft__free(l->ctx, b->mixed.label2, rows * sizeof *b->label);
    sft__free(l->ctx, b->mixed.mix, rows * sizeof(real));
}

static void make_orders(sft_loader *l)
{
    for (int k = 0; k < 1 + l->conf.shuffle; k++) {
        l->order_epoch[k] = -1;
        l->order[k] = sft__alloc(l->ctx, (size_t)l->count * sizeof **l->order);
        for (int64_t i = 0; l->order[k] && i < l->count; i++) l->order[k][i] = i;
    }
}

static void make_augmenter(sft_loader *l)
{
    const sft_loader_conf *k = &l->conf;
    if (!k->augment || !k->augment->n || k->split != SFT_TRAIN) return;
    l->number = sft__alloc(l->ctx, (size_t)k->batch * sizeof *l->number);
    l->augmenter = sft__augmenter_new(l->data, k->augment, k->seed, k->batch);
}

sft_loader *sft__loader_new(const sft_data *d, const sft_loader_conf *k)
{
    int64_t size;
    if (sft__failed(d->ctx) || check(d, k)) return NULL;
    sft_loader *l = sft__alloc(d->ctx, sizeof *l);
    if (!l) return NULL;
    *l = (sft_loader){ .data = d,
                       .ctx = d->ctx,
                       .conf = *k,
                       .count = d->facts.count[k->split],
                       .outputs = d->facts.outputs };
    if (l->conf.batch > l->count) l->conf.batch = l->count;
    l->sample = sft__count(d->facts.shape);
    l->steps =
        k->drop_last ? l->count / l->conf.batch : (l->count + l->conf.batch - 1) / l->conf.batch;
    if (!sft__mul(l->conf.batch, l->sample * (int64_t)sizeof(real), &size)) {
        sft__fail(d->ctx, SFT_E004, "a batch of %lld samples does not fit in memory",
                  (long long)k->batch);
        sft__loader_free(l);
        return NULL;
    }
    make_orders(l);
    if (k->weighted) sft__sampler_make(d, k->split, &l->sampler);
    make_augmenter(l);
    bool threaded = k->prefetch && size >= (l->augmenter ? AUGMENTED_FROM : THREAD_FROM);
    for (int i = 0; i < 1 + threaded; i++) make_buffer(l, &l->buffer[i]);
    if (sft__failed(d->ctx)) {
        sft__loader_free(l);
        return NULL;
    }
    if (threaded) start_thread(l);
    return l;
}

int64_t sft__loader_steps(const sft_loader *l) { return l->steps; }

int64_t sft__loader_tail(const sft_loader *l)
{
    int64_t left = l->count % l->conf.batch;
    return left && !l->conf.drop_last ? left : l->conf.batch;
}

const sft_batch *sft__loader_get(sft_loader *l, int64_t epoch, int64_t step)
{
    if (!l->conf.shuffle && !l->augmenter) epoch = 0; /* all epochs are alike */
    if (l->threaded) return get_threaded(l, epoch, step);
    fill(l, &l->buffer[0], epoch, step);
    return &l->buffer[0].batch;
}

void sft__loader_free(sft_loader *l)
{
    if (!l) return;
    stop_thread(l);
    sft__sampler_free(l->ctx, &l->sampler);
    sft__augmenter_free(l->augmenter);
    sft__free(l->ctx, l->number, (size_t)l->conf.batch * sizeof *l->number);
    for (int i = 0; i < 2; i++) {
        free_buffer(l, &l->buffer[i]);
        sft__free(l->ctx, l->order[i], (size_t)l->count * sizeof **l->order);
    }
    sft__free(l->ctx, l, sizeof *l);
}
