/* SPDX-License-Identifier: MIT */
/* Format json: one object. Sweeps with their axes; runs with the recipe, what run.json says, and their curves, a row an object. */
#include "report/export.h"
#include "sweep/store.h"

#include <math.h>
#include <string.h>

enum { SCHEMA = 1 };

typedef struct object {
    sft_sink    sink;
    sft_export_job *x;
    bool        signals, more;  /* rows of which file; it is not the first one */
} object;

/* A value of a recipe: whole numbers to the last digit, numbers, true and false as such, all else as text. key NULL: in an array. */
static void put_value(sft_string *out, const char *key, const char *text)
{
    const size_t n = text ? strlen(text) : 0;
    double       number;
    int64_t      whole;
    if (key) sft__json_key(out, key);
    if (n && strspn(text, "-0123456789") == n && sft__parse_int(text, n, &whole)) sft__string_addf(out, "%lld", (long long)whole);
    else if (n && sft__parse_real(text, n, &number) && isfinite(number)) sft__string_number(out, number);
    else if (text && (!strcmp(text, "true") || !strcmp(text, "false"))) sft__string_add(out, text);
    else sft__string_json(out, text);
}

/* ---- rows -------------------------------------------------------------------------------------------- */

static sft_status put_row(void *user, const sft_export_row *row)
{
    object     *o = user;
    sft_string *out = &o->sink.text;
    sft__string_addf(out, "%s\n   {\"step\": %lld, \"epoch\": %lld", o->more ? "," : "", (long long)row->step, (long long)row->epoch);
    o->more = true;
    if (row->split) sft__json_text(out, "split", row->split);
    else {
        sft__json_text(out, "layer", row->layer);
        sft__json_text(out, "op", row->op);
        sft__json_number(out, "seconds", row->seconds);
    }
    for (int i = 0; i < row->n; i++) {
        sft__json_number(out, row->name[i], row->value[i]);
        o->x->facts.values += !isnan(row->value[i]);
    }
    sft__string_add(out, "}");
    return sft__sink_flush(&o->sink);
}

static void put_rows(object *o, const char *folder, const char *name, unsigned what)
{
    sft__string_addf(&o->sink.text, ",\n  \"%s\": [", name);
    o->more = false;
    sft__export_walk(o->x->ctx, folder, what, put_row, o);
    sft__string_add(&o->sink.text, "]");
}

/* ---- runs -------------------------------------------------------------------------------------------- */

static void put_recipe(object *o, const sft_export_run *run)
{
    sft_string       *out = &o->sink.text;
    sft_export_recipe r;
    sft__export_recipe_open(o->x->ctx, run, &r);
    sft__string_add(out, r.n ? ",\n  \"recipe\": {" : ",\n  \"recipe\": null");
    for (int i = 0; i < r.n; i++) put_value(out, r.key[i], r.value[i]);
    sft__string_add(out, r.n ? "},\n  \"recipe_yaml\": " : ",\n  \"recipe_yaml\": ");
    sft__string_json(out, r.yaml);
    sft__export_recipe_close(&r);
}

/* run.json as it is: that it is JSON was seen when it was read. */
static void put_results(object *o, const sft_export_run *run)
{
    sft_run_json j = { .begin = NAN };
    if (run->folder) sft__run_json_read(o->x->ctx, run->folder, &j);
    size_t n = j.text.size;
    while (n && strchr(" \t\r\n", (char)j.text.data[n - 1])) n--;
    sft__string_add(&o->sink.text, ",\n  \"results\": ");
    if (n) sft__string_addn(&o->sink.text, (const char *)j.text.data, n);
    else sft__string_add(&o->sink.text, "null");
    sft__run_json_free(o->x->ctx, &j);
}

static void put_trial(sft_string *out, const sft_study *s, const sft_attempt *t)
{
    sft__json_text(out, "sweep", s->folder);
    sft__json_int(out, "trial", t->number);
    sft__json_int(out, "point", t->point);
    sft__json_int(out, "seed", t->seed);
    sft__json_text(out, "state", sft__state_name(t->state));
    sft__json_text(out, "failure", t->failure);
    sft__json_text(out, "note", t->note);
    sft__json_number(out, "rank", t->rank);
    sft__json_int(out, "best_epoch", t->best_epoch);
    sft__json_number(out, "val_loss", t->val_loss);
    sft__json_number(out, "val_accuracy", t->val_accuracy);
    sft__json_number(out, "test_loss", t->test_loss);
    sft__json_number(out, "test_accuracy", t->test_accuracy);
    sft__json_number(out, "seconds", t->seconds);
    sft__string_add(out, ",\n  \"values\": {");
    for (int i = 0; i < s->plan.space.n; i++)
        if (t->value[i]) put_value(out, s->plan.space.axis[i].key, t->value[i]);
    sft__string_add(out, "}");
}

