/* SPDX-License-Identifier: MIT */
/* The Notes of a trial: the worst that its curve and the doctor say of it, in one line. */
/* Rules, the worst first. L is the loss of validation (of training where there is no validation), "prior" the loss of an output that
 * ignores its input, "start" the larger of prior and the first epoch's training loss.
 *   crashed     the run failed, and not by numbers.
 *   diverged    a loss or gradient that is not finite; or the last training loss is above 2 prior (guessing would be better by far; at
 *               start weights may be worse than guessing, so only the end counts); or it was below 0.9 prior and ends above 0.98 prior:
 *               what had been learned is lost.
 *   idle        no epoch's training loss is below 0.98 prior (means of noisy batches scatter by 2 %) and it does not fall any more;
 *               without a prior, below 0.98 of the first epoch's where another trial came below half of it.
 *   oscillates  the doctor saw it (successive gradients turn back); or over the second half of at least 8 epochs the training loss moves
 *               by 5 % or more an epoch and gets less than 2 % lower all in all, above a tenth of start (below, it has arrived).
 *   slow        L still falls, by more than two standard errors from the third quarter to the fourth, early stopping did not end it, and
 *               a fifth or more of its drop is still to come: (L - lowest) / (start - lowest), lowest being the lowest L of all trials.
 *               Where no trial came lower, quarters are extrapolated (Aitken): falls of d1, then d2 leave d2^2 / (d1 - d2).
 *   overfits    the last three evaluations lie more than 5 % above the lowest, and the training loss went on falling (the doctor's
 *               threshold, whose test pairs samples; a curve has none).
 *   doctor      a fault or fatal finding that the rules above do not show. */
#include "sweep/notes.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double idle_share = 0.98, lost_share = 0.9, blown = 2, slow_share = 0.2, rise_share = 0.05;
enum { FEWEST_TO_OSCILLATE = 8, FEWEST_TO_OVERFIT = 5, FEWEST_TO_FALL = 4, LONGEST = 60 };

typedef struct judged {
    sft_arena           *a;
    const sft_attempt   *t;
    const sft_run_look  *look;
    const sft_yardstick *y;
    const sft_curve     *train, *v; /* v: what is called L above */
    double               prior, start;
} judged;

static sft_remark remark(sft_fate fate, const char *text, double value)
{
    return (sft_remark){ fate, text, value };
}

static double mean(const double *v, int from, int to)
{
    double sum = 0;
    for (int i = from; i < to; i++) sum += v[i];
    return to > from ? sum / (to - from) : NAN;
}

static double lowest(const double *v, int n, int *at)
{
    double best = INFINITY;
    for (int i = 0; i < n; i++)
        if (v[i] < best) {
            best = v[i];
            if (at) *at = i;
        }
    return best;
}

static bool doctor_saw(const sft_run_look *k, const char *symptom)
{
    for (int i = 0; i < k->findings; i++)
        if (!strcmp(k->finding[i].symptom, symptom)) return true;
    return false;
}

/* ---- crashed, diverged ---------------------------------------------------------------------------- */

/* What the doctor's limit is: 2/η of gradient descent, 2(1+β)/η with momentum, of others the optimiser's own. */
static const char *limit_words(const sft_run_look *k)
{
    const double times = k->limit * k->rate / 2;
    if (fabs(times - 1) < 1e-3) return "2/η";
    return times > 1 && times < 2 ? "2(1+β)/η" : "what is stable";
}

/* " (sharpness 3.1 × 2/η)" where the doctor measured as much as the rate is stable at, or more; less explains nothing. */
static const char *sharpness(const judged *j)
{
    const double ratio = j->look->sharpness / j->look->limit;
    char         text[32];
    if (!isfinite(ratio) || !(ratio >= 1)) return "";
    return SFT_WORDS(j->a, " (sharpness %s × %s)", sft__brief(ratio, 2, text, sizeof text), limit_words(j->look));
}

static const char *failure_of(const judged *j)
{
    return j->t->failure && *j->t->failure ? j->t->failure : j->look->message;
}

