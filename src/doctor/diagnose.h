/* SPDX-License-Identifier: MIT */
/* What a diagnosis holds; everything lives in its chart's arena. */
#ifndef SFT_DOCTOR_DIAGNOSE_H
#define SFT_DOCTOR_DIAGNOSE_H

#include "base/text.h"
#include "doctor/doctor.h"

#include <string.h>

typedef struct sft_advice {     /* untried */
    const sft_remedy *remedy;   /* NULL: none fits */
    sft_edits         edits;
} sft_advice;

enum { SFT_MOST_ROUNDS = 4 };

typedef struct sft_round {      /* the patient as the rounds before have changed it */
    sft_recipe  *recipe;
    sft_data     data;
    sft_chart   *chart;
    sft_finding *found;
    int          n_found;
} sft_round;

struct sft_diagnosis {
    sft_ctx     *ctx;
    sft_chart   *chart;
    int          n_found, n_trials;
    sft_finding *found;
    sft_advice  *advice;        /* of each finding */
    sft_trial   *trial;
    int64_t      spent;         /* steps of all trials */
    sft_edits    changes;       /* of all that won */
    const char  *repaired;      /* the recipe with the edits that won; NULL: none */
    int          rounds;        /* behind the first */
    sft_round    round[SFT_MOST_ROUNDS];
    const char  *json;          /* made when it is asked for */
};

/* Findings of a chart, in its arena; n receives how many. NULL: a failure. diagnose.c */
sft_finding      *sft__findings(sft_chart *c, int *n);
/* The first remedy of a symptom that changes anything in this recipe, and its edits; NULL: none. */
const sft_remedy *sft__advice(const sft_chart *c, const sft_finding *f, sft_edits *edits);
/* Tries remedies, and on top of what has won those of what still stands; fills trials, steps spent and the repaired recipe. treat.c */
sft_status        sft__treat(sft_diagnosis *d, const sft_doctor_options *o);
/* Trials, rounds and what had won are gone. */
void              sft__forget_treatment(sft_diagnosis *d);
/* Judges the chart, anew where it has been judged before: what was tried then is forgotten. */
sft_status        sft__diagnosis_judge(sft_diagnosis *d);
/* The member "edits" of a JSON object. json.c */
void              sft__json_edits(sft_string *s, int n, const char *const *edit);
/* Layer `index` of a look as plain facts; false past the end. */
bool              sft__signal_of(const sft_look *look, int index, sft_signal_facts *f);

#endif
