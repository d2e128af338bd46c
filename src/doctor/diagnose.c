/* SPDX-License-Identifier: MIT */
/* A diagnosis for the caller: look, judge, prescribe, verify; and what was found, as plain facts. */
#include "doctor/diagnose.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>

/* ---- making one ------------------------------------------------------------------------------- */

static int symptoms(void)
{
    int n = 0;
    while (sft__symptom_at(n)) n++;
    return n;
}

/* The first remedy of a symptom that changes anything in this recipe. */
const sft_remedy *sft__advice(const sft_chart *c, const sft_finding *f, sft_edits *edits)
{
    for (const char *at = f->symptom->remedies; *at;) {
        char         name[64];
        const size_t n = strcspn(at, " ");
        snprintf(name, sizeof name, "%.*s", (int)n, at);
        const sft_remedy *r = sft__remedy_find(name);
        *edits = (sft_edits){ .n = 0 };
        if (r && r->edit(c, f, edits)) return r;
        at += n + strspn(at + n, " ");
    }
    *edits = (sft_edits){ .n = 0 };
    return NULL;
}

sft_finding *sft__findings(sft_chart *c, int *n)
{
    sft_finding *list = sft__arena_alloc(&c->arena, ((size_t)symptoms() + 1) * sizeof *list);
    *n = list ? sft__judge(c, list) : 0;
    return list;
}

static sft_status make_room(sft_diagnosis *d)
{
    sft_arena   *a = &d->chart->arena;
    const size_t room = (size_t)symptoms() + 1;
    d->found = sft__arena_alloc(a, room * sizeof *d->found);
    d->advice = sft__arena_alloc(a, room * sizeof *d->advice);
    return sft_code(d->ctx);
}

sft_status sft__diagnosis_judge(sft_diagnosis *d)
{
    sft_chart *c = d->chart;
    if (!d->advice && make_room(d)) return sft_code(c->ctx);
    sft__forget_treatment(d);   /* what was tried lived with the sentences of the judgement before */
    d->n_found = sft__judge(c, d->found);
    for (int i = 0; i < d->n_found; i++) d->advice[i].remedy = sft__advice(c, &d->found[i], &d->advice[i].edits);
    return sft_code(c->ctx);
}

sft_status sft_diagnosis_verify(sft_diagnosis *d, const sft_doctor_options *o)
{
    sft_doctor_options k = { .verify = true };
    if (!d || sft__failed(d->ctx)) return d ? sft_code(d->ctx) : SFT_USAGE;
    if (o) k = *o;
    k.verify = true;
    if (k.steps == 0) k.steps = -1; /* of looks at what has won */
    d->chart->watch = (sft_watch){ .progress = k.progress, .user = k.user };
    return sft__treat(d, &k);
}

sft_diagnosis *sft_diagnose(sft_ctx *c, sft_recipe *r, sft_data *data, const sft_doctor_options *o)
{
    const sft_doctor_options usual = { .steps = -1, .verify = true };
    if (!c || sft__failed(c)) return NULL;
    if (!r || !data) {
        sft__fail(c, SFT_E002, "sft_diagnose wants a recipe and data");
        return NULL;
    }
    if (!o) o = &usual;
    sft_diagnosis *d = sft__alloc(c, sizeof *d);
    if (!d) return NULL;
    *d = (sft_diagnosis){ .ctx = c };
    d->chart = sft__chart_watch(c, r, data, o->net, o->net ? 0 : o->steps, (sft_watch){ .progress = o->progress, .user = o->user });
    if (d->chart && sft__diagnosis_judge(d) == SFT_OK && sft__treat(d, o) == SFT_OK) return d;
    sft_diagnosis_free(d);
    return NULL;
}

void sft_diagnosis_free(sft_diagnosis *d)
{
    if (!d) return;
    sft__forget_treatment(d);
    sft__chart_close(d->chart);
    sft__free(d->ctx, d, sizeof *d);
}

/* ---- facts ------------------------------------------------------------------------------------ */

sft_status sft_diagnosis_facts_of(const sft_diagnosis *d, sft_diagnosis_facts *f)
{
    if (!d || !f) return SFT_USAGE;
    const sft_chart     *c = d->chart;
    const sft_data_look *x = &c->samples;
    const sft_course    *k = &c->course;
    const bool           curved = c->curvature.known;
    *f = (sft_diagnosis_facts){
        .findings = d->n_found, .trials = d->n_trials, .steps = k->steps, .planned = k->planned, .failed = k->failed,
        .stopped = c->watch.stopped, .spent = d->spent, .failure = k->failure, .start_loss = c->start.loss, .end_loss = k->steps ? k->end_loss : NAN,
        .prior = x->prior, .samples = x->samples, .mean = x->mean, .std = x->std, .low = x->low, .high = x->high,
        .majority = c->net->task == SFT_CLASSES ? x->majority : NAN, .sharpness = curved ? c->curvature.sharpness : NAN,
        .sharpness_limit = curved ? c->curvature.limit : NAN, .rate_limit = curved ? c->curvature.rate_limit : NAN,
        .critical_rate = k->steps ? c->curvature.critical : NAN,
    };
    return SFT_OK;
}

