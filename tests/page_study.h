/* SPDX-License-Identifier: MIT */
/* A study made by hand for tests of the page: rates x momenta x seeds, trial i in FOLDER/trials/0000i. */
#ifndef SFT_TESTS_PAGE_STUDY_H
#define SFT_TESTS_PAGE_STUDY_H

#include "report/page.h"

/* Fills s in s->arena, which the caller opened; scores are what run.json of each folder says. */
void page_study_grid(sft_study *s, const char *folder, int rates, int seeds);

#endif
