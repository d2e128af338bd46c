/* SPDX-License-Identifier: MIT */
/* Finds data sources by name or number. */
#include "data/sources.h"

#include <string.h>

static const sft_source *const sources[] = {
#define X(name) &sft__source_##name,
    SFT_SOURCE_MAP(X)
#undef X
};

const sft_source *sft__source_at(int i)
{
    return i >= 0 && (size_t)i < sizeof sources / sizeof *sources ? sources[i] : NULL;
}

const sft_source *sft__source_find(const char *name)
{
    char   word[64];
    size_t n = name ? strcspn(name, ":") : 0;
    if (n == 0 || n >= sizeof word) return NULL;
    memcpy(word, name, n);
    word[n] = '\0';
    const sft_source *found = NULL;
    for (int i = 0; sft__source_at(i); i++) {
        const sft_source *s = sft__source_at(i);
        if (!sft__named(word, s->name, s->aliases)) continue;
        if (s->place == (name[n] == ':')) return s; /* mnist is in the cache, mnist:DIR is IDX */
        if (!found) found = s;
    }
    return found;
}
