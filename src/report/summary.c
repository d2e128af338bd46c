/* SPDX-License-Identifier: MIT */
/* report.json: what the tables say, for programs. */
#include "report/report.h"
#include "sweep/store.h"

#include <math.h>
#include <string.h>

static const char *const fate_words[SFT_FATES] = { "well", "doctor", "overfits", "slow", "oscillates", "idle", "diverged", "crashed" };

static void put_spread(sft_string *s, const char *name, const sft_spread *v)
{
    sft__json_key(s, name);
    if (!v->n) {
        sft__string_add(s, "null");
        return;
    }
    sft__string_add(s, "{");
    sft__json_number(s, "mean", v->mean);
    sft__json_number(s, "std", v->std);
    sft__json_int(s, "n", v->n);
    sft__string_add(s, "}");
}

static void put_trial(const sft_report *r, int64_t i, sft_string *s)
{
    const sft_attempt *t = &r->study->attempt[i];
    sft__string_add(s, "{");
    sft__json_int(s, "trial", t->number);
    sft__json_int(s, "seed", t->seed);
    sft__json_text(s, "state", sft__state_name(t->state));
    sft__json_text(s, "folder", t->folder);
    sft__json_number(s, "rank", t->rank);
    sft__json_number(s, "test_accuracy", t->test_accuracy);
    sft__json_int(s, "best_epoch", t->best_epoch);
    sft__json_text(s, "fate", fate_words[r->remark[i].fate]);
    sft__json_text(s, "note", r->remark[i].text);
    sft__string_add(s, "}");
}

static void put_point(const sft_report *r, int place, sft_string *s)
{
    const sft_report_point *p = &r->point[place];
    const sft_space *space = &r->study->plan.space;
    sft__string_addf(s, "{\"place\": %d, \"point\": %lld, \"values\": {", place + 1, (long long)p->number);
    for (int k = 0; k < space->n; k++) sft__json_text(s, space->axis[k].key, r->study->attempt[p->trial[0]].value[k]);
    sft__string_addf(s, "}, \"done\": %d, \"failed\": %d, \"pruned\": %d", p->done, p->failed, p->pruned);
    put_spread(s, "validation", &p->rank);
    put_spread(s, "test", &p->test);
    put_spread(s, "best_epoch", &p->best_epoch);
    put_spread(s, "steps_per_second", &p->steps_per_second);
    sft__json_text(s, "note", p->note);
    sft__string_add(s, ", \"trials\": [");
    for (int i = 0; i < p->n; i++) {
        sft__string_add(s, i ? ", " : "");
        put_trial(r, p->trial[i], s);
    }
    sft__string_add(s, "]}");
}

static void put_effect(const sft_report *r, const sft_effect *e, sft_string *s)
{
    sft__string_add(s, "{");
    sft__json_text(s, "key", r->study->plan.space.axis[e->axis].key);
    sft__json_int(s, "table", e->table);
    sft__json_text(s, "best", e->best >= 0 ? e->level[e->best].label : NULL);
    sft__json_text(s, "from", e->best >= 0 ? e->level[e->from].label : NULL);
    sft__json_text(s, "to", e->best >= 0 ? e->level[e->to].label : NULL);
    sft__json_text(s, "sentence", e->sentence);
    sft__string_add(s, "}");
}

static sft_status write(sft_report *r)
{
    sft_string s;
    sft__string_open(&s, r->ctx);
    sft__string_add(&s, "{\"schema\": 1");
    sft__json_text(&s, "report", r->folder);
    sft__json_text(&s, "rank_by", r->study->plan.rank_by);
    sft__json_text(&s, "direction", r->study->plan.maximize ? "max" : "min");
    sft__json_int(&s, "trials", r->study->n);
    sft__string_add(&s, ",\n \"files\": [");
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
