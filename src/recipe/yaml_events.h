/* SPDX-License-Identifier: MIT */
/* libyaml's events with places, limits and refusals; for yaml.c and yaml_tree.c. */
#ifndef SFT_RECIPE_YAML_EVENTS_H
#define SFT_RECIPE_YAML_EVENTS_H

#include <yaml.h>

#include "recipe/sections.h"

typedef struct sft_yaml {
    sft_ctx      *ctx;
    const char   *file;  /* in messages */
    const char   *text;
    size_t        n;
    yaml_parser_t parser;
    yaml_event_t  event; /* the one at hand */
    bool          held;
    int           depth;
} sft_yaml;

/* Checks size and encoding and begins; `file` must live as long. After SFT_OK, sft__yaml_close. */
sft_status sft__yaml_open(sft_yaml *d, sft_ctx *c, const char *file, const char *text, size_t n);
void       sft__yaml_close(sft_yaml *d);
/* The next event: no alias, no tag, not too deep. */
sft_status sft__yaml_next(sft_yaml *d);
/* Reads on to the end of the node that has just begun, so that limits speak before tastes do. */
sft_status sft__yaml_skip(sft_yaml *d);
/* Where the event at hand begins. */
sft_pos sft__yaml_here(const sft_yaml *d);
bool    sft__yaml_quoted(const sft_yaml *d); /* the scalar at hand */
/* An unquoted nothing: the section or key is as if it were not there. */
bool    sft__yaml_null(const sft_yaml *d);
/* Reads up to the document's first event; *nothing: there is none, or a null. */
sft_status sft__yaml_begin(sft_yaml *d, bool *nothing);
/* Fails unless the mapping or sequence at hand was the document and nothing stands behind it; `what` is "recipe". */
sft_status sft__yaml_end(sft_yaml *d, const char *what);
sft_status sft__yaml_twice(sft_yaml *d, const char *key, sft_pos pos, sft_pos before);
/* The byte at which character `index` begins. */
size_t sft__yaml_offset(const sft_yaml *d, size_t index);

/* src/recipe/yaml.c: the mapping that has just begun, as a recipe; the event at hand is then its end. */
sft_status sft__yaml_recipe(sft_yaml *d, sft_recipe *r);

#endif
