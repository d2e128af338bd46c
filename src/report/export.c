/* SPDX-License-Identifier: MIT */
/* Logs for other programs: the list of formats, the public call, and the rows of a run in the order of its steps. */
#include "report/export.h"

#include <math.h>
#include <string.h>

/* ---- the list ----------------------------------------------------------------------------------- */

const sft_exporter *sft__exporter_at(int i)
{
#define X(word) &sft__export_##word,
    static const sft_exporter *const all[] = { SFT_EXPORTERS(X) NULL };
#undef X
    return i >= 0 && i < (int)(sizeof all / sizeof *all) ? all[i] : NULL;
}

static const sft_exporter *find(sft_ctx *c, const char *name)
{
    const sft_exporter *e = NULL;
    sft_near            near = sft__near(name ? name : "");
    for (int i = 0; (e = sft__exporter_at(i)); i++) {
        if (sft__text_is(name, e->name)) return e;
        sft__near_try(&near, e->name);
    }
    const char *best = name ? sft__near_best(&near) : NULL;
    sft_string  list;
    sft__string_open(&list, c);
    for (int i = 0; (e = sft__exporter_at(i)); i++) sft__string_addf(&list, "%s%s", i ? ", " : "", e->name);
    if (best) sft__fail(c, SFT_E002, "unknown format `%s` — did you mean `%s`?", name, best);
    else sft__fail(c, SFT_E002, "unknown format `%s` — there are: %s", name ? name : "", list.text ? list.text : "");
    sft__string_close(&list);
    return NULL;
}

/* ---- rows of a run ------------------------------------------------------------------------------- */

static const char metrics_head[] = "step,epoch,split,loss,accuracy,lr,grad_norm,seconds";
static const char signals_head[] = "step,epoch,layer,op,rms,mean,gain,alike,dead,slope,gradient,weight,update";
enum { SECONDS = 4 };           /* among the numbers of metrics.csv */

typedef struct walk {
    unsigned what;
    sft_log  metrics, signals;
    bool     metric, signal;    /* there is a row at hand */
    int64_t  step;              /* of the metrics row before, … */
    double   seconds;           /* … and its time */
} walk;

static double number_or(double v, double other)
{
    return isnan(v) ? other : v;
}

/* Looks do not say when they were: between two evaluations time is taken to run evenly with the steps. */
static double time_of_look(const walk *w)
{
    const sft_log *m = &w->metrics;
    if (!w->metric || m->step <= w->step || isnan(m->value[SECONDS])) return w->seconds;
    return w->seconds + (m->value[SECONDS] - w->seconds) * (double)(w->signals.step - w->step) / (double)(m->step - w->step);
}

static sft_status give(const sft_log *l, double seconds, sft_export_row_fn *each, void *user)
{
    const bool signal = l->lead == 4;
    return each(user, &(sft_export_row){ .step = l->step, .epoch = l->epoch, .seconds = seconds, .split = signal ? NULL : l->text[0],
                                         .layer = signal ? l->text[0] : NULL, .op = signal ? l->text[1] : NULL, .n = l->columns,
                                         .name = l->name, .value = l->value });
}

static sft_status next_row(walk *w, sft_export_row_fn *each, void *user)
{
    sft_status s = SFT_OK;
    if (w->signal && (!w->metric || w->signals.step <= w->metrics.step)) {
        s = give(&w->signals, time_of_look(w), each, user);
        w->signal = sft__log_next(&w->signals);
        return s;
    }
    w->seconds = number_or(w->metrics.value[SECONDS], w->seconds);
    w->step = w->metrics.step;
    if (w->what & SFT_EXPORT_METRICS) s = give(&w->metrics, w->seconds, each, user);
    w->metric = sft__log_next(&w->metrics);
    return s;
}

sft_status sft__export_walk(sft_ctx *c, const char *folder, unsigned what, sft_export_row_fn *each, void *user)
{
    if (sft__failed(c) || !folder) return sft_code(c);
    walk *w = sft__alloc(c, sizeof *w);
    if (!w) return sft_code(c);
    w->what = what;
    w->metrics.ctx = w->signals.ctx = c;
    sft__log_open(c, &w->metrics, folder, "metrics.csv", metrics_head, 3);
    if (what & SFT_EXPORT_SIGNALS) sft__log_open(c, &w->signals, folder, "signals.csv", signals_head, 4);
    w->metric = sft__log_next(&w->metrics);
    w->signal = sft__log_next(&w->signals);
    for (sft_status s = sft_code(c); !s && (w->metric || w->signal);) {
        if (!(what & SFT_EXPORT_METRICS) && !w->signal) break; /* evaluations were only wanted for their times */
        s = next_row(w, each, user);
        if (sft__failed(c)) break;
    }
    sft__log_close(&w->metrics);
    sft__log_close(&w->signals);
    sft__free(c, w, sizeof *w);
    return sft_code(c);
}

const char *sft__signal_tag(const sft_export_row *row, int i, char *buf, size_t size)
{
    const bool same = !*row->op || !strcmp(row->layer, row->op);
    const char *layer = *row->layer ? row->layer : "input";
    snprintf(buf, size, "signal/%.200s%s%.60s/%.100s", layer, same ? "" : ".", same ? "" : row->op, row->name[i]);
    return buf;
}

/* ---- all of it ---------------------------------------------------------------------------------- */

static sft_status check(sft_ctx *c, const sft_exporter *e, const sft_export_options *o)
{
    if (o->path && *o->path) return SFT_OK;
    if (o->path || e->folder) return sft__fail(c, SFT_E002, "%s is written into a folder — say which", e->name);
    return o->write ? SFT_OK : sft__fail(c, SFT_E002, "an export needs a path, or a function that takes it");
}

sft_status sft_export(sft_ctx *c, int n, const char *const *paths, const sft_export_options *o, sft_export_facts *facts)
{
    if (!c || sft__failed(c)) return c ? sft_code(c) : SFT_USAGE;
    if (!o) return sft__fail(c, SFT_E002, "an export needs a format");
    const sft_exporter *e = find(c, o->format);
    sft_export_job      x;
    if (!e || check(c, e, o) != SFT_OK) return sft_code(c);
    if (sft__export_open(c, n, paths, o, &x) == SFT_OK) e->write(&x);
    if (facts) *facts = x.facts;
    sft__export_close(&x);
    return sft_code(c);
}

const char *sft_export_format(int index, const char **doc, bool *folder)
{
    const sft_exporter *e = sft__exporter_at(index);
    if (e && doc) *doc = e->doc;
    if (e && folder) *folder = e->folder;
    return e ? e->name : NULL;
}
