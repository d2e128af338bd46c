/* SPDX-License-Identifier: MIT */
/* Philox4x32-10 and what is drawn from it: uniform, normal, bounded integers, permutations.
 *
 * Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011: ten rounds of two 32x32 -> 64 bit
 * products, crossed and mixed with a key that grows by a Weyl sequence. */
#include "base/random.h"

#include <math.h>

/* MurmurHash3's 64-bit finaliser: a bijection that mixes every bit into every other. */
static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 33)) * UINT64_C(0xFF51AFD7ED558CCD);
    x = (x ^ (x >> 33)) * UINT64_C(0xC4CEB9FE1A85EC53);
    return x ^ (x >> 33);
}

/* key = mix(seed + mix(purpose + weyl)). As mix is a bijection, two purposes of one seed never share a key, nor two seeds
 * of one purpose; and since purposes are spread over all 64 bits, (seed, purpose) and (seed + a little, another purpose)
 * do not meet either. */
sft_key sft__key(uint64_t seed, uint32_t purpose)
{
    uint64_t k = mix(seed + mix(purpose + UINT64_C(0x9E3779B97F4A7C15)));
    return (sft_key){ { (uint32_t)k, (uint32_t)(k >> 32) } };
}

sft_random4 sft__philox(sft_key key, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    uint32_t k0 = key.k[0], k1 = key.k[1];
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53u * a, p1 = (uint64_t)0xCD9E8D57u * c;
        a = (uint32_t)(p1 >> 32) ^ b ^ k0;
        b = (uint32_t)p1;
        c = (uint32_t)(p0 >> 32) ^ d ^ k1;
        d = (uint32_t)p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return (sft_random4){ { a, b, c, d } };
}

sft_stream sft__stream(sft_key key, uint32_t a, uint32_t b, uint32_t c)
{
    return (sft_stream){ .key = key, .a = a, .b = b, .c = c, .used = 4 };
}

uint32_t sft__next(sft_stream *s)
{
    if (s->used == 4) {
        s->now = sft__philox(s->key, s->a, s->b, s->c, s->lane++);
        s->used = 0;
    }
    return s->now.v[s->used++];
}

double sft__uniform(sft_stream *s)
{
    uint32_t high = sft__next(s) >> 5, low = sft__next(s) >> 6;
    return ((double)high * 67108864.0 + (double)low) * (1.0 / 9007199254740992.0);
}

/* Box and Muller 1958: r = sqrt(-2 ln u), angle 2 pi v; the sine is kept for the next call. 1 - u is never 0. */
double sft__normal(sft_stream *s)
{
    if (s->has_spare) {
        s->has_spare = 0;
        return s->spare;
    }
    double r = sqrt(-2.0 * log(1.0 - sft__uniform(s)));
    double angle = 6.283185307179586477 * sft__uniform(s);
    s->spare = r * sin(angle);
    s->has_spare = 1;
    return r * cos(angle);
}

/* Numbers below 2^64 mod n are thrown away: what is left is a whole number of n's. */
uint64_t sft__below(sft_stream *s, uint64_t n)
{
    uint64_t unfair = (0 - n) % n, x;
    do {
        x = (uint64_t)sft__next(s) << 32;
        x |= sft__next(s);
    } while (x < unfair);
    return x % n;
}

void sft__permute(sft_stream *s, int64_t *order, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        order[i] = i;
    for (int64_t i = n - 1; i > 0; i--) {
        int64_t j = (int64_t)sft__below(s, (uint64_t)i + 1), t = order[i];
        order[i] = order[j];
        order[j] = t;
    }
}
