/* SPDX-License-Identifier: MIT */
/* A report from its study to its files, and the public call. */
#include "report/report.h"
#include "base/io.h"
#include "report/figures.h"
#include "report/runs.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PATH = 4096 };

const sft_report_part *sft__report_part_at(int i)
{
    static const sft_report_part *const parts[] = {
#define X(word) &sft__report_##word,
        SFT_REPORT_PARTS(X)
#undef X
    };
    return i >= 0 && i < (int)(sizeof parts / sizeof *parts) ? parts[i] : NULL;
}

sft_status sft__report_file(sft_report *r, const char *name, sft_string *text)
{
    char           path[PATH + 64];
    const sft_part part = { text->text ? text->text : "", text->n };
    snprintf(path, sizeof path, "%.4096s/%.60s", r->folder, name);
    if (!sft__failed(r->ctx)) sft__write_file(r->ctx, path, &part, 1);
    sft__string_close(text);
    return sft_code(r->ctx);
}

/* ---- reading ---------------------------------------------------------------------------------------------- */

const char *sft__trial_path(const sft_study *s, const sft_attempt *t, char *buf, size_t size)
{
    const char *folder = t->folder ? t->folder : "";
    const bool  below = s->folder && *s->folder && strcmp(s->folder, ".") != 0 && *folder != '/';
    snprintf(buf, size, "%.4000s%s%.4000s", below ? s->folder : "", below ? "/" : "", folder);
    return buf;
}

static sft_status look_at_all(sft_report *r)
{
    const sft_study *s = r->study;
    char             path[2 * PATH];
    if (r->look) return SFT_OK;
    r->look = sft__arena_alloc(&r->arena, (size_t)(s->n + 1) * sizeof *r->look);
    for (int64_t i = 0; i < s->n && r->look; i++) {
        sft__trial_path(s, &s->attempt[i], path, sizeof path);
        if (sft__run_look(r->ctx, &r->arena, path, s->plan.rank_by, &r->look[i]) != SFT_OK) break;
    }
    return sft_code(r->ctx);
}

/* A folder that is gone leaves the note that the sweep kept. */
static sft_status remark_all(sft_report *r)
{
    const sft_yardstick y = sft__yardstick(r->study, r->look);
    r->remark = sft__arena_alloc(&r->arena, (size_t)(r->study->n + 1) * sizeof *r->remark);
    for (int64_t i = 0; i < r->study->n && r->remark; i++) {
        const sft_attempt *t = &r->study->attempt[i];
        r->remark[i] = sft__remark(&r->arena, t, &r->look[i], &y);
        if (!r->look[i].found && !*r->remark[i].text && t->note && *t->note) r->remark[i] = (sft_remark){ SFT_FATE_DOCTOR, t->note, NAN };
        if (isfinite(t->val_accuracy) || isfinite(t->test_accuracy)) r->has_accuracy = true;
        if (t->state == SFT_TRIAL_DONE && isfinite(r->look[i].end_loss) && isfinite(t->val_loss) && isfinite(t->test_loss) &&
            r->look[i].end_loss != t->val_loss)
            r->test_elsewhere++;
    }
    return sft_code(r->ctx);
}

static void name_metric(sft_report *r)
{
    const char *by = r->study->plan.rank_by;
    r->accuracy = !strcmp(by, "accuracy");
    r->metric = r->accuracy ? "Val Acc" : SFT_WORDS(&r->arena, "Val %s", by);
    r->test_metric = r->accuracy ? "Test Acc" : SFT_WORDS(&r->arena, "Test %s", by);
}

sft_status sft__report_open(sft_ctx *c, sft_study *s, sft_run_look *look, const char *folder, sft_report *r)
{
    *r = (sft_report){ .ctx = c, .study = s, .folder = folder, .look = look };
    sft__arena_open(&r->arena, c);
    name_metric(r);
    if (look_at_all(r) != SFT_OK || remark_all(r) != SFT_OK || sft__points_make(r) != SFT_OK) return sft_code(c);
    r->near = r->accuracy ? 0.01 : r->n_points ? 0.02 * fabs(r->point[0].rank.mean) : 0;
    if (sft__effects_make(r) != SFT_OK) return sft_code(c);
    sft__effects_say(r);
    sft__answers_make(r);
    return sft_code(c);
}

