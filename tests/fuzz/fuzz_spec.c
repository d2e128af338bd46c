/* SPDX-License-Identifier: MIT */
/* Any text through the grammar and the option rows: it fails with a sentence, or prints to text that binds to the same. */
#include "base/fields.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct options {
    double      lr, share;
    int64_t     width, maybe;
    bool        nesterov;
    int         act;
    const char *file, *note;
    sft_dims    kernel, pad;
    sft_reals   betas;
} options;

static const char *const acts[] = { "relu", "tanh", "leaky_relu", NULL };

#define AT(member) .offset = offsetof(options, member)
static const sft_field rows[] = {
    { .name = "lr", .kind = SFT_REAL, AT(lr), .def = 0.1, .low = 0, .high = INFINITY, .aliases = "learning_rate",
      .flags = SFT_ABOVE_LOW },
    { .name = "share", .kind = SFT_REAL, AT(share), .flags = SFT_AUTO },
    { .name = "width", .kind = SFT_INT, AT(width), .def = 8, .low = 1, .high = 65536, .flags = SFT_MAIN },
    { .name = "maybe", .kind = SFT_INT, AT(maybe), .flags = SFT_AUTO },
    { .name = "nesterov", .kind = SFT_FLAG, AT(nesterov) },
    { .name = "act", .kind = SFT_WORD, AT(act), .words = acts, .text = "tanh" },
    { .name = "file", .kind = SFT_TEXT, AT(file), .text = "a b" },
    { .name = "note", .kind = SFT_TEXT, AT(note), .flags = SFT_AUTO },
    { .name = "kernel", .kind = SFT_DIMS, AT(kernel), .text = "3x5", .low = 1, .high = 99 },
    { .name = "pad", .kind = SFT_DIMS, AT(pad), .flags = SFT_AUTO },
    { .name = "betas", .kind = SFT_REALS, AT(betas), .text = "[0.9, 0.999]" },
    SFT_FIELD_END,
};

static void must(bool true_or_bug)
{
    if (!true_or_bug)
        abort();
}

static const char *bound_text(sft_arena *a, const char *text, size_t n)
{
    sft_spec s;
    options o;
    if (sft__spec_parse(a, text, n, (sft_pos){ "fuzz", 1, 1 }, &s) || sft__fields_bind(a, rows, &o, &s, s.name))
        return NULL;
    return sft__fields_text(a, rows, &o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sft_ctx *c = sft_open(&(sft_config){ .threads = 1 });
    sft_arena a;
    sft__arena_open(&a, c);
    const char *once = size ? bound_text(&a, (const char *)data, size) : NULL;
    if (once) {
        char *again = sft__arena_printf(&a, "name %s", once);
        const char *twice = bound_text(&a, again, strlen(again));
        must(twice && strcmp(once, twice) == 0);
    } else if (size) {
        must(sft__failed(c) && *sft_message(c) && sft_code(c) == SFT_RECIPE);
    }
    sft__arena_close(&a);
    sft_close(c);
    return 0;
}
