/* SPDX-License-Identifier: MIT */
/* What a diagnosis holds; everything lives in its chart's arena. */
#ifndef SFT_DOCTOR_DIAGNOSE_H
#define SFT_DOCTOR_DIAGNOSE_H

#include "doctor/doctor.h"

#include <string.h>

typedef struct sft_advice {     /* untried */
    const sft_remedy *remedy;   /* NULL: none fits */
    sft_edits         edits;
} sft_advice;

struct sft_diagnosis {
    sft_ctx     *ctx;
    sft_chart   *chart;
    int          n_found, n_trials;
    sft_finding *found;
    sft_advice  *advice;        /* of each finding */
    sft_trial   *trial;
    int64_t      spent;         /* steps of all trials */
    const char  *repaired;      /* the recipe with the edits that won; NULL: none */
    const char  *json;          /* made when it is asked for */
};

#endif
