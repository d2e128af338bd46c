/* SPDX-License-Identifier: MIT */
/* diagnosis.json: the whole diagnosis as text. Its form is docs/diagnosis-schema.json. */
#include "base/text.h"
#include "doctor/diagnose.h"

enum { SCHEMA = 1 };

void sft__json_edits(sft_string *s, int n, const char *const *edit)
{
    sft__json_key(s, "edits");
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
    sft__json_int(s, "steps", f->steps);
    sft__json_int(s, "planned", f->planned);
    sft__json_flag(s, "failed", f->failed);
    sft__json_text(s, "failure", f->failure);
    sft__json_flag(s, "stopped", f->stopped);
    sft__json_int(s, "spent", f->spent);
    sft__json_number(s, "start_loss", f->start_loss);
    sft__json_number(s, "end_loss", f->end_loss);
    sft__json_number(s, "prior", f->prior);
    sft__string_addf(s, ",\n \"data\": {\"samples\": %lld", (long long)f->samples);
    sft__json_number(s, "mean", f->mean);
    sft__json_number(s, "std", f->std);
    sft__json_number(s, "low", f->low);
    sft__json_number(s, "high", f->high);
    sft__json_number(s, "majority", f->majority);
    sft__string_add(s, "},\n \"curvature\": {\"sharpness\": ");
    sft__string_number(s, f->sharpness);
    sft__json_number(s, "limit", f->sharpness_limit);
    sft__json_number(s, "rate_limit", f->rate_limit);
    sft__json_number(s, "critical_rate", f->critical_rate);
    sft__string_add(s, "}");
}

static void put_finding(sft_string *s, const sft_finding_facts *f)
{
    sft__string_add(s, "{");
    sft__json_text(s, "symptom", f->symptom);
    sft__json_text(s, "severity", sft_severity_name(f->severity));
    sft__json_text(s, "doc", f->doc);
    sft__json_text(s, "layer", f->layer);
    sft__json_text(s, "op", f->op);
    sft__json_number(s, "value", f->value);
    sft__json_number(s, "limit", f->limit);
    sft__json_text(s, "evidence", f->evidence);
    sft__json_text(s, "cause", f->cause);
    sft__json_text(s, "remedy", f->remedy);
    sft__json_edits(s, f->edits, f->edit);
    sft__string_add(s, "}");
}

static void put_signal(sft_string *s, const sft_signal_facts *f)
{
    sft__string_add(s, "{");
    sft__json_text(s, "layer", f->layer);
    sft__json_text(s, "op", f->op);
    sft__json_number(s, "rms", f->rms);
    sft__json_number(s, "mean", f->mean);
    sft__json_number(s, "gain", f->gain);
    sft__json_number(s, "alike", f->alike);
    sft__json_number(s, "dead", f->dead);
    sft__json_number(s, "slope", f->slope);
    sft__json_number(s, "gradient", f->gradient);
    sft__json_number(s, "weight", f->weight);
    sft__json_number(s, "update", f->update);
    sft__string_add(s, "}");
}

static void put_trial(sft_string *s, const sft_trial_facts *f)
{
    sft__string_add(s, "{");
    sft__json_text(s, "symptom", f->symptom);
    sft__json_text(s, "remedy", f->remedy);
    sft__json_edits(s, f->edits, f->edit);
    sft__json_text(s, "verdict", sft_verdict_name(f->verdict));
    sft__json_text(s, "measure", f->measure);
    sft__json_number(s, "before", f->before);
    sft__json_number(s, "after", f->after);
    sft__json_number(s, "gain", f->gain);
    sft__json_number(s, "se", f->se);
    sft__json_number(s, "noise", f->noise);
    sft__json_int(s, "seeds", f->seeds);
    sft__json_int(s, "steps", f->steps);
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
