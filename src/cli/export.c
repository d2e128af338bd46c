/* SPDX-License-Identifier: MIT */
/* surefoot export RUN|SWEEP…: what was logged, in the form of other programs. */
#include "cli.h"

#include <string.h>

static bool to_stdout(void *user, const void *bytes, size_t n)
{
    (void)user;
    return fwrite(bytes, 1, n, stdout) == n && !ferror(stdout);
}

static bool find_format(const char *name, sft_export_format_facts *f)
{
    for (int i = 0; name && sft_export_format(i, f); i++)
        if (!strcmp(name, f->name)) return true;
    return false;
}

/* --format; else what the end of -o says. */
static int choose_format(cli *a, const char *path, sft_export_format_facts *f)
{
    const char *wanted = cli_value(a, "format"), *dot = path ? strrchr(path, '.') : NULL;
    if (find_format(wanted ? wanted : dot ? dot + 1 : NULL, f)) return SFT_OK;
    if (wanted) {
        *f = (sft_export_format_facts){ .name = wanted };   /* the library says what there is */
        return SFT_OK;
    }
    return cli_usage(a, "which format? --format tensorboard, csv or json");
}

/* Where nothing is said: text to standard output, folders into the folder of the one run or sweep. */
static int choose_path(cli *a, const sft_export_format_facts *f, char *buf, size_t size, const char **path)
{
    if (*path && strcmp(*path, "-") == 0) *path = NULL;
    else if (*path) return SFT_OK;
    if (!f->folder) return SFT_OK;
    if (cli_value(a, "output") || a->n_args > 1) return cli_usage(a, "%s is a folder of files: say where with -o DIR", f->name);
    snprintf(buf, size, "%.4000s/%s", a->arg[0], f->name);
    *path = buf;
    return SFT_OK;
}

static void print_facts(const cli *a, const char *format, const char *path, const sft_export_facts *n)
{
    if (a->json) {
        cli_json j;
        cli_json_open(&j, stdout);
        cli_json_begin(&j, NULL, '{');
        cli_json_int(&j, "schema", 1);
        cli_json_text(&j, "format", format);
        cli_json_text(&j, "path", path);
        cli_json_int(&j, "runs", n->runs);
        cli_json_int(&j, "values", n->values);
        cli_json_int(&j, "files", n->files);
        cli_json_end(&j, '}');
        cli_json_close(&j);
        return;
    }
    printf("wrote     %s   (%lld run%s, %lld value%s)\n", path, (long long)n->runs, n->runs == 1 ? "" : "s", (long long)n->values,
           n->values == 1 ? "" : "s");
    if (!a->quiet && !strcmp(format, "tensorboard")) printf("try next:   tensorboard --logdir %s\n", path);
}

static int run(cli *a)
{
    char                    folder[4200];
    const char             *path = cli_value(a, "output");
    sft_export_format_facts f = { 0 };
    sft_export_facts        facts = { 0 };
    if (a->n_args < 1) return cli_usage(a, "which run, or which sweep?");
    if (a->n_sets) return cli_usage(a, "export takes no overrides: `%s`", a->set[0]);
    int code = choose_format(a, path, &f);
    if (!code) code = choose_path(a, &f, folder, sizeof folder, &path);
    if (code) return code;
    const sft_export_options o = { .format = f.name, .path = path, .write = to_stdout, .curves = cli_has(a, "curves"),
                                   .no_signals = cli_has(a, "no-signals") };
    if (sft_export(a->ctx, a->n_args, a->arg, &o, &facts) != SFT_OK) return cli_fail(a);
    if (path) print_facts(a, f.name, path, &facts);
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
