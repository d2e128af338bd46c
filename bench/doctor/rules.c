/* SPDX-License-Identifier: MIT */
/* The rules of published tools, re-implemented from their descriptions with their default thresholds, on the same looks that our
 * doctor takes: one batch at the start and one at the end of the stretch, and the whole run's scores. Where a tool takes the mean
 * of absolute gradients of weights, the rms of the gradients of outputs stands for it. Labels are the corpus's. */
#include "bench_doctor.h"

#include <math.h>
#include <string.h>

typedef struct verdicts {
    const char **label;
    int          n;
} verdicts;

static void say(verdicts *v, bool stands, const char *label)
{
    if (stands && v->n < RULE_LABELS) v->label[v->n++] = label;
}

static double first_gradient(const seen *s)
{
    for (int i = 0; i < s->layers; i++)
        if (!isnan(s->end[i].gradient)) return s->end[i].gradient;
    return NAN;
}

static double last_gradient(const seen *s)
{
    for (int i = s->layers; i-- > 0;)
        if (!isnan(s->end[i].gradient)) return s->end[i].gradient;
    return NAN;
}

static double least_gradient(const seen *s)
{
    double least = INFINITY;
    for (int i = 0; i < s->layers; i++) least = fmin(least, s->end[i].gradient);
    return least;
}

/* Share of the outputs that are not above 0, of the rectifier that has most. */
static double most_zeros(const seen *s)
{
    double most = 0;
    for (int i = 0; i < s->layers; i++)
        if (s->end[i].relu) most = fmax(most, 1 - s->end[i].slope);
    return most;
}

static double most_dead(const seen *s)
{
    double most = 0;
    for (int i = 0; i < s->layers; i++) most = fmax(most, s->end[i].relu ? s->end[i].dead : 0);
    return most;
}

static double least_slope(const seen *s)
{
    double least = 1;
    for (int i = 0; i < s->layers; i++) least = fmin(least, s->end[i].curved ? s->end[i].slope : 1);
    return least;
}

/* Looks only while accuracy has not reached 0.7. */
static void autotrainer(const seen *s, const outcome *own, verdicts *v)
{
    const double first = first_gradient(s), last = last_gradient(s);
    say(v, s->failed || s->end_loss >= 1e3, "exploding_gradient");
    if (own->known && own->train_acc >= 0.7) return;
    say(v, first / last < 1e-3 && first < 1e-4, "vanishing_gradient");
    say(v, first / last > 70, "exploding_gradient");
    say(v, most_zeros(s) >= 0.7, "dead_relu");
    say(v, own->known && own->train_acc <= s->majority + 0.01, "slow_convergence");
}

/* Numbers that are not finite, and means that are exactly 0. */
static void deeplocalize(const seen *s, const outcome *own, verdicts *v)
{
    (void)own;
    say(v, s->failed, "nan_inf");
    for (int i = 0; i < s->layers; i++) {
        say(v, s->end[i].mean == 0 && s->end[i].rms == 0, "dead_relu");
        say(v, s->end[i].gradient == 0, "vanishing_gradient");
        say(v, s->end[i].update == 0, "frozen_layers");
    }
}

static void deepdiagnosis(const seen *s, const outcome *own, verdicts *v)
{
    (void)own;
    say(v, s->failed, "nan_inf");
    say(v, s->low < -1 || s->high > 1, "inputs_unnormalised");
    say(v, most_zeros(s) >= 0.7, "dead_relu");
    say(v, least_slope(s) < 0.1, "saturated_activation");
    say(v, least_gradient(s) < 1e-7, "vanishing_gradient");
}

static void umlaut(const seen *s, const outcome *own, verdicts *v)
{
    say(v, s->dropout > 0.5, "over_regularised");
    say(v, s->low < -1 || s->high > 1, "inputs_unnormalised");
    say(v, s->failed, "nan_inf");
    say(v, s->lr > 0.01, "lr_too_large");
    say(v, s->lr < 1e-7, "lr_too_small");
    say(v, own->known && own->val_acc > 0.95, "label_problem");
    say(v, own->known && own->val_acc - own->train_acc > 0.05, "label_problem");
}

static void sagemaker(const seen *s, const outcome *own, verdicts *v)
{
    say(v, s->failed, "nan_inf");
    say(v, least_gradient(s) < 1e-7, "vanishing_gradient");
    say(v, most_dead(s) > 0.5, "dead_relu");
    say(v, least_slope(s) < 1e-4, "saturated_activation");
    for (int i = 0; i < s->layers; i++) {
        say(v, s->end[i].update > 10, "lr_too_large");
        say(v, s->end[i].update < 1e-8, "lr_too_small");
        say(v, i > 0 && fabs(log10(s->start[i].rms / s->start[i - 1].rms)) > 0.5, "init_scale"); /* variances: a factor of 10 */
    }
    say(v, s->end_loss > 0.999 * s->start_loss, "slow_convergence");
    say(v, own->known && (own->val_loss - own->train_loss) / own->train_loss > 0.1, "overfitting");
}

static const struct {
    const char *name;
    void      (*judge)(const seen *s, const outcome *own, verdicts *v);
} tools[RULE_SETS] = {
    { "AutoTrainer", autotrainer }, { "DeepLocalize", deeplocalize }, { "DeepDiagnosis", deepdiagnosis }, { "UMLAUT", umlaut },
    { "SageMaker Debugger", sagemaker },
};

const char *rule_set_name(int i)
{
    return tools[i].name;
}

int rule_set_judge(int i, const seen *s, const outcome *own, const char *labels[RULE_LABELS])
{
    verdicts v = { labels, 0 };
    tools[i].judge(s, own, &v);
    return v.n;
}

static bool listed(const json_t *list, const char *label)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(json_string_value(json_array_get(list, i)), label) == 0) return true;
    return false;
}

void tally_rules(tally *t, const json_t *line, const seen *x, const outcome *own, bool alarms[RULE_SETS])
{
    const bool healthy = is_healthy(line);
    t->ruled_healthy += healthy;
    t->ruled_faulty += !healthy;
    for (int i = 0; i < RULE_SETS; i++) {
        const char *labels[RULE_LABELS];
        const int   n = rule_set_judge(i, x, own, labels);
        bool        alarm = false;
        for (int k = 0; k < n; k++) alarm = alarm || !listed(json_object_get(line, "allowed_extra"), labels[k]);
        alarms[i] = alarm;
        if (healthy) t->rules[i].alarms += alarm;
        else t->rules[i].detected += n > 0, t->rules[i].top1 += n && strcmp(labels[0], text_of(line, "root_cause", "")) == 0;
    }
}
