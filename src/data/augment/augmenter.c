/* SPDX-License-Identifier: MIT */
/* Augmentation of a loader's batches: each sample alone, stage after stage; then pairs of the batch are mixed. */
#include "data/augment/augmenter.h"
#include "data/augment/canvas.h"
#include "data/parts.h"

#include "base/hot.h"

#include <string.h>

struct sft_augmenter {
    const sft_data   *data;
    const sft_augments *stages;
    sft_key           key, mix_key;
    int               samplers; /* stages that change single samples: the first ones */
    sft_canvas        canvas;   /* its arrays lie in slab */
    sft_units         units;
    int64_t           groups; /* of values that leave by the same scale and shift */
    float            *out;    /* groups scales, then shifts: canvas to standardised */
    int64_t          *order;  /* of a batch, paired neighbours */
    int64_t           rows;
    sft_slab          slab;
};

/* ---- one sample ----------------------------------------------------------------------------- */

SFT_HOT static void load_bytes(int64_t n, const uint8_t *restrict in, float scale, float shift,
                               float *restrict x)
{
    for (int64_t i = 0; i < n; i++) x[i] = (float)in[i] * scale + shift;
}

SFT_HOT static void load_floats(int64_t n, const float *restrict in, float scale, float shift,
                                float *restrict x)
{
    for (int64_t i = 0; i < n; i++) x[i] = in[i] * scale + shift;
}

SFT_HOT static void store(int64_t n, const float *restrict x, float scale, float shift,
                          real *restrict out)
{
    for (int64_t i = 0; i < n; i++) out[i] = (real)(x[i] * scale + shift);
}

static void load(const sft_augmenter *a, const sft_canvas *c, int64_t sample)
{
    const sft_samples *s = &a->data->raw.train;
    int64_t            inner = c->high * c->wide;
    for (int64_t k = 0; k < c->channels; k++) {
        int64_t at = (sample * c->channels + k) * inner;
        if (s->bytes)
            load_bytes(inner, s->bytes + at, a->units.scale[k], a->units.shift[k],
                       c->x + k * inner);
        else
            load_floats(inner, s->floats + at, a->units.scale[k], a->units.shift[k],
                        c->x + k * inner);
    }
}

/* turn: tells showings of one sample apart within an epoch. */
static void run_stage(const sft_augmenter *a, sft_canvas *c, int stage, int64_t epoch,
                      int64_t sample, int64_t turn)
{
    const sft_stage *s = &a->stages->stage[stage];
    uint32_t   lane = (uint32_t)(turn * SFT_STAGES_MOST + stage);
    sft_stream random = sft__stream(a->key, (uint32_t)epoch, (uint32_t)sample, lane);
    double     p;
    memcpy(&p, s->conf, sizeof p); /* every option struct begins with it */
    if (p < 1 && !(sft__uniform(&random) < p)) return;
    c->random = &random;
    s->record->apply(s->conf, c);
}

bool sft__augment_samples(sft_augmenter *a, int64_t epoch, const int64_t *sample, int64_t rows,
                          int64_t place, real *x)
{
    if (!a->samplers) return false;
    int64_t n = sft__canvas_count(&a->canvas), inner = n / a->groups;
    for (int64_t r = 0; r < rows; r++) {
        sft_canvas c = a->canvas;
        load(a, &c, sample[r]);
        for (int i = 0; i < a->samplers; i++)
            run_stage(a, &c, i, epoch, sample[r], place < 0 ? 0 : place + r + 1);
        for (int64_t g = 0; g < a->groups; g++)
            store(inner, c.x + g * inner, a->out[g], a->out[a->groups + g], x + r * n + g * inner);
    }
    return true;
}

/* ---- a batch -------------------------------------------------------------------------------- */

static const sft_mix_conf *mix_conf(const sft_augmenter *a, int stage)
{
    return a->stages->stage[stage].conf;
}

/* One of the mixing stages, in proportion to their weights. */
static int choose_mixer(const sft_augmenter *a, sft_stream *random)
{
    double sum = 0, at;
    int    i = a->samplers;
    for (int k = i; k < a->stages->n; k++) sum += mix_conf(a, k)->weight;
    at = sum * sft__uniform(random);
    while (i + 1 < a->stages->n && at >= mix_conf(a, i)->weight) at -= mix_conf(a, i++)->weight;
    return i;
}

static void mix_targets(int64_t n, double own, real *a, real *b)
{
    real keep = (real)own, other = (real)(1 - own);
    for (int64_t i = 0; i < n; i++) {
        real x = a[i], y = b[i];
        a[i] = keep * x + other * y;
        b[i] = keep * y + other * x;
    }
}

/* The label with the larger share comes first: accuracy counts against it. */
static void mix_labels(int64_t i, int64_t j, double own, int32_t *label, const sft_mixed *m)
{
    int32_t li = label[i], lj = label[j];
    bool    mine = own >= 0.5;
    label[i] = mine ? li : lj;
    label[j] = mine ? lj : li;
    m->label2[i] = mine ? lj : li;
    m->label2[j] = mine ? li : lj;
    m->mix[i] = m->mix[j] = (real)(mine ? own : 1 - own);
}

