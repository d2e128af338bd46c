/* SPDX-License-Identifier: MIT */
/* Presets: whole networks under one name, each a record that writes stack text from its options. */
#ifndef SFT_GRAPH_PRESETS_H
#define SFT_GRAPH_PRESETS_H

#include "base/text.h"
#include "graph/graph.h"

typedef struct sft_preset {
    const char      *name, *aliases, *doc, *math; /* math: the stack in short */
    size_t           conf_size;
    const sft_field *fields;
    void           (*expand)(const void *conf, sft_string *text); /* of ops only, no other preset */
} sft_preset;

#define SFT_PRESETS(X) X(mlp) X(lenet) X(resnet20) X(resnet32) X(resnet56)

const sft_preset *sft__preset_find(const char *name); /* by name or alias; NULL: none */
const sft_preset *sft__preset_at(int i);              /* NULL past the end */
/* The stack text of a preset with the options in `s`; NULL after a failure. */
const char *sft__preset_text(sft_arena *a, const sft_preset *p, const sft_spec *s);
/* Its layers, each placed where the preset is named. src/graph/stack.c. */
sft_status sft__preset_parse(sft_arena *a, const sft_preset *p, const sft_spec *s, sft_layer **first);

#endif
