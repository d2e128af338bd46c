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

#define SFT_PRESETS(X)                                                                             \
    X(mlp) X(lenet) X(vgg_small) X(resnet20) X(resnet32) X(resnet56) X(wide_resnet) X(mlp_mixer)

/* ---- pieces of text, src/graph/presets/parts.c ---------------------------------------------- */

extern const char *const sft__preset_norms[]; /* words of a row `norm`; the first, 0, is none */
/* "batchnorm", and the same behind " | " unless there is none. */
void sft__preset_norm_word(sft_string *text, int norm, long long channels);
void sft__preset_norm(sft_string *text, int norm, long long channels);
void sft__preset_dropout(sft_string *text, double p); /* " | dropout 0.1", nothing for 0 */
/* "conv2d 16 kernel_size=3 padding=1", stride 1 or 2. */
void sft__preset_conv3(sft_string *text, long long channels, int stride, bool bias);

/* ---- the list ------------------------------------------------------------------------------- */

const sft_preset *sft__preset_find(const char *name); /* by name or alias; NULL: none */
const sft_preset *sft__preset_at(int i);              /* NULL past the end */
/* The stack text of a preset with the options in `s`; NULL after a failure. */
const char *sft__preset_text(sft_arena *a, const sft_preset *p, const sft_spec *s);
/* Its layers, each placed where the preset is named. src/graph/stack.c. */
sft_status sft__preset_parse(sft_arena *a, const sft_preset *p, const sft_spec *s, sft_layer **first);

#endif
