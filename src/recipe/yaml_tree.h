/* SPDX-License-Identifier: MIT */
/* A YAML document as a tree of texts with their places: for files that are no recipe, though they may hold one. */
#ifndef SFT_RECIPE_YAML_TREE_H
#define SFT_RECIPE_YAML_TREE_H

#include "recipe/recipe.h"

typedef enum sft_yaml_kind { SFT_YAML_NULL, SFT_YAML_SCALAR, SFT_YAML_LIST, SFT_YAML_MAP, SFT_YAML_RECIPE } sft_yaml_kind;

typedef struct sft_yaml_node {
    sft_yaml_kind         kind;
    sft_pos               pos;          /* of the value */
    const char           *key;          /* in a mapping */
    sft_pos               key_pos;
    const char           *text;         /* of a scalar */
    int                   n;            /* of a list or mapping; no key is twice in a mapping */
    struct sft_yaml_node *first, *next;
    sft_recipe           *recipe;       /* to be freed by the caller */
} sft_yaml_node;

/* The document in the arena, kind SFT_YAML_NULL where it is empty. A mapping under the top-level key `recipe` is read as a
 * recipe, with errors and places of its own. `file` must live as long as the tree; `what` is "sweep" in messages. */
sft_status sft__yaml_tree(sft_arena *a, const char *file, const char *what, const char *text, size_t n, sft_yaml_node **out);
/* Frees the recipe in the tree, if there is one. */
void       sft__yaml_tree_free(sft_yaml_node *root);

#endif
