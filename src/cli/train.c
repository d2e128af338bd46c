/* SPDX-License-Identifier: MIT */
/* surefoot train RECIPE: one recipe, one command, one run folder. */
#include "cli.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* DIR itself when it is new or empty of a run; with a run inside, DIR-2, DIR-3 …, unless --force. */
static void given_folder(cli *a, const char *wanted, char *path, size_t size)
{
    snprintf(path, size, "%s", wanted);
    for (int i = 2; !cli_has(a, "force"); i++) {
        char inside[4200];
        struct stat st;
        snprintf(inside, sizeof inside, "%s/run.json", path);
        if (stat(inside, &st))
            break;
        snprintf(path, size, "%s-%d", wanted, i);
    }
    if (!a->quiet && strcmp(path, wanted) != 0)
        fprintf(stderr, "note: %s holds a run already; writing to %s\n", wanted, path);
}

static int run(cli *a)
{
    if (a->n_args != 1)
        return cli_usage(a, a->n_args ? "train takes one recipe" : "which recipe?");
    sft_recipe *r = cli_recipe(a, a->arg[0]);
    if (!r)
        return cli_fail(a);
    char folder[4096];
    const char *wanted = cli_value(a, "output");
    int code = 0;
    if (wanted)
        given_folder(a, wanted, folder, sizeof folder);
    else
        code = cli_new_folder(a, a->arg[0], "", folder, sizeof folder);
    if (!code)
        code = cli_fit(a, r, folder, false);
    if (code && !wanted && rmdir(folder) == 0) /* nothing was written into it: it never began */
        rmdir("runs");
    sft_recipe_free(r);
    return code;
}

static const cli_flag flags[] = {
    { "output", 'o', "DIR", "run folder (default: runs/NAME-001 and so on)" },
    { "force", 'f', NULL, "write into DIR although it holds a run" },
    { "watch", 0, NULL, "judge the run while it trains, and tell of a fault at the step where it is established" },
    { "on-fault", 0, "WORD", "what a fault does, with --watch: warn (default), stop (exit code 6) or fix (try remedies, start over with what wins)" },
    { 0 },
};

const cli_verb cli_verb_train = {
    .name = "train", .usage = "train RECIPE [-o DIR] [--watch] [key=value …]", .doc = "train a network as a recipe says", .flags = flags, .run = run,
    .examples = "  surefoot train recipes/quickstart.yaml\n"
                "  surefoot train recipes/quickstart.yaml optimizer.lr=0.01 train.epochs=10 -o runs/a\n"
                "  surefoot train recipe.yaml --watch --on-fault stop\n",
};
