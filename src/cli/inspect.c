/* SPDX-License-Identifier: MIT */
/* surefoot inspect DIR: what a run did, what it left, and what is in its weights. */
#include "cli.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct checkpoint {
    int64_t step, bytes;
    bool    valid;              /* known only with --verify */
    char    fault[400];
} checkpoint;

typedef struct view {
    cli       *a;
    const char *folder;         /* NULL: a single file */
    char       weights[4400];   /* "": none */
    sft_file  *file;            /* of the weights */
    cli_series series[SFT_SPLITS];
    bool       verify;
    int        n;
    checkpoint *list;           /* newest first */
} view;

/* ---- looking --------------------------------------------------------------------------------- */

static void look_at(view *v, checkpoint *k)
{
    char path[4400];
    struct stat st;
    cli_checkpoint_path(v->folder, k->step, path, sizeof path);
    k->bytes = stat(path, &st) == 0 ? st.st_size : -1;
    if (!v->verify)
        return;
    sft_file *f = sft_file_open(v->a->ctx, path);
    k->valid = f != NULL;
    if (!f)
        snprintf(k->fault, sizeof k->fault, "%s", sft_message(v->a->ctx));
    sft_file_close(f);
    sft_clear(v->a->ctx);
}

static bool list_checkpoints(view *v)
{
    int64_t steps[CLI_CHECKPOINTS];
    v->n = cli_checkpoints(v->folder, steps, CLI_CHECKPOINTS);
    v->list = calloc((size_t)v->n + 1, sizeof *v->list);
    for (int i = 0; v->list && i < v->n; i++) {
        v->list[i].step = steps[i];
        look_at(v, &v->list[i]);
    }
    return v->list != NULL;
}

/* Those that were asked for, else the model, else the newest checkpoint that opens. */
static int open_weights(view *v)
{
    const char *given = cli_value(v->a, "checkpoint");
    if (given)
        cli_name_weights(v->folder ? v->folder : ".", given, v->weights, sizeof v->weights);
    else if (v->folder)
        snprintf(v->weights, sizeof v->weights, "%s/model.safetensors", v->folder);
    bool fixed = given || !v->folder || cli_is_file(v->weights);
    if (fixed) {
        v->file = sft_file_open(v->a->ctx, v->weights);
        return v->file ? SFT_OK : cli_fail(v->a);
    }
    v->weights[0] = 0;
    for (int i = 0; i < v->n && !v->file; i++) {
        cli_checkpoint_path(v->folder, v->list[i].step, v->weights, sizeof v->weights);
        v->file = sft_file_open(v->a->ctx, v->weights);
        sft_clear(v->a->ctx);
    }
    return SFT_OK;
}

static int broken(const view *v)
{
    int n = 0;
    for (int i = 0; v->verify && i < v->n; i++)
        n += !v->list[i].valid;
    return n;
}

/* ---- text ------------------------------------------------------------------------------------ */

static void print_value(const view *v, const char *label, const char *key)
{
    char text[400];
    double number;
    if (cli_summary_text(v->folder, key, text, sizeof text))
        printf("%-12s%s\n", label, text);
    else if (cli_summary_number(v->folder, key, &number))
        printf("%-12s%.10g\n", label, number);
}

static void print_summary(const view *v)
{
    static const char *const rows[][2] = {
        { "status", "status" }, { "message", "message" }, { "data", "data" },       { "steps", "steps" },       { "of", "steps_planned" },
        { "epochs", "epochs" }, { "best epoch", "best_epoch" }, { "seed", "seed" }, { "shards", "shards" },     { "threads", "threads" },
        { "seconds", "seconds" }, { "started", "started" },     { "by", "surefoot" }, { "cpu", "cpu" },
    };
    char path[4200], status[32];
    printf("%-12s%s\n", "run", v->folder);
    if (cli_summary_text(v->folder, "status", status, sizeof status)) {
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            print_value(v, rows[i][0], rows[i][1]);
        return;
    }
    snprintf(path, sizeof path, "%s/run.json", v->folder);
    char *text = cli_read_text(path);
    if (text)
        fputs(text, stdout);
    free(text);
}

