/* SPDX-License-Identifier: MIT */
/* What run.json, diagnosis.json and events.jsonl of a run folder say, as far as reports need it. */
#include "base/io.h"
#include "sweep/notes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* "2026-11-29T06:34:35Z" in seconds since 1970: days by the calendar's rule of 400 years. */
double sft__iso_time(const char *iso)
{
    int y, m, d, h, min, s;
    if (!iso || sscanf(iso, "%4d-%2d-%2dT%2d:%2d:%2dZ", &y, &m, &d, &h, &min, &s) != 6 || m < 1 || m > 12 || y < 1970) return NAN;
    if (m < 3) y--;
    const long long era = y / 400, of_era = y % 400, of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    const long long days = era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
    return (double)(days * 86400 + h * 3600 + min * 60 + s);
}

#ifdef SFT_HAVE_JANSSON
#include <jansson.h>

static json_t *load(sft_ctx *c, const char *folder, const char *name)
{
    char      path[4096 + 32];
    sft_bytes bytes = { 0 };
    json_t   *root = NULL;
    snprintf(path, sizeof path, "%.4096s/%s", folder, name);
    if (sft__read_file(c, path, (size_t)64 << 20, &bytes) == SFT_IO_OK)
        root = json_loadb((const char *)bytes.data, bytes.size, JSON_REJECT_DUPLICATES, NULL);
    sft__bytes_free(c, &bytes);
    return root;
}

static double number(const json_t *at, const char *key)
{
    const json_t *v = json_object_get(at, key);
    return json_is_number(v) ? json_number_value(v) : NAN;
}

static int64_t whole(const json_t *at, const char *key)
{
    const double v = number(at, key);
    return v >= 0 && v < 9e15 ? (int64_t)v : -1;
}

static const char *text(sft_arena *a, const json_t *at, const char *key)
{
    const json_t *v = json_object_get(at, key);
    return json_is_string(v) ? sft__arena_text(a, json_string_value(v)) : NULL;
}

/* The loss of a network that knows nothing but how many answers there are: an upper bound of what ignorance costs. */
static double prior_of(const json_t *run)
{
    const char  *loss = json_string_value(json_object_get(run, "loss"));
    const double outputs = number(run, "outputs");
    if (loss && !strcmp(loss, "cross_entropy") && outputs > 1) return log(outputs);
    return loss && !strcmp(loss, "bce") ? log(2) : NAN;
}

static void take_run(sft_arena *a, const json_t *run, sft_run_look *out)
{
    const json_t *end = json_object_get(run, "validation"), *test = json_object_get(run, "test"), *train = json_object_get(run, "train");
    out->found = true;
    out->status = text(a, run, "status");
    out->message = text(a, run, "message");
    out->fingerprint = text(a, run, "data_fingerprint");
    out->early = json_is_true(json_object_get(run, "early_stopped"));
    out->steps = whole(run, "steps");
    out->epochs = whole(run, "epochs");
    out->planned_steps = whole(run, "steps_planned");
    out->seconds = number(run, "seconds");
    out->started = sft__iso_time(json_string_value(json_object_get(run, "started")));
    out->prior = prior_of(run);
    out->end_loss = number(end, "loss");
    out->test_loss = number(test, "loss");
    out->test_accuracy = number(test, "accuracy");
    out->test_samples = number(test, "samples");
    if (!sft__text_is(out->status, "finished")) return; /* what stands there before is the last epoch's running mean */
    out->train_loss = number(train, "loss");
    out->train_accuracy = number(train, "accuracy");
}

static int severity_of(const char *word)
{
    for (int s = SFT_FATAL; word && s > SFT_ADVISORY; s--)
        if (!strcmp(word, sft_severity_name((sft_severity)s))) return s;
    return SFT_ADVISORY;
}

static void take_finding(sft_arena *a, const json_t *f, sft_run_look *out)
{
    const char *symptom = text(a, f, "symptom");
    if (!symptom || out->findings == SFT_LOOK_FINDINGS) return;
    out->finding[out->findings].symptom = symptom;
    out->finding[out->findings].layer = text(a, f, "layer");
    out->finding[out->findings++].severity = severity_of(json_string_value(json_object_get(f, "severity")));
}

static void take_diagnosis(sft_arena *a, const json_t *d, sft_run_look *out)
{
    const json_t *curvature = json_object_get(d, "curvature"), *f;
    const double  prior = number(d, "prior");
    size_t        i;
    if (isfinite(prior)) out->prior = prior;
    out->sharpness = number(curvature, "sharpness");
    out->limit = number(curvature, "limit");
    json_array_foreach(json_object_get(d, "findings"), i, f) take_finding(a, f, out);
}

/* The first fatal fault. events.jsonl is never cut, so what an earlier attempt of the folder had comes first: `start` begins anew. */
static void take_event(const json_t *e, sft_run_look *out)
{
    const char *event = json_string_value(json_object_get(e, "event"));
    if (event && !strcmp(event, "start")) out->fault_step = -1;
    if (!event || strcmp(event, "fault") || out->fault_step >= 0) return;
    if (severity_of(json_string_value(json_object_get(e, "severity"))) == SFT_FATAL) out->fault_step = whole(e, "step");
}

static void take_events(sft_ctx *c, const char *folder, sft_run_look *out)
{
    char      path[4096 + 32];
    sft_bytes bytes = { 0 };
    snprintf(path, sizeof path, "%.4096s/events.jsonl", folder);
    if (sft__read_file(c, path, (size_t)64 << 20, &bytes) == SFT_IO_OK)
        for (const char *at = (const char *)bytes.data, *end = at + bytes.size, *next; at < end; at = next + 1) {
            next = memchr(at, '\n', (size_t)(end - at));
            if (!next) break;
            json_t *e = json_loadb(at, (size_t)(next - at), 0, NULL);
            take_event(e, out);
            json_decref(e);
        }
    sft__bytes_free(c, &bytes);
}

void sft__run_look_json(sft_ctx *c, sft_arena *a, const char *folder, sft_run_look *out)
{
    json_t *run = load(c, folder, "run.json"), *diagnosis = load(c, folder, "diagnosis.json");
    if (run) take_run(a, run, out);
    if (diagnosis) take_diagnosis(a, diagnosis, out);
    take_events(c, folder, out);
    json_decref(run);
    json_decref(diagnosis);
}

#else

void sft__run_look_json(sft_ctx *c, sft_arena *a, const char *folder, sft_run_look *out)
{
    (void)c, (void)a, (void)folder, (void)out;
}

#endif