/* "… not finite at step 37 …" */
static int64_t step_in(const char *sentence)
{
    const char *at = sentence ? strstr(sentence, "at step ") : NULL;
    return at ? strtoll(at + 8, NULL, 10) : -1;
}

static bool by_numbers(const char *sentence)
{
    return sentence && (strstr(sentence, "loss is not finite") || strstr(sentence, "gradient is not finite"));
}

static sft_remark diverged(const judged *j, int64_t step, const char *how)
{
    const char *sharp = sharpness(j);
    return remark(SFT_FATE_DIVERGED,
                  step > 0 ? SFT_WORDS(j->a, "%s at step %lld%s", how, (long long)step, sharp) : SFT_WORDS(j->a, "%s%s", how, sharp),
                  step > 0 ? (double)step : NAN);
}

/* What went wrong, without the error's number and the advice behind it. */
static sft_remark crashed(const judged *j, const char *why)
{
    const char *from = why && !strncmp(why, "error[", 6) && strchr(why, ' ') ? strchr(why, ' ') + 1 : why ? why : "";
    const char *dash = strstr(from, " — ");
    size_t      n = dash ? (size_t)(dash - from) : strlen(from);
    if (n > LONGEST) {
        for (n = LONGEST; n > 0 && ((unsigned char)from[n] & 0xC0) == 0x80;) n--;
        return remark(SFT_FATE_CRASHED, SFT_WORDS(j->a, "failed: %.*s…", (int)n, from), NAN);
    }
    return remark(SFT_FATE_CRASHED, n ? SFT_WORDS(j->a, "failed: %.*s", (int)n, from) : "failed", NAN);
}

/* The first row that is not finite or, with a limit, stays above it to the end; n where there is none. */
static int from_here(const sft_curve *k, double above)
{
    int at = k->n;
    while (at > 0 && !(k->loss[at - 1] <= above)) at--;
    return at;
}

static bool ended_badly(const judged *j, sft_remark *out)
{
    const sft_curve *k = j->train;
    const char      *why = failure_of(j);
    const bool       failed = j->t->state == SFT_TRIAL_FAILED || (j->look->status && !strcmp(j->look->status, "failed"));
    if (by_numbers(why)) {
        const int64_t step = step_in(why);
        *out = diverged(j, step > 0 ? step : j->look->fault_step, "diverged");
        return true;
    }
    if (failed) *out = crashed(j, why);
    if (failed || !k->n) return failed;
    const double last = k->loss[k->n - 1], least = lowest(k->loss, k->n, NULL);
    const bool   off = !isfinite(last) || last > blown * j->prior;
    if (!off && !(last > idle_share * j->prior && least < lost_share * j->prior)) return false;
    const double above = (off ? blown : idle_share) * j->prior;
    const int    at = from_here(k, isfinite(above) ? above : DBL_MAX);
    /* The row tells what its epoch was like, and it went wrong somewhere between the row before and this one. */
    const int64_t step = j->look->fault_step > 0 ? j->look->fault_step : at < k->n ? k->step[at] : -1;
    *out = diverged(j, step, off ? "diverged" : "lost what it had learned");
    return true;
}

/* ---- does not learn, oscillates ------------------------------------------------------------------ */

/* Falls of the quarters' means; rises from the third to the fourth by more than chance would. */
static bool still_falls(const sft_curve *k, double *d1, double *d2)
{
    const int q = k->n / 4, at = k->n - 4 * q;
    double    sum = 0;
    if (k->n < FEWEST_TO_FALL) return false;
    const double second = mean(k->loss, at + q, at + 2 * q), third = mean(k->loss, at + 2 * q, at + 3 * q);
    const double fourth = mean(k->loss, k->n - q, k->n);
    *d1 = second - third;
    *d2 = third - fourth;
    /* Noise of a row: second differences of a smooth curve with noise s have variance 6 s^2. */
    const int from = k->n / 2 > 0 ? k->n / 2 : 1;
    for (int i = from; i + 1 < k->n; i++) {
        const double bend = k->loss[i + 1] - 2 * k->loss[i] + k->loss[i - 1];
        sum += bend * bend;
    }
    const double noise = k->n - 1 > from ? sqrt(sum / (6 * (k->n - 1 - from))) : 0;
    return *d2 > 2 * noise * sqrt(2.0 / q);
}

