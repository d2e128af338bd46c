/* SPDX-License-Identifier: MIT */
/* The sections of a recipe as a table: where each keeps its options and which records it may name. */
#ifndef SFT_RECIPE_SECTIONS_H
#define SFT_RECIPE_SECTIONS_H

#include "base/text.h"
#include "recipe/recipe.h"

enum { SFT_RECIPE_VERSION = 1, SFT_RECIPE_LIMIT = 1 << 20, SFT_RECIPE_DEPTH = 64 };

typedef struct sft_choice {     /* what sections need to know of a record of any kind */
    const char      *name, *aliases, *doc;
    size_t           conf_size;
    const sft_field *fields;
    const void      *record;
} sft_choice;

typedef struct sft_section {
    const char      *name, *aliases, *doc;
    size_t           spec;      /* offset of its sft_spec in sft_recipe; with `patterns` of its sft_rules */
    const sft_field *rows;      /* a section without records: its rows … */
    size_t           conf;      /* … and the offset of their struct in sft_recipe; with `patterns` the size of the struct */
    bool           (*at)(int i, sft_choice *c); /* a section that names a record: the records; false past the end */
    const char      *usual;     /* the name when none is given; NULL: required. "auto" need not be a record */
    const char      *example;   /* of a required section */
    bool             patterns;  /* its keys are patterns of layer and tensor names, each with a record or rows of its own */
    const char      *example_rule, *example_override; /* of a section with patterns, for messages */
    bool             list;      /* of calls, joined by `|`: src/recipe/augment.c */
} sft_section;

extern const sft_section sft__section[SFT_SECTIONS];

int       sft__section_find(const char *name);          /* an sft_section_id, or -1 */
/* The section that a key stands in: of "optimizer.lr" optimizer, *option "lr"; NULL: the section as a whole. */
int       sft__section_of(const char *key, const char **option);
sft_spec *sft__section_spec(sft_recipe *r, int id);
/* The record that `name` ("digits", "idx:DIR") stands for; false: none. */
bool      sft__choice_find(const sft_section *s, const char *name, sft_choice *c);
/* The place behind the colon of a data name, or NULL. */
const char *sft__place_of(const char *name);

/* src/recipe/recipe.c: gives a section its text ("sgd lr=0.1", stack text …), whatever it was before. */
sft_status sft__section_assign(sft_recipe *r, int id, const char *text, size_t n, sft_pos pos, bool override);
void       sft__section_clear(sft_recipe *r, int id);
sft_status sft__version_check(sft_recipe *r, const char *text, sft_pos pos, bool override);
/* A section nobody knows; code is E110 or E144. */
sft_status sft__section_unknown(sft_recipe *r, const char *name, sft_pos pos, sft_ecode e);

/* src/recipe/resolve.c: finds the record and binds the options into fresh memory of the recipe's arena. */
sft_status sft__section_bind(sft_recipe *r, int id, const sft_spec *s, sft_bound *out);
/* The rows that section id takes under this name (schedules: with warm-up); NULL after a failure. */
const sft_field *sft__section_rows(sft_recipe *r, int id, const sft_choice *c);

/* `early_stop: 8`: where there is no name, the first word is the main value. `what` names the section in messages. */
sft_status sft__spec_unname(sft_arena *a, const char *what, sft_spec *s);

/* src/recipe/text.c: a YAML scalar that reads back as `text`, and a number that YAML 1.1 takes for one. */
void        sft__yaml_scalar(sft_string *out, const char *text);
void        sft__yaml_number(sft_string *out, double value);
/* As sft_recipe_text, without its remark; a section of `sparse` has those options only that it was given. In the arena. */
const char *sft__recipe_sparse(sft_recipe *r, const bool sparse[SFT_SECTIONS], sft_arena *a);

/* src/recipe/rules.c: sections with patterns. Overrides are checked at once, the recipe's own by sft__rules_bind. */
sft_rules *sft__section_rules(sft_recipe *r, int id);
sft_status sft__rules_bind(sft_recipe *r, int id);
sft_status sft__rule_put(sft_recipe *r, int id, const char *pattern, sft_pos pos, const sft_spec *spec, bool override);
sft_status sft__rule_assign(sft_recipe *r, int id, const char *pattern, sft_pos pos, const char *text, sft_pos text_pos,
                            bool override);
sft_status sft__rules_wanted(sft_recipe *r, int id, sft_pos pos, bool override); /* it was given something else */

/* src/recipe/yaml.c: fills the recipe from YAML text. */
sft_status sft__yaml_read(sft_recipe *r, const char *text, size_t n);

#endif
