/* SPDX-License-Identifier: MIT */
/* surefoot export RUN|SWEEP…: what was logged, in the form of other programs. */
#include "cli.h"

#include <string.h>

static bool to_stdout(void *user, const void *bytes, size_t n)
{
    (void)user;
    return fwrite(bytes, 1, n, stdout) == n && !ferror(stdout);
}

typedef struct target {
    const char *format, *path;  /* path NULL: standard output */
    bool        folder;         /* the format writes one */
    char        own[4200];
} target;

static bool find_format(target *t, const char *name)
{
    for (int i = 0; name && (t->format = sft_export_format(i, NULL, &t->folder)); i++)
        if (!strcmp(name, t->format)) return true;
    return false;
}

/* --format; else what the end of -o says. */
static int choose_format(cli *a, target *t)
{
    const char *wanted = cli_value(a, "format"), *dot = t->path ? strrchr(t->path, '.') : NULL;
    if (find_format(t, wanted ? wanted : dot ? dot + 1 : NULL)) return SFT_OK;
    if (!wanted) return cli_usage(a, "which format? --format tensorboard, csv or json");
    t->format = wanted;         /* the library says what there is */
    return SFT_OK;
}

/* Where nothing is said: text to standard output, folders into the folder of the one run or sweep. */
static int choose_path(cli *a, target *t)
{
    const bool out = t->path && !strcmp(t->path, "-");
    if (out) t->path = NULL;
    if (t->path || !t->folder) return SFT_OK;
    if (out || a->n_args > 1) return cli_usage(a, "%s is a folder of files: say where with -o DIR", t->format);
    snprintf(t->own, sizeof t->own, "%.4000s/%s", a->arg[0], t->format);
    t->path = t->own;
    return SFT_OK;
}

static void print_facts(const cli *a, const target *t, const sft_export_facts *n)
{
    if (a->json) {
        cli_json j;
        cli_json_open(&j, stdout);
        cli_json_begin(&j, NULL, '{');
        cli_json_int(&j, "schema", 1);
        cli_json_text(&j, "format", t->format);
        cli_json_text(&j, "path", t->path);
        cli_json_int(&j, "runs", n->runs);
        cli_json_int(&j, "values", n->values);
        cli_json_int(&j, "files", n->files);
        cli_json_end(&j, '}');
        cli_json_close(&j);
        return;
    }
    printf("wrote     %s   (%lld run%s, %lld value%s)\n", t->path, (long long)n->runs, n->runs == 1 ? "" : "s", (long long)n->values,
           n->values == 1 ? "" : "s");
    if (!a->quiet && !strcmp(t->format, "tensorboard")) printf("try next:   tensorboard --logdir %s\n", t->path);
}

static int run(cli *a)
{
    target           t = { .path = cli_value(a, "output") };
    sft_export_facts facts = { 0 };
    if (a->n_args < 1) return cli_usage(a, "which run, or which sweep?");
    if (a->n_sets) return cli_usage(a, "export takes no overrides: `%s`", a->set[0]);
    int code = choose_format(a, &t);
    if (!code) code = choose_path(a, &t);
    if (code) return code;
    const sft_export_options o = { .format = t.format, .path = t.path, .write = to_stdout, .curves = cli_has(a, "curves"),
                                   .no_signals = cli_has(a, "no-signals") };
    if (sft_export(a->ctx, a->n_args, a->arg, &o, &facts) != SFT_OK) return cli_fail(a);
    if (t.path) print_facts(a, &t, &facts);
    return SFT_OK;
}

static const cli_flag flags[] = {
    { "format", 'f', "WORD", "tensorboard, csv or json (default: what -o ends with)" },
    { "output", 'o', "PATH", "where to (default: csv and json to standard output, tensorboard into the run's own folder)" },
    { "curves", 0, NULL, "csv of a sweep: every number of every trial, not a row a trial" },
    { "no-signals", 0, NULL, "without signals.csv, which is most of what a watched run wrote" },
    { 0 },
};

const cli_verb cli_verb_export = {
    .name = "export", .usage = "export RUN|SWEEP… --format tensorboard|csv|json [-o PATH]",
    .doc = "write the logs of runs for TensorBoard, as CSV or as JSON",
    .flags = flags, .run = run,
    .examples = "  surefoot export runs/a --format tensorboard && tensorboard --logdir runs/a/tensorboard\n"
                "  surefoot export runs/* -f tensorboard -o logs\n"
                "  surefoot export sweeps/lr-momentum -o trials.csv\n"
                "  surefoot export runs/a runs/b --format csv --no-signals | grep validation\n",
};
