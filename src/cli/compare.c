/* SPDX-License-Identifier: MIT */
/* surefoot compare RUN RUN…: what runs differ in, and whether seeds tell their difference from chance. */
#include "cli.h"

static int run(cli *a)
{
    sft_report_options o = { .rank_by = cli_value(a, "rank-by") };
    if (a->n_args < 2) return cli_usage(a, a->n_args ? "compare needs a second run folder" : "which run folders?");
    if (a->n_sets) return cli_usage(a, "compare takes no overrides: `%s`", a->set[0]);
    sft_comparison *k = sft_compare(a->ctx, a->n_args, a->arg, &o);
    if (!k) return cli_fail(a);
    fputs(a->json ? sft_comparison_json(k) : sft_comparison_text(k), stdout);
    sft_comparison_free(k);
    return SFT_OK;
}

static const cli_flag flags[] = {
    { "rank-by", 0, "NAME", "loss, accuracy, or a metric they were trained with (default: accuracy where there is one)" },
    { 0 },
};

const cli_verb cli_verb_compare = {
    .name = "compare", .usage = "compare RUN RUN…", .doc = "recipes and scores of runs side by side, and whether seeds tell them apart",
    .flags = flags, .run = run,
    .examples = "  surefoot compare runs/a runs/b\n"
                "  surefoot compare runs/sgd-s* runs/adam-s* --json\n",
};
