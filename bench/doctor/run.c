/* SPDX-License-Identifier: MIT */
/* Training runs, and what the doctor says. */
#include "bench_doctor.h"

#include "base/io.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- training -------------------------------------------------------------------------------------- */

static bool in_time(void *user, const sft_progress *p)
{
    (void)p;
    return sft__now() < *(double *)user;
}

/* Mean square of the validation targets around their mean: losses of targets that are scaled otherwise can be compared by it. */
static double target_variance(const set *s)
{
    const int64_t n = s->n_val * s->outputs, from = s->n_train * s->outputs;
    double        mean = 0, square = 0;
    for (int64_t i = from; i < from + n; i++) mean += (double)s->y[i] / (double)n;
    for (int64_t i = from; i < from + n; i++) square += pow((double)s->y[i] - mean, 2) / (double)n;
    return square > 0 ? square : 1;
}

static bool one_hot(const set *s)
{
    return s->task == SFT_REGRESSION && s->classes > 1 && s->outputs == s->classes;
}

/* What a run that ended in numbers that are not finite is worth: an output that ignores its input. */
static outcome idle(const set *s)
{
    const double k = s->task == SFT_BINARY || s->classes < 2 ? 2 : (double)s->classes;
    const double loss = s->task == SFT_REGRESSION ? 1 : log(k), right = s->task == SFT_REGRESSION && !one_hot(s) ? NAN : 1 / k;
    return (outcome){ .known = true, .failed = true, .val_acc = right, .val_loss = loss, .train_acc = right, .train_loss = loss };
}

static outcome scores(const set *s, const sft_result *r)
{
    const double unit = s->task == SFT_REGRESSION ? target_variance(s) : 1;
    outcome      o = { .known = !r->stopped && r->validation.count > 0, .val_acc = r->validation.accuracy,
                       .val_loss = r->validation.loss / unit, .train_acc = r->train.accuracy,
                       .train_loss = r->train.loss / unit };
    if (o.known && !isfinite(o.val_loss)) o = idle(s);
    return o;
}

/* Share of samples whose largest output is their class, of classes that the loss takes for numbers. */
static double share_right(sft_net *n, const sft_data *d, const set *s, sft_split split, int64_t rows)
{
    float  *x = malloc((size_t)(s->width + 2 * s->outputs) * sizeof *x), *y = x ? x + s->width : NULL, *out = x ? y + s->outputs : NULL;
    int64_t right = 0;
    for (int64_t i = 0; x && i < rows; i++) {
        int64_t best = 0;
        if (sft_data_sample(d, split, i, x, y) || sft_net_predict(n, x, 1, out)) break;
        for (int64_t k = 1; k < s->outputs; k++) best = out[k] > out[best] ? k : best;
        right += y[best] == 1;
    }
    free(x);
    return (double)right / (double)rows;
}

/* Data as the recipe scales them: a repair may say how. */
static sft_data *scaled(sft_ctx *c, sft_recipe *r, const set *s)
{
    const char *how = sft_recipe_get(r, "split.standardize");
    if (!how || strcmp(how, "none") == 0) return set_open(c, s);
    set copy = set_copy(s);
    set_scale(&copy, strcmp(how, "auto") ? how : "channel");
    sft_data *d = set_open(c, &copy);
    set_free(&copy);
    return d;
}

static sft_recipe *with_seed(sft_ctx *c, const char *text, uint64_t seed)
{
    char        assignment[60];
    sft_recipe *r = sft_recipe_parse(c, "line", text, strlen(text));
    snprintf(assignment, sizeof assignment, "train.seed=%llu", (unsigned long long)seed);
    if (r) sft_recipe_set(r, assignment);
    return r;
}

outcome train(sft_ctx *c, const setup *s, const char *recipe, uint64_t seed, double until)
{
    const double start = sft__now();
    sft_result   result = { .steps = 0 };
    sft_recipe  *r = with_seed(c, recipe ? recipe : s->recipe, seed);
    sft_data    *d = r && sft_recipe_resolve(r) == SFT_OK ? scaled(c, r, &s->data) : NULL;
    sft_net     *n = d ? sft_net_new(c, r, d) : NULL;
    outcome      o = { .known = false };
    const sft_fit_options how = { .progress = in_time, .user = &until };
    if (n && sft_fit(c, r, d, n, &how, &result) == SFT_OK) o = scores(&s->data, &result);
    if (o.known && one_hot(&s->data) && !o.failed) {
        o.val_acc = share_right(n, d, &s->data, SFT_VALIDATION, s->data.n_val);
        o.train_acc = share_right(n, d, &s->data, SFT_TRAIN, s->data.n_train);
    }
    if (sft_code(c) == SFT_TRAINING) o = idle(&s->data);
    sft_clear(c);
    sft_net_free(n);
    sft_data_free(d);
    sft_recipe_free(r);
    o.seconds = sft__now() - start;
    return o;
}

/* ---- the doctor -------------------------------------------------------------------------------------- */

static bool doctor_in_time(void *user, const char *what, double share)
{
    (void)what;
    (void)share;
    return sft__now() < *(double *)user;
}

