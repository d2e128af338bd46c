/* SPDX-License-Identifier: MIT */
/* surefoot sweep ask and tell: another program trains, the sweep chooses and remembers. */
#include "sweep.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void print_trial(cli *a, sft_sweep *s, const sft_attempt_facts *t)
{
    sft_sweep_facts f;
    cli_json j;
    if (!a->json) {
        printf("%lld %s\n", (long long)t->number, t->edits);
        return;
    }
    if (sft_sweep_facts_of(s, &f))
        return;
    cli_json_open(&j, stdout);
    cli_json_begin(&j, NULL, '{');
    cli_sweep_json_trial(&j, &f, t);
    cli_json_end(&j, '}');
    cli_json_close(&j);
}

static sft_sweep *open_sweep(cli *a, const char *argument, int *code)
{
    char folder[4096];
    const char *plan;
    if (!cli_is_folder(argument) && !cli_value(a, "output")) {
        *code = cli_usage(a, "%s is no folder of a sweep — to begin one from a plan, give -o DIR", argument);
        return NULL;
    }
    *code = cli_sweep_folder(a, argument, true, &plan, folder, sizeof folder);
    sft_sweep_options o = { .folder = folder, .resume = true, .set = a->set, .n_sets = a->n_sets };
    sft_sweep *s = *code ? NULL : sft_sweep_open(a->ctx, plan, &o);
    if (!s && !*code)
        *code = cli_fail(a);
    return s;
}

int cli_sweep_ask(cli *a)
{
    int code;
    sft_attempt_facts t;
    if (a->n_args != 2)
        return cli_usage(a, "sweep ask takes the folder of a sweep, or a sweep.yaml with -o DIR");
    sft_sweep *s = open_sweep(a, a->arg[1], &code);
    if (!s)
        return code;
    if (sft_sweep_ask(s, &t))
        print_trial(a, s, &t);
    else if (sft_code(a->ctx))
        code = cli_fail(a);
    else if (a->json)
        puts("null");
    else if (!a->quiet)
        fputs("no trial is left\n", stderr);
    sft_sweep_close(s);
    return code;
}

/* "failed" is NaN; false: neither that nor a number. */
static bool read_rank(const char *text, double *rank)
{
    char *end;
    *rank = NAN;
    if (!strcmp(text, "failed"))
        return true;
    *rank = strtod(text, &end);
    return end != text && !*end;
}

int cli_sweep_tell(cli *a)
{
    int code;
    double rank;
    char *end;
    if (a->n_args != 4)
        return cli_usage(a, "sweep tell takes DIR NUMBER VALUE, or DIR NUMBER failed");
    const long long number = strtoll(a->arg[2], &end, 10);
    if (*end || end == a->arg[2])
        return cli_usage(a, "`%s` is no number of a trial", a->arg[2]);
    if (!read_rank(a->arg[3], &rank))
        return cli_usage(a, "`%s` is neither a number nor `failed`", a->arg[3]);
    sft_sweep *s = open_sweep(a, a->arg[1], &code);
    if (s && sft_sweep_tell(s, number, rank))
        code = cli_fail(a);
    sft_sweep_close(s);
    return code;
}
