/* SPDX-License-Identifier: MIT */
/* Stack text from anywhere: it is refused, or it is written as a text that reads back as itself. */
#include <stdlib.h>
#include <string.h>

#include "graph/graph.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sft_ctx   *c = sft_open(&(sft_config){ .threads = 1, .reference = true });
    sft_arena  a;
    sft_layer *first = NULL;
    sft_pos    pos = { "fuzz", 1, 1 };
    if (!c) abort();
    sft__arena_open(&a, c);
    if (sft__stack_parse(&a, (const char *)data, size, pos, &first) == SFT_OK) {
        const char *once = sft__stack_text(&a, first);
        if (sft__stack_parse(&a, once, strlen(once), pos, &first) != SFT_OK) abort();
        if (strcmp(once, sft__stack_text(&a, first)) != 0) abort();
    }
    sft__arena_close(&a);
    sft_close(c);
    return 0;
}
