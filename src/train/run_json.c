/* SPDX-License-Identifier: MIT */
/* run.json: what ran, where, how it stands and how it ended. Rewritten atomically. */
#include "base/text.h"
#include "train/folder.h"

#include <math.h>
#include <string.h>
#include <time.h>

static void put_time(sft_string *s, const char *key, long long t)
{
    char text[40];
    time_t at = (time_t)t;
    struct tm utc;
    if (gmtime_r(&at, &utc) && strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc))
        sft__string_addf(s, "  \"%s\": \"%s\",\n", key, text);
}

static void put_text(sft_string *s, const char *key, const char *value)
{
    sft__string_addf(s, "  \"%s\": ", key);
    sft__string_json(s, value);
    sft__string_add(s, ",\n");
}

static void put_int(sft_string *s, const char *key, long long value)
{
    sft__string_addf(s, "  \"%s\": %lld,\n", key, value);
}

static void put_measures(sft_string *s, const sft_measures *m)
{
    for (int i = 0; i < m->n; i++) {
        sft__string_addf(s, "%s\"%s\": ", i ? ", " : ", \"metrics\": {", m->name[i]);
        sft__string_number(s, m->value[i]);
    }
    if (m->n)
        sft__string_add(s, "}");
}

/* m: its metrics, or NULL */
static void put_scores(sft_string *s, const char *key, const sft_scores *v, const sft_measures *m)
{
    sft__string_addf(s, "  \"%s\": ", key);
    if (!v->count) {
        sft__string_add(s, "null,\n");
        return;
    }
    sft__string_add(s, "{\"loss\": ");
    sft__string_number(s, v->loss);
    sft__string_add(s, ", \"accuracy\": ");
    sft__string_number(s, v->accuracy);
    sft__string_addf(s, ", \"samples\": %lld", (long long)v->count);
    if (m)
        put_measures(s, m);
    sft__string_add(s, "},\n");
}

/* The processor's name, "model name : …" on Linux. */
static void cpu_name(char *buf, size_t size)
{
    FILE *in = fopen("/proc/cpuinfo", "r");
    char line[256];
    snprintf(buf, size, "unknown");
    while (in && fgets(line, sizeof line, in)) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || !colon)
            continue;
        snprintf(buf, size, "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
        break;
    }
    if (in)
        fclose(in);
}

static const char *const tasks[] = { [SFT_CLASSES] = "classes", [SFT_BINARY] = "binary", [SFT_REGRESSION] = "regression" };

static void put_setting(sft_string *s, const sft_folder *f)
{
    const sft_trainer *t = f->trainer;
    char cpu[256];
    cpu_name(cpu, sizeof cpu);
    put_text(s, "surefoot", sft_version());
    put_text(s, "cpu", cpu);
    put_int(s, "threads", sft_threads(f->ctx));
    put_int(s, "shards", t->net->shards);
    put_int(s, "seed", t->recipe->train_conf.seed);
    put_text(s, "data", t->data->facts.name);
    put_text(s, "data_source", t->data->facts.source);
    put_text(s, "data_fingerprint", t->data->facts.fingerprint);
    put_text(s, "task", tasks[t->data->facts.task]);
    put_int(s, "outputs", t->data->facts.outputs);
    put_text(s, "loss", t->net->loss->name);
    put_int(s, "steps_planned", t->steps);
    put_int(s, "steps_per_epoch", t->steps_per_epoch);
}

static void put_result(sft_string *s, const sft_result *r)
{
    put_int(s, "best_epoch", r->best_epoch);
    put_scores(s, "best", &r->best, NULL);
    put_scores(s, "train", &r->train, &r->measures[SFT_TRAIN]);
    put_scores(s, "validation", &r->validation, &r->measures[SFT_VALIDATION]);
    put_scores(s, "test", &r->test, &r->measures[SFT_TEST]);
    sft__string_addf(s, "  \"early_stopped\": %s,\n", r->early ? "true" : "false");
    put_text(s, "weights_sha256", r->weights_sha256);
}

