/* SPDX-License-Identifier: MIT */
/* Which instruction sets this processor has, and transposition by the best of them. */
#include "backend/simd/sets.h"

sft_simd_set sft__simd_set(int i)
{
#ifdef SFT_SIMD_X86
    __builtin_cpu_init();
    bool fma = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (fma && __builtin_cpu_supports("avx512f") && i-- == 0) return SFT_SET_AVX512;
    if (fma && i-- == 0) return SFT_SET_AVX2;
#endif
    return i == 0 ? SFT_SET_PLAIN : SFT_SIMD_SETS;
}

static void transpose_plain(int64_t m, int64_t n, const float *from, int64_t from_step, float *to,
                            int64_t to_step, bool add)
{
    for (int64_t j = 0; j < n; j++)
        for (int64_t i = 0; i < m; i++)
            to[j * to_step + i] = from[i * from_step + j] + (add ? to[j * to_step + i] : 0.0f);
}

#ifdef SFT_SIMD_X86
#define AVX2 __attribute__((target("avx2,fma")))
#if defined(__clang__)
#define EACH _Pragma("clang loop unroll(full)")
#else
#define EACH _Pragma("GCC unroll 8")
#endif

/* Eight rows of eight in registers: pairs, fours, halves. */
AVX2 static inline void transpose_8x8(const float *from, int64_t from_step, float *to,
                                        int64_t to_step, bool add)
{
    __m256 r[8], t[8];
    EACH
    for (int i = 0; i < 8; i++) r[i] = _mm256_loadu_ps(from + i * from_step);
    EACH
    for (int i = 0; i < 8; i += 2) {
        t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
        t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
    }
    EACH
    for (int i = 0; i < 8; i += 4) {
        r[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
        r[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
        r[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
        r[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
    }
    EACH
    for (int i = 0; i < 4; i++) {
        t[i] = _mm256_permute2f128_ps(r[i], r[i + 4], 0x20);
        t[i + 4] = _mm256_permute2f128_ps(r[i], r[i + 4], 0x31);
    }
    EACH
    for (int i = 0; i < 8; i++) {
        float *at = to + i * to_step;
        _mm256_storeu_ps(at, add ? _mm256_add_ps(t[i], _mm256_loadu_ps(at)) : t[i]);
    }
}

AVX2 static void transpose_avx2(int64_t m, int64_t n, const float *from, int64_t from_step,
                                  float *to, int64_t to_step, bool add)
{
    int64_t m8 = m - m % 8, n8 = n - n % 8;
    for (int64_t i = 0; i < m8; i += 8)
        for (int64_t j = 0; j < n8; j += 8)
            transpose_8x8(from + i * from_step + j, from_step, to + j * to_step + i, to_step, add);
    transpose_plain(m8, n - n8, from + n8, from_step, to + n8 * to_step, to_step, add);
    transpose_plain(m - m8, n, from + m8 * from_step, from_step, to + m8, to_step, add);
}
#endif

void sft__simd_transpose(int64_t m, int64_t n, const float *from, int64_t from_step, float *to, int64_t to_step, bool add)
{
#ifdef SFT_SIMD_X86
    if (sft__simd_set(0) != SFT_SET_PLAIN) {
        transpose_avx2(m, n, from, from_step, to, to_step, add);
        return;
    }
#endif
    transpose_plain(m, n, from, from_step, to, to_step, add);
}
