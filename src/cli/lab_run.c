/* SPDX-License-Identifier: MIT */
/* surefoot lab run and lab check. */
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700 /* nftw */
#endif
#include "lab.h"

#include <errno.h>
#include <ftw.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef struct session {
    cli            *a;
    const cli_labs *labs;
    bool            check, temporary;
    char            folder[4096];
    double          workers;
    int             n, at;          /* labs to run; the one in hand */
    const char     *word[CLI_MAX];
    sft_lab        *lab[CLI_MAX];
    int             n_lab;
    const char     *name;           /* of the one in hand */
    bool            bar;
    double          began, drawn;
} session;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- while it runs ------------------------------------------------------------------------------------------ */

static bool on_progress(void *user, const char *what, double share)
{
    session *s = user;
    const double t = now(), all = (s->at + share) / s->n;
    char text[400], eta[24], count[40] = "";
    if (s->n > 1)
        snprintf(count, sizeof count, "%d of %d  ", s->at + 1, s->n);
    snprintf(text, sizeof text, "%s%s  %s  ETA %s", count, s->name, what,
             cli_time(all > 0.01 ? (t - s->began) * (1 - all) / all : NAN, eta, sizeof eta));
    if (!s->a->quiet && s->bar && t - s->drawn > 0.1) {
        cli_draw_bar(s->a, cli_width(STDERR_FILENO), all, text);
        s->drawn = t;
    } else if (!s->a->quiet && !s->bar && t - s->drawn > 10) {
        fprintf(stderr, "%s\n", text);
        s->drawn = t;
    }
    return !cli_held_signal(s->a);
}

/* ---- folders ------------------------------------------------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st, (void)kind, (void)at;
    return remove(path);
}

static void remove_all(const char *folder) { nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS); }

static int choose_folder(session *s)
{
    const char *given = cli_value(s->a, "output"), *tmp = getenv("TMPDIR");
    char tail[400];
    if (given) {
        snprintf(s->folder, sizeof s->folder, "%.4000s", given);
        return SFT_OK;
    }
    if (s->check) {
        snprintf(s->folder, sizeof s->folder, "%.3900s/surefoot-lab-XXXXXX", tmp && *tmp ? tmp : "/tmp");
        s->temporary = mkdtemp(s->folder) != NULL;
        return s->temporary ? SFT_OK : cli_fail_io(s->a, errno, "cannot make a temporary folder %s", s->folder);
    }
    snprintf(tail, sizeof tail, s->n == 1 ? "lab-%.200s" : "labs", s->n == 1 ? s->name : "");
    return cli_new_folder(s->a, tail, "", s->folder, sizeof s->folder);
}

/* ---- labs ------------------------------------------------------------------------------------------------------- */

/* The last part of a path, without slashes at its end. */
static const char *last_part(const char *path)
{
    const char *at = path;
    for (const char *p = path; *p; p++)
        if (*p == '/' && p[1] && p[1] != '/')
            at = p + 1;
    return at;
}

static int choose_labs(session *s)
{
    cli *a = s->a;
    const bool all = cli_has(a, "all") || (s->check && a->n_args == 1);
    if (all && a->n_args > 1)
        return cli_usage(a, "--all and names of labs do not go together");
    if (!all && a->n_args == 1)
        return cli_usage(a, "which lab? `surefoot lab` lists them; --all runs every one");
    for (int i = 1; i < a->n_args; i++)
        s->word[s->n++] = a->arg[i];
    for (int i = 0; all && i < s->labs->n; i++)
        s->word[s->n++] = s->labs->name[i];
    if (!s->n)
        return cli_fail_as(a, "E200", SFT_DATA, "no labs are found — say where they lie by SUREFOOT_LABS=DIR");
    s->name = last_part(s->word[0]);
    for (int i = 0; i < s->n; i++) {        /* before a folder is made */
        char from[4400];
        const int code = cli_lab_folder(a, s->labs, s->word[i], from, sizeof from);
        if (code)
            return code;
    }
    return SFT_OK;
}

/* All of them are read before the first one trains: a slip in the last one should not cost a quarter of an hour. */
static int open_labs(session *s)
{
    char from[4400], to[8200];
    for (int i = 0; i < s->n; i++) {
        cli_lab_folder(s->a, s->labs, s->word[i], from, sizeof from);
        if (s->n == 1)
            snprintf(to, sizeof to, "%s", s->folder);
        else
            snprintf(to, sizeof to, "%s/%s", s->folder, last_part(s->word[i]));
        sft_lab_options o = { .folder = to, .check = s->check, .set = s->a->set, .n_sets = s->a->n_sets, .workers = (int)s->workers,
                              .progress = on_progress, .user = s };
        s->lab[i] = sft_lab_open(s->a->ctx, from, &o);
        if (!s->lab[i])
            return cli_fail(s->a);
        s->n_lab++;
    }
    return SFT_OK;
}

