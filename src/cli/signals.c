/* SPDX-License-Identifier: MIT */
/* surefoot inspect --signals: the layers of a network with the weights of a run, on one batch. */
#include "cli.h"

#include <string.h>

static int look(cli *a, cli_run *r)
{
    char                     title[64] = "of these weights";
    const sft_doctor_options o = { .net = r->net };
    sft_diagnosis           *d = sft_diagnose(a->ctx, r->recipe, r->data, &o);
    const char              *json = sft_diagnosis_json(d);
    if (!json) {
        sft_diagnosis_free(d);
        return cli_fail(a);
    }
    if (r->steps >= 0) snprintf(title, sizeof title, "after %lld steps", (long long)r->steps);
    if (a->json) {
        fputs(json, stdout);
    } else {
        printf("weights   %s\n", r->weights);
        cli_print_signals(a, d, false, title);
    }
    sft_diagnosis_free(d);
    return SFT_OK;
}

int cli_show_signals(cli *a, const char *path)
{
    cli_run r;
    if (!cli_value(a, "checkpoint") && cli_print_recorded(a, path)) return SFT_OK;
    int     code = cli_run_open(a, path, &r);
    if (!code) code = look(a, &r);
    cli_run_close(&r);
    return code;
}
