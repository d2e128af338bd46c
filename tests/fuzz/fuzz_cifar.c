/* SPDX-License-Identifier: MIT */
/* Fuzz target: a CIFAR batch with one and with two label bytes. */
#include "data/cifar_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sft_ctx *c = sft_open(&(sft_config){ .threads = 1, .reference = true });
    for (int labels = 1; labels <= 2; labels++) {
        sft_samples s = { 0 };
        int64_t     n = sft__cifar_count(c, "fuzz", size, labels), classes = labels == 1 ? 10 : 100;
        if (n > 0 &&
            !sft__samples_make(c, &s, n, sft__shape3(3, 32, 32), SFT_BYTES, SFT_CLASSES, classes)) {
            sft__cifar_read(c, "fuzz", data, size, labels, labels - 1, classes, &s, 0);
            sft__samples_free(c, &s, classes);
        }
        sft_clear(c);
    }
    sft_close(c);
    return 0;
}
