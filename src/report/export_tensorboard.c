/* SPDX-License-Identifier: MIT */
/* Format tensorboard: an event file a run, as TensorBoard opens them. Numbers become scalars, looks scalars a layer, the recipe a text, and
 * the keys in which runs differ hyperparameters. */
#include "report/export_tensorboard.h"

#include <math.h>
#include <string.h>

static const char file_name[] = "events.out.tfevents.0.surefoot"; /* always the same: an export replaces the one before */

/* Event: wall_time 1, step 2, file_version 3, summary 5. Summary: value 1. */
void sft__events_put(sft_events *e, double seconds, int64_t step)
{
    if (!e->summary.n) return;
    sft__proto_double(&e->event, 1, e->begin + seconds);
    sft__proto_int(&e->event, 2, (uint64_t)step);
    sft__proto_message(&e->event, 5, &e->summary);
    sft__tfrecord_add(&e->sink.text, e->event.text, e->event.n);
    sft__sink_flush(&e->sink);
    e->event.n = e->summary.n = 0;
}

/* Summary.Value: tag 1, simple_value 2, tensor 8, metadata 9. A number beyond a float's is infinite there, and left out. */
static void add_scalar(sft_events *e, const char *tag, double v)
{
    if (!isfinite((float)v)) return;
    sft__proto_text(&e->value, 1, tag);
    sft__proto_float(&e->value, 2, (float)v);
    sft__proto_message(&e->summary, 1, &e->value);
    e->value.n = 0;
    e->facts->values++;
}

/* SummaryMetadata: plugin_data 1 { plugin_name 1, content 2 }, data_class 4. */
void sft__events_plugin(sft_events *e, const char *tag, const char *plugin, const sft_string *data, const sft_string *tensor,
                        int data_class)
{
    sft_string meta;
    sft__string_open(&meta, e->ctx);
    e->inner.n = 0;
    sft__proto_text(&e->inner, 1, plugin);
    sft__proto_message(&e->inner, 2, data);
    sft__proto_message(&meta, 1, &e->inner);
    if (data_class) sft__proto_int(&meta, 4, (uint64_t)data_class);
    sft__proto_text(&e->value, 1, tag);
    sft__proto_message(&e->value, 8, tensor);
    sft__proto_message(&e->value, 9, &meta);
    sft__proto_message(&e->summary, 1, &e->value);
    sft__string_close(&meta);
    e->value.n = e->inner.n = 0;
}

/* ---- rows ----------------------------------------------------------------------------------------- */

/* Rate and gradient are of the step, whatever split is measured there: once a step. Seconds are the wall time. */
static void add_metric(sft_events *e, const sft_export_row *row, int i)
{
    char        tag[256];
    const char *name = row->name[i];
    if (!strcmp(name, "seconds")) return;
    if (strcmp(name, "lr") && strcmp(name, "grad_norm")) snprintf(tag, sizeof tag, "%.200s/%.40s", name, row->split);
    else if (row->step == e->lr_step) return;
    else snprintf(tag, sizeof tag, "%s", name);
    add_scalar(e, tag, row->value[i]);
}

static sft_status put_row(void *user, const sft_export_row *row)
{
    sft_events *e = user;
    char        tag[400];
    for (int i = 0; i < row->n; i++) {
        if (isnan(row->value[i])) continue;
        if (row->split) add_metric(e, row, i);
        else add_scalar(e, sft__signal_tag(row, i, tag, sizeof tag), row->value[i]);
    }
    if (row->split && e->summary.n) e->lr_step = row->step;
    sft__events_put(e, row->seconds, row->step);
    return sft_code(e->ctx);
}

/* The recipe as a block of code. TensorProto: dtype 1 (7: string), tensor_shape 2, string_val 8. */
static void put_recipe(sft_events *e, const sft_export_recipe *r)
{
    const sft_string none = { 0 };
    sft_string       text, tensor;
    if (!r->yaml) return;
    sft__string_open(&text, e->ctx);
    sft__string_open(&tensor, e->ctx);
    sft__string_addf(&text, "```yaml\n%s```\n", r->yaml);
    sft__proto_int(&tensor, 1, 7);
    sft__proto_message(&tensor, 2, &none);
    sft__proto_message(&tensor, 8, &text);
    sft__events_plugin(e, "recipe", "text", &none, &tensor, 2);
    sft__events_put(e, 0, 0);
    sft__string_close(&text);
    sft__string_close(&tensor);
}

