/* SPDX-License-Identifier: MIT */
/* train -v and train --watch: the signal of the layers as a run goes on, and what is done about a fault. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST_REPAIRS = 3 };

/* ---- signals --------------------------------------------------------------------------------- */

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* At most one table a second, and the first and the last in any case. */
static void show_signals(void *user, const sft_signals *s)
{
    cli_follow  *f = user;
    const double now = seconds();
    if (!f->a->verbose || f->a->quiet) return;
    cli_signals_add(&f->course, s);
    if (f->shown > 0 && s->step != s->steps && now - f->shown < 1) return;
    cli_progress_clear(f->a);
    cli_signals_print(&f->course, s);
    f->shown = now;
}

/* ---- faults ---------------------------------------------------------------------------------- */

static bool tell(void *user, const char *what, double share)
{
    cli_follow *f = user;
    const int   percent = (int)(100 * share);
    if (f->bar->bar && percent != f->percent && !f->a->quiet) {
        fprintf(stderr, "\r%s %d %%\033[K", what, percent);
        f->a->drawn = true;
    }
    f->percent = percent;
    return atomic_load(&f->a->signal) == 0;
}

static void say(const cli_follow *f, const char *text, const char *edits)
{
    if (!f->a->quiet) fprintf(stderr, "note: %s%s\n", text, edits);
}

/* Why there is no repaired recipe. */
static const char *why_not(const sft_diagnosis *d)
{
    sft_trial_facts x;
    bool            any = false;
    for (int i = 0; sft_diagnosis_trial(d, i, &x); i++)
        if (x.verdict != SFT_NOT_TRIED) return "nothing was better than doing nothing; the recipe stays as it is";
        else any = true;
    return any ? "no remedy could be tried in so few steps; the recipe stays as it is" : "there is no remedy to try; the recipe stays as it is";
}

/* Remedies of all that stands are tried at once: one trial a judgement. */
static bool try_repair(cli_follow *f, sft_diagnosis *d, int64_t step)
{
    char                     edits[4096];
    const char              *edit[SFT_DOCTOR_EDITS];
    const sft_doctor_options o = { .verify = true, .progress = tell, .user = f };
    if (f->repaired) return false;
    if (f->tried == step || f->repairs >= MOST_REPAIRS) return true;
    f->tried = step;
    say(f, "remedies are tried against doing nothing", "");
    sft_diagnosis_verify(d, &o);
    cli_progress_clear(f->a);
    const char *text = sft_diagnosis_recipe(d);
    if (!text) {
        if (!sft_code(f->a->ctx)) say(f, why_not(d), "");
        return true;
    }
    say(f, "training starts over, from its first step, with ", cli_edits(sft_diagnosis_edits(d, edit), edit, edits, sizeof edits));
    f->repaired = strdup(text);
    f->a->muted = f->repaired != NULL; /* what the run that ends has to say of going on is not wanted */
    return f->repaired == NULL;
}

static bool meet_fault(void *user, sft_diagnosis *d, const sft_finding_facts *found, int64_t step)
{
    cli_follow *f = user;
    (void)found;
    switch (f->policy) {
    case CLI_STOP: return false;
    case CLI_FIX: return try_repair(f, d, step);
    default: return true;
    }
}

/* ---- open and close --------------------------------------------------------------------------- */

static int read_policy(cli_follow *f, cli *a)
{
    static const char *const words[] = { [CLI_WARN] = "warn", [CLI_STOP] = "stop", [CLI_FIX] = "fix" };
    const char *given = cli_value(a, "on-fault");
    for (int i = CLI_WARN; given && i <= CLI_FIX; i++)
        if (!strcmp(given, words[i])) {
            f->policy = (cli_policy)i;
            given = NULL;
        }
    return given ? cli_usage(a, "--on-fault takes stop, warn or fix, not `%s`", given) : SFT_OK;
}

int cli_follow_open(cli_follow *f, cli *a, cli_progress *bar)
{
    *f = (cli_follow){ .a = a, .bar = bar, .tried = -1, .percent = -1, .course = { .out = stderr } };
    f->o = (sft_watch_options){ .judge = cli_has(a, "watch") || cli_has(a, "on-fault"), .signals = show_signals, .fault = meet_fault,
                                .user = f };
    f->wanted = f->o.judge || a->verbose > 0;
    return read_policy(f, a);
}

const sft_watch_options *cli_follow_options(const cli_follow *f)
{
    return f->wanted ? &f->o : NULL;
}

sft_recipe *cli_follow_repaired(cli_follow *f)
{
    if (!f->repaired) return NULL;
    f->a->muted = false;
    sft_clear(f->a->ctx);
    f->dropped = atomic_load(&f->a->signal) != 0;
    sft_recipe *r = f->dropped ? NULL : sft_recipe_parse(f->a->ctx, "repaired.yaml", f->repaired, strlen(f->repaired));
    free(f->repaired);
    f->repaired = NULL;
    f->repairs++;
    f->tried = -1;
    f->course = (cli_signal_course){ .out = stderr };
    return r;
}
