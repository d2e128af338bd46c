/* SPDX-License-Identifier: MIT */
/* surefoot report SWEEP|RUN…: tables with notes, sentences, answers, from what was trained. */
#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_LINES = 34 };       /* of the table on the screen: caption, head and thirty rows */

/* table.md as it is: its columns stand under each other. Longer ones are cut off, with a word about the rest. */
static void print_table(const char *folder)
{
    char path[4300];
    int  lines = 0;
    snprintf(path, sizeof path, "%.4100s/table.md", folder);
    char *text = cli_read_text(path), *rest = NULL;
    for (const char *p = text; p && *p; p++)
        if (*p == '\n' && ++lines == MOST_LINES) rest = text + (p - text) + 1;
    int left = 0;
    for (const char *p = rest; p && *p; p++) left += *p == '\n' && p[1] == '|';
    if (rest && *rest == '|') {
        *rest = 0;
        left++;
        printf("%s… %d more rows are in %s\n\n", text, left, path);
    } else if (text)
        fputs(text, stdout);
    free(text);
}

static void print_where(const cli *a, const sft_report_facts *f)
{
    char page[4300];
    snprintf(page, sizeof page, "%.4100s/report.html", f->folder);
    printf("%lld trial%s, %lld done, %lld failed, in %d configuration%s\n", (long long)f->trials, f->trials == 1 ? "" : "s",
           (long long)f->done, (long long)f->failed, f->points, f->points == 1 ? "" : "s");
    printf("report    %s/report.md   (text: tables, effects, answers)\n", f->folder);
    printf("tables    %s/table.md, table.csv, table.tex\n", f->folder);
    if (cli_is_file(page)) printf("page      %s   (open it in a browser)\n", page);
    if (*f->best && !a->quiet) printf("try next:   surefoot train %s/recipe.yaml\n", f->best);
}

static int print_json(cli *a, const sft_report_facts *f)
{
    char path[4300];
    snprintf(path, sizeof path, "%.4100s/report.json", f->folder);
    char *text = cli_read_text(path);
    if (!text) return cli_fail_io(a, 5, "cannot read %s", path);
    fputs(text, stdout);
    free(text);
    return SFT_OK;
}

static int run(cli *a)
{
    sft_report_options o = { .folder = cli_value(a, "output"), .rank_by = cli_value(a, "rank-by") };
    sft_report_facts  *facts = calloc(1, sizeof *facts);
    char               folder[4096];
    int                code = SFT_OK;
    if (!facts) return cli_fail_as(a, "E004", SFT_MEMORY, "out of memory");
    if (a->n_args < 1) code = cli_usage(a, "which sweep, or which runs?");
    else if (a->n_sets) code = cli_usage(a, "report takes no overrides: `%s`", a->set[0]);
    else if (!o.folder && a->n_args > 1 && !(code = cli_new_folder(a, "report", "", folder, sizeof folder))) o.folder = folder;
    if (!code && sft_report_write(a->ctx, a->n_args, a->arg, &o, facts) != SFT_OK) {
        if (o.folder == folder) rmdir(folder);  /* made for nothing */
        code = cli_fail(a);
    } else if (!code && a->json)
        code = print_json(a, facts);
    else if (!code) {
        print_table(facts->folder);
        print_where(a, facts);
    }
    free(facts);
    return code;
}

static const cli_flag flags[] = {
    { "output", 'o', "DIR", "folder of the report (default: report in the sweep's or run's folder; of several runs runs/report-001)" },
    { "rank-by", 0, "NAME", "of runs: loss, accuracy, or a metric they were trained with (default: accuracy where there is one)" },
    { 0 },
};

const cli_verb cli_verb_report = {
    .name = "report", .usage = "report SWEEP|RUN… [-o DIR]",
    .doc = "tables with notes, what each key does, answers, pictures, a page: from a sweep or from runs",
    .flags = flags, .run = run,
    .examples = "  surefoot report sweeps/lr-momentum\n"
                "  surefoot report runs/a runs/b runs/c -o report\n"
                "  surefoot report runs/* --rank-by loss\n",
};
