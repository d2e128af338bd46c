/* SPDX-License-Identifier: MIT */
/* Sobol's sequence with Owen's scrambling: points that fill the space more evenly than chance does, at every length.
 *
 * Coordinate j of point i = ... i_2 i_1 i_0 is the exclusive or of the direction numbers v_(j,k) whose bit i_k is set. They come from a
 * primitive polynomial of degree s by m_k = 2 a_1 m_(k-1) ^ 4 a_2 m_(k-2) ^ ... ^ 2^s m_(k-s) ^ m_(k-s), v_k = m_k / 2^k (Bratley and Fox 1988);
 * the first s are chosen so that two-dimensional projections are good (Joe and Kuo 2008, new-joe-kuo-6.21201).
 *
 * Owen 1995: each bit is flipped or not by a coin that depends on all bits above it. What is cut into equal boxes stays so, and each
 * point by itself is uniform. */
#include "sweep/sampling.h"

typedef struct conf {
    bool scramble;
} conf;

static const sft_field fields[] = {
    { "scramble", SFT_FLAG, offsetof(conf, scramble), 1, .doc = "another net for each seed; off: the published points, the corner first" },
    SFT_FIELD_END
};

static const struct direction {
    uint8_t s, a, m[7];         /* degree, inner coefficients of the polynomial, first numbers */
} directions[SFT_MOST_AXES - 1] = {
    { 1, 0, { 1 } }, { 2, 1, { 1, 3 } }, { 3, 1, { 1, 3, 1 } }, { 3, 2, { 1, 1, 1 } }, { 4, 1, { 1, 1, 3, 3 } },
    { 4, 4, { 1, 3, 5, 13 } }, { 5, 2, { 1, 1, 5, 5, 17 } }, { 5, 4, { 1, 1, 5, 5, 5 } }, { 5, 7, { 1, 1, 7, 11, 19 } },
    { 5, 11, { 1, 1, 5, 1, 1 } }, { 5, 13, { 1, 1, 1, 3, 11 } }, { 5, 14, { 1, 3, 5, 5, 31 } }, { 6, 1, { 1, 3, 3, 9, 7, 49 } },
    { 6, 13, { 1, 1, 1, 15, 21, 21 } }, { 6, 16, { 1, 3, 1, 13, 27, 49 } }, { 6, 19, { 1, 1, 1, 15, 7, 5 } },
    { 6, 22, { 1, 3, 1, 15, 13, 25 } }, { 6, 25, { 1, 1, 5, 5, 19, 61 } }, { 7, 1, { 1, 3, 7, 11, 23, 15, 103 } },
    { 7, 4, { 1, 3, 7, 13, 13, 15, 69 } }, { 7, 7, { 1, 1, 3, 13, 7, 35, 63 } }, { 7, 8, { 1, 3, 5, 9, 1, 25, 53 } },
    { 7, 14, { 1, 3, 1, 13, 9, 35, 107 } }, { 7, 19, { 1, 3, 1, 5, 27, 61, 31 } }, { 7, 21, { 1, 1, 5, 11, 19, 41, 61 } },
    { 7, 28, { 1, 3, 5, 3, 3, 13, 69 } }, { 7, 31, { 1, 1, 7, 13, 1, 19, 1 } }, { 7, 32, { 1, 3, 7, 5, 13, 19, 59 } },
    { 7, 37, { 1, 1, 3, 9, 25, 29, 41 } }, { 7, 41, { 1, 3, 5, 13, 23, 1, 55 } }, { 7, 42, { 1, 3, 7, 3, 13, 59, 17 } },
};

enum { BITS = 32 };

static void direction_numbers(int axis, uint32_t v[BITS])
{
    if (axis == 0) {
        for (int k = 0; k < BITS; k++) v[k] = 1u << (BITS - 1 - k);
        return;
    }
    const struct direction *d = &directions[axis - 1];
    for (int k = 0; k < BITS; k++) {
        if (k < d->s) {
            v[k] = (uint32_t)d->m[k] << (BITS - 1 - k);
            continue;
        }
        v[k] = v[k - d->s] ^ v[k - d->s] >> d->s;
        for (int j = 1; j < d->s; j++)
            if (d->a >> (d->s - 1 - j) & 1) v[k] ^= v[k - j];
    }
}

/* The published programs go in Gray-code order, in which each point differs from the one before by one direction number; the first 2^m
 * points are the same set. */
static uint32_t bits_of(int axis, uint32_t index)
{
    uint32_t v[BITS], x = 0;
    direction_numbers(axis, v);
    index ^= index >> 1;
    for (int k = 0; index; k++, index >>= 1)
        if (index & 1) x ^= v[k];
    return x;
}

double sft__sobol(int axis, uint32_t index)
{
    return bits_of(axis, index) * 0x1p-32;
}

/* Below the last bit there are endless zeros, whose flips make any number: a uniform one. */
double sft__sobol_scrambled(sft_key key, int axis, uint32_t index)
{
    const uint32_t    x = bits_of(axis, index);
    const sft_random4 tail = sft__philox(key, x, (uint32_t)axis, 0, BITS + 1);
    uint32_t          y = x;
    for (uint32_t k = 0; k < BITS; k++) {
        const uint32_t above = k ? x >> (BITS - k) : 0;
        if (sft__philox(key, above, (uint32_t)axis, 0, k).v[0] & 1) y ^= 1u << (BITS - 1 - k);
    }
    return (y + (tail.v[0] >> 12) * 0x1p-20) * 0x1p-32;
}

void sft__sobol_point(const sft_search *s, int64_t attempt, double *u)
{
    const sft_key key = sft__key(s->seed, SFT_FOR_SCRAMBLE);
    for (int i = 0; i < s->space->n; i++) u[i] = sft__sobol_scrambled(key, i, (uint32_t)(s->n + attempt));
}

static sft_status next(const sft_search *s, int64_t attempt, double *u, bool *done)
{
    const conf *k = s->conf;
    *done = false;
    if (k->scramble) {
        sft__sobol_point(s, attempt, u);
    } else {
        for (int i = 0; i < s->space->n; i++) u[i] = sft__sobol(i, (uint32_t)(s->n + attempt));
    }
    return SFT_OK;
}

const sft_sampler sft__sampler_sobol = {
    .name = "sobol",
    .aliases = "qmc quasirandom",
    .doc = "fills the space more evenly than random search, at every number of points",
    .math = "u_ij = xor over bits k of i of v_jk, then each bit xor a coin of the bits above it; Joe and Kuo 2008, Owen 1995",
    .source = "Joe, Kuo: Constructing Sobol sequences with better two-dimensional projections, SIAM J. Sci. Comput. 30, 2008; "
              "Owen: Randomly permuted (t,m,s)-nets and (t,s)-sequences, 1995",
    .conf_size = sizeof(conf),
    .fields = fields,
    .next = next,
};
