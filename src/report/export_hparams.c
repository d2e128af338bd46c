/* SPDX-License-Identifier: MIT */
/* Hyperparameters as TensorBoard's hparams plugin reads them: the experiment in the top folder, a session's begin and end in each run's.
 * Field numbers are those of the plugin's plugin_data.proto, api.proto and of struct.proto. */
#include "report/export_tensorboard.h"

#include <math.h>
#include <string.h>

enum { EXPERIMENT = 2, SESSION_BEGIN = 3, SESSION_END = 4 }; /* of HParamsPluginData, whose version 1 stays 0 */
enum { STRING = 1, BOOL = 2, NUMBER = 3 };                   /* DataType */
enum { SUCCESS = 1, FAILURE = 2, RUNNING = 3 };              /* Status */

/* The plugin's data with a zero as value, which newer readers want to see. TensorProto: dtype 1 (1: float), tensor_shape 2, float_val 5. */
static void put(sft_events *e, const char *tag, int field, const sft_string *message, double seconds)
{
    const sft_string none = { 0 };
    sft_string       data, tensor;
    sft__string_open(&data, e->ctx);
    sft__string_open(&tensor, e->ctx);
    sft__proto_message(&data, field, message);
    sft__proto_int(&tensor, 1, 1);
    sft__proto_message(&tensor, 2, &none);
    sft__proto_float(&tensor, 5, 0);
    sft__events_plugin(e, tag, "hparams", &data, &tensor, 0);
    sft__events_put(e, seconds, 0);
    sft__string_close(&data);
    sft__string_close(&tensor);
}

static int type_of(const sft_export_key *k)
{
    return k->numbers ? NUMBER : k->flags ? BOOL : STRING;
}

/* HParamInfo: name 1, type 4, differs 7. */
static void add_info(sft_string *m, sft_string *inner, const sft_export_key *k)
{
    inner->n = 0;
    sft__proto_text(inner, 1, k->key);
    sft__proto_int(inner, 4, (uint64_t)type_of(k));
    sft__proto_int(inner, 7, 1);
    sft__proto_message(m, 4, inner);
}

/* MetricInfo: name 1 { tag 2 }. */
static void add_measure(sft_string *m, sft_string *inner, sft_string *name, const char *tag)
{
    inner->n = name->n = 0;
    sft__proto_text(name, 2, tag);
    sft__proto_message(inner, 1, name);
    sft__proto_message(m, 5, inner);
}

/* What trials are ranked by comes first. */
static const char *rank_tag(const sft_export_job *x, char *buf, size_t size)
{
    const char *by = x->n_studies && x->study[0].plan.rank_by ? x->study[0].plan.rank_by : "accuracy";
    snprintf(buf, size, "%.100s/validation", by);
    return buf;
}

/* Experiment: time_created_secs 3, hparam_infos 4, metric_infos 5. */
void sft__hparams_experiment(const sft_export_job *x, sft_events *e)
{
    static const char *const tags[] = { "accuracy/validation", "loss/validation", "accuracy/test", "loss/test", "loss/train" };
    char                     first[160];
    sft_string               m, inner, name;
    sft__string_open(&m, e->ctx);
    sft__string_open(&inner, e->ctx);
    sft__string_open(&name, e->ctx);
    sft__proto_double(&m, 3, e->begin);
    for (int i = 0; i < x->n_keys; i++) add_info(&m, &inner, &x->key[i]);
    add_measure(&m, &inner, &name, rank_tag(x, first, sizeof first));
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (strcmp(tags[i], first)) add_measure(&m, &inner, &name, tags[i]);
    put(e, "_hparams_/experiment", EXPERIMENT, &m, 0);
    sft__string_close(&m);
    sft__string_close(&inner);
    sft__string_close(&name);
}

/* google.protobuf.Value: number 2, string 3, bool 4. */
static void put_value(sft_string *v, const sft_export_key *k, const char *text)
{
    double number = NAN;
    v->n = 0;
    if (type_of(k) == NUMBER && sft__parse_real(text, strlen(text), &number)) sft__proto_double(v, 2, number);
    else if (type_of(k) == BOOL) sft__proto_int(v, 4, !strcmp(text, "true"));
    else sft__proto_text(v, 3, text);
}

/* Whole models and the like go by their labels. */
static const char *shown(const sft_export_run *run, const sft_export_key *k, const char *text, char *buf, size_t size)
{
    for (int i = 0; run->attempt && i < run->study->plan.space.n; i++) {
        const sft_axis *axis = &run->study->plan.space.axis[i];
        if (strcmp(axis->key, k->key) || axis->kind != SFT_AXIS_VALUES || type_of(k) != STRING) continue;
        for (int v = 0; v < axis->n; v++)
            if (sft__text_is(axis->value[v], text) && axis->label && axis->label[v]) return axis->label[v];
    }
    snprintf(buf, size, "%.250s", text);
    return buf;
}

static const char *group_of(const sft_export_run *run, char *buf, size_t size)
{
    if (!run->attempt) return run->name;
    snprintf(buf, size, "%.100s point %lld", run->study->plan.name ? run->study->plan.name : "", (long long)run->attempt->point);
    return buf;
}

/* SessionStartInfo: hparams 1 (a map: key 1, value 2), group_name 4, start_time_secs 5. Seeds of one point are one group: their mean is
 * shown. */
void sft__hparams_begin(const sft_export_job *x, const sft_export_run *run, const sft_export_recipe *r, sft_events *e)
{
    char       buf[256], group[160];
    sft_string m, entry, value;
    if (!x->n_keys) return;
    sft__string_open(&m, e->ctx);
    sft__string_open(&entry, e->ctx);
    sft__string_open(&value, e->ctx);
    for (int i = 0; i < x->n_keys; i++) {
        const char *text = sft__export_value(run, r, x->key[i].key);
        if (!text) continue;
        put_value(&value, &x->key[i], shown(run, &x->key[i], text, buf, sizeof buf));
        entry.n = 0;
        sft__proto_text(&entry, 1, x->key[i].key);
        sft__proto_message(&entry, 2, &value);
        sft__proto_message(&m, 1, &entry);
    }
    sft__proto_text(&m, 4, group_of(run, group, sizeof group));
    sft__proto_double(&m, 5, e->begin);
    put(e, "_hparams_/session_start_info", SESSION_BEGIN, &m, 0);
    sft__string_close(&m);
    sft__string_close(&entry);
    sft__string_close(&value);
}

static int status_of(const sft_export_run *run, const sft_run_json *j)
{
    if (run->attempt && run->attempt->state == SFT_TRIAL_FAILED) return FAILURE;
    if (run->attempt && (run->attempt->state == SFT_TRIAL_DONE || run->attempt->state == SFT_TRIAL_PRUNED)) return SUCCESS;
    return !strcmp(j->status, "failed") ? FAILURE : !strcmp(j->status, "running") || run->attempt ? RUNNING : *j->status ? SUCCESS : 0;
}

/* SessionEndInfo: status 1, end_time_secs 2. */
void sft__hparams_end(const sft_export_job *x, const sft_export_run *run, const sft_run_json *j, sft_events *e)
{
    sft_string m;
    const int  status = status_of(run, j);
    if (!x->n_keys || !status || status == RUNNING) return;
    sft__string_open(&m, e->ctx);
    sft__proto_int(&m, 1, (uint64_t)status);
    sft__proto_double(&m, 2, isfinite(j->end) ? j->end : e->begin);
    put(e, "_hparams_/session_end_info", SESSION_END, &m, isfinite(j->end) ? j->end - e->begin : 0);
    sft__string_close(&m);
}
