/* SPDX-License-Identifier: MIT */
/* The rate falls when evaluations stop improving: torch.optim.lr_scheduler.ReduceLROnPlateau. The
 * only schedule that is no function of the step alone: what it has seen is in the checkpoint. */
#include "optim/schedules/span.h"

#include <math.h>

enum { LOSS, ACCURACY };
enum { REL, ABS };

typedef struct conf {
    double  factor, threshold, min, eps;
    int64_t patience, cooldown;
    int     monitor, mode;
} conf;

static const char *const monitors[] = { "loss", "accuracy", NULL };
static const char *const modes[] = { "rel", "abs", NULL };

static const sft_field fields[] = {
    { "factor", SFT_REAL, offsetof(conf, factor), 0.1, 0, 1,
      .doc = "what the rate is multiplied with", .aliases = "gamma decay_rate",
      .flags = SFT_MAIN | SFT_LOG | SFT_ABOVE_LOW | SFT_BELOW_HIGH },
    { "patience", SFT_INT, offsetof(conf, patience), 10, 0, 1e9,
      .doc = "evaluations without improvement that are borne", .aliases = "patience_epochs" },
    { "monitor", SFT_WORD, offsetof(conf, monitor), .doc = "which of the validation scores",
      .text = "loss", .words = monitors },
    { "threshold", SFT_REAL, offsetof(conf, threshold), 1e-4, 0, 1e6,
      .doc = "what an improvement must be more than", .aliases = "min_delta" },
    { "threshold_mode", SFT_WORD, offsetof(conf, mode), .doc = "threshold as a share of the best, or as it is",
      .text = "rel", .words = modes },
    { "cooldown", SFT_INT, offsetof(conf, cooldown), 0, 0, 1e9,
      .doc = "evaluations after a fall that do not count", .aliases = "cooldown_epochs" },
    SFT_MIN_FIELD(conf, "below which it does not fall"),
    { "eps", SFT_REAL, offsetof(conf, eps), 1e-8, 0, 1, .doc = "falls smaller than this are left out",
      .flags = SFT_LOG },
    SFT_FIELD_END
};

static double rate(const void *conf_, double lr, sft_when t)
{
    (void)conf_;
    return t.seen ? lr * t.seen->scale : lr;
}

static bool is_better(const conf *k, double x, double best)
{
    double sign = k->monitor == ACCURACY ? 1 : -1;
    double line = k->mode == ABS ? best + sign * k->threshold : best * (1 + sign * k->threshold);
    return k->monitor == ACCURACY ? x > line : x < line;
}

static void fall(const conf *k, double lr, sft_seen *s)
{
    double now = lr * s->scale, next = fmax(now * k->factor, k->min);
    if (now - next > k->eps)
        s->scale = next / lr;
}

/* NaN is no improvement. */
static void observe(const void *conf_, double lr, sft_seen *s, double loss, double accuracy)
{
    const conf *k = conf_;
    double      x = k->monitor == ACCURACY ? accuracy : loss;
    if (s->count++ == 0)
        s->best = k->monitor == ACCURACY ? -INFINITY : INFINITY;
    bool better = is_better(k, x, s->best);
    s->best = better ? x : s->best;
    s->waits = better ? 0 : s->waits + 1;
    if (s->rests > 0) {
        s->rests--;
        s->waits = 0;
    }
    if (s->waits > k->patience) {
        s->rests = k->cooldown;
        s->waits = 0;
        fall(k, lr, s);
    }
}

const sft_schedule sft_schedule_plateau = {
    .name = "plateau",
    .aliases = "ReduceLROnPlateau reduce_on_plateau",
    .doc = "falls when evaluations stop improving (PyTorch's ReduceLROnPlateau)",
    .math = "lr factor^falls; a fall after more than patience evaluations without improvement",
    .conf_size = sizeof(conf),
    .fields = fields,
    .rate = rate,
    .observe = observe,
};
