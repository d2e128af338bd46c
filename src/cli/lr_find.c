/* SPDX-License-Identifier: MIT */
/* surefoot lr-find RECIPE: which learning rate? A range test that leaves no trace in the run. */
#include "cli.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct finder {
    cli            *a;
    const char     *given;      /* the recipe or the run folder */
    char            recipe_path[4200], folder[4096];
    sft_recipe     *recipe;
    sft_lr_options  o;
    sft_lr_found    found;
    cli_lr_curve    curve;
    bool            bar;
} finder;

static bool note_point(void *user, const sft_lr_point *p)
{
    finder *f = user;
    cli_lr_curve *c = &f->curve;
    c->lr[c->n] = p->lr;
    c->loss[c->n] = p->loss;
    c->smooth[c->n++] = p->smooth;
    if (f->bar)
        fprintf(stderr, "\rstep %lld/%lld  lr %.2e  loss %.4f\033[K", (long long)p->step, (long long)f->o.steps, p->lr, p->smooth);
    return true;
}

/* ---- results --------------------------------------------------------------------------------- */

static double suggestion(const finder *f)
{
    return isnan(f->found.valley) ? f->found.steep : f->found.valley;
}

/* Two digits are more than the test knows; `to train with` is typed as it is printed. */
static const char *rate(double lr, char *buf, size_t size)
{
    snprintf(buf, size, isnan(lr) ? "none" : "%.2g", lr);
    return buf;
}

static void print_json(const finder *f, const cli_lr_files *files)
{
    cli_json j;
    cli_json_open(&j, stdout);
    cli_json_begin(&j, NULL, '{');
    cli_json_int(&j, "schema", 1);
    cli_json_text(&j, "recipe", f->recipe_path);
    cli_json_number(&j, "suggestion", suggestion(f));
    cli_json_number(&j, "valley", f->found.valley);
    cli_json_number(&j, "steep", f->found.steep);
    cli_json_number(&j, "lowest", f->found.lowest);
    cli_json_flag(&j, "diverged", f->found.diverged);
    cli_json_text(&j, "csv", files->csv);
    cli_json_text(&j, "svg", files->drawn ? files->svg : NULL);
    cli_json_text(&j, "png", files->drawn && cli_is_file(files->png) ? files->png : NULL);
    cli_json_begin(&j, "points", '[');
    for (int i = 0; i < f->curve.n; i++) {
        cli_json_begin(&j, NULL, '{');
        cli_json_int(&j, "step", i + 1);
        cli_json_number(&j, "lr", f->curve.lr[i]);
        cli_json_number(&j, "loss", f->curve.loss[i]);
        cli_json_number(&j, "smooth", f->curve.smooth[i]);
        cli_json_end(&j, '}');
    }
    cli_json_end(&j, ']');
    cli_json_end(&j, '}');
    cli_json_close(&j);
}

static void draw(const finder *f)
{
    double low, high;
    cli_lr_range(&f->curve, &low, &high);
    cli_plot p = { .y_name = "loss", .x_name = "rate", .log_x = true, .n = f->curve.n, .x = f->curve.lr, .y = f->curve.smooth,
                   .low = low, .high = high };
    const double at[] = { f->found.valley, f->found.steep };
    static const char *const names[] = { "valley", "steep" };
    for (int i = 0; i < 2; i++)
        if (!isnan(at[i])) {
            p.mark[p.marks].x = at[i];
            p.mark[p.marks++].name = names[i];
        }
    cli_plot_draw(f->a, &p);
}

static void print_end(const finder *f)
{
    int n = f->curve.n;
    if (f->found.diverged && n < f->o.steps)
        printf("diverged  at a rate of %.2g, step %d of %lld\n", n ? f->curve.lr[n - 1] : f->o.from, n, (long long)f->o.steps);
    else
        printf("ended     at a rate of %.2g without divergence\n", n ? f->curve.lr[n - 1] : f->o.from);
}

static void print_text(const finder *f, const cli_lr_files *files)
{
    char valley[32], steep[32], lowest[32], use[32];
    if (f->curve.n > 1)
        draw(f);
    putchar('\n');
    print_end(f);
    printf("valley    %s   (inside the longest fall: a rate to train with)\n", rate(f->found.valley, valley, sizeof valley));
    printf("steep     %s   (where the loss falls fastest)\n", rate(f->found.steep, steep, sizeof steep));
    printf("lowest    %s   (of the smoothed loss; too high to train with)\n", rate(f->found.lowest, lowest, sizeof lowest));
    printf("files     %s%s%s\n", files->csv, files->drawn ? ", " : "", files->drawn ? files->svg : "");
    if (f->a->quiet)
        return;
    if (isnan(suggestion(f)))
        printf("try next:   surefoot lr-find %s --from %.1g --steps %lld   (the loss never fell: begin lower, with more steps)\n",
               f->given, f->o.from / 100, (long long)(2 * f->o.steps));
    else
        printf("try next:   surefoot train %s optimizer.lr=%s\n", f->recipe_path, rate(suggestion(f), use, sizeof use));
}

