/* SPDX-License-Identifier: MIT */
/* Scores as tables show them. */
#include "report/report.h"

const char *sft__spread_text(sft_arena *a, const sft_spread *s, double scale, int decimals)
{
    char mean[64], std[64];
    if (decimals >= 0) {
        sft__fixed(s->mean * scale, decimals, mean, sizeof mean);
        sft__fixed(s->std * scale, decimals, std, sizeof std);
    } else {
        sft__brief(s->mean * scale, -decimals, mean, sizeof mean);
        sft__brief(s->std * scale, 2, std, sizeof std);
    }
    return s->n > 1 ? SFT_WORDS(a, "%s ± %s", mean, std) : SFT_WORDS(a, "%s", s->n ? mean : "-");
}

const char *sft__score_text(sft_report *r, const sft_spread *s)
{
    return r->accuracy ? sft__spread_text(&r->arena, s, 100, 2) : sft__spread_text(&r->arena, s, 1, -4);
}
