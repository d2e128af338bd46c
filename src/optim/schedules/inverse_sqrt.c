/* SPDX-License-Identifier: MIT */
/* The rate falls as the root of time (Vaswani et al., 2017). With a warm-up of W steps it is their
 * lr sqrt(W / step) behind it, which others call Noam's. */
#include "optim/schedules/span.h"

#include <math.h>

typedef struct conf {
    double timescale;
    int    unit;
} conf;

static const sft_field fields[] = {
    { "timescale", SFT_REAL, offsetof(conf, timescale), 0, 0, 1e15,
      .doc = "after three times as long half of lr is left; auto: the warm-up, or a tenth of the run",
      .flags = SFT_MAIN | SFT_AUTO | SFT_ABOVE_LOW },
    SFT_UNIT_FIELD(conf, "step"),
    SFT_FIELD_END
};

static double rate(const void *conf_, double lr, sft_when t)
{
    const conf *k = conf_;
    double      scale = sft__span(k->timescale, k->unit, 0.1, t);
    if (isnan(k->timescale) && t.warmup > 0)
        scale = (double)t.warmup;
    return lr * sqrt(scale / (scale + (double)t.step));
}

const sft_schedule sft_schedule_inverse_sqrt = {
    .name = "inverse_sqrt",
    .aliases = "rsqrt noam InverseSquareRoot",
    .doc = "falls as the root of time (Vaswani et al. 2017)",
    .math = "lr sqrt(timescale / (timescale + t)), t from the end of the warm-up",
    .conf_size = sizeof(conf),
    .fields = fields,
    .rate = rate,
};
