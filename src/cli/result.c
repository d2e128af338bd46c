/* SPDX-License-Identifier: MIT */
/* What train, resume and eval end with: the same object, the same lines. */
#include "cli.h"

#include <math.h>

static void put_scores(cli_json *j, const char *key, const sft_scores *s, const sft_measures *m)
{
    if (!s->count) {
        cli_json_text(j, key, NULL);
        return;
    }
    cli_json_begin(j, key, '{');
    cli_json_number(j, "loss", s->loss);
    cli_json_number(j, "accuracy", s->accuracy);
    cli_json_int(j, "samples", s->count);
    if (m->n)
        cli_json_begin(j, "metrics", '{');
    for (int i = 0; i < m->n; i++)
        cli_json_number(j, m->name[i], m->value[i]);
    if (m->n)
        cli_json_end(j, '}');
    cli_json_end(j, '}');
}

static void put_known(cli_json *j, const char *key, int64_t value)
{
    if (value < 0)
        cli_json_text(j, key, NULL);
    else
        cli_json_int(j, key, value);
}

static void put_confusion(cli_json *j, const cli_confusion *k)
{
    if (!k || !k->n)
        return;
    cli_json_begin(j, "confusion", '{');
    for (int s = 0; s < SFT_SPLITS; s++) {
        if (!k->counts[s])
            continue;
        cli_json_begin(j, cli_split_name((sft_split)s), '[');
        for (int64_t r = 0; r < k->n; r++) {
            cli_json_begin(j, NULL, '[');
            for (int64_t i = 0; i < k->n; i++)
                cli_json_int(j, NULL, k->counts[s][r * k->n + i]);
            cli_json_end(j, ']');
        }
        cli_json_end(j, ']');
    }
    cli_json_end(j, '}');
}

void cli_print_result(cli *a, const char *folder, const sft_result *result, int shards, const cli_confusion *k)
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
    put_scores(&j, "train", &result->train, &result->measures[SFT_TRAIN]);
    put_scores(&j, "validation", &result->validation, &result->measures[SFT_VALIDATION]);
    put_scores(&j, "test", &result->test, &result->measures[SFT_TEST]);
    put_confusion(&j, k);
    put_known(&j, "best_epoch", result->best_epoch);
    cli_json_flag(&j, "early_stopped", result->early);
    cli_json_flag(&j, "stopped", result->stopped);
    cli_json_text(&j, "weights_sha256", result->weights_sha256);
    cli_json_end(&j, '}');
    cli_json_close(&j);
}

static void print_split(const char *name, const sft_scores *s, const sft_measures *m)
{
    if (!s->count)
        return;
    if (isfinite(s->loss))
        printf("  %-11s loss %.4f", name, s->loss);
    else
        printf("  %-11s loss not finite", name);
    if (isfinite(s->accuracy))
        printf("   accuracy %.2f %%", 100 * s->accuracy);
    for (int i = 0; i < m->n; i++)
        printf("   %s %.4f", m->name[i], m->value[i]);
    printf("   (%lld samples)\n", (long long)s->count);
}

void cli_print_scores(const sft_result *result)
{
    print_split("train", &result->train, &result->measures[SFT_TRAIN]);
    print_split("validation", &result->validation, &result->measures[SFT_VALIDATION]);
    print_split("test", &result->test, &result->measures[SFT_TEST]);
}
