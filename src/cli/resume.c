/* SPDX-License-Identifier: MIT */
/* surefoot resume DIR: goes on from a run folder's newest valid checkpoint, to the bit. */
#include "cli.h"

#include <string.h>

static int run(cli *a)
{
    if (a->n_args != 1)
        return cli_usage(a, a->n_args ? "resume takes one run folder" : "which run folder?");
    char recipe[4200];
    int missing = cli_find_folder(a, a->arg[0]);
    if (missing)
        return missing;
    snprintf(recipe, sizeof recipe, "%s/recipe.yaml", a->arg[0]);
    sft_recipe *r = cli_recipe(a, recipe);
    if (!r)
        return cli_fail(a);
    int code = cli_fit(a, r, a->arg[0], true);
    sft_recipe_free(r);
    return code;
}

static const cli_flag flags[] = {
    { "reset-optimizer", 0, NULL, "start the optimiser afresh (needed after a change of optimiser)" },
    { "allow-data-change", 0, NULL, "go on although the data are not those of the checkpoint" },
    { 0 },
};

const cli_verb cli_verb_resume = {
    .name = "resume", .usage = "resume DIR [key=value …]", .doc = "go on from a run's newest valid checkpoint", .flags = flags, .run = run,
    .examples = "  surefoot resume runs/quickstart-001\n"
                "  surefoot resume runs/quickstart-001 train.epochs=80\n",
};