static void print_figures(const session *s, const sft_lab *lab)
{
    sft_lab_facts f;
    const char *title, *stem;
    if (sft_lab_facts_of(lab, &f) || s->temporary)
        return;
    for (int i = 0; sft_lab_picture(lab, i, &title, &stem); i++)
        printf("  picture: %s/%s.%s   %s\n", f.folder, stem, f.figures ? "svg" : "gp", title);
}

static int run_one(session *s, sft_lab *lab, cli_json *j)
{
    sft_lab_facts f;
    char spent[24];
    if (sft_lab_run(lab) || sft_lab_facts_of(lab, &f))
        return cli_fail(s->a);
    cli_progress_clear(s->a);
    if (!f.complete)
        return atomic_load(&s->a->signal) == SIGINT ? 130 : 143;
    if (s->a->json) {
        cli_lab_json(j, lab, true);
        return SFT_OK;
    }
    cli_lab_print(s->a, lab, true);
    print_figures(s, lab);
    printf("  %d of %d claims as said", f.claims - f.wrong, f.claims);
    if (f.too_strong)
        printf(" (%d of the lecture's sentences too strong: see above)", f.too_strong);
    printf(", %lld trainings, %s\n\n", (long long)f.trials, cli_time(f.seconds, spent, sizeof spent));
    return SFT_OK;
}

/* One page of those that came to their end. */
static int finish(session *s)
{
    int wrong = 0, n = 0;
    sft_lab_facts f;
    sft_lab **done = calloc((size_t)s->n, sizeof *done);
    for (int i = 0; i < s->n && done; i++) {
        if (sft_lab_facts_of(s->lab[i], &f) || !f.complete)
            continue;
        done[n++] = s->lab[i];
        wrong += f.wrong;
        if (f.wrong)
            fprintf(stderr, "surefoot: %s: %d claim%s did not come out as said\n", f.name, f.wrong, f.wrong == 1 ? "" : "s");
    }
    const bool failed = !done || (n && sft_lab_page(s->a->ctx, n, done, s->folder));
    free(done);
    if (failed)
        return cli_fail(s->a);
    if (!s->a->json && n && (!s->temporary || wrong))
        printf("page: %s/index.html   (open it in a browser)\n", s->folder);
    s->temporary = s->temporary && !wrong;
    return wrong ? SFT_TRAINING : SFT_OK;
}

static int run_labs(session *s)
{
    cli_json j;
    int code = SFT_OK;
    s->bar = cli_can_draw();
    s->began = s->drawn = now();
    cli_hold_signals();         /* sweeps fork */
    if (s->a->json) {
        cli_json_open(&j, stdout);
        cli_json_begin(&j, NULL, '[');
    }
    for (s->at = 0; s->at < s->n && !atomic_load(&s->a->signal); s->at++) {
        s->name = last_part(s->word[s->at]);
        const int got = run_one(s, s->lab[s->at], &j);
        code = code ? code : got;
        sft_clear(s->a->ctx);   /* the others run all the same */
    }
    if (s->a->json) {
        cli_json_end(&j, ']');
        cli_json_close(&j);
    }
    if (atomic_load(&s->a->signal) && !s->temporary && !s->a->quiet)
        fprintf(stderr, "surefoot: stopped; the same command with -o %s goes on from here\n", s->folder);
    const int end = finish(s);
    return code ? code : end;
}

int cli_lab_run(cli *a, const cli_labs *l, bool check)
{
    session *s = calloc(1, sizeof *s);
    if (!s)
        return SFT_MEMORY;
    s->a = a;
    s->labs = l;
    s->check = check;
    int code = choose_labs(s);
    if (!code && !cli_number(a, "workers", 1, 64, &s->workers))
        code = SFT_USAGE;
    if (!code)
        code = choose_folder(s);
    if (!code && (code = open_labs(s)) != SFT_OK && !cli_value(a, "output") && !s->temporary && rmdir(s->folder) == 0)
        rmdir("runs");          /* nothing was written into it */
    if (!code)
        code = run_labs(s);
    for (int i = 0; i < s->n_lab; i++)
        sft_lab_close(s->lab[i]);
    if (s->temporary)
        remove_all(s->folder);
    free(s);
    return code;
}
