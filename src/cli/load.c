/* SPDX-License-Identifier: MIT */
/* A run that is there already: its recipe, data, network and weights. Nothing is written and no lock is taken, so that it works beside
 * a training that goes on. */
#include "cli.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- paths ----------------------------------------------------------------------------------- */

bool cli_is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool cli_is_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

int cli_find_folder(cli *a, const char *folder)
{
    struct stat st;
    char recipe[4200];
    snprintf(recipe, sizeof recipe, "%s/recipe.yaml", folder);
    if (cli_is_file(recipe))
        return SFT_OK;
    if (cli_is_folder(folder))
        return cli_fail_as(a, "E299", SFT_CHECKPOINT, "%s is not a run folder: it has no recipe.yaml", folder);
    if (stat(folder, &st) == 0)
        return cli_fail_as(a, "E299", SFT_CHECKPOINT, "%s is not a folder — give a run folder such as runs/NAME-001", folder);
    return cli_fail_as(a, "E299", SFT_CHECKPOINT, "%s: no such run folder (%s)", folder, strerror(errno));
}

/* The folder that a file lies in, or for one in checkpoints/ the folder above. */
static void folder_of(const char *file, char *folder, size_t size)
{
    static const char *const forms[] = { "%.*s", "%.*s/.." };
    char recipe[4200];
    const char *slash = strrchr(file, '/');
    for (int i = 0; i < 2; i++) {
        snprintf(folder, size, forms[i], slash ? (int)(slash - file) : 1, slash ? file : ".");
        snprintf(recipe, sizeof recipe, "%s/recipe.yaml", folder);
        if (cli_is_file(recipe))
            return;
    }
    folder[0] = 0;
}

static int newest_first(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? 1 : -(x > y);
}

int cli_checkpoints(const char *folder, int64_t *steps, int room)
{
    char path[4200];
    int n = 0;
    snprintf(path, sizeof path, "%s/checkpoints", folder);
    DIR *dir = opendir(path);
    for (struct dirent *e = dir ? readdir(dir) : NULL; e && n < room; e = readdir(dir)) {
        long long step;
        int end = 0;
        if (sscanf(e->d_name, "step-%lld.safetensors%n", &step, &end) == 1 && end && !e->d_name[end])
            steps[n++] = step;
    }
    if (dir)
        closedir(dir);
    qsort(steps, (size_t)n, sizeof *steps, newest_first);
    return n;
}

const char *cli_checkpoint_path(const char *folder, int64_t step, char *buf, size_t size)
{
    snprintf(buf, size, "%s/checkpoints/step-%08lld.safetensors", folder, (long long)step);
    return buf;
}

/* ---- weights --------------------------------------------------------------------------------- */

static int64_t whole(const char *text)
{
    return text ? strtoll(text, NULL, 10) : -1;
}

/* Where in training these weights stand: beside the tensors of a checkpoint, in run.json for a finished model. */
static void place_in_time(cli *a, cli_run *r)
{
    sft_file *f = sft_file_open(a->ctx, r->weights);
    double value;
    r->steps = whole(sft_file_meta(f, "step"));
    r->epochs = whole(sft_file_meta(f, "epoch"));
    sft_file_close(f);
    const char *name = strrchr(r->weights, '/');
    if (r->steps >= 0 || !name || strcmp(name, "/model.safetensors") != 0)
        return;
    r->steps = cli_summary_number(r->folder, "steps", &value) ? (int64_t)value : -1;
    r->epochs = cli_summary_number(r->folder, "epochs", &value) ? (int64_t)value : -1;
    r->best_epoch = cli_summary_number(r->folder, "best_epoch", &value) ? (int64_t)value : -1;
}

