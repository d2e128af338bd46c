/* SPDX-License-Identifier: MIT */
/* Until page.c lands. */
#include <stdio.h>

#include "lab/lab.h"

sft_status sft__labs_page(sft_ctx *c, int n, sft_lab *const *lab, const char *folder) { return (void)n, (void)lab, (void)folder, sft_code(c); }

const char *sft__claim_bound(sft_lab *lab, const sft_claim *k)
{
    static const char *const words[] = { "at least", "at most", "within", "equals" };
    return k->bound == SFT_BETWEEN ? SFT_WORDS(&lab->arena, "%g to %g", k->low, k->high) : SFT_WORDS(&lab->arena, "%s %g", words[k->bound], k->low);
}

const char *sft__claim_measured(sft_lab *lab, const sft_claim *k) { return SFT_WORDS(&lab->arena, "%.4g (%.4g to %.4g)", k->mean, k->from, k->to); }

const char *sft__claim_verdict_name(sft_claim_verdict v)
{
    static const char *const words[] = { "holds", "does not hold", "not decided", "not measured", "left out" };
    return words[v];
}