static void take_findings(const sft_diagnosis *x, opinion *o)
{
    sft_finding_facts f;
    for (int i = 0; sft_diagnosis_finding(x, i, &f); i++) {
        if (f.severity == SFT_ADVISORY) {
            if (o->advices < GUESSES) snprintf(o->advice[o->advices++], sizeof *o->advice, "%s", f.symptom);
        } else if (o->guesses < GUESSES) {
            guess *g = &o->guess[o->guesses++];
            snprintf(g->symptom, sizeof g->symptom, "%s", f.symptom);
            snprintf(g->cause, sizeof g->cause, "%s", f.cause ? f.cause : "");
            g->root = f.cause == NULL;
            g->severity = (int)f.severity;
            snprintf(g->evidence, sizeof g->evidence, "%s", f.evidence ? f.evidence : "");
        }
    }
}

/* What was found on top of a first cure is a diagnosis, and an advisory is one whose trial won over the whole plan: that a short
 * stretch goes better with something is not yet a fault. */
static void take_trials(const sft_diagnosis *x, int64_t planned, opinion *o)
{
    sft_trial_facts t;
    for (int i = 0; sft_diagnosis_trial(x, i, &t); i++) {
        bool known = false;
        if (o->tries < TRIES)
            snprintf(o->tried[o->tries++], sizeof *o->tried, "%s, %s: %s (%s)", t.symptom, t.remedy, sft_verdict_name(t.verdict),
                     t.reason ? t.reason : "");
        if (t.verdict != SFT_WON) continue;
        o->accepted++;
        if (t.severity == SFT_ADVISORY && (t.steps < planned || t.round > 0)) continue;
        for (int k = 0; k < o->guesses; k++) known = known || strcmp(o->guess[k].symptom, t.symptom) == 0;
        if (known || o->guesses == GUESSES) continue;
        guess *g = &o->guess[o->guesses++];
        snprintf(g->symptom, sizeof g->symptom, "%s", t.symptom);
        g->root = true;
    }
    const char *repaired = sft_diagnosis_recipe(x);
    if (repaired) o->repaired = strdup(repaired);
}

static seen_layer layer_of(const sft_signal_facts *f)
{
    const bool curved = strcmp(f->op, "sigmoid") == 0 || strcmp(f->op, "tanh") == 0;
    return (seen_layer){ .relu = strcmp(f->op, "relu") == 0, .curved = curved, .mean = f->mean, .rms = f->rms, .dead = f->dead,
                         .slope = f->slope, .gradient = f->gradient, .update = f->update };
}

static void take_signals(const sft_diagnosis *x, sft_recipe *r, const sft_diagnosis_facts *d, seen *to)
{
    sft_signal_facts f;
    const char      *stack = sft_recipe_get(r, "model.stack");
    *to = (seen){ .lr = sft_recipe_number(r, "optimizer.lr"), .low = d->low, .high = d->high, .majority = d->majority,
                  .start_loss = d->start_loss, .end_loss = d->end_loss, .failed = d->failed };
    for (; to->layers < SEEN_LAYERS && sft_diagnosis_signal(x, false, to->layers, &f); to->layers++)
        to->start[to->layers] = to->end[to->layers] = layer_of(&f);
    for (int i = 0; i < to->layers && sft_diagnosis_signal(x, true, i, &f); i++) to->end[i] = layer_of(&f);
    for (const char *at = stack ? strstr(stack, "dropout") : NULL; at; at = strstr(at + 1, "dropout"))
        to->dropout = fmax(to->dropout, strtod(at + strcspn(at, "0123456789|"), NULL));
}

static int64_t planned_steps(sft_recipe *r, const set *s)
{
    const double batch = sft_recipe_number(r, "train.batch"), epochs = sft_recipe_number(r, "train.epochs");
    return (int64_t)(epochs * ceil((double)s->n_train / batch));
}

bool ask_doctor(sft_ctx *c, const setup *s, uint64_t seed, int how, const options *k, opinion *o, seen *to, char *why)
{
    const double start = sft__now();
    sft_recipe  *r = with_seed(c, s->recipe, seed);
    sft_data    *d = r && sft_recipe_resolve(r) == SFT_OK ? set_open(c, &s->data) : NULL;
    opinion_free(o);
    const int64_t planned = d ? planned_steps(r, &s->data) : 0;
    double        until = k->until;
    const sft_doctor_options plan = { .steps = how == LOOK_START ? 0 : how == LOOK_BRIEF ? BRIEF : how == LOOK_PROBE ? -1 : planned,
                                      .verify = k->verify && how != LOOK_START && how != LOOK_BRIEF, .without = k->without, .budget = k->budget,
                                      .progress = doctor_in_time, .user = &until };
    sft_diagnosis      *x = d ? sft_diagnose(c, r, d, &plan) : NULL;
    sft_diagnosis_facts f = { .planned = 0 };
    if (x && sft_diagnosis_facts_of(x, &f) == SFT_OK) {
        take_findings(x, o);
        take_trials(x, f.planned, o);
        take_signals(x, r, &f, to);
        o->spent = f.spent;
        o->planned = f.planned;
        o->used = f.planned ? fmin(1, (double)f.steps / (double)f.planned) : 0;
    }
    if (sft_code(c)) cannot(why, "the doctor failed: %.150s", sft_message(c));
    sft_clear(c);
    sft_diagnosis_free(x);
    sft_data_free(d);
    sft_recipe_free(r);
    o->seconds = sft__now() - start;
    return x != NULL && !f.stopped;
}

void opinion_free(opinion *o)
{
    free(o->repaired);
    *o = (opinion){ .guesses = 0 };
}
