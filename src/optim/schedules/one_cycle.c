/* SPDX-License-Identifier: MIT */
/* One rise and one fall to far below the start (Smith and Topin, 2018), momentum the other way
 * round: torch.optim.lr_scheduler.OneCycleLR with lr as its max_lr and the run as its total_steps. */
#include "optim/schedules/span.h"

#include <math.h>

enum { COS, LINEAR };

typedef struct conf {
    double pct_start, div_factor, final_div_factor, base_momentum, max_momentum;
    int    anneal;
    bool   three_phase, cycle_momentum;
} conf;

static const char *const ways[] = { "cos", "linear", NULL };

static const sft_field fields[] = {
    { "pct_start", SFT_REAL, offsetof(conf, pct_start), 0.3, 0, 1,
      .doc = "share of the run that the rise takes", .flags = SFT_MAIN },
    { "anneal_strategy", SFT_WORD, offsetof(conf, anneal), .doc = "the way up and down",
      .text = "cos", .words = ways, .aliases = "anneal" },
    { "div_factor", SFT_REAL, offsetof(conf, div_factor), 25, 1, 1e12,
      .doc = "lr over the rate at the start", .flags = SFT_LOG },
    { "final_div_factor", SFT_REAL, offsetof(conf, final_div_factor), 1e4, 1, 1e12,
      .doc = "rate at the start over the rate at the end", .flags = SFT_LOG },
    { "three_phase", SFT_FLAG, offsetof(conf, three_phase), 0,
      .doc = "falls as long as it rose, and then to the end" },
    { "cycle_momentum", SFT_FLAG, offsetof(conf, cycle_momentum), 1,
      .doc = "momentum, or Adam's beta1, falls where the rate rises; without either it stays" },
    { "base_momentum", SFT_REAL, offsetof(conf, base_momentum), 0.85, 0, 1,
      .doc = "momentum where the rate is highest", .flags = SFT_BELOW_HIGH },
    { "max_momentum", SFT_REAL, offsetof(conf, max_momentum), 0.95, 0, 1,
      .doc = "momentum at both ends", .flags = SFT_BELOW_HIGH },
    SFT_FIELD_END
};

/* Through the corners v[0..phases]: where phases end is PyTorch's, whose steps run from 0 to T - 1. */
static double walk(const conf *k, const double v[4], sft_when t)
{
    double run = (double)t.steps, rise = k->pct_start * run - 1, last = run - 1, begin = 0;
    double end[3] = { rise, k->three_phase ? 2 * k->pct_start * run - 2 : last, last };
    int    phase = 0, phases = k->three_phase ? 3 : 2;
    while (phase + 1 < phases && (double)t.step > end[phase])
        begin = end[phase++];
    double span = end[phase] - begin, s = span > 0 ? ((double)t.step - begin) / span : 1;
    return k->anneal == COS ? sft__along_cosine(v[phase], v[phase + 1], s)
                            : sft__along_line(v[phase], v[phase + 1], s);
}

static double rate(const void *conf_, double lr, sft_when t)
{
    const conf *k = conf_;
    double      start = lr / k->div_factor, end = start / k->final_div_factor;
    return walk(k, (double[4]){ start, lr, k->three_phase ? start : end, end }, t);
}

static double momentum(const void *conf_, sft_when t)
{
    const conf *k = conf_;
    double      low = k->base_momentum, high = k->max_momentum;
    return k->cycle_momentum ? walk(k, (double[4]){ high, low, high, high }, t) : NAN;
}

const sft_schedule sft_schedule_one_cycle = {
    .name = "one_cycle",
    .aliases = "onecycle OneCycleLR",
    .doc = "one rise and one fall to far below the start (PyTorch's OneCycleLR)",
    .math = "lr / div_factor -> lr in pct_start of the run -> lr / (div_factor final_div_factor)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .rate = rate,
    .momentum = momentum,
};
