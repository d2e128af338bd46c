/* SPDX-License-Identifier: MIT */
/* Fuzz target: a CSV text under every policy; the first byte chooses options, a byte 0x1E begins
 * the test file. */
#include "data/csv_table.h"

#include <string.h>

static const sft_csv_conf confs[] = {
    { 0 },
    { .label = "1", .missing = SFT_MISSING_MEAN },
    { .label = "-2", .missing = SFT_MISSING_DROP, .header = SFT_HEADER_NO },
    { .label = "y", .header = SFT_HEADER_YES, .task = SFT_TASK_CLASSES },
    { .task = SFT_TASK_REGRESSION, .separator = 2 },
    { .task = SFT_TASK_BINARY, .separator = 3, .missing = SFT_MISSING_DROP },
    { .label = "[y,1]", .missing = SFT_MISSING_MEAN },
    { .label = "-1,1", .task = SFT_TASK_CLASSES },
};

static void parse(sft_arena *a, const sft_csv_conf *k, const uint8_t *text, size_t size,
                  const uint8_t *more, size_t rest)
{
    sft_csv_table train = { 0 }, test = { 0 };
    sft_raw       raw = { .arena = a };
    if (sft__csv_parse(a, "train", text, size, k, NULL, &train) == SFT_OK &&
        (!more || sft__csv_parse(a, "test", more, rest, k, &train, &test) == SFT_OK))
        sft__csv_targets(a->ctx, k, &train, &test, &raw);
    sft__csv_table_free(a->ctx, &train);
    sft__csv_table_free(a->ctx, &test);
    sft__raw_free(a->ctx, &raw);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) return 0;
    sft_ctx       *c = sft_open(&(sft_config){ .threads = 1, .reference = true });
    sft_arena      a;
    const uint8_t *text = data + 1, *mark = memchr(text, 0x1E, size - 1);
    size_t         first = mark ? (size_t)(mark - text) : size - 1;
    sft__arena_open(&a, c);
    parse(&a, &confs[data[0] % (sizeof confs / sizeof *confs)], text, first, mark ? mark + 1 : NULL,
          mark ? size - 2 - first : 0);
    sft__arena_close(&a);
    sft_close(c);
    return 0;
}