static void put_run(object *o, const sft_export_run *run)
{
    sft__string_add(&o->sink.text, "\n {");
    sft__json_text(&o->sink.text, "name", run->name);
    sft__json_text(&o->sink.text, "folder", run->folder);
    if (run->attempt) put_trial(&o->sink.text, run->study, run->attempt);
    put_recipe(o, run);
    put_results(o, run);
    put_rows(o, run->folder, "curves", SFT_EXPORT_METRICS);
    if (!o->x->o->no_signals) put_rows(o, run->folder, "signals", SFT_EXPORT_SIGNALS);
    sft__string_add(&o->sink.text, "}");
    sft__sink_flush(&o->sink);
    o->x->facts.runs++;
}

/* ---- sweeps -------------------------------------------------------------------------------------------- */

static void put_axis(sft_string *out, const sft_axis *a)
{
    static const char *const kinds[] = { [SFT_AXIS_VALUES] = "values", [SFT_AXIS_REAL] = "real", [SFT_AXIS_INT] = "integer" };
    sft__string_add(out, "\n   {");
    sft__json_text(out, "key", a->key);
    sft__json_text(out, "kind", kinds[a->kind]);
    sft__json_flag(out, "log", a->log);
    if (a->kind != SFT_AXIS_VALUES) {
        sft__json_number(out, "min", a->low);
        sft__json_number(out, "max", a->high);
    }
    for (int i = 0; a->kind == SFT_AXIS_VALUES && i < a->n; i++) {
        sft__string_add(out, i ? ", " : ", \"values\": [");
        put_value(out, NULL, a->value[i]);
    }
    sft__string_add(out, a->kind == SFT_AXIS_VALUES ? "]}" : "}");
}

static void put_sweep(sft_string *out, const sft_study *s)
{
    sft__string_add(out, "\n  {");
    sft__json_text(out, "folder", s->folder);
    sft__json_text(out, "name", s->plan.name);
    sft__json_text(out, "surefoot", s->version);
    sft__json_text(out, "rank_by", s->plan.rank_by);
    sft__json_text(out, "direction", s->plan.maximize ? "max" : "min");
    sft__json_int(out, "trials", s->n);
    sft__json_int(out, "seeds", s->plan.seeds);
    sft__json_text(out, "plan", s->plan.text);
    sft__string_add(out, ",\n   \"axes\": [");
    for (int i = 0; i < s->plan.space.n; i++) {
        sft__string_add(out, i ? "," : "");
        put_axis(out, &s->plan.space.axis[i]);
    }
    sft__string_add(out, "]}");
}

static void put_all(object *o)
{
    sft_string *out = &o->sink.text;
    sft__string_addf(out, "{\"schema\": %d", SCHEMA);
    sft__json_text(out, "surefoot", SFT_VERSION);
    sft__string_add(out, ",\n \"sweeps\": [");
    for (int i = 0; i < o->x->n_studies; i++) {
        sft__string_add(out, i ? "," : "");
        put_sweep(out, &o->x->study[i]);
    }
    sft__string_add(out, "],\n \"runs\": [");
    for (int64_t i = 0; i < o->x->n && !sft__failed(o->x->ctx); i++) {
        sft__string_add(out, i ? "," : "");
        put_run(o, &o->x->run[i]);
    }
    sft__string_add(out, "]}\n");
}

static sft_status write(sft_export_job *x)
{
    object o = { .x = x };
    if (sft__sink_open(x->ctx, &o.sink, x->o->path, x->o->write, x->o->user) == SFT_OK) put_all(&o);
    if (sft__sink_close(&o.sink) == SFT_OK) x->facts.files += x->o->path != NULL;
    return sft_code(x->ctx);
}

const sft_exporter sft__export_json = {
    .name = "json", .doc = "one object: each run's recipe, results and curves", .write = write,
};
