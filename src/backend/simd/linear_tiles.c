/* SPDX-License-Identifier: MIT */
/* The linear kernel's tiles for plain C (vectors of four), AVX2 with FMA, and AVX-512. */
#include "backend/simd/linear.h"
#include "backend/simd/sets.h"

#include <math.h>
#include <string.h>

#define DEPTH     256
#define SLICE     48
#define TRANSPOSE sft__simd_transpose

#define NAME(word) linear_plain_##word
#include "backend/simd/set_plain.h"
#include "backend/simd/linear_tiles.h"
#include "backend/simd/set_end.h"

#ifdef SFT_SIMD_X86
#define NAME(word) linear_avx2_##word
#include "backend/simd/set_avx2.h"
#include "backend/simd/linear_tiles.h"
#include "backend/simd/set_end.h"

#define NAME(word) linear_avx512_##word
#include "backend/simd/set_avx512.h"
#include "backend/simd/linear_tiles.h"
#include "backend/simd/set_end.h"
#endif

const sft_linear_tiles *sft__linear_tiles(int i)
{
    static const sft_linear_tiles *const all[SFT_SIMD_SETS] = {
#ifdef SFT_SIMD_X86
        [SFT_SET_AVX512] = &linear_avx512_tiles,
        [SFT_SET_AVX2] = &linear_avx2_tiles,
#endif
        [SFT_SET_PLAIN] = &linear_plain_tiles,
    };
    sft_simd_set set = sft__simd_set(i);
    return set < SFT_SIMD_SETS ? all[set] : NULL;
}

int64_t sft__linear_stored(const sft_linear_tiles *t, int64_t k, int64_t n)
{
    return (n + t->lane - 1) / t->lane * t->lane * k;
}

int64_t sft__linear_place(const sft_linear_tiles *t, int64_t k, int64_t n, int64_t out, int64_t in)
{
    return sft__panel_place(t->lane, k, n, in, out);
}

int64_t sft__linear_own_row(const sft_linear_tiles *t, int64_t n)
{
    int64_t wide = 2 * t->lane; /* unfinished sums of one panel, and all panels, take the same place */
    return (n + wide - 1) / wide * wide;
}

int64_t sft__linear_scratch(const sft_linear_tiles *t, int64_t n)
{
    return 2 * t->lane * (n + SLICE);
}