sft_status sft__write_run_json(sft_folder *f, const char *status, const char *message,
                               const sft_result *result)
{
    char path[SFT_PATH];
    sft_string s;
    sft__string_open(&s, f->ctx);
    sft__string_add(&s, "{\n  \"schema\": 1,\n");
    put_text(&s, "status", status);
    if (message)
        put_text(&s, "message", message);
    put_setting(&s, f);
    put_time(&s, "started", f->start_time);
    put_time(&s, "written", (long long)time(NULL));
    if (f->resumed)
        put_int(&s, "resumed_at_step", f->resume_step);
    put_int(&s, "steps", f->trainer->step);
    put_int(&s, "epochs", f->trainer->step / f->trainer->steps_per_epoch);
    if (result)
        put_result(&s, result);
    else {
        put_scores(&s, "train", &f->last[SFT_TRAIN].scores, NULL);
        put_scores(&s, "validation", &f->last[SFT_VALIDATION].scores, &f->last[SFT_VALIDATION].measures);
    }
    sft__string_add(&s, "  \"seconds\": ");
    sft__string_number(&s, result ? result->seconds : f->last_seconds);
    sft__string_add(&s, "\n}\n");
    sft_part part = { s.text, s.n };
    if (!sft__failed(f->ctx))
        sft__write_file(f->ctx, sft__folder_file(f, "run.json", path), &part, 1);
    sft__string_close(&s);
    return sft_code(f->ctx);
}

/* What the user can do after a failure in training. Without a checkpoint, resume starts at the
 * first step; the weights of one may have grown beyond help already, which only trying shows. */
static void advise(sft_folder *f, const sft_failure *why)
{
    char have[80] = "there is no checkpoint yet", lr[40];
    int n = 0;
    sft_arena a;
    sft__arena_open(&a, f->ctx);
    int64_t *steps = sft__list_checkpoints(f, &a, &n);
    if (steps && n)
        snprintf(have, sizeof have, "the last good checkpoint is of step %lld",
                 (long long)steps[0]);
    sft__arena_close(&a);
    sft__print_single((float)(f->trainer->lr / 10), lr, sizeof lr);
    if (why->ecode == SFT_E360)
        sft__note(f->ctx, SFT_NOTE, NULL, "%s — go on in spite of it with: surefoot resume %s", have, f->path);
    else if (why->status == SFT_TRAINING && n)
        sft__note(f->ctx, SFT_WARN, NULL,
                  "%s — go on from there with: surefoot resume %s optimizer.lr=%s\n  or, if that "
                  "fails too, start again with: surefoot train %s/recipe.yaml optimizer.lr=%s",
                  have, f->path, lr, f->path, lr);
    else if (why->status == SFT_TRAINING)
        sft__note(f->ctx, SFT_WARN, NULL,
                  "%s — start again with: surefoot resume %s optimizer.lr=%s", have, f->path, lr);
    else if (why->status == SFT_IO)
        sft__note(f->ctx, SFT_WARN, NULL,
                  "%s — when files can be written again, go on with: surefoot resume %s", have,
                  f->path);
}

/* A run that was at its end already. */
static void tell_nothing(const sft_folder *f, const sft_result *r)
{
    const sft_trainer *t = f->trainer;
    if (r->early)
        sft__note(f->ctx, SFT_NOTE, NULL,
                  "nothing to do: early stopping ended this run after epoch %lld; raise "
                  "early_stop.patience to go on",
                  (long long)r->epochs);
    else
        sft__note(f->ctx, SFT_NOTE, NULL,
                  "nothing to do: all %lld steps are done; raise train.%s to go on",
                  (long long)t->steps, t->recipe->train_conf.steps > 0 ? "steps" : "epochs");
}

sft_status sft_folder_end(sft_folder *f, const sft_result *result)
{
    char path[SFT_PATH];
    if (!f)
        return SFT_OK;
    if (sft__failed(f->ctx)) {
        sft_failure why;
        sft__set_aside(f->ctx, &why);
        if (f->begun) /* a resume that was refused leaves what the folder tells of its run */
            sft__write_run_json(f, "failed", why.message, NULL);
        sft_clear(f->ctx);
        advise(f, &why);
        sft__put_back(f->ctx, &why);
        return why.status;
    }
    if (f->resumed && f->begun && f->trainer->step == f->resume_step && !result->stopped)
        tell_nothing(f, result);
    if (result->train.count && !isfinite(result->train.loss))
        sft__note(f->ctx, SFT_WARN, "W350",
                  "the loss of the weights this run ends with is not finite — lower the learning "
                  "rate, or add normalisation");
    if (sft_net_save(f->trainer->net, sft__folder_file(f, "model.safetensors", path)))
        return sft_code(f->ctx);
    return sft__write_run_json(f, result->stopped ? "stopped" : "finished", NULL, result);
}
