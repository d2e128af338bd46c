/* SPDX-License-Identifier: MIT */
/* Options of the optimiser back to their defaults, rate and decay apart. */
#include "doctor/surgery.h"

#include "base/text.h"

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    const sft_bound *b = &c->recipe->bound[SFT_OPTIMIZER_SECTION];
    sft_arena       *a = c->notes;
    const char      *text = sft__arena_text(a, b->name);
    char             now[200], usual[200];
    bool             other = false;
    for (const sft_field *row = b->rows; row->name && text; row++) {
        const bool kept = row == b->rows || sft__text_is(row->name, "weight_decay");
        sft__field_print(row, b->conf, now, sizeof now);
        sft__field_default(row, usual, sizeof usual);
        if (kept) text = sft__arena_printf(a, "%s %s=%s", text, row->name, now);
        other = other || (!kept && !sft__text_is(now, usual));
    }
    return other && text && sft__edit(c, out, "optimizer=%s", text);
}

const sft_remedy sft_remedy_default_optimizer = {
    .name = "default_optimizer", .doc = "options of the optimiser as they usually are; rate and decay stay",
    .math = "betas, eps, momentum by their authors",
    .edit = edit,
};
