/* SPDX-License-Identifier: MIT */
/* The rate goes along a straight line: torch.optim.lr_scheduler.LinearLR, whose factors are 1/3 and
 * 1 over 5 calls unless given; ours fall from 1 to 0 over the run, for a rise is what warmup is for. */
#include "optim/schedules/span.h"

typedef struct conf {
    double start, end, total;
    int    unit;
} conf;

static const sft_field fields[] = {
    { "start_factor", SFT_REAL, offsetof(conf, start), 1, 0, 1, .doc = "share of lr at the start" },
    { "end_factor", SFT_REAL, offsetof(conf, end), 0, 0, 1, .doc = "share of lr at the end" },
    { "total_iters", SFT_REAL, offsetof(conf, total), 0, 0, 1e15,
      .doc = "length of the line, behind which its end stays; auto: the run",
      .aliases = "length decay_steps", .flags = SFT_AUTO | SFT_ABOVE_LOW },
    SFT_UNIT_FIELD(conf, "step"),
    SFT_FIELD_END
};

static double rate(const void *conf_, double lr, sft_when t)
{
    const conf *k = conf_;
    double      total = sft__span(k->total, k->unit, 1, t);
    return lr * sft__along_line(k->start, k->end, (double)t.step / total);
}

const sft_schedule sft_schedule_linear = {
    .name = "linear",
    .aliases = "LinearLR linear_decay",
    .doc = "falls along a straight line to the end of the run (PyTorch's LinearLR)",
    .math = "lr (start_factor + (end_factor - start_factor) min(t / total_iters, 1))",
    .conf_size = sizeof(conf),
    .fields = fields,
    .rate = rate,
};
