/* SPDX-License-Identifier: MIT */
/* What train and resume share: data, network, fit, and the words at the end. */
#include "cli.h"

#include <math.h>
#include <signal.h>
#include <string.h>

static void put_scores(cli_json *j, const char *key, const sft_scores *s)
{
    if (!s->count) {
        cli_json_text(j, key, NULL);
        return;
    }
    cli_json_begin(j, key, '{');
    cli_json_number(j, "loss", s->loss);
    cli_json_number(j, "accuracy", s->accuracy);
    cli_json_int(j, "samples", s->count);
    cli_json_end(j, '}');
}

static void print_json(const char *folder, const sft_result *result, int shards, int threads)
{
    cli_json j;
    cli_json_open(&j, stdout);
    cli_json_begin(&j, NULL, '{');
    cli_json_int(&j, "schema", 1);
    cli_json_text(&j, "run", folder);
    cli_json_int(&j, "steps", result->steps);
    cli_json_int(&j, "epochs", result->epochs);
    cli_json_number(&j, "seconds", result->seconds);
    cli_json_int(&j, "threads", threads);
    cli_json_int(&j, "shards", shards);
    put_scores(&j, "train", &result->train);
    put_scores(&j, "validation", &result->validation);
    put_scores(&j, "test", &result->test);
    cli_json_int(&j, "best_epoch", result->best_epoch);
    cli_json_flag(&j, "early_stopped", result->early);
    cli_json_flag(&j, "stopped", result->stopped);
    cli_json_text(&j, "weights_sha256", result->weights_sha256);
    cli_json_end(&j, '}');
    cli_json_close(&j);
}

static void print_split(const char *name, const sft_scores *s)
{
    if (!s->count)
        return;
    printf("  %-11s loss %.4f", name, s->loss);
    if (isfinite(s->accuracy))
        printf("   accuracy %.2f %%", 100 * s->accuracy);
    printf("   (%lld samples)\n", (long long)s->count);
}

static void print_text(const char *folder, const sft_result *result, bool quiet)
{
    char time[24];
    printf("%s after %lld steps (%lld epochs), %s", result->stopped ? "stopped" : result->early ? "stopped early" : "trained",
           (long long)result->steps, (long long)result->epochs, result->seconds < 10 ? "" : cli_time(result->seconds, time, sizeof time));
    if (result->seconds < 10)
        printf("%.2f s", result->seconds);
    if (result->best_epoch)
        printf(", best epoch %lld", (long long)result->best_epoch);
    puts("");
    print_split("train", &result->train);
    print_split("validation", &result->validation);
    print_split("test", &result->test);
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

static int finish(cli *a, sft_recipe *r, const sft_net *n, const char *folder, const sft_result *result)
{
    (void)r;
    sft_net_facts facts = { .shards = 0 };
    sft_net_facts_of(n, &facts);
    if (a->json)
        print_json(folder, result, facts.shards, sft_threads(a->ctx));
    else
        print_text(folder, result, a->quiet);
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
    int code = s == SFT_OK ? finish(a, r, n, folder, &result) : cli_fail(a);
    sft_net_free(n);
    sft_data_free(d);
    return code;
}
