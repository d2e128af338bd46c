/* SPDX-License-Identifier: MIT */
/* What train and resume share: data, network, fit, and the words at the end. */
#include "cli.h"

#include <signal.h>
#include <stdlib.h>

typedef struct ending {         /* what the words at the end are about */
    cli              *a;
    sft_recipe       *recipe;
    const char       *folder;
    const sft_result *result;
    bool              idle;     /* not one step was left to do */
} ending;

static void print_how(const ending *e)
{
    const sft_result *r = e->result;
    char time[24];
    if (e->idle && r->early)
        printf("nothing to do: early stopping ended this run after %lld steps\n", (long long)r->steps);
    else if (e->idle)
        printf("nothing to do: all %lld steps are done\n", (long long)r->steps);
    if (e->idle)
        return;
    printf("%s after %lld steps (%lld epochs), ", r->stopped ? "stopped" : r->early ? "stopped early" : "trained", (long long)r->steps,
           (long long)r->epochs);
    if (r->seconds < 10)
        printf("%.2f s", r->seconds);
    else
        fputs(cli_time(r->seconds, time, sizeof time), stdout);
    if (r->best_epoch)
        printf(", best epoch %lld", (long long)r->best_epoch);
    putchar('\n');
}

static void print_next(const ending *e)
{
    const char *patience = sft_recipe_get(e->recipe, "early_stop.patience"), *folder = e->folder;
    if (e->result->stopped) {
        printf("go on with: surefoot resume %s\n", folder);
        return;
    }
    printf("try next:   surefoot eval %s        surefoot inspect %s\n            surefoot resume %s ", folder, folder, folder);
    if (e->result->early)
        printf("early_stop.patience=%ld   (be more patient)\n", 2 * strtol(patience ? patience : "5", NULL, 10));
    else
        printf("train.epochs=%lld   (train further)\n", (long long)(2 * (e->result->epochs ? e->result->epochs : 1)));
}

static int signal_code(cli *a)
{
    int got = atomic_load(&a->signal);
    return !got ? SFT_OK : got == SIGINT ? 130 : 143;
}

static int finish(const ending *e, const sft_net *n)
{
    sft_net_facts facts = { .shards = 0 };
    sft_net_facts_of(n, &facts);
    if (e->a->json) {
        cli_print_result(e->a, e->folder, e->result, facts.shards, NULL);
    } else {
        print_how(e);
        cli_print_scores(e->result);
        printf("run folder: %s\n", e->folder);
        if (!e->a->quiet)
            print_next(e);
    }
    return e->result->stopped ? signal_code(e->a) : SFT_OK;
}

/* --verbose: what is about to happen. */
static void announce(cli *a, const sft_data *d, const sft_net *n, const char *folder)
{
    sft_data_facts data;
    sft_net_facts net;
    char shape[96], params[24], flops[24];
    if (!a->verbose || sft_data_facts_of(d, &data) || sft_net_facts_of(n, &net))
        return;
    fprintf(stderr, "%s\n%s: %lld training, %lld validation, %lld test samples of %s — %s\n", sft_version(), data.name,
            (long long)data.count[SFT_TRAIN], (long long)data.count[SFT_VALIDATION], (long long)data.count[SFT_TEST],
            cli_shape(data.shape, shape, sizeof shape), data.source);
    fprintf(stderr, "%d layers, %s parameters, %s FLOPs a sample forward, loss %s\n", net.layers,
            cli_count((double)net.params, params, sizeof params), cli_count((double)net.flops, flops, sizeof flops), net.loss);
    fprintf(stderr, "batches of %lld in %d shards on %d threads; writing to %s\n", (long long)net.batch, net.shards, sft_threads(a->ctx),
            folder);
}

/* One run of a recipe; its words at the end are left out where it ends for a repaired recipe to take over. */
static int fit_once(cli *a, sft_recipe *r, const char *folder, bool resume, const cli_follow *follow)
{
    cli_progress *bar = follow->bar;
    cli_progress_open(bar, a);
    sft_data *d = sft_data_open(a->ctx, r);
    sft_net *n = sft_net_new(a->ctx, r, d);
    sft_fit_options o = { .folder = folder, .resume = resume, .progress = cli_progress_step, .user = bar,
                          .reset_optimizer = cli_has(a, "reset-optimizer"), .allow_data_change = cli_has(a, "allow-data-change"),
                          .watch = cli_follow_options(follow) };
    sft_result result;
    announce(a, d, n, folder);
    sft_status s = sft_fit(a->ctx, r, d, n, &o, &result);
    cli_progress_close(bar);
    ending e = { .a = a, .recipe = r, .folder = folder, .result = &result, .idle = bar->steps == 0 && !result.stopped };
    int code = follow->repaired ? SFT_OK : s == SFT_OK ? finish(&e, n) : cli_fail(a);
    sft_net_free(n);
    sft_data_free(d);
    return code;
}

int cli_fit(cli *a, sft_recipe *r, const char *folder, bool resume)
{
    cli_progress bar;
    cli_follow follow;
    int code = cli_follow_open(&follow, a, &bar);
    if (code)
        return code;
    cli_watch_signals(a);
    code = fit_once(a, r, folder, resume, &follow);
    for (sft_recipe *next; !code && (next = cli_follow_repaired(&follow)) != NULL; sft_recipe_free(next))
        code = fit_once(a, next, folder, false, &follow);
    if (!code && sft_code(a->ctx))
        return cli_fail(a);
    return !code && follow.dropped ? signal_code(a) : code;
}
