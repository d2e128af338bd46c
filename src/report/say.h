/* SPDX-License-Identifier: MIT */
/* Pieces of sentences: what sentences.c, pairs.c and answers.c share. All text lives in the report's arena. */
#ifndef SFT_REPORT_SAY_H
#define SFT_REPORT_SAY_H

#include "report/report.h"

typedef struct sft_side {       /* levels from..to of an effect, counted together */
    int from, to, trials, fates[SFT_FATES];
} sft_side;

sft_side         sft__side(const sft_effect *e, int from, int to);
const char      *sft__effect_words(sft_report *r, const sft_effect *e); /* "learning rate" */
const char      *sft__say_value(sft_report *r, int axis, const char *label); /* "learning rate 0.1" */
const char      *sft__say_score(sft_report *r, const sft_spread *s);    /* "72.40 ± 0.51 %" */
const char      *sft__say_near(sft_report *r);                          /* "1 point" */
const char      *sft__say_rows(sft_report *r, const sft_effect *e, int from, int to); /* "Table 2, rows 1 to 10" */
/* "10 of 12 trials diverge and 2 do not learn"; brief, for cells: "10 of 12 diverge, 2 do not learn"; "": nothing befell them. */
const char      *sft__say_fates(sft_report *r, const sft_side *s, bool brief);
const sft_report_point *sft__best_of(const sft_report *r, const sft_effect *e, int from, int to, int *level);
const char      *sft__say_pair(sft_report *r, const sft_pair *p);       /* pairs.c */

#endif
