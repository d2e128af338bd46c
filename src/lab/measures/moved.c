/* SPDX-License-Identifier: MIT */
/* moved: how far a layer's weight has come from where it began. */
#include "lab/measures/measures.h"

#include <math.h>
#include <stddef.h>

typedef struct conf {
    const char *layer, *over;
    int         at;
} conf;

static const sft_field fields[] = {
    SFT_LAYER_ROW(conf, "those with weights"),
    { .name = "over", .kind = SFT_TEXT, .offset = offsetof(conf, over), .text = "none", .doc = "the layer it is divided by, or none" },
    SFT_MOMENT_ROW(conf, "end"),
    SFT_FIELD_END
};

static double distance(sft_subject *s, const sft_net *from, const sft_net *to, int tensor)
{
    const real *x = sft__lab_values(s->arena, from, tensor), *y = sft__lab_values(s->arena, to, tensor);
    double      moved = 0, size = 0;
    for (int64_t i = 0; x && y && i < sft__net_tensor_count(from, tensor); i++) {
        moved += ((double)y[i] - (double)x[i]) * ((double)y[i] - (double)x[i]);
        size += (double)x[i] * (double)x[i];
    }
    return size > 0 ? sqrt(moved / size) : NAN;
}

static sft_status take(sft_subject *s, const void *options, double *value)
{
    const conf     *k = options;
    const sft_net  *from = sft__subject_net_at(s, SFT_AT_START), *to = sft__subject_net_at(s, (sft_moment)k->at);
    sft_weight_list w;
    int             at = -1, under = -1;
    const bool      divides = !sft__text_is(k->over, "none");
    if (!from || !to || sft__lab_weights(s->arena, from, &w) || sft__lab_pick(s->ctx, "moved", k->layer, w.n, w.path, &at))
        return sft_code(s->ctx);
    if (divides && sft__lab_pick(s->ctx, "moved", k->over, w.n, w.path, &under)) return sft_code(s->ctx);
    if (at < 0 || (divides && under < 0)) return SFT_OK;
    *value = distance(s, from, to, w.tensor[at]);
    if (divides) *value /= distance(s, from, to, w.tensor[under]);
    return sft_code(s->ctx);
}

const sft_gauge sft_gauge_moved = {
    .name = "moved",
    .doc = "how far a layer's weight has come: how much it has learned",
    .math = "|w - w0| / |w0|, w0 the weight at the start",
    .conf_size = sizeof(conf),
    .fields = fields,
    .take = take,
};
