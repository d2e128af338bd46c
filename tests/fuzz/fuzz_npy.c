/* SPDX-License-Identifier: MIT */
/* Fuzz target: an NPY file as samples and as labels; the first byte chooses the options. */
#include "data/npy_samples.h"

static void as_samples(sft_ctx *c, const sft_array *x, int channels, bool sequence)
{
    sft_samples s = { 0 };
    sft_axes    axes;
    sft_store   store = x->npy.size == 1 && x->npy.kind != SFT_NPY_INT ? SFT_BYTES : SFT_FLOATS;
    if (sft__npy_axes(c, x, channels, sequence, &axes) || x->npy.dim[0] > 1 << 16 ||
        sft__count(axes.shape) > 1 << 16 ||
        sft__samples_make(c, &s, x->npy.dim[0], axes.shape, store, SFT_CLASSES, 1))
        return;
    sft__npy_values(x, &axes, &s, 0);
    sft__samples_free(c, &s, 1);
}

static void as_labels(sft_ctx *c, const sft_array *y, int task)
{
    sft_samples s = { 0 };
    sft_meaning m;
    if (y->npy.rank < 1 || y->npy.dim[0] > 1 << 16 || sft__npy_meaning(c, y, task, &m) ||
        m.outputs > 1 << 16 ||
        sft__samples_make(c, &s, y->npy.dim[0], sft__shape1(1), SFT_BYTES, m.task, m.outputs))
        return;
    int64_t outputs = m.outputs;
    sft__npy_labels(c, y, &m, &s, 0);
    sft__samples_free(c, &s, outputs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) return 0;
    sft_ctx  *c = sft_open(&(sft_config){ .threads = 1, .reference = true });
    sft_array a = { .path = "fuzz.npy" };
    if (sft__npy_parse(c, a.path, data + 1, size - 1, &a.npy) == SFT_OK) {
        as_samples(c, &a, data[0] % 3, data[0] & 4);
        sft_clear(c);
        as_labels(c, &a, data[0] >> 4 & 3);
    }
    sft_close(c);
    return 0;
}