bool sft__augment_batch(sft_augmenter *a, int64_t epoch, int64_t step, int64_t rows, real *x,
                        int32_t *label, real *target, const sft_mixed *mixed)
{
    if (a->samplers == a->stages->n || rows < 2) return false;
    sft_stream random =
        sft__stream(a->mix_key, (uint32_t)epoch, (uint32_t)step, (uint32_t)((uint64_t)step >> 32));
    int                 stage = choose_mixer(a, &random);
    const sft_augment  *r = a->stages->stage[stage].record;
    const sft_mix_conf *k = mix_conf(a, stage);
    if (!(sft__uniform(&random) < k->p)) return false;
    sft_mixing m = { a->canvas.kind, a->canvas.channels, a->canvas.high, a->canvas.wide, &random };
    int64_t    n = sft__canvas_count(&a->canvas), outputs = a->data->facts.outputs;
    sft_box    box = { 0 };
    double     own = 1;
    sft__permute(&random, a->order, rows);
    for (int64_t p = 0; p < rows; p += 2) { /* the last of an odd number is its own partner */
        int64_t i = a->order[p], j = a->order[p + 1 < rows ? p + 1 : p];
        if (p == 0 || k->mode == SFT_MIX_PAIR) own = r->draw(k, &m, &box);
        if (i != j) r->mix(&m, own, &box, x + i * n, x + j * n);
        if (label) mix_labels(i, j, own, label, mixed);
        if (target && i != j) mix_targets(outputs, own, target + i * outputs, target + j * outputs);
    }
    return true;
}

/* ---- making --------------------------------------------------------------------------------- */

/* From the canvas straight to what the network gets: x = raw scale + shift, raw = (u - shift') / scale'. */
static void compose_out(sft_augmenter *a)
{
    const sft_data *d = a->data;
    int64_t         n = sft__canvas_count(&a->canvas), inner = n / a->groups;
    for (int64_t g = 0; g < a->groups; g++) {
        int64_t k = g * inner / (n / a->canvas.channels), affine = g * inner / (n / d->n_affine);
        double  scale = (double)d->scale[affine] / (double)a->units.scale[k];
        a->out[g] = (float)scale;
        a->out[a->groups + g] =
            (float)((double)d->shift[affine] - (double)a->units.shift[k] * scale);
    }
}

/* Floats: two samples, scratch, outgoing scales; then the order of a batch. */
static sft_status make_room(sft_augmenter *a)
{
    sft_canvas *c = &a->canvas;
    int64_t     n = sft__canvas_count(c), room = 4 * c->high * c->wide + 2 * SFT_TAPS_MOST;
    int64_t     floats = 2 * n + room + 2 * a->groups;
    size_t      size = (size_t)(floats + 16) * sizeof(float);
    size = (size + SFT_ALIGN - 1) / SFT_ALIGN * SFT_ALIGN;
    if (sft__slab_open(a->data->ctx, &a->slab, size + (size_t)a->rows * sizeof *a->order))
        return sft_code(a->data->ctx);
    c->x = a->slab.base;
    c->spare = c->x + n;
    c->room = c->spare + n;
    a->out = c->room + room;
    a->order = (int64_t *)(void *)((char *)a->slab.base + size);
    return SFT_OK;
}

static sft_status set_up(sft_augmenter *a)
{
    bool mean = false;
    if (sft__augments_check(a->data, a->stages)) return sft_code(a->data->ctx);
    while (a->samplers < a->stages->n && a->stages->stage[a->samplers].record->apply)
        mean = a->stages->stage[a->samplers++].record->mean || mean;
    a->canvas = sft__canvas_of(a->data->facts.shape);
    a->groups = a->data->n_affine > a->canvas.channels ? a->data->n_affine : a->canvas.channels;
    if (sft__units_open(a->data, &a->canvas, mean, &a->units) || make_room(a))
        return sft_code(a->data->ctx);
    a->canvas.mean = a->units.mean;
    compose_out(a);
    return SFT_OK;
}

sft_augmenter *sft__augmenter_new(const sft_data *d, const sft_augments *s, uint64_t seed,
                                  int64_t rows)
{
    sft_augmenter *a = sft__alloc(d->ctx, sizeof *a);
    if (!a) return NULL;
    *a = (sft_augmenter){ .data = d, .stages = s, .rows = rows };
    a->key = sft__key(seed, SFT_FOR_AUGMENT);
    a->mix_key = sft__key(seed, SFT_FOR_MIX);
    if (set_up(a) == SFT_OK) return a;
    sft__augmenter_free(a);
    return NULL;
}

void sft__augmenter_free(sft_augmenter *a)
{
    if (!a) return;
    sft_ctx *c = a->data->ctx;
    sft__units_close(a->data, &a->units);
    sft__slab_close(c, &a->slab);
    sft__free(c, a, sizeof *a);
}
