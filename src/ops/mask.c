/* SPDX-License-Identifier: MIT */
/* Masks of kept and dropped numbers. Philox is written here once more, for several counters side by side. */
#include "base/hot.h"
#include "ops/conf.h"

#include <string.h>

enum { SIDE = 32 };            /* counters side by side: 4 SIDE numbers; compilers unroll 16 and then vectorise nothing */

typedef struct block {          /* a counter on its way */
    uint32_t a, b, c, d;
} block;

/* One round of Philox4x32 (Salmon et al. 2011), the i-th. */
SFT_INLINE block mix(block v, sft_key key, uint32_t i)
{
    uint64_t x = (uint64_t)0xD2511F53u * v.a, y = (uint64_t)0xCD9E8D57u * v.c;
    return (block){ (uint32_t)(y >> 32) ^ v.b ^ (key.k[0] + i * 0x9E3779B9u), (uint32_t)y,
                    (uint32_t)(x >> 32) ^ v.d ^ (key.k[1] + i * 0xBB67AE85u), (uint32_t)x };
}

/* Four bytes of a mask, the first at the lowest address. */
SFT_INLINE uint32_t four_bytes(uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return a << 24 | b << 16 | c << 8 | d;
#else
    return a | b << 8 | c << 16 | d << 24;
#endif
}

SFT_HOT void sft__draw_mask(sft_key key, uint64_t step, uint32_t row, uint32_t limit, int64_t n, uint8_t *mask)
{
    int64_t words = (n + 3) / 4;
    for (int64_t at = 0; at < words; at += SIDE) {
        uint32_t kept[SIDE];
        for (uint32_t s = 0; s < SIDE; s++) {
            block v = { (uint32_t)step, (uint32_t)(step >> 32), row, (uint32_t)at + s };
            v = mix(mix(mix(mix(mix(v, key, 0), key, 1), key, 2), key, 3), key, 4);
            v = mix(mix(mix(mix(mix(v, key, 5), key, 6), key, 7), key, 8), key, 9);
            kept[s] = four_bytes(v.a >= limit, v.b >= limit, v.c >= limit, v.d >= limit);
        }
        memcpy(mask + 4 * at, kept, 4 * (size_t)(words - at < SIDE ? words - at : SIDE));
    }
}
