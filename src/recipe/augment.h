/* SPDX-License-Identifier: MIT */
/* The recipe's `augment` section: a list of calls, `crop padding=4 | flip | cutout 8`. */
#ifndef SFT_RECIPE_AUGMENT_H
#define SFT_RECIPE_AUGMENT_H

#include "base/text.h"
#include "recipe/recipe.h"

/* Adds the calls of a text to those that are there; "none" adds nothing. */
sft_status sft__augment_add(sft_recipe *r, const char *text, size_t n, sft_pos pos, bool override);
/* Adds one call. */
sft_status sft__augment_push(sft_recipe *r, const sft_spec *call);
/* Finds the records and binds the options of all calls. */
sft_status sft__augment_bind(sft_recipe *r, sft_augments *out);
/* `augment.cutout.size=16`, `augment.2.size=16` (the second call): key is "cutout.size". value NULL: back to the default. */
sft_status sft__augment_set(sft_recipe *r, const char *key, const char *value);
/* The resolved calls as text, `between` calls: " | ". */
void sft__augment_text(sft_arena *a, sft_string *out, const sft_augments *s, const char *between);
/* "none", the calls, or the value of key "cutout.size"; NULL: no such key. */
const char *sft__augment_get(sft_recipe *r, const char *key);

#endif
