/* SPDX-License-Identifier: MIT */
/* report.json: what the tables say, for programs. */
#include "report/report.h"

#include <math.h>
#include <string.h>

static const char *const state_words[] = { "waiting", "running", "done", "pruned", "failed" };
static const char *const fate_words[SFT_FATES] = { "well", "doctor", "overfits", "slow", "oscillates", "idle", "diverged", "crashed" };

static void key(sft_string *s, const char *name)
{
    sft__string_addf(s, ", \"%s\": ", name);
}

static void put_spread(sft_string *s, const char *name, const sft_spread *v)
{
    key(s, name);
    if (!v->n) {
        sft__string_add(s, "null");
        return;
    }
    sft__string_add(s, "{\"mean\": ");
    sft__string_number(s, v->mean);
    key(s, "std");
    sft__string_number(s, v->std);
    sft__string_addf(s, ", \"n\": %d}", v->n);
}

static void put_trial(const sft_report *r, int64_t i, sft_string *s)
{
    const sft_attempt *t = &r->study->attempt[i];
    sft__string_addf(s, "{\"trial\": %lld, \"seed\": %lld, \"state\": \"%s\"", (long long)t->number, (long long)t->seed,
                     state_words[t->state]);
    key(s, "folder");
    sft__string_json(s, t->folder);
    key(s, "rank");
    sft__string_number(s, t->rank);
    key(s, "test_accuracy");
    sft__string_number(s, t->test_accuracy);
    sft__string_addf(s, ", \"best_epoch\": %lld, \"fate\": \"%s\"", (long long)t->best_epoch, fate_words[r->remark[i].fate]);
    key(s, "note");
    sft__string_json(s, r->remark[i].text);
    sft__string_add(s, "}");
}

static void put_point(const sft_report *r, int place, sft_string *s)
{
    const sft_report_point *p = &r->point[place];
    const sft_space *space = &r->study->plan.space;
    sft__string_addf(s, "{\"place\": %d, \"point\": %lld, \"values\": {", place + 1, (long long)p->number);
    for (int k = 0; k < space->n; k++) {
        sft__string_add(s, k ? ", " : "");
        sft__string_json(s, space->axis[k].key);
        sft__string_add(s, ": ");
        sft__string_json(s, r->study->attempt[p->trial[0]].value[k]);
    }
    sft__string_addf(s, "}, \"done\": %d, \"failed\": %d, \"pruned\": %d", p->done, p->failed, p->pruned);
    put_spread(s, "validation", &p->rank);
    put_spread(s, "test", &p->test);
    put_spread(s, "best_epoch", &p->best_epoch);
    put_spread(s, "steps_per_second", &p->steps_per_second);
    key(s, "note");
    sft__string_json(s, p->note);
    sft__string_add(s, ", \"trials\": [");
    for (int i = 0; i < p->n; i++) {
        sft__string_add(s, i ? ", " : "");
        put_trial(r, p->trial[i], s);
    }
    sft__string_add(s, "]}");
}

static void put_effect(const sft_report *r, const sft_effect *e, sft_string *s)
{
    sft__string_add(s, "{\"key\": ");
    sft__string_json(s, r->study->plan.space.axis[e->axis].key);
    sft__string_addf(s, ", \"table\": %d", e->table);
    key(s, "best");
    sft__string_json(s, e->best >= 0 ? e->level[e->best].label : NULL);
    key(s, "from");
    sft__string_json(s, e->best >= 0 ? e->level[e->from].label : NULL);
    key(s, "to");
    sft__string_json(s, e->best >= 0 ? e->level[e->to].label : NULL);
    key(s, "sentence");
    sft__string_json(s, e->sentence);
    sft__string_add(s, "}");
}

static sft_status write(sft_report *r)
{
    sft_string s;
    sft__string_open(&s, r->ctx);
    sft__string_add(&s, "{\"schema\": 1, \"report\": ");
    sft__string_json(&s, r->folder);
    key(&s, "rank_by");
    sft__string_json(&s, r->study->plan.rank_by);
    sft__string_addf(&s, ", \"direction\": \"%s\", \"trials\": %lld,\n \"files\": [", r->study->plan.maximize ? "max" : "min",
                     (long long)r->study->n);
    for (int i = 0; sft__report_part_at(i); i++)
        for (const char *at = sft__report_part_at(i)->files; *at; at += strspn(at, " ")) {
            const size_t n = strcspn(at, " ");
            sft__string_add(&s, i || at != sft__report_part_at(i)->files ? ", \"" : "\"");
            sft__string_addn(&s, at, n);
            sft__string_add(&s, "\"");
            at += n;
        }
    sft__string_add(&s, "],\n \"effects\": [");
    for (int i = 0; i < r->n_effects; i++) {
        sft__string_add(&s, i ? ",\n  " : "\n  ");
        put_effect(r, &r->effect[i], &s);
    }
    sft__string_add(&s, "],\n \"points\": [");
    for (int i = 0; i < r->n_points; i++) {
        sft__string_add(&s, i ? ",\n  " : "\n  ");
        put_point(r, i, &s);
    }
    sft__string_add(&s, "]}\n");
    return sft__report_file(r, "report.json", &s);
}

const sft_report_part sft__report_summary = {
    .name = "summary", .doc = "points, trials and sentences as JSON", .files = "report.json", .write = write,
};
