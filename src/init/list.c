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

const sft_field sft__init_extra_fields[] = {
    { "zero_gamma", SFT_FLAG, offsetof(sft_init_extra, zero_gamma), 0, 0, 0,
      .doc = "the norm at the end of each residual branch begins with scale 0, so that blocks begin as their shortcuts "
             "(Goyal et al. 2017, sec. 5.1)",
      .aliases = "zero_init_residual zero_init_last" },
    SFT_FIELD_END
};

enum { COUNT = sizeof all / sizeof *all };

const sft_init *sft__init_at(int i) { return i >= 0 && i < COUNT ? all[i] : NULL; }

const sft_init *sft__init_find(const char *name)
{
    for (int i = 0; i < COUNT; i++)
        if (sft__named(name, all[i]->name, all[i]->aliases)) return all[i];
    return NULL;
}
