/* SPDX-License-Identifier: MIT */
/* What train, resume and eval end with: the same object, the same lines. */
#include "cli.h"

#include <math.h>

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

static void put_known(cli_json *j, const char *key, int64_t value)
{
    if (value < 0)
        cli_json_text(j, key, NULL);
    else
        cli_json_int(j, key, value);
}

void cli_print_result(cli *a, const char *folder, const sft_result *result, int shards)
{
    cli_json j;
    cli_json_open(&j, stdout);
    cli_json_begin(&j, NULL, '{');
    cli_json_int(&j, "schema", 1);
    cli_json_text(&j, "run", folder);
    put_known(&j, "steps", result->steps);
    put_known(&j, "epochs", result->epochs);
    cli_json_number(&j, "seconds", result->seconds);
    cli_json_int(&j, "threads", sft_threads(a->ctx));
    cli_json_int(&j, "shards", shards);
    put_scores(&j, "train", &result->train);
    put_scores(&j, "validation", &result->validation);
    put_scores(&j, "test", &result->test);
    put_known(&j, "best_epoch", result->best_epoch);
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
    if (isfinite(s->loss))
        printf("  %-11s loss %.4f", name, s->loss);
    else
        printf("  %-11s loss not finite", name);
    if (isfinite(s->accuracy))
        printf("   accuracy %.2f %%", 100 * s->accuracy);
    printf("   (%lld samples)\n", (long long)s->count);
}

void cli_print_scores(const sft_result *result)
{
    print_split("train", &result->train);
    print_split("validation", &result->validation);
    print_split("test", &result->test);
}
