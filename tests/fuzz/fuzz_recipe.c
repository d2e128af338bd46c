/* SPDX-License-Identifier: MIT */
/* A recipe from anywhere: it is refused, or its resolved text reads back as itself. */
#include <stdlib.h>
#include <string.h>

#include "surefoot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sft_ctx *c = sft_open(&(sft_config){ .threads = 1, .reference = true });
    if (!c) abort();
    sft_recipe *r = sft_recipe_parse(c, "fuzz", (const char *)data, size);
    const char *once = sft_recipe_text(r);
    if (once) {
        sft_recipe *again = sft_recipe_parse(c, "again", once, strlen(once));
        const char *twice = sft_recipe_text(again);
        if (!twice || strcmp(once, twice) != 0) abort();
        sft_recipe_free(again);
    }
    sft_recipe_free(r);
    sft_close(c);
    return 0;
}
