/* SPDX-License-Identifier: MIT */
/* Fuzz target: a PNG or JPEG file, decoded and fitted to two sizes. */
#include "data/picture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sft_ctx    *c = sft_open(&(sft_config){ .threads = 1, .reference = true });
    sft_picture p;
    uint8_t     to[3 * 8 * 5];
    if (sft__picture_decode(c, "fuzz", data, size, &p) == SFT_OK) {
        if (p.width * p.height < 1 << 16) {
            sft__picture_fit(c, &p, SFT_FIT_PAD, 3, 8, 5, to);
            sft__picture_fit(c, &p, SFT_FIT_CROP, 1, 5, 8, to);
        }
        sft__picture_free(c, &p);
    }
    sft_close(c);
    return 0;
}
