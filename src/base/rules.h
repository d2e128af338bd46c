/* SPDX-License-Identifier: MIT */
/* Rules by pattern: `"*.bias": constant 0.1` maps the names of tensors and layers to calls in the one grammar. */
#ifndef SFT_BASE_RULES_H
#define SFT_BASE_RULES_H

#include "base/fields.h"

typedef struct sft_rule {
    const char *pattern;        /* `*`: any characters, dots too; `?`: one */
    sft_pos     pos;            /* of the pattern */
    bool        override;       /* came from the command line */
    sft_spec    spec;           /* as given */
    /* filled when the recipe is resolved */
    const char      *name;      /* the record's word; NULL where rules name none */
    const void      *record;
    const sft_field *rows;
    const void      *conf;
} sft_rule;

typedef struct sft_rules {      /* in the order given: of those that match, the last one counts */
    int       n, room;
    sft_rule *rule;
} sft_rules;

typedef struct sft_target {     /* a trained tensor: what patterns are held against */
    const char *layer;          /* "2.body.0" */
    const char *op;             /* "conv2d": a pattern may say this instead of the layer's path */
    const char *tensor;         /* "weight" */
} sft_target;

typedef enum sft_hit {
    SFT_MISS,
    SFT_HITS_LAYER,             /* "2.body.*", "conv2d": the whole layer */
    SFT_HITS_TENSOR             /* "*.bias", "0.weight": this tensor by name */
} sft_hit;

bool            sft__glob(const char *pattern, const char *text);
sft_hit         sft__rule_hits(const sft_rule *r, const sft_target *t);
/* The rule that counts for a tensor, NULL: none. *hit (may be NULL) tells how it was found. */
const sft_rule *sft__rule_for(const sft_rules *rules, const sft_target *t, sft_hit *hit);
/* A rule that hits none of the targets is an error with its place and the nearest names. */
sft_status      sft__rules_check(sft_ctx *c, const sft_rules *rules, const char *section, const sft_target *target, int n);
/* Adds a rule, or gives the pattern's own a new call where it stands. */
sft_status      sft__rules_put(sft_arena *a, sft_rules *rules, const sft_rule *rule);
bool            sft__rules_remove(sft_rules *rules, const char *pattern); /* false: no such rule */
sft_rule       *sft__rules_find(const sft_rules *rules, const char *pattern);
/* "normal mean=0 std=0.01" of a resolved rule, in the arena. */
const char     *sft__rule_text(sft_arena *a, const sft_rule *rule);

#endif
