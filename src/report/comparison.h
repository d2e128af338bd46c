/* SPDX-License-Identifier: MIT */
/* The inside of a comparison, for compare.c and compare_json.c. */
#ifndef SFT_REPORT_COMPARISON_H
#define SFT_REPORT_COMPARISON_H

#include "report/runs.h"
#include "report/significance.h"

typedef struct sft_held {       /* a group against the first one, by one score */
    sft_test test;
    double   holm;
} sft_held;

struct sft_comparison {
    sft_ctx     *ctx;
    sft_study    study;
    sft_report   report;
    int          n;             /* groups, in the order of the paths */
    sft_report_point **group;
    sft_held    *validation, *test; /* n each, the first unused */
    const char  *text, *json;
};

const char *sft__group_name(sft_comparison *k, int i);  /* "A" */
void        sft__comparison_json(sft_comparison *k, sft_string *out);

#endif
