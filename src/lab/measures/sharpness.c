/* SPDX-License-Identifier: MIT */
/* sharpness: how steep the valley is that the network stands in. */
#include "lab/measures/measures.h"

#include "doctor/doctor.h"

#include <stddef.h>

typedef struct conf {
    int     at;
    int64_t samples;
    bool    divided;
} conf;

static const sft_field fields[] = {
    SFT_MOMENT_ROW(conf, "end"),
    { .name = "samples", .kind = SFT_INT, .offset = offsetof(conf, samples), .def = 256, .low = 8, .high = 1e5,
      .doc = "of the training split" },
    { .name = "divided", .kind = SFT_FLAG, .offset = offsetof(conf, divided), .def = 0,
      .doc = "of the Hessian as Adam and RMSProp divide it by the size of gradients, which is what their stability hangs on" },
    SFT_FIELD_END
};

/* The doctor measures what a recipe's optimiser sees; plain gradient descent sees the loss as it is. */
static sft_status measure(sft_subject *s, sft_net *twin, const conf *k, const sft_batch *b, double *value)
{
    sft_chart  *c = sft__arena_alloc(s->arena, sizeof *c);
    sft_recipe *r = sft__arena_alloc(s->arena, sizeof *r);
    if (!c || !r) return sft_code(s->ctx);
    *r = *s->recipe;
    if (!k->divided) r->optimizer_record = sft__optimizer_find("sgd");
    c->ctx = s->ctx;
    c->recipe = r;
    c->data = s->data;
    c->net = twin;
    if (sft__measure_curvature(c, s->net[k->at], b) == SFT_OK && c->curvature.known) *value = c->curvature.sharpness;
    return sft_code(s->ctx);
}

static sft_status take(sft_subject *s, const void *options, double *value)
{
    const conf *k = options;
    sft_batch   b = { 0 };
    if (sft__lab_batch(s, SFT_TRAIN, k->samples, &b)) return sft_code(s->ctx);
    sft_net *n = sft__lab_twin(s, (sft_moment)k->at, b.rows);
    if (n) measure(s, n, k, &b, value);
    sft_net_free(n);
    return sft_code(s->ctx);
}

const sft_gauge sft_gauge_sharpness = {
    .name = "sharpness",
    .doc = "largest eigenvalue of the Hessian of the training loss; gradient descent is stable at rates below 2 over it",
    .math = "max eigenvalue of H = d^2 L / dw^2, by Lanczos' method on differences of gradients",
    .conf_size = sizeof(conf),
    .fields = fields,
    .take = take,
};
