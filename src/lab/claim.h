/* SPDX-License-Identifier: MIT */
/* Reading claim.yaml; for claim*.c. */
#ifndef SFT_LAB_CLAIM_H
#define SFT_LAB_CLAIM_H

#include "lab/lab.h"
#include "sweep/plan.h"

typedef struct sft_lab_keys {   /* what a mapping may hold; for messages */
    const char        *what;    /* "a claim" */
    const char *const *word;    /* ended by NULL */
} sft_lab_keys;

/* E110 for a key that is none of these, with the nearest. */
sft_status  sft__lab_keys(sft_lab *lab, const sft_yaml_node *map, const sft_lab_keys *keys);
/* A text of the mapping; NULL where it is not there (a failure, E114, if it is required) or after a failure. */
const char *sft__lab_text(sft_lab *lab, const sft_yaml_node *map, const char *key, bool required);
/* A new lab of FOLDER/claim.yaml, checked: experiments, measures, claims, figures. Fills lab; what is there stands in lab->arena. */
sft_status  sft__lab_read(sft_lab *lab);
sft_status  sft__lab_experiments(sft_lab *lab, const sft_yaml_node *map);
sft_status  sft__lab_takes(sft_lab *lab, const sft_yaml_node *map);
sft_status  sft__lab_claims(sft_lab *lab, const sft_yaml_node *map);
sft_status  sft__lab_drawings(sft_lab *lab, const sft_yaml_node *list);
int         sft__lab_experiment(const sft_lab *lab, const char *name); /* -1: none */

#endif
