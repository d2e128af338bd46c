/* SPDX-License-Identifier: MIT */
/* What train and resume share: data, network, fit, and the words at the end. */
#include "cli.h"

#include <signal.h>
#include <string.h>

static void print_text(const char *folder, const sft_result *result, bool idle, bool quiet)
{
    char time[24];
    if (idle)
        printf("nothing to do: all %lld steps are done (train.epochs=N goes further)\n", (long long)result->steps);
    else
        printf("%s after %lld steps (%lld epochs), %s", result->stopped ? "stopped" : result->early ? "stopped early" : "trained",
               (long long)result->steps, (long long)result->epochs, result->seconds < 10 ? "" : cli_time(result->seconds, time, sizeof time));
    if (!idle && result->seconds < 10)
        printf("%.2f s", result->seconds);
    if (!idle && result->best_epoch)
        printf(", best epoch %lld", (long long)result->best_epoch);
    if (!idle)
        puts("");
    cli_print_scores(result);
    printf("run folder: %s\n", folder);
    if (quiet)
        return;
    if (result->stopped)
        printf("go on with: surefoot resume %s\n", folder);
    else
        printf("try next:   surefoot eval %s        surefoot inspect %s\n"
               "            surefoot resume %s train.epochs=%lld   (train further)\n",
               folder, folder, folder, (long long)(2 * (result->epochs ? result->epochs : 1)));
}

static int finish(cli *a, const sft_net *n, const char *folder, const sft_result *result, bool idle)
{
    sft_net_facts facts = { .shards = 0 };
    sft_net_facts_of(n, &facts);
    if (a->json)
        cli_print_result(a, folder, result, facts.shards);
    else
        print_text(folder, result, idle, a->quiet);
    int got = atomic_load(&a->signal);
    return !result->stopped || !got ? SFT_OK : got == SIGINT ? 130 : 143;
}

int cli_fit(cli *a, sft_recipe *r, const char *folder, bool resume)
{
    cli_watch_signals(a);
    cli_progress bar;
    cli_progress_open(&bar, a);
    sft_data *d = sft_data_open(a->ctx, r);
    sft_net *n = sft_net_new(a->ctx, r, d);
    sft_fit_options o = { .folder = folder, .resume = resume, .progress = cli_progress_step, .user = &bar,
                          .reset_optimizer = cli_has(a, "reset-optimizer"), .allow_data_change = cli_has(a, "allow-data-change") };
    sft_result result;
    sft_status s = sft_fit(a->ctx, r, d, n, &o, &result);
    cli_progress_close(&bar);
    int code = s == SFT_OK ? finish(a, n, folder, &result, bar.steps == 0 && !result.stopped) : cli_fail(a);
    sft_net_free(n);
    sft_data_free(d);
    return code;
}
