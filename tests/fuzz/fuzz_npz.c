/* SPDX-License-Identifier: MIT */
/* Fuzz target: a ZIP archive, every member unpacked and taken for an NPY file. */
#include "data/npy_read.h"
#include "data/zip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sft_ctx  *c = sft_open(&(sft_config){ .threads = 1, .reference = true });
    sft_arena arena;
    sft_zip   zip;
    sft__arena_open(&arena, c);
    if (sft__zip_open(&arena, "fuzz.npz", data, size, &zip) == SFT_OK)
        for (int i = 0; i < zip.n; i++) {
            sft_bytes bytes;
            sft_npy   npy;
            if (zip.member[i].size < 1 << 20 &&
                sft__zip_read(c, &zip, &zip.member[i], &bytes) == SFT_OK) {
                sft__npy_parse(c, zip.member[i].name, bytes.data, bytes.size, &npy);
                sft__bytes_free(c, &bytes);
            }
            sft_clear(c);
        }
    sft__arena_close(&arena);
    sft_close(c);
    return 0;
}
