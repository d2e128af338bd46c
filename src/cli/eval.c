/* SPDX-License-Identifier: MIT */
/* surefoot eval DIR: loss and accuracy of a run's weights, on its own data or on others. */
#include "cli.h"

#include <string.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void print_text(const cli_run *r, const sft_result *result)
{
    printf("%s", r->weights);
    if (r->steps >= 0)
        printf(", after %lld steps", (long long)r->steps);
    putchar('\n');
    cli_print_scores(result);
}

static int evaluate(cli *a, cli_run *r, int split)
{
    double start = now();
    sft_result result = { .steps = r->steps, .epochs = r->epochs, .best_epoch = r->best_epoch };
    sft_scores *scores[SFT_SPLITS] = { &result.train, &result.validation, &result.test };
    sft_net_facts facts = { .shards = 0 };
    sft_trainer *t = sft_trainer_new(a->ctx, r->recipe, r->data, r->net);
    for (int s = 0; s < SFT_SPLITS; s++)
        if (split == SFT_SPLITS || split == s)
            sft_evaluate(t, (sft_split)s, scores[s]);
    sft_net_hash(r->net, result.weights_sha256);
    sft_net_facts_of(r->net, &facts);
    sft_trainer_free(t);
    result.seconds = now() - start;
    if (sft_code(a->ctx))
        return cli_fail(a);
    if (split < SFT_SPLITS && !scores[split]->count)
        return cli_fail_as(a, "E245", SFT_DATA, "the data have no %s samples — choose another --split", cli_split_name((sft_split)split));
    if (a->json)
        cli_print_result(a, r->folder[0] ? r->folder : r->weights, &result, facts.shards);
    else
        print_text(r, &result);
    return SFT_OK;
}

static int run(cli *a)
{
    int split = cli_split(cli_value(a, "split"));
    if (a->n_args != 1)
        return cli_usage(a, a->n_args ? "eval takes one run folder or one file" : "which run folder?");
    if (split < 0)
        return cli_usage(a, "--split takes train, validation, test or all, not `%s`", cli_value(a, "split"));
    cli_run r;
    int code = cli_run_open(a, a->arg[0], &r);
    if (!code)
        code = evaluate(a, &r, split);
    cli_run_close(&r);
    return code;
}

static const cli_flag flags[] = {
    { "split", 's', "WORD", "train, validation, test or all (default: all)" },
    { "checkpoint", 'c', "FILE", "these weights: a path, or a name in the run folder such as best or step-00000270" },
    { "recipe", 'r', "FILE", "the recipe of a file that stands alone" },
    { 0 },
};

const cli_verb cli_verb_eval = {
    .name = "eval", .usage = "eval DIR|FILE.safetensors [key=value …]", .doc = "measure a trained network: loss and accuracy", .flags = flags,
    .run = run,
    .examples = "  surefoot eval runs/quickstart-001\n"
                "  surefoot eval runs/quickstart-001 --checkpoint best --split test\n"
                "  surefoot eval runs/iris-001 data.test=new.csv --split test\n"
                "  surefoot eval model.safetensors --recipe recipe.yaml --json\n",
};
