/* SPDX-License-Identifier: MIT */
/* The steps of running a lab; for run.c, measuring.c, lab.c. */
#ifndef SFT_LAB_RUN_H
#define SFT_LAB_RUN_H

#include "lab/lab.h"

/* All measures of an experiment, by processes of one thread each. measuring.c */
sft_status  sft__lab_measure(sft_lab *lab, int experiment);

#endif
