/* SPDX-License-Identifier: MIT */
/* Data source `regression-1d`: a curve to fit, one number in, one number out. */
#include "data/synthetic/synthetic.h"

#include <math.h>

typedef struct regression_1d_conf {
    sft_synthetic common;
    int           curve;
    double        range;
} regression_1d_conf;

enum { SINE, SINC, STEP, ABSOLUTE, CUBIC, LINE };

static const char *const curves[] = { "sine", "sinc", "step", "abs", "cubic", "line", NULL };

static const sft_field fields[] = {
    SFT_SYNTHETIC_ROWS(regression_1d_conf),
    SFT_NOISE_ROW(regression_1d_conf, 0.1, 1e6, "deviation of normal noise on the target"),
    { .name = "curve",
      .kind = SFT_WORD,
      .offset = offsetof(regression_1d_conf, curve),
      .text = "sine",
      .words = curves,
      .aliases = "function",
      .doc = "sine: sin 2 pi x, sinc: sin 4 pi x / 4 pi x, step: the sign of x, abs: |x|, cubic: "
             "x^3, line: x" },
    { .name = "range",
      .kind = SFT_REAL,
      .offset = offsetof(regression_1d_conf, range),
      .def = 1,
      .low = 0,
      .high = 1e6,
      .flags = SFT_ABOVE_LOW,
      .doc = "x goes from -range to range" },
    SFT_FIELD_END,
};

static double curve_at(int curve, double x)
{
    double wide = 2 * SFT_TWO_PI * x;
    switch (curve) {
    case SINE: return sin(SFT_TWO_PI * x);
    case SINC: return wide == 0 ? 1 : sin(wide) / wide;
    case STEP: return x < 0 ? -1 : 1;
    case ABSOLUTE: return fabs(x);
    case CUBIC: return x * x * x;
    default: return x;
    }
}

static double draw(const void *conf, int64_t i, int64_t count, sft_stream *s, double *x)
{
    const regression_1d_conf *k = conf;
    double                    y;
    (void)i, (void)count;
    x[0] = sft__between(s, -k->range, k->range);
    y = curve_at(k->curve, x[0]);
    sft__add_noise(s, k->common.noise, 1, &y);
    return y;
}

static sft_status open_regression_1d(sft_ctx *c, const void *conf, const char *place, sft_pos pos,
                                     sft_raw *raw)
{
    static const sft_synthetic_plan plan = { "generated", SFT_REGRESSION, 1, 1, draw };
    (void)place, (void)pos;
    return sft__synthetic_fill(c, conf, &plan, raw);
}

const sft_source sft__source_regression_1d = {
    .name = "regression-1d",
    .aliases = "regression_1d regression1d curve",
    .doc = "a noisy curve: one number in, one number out; generated",
    .math = "x ~ U(-range, range), y = curve(x) + N(0, noise)",
    .conf_size = sizeof(regression_1d_conf),
    .fields = fields,
    .open = open_regression_1d,
};
