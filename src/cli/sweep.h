/* SPDX-License-Identifier: MIT */
/* The parts of surefoot sweep. */
#ifndef SFT_CLI_SWEEP_H
#define SFT_CLI_SWEEP_H

#include "cli.h"

typedef struct cli_sweep {
    cli   *a;
    bool   bar;                 /* stderr is a terminal */
    int    width;
    double last;                /* seconds of the sweep when a line was printed; below 0: none yet */
} cli_sweep;

/* sweep_table.c */
bool cli_sweep_progress(void *user, const sft_sweep_facts *f); /* an sft_sweep_fn: false after a signal */
void cli_sweep_print(cli *a, sft_sweep *s, const sft_sweep_facts *f);
void cli_sweep_json(sft_sweep *s, const sft_sweep_facts *f);
void cli_sweep_json_trial(cli_json *j, const sft_sweep_facts *f, const sft_attempt_facts *t);

/* sweep_ask.c: surefoot sweep ask and tell */
int cli_sweep_ask(cli *a);
int cli_sweep_tell(cli *a);
/* The folder of the sweep that an argument means, and its plan (NULL: the argument is the folder); exit code. */
int cli_sweep_folder(cli *a, const char *argument, bool resume, const char **plan, char *folder, size_t size);

#endif
