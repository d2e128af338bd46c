/* SPDX-License-Identifier: MIT */
/* numpy's legacy random numbers: MT19937, 53-bit uniforms, polar normals, masked rejection,
 * Fisher-Yates. */
#include "data/numpy_random.h"

#include <math.h>

#define N 624
#define M 397

void sft__numpy_seed(sft_numpy *r, uint32_t seed)
{
    *r = (sft_numpy){ .used = N };
    for (uint32_t i = 0; i < N; i++) {
        r->key[i] = seed;
        seed = 1812433253u * (seed ^ (seed >> 30)) + i + 1;
    }
}

static uint32_t twist(uint32_t high, uint32_t low)
{
    uint32_t y = (high & 0x80000000u) | (low & 0x7FFFFFFFu);
    return (y >> 1) ^ (y & 1 ? 0x9908B0DFu : 0);
}

static void refill(sft_numpy *r)
{
    uint32_t *k = r->key;
    for (int i = 0; i < N - M; i++) k[i] = k[i + M] ^ twist(k[i], k[i + 1]);
    for (int i = N - M; i < N - 1; i++) k[i] = k[i + M - N] ^ twist(k[i], k[i + 1]);
    k[N - 1] = k[M - 1] ^ twist(k[N - 1], k[0]);
    r->used = 0;
}

uint32_t sft__numpy_next(sft_numpy *r)
{
    if (r->used == N) refill(r);
    uint32_t y = r->key[r->used++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9D2C5680u;
    y ^= (y << 15) & 0xEFC60000u;
    return y ^ (y >> 18);
}

double sft__numpy_rand(sft_numpy *r)
{
    uint32_t a = sft__numpy_next(r) >> 5, b = sft__numpy_next(r) >> 6;
    return ((double)a * 67108864.0 + (double)b) / 9007199254740992.0;
}

/* Marsaglia's polar method; numpy gives the second number of a pair first. */
double sft__numpy_randn(sft_numpy *r)
{
    double a, b, q;
    if (r->has_spare) {
        r->has_spare = false;
        return r->spare;
    }
    do {
        a = 2.0 * sft__numpy_rand(r) - 1.0;
        b = 2.0 * sft__numpy_rand(r) - 1.0;
        q = a * a + b * b;
    } while (q >= 1.0 || q == 0.0);
    double f = sqrt(-2.0 * log(q) / q);
    r->spare = f * a;
    r->has_spare = true;
    return f * b;
}

uint32_t sft__numpy_upto(sft_numpy *r, uint32_t most)
{
    uint32_t mask = most, x;
    if (most == 0) return 0;
    for (int shift = 1; shift < 32; shift *= 2) mask |= mask >> shift;
    do x = sft__numpy_next(r) & mask;
    while (x > most);
    return x;
}

void sft__numpy_permutation(sft_numpy *r, int64_t *order, int64_t n)
{
    for (int64_t i = 0; i < n; i++) order[i] = i;
    for (int64_t i = n - 1; i > 0; i--) {
        int64_t j = sft__numpy_upto(r, (uint32_t)i), t = order[i];
        order[i] = order[j];
        order[j] = t;
    }
}
