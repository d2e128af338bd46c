/* SPDX-License-Identifier: MIT */
/* The steps of running a lab; for run.c, measuring.c, lab.c. */
#ifndef SFT_LAB_RUN_H
#define SFT_LAB_RUN_H

#include "lab/lab.h"

/* The run folder of attempt i as a path that can be opened; returns buf. */
const char *sft__attempt_path(const sft_experiment *x, int64_t i, char *buf, size_t size);
/* All measures of an experiment, by processes of one thread each. measuring.c */
sft_status  sft__lab_measure(sft_lab *lab, int experiment);
void        sft__claim_judge(const sft_lab *lab, sft_claim *k);

#endif
