/* SPDX-License-Identifier: MIT */
/* Figures of labs by number. */
#include "lab/figures/figures.h"

#define X(word) &sft__lab_figure_##word,
static const sft_lab_figure *const all[] = { SFT_LAB_FIGURES(X) };
#undef X

enum { COUNT = sizeof all / sizeof *all };

const sft_lab_figure *sft__lab_figure_at(int i)
{
    return i >= 0 && i < COUNT ? all[i] : NULL;
}