static int best_of(const cli_series *s)
{
    int best = -1;
    for (int i = 0; i < s->n; i++)
        if (isfinite(s->loss[i]) && (best < 0 || s->loss[i] < s->loss[best]))
            best = i;
    return best;
}

static void print_point(const char *word, const cli_series *s, int i)
{
    printf("%s %.4f", word, s->loss[i]);
    if (isfinite(s->accuracy[i]))
        printf(" (%.2f %%)", 100 * s->accuracy[i]);
    printf(" at epoch %lld", (long long)s->epoch[i]);
}

static void print_losses(const view *v)
{
    int width = cli_width(STDOUT_FILENO);
    for (int s = 0; s < SFT_SPLITS; s++) {
        const cli_series *x = &v->series[s];
        int best = best_of(x);
        if (!x->n)
            continue;
        printf("\n%s loss\n  ", cli_split_name((sft_split)s));
        if (s != SFT_TEST) {    /* scored at the end of a run only */
            cli_sparkline(stdout, x->loss, x->n, width > 24 ? width - 4 : 60);
            fputs("\n  ", stdout);
        }
        if (s != SFT_TEST && best >= 0 && best != x->n - 1) {
            print_point("best", x, best);
            fputs(", ", stdout);
        }
        print_point("last", x, x->n - 1);
        putchar('\n');
    }
}

static void print_checkpoints(const view *v)
{
    cli_table t;
    char bytes[24];
    if (!v->n)
        return;
    cli_table_open(&t, v->verify ? ">step|>bytes|state" : ">step|>bytes");
    for (int i = 0; i < v->n; i++) {
        const checkpoint *k = &v->list[i];
        cli_table_add(&t, "%lld", (long long)k->step);
        cli_table_add(&t, "%s", cli_bytes((double)k->bytes, bytes, sizeof bytes));
        if (v->verify)
            cli_table_add(&t, "%s", k->valid ? "valid" : k->fault);
    }
    puts("\ncheckpoints");
    cli_table_print(&t, v->a, "  ");
}

static void print_meta(const view *v)
{
    static const char *const keys[] = { "format", "format_version", "library", "step", "epoch", "seed", "shards", "optimizer", "data" };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (sft_file_meta(v->file, keys[i]))
            printf("  %-15s%s\n", keys[i], sft_file_meta(v->file, keys[i]));
}

