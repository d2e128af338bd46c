/* SPDX-License-Identifier: MIT */
/* What a sweep shows: a line while it runs, the ranked points at its end, both as JSON too. */
#include "sweep.h"

#include <math.h>
#include <string.h>

enum { SHOWN_POINTS = 10, SHOWN_AXES = 6, SHOWN_FAILURES = 3 };

/* ---- while it runs ----------------------------------------------------------------------------------- */

static bool is_share(const sft_sweep_facts *f)
{
    return !strcmp(f->rank_by, "accuracy");
}

/* 72.40 % of 0.724 where it is accuracy. */
static const char *rank_text(const sft_sweep_facts *f, double v, char *buf, size_t size)
{
    if (isnan(v))
        snprintf(buf, size, "-");
    else if (is_share(f))
        snprintf(buf, size, "%.2f %%", 100 * v);
    else
        snprintf(buf, size, "%.5g", v);
    return buf;
}

static int add(char *text, size_t size, int n, const char *format, long long value)
{
    return value > 0 && n < (int)size ? n + snprintf(text + n, size - (size_t)n, format, value) : n;
}

static void line(const sft_sweep_facts *f, char *text, size_t size)
{
    char best[40], eta[24], spent[24];
    int n = snprintf(text, size, "%lld", (long long)f->done);
    if (f->planned)
        n += snprintf(text + n, size - (size_t)n, "/%lld", (long long)f->planned);
    n += snprintf(text + n, size - (size_t)n, " done");
    n = add(text, size, n, ", %lld running", f->running);
    n = add(text, size, n, ", %lld pruned", f->pruned);
    n = add(text, size, n, ", %lld failed", f->failed);
    if (f->best_point >= 0 && n < (int)size)
        n += snprintf(text + n, size - (size_t)n, "  best val %s %s", f->rank_by, rank_text(f, f->best, best, sizeof best));
    if (n < (int)size)
        n += snprintf(text + n, size - (size_t)n, "  %s", cli_time(f->seconds, spent, sizeof spent));
    if (isfinite(f->eta) && n < (int)size)
        snprintf(text + n, size - (size_t)n, "  ETA %s", cli_time(f->eta, eta, sizeof eta));
}

static void draw_bar(const cli_sweep *s, const sft_sweep_facts *f)
{
    char text[400];
    const double ended = (double)(f->done + f->failed + f->pruned);
    line(f, text, sizeof text);
    cli_draw_bar(s->a, s->width, f->planned ? fmin(1, ended / (double)f->planned) : 0, text);
}

/* On a terminal a line that is drawn over; elsewhere one every ten seconds. */
bool cli_sweep_progress(void *user, const sft_sweep_facts *f)
{
    cli_sweep *s = user;
    char text[400];
    if (!s->a->quiet && s->bar)
        draw_bar(s, f);
    else if (!s->a->quiet && (s->last < 0 || f->seconds - s->last >= 10)) {
        line(f, text, sizeof text);
        if (s->last >= 0)       /* the first comes before anything was done */
            fprintf(stderr, "%s\n", text);
        s->last = f->seconds;
    }
    return !cli_held_signal(s->a);
}

/* ---- the ranked points --------------------------------------------------------------------------------- */

static void cell_spread(cli_table *t, double mean, double std, bool share)
{
    const double scale = share ? 100 : 1;
    const char *unit = share ? " %" : "";
    if (isnan(mean))
        cli_table_add(t, "-");
    else if (isnan(std))
        cli_table_add(t, share ? "%.2f%s" : "%.5g%s", scale * mean, unit);
    else
        cli_table_add(t, share ? "%.2f ± %.2f%s" : "%.5g ± %.2g%s", scale * mean, scale * std, unit);
}

/* "lr" of "optimizer.lr", unless two keys end alike. */
static const char *short_key(const sft_sweep_facts *f, int axis)
{
    const char *dot = strrchr(f->key[axis], '.'), *word = dot ? dot + 1 : f->key[axis];
    for (int i = 0; i < f->axes; i++) {
        const char *other = strrchr(f->key[i], '.');
        if (i != axis && !strcmp(word, other ? other + 1 : f->key[i]))
            return f->key[axis];
    }
    return word;
}

