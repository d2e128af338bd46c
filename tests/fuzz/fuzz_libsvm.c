/* SPDX-License-Identifier: MIT */
/* Fuzz target: a text in LIBSVM's format, counted and filled in. */
#include "data/libsvm_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sft_ctx   *c = sft_open(&(sft_config){ .threads = 1, .reference = true });
    sft_libsvm t;
    if (sft__libsvm_scan(c, "fuzz", data, size, &t) == SFT_OK &&
        t.rows * (t.features + 1) < 1 << 20) {
        int64_t base = t.zero ? 0 : 1, features = t.features + 1 - base;
        size_t  values = (size_t)(t.rows * features + 1) * sizeof(float),
               labels = (size_t)(t.rows + 1) * sizeof(double);
        float  *x = sft__alloc(c, values);
        double *label = sft__alloc(c, labels);
        if (x && label) sft__libsvm_fill(&t, base, features, label, x);
        sft__free(c, x, values);
        sft__free(c, label, labels);
    }
    sft_close(c);
    return 0;
}
