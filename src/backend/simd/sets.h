/* SPDX-License-Identifier: MIT */
/* The instruction sets that the kernels here are compiled for, and which of them this processor has. The headers set_*.h say what a
 * vector of each is. And what their kernels share. */
#ifndef SFT_BACKEND_SIMD_SETS_H
#define SFT_BACKEND_SIMD_SETS_H

#include <stdbool.h>
#include <stdint.h>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define SFT_SIMD_X86 1
#endif

typedef enum sft_simd_set { SFT_SET_AVX512, SFT_SET_AVX2, SFT_SET_PLAIN, SFT_SIMD_SETS } sft_simd_set;

/* The i-th best set that this processor runs; SFT_SIMD_SETS past the end. */
sft_simd_set sft__simd_set(int i);

/* to[j][i] = from[i][j] for i < m, j < n, rows so many numbers apart; add: += */
void sft__simd_transpose(int64_t m, int64_t n, const float *from, int64_t from_step, float *to, int64_t to_step, bool add);

/* Where element (r,n) of a matrix of so many rows and columns in panels lies: panel, row, column; a panel is two vectors of `lane` wide,
 * the last one one where that is enough. */
static inline int64_t sft__panel_place(int64_t lane, int64_t rows, int64_t columns, int64_t r, int64_t n)
{
    int64_t first = n / (2 * lane) * (2 * lane), width = columns - first > lane ? 2 * lane : lane;
    return first * rows + r * width + n - first;
}

/* Vectors of four in plain C. */
typedef float sft_vec4 __attribute__((vector_size(16)));
typedef float sft_vec4_anywhere __attribute__((vector_size(16), aligned(4), may_alias));

static inline sft_vec4 sft__max4(sft_vec4 a, sft_vec4 b)
{
    for (int i = 0; i < 4; i++) a[i] = a[i] > b[i] ? a[i] : b[i];
    return a;
}

/* d where y > 0 */
static inline sft_vec4 sft__keep4(sft_vec4 d, sft_vec4 y)
{
    for (int i = 0; i < 4; i++) d[i] = y[i] > 0 ? d[i] : 0;
    return d;
}

#endif