static void heads(const sft_sweep_facts *f, bool accuracy, char *text, size_t size)
{
    int n = snprintf(text, size, ">#");
    for (int i = 0; i < f->axes && i < SHOWN_AXES; i++)
        n += snprintf(text + n, size - (size_t)n, "|>%.40s", short_key(f, i));
    if (!is_share(f))
        n += snprintf(text + n, size - (size_t)n, "|>val %s", f->rank_by);
    if (accuracy)
        n += snprintf(text + n, size - (size_t)n, "|>val acc|>test acc");
    snprintf(text + n, size - (size_t)n, "|seeds|note");
}

static void row(cli_table *t, const sft_sweep_facts *f, const sft_point_facts *p, bool accuracy)
{
    cli_table_add(t, "%lld", (long long)p->point);
    for (int i = 0; i < f->axes && i < SHOWN_AXES; i++)
        cli_table_add(t, "%.40s", p->value[i] ? p->value[i] : "-");
    if (!is_share(f))
        cell_spread(t, p->rank, p->rank_std, false);
    if (accuracy) {
        cell_spread(t, p->val_accuracy, p->val_accuracy_std, true);
        cell_spread(t, p->test_accuracy, p->test_accuracy_std, true);
    }
    if (p->done == p->trials)
        cli_table_add(t, "%lld", (long long)p->trials);
    else
        cli_table_add(t, "%lld/%lld%s%s", (long long)p->done, (long long)p->trials, p->failed ? " failed" : "", p->pruned ? " pruned" : "");
    cli_table_add(t, "%s", p->note);
}

static void print_points(cli *a, sft_sweep *s, const sft_sweep_facts *f)
{
    cli_table t;
    char text[600];
    sft_point_facts p;
    bool accuracy = sft_sweep_point(s, 0, &p) && isfinite(p.val_accuracy);
    heads(f, accuracy, text, sizeof text);
    cli_table_open(&t, text);
    int64_t shown = 0;
    for (; shown < SHOWN_POINTS && sft_sweep_point(s, shown, &p) && isfinite(p.rank); shown++)
        row(&t, f, &p, accuracy);
    if (shown)
        printf("\n%s by validation %s%s\n", shown < f->trials / f->seeds ? "best points" : "points", f->rank_by,
               f->seeds > 1 ? ", mean ± standard deviation over seeds" : "");
    cli_table_print(&t, a, "  ");
}

static void print_failures(sft_sweep *s, const sft_sweep_facts *f)
{
    sft_attempt_facts t;
    int shown = 0;
    for (int64_t i = 0; f->failed && shown < SHOWN_FAILURES && sft_sweep_trial(s, i, &t); i++)
        if (!strcmp(t.state, "failed") && ++shown)
            printf("  trial %lld (%s): %s\n", (long long)i, t.edits, t.note[0] ? t.note : t.failure ? t.failure : "failed");
    if (f->failed > SHOWN_FAILURES)
        printf("  … and %lld more\n", (long long)(f->failed - SHOWN_FAILURES));
}

static void print_next(sft_sweep *s, const sft_sweep_facts *f)
{
    sft_point_facts best;
    sft_attempt_facts t;
    if (!f->complete)
        printf("go on with: surefoot sweep %s --resume\n", f->folder);
    else if (f->failed)
        printf("try again:  surefoot sweep %s --resume --retry-failed\n", f->folder);
    if (f->best_point >= 0 && sft_sweep_point(s, 0, &best) && sft_sweep_trial(s, best.point * f->seeds, &t) && t.folder[0])
        printf("try next:   surefoot report %s        surefoot train %s/recipe.yaml\n", f->folder, t.folder);
}

void cli_sweep_print(cli *a, sft_sweep *s, const sft_sweep_facts *f)
{
    char text[400], trained[24];
    sft_sweep_facts now = *f;
    now.eta = NAN;
    line(&now, text, sizeof text);
    printf("%s (%s of training on %d worker%s)\n", text, cli_time(f->trial_seconds, trained, sizeof trained), f->workers,
           f->workers == 1 ? "" : "s");
    print_points(a, s, f);
    if (f->failed)
        printf("\nfailed: %lld trial%s\n", (long long)f->failed, f->failed == 1 ? "" : "s");
    print_failures(s, f);
    printf("\nsweep folder: %s\n", f->folder);
    if (!a->quiet)
        print_next(s, f);
}

