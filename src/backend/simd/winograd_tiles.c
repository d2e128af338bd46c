/* SPDX-License-Identifier: MIT */
/* Winograd's tiles for plain C (vectors of four), AVX2 with FMA, and AVX-512. */
#include "backend/simd/winograd.h"
#include "backend/simd/sets.h"

#include <math.h>
#include <string.h>

/* The 16 matrices do not begin at the same place of the first cache. */
int64_t sft__winograd_plane(const sft_winograd_job *j, int64_t columns)
{
    return j->strips * sft__winograd_halves(j->out[1]) * columns + SFT_WINOGRAD_PLACES;
}

int64_t sft__winograd_strips(int64_t channels, int64_t filters, const int64_t out[2])
{
    enum { CACHE = 384 * 1024 };  /* bytes */
    int64_t both = channels + filters, bytes = SFT_WINOGRAD_PLACES * (int64_t)sizeof(float) * both;
    int64_t tiles = CACHE / bytes, fewest = channels * filters / (2 * both);
    tiles = tiles < 24 ? 24 : tiles;
    tiles = tiles < fewest ? fewest : tiles;
    int64_t strips = tiles / sft__winograd_halves(out[1]);
    return strips < 1 ? 1 : strips;
}

#define NAME(word) winograd_plain_##word
#include "backend/simd/set_plain.h"
#include "backend/simd/winograd_tiles.h"
#include "backend/simd/set_end.h"

#ifdef SFT_SIMD_X86
#define NAME(word) winograd_avx2_##word
#include "backend/simd/set_avx2.h"
#include "backend/simd/winograd_tiles.h"
#include "backend/simd/set_end.h"

#define NAME(word) winograd_avx512_##word
#include "backend/simd/set_avx512.h"
#include "backend/simd/winograd_tiles.h"
#include "backend/simd/set_end.h"
#endif

const sft_winograd_tiles *sft__winograd_tiles(int i)
{
    static const sft_winograd_tiles *const all[SFT_SIMD_SETS] = {
#ifdef SFT_SIMD_X86
        [SFT_SET_AVX512] = &winograd_avx512_tiles,
        [SFT_SET_AVX2] = &winograd_avx2_tiles,
#endif
        [SFT_SET_PLAIN] = &winograd_plain_tiles,
    };
    sft_simd_set set = sft__simd_set(i);
    return set < SFT_SIMD_SETS ? all[set] : NULL;
}