static int copy_edits(const sft_edits *e, const char **to)
{
    for (int i = 0; i < e->n; i++) to[i] = e->edit[i];
    return e->n;
}

bool sft_diagnosis_finding(const sft_diagnosis *d, int index, sft_finding_facts *f)
{
    if (!d || !f || index < 0 || index >= d->n_found) return false;
    const sft_finding *x = &d->found[index];
    const sft_remedy  *r = d->advice[index].remedy;
    *f = (sft_finding_facts){
        .symptom = x->symptom->name, .doc = x->symptom->doc, .math = x->symptom->math, .source = x->symptom->source,
        .severity = x->severity, .layer = x->node ? x->node->path : NULL, .op = x->node ? x->node->op->name : NULL, .value = x->value,
        .limit = x->limit, .evidence = x->evidence ? x->evidence : x->symptom->doc, .cause = x->cause ? x->cause->name : NULL,
        .remedy = r ? r->name : NULL, .remedy_doc = r ? r->doc : NULL,
    };
    f->edits = copy_edits(&d->advice[index].edits, f->edit);
    return true;
}

bool sft_diagnosis_trial(const sft_diagnosis *d, int index, sft_trial_facts *f)
{
    if (!d || !f || index < 0 || index >= d->n_trials) return false;
    const sft_trial *x = &d->trial[index];
    *f = (sft_trial_facts){ .symptom = x->symptom ? x->symptom->name : NULL, .severity = x->severity, .round = x->round,
                            .remedy = x->remedy->name, .doc = x->remedy->doc, .verdict = x->verdict, .measure = x->measure, .before = x->before,
                            .after = x->after, .gain = x->gain, .se = x->se, .noise = x->noise, .seeds = x->seeds,
                            .steps = x->steps, .reason = x->reason };
    f->edits = copy_edits(&x->edits, f->edit);
    return true;
}

/* What a layer is fed: the layer before it, behind reorders. */
static const sft_layer_look *fed_by(const sft_look *look, const sft_layer_look *y)
{
    const sft_node *n = y->node->n_in > 0 ? y->node->in[0] : NULL;
    while (n && n->n_in > 0 && sft__text_is(n->op->name, "reorder")) n = n->in[0];
    for (int i = 0; n && i < look->n; i++)
        if (look->layer[i].node == n) return &look->layer[i];
    return NULL;
}

bool sft__signal_of(const sft_look *look, int index, sft_signal_facts *f)
{
    if (!look || !f || index < 0 || index >= look->n) return false;
    const sft_layer_look *y = &look->layer[index], *x = fed_by(look, y);
    *f = (sft_signal_facts){
        .layer = y->node->path ? y->node->path : "", .op = y->node->op->name, .rms = y->rms, .mean = y->mean,
        .gain = x && x->rms > 0 ? y->rms / x->rms : NAN, .alike = y->cosine, .dead = y->dead, .slope = y->slope, .gradient = y->grad,
        .weight = y->weight, .update = y->update,
    };
    return true;
}

int sft_diagnosis_edits(const sft_diagnosis *d, const char *edit[SFT_DOCTOR_EDITS])
{
    return d && edit ? copy_edits(&d->changes, edit) : 0;
}

bool sft_diagnosis_signal(const sft_diagnosis *d, bool end, int index, sft_signal_facts *f)
{
    return d && sft__signal_of(end ? sft__chart_now(d->chart) : &d->chart->start, index, f);
}

const char *sft_diagnosis_recipe(const sft_diagnosis *d)
{
    return d ? d->repaired : NULL;
}

/* ---- words ------------------------------------------------------------------------------------ */

const char *sft_severity_name(sft_severity s)
{
    static const char *const names[] = { [SFT_ADVISORY] = "advisory", [SFT_FAULT] = "fault", [SFT_FATAL] = "fatal" };
    return s >= SFT_ADVISORY && s <= SFT_FATAL ? names[s] : "";
}

const char *sft_verdict_name(sft_verdict v)
{
    static const char *const names[] = { [SFT_NOT_TRIED] = "not tried", [SFT_WON] = "won", [SFT_NO_BETTER] = "no better",
                                         [SFT_WORSE] = "worse", [SFT_UNCONFIRMED] = "not confirmed" };
    return v >= SFT_NOT_TRIED && v <= SFT_UNCONFIRMED ? names[v] : "";
}

static const char *origin_name(sft_origin o)
{
    static const char *const names[] = { [SFT_FROM_DATA] = "data", [SFT_FROM_CONTRACT] = "contract", [SFT_FROM_START] = "start",
                                         [SFT_FROM_PACE] = "pace", [SFT_FROM_SIGNAL] = "signal", [SFT_FROM_RESULT] = "result" };
    return names[o];
}

bool sft_list_symptom(int index, sft_symptom_facts *f)
{
    const sft_symptom *s = f ? sft__symptom_at(index) : NULL;
    if (s) *f = (sft_symptom_facts){ s->name, s->doc, s->math, s->source, origin_name(s->origin), s->explains ? s->explains : "",
                                     s->remedies, s->sick, s->well };
    return s != NULL;
}