/* ---- files ---------------------------------------------------------------------------------------- */

static sft_status open_events(const sft_export_job *x, sft_events *e, const char *folder, double begin, sft_arena *a,
                              sft_export_facts *facts)
{
    *e = (sft_events){ .ctx = x->ctx, .begin = isfinite(begin) ? begin : 0, .lr_step = -1, .facts = facts };
    sft__string_open(&e->event, x->ctx);
    sft__string_open(&e->summary, x->ctx);
    sft__string_open(&e->value, x->ctx);
    sft__string_open(&e->inner, x->ctx);
    const char *path = sft__arena_printf(a, "%s%s%s/%s", x->o->path, *folder ? "/" : "", folder, file_name);
    sft__sink_open(x->ctx, &e->sink, path, NULL, NULL);
    e->sink.lazy = true;
    sft__proto_double(&e->event, 1, e->begin);
    sft__proto_text(&e->event, 3, "brain.Event:2");
    sft__tfrecord_add(&e->sink.text, e->event.text, e->event.n);
    e->event.n = 0;
    return sft_code(x->ctx);
}

static void close_events(sft_events *e)
{
    if (sft__sink_close(&e->sink) == SFT_OK) e->facts->files++;
    sft__string_close(&e->event);
    sft__string_close(&e->summary);
    sft__string_close(&e->value);
    sft__string_close(&e->inner);
}

static double begin_of(const sft_export_run *run, const sft_run_json *j)
{
    return isfinite(j->begin) ? j->begin : run->attempt ? run->attempt->started : NAN;
}

/* A run by itself lies in the folder that was asked for; several have folders of their names there. */
static sft_status put_run(sft_export_job *x, const sft_export_run *run, const char *folder, double *first, sft_arena *a)
{
    const unsigned    what = SFT_EXPORT_METRICS | (x->o->no_signals ? 0u : SFT_EXPORT_SIGNALS);
    sft_run_json      j;
    sft_export_recipe r;
    sft_events        e;
    sft__run_json_read(x->ctx, run->folder, &j);
    sft__export_recipe_open(x->ctx, run, &r);
    if (open_events(x, &e, folder, begin_of(run, &j), a, &x->facts) == SFT_OK) {
        *first = e.begin < *first ? e.begin : *first;
        sft__hparams_begin(x, run, &r, &e);
        put_recipe(&e, &r);
        sft__export_walk(x->ctx, run->folder, what, put_row, &e);
        sft__hparams_end(x, run, &j, &e);
    }
    close_events(&e);
    x->facts.runs += !sft__failed(x->ctx);
    sft__export_recipe_close(&r);
    sft__run_json_free(x->ctx, &j);
    return sft_code(x->ctx);
}

static void put_experiment(sft_export_job *x, double begin, sft_arena *a)
{
    sft_events e;
    if (open_events(x, &e, "", begin, a, &x->facts) == SFT_OK) sft__hparams_experiment(x, &e);
    close_events(&e);
}

static sft_status write(sft_export_job *x)
{
    const bool only = x->n == 1 && !x->n_studies;
    double     first = INFINITY;
    sft_arena  a;
    if (sft__export_keys(x) != SFT_OK) return sft_code(x->ctx);
    for (int64_t i = 0; i < x->n && !sft__failed(x->ctx); i++) {
        if (!x->run[i].folder || !sft__holds(x->run[i].folder, "metrics.csv")) continue;
        sft__arena_open(&a, x->ctx);
        put_run(x, &x->run[i], only ? "" : x->run[i].name, &first, &a);
        sft__arena_close(&a);
    }
    if (!x->n_keys || sft__failed(x->ctx)) return sft_code(x->ctx);
    sft__arena_open(&a, x->ctx);
    put_experiment(x, first, &a);
    sft__arena_close(&a);
    return sft_code(x->ctx);
}

const sft_exporter sft__export_tensorboard = {
    .name = "tensorboard", .doc = "event files that TensorBoard opens, a folder a run", .folder = true, .write = write,
};
