/* SPDX-License-Identifier: MIT */
/* The direct convolution's tiles for plain C (vectors of four), AVX2 with FMA, and AVX-512. */
#include "backend/simd/direct.h"
#include "backend/simd/sets.h"

#include <math.h>

#define NAME(word) direct_plain_##word
#include "backend/simd/set_plain.h"
#include "backend/simd/direct_tiles.h"
#include "backend/simd/set_end.h"

#ifdef SFT_SIMD_X86
#define NAME(word) direct_avx2_##word
#include "backend/simd/set_avx2.h"
#include "backend/simd/direct_tiles.h"
#include "backend/simd/set_end.h"

#define NAME(word) direct_avx512_##word
#include "backend/simd/set_avx512.h"
#include "backend/simd/direct_tiles.h"
#include "backend/simd/set_end.h"
#endif

const sft_direct_tiles *sft__direct_tiles(int i)
{
    static const sft_direct_tiles *const all[SFT_SIMD_SETS] = {
#ifdef SFT_SIMD_X86
        [SFT_SET_AVX512] = &direct_avx512_tiles,
        [SFT_SET_AVX2] = &direct_avx2_tiles,
#endif
        [SFT_SET_PLAIN] = &direct_plain_tiles,
    };
    sft_simd_set set = sft__simd_set(i);
    return set < SFT_SIMD_SETS ? all[set] : NULL;
}
