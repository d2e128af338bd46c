/* SPDX-License-Identifier: MIT */
/* What a watcher tells of a fault, and what it writes into the run folder: diagnosis.json, events.jsonl, repaired.yaml. */
#include "doctor/watch.h"

/* ---- events ------------------------------------------------------------------------------------- */

static void begin_event(sft_watcher *w, sft_string *s, const char *event)
{
    const int64_t step = w->trainer->step;
    sft__string_open(s, w->ctx);
    sft__string_addf(s, "{\"step\": %lld, \"epoch\": %lld", (long long)step,
                     (long long)((step + w->cadence.epoch - 1) / w->cadence.epoch));
    sft__json_text(s, "event", event);
}

static void end_event(sft_watcher *w, sft_string *s)
{
    sft__string_add(s, "}");
    if (w->folder && !sft__failed(w->ctx)) sft__event_log(w->folder, s->text);
    sft__string_close(s);
}

void sft__watch_event(sft_watcher *w, const char *event)
{
    sft_string s;
    begin_event(w, &s, event);
    end_event(w, &s);
}

static void log_fault(sft_watcher *w, const sft_finding_facts *f)
{
    sft_string s;
    begin_event(w, &s, "fault");
    sft__json_text(&s, "symptom", f->symptom);
    sft__json_text(&s, "severity", sft_severity_name(f->severity));
    sft__json_text(&s, "layer", f->layer);
    sft__json_text(&s, "evidence", f->evidence);
    sft__json_text(&s, "remedy", f->remedy);
    sft__json_edits(&s, f->edits, f->edit);
    end_event(w, &s);
}

/* ---- files -------------------------------------------------------------------------------------- */

static void write_text(sft_watcher *w, const char *name, const char *text)
{
    char path[SFT_PATH];
    if (!w->folder || !text || sft__failed(w->ctx)) return;
    const sft_part part = { text, strlen(text) };
    sft__write_file(w->ctx, sft__folder_file(w->folder, name, path), &part, 1);
}

void sft__watch_write(sft_watcher *w)
{
    if (w->folder) write_text(w, "diagnosis.json", sft_diagnosis_json(&w->d));
}

/* The caller had remedies tried: the rejected ones are told, too. */
static void log_trials(sft_watcher *w)
{
    sft_string s;
    begin_event(w, &s, "tried");
    sft__string_addf(&s, ", \"steps\": %lld, \"trials\": [", (long long)w->d.spent);
    for (int i = 0; i < w->d.n_trials; i++) {
        const sft_trial *x = &w->d.trial[i];
        sft__string_addf(&s, "%s{\"seeds\": %d", i ? ", " : "", x->seeds);
        sft__json_text(&s, "symptom", x->symptom->name);
        sft__json_text(&s, "remedy", x->remedy->name);
        sft__json_edits(&s, x->edits.n, x->edits.edit);
        sft__json_text(&s, "verdict", sft_verdict_name(x->verdict));
        sft__json_text(&s, "reason", x->reason);
        sft__string_add(&s, "}");
    }
    sft__string_add(&s, "]");
    end_event(w, &s);
}

/* Some have won. */
static void note_repair(sft_watcher *w)
{
    write_text(w, "repaired.yaml", w->d.repaired);
    sft__watch_event(w, "repaired");
}

/* ---- a fault ------------------------------------------------------------------------------------- */

static void describe(const sft_watcher *w, const sft_finding_facts *f, char *text, size_t size)
{
    int n = snprintf(text, size, "step %lld: %s, %s", (long long)w->trainer->step, sft_severity_name(f->severity), f->symptom);
    if (f->layer) n += snprintf(text + n, size - (size_t)n, " at %s (%s)", f->layer, f->op);
    n += snprintf(text + n, size - (size_t)n, " — %.800s", f->evidence);
    for (int i = 0; i < f->edits && n < (int)size - 1; i++)
        n += snprintf(text + n, size - (size_t)n, i ? " '%.300s'" : " — try '%.300s'", f->edit[i]);
}

void sft__watch_tell(sft_watcher *w, int finding)
{
    sft_finding_facts f;
    char              text[sizeof w->fault];
    const bool        repaired = w->d.repaired != NULL;
    const int         trials = w->d.n_trials;
    if (!sft_diagnosis_finding(&w->d, finding, &f)) return;
    w->told[sft__symptom_number(w->d.found[finding].symptom)] = true;
    describe(w, &f, text, sizeof text);
    sft__note(w->ctx, SFT_WARN, "W360", "%s", text);
    log_fault(w, &f);
    const bool on = !w->o.fault || w->o.fault(w->o.user, &w->d, &f, w->trainer->step);
    if (w->d.n_trials > trials) log_trials(w);
    if (w->d.repaired && !repaired) note_repair(w);
    if (on || w->stops || w->ended) return;
    w->stops = true;
    memcpy(w->fault, text, sizeof text);
    sft__watch_event(w, "stopped");
}