/* ---- JSON ------------------------------------------------------------------------------------------------- */

static void json_values(cli_json *j, const sft_sweep_facts *f, const char *const *value)
{
    cli_json_begin(j, "values", '{');
    for (int i = 0; i < f->axes; i++)
        if (value[i])
            cli_json_text(j, f->key[i], value[i]);
    cli_json_end(j, '}');
}

void cli_sweep_json_trial(cli_json *j, const sft_sweep_facts *f, const sft_attempt_facts *t)
{
    cli_json_int(j, "trial", t->number);
    cli_json_int(j, "point", t->point);
    cli_json_int(j, "seed", t->seed);
    cli_json_text(j, "state", t->state);
    json_values(j, f, t->value);
    cli_json_text(j, "overrides", t->edits);
    cli_json_text(j, "folder", t->folder[0] ? t->folder : NULL);
    if (t->failure)
        cli_json_text(j, "failure", t->failure);
    if (t->exit_code)
        cli_json_int(j, "exit_code", t->exit_code);
    cli_json_number(j, "rank", t->rank);
    cli_json_number(j, "val_loss", t->val_loss);
    cli_json_number(j, "val_accuracy", t->val_accuracy);
    cli_json_number(j, "test_loss", t->test_loss);
    cli_json_number(j, "test_accuracy", t->test_accuracy);
    cli_json_int(j, "epochs", t->epochs);
    cli_json_int(j, "steps", t->steps);
    cli_json_int(j, "best_epoch", t->best_epoch);
    cli_json_number(j, "seconds", t->seconds);
    cli_json_text(j, "note", t->note);
}

static void json_points(cli_json *j, sft_sweep *s, const sft_sweep_facts *f)
{
    sft_point_facts p;
    cli_json_begin(j, "points", '[');
    for (int64_t i = 0; sft_sweep_point(s, i, &p); i++) {
        cli_json_begin(j, NULL, '{');
        cli_json_int(j, "point", p.point);
        json_values(j, f, p.value);
        cli_json_int(j, "trials", p.trials);
        cli_json_int(j, "done", p.done);
        cli_json_int(j, "pruned", p.pruned);
        cli_json_int(j, "failed", p.failed);
        cli_json_number(j, "rank", p.rank);
        cli_json_number(j, "rank_std", p.rank_std);
        cli_json_number(j, "val_loss", p.val_loss);
        cli_json_number(j, "val_accuracy", p.val_accuracy);
        cli_json_number(j, "val_accuracy_std", p.val_accuracy_std);
        cli_json_number(j, "test_accuracy", p.test_accuracy);
        cli_json_number(j, "test_accuracy_std", p.test_accuracy_std);
        cli_json_end(j, '}');
    }
    cli_json_end(j, ']');
}

void cli_sweep_json(sft_sweep *s, const sft_sweep_facts *f)
{
    cli_json j;
    sft_attempt_facts t;
    cli_json_open(&j, stdout);
    cli_json_begin(&j, NULL, '{');
    cli_json_text(&j, "name", f->name);
    cli_json_text(&j, "folder", f->folder);
    cli_json_text(&j, "rank_by", f->rank_by);
    cli_json_text(&j, "direction", f->maximize ? "max" : "min");
    cli_json_text(&j, "sampler", f->sampler);
    cli_json_int(&j, "planned", f->planned);
    cli_json_int(&j, "done", f->done);
    cli_json_int(&j, "pruned", f->pruned);
    cli_json_int(&j, "failed", f->failed);
    cli_json_int(&j, "waiting", f->waiting);
    cli_json_int(&j, "running", f->running);
    cli_json_flag(&j, "complete", f->complete);
    cli_json_int(&j, "workers", f->workers);
    cli_json_number(&j, "seconds", f->seconds);
    cli_json_number(&j, "trial_seconds", f->trial_seconds);
    json_points(&j, s, f);
    cli_json_begin(&j, "trials", '[');
    for (int64_t i = 0; sft_sweep_trial(s, i, &t); i++) {
        cli_json_begin(&j, NULL, '{');
        cli_sweep_json_trial(&j, f, &t);
        cli_json_end(&j, '}');
    }
    cli_json_end(&j, ']');
    cli_json_end(&j, '}');
    cli_json_close(&j);
}
