/* SPDX-License-Identifier: MIT */
/* Format csv: of runs one long table, a number a line; of a sweep a row a trial. Quoted as RFC 4180 says. */
#include "report/export.h"
#include "sweep/store.h"

#include <math.h>
#include <string.h>

static void put_text(sft_string *out, const char *text, bool first)
{
    sft__csv_field(out, text ? text : "", first);
}

static void put_int(sft_string *out, int64_t v)
{
    sft__string_addf(out, ",%lld", (long long)v);
}

/* Nothing where it is no number. */
static void put_number(sft_string *out, double v)
{
    char buf[40];
    put_text(out, isfinite(v) ? sft__print_real(v, buf, sizeof buf) : "", false);
}

/* ---- the long table -------------------------------------------------------------------------------- */

typedef struct table {
    sft_sink    sink;
    sft_export_job *x;
    const char *run;
} table;

static sft_status put_row(void *user, const sft_export_row *row)
{
    table      *t = user;
    sft_string *out = &t->sink.text;
    char        tag[400];
    for (int i = 0; i < row->n; i++) {
        if (isnan(row->value[i])) continue;
        put_text(out, t->run, true);
        put_int(out, row->step);
        put_int(out, row->epoch);
        put_text(out, row->split, false);
        put_text(out, row->split ? row->name[i] : sft__signal_tag(row, i, tag, sizeof tag), false);
        put_number(out, row->value[i]);
        sft__string_add(out, "\n");
        t->x->facts.values++;
    }
    return sft__sink_flush(&t->sink);
}

static void put_curves(table *t)
{
    const unsigned what = SFT_EXPORT_METRICS | (t->x->o->no_signals ? 0u : SFT_EXPORT_SIGNALS);
    sft__string_add(&t->sink.text, "run,step,epoch,split,metric,value\n");
    for (int64_t i = 0; i < t->x->n && !sft__failed(t->x->ctx); i++) {
        const int64_t before = t->x->facts.values;
        t->run = t->x->run[i].name;
        sft__export_walk(t->x->ctx, t->x->run[i].folder, what, put_row, t);
        t->x->facts.runs += t->x->facts.values > before;
    }
}

/* ---- a row a trial ---------------------------------------------------------------------------------- */

static void put_head(sft_string *out, const sft_study *s)
{
    sft__string_add(out, "trial,point,seed,state");
    for (int i = 0; i < s->plan.space.n; i++) put_text(out, s->plan.space.axis[i].key, false);
    sft__string_add(out, ",rank,val_loss,val_accuracy,test_loss,test_accuracy,best_epoch,epochs,steps,planned_steps,seconds,started,"
                         "exit_code,folder,note,failure\n");
}

static void put_trial(sft_string *out, const sft_study *s, const sft_attempt *t)
{
    sft__string_addf(out, "%lld", (long long)t->number);
    put_int(out, t->point);
    put_int(out, t->seed);
    put_text(out, sft__state_name(t->state), false);
    for (int i = 0; i < s->plan.space.n; i++) put_text(out, t->value[i], false);
    const double score[] = { t->rank, t->val_loss, t->val_accuracy, t->test_loss, t->test_accuracy };
    for (size_t i = 0; i < sizeof score / sizeof *score; i++) put_number(out, score[i]);
    const int64_t whole[] = { t->best_epoch, t->epochs, t->steps, t->planned_steps };
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) put_int(out, whole[i]);
    put_number(out, t->seconds);
    put_number(out, t->started);
    put_int(out, t->exit_code);
    put_text(out, t->folder, false);
    put_text(out, t->note, false);
    put_text(out, t->failure, false);
    sft__string_add(out, "\n");
}

static void put_trials(table *t)
{
    const sft_study *s = &t->x->study[0];
    put_head(&t->sink.text, s);
    for (int64_t i = 0; i < s->n && !sft__failed(t->x->ctx); i++) {
        put_trial(&t->sink.text, s, &s->attempt[i]);
        sft__sink_flush(&t->sink);
        t->x->facts.values++;
        t->x->facts.runs++;
    }
}

/* ---- the record ------------------------------------------------------------------------------------- */

static sft_status write(sft_export_job *x)
{
    table t = { .x = x };
    const bool trials = x->n_studies && !x->o->curves;
    if (trials && (x->n_studies > 1 || x->n > x->study[0].n))
        return sft__fail(x->ctx, SFT_E002, "a table of trials is of one sweep, by itself — with `curves` all goes into one long table");
    if (sft__sink_open(x->ctx, &t.sink, x->o->path, x->o->write, x->o->user) == SFT_OK) {
        if (trials) put_trials(&t);
        else put_curves(&t);
    }
    if (sft__sink_close(&t.sink) == SFT_OK) x->facts.files += x->o->path != NULL;
    return sft_code(x->ctx);
}

const sft_exporter sft__export_csv = {
    .name = "csv", .doc = "one long table (run, step, epoch, split, metric, value); of a sweep a row a trial", .write = write,
};
