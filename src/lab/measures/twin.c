/* SPDX-License-Identifier: MIT */
/* Networks of a trial that can be looked into, and samples for them. */
#include "lab/measures/measures.h"

#include "doctor/some.h"
#include "train/train.h"

sft_net *sft__lab_twin(sft_subject *s, sft_moment at, int64_t batch)
{
    const sft_net *n = sft__subject_net_at(s, at);
    sft_net_config k;
    if (!n || sft__net_config(s->recipe, s->data, s->arena, &k)) return NULL;
    k.batch = batch;
    k.shards = 1;
    k.unfused = true;
    k.init = sft__init_find("zeros"); /* the weights are copied in */
    k.init_conf = NULL;
    k.init_layers = NULL;
    k.zero_gamma = false;
    sft_net *twin = sft__net_make(s->ctx, &k);
    if (twin && sft__net_copy(twin, n) == SFT_OK) return twin;
    sft_net_free(twin);
    return NULL;
}

sft_status sft__lab_batch(sft_subject *s, sft_split split, int64_t most, sft_batch *out)
{
    const sft_data *d = sft__subject_data(s);
    sft_some        k = { 0 };
    if (!d || sft__take_some(d, s->arena, split, most > 0 ? most : INT64_MAX, true, &k)) return sft_code(s->ctx);
    *out = (sft_batch){ .rows = k.n, .x = k.x, .label = k.label, .target = k.target };
    return SFT_OK;
}
