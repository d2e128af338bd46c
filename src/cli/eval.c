/* SPDX-License-Identifier: MIT */
/* surefoot eval DIR: loss, accuracy and metrics of a run's weights, on its own data or on others. */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void print_text(const cli_run *r, const sft_result *result, const cli_confusion *k)
{
    printf("%s", r->weights);
    if (r->steps >= 0)
        printf(", after %lld steps", (long long)r->steps);
    putchar('\n');
    cli_print_scores(result);
    if (k)
        cli_print_confusion(k);
}

/* The matrices of the splits that were scored; false: they do not fit into memory. */
static bool confuse(sft_trainer *t, const sft_data_facts *d, sft_scores *const scores[SFT_SPLITS], cli_confusion *k)
{
    k->n = d->task == SFT_BINARY ? 2 : d->outputs;
    k->names = d->task == SFT_BINARY && d->outputs > 1 ? NULL : d->class_names;
    for (int s = 0; s < SFT_SPLITS; s++) {
        if (!scores[s]->count)
            continue;
        k->counts[s] = calloc((size_t)(k->n * k->n), sizeof *k->counts[s]);
        if (!k->counts[s])
            return false;
        sft_confusion(t, (sft_split)s, k->counts[s]);
    }
    return true;
}

static int write_csv(cli *a, const cli_confusion *k)
{
    const char *path = cli_value(a, "confusion-csv");
    if (path && !cli_write_confusion(k, path))
        return cli_fail_io(a, errno, "cannot write %s", path);
    return SFT_OK;
}

/* What there is to say of a training was said when it began. */
static sft_trainer *open_quietly(cli *a, cli_run *r)
{
    sft_on_note(a->ctx, NULL, NULL);
    sft_trainer *t = sft_trainer_new(a->ctx, r->recipe, r->data, r->net);
    sft_on_note(a->ctx, cli_say, a);
    return t;
}

static int evaluate(cli *a, cli_run *r, int split)
{
    double start = now();
    sft_result result = { .steps = r->steps, .epochs = r->epochs, .best_epoch = r->best_epoch };
    sft_scores *scores[SFT_SPLITS] = { &result.train, &result.validation, &result.test };
    sft_net_facts facts = { .shards = 0 };
    sft_trainer *t = open_quietly(a, r);
    for (int s = 0; s < SFT_SPLITS; s++)
        if (split == SFT_SPLITS || split == s)
            sft_measure(t, (sft_split)s, scores[s], &result.measures[s]);
    cli_confusion k = { 0 };
    sft_data_facts data = { 0 };
    bool wanted = cli_has(a, "confusion") || cli_has(a, "confusion-csv");
    bool fits = !wanted || sft_data_facts_of(r->data, &data) || confuse(t, &data, scores, &k);
    sft_net_hash(r->net, result.weights_sha256);
    sft_net_facts_of(r->net, &facts);
    sft_trainer_free(t);
    result.seconds = now() - start;
    int code = sft_code(a->ctx) ? cli_fail(a) : SFT_OK;
    if (!code && split < SFT_SPLITS && !scores[split]->count)
        code = cli_fail_as(a, "E245", SFT_DATA, "the data have no %s samples — choose another --split", cli_split_name((sft_split)split));
    if (!code && !fits)
        code = cli_fail_as(a, "E004", SFT_MEMORY, "no memory for a confusion matrix of %lld classes — leave --confusion out", (long long)k.n);
    const cli_confusion *shown = cli_has(a, "confusion") ? &k : NULL;
    if (!code && a->json)
        cli_print_result(a, r->folder[0] ? r->folder : r->weights, &result, facts.shards, shown);
    else if (!code)
        print_text(r, &result, shown);
    code = code ? code : write_csv(a, &k);
    for (int s = 0; s < SFT_SPLITS; s++)
        free(k.counts[s]);
    return code;
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
    { "confusion", 0, NULL, "which class was taken for which, as a table" },
    { "confusion-csv", 0, "FILE", "the same as a csv file: split,true,predicted,count" },
    { 0 },
};

const cli_verb cli_verb_eval = {
    .name = "eval", .usage = "eval DIR|FILE.safetensors [key=value …]", .doc = "measure a trained network: loss, accuracy, metrics", .flags = flags,
    .run = run,
    .examples = "  surefoot eval runs/quickstart-001\n"
                "  surefoot eval runs/quickstart-001 --checkpoint best --split test\n"
                "  surefoot eval runs/quickstart-001 metrics=[f1_macro,auroc,ece] --confusion --split test\n"
                "  surefoot eval runs/iris-001 data.test=new.csv --split test\n"
                "  surefoot eval model.safetensors --recipe recipe.yaml --json\n",
};
