/* SPDX-License-Identifier: MIT */
/* along_gradient: how much loss and gradient change on the way that a step goes (Santurkar et al. 2018, How Does Batch Normalization Help
 * Optimization?). */
#include "lab/measures/measures.h"

#include "train/train.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

typedef struct conf {
    int     of;
    int64_t steps, every;
    double  reach;
} conf;

enum { LOSS_RANGE, GRADIENT_CHANGE };
static const char *const of_words[] = { "loss_range", "gradient_change", NULL };

static const sft_field fields[] = {
    { .name = "of", .kind = SFT_WORD, .offset = offsetof(conf, of), .text = "loss_range", .words = of_words, .flags = SFT_MAIN,
      .doc = "loss_range: (highest - lowest loss on the way) / loss; gradient_change: largest |g' - g| / |g| on the way" },
    { .name = "steps", .kind = SFT_INT, .offset = offsetof(conf, steps), .def = 50, .low = 1, .high = 1e9,
      .doc = "of the training that are gone" },
    { .name = "every", .kind = SFT_INT, .offset = offsetof(conf, every), .def = 10, .low = 1, .high = 1e9,
      .doc = "steps from place to place" },
    { .name = "reach", .kind = SFT_REAL, .offset = offsetof(conf, reach), .def = 4, .low = 0.5, .high = 1e3,
      .doc = "length of the way in rates: from 0.5 to this, by halves" },
    SFT_FIELD_END
};

typedef struct walking {
    sft_ctx     *ctx;
    sft_trainer *t;
    real        *w, *g;         /* where it stands, and the gradient there */
    double       sum;           /* over places */
    int64_t      places;
} walking;

/* Loss of the step's samples at the weights as they are, its gradient in the network's; NaN: not finite. */
static double loss_here(walking *k)
{
    sft_outcome o;
    if (sft__step_gradient(k->t, true, &o) == SFT_OK) return o.loss_sum / o.weight;
    if (sft_code(k->ctx) == SFT_TRAINING) sft_clear(k->ctx);
    return NAN;
}

static double change(const walking *k)
{
    const real *g = k->t->net->g.base;
    double      off = 0, size = 0;
    for (int64_t i = 0; i < k->t->net->n_params; i++) {
        const double d = (double)g[i] - (double)k->g[i];
        off += d * d;
        size += (double)k->g[i] * (double)k->g[i];
    }
    return size > 0 ? sqrt(off / size) : NAN;
}

/* The way from here; the weights are put back. Losses that are not finite are off the chart: they count as no point. */
static double look_along(walking *k, const conf *o)
{
    const size_t bytes = (size_t)k->t->net->n_params * sizeof(real);
    const double lr = sft_trainer_rate(k->t, k->t->step + 1, NULL), here = loss_here(k);
    real        *w = k->t->net->w.base;
    double       high = -INFINITY, low = INFINITY, most = 0;
    memcpy(k->w, w, bytes);
    memcpy(k->g, k->t->net->g.base, bytes);
    for (double a = 0.5; a <= o->reach && isfinite(here); a += 0.5) {
        for (int64_t i = 0; i < k->t->net->n_params; i++) w[i] = (real)((double)k->w[i] - a * lr * (double)k->g[i]);
        const double loss = loss_here(k);
        if (!isfinite(loss)) continue;
        high = fmax(high, loss);
        low = fmin(low, loss);
        most = fmax(most, change(k));
    }
    memcpy(w, k->w, bytes);
    return !(high >= low) ? NAN : o->of == LOSS_RANGE ? (high - low) / here : most;
}

static void walk(walking *k, const conf *o)
{
    const int64_t per_epoch = k->t->steps_per_epoch, steps = o->steps < k->t->steps ? o->steps : k->t->steps;
    for (int64_t step = 0; step < steps && !sft__failed(k->ctx); step++) {
        if (step % o->every == 0) {
            sft__window_set(k->t, step / per_epoch, step % per_epoch);
            const double v = look_along(k, o);
            k->sum += isfinite(v) ? v : 0;
            k->places += isfinite(v);
        }
        if (!sft__failed(k->ctx)) sft_step(k->t, NULL);
    }
    if (sft_code(k->ctx) == SFT_TRAINING) sft_clear(k->ctx);
}

static sft_status take(sft_subject *s, const void *options, double *value)
{
    sft_data *d = sft__subject_data(s);
    sft_net  *n = d ? sft_net_new(s->ctx, s->recipe, d) : NULL;
    walking   k = { .ctx = s->ctx, .t = n ? sft_trainer_new(s->ctx, s->recipe, d, n) : NULL };
    if (k.t) {
        k.w = sft__arena_alloc(s->arena, (size_t)n->n_params * sizeof *k.w);
        k.g = sft__arena_alloc(s->arena, (size_t)n->n_params * sizeof *k.g);
        if (k.w && k.g) walk(&k, options);
        if (k.places > 0) *value = k.sum / (double)k.places;
    }
    sft_trainer_free(k.t);
    sft_net_free(n);
    return sft_code(s->ctx);
}

const sft_gauge sft_gauge_along_gradient = {
    .name = "along_gradient",
    .doc = "how smooth the loss is where training goes: its change along the gradient at every 10th of the first 50 steps",
    .math = "at w - a lr g, a = 0.5, 1 … reach: (max L - min L) / L(w), or max |g(w - a lr g) - g(w)| / |g(w)|; mean over places",
    .conf_size = sizeof(conf),
    .fields = fields,
    .take = take,
};
