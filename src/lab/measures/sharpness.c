/* SPDX-License-Identifier: MIT */
/* sharpness: how steep the valley is that the network stands in. */
#include "lab/measures/measures.h"

#include "doctor/doctor.h"

#include <stddef.h>

typedef struct conf {
    int     at;
    int64_t samples;
} conf;

static const sft_field fields[] = {
    SFT_MOMENT_ROW(conf, "end"),
    { .name = "samples", .kind = SFT_INT, .offset = offsetof(conf, samples), .def = 256, .low = 8, .high = 1e5,
      .doc = "of the training split" },
    SFT_FIELD_END
};

static sft_status measure(sft_subject *s, sft_net *twin, sft_moment at, const sft_batch *b, double *value)
{
    sft_chart *c = sft__arena_alloc(s->arena, sizeof *c);
    if (!c) return sft_code(s->ctx);
    c->ctx = s->ctx;
    c->recipe = s->recipe;
    c->data = s->data;
    c->net = twin;
    if (sft__measure_curvature(c, s->net[at], b) == SFT_OK && c->curvature.known) *value = c->curvature.sharpness;
    return sft_code(s->ctx);
}

static sft_status take(sft_subject *s, const void *options, double *value)
{
    const conf *k = options;
    sft_batch   b = { 0 };
    if (sft__lab_batch(s, SFT_TRAIN, k->samples, &b)) return sft_code(s->ctx);
    sft_net *n = sft__lab_twin(s, (sft_moment)k->at, b.rows);
    if (n) measure(s, n, (sft_moment)k->at, &b, value);
    sft_net_free(n);
    return sft_code(s->ctx);
}

const sft_gauge sft_gauge_sharpness = {
    .name = "sharpness",
    .doc = "largest eigenvalue of the Hessian of the training loss, by the doctor's method; for Adam and RMSProp of the Hessian as they "
           "divide it",
    .conf_size = sizeof(conf),
    .fields = fields,
    .take = take,
};
