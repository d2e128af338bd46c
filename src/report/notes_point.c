/* SPDX-License-Identifier: MIT */
/* The Notes of a point: what its seeds say, joined. */
#include "report/report.h"

#include <math.h>
#include <string.h>

static const char *const words[SFT_FATES] = {
    [SFT_FATE_DOCTOR] = "a fault by the doctor", [SFT_FATE_OVERFITS] = "overfits", [SFT_FATE_SLOW] = "slow",
    [SFT_FATE_OSCILLATES] = "oscillates", [SFT_FATE_IDLE] = "does not learn", [SFT_FATE_DIVERGED] = "diverged",
    [SFT_FATE_CRASHED] = "failed",
};

/* Numbers of the seeds that came to this fate. */
static void range(const sft_report *r, const sft_report_point *p, sft_fate fate, double *low, double *high, double *mean)
{
    double sum = 0;
    int    n = 0;
    *low = INFINITY;
    *high = -INFINITY;
    for (int i = 0; i < p->n; i++) {
        const sft_remark *m = &r->remark[p->trial[i]];
        if (m->fate != fate || isnan(m->number)) continue;
        *low = fmin(*low, m->number);
        *high = fmax(*high, m->number);
        sum += m->number;
        n++;
    }
    *mean = n ? sum / n : NAN;
}

static const char *text_of(const sft_report *r, const sft_report_point *p, sft_fate fate)
{
    for (int i = 0; i < p->n; i++)
        if (r->remark[p->trial[i]].fate == fate) return r->remark[p->trial[i]].text;
    return "";
}

/* All seeds came to the same end: their numbers as a range or a mean, or the first one's words. */
static const char *all_alike(sft_report *r, const sft_report_point *p, sft_fate fate)
{
    double low, high, mean;
    char   text[32];
    range(r, p, fate, &low, &high, &mean);
    if (p->n > 1 && fate == SFT_FATE_DIVERGED && low < high)
        return SFT_WORDS(&r->arena, "diverged at steps %.0f to %.0f", low, high);
    if (p->n > 1 && fate == SFT_FATE_OVERFITS && low < high)
        return SFT_WORDS(&r->arena, "overfits from epochs %.0f to %.0f on", low, high);
    if (p->n > 1 && fate == SFT_FATE_SLOW && isfinite(mean))
        return SFT_WORDS(&r->arena, "slow: %s %% of the loss drop still to come", sft__fixed(100 * fmin(mean, 1), 0, text, sizeof text));
    return text_of(r, p, fate);
}

/* "a" or "a; b" */
static const char *join(sft_report *r, const char *a, const char *b)
{
    return *a && *b ? SFT_WORDS(&r->arena, "%s; %s", a, b) : *a ? a : b;
}

static const char *state_words(sft_report *r, const sft_report_point *p)
{
    const sft_attempt *t = &r->study->attempt[p->trial[0]];
    if (p->pruned == p->n)
        return SFT_WORDS(&r->arena, "stopped early by halving, at epoch %lld", (long long)t->epochs);
    if (p->pruned) return SFT_WORDS(&r->arena, "%d of %d seeds stopped early by halving", p->pruned, p->n);
    if (p->open == p->n) return t->state == SFT_TRIAL_RUNNING || p->n > 1 ? "not finished" : "waiting";
    return p->open ? SFT_WORDS(&r->arena, "%d of %d seeds not finished", p->open, p->n) : "";
}

/* Five times of what counts as equally good: which seed it is counts for more than most choices do. */
static const char *disagree(sft_report *r, const sft_report_point *p)
{
    char         text[32];
    const double far = r->accuracy ? 0.05 : 0.1 * fabs(p->rank.mean);
    if (!(p->rank.std > far)) return "";
    return r->accuracy ? SFT_WORDS(&r->arena, "seeds differ by ±%s points", sft__fixed(100 * p->rank.std, 1, text, sizeof text))
                       : SFT_WORDS(&r->arena, "seeds differ by ±%s", sft__brief(p->rank.std, 2, text, sizeof text));
}

/* The two worst fates, after "best" and before what is missing. */
const char *sft__point_note(sft_report *r, const sft_report_point *p, bool best)
{
    const char *note = best ? "best" : "";
    int         told = 0;
    for (int f = SFT_FATES - 1; f > SFT_FATE_WELL && told < 2; f--) {
        if (!p->fates[f]) continue;
        const char *one = p->fates[f] == p->n ? all_alike(r, p, (sft_fate)f)
                                              : SFT_WORDS(&r->arena, "%s in %d of %d seeds", words[f], p->fates[f], p->n);
        note = join(r, note, one);
        told++;
    }
    if (!told) note = join(r, note, disagree(r, p));
    return join(r, note, state_words(r, p));
}
