/* SPDX-License-Identifier: MIT */
/* A claim in words: its bound, what was measured, its verdict. */
#include "lab/lab.h"

#include <math.h>

/* So many decimals that half of `width` has two digits; of no width four digits. */
static const char *number(double v, double width, char *buf, size_t size)
{
    const double half = width / 2;
    if (!(half > 0) || !isfinite(half)) return sft__brief(v, 4, buf, size);
    const int place = (int)floor(log10(half)), decimals = 1 - place;
    if (decimals > 6 || fabs(v) >= 1e7) {
        const int digits = v != 0 ? (int)floor(log10(fabs(v))) - place + 2 : 2;
        return sft__brief(v, digits < 2 ? 2 : digits > 6 ? 6 : digits, buf, size);
    }
    return sft__fixed(v, decimals > 0 ? decimals : 0, buf, size);
}

static const char *behind(const sft_claim *k)
{
    return k->unit && *k->unit ? k->unit : "";
}

const char *sft__claim_measured(sft_lab *lab, const sft_claim *k)
{
    char        mean[64], from[64], to[64];
    const char *unit = behind(k), *gap = *unit ? " " : "";
    const double width = k->to - k->from;
    if (k->n < 1 || !isfinite(k->mean)) return "-";
    number(k->mean, width, mean, sizeof mean);
    if (k->n < 2) return SFT_WORDS(&lab->arena, "%s%s%s (one seed)", mean, gap, unit);
    if (!(width > 0)) return SFT_WORDS(&lab->arena, "%s%s%s (in each of %d seeds)", mean, gap, unit, k->n);
    number(k->from, width, from, sizeof from);
    number(k->to, width, to, sizeof to);
    return SFT_WORDS(&lab->arena, "%s%s%s (%s to %s)", mean, gap, unit, from, to);
}

const char *sft__claim_bound(sft_lab *lab, const sft_claim *k)
{
    char        low[64], high[64];
    const char *unit = behind(k), *gap = *unit ? " " : "";
    sft__print_real(k->low, low, sizeof low);
    sft__print_real(k->high, high, sizeof high);
    switch (k->bound) {
    case SFT_AT_LEAST: return SFT_WORDS(&lab->arena, "at least %s%s%s", low, gap, unit);
    case SFT_AT_MOST: return SFT_WORDS(&lab->arena, "at most %s%s%s", high, gap, unit);
    case SFT_BETWEEN: return SFT_WORDS(&lab->arena, "within %s to %s%s%s", low, high, gap, unit);
    default: return SFT_WORDS(&lab->arena, "exactly %s%s%s", low, gap, unit);
    }
}

const char *sft__claim_verdict_name(sft_claim_verdict v)
{
    static const char *const words[] = { "holds", "does not hold", "not decided", "not measured", "left out" };
    return (unsigned)v < sizeof words / sizeof *words ? words[v] : words[SFT_CLAIM_UNKNOWN];
}