static int report(finder *f)
{
    cli_lr_files files;
    int code = cli_lr_write(f->a, f->folder, &f->curve, &f->found, &files);
    if (code)
        return code;
    if (f->a->json)
        print_json(f, &files);
    else
        print_text(f, &files);
    return SFT_OK;
}

/* ---- the test -------------------------------------------------------------------------------- */

/* From the newest checkpoint of a run folder. */
static void load(finder *f, sft_trainer *t)
{
    int64_t steps[CLI_CHECKPOINTS];
    char path[4400];
    if (strcmp(f->given, f->recipe_path) == 0 || !cli_checkpoints(f->given, steps, CLI_CHECKPOINTS))
        return;
    sft_trainer_load(t, cli_checkpoint_path(f->given, steps[0], path, sizeof path), 0, NULL);
    if (!f->a->quiet)
        fprintf(stderr, "from the checkpoint of step %lld\n", (long long)steps[0]);
}

static int test(finder *f)
{
    sft_ctx *c = f->a->ctx;
    sft_data *d = sft_data_open(c, f->recipe);
    sft_net *n = sft_net_new(c, f->recipe, d);
    sft_trainer *t = sft_trainer_new(c, f->recipe, d, n);
    if (t)
        load(f, t);
    sft_lr_find(t, &f->o, &f->found);
    if (f->bar)
        fputs("\r\033[K", stderr);
    sft_trainer_free(t);
    sft_net_free(n);
    sft_data_free(d);
    return sft_code(c) ? cli_fail(f->a) : SFT_OK;
}

static int choose_folder(finder *f)
{
    const char *wanted = cli_value(f->a, "output");
    if (!wanted && strcmp(f->given, f->recipe_path) == 0)
        return cli_new_folder(f->a, f->given, "-lr-find", f->folder, sizeof f->folder);
    if (wanted)
        snprintf(f->folder, sizeof f->folder, "%s", wanted);
    else
        snprintf(f->folder, sizeof f->folder, "%.4000s/plots", f->given);
    if (mkdir(f->folder, 0777) == 0 || errno == EEXIST)
        return SFT_OK;
    return cli_fail_io(f->a, errno, "cannot make the folder %s", f->folder);
}

/* ---- flags ----------------------------------------------------------------------------------- */

static int read_flags(finder *f)
{
    double steps = 100, smoothing = 0.95;
    f->o = (sft_lr_options){ .from = 1e-7, .to = 10, .each = note_point, .user = f };
    if (!cli_number(f->a, "from", 1e-12, 1e6, &f->o.from) || !cli_number(f->a, "to", 1e-12, 1e6, &f->o.to) ||
        !cli_number(f->a, "steps", 20, SFT_LR_STEPS, &steps) ||
        !cli_number(f->a, "smoothing", 0.01, 0.999, &smoothing))
        return SFT_USAGE;
    f->o.smoothing = smoothing;
    f->o.steps = (int64_t)steps;
    if (f->o.from >= f->o.to)
        return cli_usage(f->a, "--from %g is not below --to %g", f->o.from, f->o.to);
    return SFT_OK;
}

static int find(finder *f)
{
    int code = read_flags(f);
    snprintf(f->recipe_path, sizeof f->recipe_path, "%s", f->given);
    if (!code && cli_is_folder(f->given)) {
        code = cli_find_folder(f->a, f->given);
        snprintf(f->recipe_path, sizeof f->recipe_path, "%s/recipe.yaml", f->given);
    }
    if (code)
        return code;
    f->recipe = cli_recipe(f->a, f->recipe_path);
    if (!f->recipe)
        return cli_fail(f->a);
    code = test(f);
    if (!code)
        code = choose_folder(f);
    return code ? code : report(f);
}

static int run(cli *a)
{
    if (a->n_args != 1)
        return cli_usage(a, a->n_args ? "lr-find takes one recipe or run folder" : "which recipe?");
    finder *f = calloc(1, sizeof *f);
    if (!f)
        return cli_fail_as(a, "E004", SFT_MEMORY, "out of memory");
    f->a = a;
    f->given = a->arg[0];
    f->bar = isatty(STDERR_FILENO) && !a->quiet && !a->json;
    int code = find(f);
    sft_recipe_free(f->recipe);
    free(f);
    return code;
}

static const cli_flag flags[] = {
    { "from", 0, "RATE", "the first rate (default 1e-7)" },
    { "to", 0, "RATE", "the last rate (default 10)" },
    { "steps", 0, "N", "how many steps lie between them (default 100)" },
    { "smoothing", 0, "SHARE", "how much of the running mean of the loss stays (default 0.95)" },
    { "output", 'o', "DIR", "where curve and picture go (default: runs/NAME-lr-find-001 and so on; a run's plots folder)" },
    { 0 },
};

const cli_verb cli_verb_lr_find = {
    .name = "lr-find", .usage = "lr-find RECIPE|DIR [-o DIR] [key=value …]", .doc = "find a learning rate by a range test",
    .flags = flags, .run = run,
    .examples = "  surefoot lr-find recipes/quickstart.yaml\n"
                "  surefoot lr-find recipes/quickstart.yaml optimizer=\"sgd momentum=0.9\" --from 1e-5 --to 100 --steps 200\n"
                "  surefoot lr-find runs/quickstart-001 -o plots\n",
};
