/* SPDX-License-Identifier: MIT */
/* The table of presets, and their expansion to stack text. */
#include "graph/presets/presets.h"

#define X(word) extern const sft_preset sft_preset_##word;
SFT_PRESETS(X)
#undef X

static const sft_preset *const presets[] = {
#define X(word) &sft_preset_##word,
    SFT_PRESETS(X)
#undef X
    NULL
};

const sft_preset *sft__preset_at(int i)
{
    const int n = (int)(sizeof presets / sizeof presets[0]) - 1;
    return i >= 0 && i < n ? presets[i] : NULL;
}

const sft_preset *sft__preset_find(const char *name)
{
    for (int i = 0; name && presets[i]; i++) {
        if (sft__named(name, presets[i]->name, presets[i]->aliases)) return presets[i];
    }
    return NULL;
}

const char *sft__preset_text(sft_arena *a, const sft_preset *p, const sft_spec *s)
{
    void *conf = sft__arena_alloc(a, p->conf_size);
    if (!conf) return NULL;
    const char *what = sft__arena_printf(a, "model %s", p->name);
    if (!what || sft__fields_bind(a, p->fields, conf, s, what) != SFT_OK) return NULL;

    sft_string text;
    sft__string_open(&text, a->ctx);
    p->expand(conf, &text);
    const char *copy = text.text && !sft__failed(a->ctx) ? sft__arena_text(a, text.text) : NULL;
    sft__string_close(&text);
    return copy;
}
