/* SPDX-License-Identifier: MIT */
/* Reads CIFAR's binary records from memory. */
#include "data/cifar_read.h"

#include <string.h>

int64_t sft__cifar_count(sft_ctx *c, const char *path, size_t size, int labels)
{
    size_t  record = SFT_CIFAR_PIXELS + (size_t)labels, left = size % record;
    sft_pos at = { .file = path };
    if (size == 0) {
        sft__fail_at(c, at, SFT_E245, "no samples — the file is empty");
        return -1;
    }
    if (left == 0) return (int64_t)(size / record);
    sft__fail_at(
        c, at, SFT_E218,
        "not a CIFAR file or cut off — its %zu bytes are %zu records of %zu bytes and %zu more — use "
        "the binary version, and fetch it again",
        size, size / record, record, left);
    return -1;
}

sft_status sft__cifar_read(sft_ctx *c, const char *path, const uint8_t *bytes, size_t size,
                           int labels, int which, int64_t classes, sft_samples *s, int64_t from)
{
    int64_t record = SFT_CIFAR_PIXELS + labels, n = (int64_t)size / record;
    for (int64_t i = 0; i < n; i++) {
        s->label[from + i] = bytes[i * record + which];
        memcpy(s->bytes + (from + i) * SFT_CIFAR_PIXELS, bytes + i * record + labels,
               SFT_CIFAR_PIXELS);
    }
    return sft__labels_check(c, path, s->label + from, n, classes);
}
