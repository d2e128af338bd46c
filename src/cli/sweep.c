/* SPDX-License-Identifier: MIT */
/* surefoot sweep SWEEP.yaml: many runs of one recipe with other values, and which were the best. */
#include "sweep.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the folder ------------------------------------------------------------------------------------- */

static bool holds_sweep(const char *folder)
{
    char path[4400];
    snprintf(path, sizeof path, "%s/sweep.db", folder);
    return access(path, F_OK) == 0;
}

/* The newest runs/NAME-NNN with a sweep in it; false: there is none. */
static bool newest(const char *plan, char *folder, size_t size)
{
    const char *slash = strrchr(plan, '/'), *base = slash ? slash + 1 : plan, *dot = strrchr(base, '.');
    const size_t n = dot && dot > base ? (size_t)(dot - base) : strlen(base);
    long best = -1;
    DIR *dir = opendir("runs");
    for (struct dirent *e = dir ? readdir(dir) : NULL; e; e = readdir(dir)) {
        char path[4096], *end;
        if (strncmp(e->d_name, base, n) || e->d_name[n] != '-')
            continue;
        const long number = strtol(e->d_name + n + 1, &end, 10);
        snprintf(path, sizeof path, "runs/%s", e->d_name);
        if (*end || number <= best || !holds_sweep(path))
            continue;
        best = number;
        snprintf(folder, size, "%s", path);
    }
    if (dir)
        closedir(dir);
    return best >= 0;
}

int cli_sweep_folder(cli *a, const char *argument, bool resume, const char **plan, char *folder, size_t size)
{
    const char *wanted = cli_value(a, "output");
    *plan = cli_is_folder(argument) ? NULL : argument;
    if (!*plan && wanted)
        return cli_usage(a, "%s is a folder already, and -o %s names another one", argument, wanted);
    if (!*plan || wanted) {
        snprintf(folder, size, "%s", *plan ? wanted : argument);
        return SFT_OK;
    }
    if (resume && !newest(argument, folder, size))
        return cli_usage(a, "there is no sweep of %s in runs/ to go on with — give its folder by -o DIR", argument);
    return resume ? SFT_OK : cli_new_folder(a, argument, "", folder, size);
}

/* ---- options ------------------------------------------------------------------------------------------ */

static bool read_options(cli *a, sft_sweep_options *o)
{
    double workers = 0, trials = 0, minutes = 0, fail_fast = 0, memory = 0, seeds = 0;
    if (!cli_number(a, "workers", 1, 1024, &workers) || !cli_number(a, "trials", 1, 1e9, &trials) ||
        !cli_number(a, "minutes", 1e-3, 1e7, &minutes) || !cli_number(a, "fail-fast", 1, 1e9, &fail_fast) ||
        !cli_number(a, "memory", 16, 1e9, &memory) || !cli_number(a, "seeds", 1, 1000, &seeds))
        return false;
    o->workers = (int)workers;
    o->seeds = (int)seeds;
    o->trials = (int64_t)trials;
    o->seconds = 60 * minutes;
    o->fail_fast = (int64_t)fail_fast;
    o->memory = (int64_t)(memory * 1048576.0);
    return true;
}

/* ---- running --------------------------------------------------------------------------------------------- */

static void announce(cli *a, sft_sweep *s)
{
    sft_sweep_facts f;
    if (a->quiet || sft_sweep_facts_of(s, &f))
        return;
    fprintf(stderr, "%s: %d key%s varied, %s sampler, ranked by validation %s; ", f.name, f.axes, f.axes == 1 ? "" : "s",
            f.sampler, f.rank_by);
    if (f.planned)
        fprintf(stderr, "%lld trials", (long long)f.planned);
    else
        fputs("no end planned", stderr);
    if (f.trials > f.waiting)
        fprintf(stderr, ", %lld of them done before", (long long)(f.done + f.failed + f.pruned));
    fprintf(stderr, "; writing to %s\n", f.folder);
}

static int finish(cli *a, sft_sweep *s)
{
    sft_sweep_facts f;
    if (sft_sweep_facts_of(s, &f))
        return cli_fail(a);
    if (a->json)
        cli_sweep_json(s, &f);
    else
        cli_sweep_print(a, s, &f);
    const int got = atomic_load(&a->signal);
    return got ? (got == SIGINT ? 130 : 143) : f.failed ? SFT_SWEEP : SFT_OK;
}

static int run_sweep(cli *a)
{
    char folder[4096];
    const char *plan;
    sft_sweep_options o = { .retry_failed = cli_has(a, "retry-failed"), .set = a->set, .n_sets = a->n_sets, .folder = folder };
    if (!read_options(a, &o))
        return SFT_USAGE;
    o.resume = cli_has(a, "resume") || o.retry_failed || cli_is_folder(a->arg[0]);
    const bool made = !o.resume && !cli_value(a, "output");
    int code = cli_sweep_folder(a, a->arg[0], o.resume, &plan, folder, sizeof folder);
    if (code)
        return code;
    cli_sweep bar = { .a = a, .bar = cli_can_draw(), .width = cli_width(STDERR_FILENO), .last = -1 };
    o.progress = cli_sweep_progress;
    o.user = &bar;
    sft_sweep *s = sft_sweep_open(a->ctx, plan, &o);
    if (!s && made && rmdir(folder) == 0) /* nothing was written into it: it never began */
        rmdir("runs");
    if (!s)
        return cli_fail(a);
    announce(a, s);
    cli_hold_signals();         /* the manager forks */
    sft_status status = sft_sweep_run(s);
    if (a->drawn)
        fputc('\n', stderr);
    a->drawn = false;
    code = status ? cli_fail(a) : finish(a, s);
    sft_sweep_close(s);
    return code;
}

static int run(cli *a)
{
    if (a->n_args && !strcmp(a->arg[0], "ask"))
        return cli_sweep_ask(a);
    if (a->n_args && !strcmp(a->arg[0], "tell"))
        return cli_sweep_tell(a);
    if (a->n_args != 1)
        return cli_usage(a, a->n_args ? "sweep takes one sweep.yaml, or the folder of a sweep" : "which sweep.yaml?");
    return run_sweep(a);
}

static const cli_flag flags[] = {
    { "output", 'o', "DIR", "sweep folder (default: runs/NAME-001 and so on)" },
    { "workers", 'w', "N", "processes of one thread each (default: one a core)" },
    { "seeds", 0, "N", "seeds of each point, instead of the plan's" },
    { "trials", 0, "N", "train so many in all, whatever the plan says" },
    { "minutes", 0, "M", "begin no trial later than this, all runs of the sweep together" },
    { "resume", 0, NULL, "go on with the sweep of the folder: nothing that ended is trained again" },
    { "retry-failed", 0, NULL, "the same, and failed trials start afresh" },
    { "fail-fast", 0, "N", "stop when N trials have failed" },
    { "memory", 0, "MIB", "address space of a worker; a trial that needs more fails" },
    { 0 },
};

const cli_verb cli_verb_sweep = {
    .name = "sweep", .usage = "sweep SWEEP.yaml|DIR [-o DIR] [--resume] [key=value …]", .doc = "search the choices of a recipe",
    .flags = flags, .run = run,
    .examples = "  surefoot sweep recipes/lr-momentum.yaml\n"
                "  surefoot sweep sweep.yaml -o runs/a --workers 4 train.epochs=10\n"
                "  surefoot sweep runs/a --resume\n"
                "  surefoot sweep ask runs/a --json             (another program trains: asks for a trial,\n"
                "  surefoot sweep tell runs/a 17 0.93            and tells its rank, or `failed`)\n",
};