/* The newest checkpoint that is valid; a broken one is passed over aloud. */
static int load_newest(cli *a, cli_run *r)
{
    int64_t steps[CLI_CHECKPOINTS];
    int n = cli_checkpoints(r->folder, steps, CLI_CHECKPOINTS);
    for (int i = 0; i < n; i++) {
        cli_checkpoint_path(r->folder, steps[i], r->weights, sizeof r->weights);
        if (sft_net_load(r->net, r->weights) == SFT_OK)
            return SFT_OK;
        if (i + 1 == n)
            return cli_fail(a);
        fprintf(stderr, "warning: %s — trying the one before\n", sft_message(a->ctx));
        sft_clear(a->ctx);
    }
    return cli_fail_as(a, "E299", SFT_CHECKPOINT, "%s holds no weights yet — train first: surefoot resume %s", r->folder, r->folder);
}

void cli_name_weights(const char *folder, const char *given, char *path, size_t size)
{
    static const char *const forms[] = { "%s/%s", "%s/checkpoints/%s", "%s/%s.safetensors", "%s/checkpoints/%s.safetensors" };
    char there[4400];
    snprintf(path, size, "%s", given);
    for (size_t i = 0; i < sizeof forms / sizeof *forms && !cli_is_file(path); i++) {
        snprintf(there, sizeof there, forms[i], folder, given);
        if (cli_is_file(there))
            snprintf(path, size, "%s", there);
    }
}

static int load_weights(cli *a, cli_run *r, const char *file)
{
    const char *given = cli_value(a, "checkpoint");
    char model[4200];
    snprintf(model, sizeof model, "%s/model.safetensors", r->folder);
    if (given)
        cli_name_weights(r->folder, given, r->weights, sizeof r->weights);
    else if (file || cli_is_file(model))
        snprintf(r->weights, sizeof r->weights, "%s", file ? file : model);
    else
        return load_newest(a, r);
    return sft_net_load(r->net, r->weights) == SFT_OK ? SFT_OK : cli_fail(a);
}

/* ---- all of it ------------------------------------------------------------------------------- */

static sft_recipe *from_file(cli *a, const char *file)
{
    sft_file *f = sft_file_open(a->ctx, file);
    const char *text = sft_file_meta(f, "recipe");
    sft_recipe *r = text ? sft_recipe_parse(a->ctx, file, text, strlen(text)) : NULL;
    for (int i = 0; r && i < a->n_sets; i++)
        sft_recipe_set(r, a->set[i]);
    sft_file_close(f);
    return r;
}

/* --recipe, else the folder's, else the one that a checkpoint carries. */
static int find_recipe(cli *a, cli_run *r, const char *file)
{
    char path[4200];
    const char *given = cli_value(a, "recipe");
    snprintf(path, sizeof path, "%s/recipe.yaml", r->folder);
    if (given || r->folder[0])
        r->recipe = cli_recipe(a, given ? given : path);
    else
        r->recipe = from_file(a, file);
    if (sft_code(a->ctx))
        return cli_fail(a);
    if (!r->recipe)
        return cli_fail_as(a, "E152", SFT_RECIPE, "%s does not say which recipe it was made with — give it with --recipe FILE", file);
    return SFT_OK;
}

int cli_run_open(cli *a, const char *path, cli_run *r)
{
    const char *file = cli_is_file(path) ? path : NULL;
    *r = (cli_run){ .steps = -1, .epochs = -1, .best_epoch = -1 };
    if (!file && cli_find_folder(a, path))
        return SFT_CHECKPOINT;
    if (file)
        folder_of(file, r->folder, sizeof r->folder);
    else
        snprintf(r->folder, sizeof r->folder, "%s", path);
    int code = find_recipe(a, r, file);
    if (code)
        return code;
    sft_on_note(a->ctx, NULL, NULL);    /* what is to be said about these data was said in training */
    r->data = sft_data_open(a->ctx, r->recipe);
    sft_on_note(a->ctx, cli_say, a);
    r->net = sft_net_new(a->ctx, r->recipe, r->data);
    if (!r->net)
        return cli_fail(a);
    code = load_weights(a, r, file);
    if (!code)
        place_in_time(a, r);
    return code;
}

void cli_run_close(cli_run *r)
{
    sft_net_free(r->net);
    sft_data_free(r->data);
    sft_recipe_free(r->recipe);
}
