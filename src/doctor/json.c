/* SPDX-License-Identifier: MIT */
/* diagnosis.json: the whole diagnosis as text. Its form is docs/diagnosis-schema.json. */
#include "base/text.h"
#include "doctor/diagnose.h"

enum { SCHEMA = 1 };

static void lead(sft_string *s, bool first, const char *key)
{
    sft__string_addf(s, "%s\"%s\": ", first ? "" : ", ", key);
}

void sft__json_text(sft_string *s, const char *key, const char *value)
{
    lead(s, false, key);
    sft__string_json(s, value);
}

static void put_number(sft_string *s, const char *key, double value)
{
    lead(s, false, key);
    sft__string_number(s, value);
}

static void put_int(sft_string *s, const char *key, int64_t value)
{
    lead(s, false, key);
    sft__string_addf(s, "%lld", (long long)value);
}

static void put_flag(sft_string *s, const char *key, bool value)
{
    lead(s, false, key);
    sft__string_add(s, value ? "true" : "false");
}

void sft__json_edits(sft_string *s, int n, const char *const *edit)
{
    lead(s, false, "edits");
    sft__string_add(s, "[");
    for (int i = 0; i < n; i++) {
        sft__string_add(s, i ? ", " : "");
        sft__string_json(s, edit[i]);
    }
    sft__string_add(s, "]");
}

static void put_facts(sft_string *s, const sft_diagnosis_facts *f)
{
    sft__string_addf(s, "\"schema\": %d", SCHEMA);
    sft__json_text(s, "surefoot", SFT_VERSION);
    put_int(s, "steps", f->steps);
    put_int(s, "planned", f->planned);
    put_flag(s, "failed", f->failed);
    sft__json_text(s, "failure", f->failure);
    put_flag(s, "stopped", f->stopped);
    put_int(s, "spent", f->spent);
    put_number(s, "start_loss", f->start_loss);
    put_number(s, "end_loss", f->end_loss);
    put_number(s, "prior", f->prior);
    sft__string_addf(s, ",\n \"data\": {\"samples\": %lld", (long long)f->samples);
    put_number(s, "mean", f->mean);
    put_number(s, "std", f->std);
    put_number(s, "low", f->low);
    put_number(s, "high", f->high);
    put_number(s, "majority", f->majority);
    sft__string_add(s, "},\n \"curvature\": {\"sharpness\": ");
    sft__string_number(s, f->sharpness);
    put_number(s, "limit", f->sharpness_limit);
    put_number(s, "rate_limit", f->rate_limit);
    put_number(s, "critical_rate", f->critical_rate);
    sft__string_add(s, "}");
}

static void put_finding(sft_string *s, const sft_finding_facts *f)
{
    sft__string_add(s, "{\"symptom\": ");
    sft__string_json(s, f->symptom);
    sft__json_text(s, "severity", sft_severity_name(f->severity));
    sft__json_text(s, "doc", f->doc);
    sft__json_text(s, "layer", f->layer);
    sft__json_text(s, "op", f->op);
    put_number(s, "value", f->value);
    put_number(s, "limit", f->limit);
    sft__json_text(s, "evidence", f->evidence);
    sft__json_text(s, "cause", f->cause);
    sft__json_text(s, "remedy", f->remedy);
    sft__json_edits(s, f->edits, f->edit);
    sft__string_add(s, "}");
}

static void put_signal(sft_string *s, const sft_signal_facts *f)
{
    sft__string_add(s, "{\"layer\": ");
    sft__string_json(s, f->layer);
    sft__json_text(s, "op", f->op);
    put_number(s, "rms", f->rms);
    put_number(s, "mean", f->mean);
    put_number(s, "gain", f->gain);
    put_number(s, "alike", f->alike);
    put_number(s, "dead", f->dead);
    put_number(s, "slope", f->slope);
    put_number(s, "gradient", f->gradient);
    put_number(s, "weight", f->weight);
    put_number(s, "update", f->update);
    sft__string_add(s, "}");
}

static void put_trial(sft_string *s, const sft_trial_facts *f)
{
    sft__string_add(s, "{\"symptom\": ");
    sft__string_json(s, f->symptom);
    sft__json_text(s, "remedy", f->remedy);
    sft__json_edits(s, f->edits, f->edit);
    sft__json_text(s, "verdict", sft_verdict_name(f->verdict));
    sft__json_text(s, "measure", f->measure);
    put_number(s, "before", f->before);
    put_number(s, "after", f->after);
    put_number(s, "gain", f->gain);
    put_number(s, "se", f->se);
    put_number(s, "noise", f->noise);
    put_int(s, "seeds", f->seeds);
    put_int(s, "steps", f->steps);
    sft__json_text(s, "reason", f->reason);
    sft__string_add(s, "}");
}

static void put_signals(sft_string *s, const sft_diagnosis *d, const char *key, bool end)
{
    sft_signal_facts f;
    sft__string_addf(s, ",\n \"%s\": [", key);
    for (int i = 0; sft_diagnosis_signal(d, end, i, &f); i++) {
        sft__string_add(s, i ? ",\n  " : "\n  ");
        put_signal(s, &f);
    }
    sft__string_add(s, "]");
}

static void put_all(sft_string *s, const sft_diagnosis *d)
{
    sft_diagnosis_facts all;
    sft_finding_facts   found;
    sft_trial_facts     trial;
    sft_diagnosis_facts_of(d, &all);
    sft__string_add(s, "{");
    put_facts(s, &all);
    sft__string_add(s, ",\n \"findings\": [");
    for (int i = 0; sft_diagnosis_finding(d, i, &found); i++) {
        sft__string_add(s, i ? ",\n  " : "\n  ");
        put_finding(s, &found);
    }
    sft__string_add(s, "]");
    put_signals(s, d, "signals_start", false);
    if (all.steps) put_signals(s, d, "signals_end", true);
    sft__string_add(s, ",\n \"trials\": [");
    for (int i = 0; sft_diagnosis_trial(d, i, &trial); i++) {
        sft__string_add(s, i ? ",\n  " : "\n  ");
        put_trial(s, &trial);
    }
    sft__string_add(s, "]");
    sft__json_text(s, "repaired", d->repaired);
    sft__string_add(s, "}\n");
}

const char *sft_diagnosis_json(sft_diagnosis *d)
{
    if (!d || sft__failed(d->ctx)) return NULL;
    if (d->json) return d->json;
    sft_string s;
    sft__string_open(&s, d->ctx);
    put_all(&s, d);
    if (!sft__failed(d->ctx)) d->json = sft__arena_text(d->chart->notes, s.text);
    sft__string_close(&s);
    return d->json;
}
