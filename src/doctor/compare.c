/* SPDX-License-Identifier: MIT */
/* What a remedy gains: paired differences between arms of the same seed, and the noise between two ways of doing nothing. */
#include "doctor/tournament.h"

#include <math.h>

/* Losses are compared by their logarithms, on the scale of an output that is 0 whatever comes in: what is far below it counts as
 * 0, what lies above it has learned nothing, be it 3 or infinity: how far above is chance, and would drown what others gain. */
#define NOTHING_LEFT 0.01
#define NOTHING_LEARNED 1.0
/* Gains below are not worth a change: 2 % of the loss, 1 sample in 100. */
#define WORTH_LOSS 0.02
#define WORTH_SKILL 0.01

sft_arm *sft__arm_of(const sft_tournament *t, int seed, int column)
{
    return &t->table[seed * t->columns + column];
}

/* Losses that may be negative have no logarithm. */
static bool has_scale(const sft_tournament *t)
{
    for (int i = 0; i < (t->seeds + 1) * t->columns; i++) {
        const sft_arm *a = &t->table[i];
        if (!a->done || a->symptom || a->misfit) continue;
        if (!(a->idle > 0)) return false;
        for (int k = 0; k < SFT_POINTS; k++)
            if (a->loss[k] < 0) return false;
    }
    return true;
}

bool sft__by_skill(const sft_tournament *t, const sft_entry *x)
{
    return x->by_skill || !has_scale(t);
}

static double height(double loss, double idle)
{
    return log(fmin(loss, NOTHING_LEARNED * idle) + NOTHING_LEFT * idle);
}

static double gain(const sft_arm *before, const sft_arm *after, bool by_skill)
{
    double sum = 0;
    for (int k = 0; k < SFT_POINTS; k++) {
        const double fall = height(before->loss[k], before->idle) - height(after->loss[k], before->idle);
        sum += by_skill ? after->skill[k] - before->skill[k] : fall;
    }
    return sum / SFT_POINTS;
}

static double level(const sft_arm *a, bool by_skill)
{
    double sum = 0;
    for (int k = 0; k < SFT_POINTS; k++) sum += by_skill ? a->skill[k] : a->loss[k];
    return sum / SFT_POINTS;
}

/* The error of the mean by the spread over seeds or by the noise of doing nothing, whichever is larger: of three seeds neither
 * says much. */
sft_contest sft__compare(const sft_tournament *t, const sft_entry *x, int from, int seeds)
{
    const bool  skill = sft__by_skill(t, x);
    const int   nothing = x->whole ? SFT_WHOLE : SFT_NOTHING, column = SFT_FIRST_ENTRY + (int)(x - t->entry);
    sft_contest r = { 0 };
    double      squares = 0, noises = 0;
    int         floors = 0;
    for (int s = from; s < from + seeds; s++) {
        const sft_arm *a = sft__arm_of(t, s, nothing), *b = sft__arm_of(t, s, nothing + 1), *y = sft__arm_of(t, s, column);
        if (a->done && b->done && !(t->ward.conf->without & SFT_WITHOUT_PLACEBO)) {
            const double d = gain(a, b, skill);
            r.noise += d;
            noises += d * d;
            floors++;
        }
        if (!a->done || !y->done) continue;
        const double d = gain(a, y, skill);
        r.gain += d;
        squares += d * d;
        r.before += level(a, skill);
        r.after += level(y, skill);
        r.seeds++;
    }
    if (r.seeds == 0) return r;
    const double n = r.seeds;
    r.gain /= n;
    r.before /= n;
    r.after /= n;
    r.noise = floors ? fabs(r.noise) / floors : 0;
    r.floor = floors ? sqrt(noises / floors) : 0;
    const double variance = r.seeds > 1 ? fmax(0, squares - n * r.gain * r.gain) / (n - 1) : 0;
    r.se = sqrt(fmax(variance, r.floor * r.floor) / n);
    return r;
}

static double worth(const sft_tournament *t, const sft_entry *x)
{
    return sft__by_skill(t, x) ? WORTH_SKILL : WORTH_LOSS;
}

bool sft__is_better(const sft_tournament *t, const sft_entry *x, const sft_contest *k)
{
    return k->gain > k->noise + 2 * k->se && k->gain > worth(t, x);
}

bool sft__is_worse(const sft_tournament *t, const sft_entry *x, const sft_contest *k)
{
    return k->gain < -(k->noise + 2 * k->se) && k->gain < -worth(t, x);
}

const char *sft__measure_name(const sft_tournament *t, const sft_entry *x)
{
    static const char *const names[3][2] = {
        [SFT_CLASSES] = { "training accuracy by class", "validation accuracy by class" },
        [SFT_BINARY] = { "training accuracy", "validation accuracy" },
        [SFT_REGRESSION] = { "explained variance of training", "explained variance of validation" },
    };
    const sft_data_facts *f = &t->ward.chart->data->facts;
    const int             held = f->count[SFT_VALIDATION] > 0;
    if (sft__by_skill(t, x)) return names[f->task][held];
    return held ? "validation loss" : "training loss";
}
