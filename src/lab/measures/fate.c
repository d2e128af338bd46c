/* SPDX-License-Identifier: MIT */
/* fate: what became of the run, as reports judge it. */
#include "lab/measures/measures.h"

#include <stddef.h>

typedef struct conf {
    int name;
} conf;

/* In the order of sft_fate. */
static const char *const names[] = { "well", "doctor", "overfits", "slow", "oscillates", "idle", "diverged", "crashed", NULL };
_Static_assert(sizeof names / sizeof *names == SFT_FATES + 1, "a word for each fate");

static const sft_field fields[] = {
    { .name = "name", .kind = SFT_WORD, .offset = offsetof(conf, name), .text = "well", .words = names, .flags = SFT_MAIN,
      .doc = "the worst that is true of the run: its curves against those of the other trials, and what the doctor stands by" },
    SFT_FIELD_END
};

static sft_status take(sft_subject *s, const void *options, double *value)
{
    const conf *k = options;
    *value = (int)sft__remark(s->arena, s->attempt, s->look, &s->yardstick).fate == k->name;
    return sft_code(s->ctx);
}

const sft_gauge sft_gauge_fate = {
    .name = "fate",
    .doc = "1 where this became of the run, else 0: `fate diverged`",
    .conf_size = sizeof(conf),
    .fields = fields,
    .take = take,
};
