/* SPDX-License-Identifier: MIT */
/* The parts of surefoot lab. */
#ifndef SFT_CLI_LAB_H
#define SFT_CLI_LAB_H

#include "cli.h"

enum { CLI_LABS = 256 };

typedef struct cli_labs {       /* folders with a claim.yaml, in the order of the lecture */
    char  root[4000];           /* that they lie in; "": none was found */
    int   n;
    char *name[CLI_LABS];
} cli_labs;

/* lab_find.c: $SUREFOOT_LABS, ./labs, labs/ above the program, share/surefoot/labs beside its bin/. */
void cli_labs_find(cli_labs *l);
void cli_labs_free(cli_labs *l);
/* The folder that a word on the command line means: a lab's name, or a path of one; exit code. */
int  cli_lab_folder(cli *a, const cli_labs *l, const char *word, char *folder, size_t size);
/* Copies its files, to be changed, into a folder that must not be there; exit code. */
int  cli_lab_copy(cli *a, const char *from, const char *to);

/* lab_print.c */
void cli_lab_print(const cli *a, sft_lab *lab, bool measured); /* sentence and claims */
void cli_lab_json(cli_json *j, sft_lab *lab, bool measured);

/* lab_run.c: run and check; exit code */
int  cli_lab_run(cli *a, const cli_labs *l, bool check);

#endif
