/* SPDX-License-Identifier: MIT */
/* Finds initialisers by name or number. */
#include "init/init.h"
#include "init/inits.h"

#define X(word) extern const sft_init sft_init_##word;
SFT_INITS(X)
#undef X

#define X(word) &sft_init_##word,
static const sft_init *const all[] = { SFT_INITS(X) };
#undef X

enum { COUNT = sizeof all / sizeof *all };

const sft_init *sft__init_at(int i) { return i >= 0 && i < COUNT ? all[i] : NULL; }

const sft_init *sft__init_find(const char *name)
{
    for (int i = 0; i < COUNT; i++)
        if (sft__named(name, all[i]->name, all[i]->aliases)) return all[i];
    return NULL;
}
