/* SPDX-License-Identifier: MIT */
/* rate: what the schedule gives. */
#include "lab/measures/measures.h"

#include <stddef.h>

typedef struct conf {
    int64_t step;
} conf;

static const sft_field fields[] = {
    { .name = "step", .kind = SFT_INT, .offset = offsetof(conf, step), .def = 0, .high = 1e12, .flags = SFT_MAIN,
      .doc = "number of the step, from 1; 0: the last one of the plan" },
    SFT_FIELD_END
};

static sft_status take(sft_subject *s, const void *options, double *value)
{
    const conf  *k = options;
    sft_net     *n = sft__subject_net_at(s, SFT_AT_START);
    sft_trainer *t = n ? sft_trainer_new(s->ctx, s->recipe, s->data, n) : NULL;
    sft_trainer_facts plan;
    if (t && sft_trainer_facts_of(t, &plan) == SFT_OK) {
        const int64_t step = k->step > 0 ? k->step : plan.steps;
        if (step <= plan.steps) *value = sft_trainer_rate(t, step, NULL);
    }
    sft_trainer_free(t);
    return sft_code(s->ctx);
}

const sft_gauge sft_gauge_rate = {
    .name = "rate",
    .doc = "learning rate of a step by the schedule, as if evaluations told it nothing: `rate 1`",
    .conf_size = sizeof(conf),
    .fields = fields,
    .take = take,
};