static void print_text(const view *v)
{
    if (v->folder) {
        print_summary(v);
        print_losses(v);
        print_checkpoints(v);
    }
    if (!v->file) {
        puts("\nno weights yet");
        return;
    }
    printf("%s%s\n", v->folder ? "\n" : "", v->weights);
    if (!v->folder)
        print_meta(v);
    cli_print_tensors(v->a, v->file);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void json_summary(cli_json *j, const view *v)
{
    char path[4200], status[32];
    snprintf(path, sizeof path, "%s/run.json", v->folder);
    char *text = cli_read_text(path);
    /* The file is our own; without jansson nobody looks whether it is whole. */
    bool whole = cli_summary_text(v->folder, "status", status, sizeof status);
#ifndef SFT_HAVE_JANSSON
    whole = text && text[0] == '{';
#endif
    cli_json_raw(j, "summary", text && whole ? text : "null");
    free(text);
}

static void json_losses(cli_json *j, const view *v)
{
    cli_json_begin(j, "metrics", '[');
    for (int s = 0; s < SFT_SPLITS; s++)
        for (int i = 0; i < v->series[s].n; i++) {
            cli_json_begin(j, NULL, '{');
            cli_json_text(j, "split", cli_split_name((sft_split)s));
            cli_json_int(j, "step", v->series[s].step[i]);
            cli_json_int(j, "epoch", v->series[s].epoch[i]);
            cli_json_number(j, "loss", v->series[s].loss[i]);
            cli_json_number(j, "accuracy", v->series[s].accuracy[i]);
            cli_json_end(j, '}');
        }
    cli_json_end(j, ']');
}

static void json_checkpoints(cli_json *j, const view *v)
{
    char path[4400];
    cli_json_begin(j, "checkpoints", '[');
    for (int i = 0; i < v->n; i++) {
        const checkpoint *k = &v->list[i];
        cli_json_begin(j, NULL, '{');
        cli_json_int(j, "step", k->step);
        cli_json_text(j, "path", cli_checkpoint_path(v->folder, k->step, path, sizeof path));
        cli_json_int(j, "bytes", k->bytes);
        if (v->verify) {
            cli_json_flag(j, "valid", k->valid);
            cli_json_text(j, "fault", k->valid ? NULL : k->fault);
        }
        cli_json_end(j, '}');
    }
    cli_json_end(j, ']');
}

static void print_json(const view *v)
{
    cli_json j;
    cli_json_open(&j, stdout);
    cli_json_begin(&j, NULL, '{');
    cli_json_int(&j, "schema", 1);
    cli_json_text(&j, "run", v->folder);
    if (v->folder) {
        json_summary(&j, v);
        json_losses(&j, v);
        json_checkpoints(&j, v);
    }
    cli_json_text(&j, "weights", v->file ? v->weights : NULL);
    const char *step = sft_file_meta(v->file, "step");
    cli_json_raw(&j, "step", step && step[0] && !step[strspn(step, "0123456789")] ? step : "null");
    cli_json_tensors(&j, v->file);
    cli_json_end(&j, '}');
    cli_json_close(&j);
}

/* ---- the verb -------------------------------------------------------------------------------- */

static int show(view *v)
{
    if (v->folder && !list_checkpoints(v))
        return cli_fail_as(v->a, "E004", SFT_MEMORY, "out of memory");
    if (v->folder)
        cli_metrics_read(v->folder, v->series);
    int code = open_weights(v);
    if (code)
        return code;
    if (v->a->json)
        print_json(v);
    else
        print_text(v);
    return broken(v) ? SFT_CHECKPOINT : SFT_OK;
}

static int run(cli *a)
{
    view v = { .a = a, .verify = cli_has(a, "verify") };
    if (a->n_args != 1)
        return cli_usage(a, a->n_args ? "inspect takes one run folder or one file" : "which run folder?");
    if (cli_has(a, "schedule"))
        return cli_show_schedule(a, a->arg[0]);
    if (cli_has(a, "signals"))
        return cli_show_signals(a, a->arg[0]);
    if (cli_is_file(a->arg[0]))
        snprintf(v.weights, sizeof v.weights, "%s", a->arg[0]);
    else
        v.folder = a->arg[0];
    int code = v.folder ? cli_find_folder(a, v.folder) : SFT_OK;
    if (!code)
        code = show(&v);
    sft_file_close(v.file);
    cli_metrics_free(v.series);
    free(v.list);
    return code;
}

static const cli_flag flags[] = {
    { "verify", 0, NULL, "read every checkpoint and check its hashes; exit code 5 when one is damaged" },
    { "schedule", 0, NULL, "draw the learning rate of a recipe or run folder, step by step" },
    { "signals", 0, NULL, "how the signal stands, layer by layer: as signals.csv has it, or else one batch of training samples forward and back" },
    { "checkpoint", 'c', "FILE", "show these weights: a path, or a name in the run folder such as best" },
    { 0 },
};

const cli_verb cli_verb_inspect = {
    .name = "inspect", .usage = "inspect DIR|FILE.safetensors | inspect --schedule RECIPE|DIR", .doc = "show what a run did and what is in its weights", .flags = flags,
    .run = run,
    .examples = "  surefoot inspect runs/quickstart-001\n"
                "  surefoot inspect runs/quickstart-001 --verify\n"
                "  surefoot inspect runs/quickstart-001 --signals -c best\n"
                "  surefoot inspect model.safetensors\n"
                "  surefoot inspect --schedule recipes/quickstart.yaml schedule=one_cycle\n",
};
