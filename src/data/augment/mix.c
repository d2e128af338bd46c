/* SPDX-License-Identifier: MIT */
/* What mixup and cutmix share: their options, and the beta distribution. */
#include "data/augment/mix.h"

#include <math.h>

static const char *const modes[] = { "batch", "pair", NULL };

const sft_field sft__mix_fields[] = {
    { .name = "alpha",
      .kind = SFT_REAL,
      .offset = offsetof(sft_mix_conf, alpha),
      .def = 1,
      .low = 0,
      .high = 1000,
      .doc = "shares are Beta(alpha, alpha): small ones mix little, 1 is uniform",
      .aliases = "mixup_alpha cutmix_alpha mixup cutmix",
      .flags = SFT_MAIN | SFT_ABOVE_LOW },
    { .name = "mode",
      .kind = SFT_WORD,
      .offset = offsetof(sft_mix_conf, mode),
      .text = "batch",
      .words = modes,
      .doc = "one share for the whole batch, or one for each pair of samples",
      .aliases = "mixup_mode" },
    { .name = "weight",
      .kind = SFT_REAL,
      .offset = offsetof(sft_mix_conf, weight),
      .def = 1,
      .low = 0,
      .high = 1000,
      .doc =
          "where mixup and cutmix are both given, each batch takes one of them, in these proportions" },
    { .name = "p",
      .kind = SFT_REAL,
      .offset = offsetof(sft_mix_conf, p),
      .def = 1,
      .low = 0,
      .high = 1,
      .doc = "probability that a batch is mixed",
      .aliases = "prob probability mixup_prob" },
    SFT_FIELD_END
};

/* The logarithm of a gamma variable of shape a (Marsaglia, Tsang 2000): a cube of a normal, accepted or not; below 1, of
 * shape a + 1 times U^(1/a). In logarithms nothing becomes zero. */
static double log_gamma_variable(sft_stream *s, double a)
{
    double boost = 0, d, c, x, v;
    if (a < 1) {
        boost = log(1 - sft__uniform(s)) / a;
        a += 1;
    }
    d = a - 1.0 / 3;
    c = 1 / sqrt(9 * d);
    do {
        x = sft__normal(s);
        v = 1 + c * x;
        v = v * v * v;
    } while (v <= 0 || log(1 - sft__uniform(s)) >= 0.5 * x * x + d - d * v + d * log(v));
    return log(d * v) + boost;
}

double sft__beta(sft_stream *s, double alpha)
{
    double x = log_gamma_variable(s, alpha), y = log_gamma_variable(s, alpha);
    return 1 / (1 + exp(y - x));
}
