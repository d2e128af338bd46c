/* SPDX-License-Identifier: MIT */
/* The page of labs, inside. */
#ifndef SFT_LAB_PAGE_H
#define SFT_LAB_PAGE_H

#include "lab/lab.h"
#include "report/page.h"

typedef struct sft_lab_tally {  /* verdicts of a lab's claims */
    int holds, too_strong, fails, open, unknown, left_out, stronger; /* stronger: hold, though they were said to be too strong */
} sft_lab_tally;

/* page_claims.c */
sft_lab_tally sft__lab_tally(const sft_lab *lab);
/* "5 claims hold, 1 is too strong as said", into out. */
void sft__page_tally(sft_string *out, const sft_lab_tally *t);
void sft__page_claims(sft_string *out, sft_lab *lab);

/* page_prose.c: the Markdown file as HTML, its headings below `level`, without the first where that is of the first level. Without cmark
 * as it stands. A file that is not there adds nothing. */
void sft__page_prose(sft_string *out, const char *path, int level);

#endif