static bool idle(const judged *j, sft_remark *out)
{
    const sft_curve *k = j->train;
    double           d1 = 0, d2 = 0;
    if (!k->n) return false;
    const double least = lowest(k->loss, k->n, NULL), first = k->loss[0];
    const bool   flat = isfinite(j->prior) ? least > idle_share * j->prior
                                           : least > idle_share * first && j->y && j->y->lowest < first / 2;
    if (!flat || still_falls(j->v, &d1, &d2)) return false;
    const char *why = "";
    for (int i = 0; i < j->look->findings && !*why; i++)
        if (j->look->finding[i].severity >= SFT_FAULT) why = j->look->finding[i].symptom;
    *out = remark(SFT_FATE_IDLE, *why ? SFT_WORDS(j->a, "does not learn (doctor: %s)", why) : "does not learn", NAN);
    return true;
}

static bool oscillates(const judged *j, sft_remark *out)
{
    const sft_curve *k = j->train;
    const int        half = k->n / 2, n = k->n - half;
    double           moves = 0;
    bool             curve = false;
    if (k->n >= FEWEST_TO_OSCILLATE) {
        const double level = mean(k->loss, half, k->n);
        const double before = mean(k->loss, half, half + n / 2), after = mean(k->loss, half + n / 2, k->n);
        for (int i = half; i < k->n; i++) moves += fabs(k->loss[i] - k->loss[i - 1]) / n;
        curve = moves > 0.05 * level && before - after < 0.02 * before && level > 0.1 * j->start;
    }
    if (!curve && !doctor_saw(j->look, "rate_oscillates")) return false;
    char        text[32];
    const char *how = sharpness(j);
    if (!*how && curve)
        how = SFT_WORDS(j->a, " (loss moves by %s %% an epoch)", sft__brief(100 * moves / mean(k->loss, half, k->n), 2, text, sizeof text));
    *out = remark(SFT_FATE_OSCILLATES, SFT_WORDS(j->a, "oscillates%s", how), j->look->sharpness / j->look->limit);
    return true;
}

/* ---- slow, overfits, the doctor ------------------------------------------------------------------- */

static bool slow(const judged *j, sft_remark *out)
{
    const sft_curve *k = j->v;
    double           d1 = 0, d2 = 0;
    char             text[32];
    if (j->look->early || !still_falls(k, &d1, &d2)) return false;
    const double now = lowest(k->loss, k->n, NULL);
    const bool   ahead = j->y && j->y->lowest < now;
    const double rest = ahead ? now - j->y->lowest : d1 > d2 ? d2 * d2 / (d1 - d2) : NAN;
    if (isnan(rest) && !(now > 0.5 * j->start)) return false; /* it has come more than half of the way to nothing */
    const double share = rest / (j->start - now + rest);
    if (share < slow_share) return false;
    *out = remark(SFT_FATE_SLOW, isnan(share) ? "slow: the loss falls as fast at the end as before"
                                              : SFT_WORDS(j->a, "slow: %s %% of the loss drop still to come",
                                                                  sft__fixed(100 * fmin(share, 1), 0, text, sizeof text)), share);
    return true;
}