void sft__report_close(sft_report *r)
{
    if (r->figures) sft__figures_close(r->figures);
    sft__arena_close(&r->arena);
}

/* ---- the public call ------------------------------------------------------------------------------------------ */

/* Of one sweep folder, or of run folders, whose looks come along. */
static sft_status open_study(sft_ctx *c, int n, const char *const *paths, const char *rank_by, sft_study *s, sft_run_look **look)
{
    if (n == 1 && paths && paths[0] && sft__holds(paths[0], "sweep.db")) {
        if (rank_by) return sft__fail(c, SFT_E002, "a sweep is ranked by its plan's rank_by; a report cannot change it");
        return sft__study_open(c, paths[0], s);
    }
    for (int i = 0; i < n; i++)
        if (paths && paths[i] && sft__holds(paths[i], "sweep.db"))
            return sft__fail(c, SFT_E002, "%s is a sweep: a report is of one sweep, or of runs", paths[i]);
    return sft__study_of_runs(c, n, paths, rank_by, s, look);
}

static void fill_facts(const sft_report *r, sft_report_facts *f)
{
    f->trials = r->study->n;
    f->points = r->n_points;
    for (int64_t i = 0; i < r->study->n; i++) {
        f->done += r->study->attempt[i].state == SFT_TRIAL_DONE;
        f->failed += r->study->attempt[i].state == SFT_TRIAL_FAILED;
    }
    f->best_validation = f->best_test = NAN;
    if (!r->n_points || !sft__point_counts(&r->point[0])) return;
    const sft_attempt *t = &r->study->attempt[r->point[0].trial[0]];
    char               path[2 * PATH];
    f->best_validation = r->point[0].rank.mean;
    f->best_test = r->point[0].test.mean;
    snprintf(f->best, sizeof f->best, "%.4095s", sft__trial_path(r->study, t, path, sizeof path));
}

static sft_status write_all(sft_report *r, sft_report_facts *facts)
{
    if (sft__make_folder(r->ctx, r->folder) != SFT_OK) return sft_code(r->ctx);
    for (int i = 0; sft__report_part_at(i); i++)
        if (sft__report_part_at(i)->write(r) != SFT_OK) return sft_code(r->ctx);
    fill_facts(r, facts);
    return sft_code(r->ctx);
}

sft_status sft_report_write(sft_ctx *c, int n, const char *const *paths, const sft_report_options *o, sft_report_facts *facts)
{
    sft_study        s = { 0 };
    sft_report       r = { 0 };
    sft_run_look    *look = NULL;
    sft_report_facts none;
    char             folder[PATH + 16];
    if (!c || sft__failed(c)) return c ? sft_code(c) : SFT_USAGE;
    if (!facts) facts = &none;
    *facts = (sft_report_facts){ 0 };
    if (n < 1 || !paths) return sft__fail(c, SFT_E002, "sft_report_write needs a sweep folder or run folders");
    if (n > 1 && (!o || !o->folder)) return sft__fail(c, SFT_E002, "a report of several runs needs a folder to be written into");
    if (o && o->folder) snprintf(folder, sizeof folder, "%.4096s", o->folder);
    else snprintf(folder, sizeof folder, "%.4096s/report", paths[0]);
    snprintf(facts->folder, sizeof facts->folder, "%.4095s", folder);
    if (open_study(c, n, paths, o ? o->rank_by : NULL, &s, &look) == SFT_OK && sft__report_open(c, &s, look, folder, &r) == SFT_OK)
        write_all(&r, facts);
    if (r.ctx) sft__report_close(&r);
    if (s.ctx) sft__study_close(&s);
    return sft_code(c);
}
