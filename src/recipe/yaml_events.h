/* SPDX-License-Identifier: MIT */
/* libyaml's events with places, limits and refusals; for yaml.c. */
#ifndef SFT_RECIPE_YAML_EVENTS_H
#define SFT_RECIPE_YAML_EVENTS_H

#include <yaml.h>

#include "recipe/sections.h"

typedef struct sft_yaml {
    sft_recipe   *r;
    const char   *text;
    size_t        n;
    yaml_parser_t parser;
    yaml_event_t  event; /* the one at hand */
    bool          held;
    int           depth;
    sft_pos       seen[SFT_SECTIONS];
} sft_yaml;

/* Checks size and encoding and begins. After SFT_OK, sft__yaml_close. */
sft_status sft__yaml_open(sft_yaml *d, sft_recipe *r, const char *text, size_t n);
void       sft__yaml_close(sft_yaml *d);
/* The next event: no alias, no tag, not too deep. */
sft_status sft__yaml_next(sft_yaml *d);
/* Reads on to the end of the node that has just begun, so that limits speak before tastes do. */
sft_status sft__yaml_skip(sft_yaml *d);
/* Where the event at hand begins. */
sft_pos sft__yaml_here(const sft_yaml *d);
/* The byte at which character `index` begins. */
size_t sft__yaml_offset(const sft_yaml *d, size_t index);

#endif