static bool overfits(const judged *j, sft_remark *out)
{
    const sft_curve *v = &j->look->curve[SFT_VALIDATION], *t = j->train;
    int              at = 0, then = -1;
    if (v->n < FEWEST_TO_OVERFIT) return false;
    const double least = lowest(v->loss, v->n, &at);
    for (int i = v->n - 3; i < v->n; i++)
        if (i <= at || !(v->loss[i] > (1 + rise_share) * least)) return false;
    for (int i = 0; i < t->n; i++)
        if (t->epoch[i] <= v->epoch[at]) then = i;
    if (then < 0 || !(t->loss[t->n - 1] < t->loss[then])) return false;
    const bool only = v->accuracy[v->n - 1] >= v->accuracy[at]; /* confidence alone raises the loss and no decision */
    *out = remark(SFT_FATE_OVERFITS, SFT_WORDS(j->a, "overfits from epoch %lld%s", (long long)v->epoch[at] + 1,
                                                       only ? " (loss, not accuracy)" : ""), (double)v->epoch[at] + 1);
    return true;
}

static bool doctor(const judged *j, sft_remark *out)
{
    static const char known[] = " rate_oscillates overfits rate_too_low slow too_few_epochs ";
    for (int i = 0; i < j->look->findings; i++) {
        const char *symptom = j->look->finding[i].symptom, *layer = j->look->finding[i].layer, *at = strstr(known, symptom);
        if (j->look->finding[i].severity < SFT_FAULT || (at && at[-1] == ' ' && at[strlen(symptom)] == ' ')) continue;
        *out = remark(SFT_FATE_DOCTOR, SFT_WORDS(j->a, "doctor: %s%s%s", symptom, layer ? " at layer " : "", layer ? layer : ""), NAN);
        return true;
    }
    return false;
}

/* ---- the others ------------------------------------------------------------------------------------- */

/* Losses of other data, other splits or another loss say nothing of each other. */
static bool comparable(const sft_study *s)
{
    for (int k = 0; k < s->plan.space.n; k++) {
        const char *key = s->plan.space.axis[k].key;
        if (!strncmp(key, "loss", 4) || !strncmp(key, "data", 4) || !strncmp(key, "split", 5)) return false;
    }
    return true;
}

sft_yardstick sft__yardstick(const sft_study *s, const sft_run_look *look)
{
    sft_yardstick y = { NAN, NAN };
    if (!comparable(s)) return y;
    for (int64_t i = 0; i < s->n; i++) {
        const sft_curve *v = sft__held_out(&look[i]);
        for (int j = 0; j < v->n; j++)
            if (v->loss[j] < y.lowest || (isnan(y.lowest) && isfinite(v->loss[j]))) y.lowest = v->loss[j];
        if (isnan(y.prior)) y.prior = look[i].prior;
    }
    return y;
}

/* ---- all of it -------------------------------------------------------------------------------------- */

sft_remark sft__remark(sft_arena *a, const sft_attempt *t, const sft_run_look *look, const sft_yardstick *y)
{
    judged j = { .a = a, .t = t, .look = look, .y = y, .train = &look->curve[SFT_TRAIN] };
    static bool (*const rules[])(const judged *, sft_remark *) = { ended_badly, idle, oscillates, slow, overfits, doctor };
    sft_remark  out = { SFT_FATE_WELL, "", NAN };
    if (t->state == SFT_TRIAL_WAITING || t->state == SFT_TRIAL_RUNNING) return out;
    if (!look->found && t->state == SFT_TRIAL_DONE) return out;
    j.v = sft__held_out(look);
    j.prior = isfinite(look->prior) ? look->prior : y ? y->prior : NAN;
    j.start = j.train->n ? j.train->loss[0] : NAN;
    if (j.prior > j.start || isnan(j.start)) j.start = j.prior;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (t->state == SFT_TRIAL_PRUNED && i > 2) break;   /* it was stopped before it could be slow or overfit */
        if (rules[i](&j, &out)) return out;
    }
    return out;
}

const char *sft__attempt_note(sft_ctx *c, sft_arena *a, const char *folder, const sft_attempt *t, const sft_yardstick *y)
{
    sft_arena    scratch;
    sft_run_look look;
    const char  *text = NULL;
    sft__arena_open(&scratch, c);
    if (sft__run_look(c, &scratch, folder, NULL, &look) == SFT_OK) text = sft__arena_text(a, sft__remark(&scratch, t, &look, y).text);
    sft__arena_close(&scratch);
    return sft__not_null(text);
}
