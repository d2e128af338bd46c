/* SPDX-License-Identifier: MIT */
/* A study's table as JSON: what is varied, and a short object a trial. */
#include "report/page.h"
#include "report/report.h"

#include <math.h>
#include <string.h>

static void put_text(sft_string *out, const char *key, const char *text)
{
    sft__string_addf(out, ",\"%s\":", key);
    sft__string_json(out, text);
}

static void put_int(sft_string *out, const char *key, int64_t v)
{
    sft__string_addf(out, ",\"%s\":%lld", key, (long long)v);
}

static void put_real(sft_string *out, const char *key, double v)
{
    sft__string_addf(out, ",\"%s\":", key);
    sft__string_number(out, v);
}

/* ---- axes ---------------------------------------------------------------------------------------- */

static void put_axis(sft_string *out, const sft_axis *a)
{
    bool numbers = a->kind != SFT_AXIS_VALUES || a->number;
    sft__string_add(out, "{\"key\":");
    sft__string_json(out, a->key);
    sft__string_addf(out, ",\"numbers\":%s,\"log\":%s,\"labels\":[", numbers ? "true" : "false", a->log ? "true" : "false");
    for (int i = 0; a->kind == SFT_AXIS_VALUES && i < a->n; i++) {
        if (i) sft__string_add(out, ",");
        sft__string_json(out, a->label && a->label[i] ? a->label[i] : a->value[i]);
    }
    sft__string_add(out, "]}");
}

/* Which of a list's values `text` is; -1: none. */
static int index_of(const sft_axis *a, const char *text)
{
    for (int i = 0; a->kind == SFT_AXIS_VALUES && i < a->n; i++)
        if (sft__text_is(a->value[i], text)) return i;
    return -1;
}

/* A value of an axis: its label, and behind it its number where it is one. Null: it does not matter. Of a number from a range the label
 * has the digits that the report's tables have. */
static void put_value(sft_string *out, const sft_axis *a, const char *text)
{
    int    at = text ? index_of(a, text) : -1;
    double v = NAN;
    char   buf[64];
    if (!text) {
        sft__string_add(out, "null");
        return;
    }
    if (at >= 0 && a->number) v = a->number[at];
    else if (a->kind != SFT_AXIS_VALUES && !sft__parse_real(text, strlen(text), &v)) v = NAN;
    sft__string_add(out, "[");
    if (at >= 0 && a->label && a->label[at]) text = a->label[at];
    else if (a->kind == SFT_AXIS_REAL && isfinite(v)) text = sft__brief(v, 4, buf, sizeof buf);
    sft__string_json(out, text);
    if (isfinite(v)) {
        sft__string_add(out, ",");
        sft__string_number(out, v);
    }
    sft__string_add(out, "]");
}

/* ---- trials --------------------------------------------------------------------------------------- */

static const char *state_name(sft_trial_state state)
{
    static const char *const name[] = { "waiting", "running", "done", "pruned", "failed" };
    return (unsigned)state < sizeof name / sizeof *name ? name[state] : "failed";
}

static void put_scores(sft_string *out, const sft_attempt *t)
{
    put_real(out, "rank", t->rank);
    put_real(out, "valLoss", t->val_loss);
    put_real(out, "valAcc", t->val_accuracy);
    put_real(out, "testLoss", t->test_loss);
    put_real(out, "testAcc", t->test_accuracy);
}

static void put_trial(sft_string *out, const sft_space *space, const sft_attempt *t)
{
    sft__string_addf(out, "{\"trial\":%lld", (long long)t->number);
    put_int(out, "point", t->point);
    put_int(out, "seed", t->seed);
    put_text(out, "state", state_name(t->state));
    sft__string_add(out, ",\"values\":[");
    for (int i = 0; i < space->n; i++) {
        if (i) sft__string_add(out, ",");
        put_value(out, &space->axis[i], t->value ? t->value[i] : NULL);
    }
    sft__string_add(out, "]");
    put_scores(out, t);
    put_int(out, "epochs", t->epochs);
    put_int(out, "best", t->best_epoch);
    put_int(out, "steps", t->steps);
    put_int(out, "planned", t->planned_steps);
    put_real(out, "seconds", t->seconds);
    if (t->note && *t->note) put_text(out, "note", t->note);
    if (t->failure && *t->failure) put_text(out, "failure", t->failure);
    if (t->state == SFT_TRIAL_FAILED) put_int(out, "exit", t->exit_code);
    put_text(out, "folder", t->folder);
    sft__string_add(out, "}");
}

void sft__page_study(sft_string *out, const sft_study *s, const char *title)
{
    sft__string_add(out, "{\"schema\":1");
    put_text(out, "title", title);
    put_text(out, "rankBy", s->plan.rank_by ? s->plan.rank_by : "loss");
    sft__string_addf(out, ",\"maximize\":%s", s->plan.maximize ? "true" : "false");
    put_int(out, "seeds", s->plan.seeds);
    put_int(out, "workers", s->workers);
    put_real(out, "created", s->created);
    put_real(out, "wall", s->wall_seconds);
    put_text(out, "version", s->version ? s->version : SFT_VERSION);
    sft__string_add(out, ",\"axes\":[");
    for (int i = 0; i < s->plan.space.n; i++) {
        if (i) sft__string_add(out, ",");
        put_axis(out, &s->plan.space.axis[i]);
    }
    sft__string_add(out, "],\n\"trials\":[");
    for (int64_t i = 0; i < s->n; i++) {
        sft__string_add(out, i ? ",\n" : "\n");
        put_trial(out, &s->plan.space, &s->attempt[i]);
    }
    sft__string_add(out, "]}");
}
