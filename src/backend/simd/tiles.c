/* SPDX-License-Identifier: MIT */
/* The linear kernel's tiles for plain C (vectors of four), AVX2 with FMA, and AVX-512. */
#include "backend/simd/linear.h"

#include <math.h>
#include <string.h>
#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define WIDE 1
#endif

#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

#define DEPTH 256
#define SLICE 48

/* to[j][i] = from[i][j] for i < m, j < n; add: += */
static void transpose_plain(int64_t m, int64_t n, const float *from, int64_t from_step, float *to,
                            int64_t to_step, bool add)
{
    for (int64_t j = 0; j < n; j++)
        for (int64_t i = 0; i < m; i++)
            to[j * to_step + i] = from[i * from_step + j] + (add ? to[j * to_step + i] : 0.0f);
}

/* ---- plain C ------------------------------------------------------------------------------- */

typedef float vec4 __attribute__((vector_size(16)));
typedef float vec4_anywhere __attribute__((vector_size(16), aligned(4), may_alias));

#define NAME(word) base_##word
#define ISA        "plain C"
#define VL         4
#define MR         6
#define TARGET
#define vec          vec4
#define LOAD(p)      (*(const vec4_anywhere *)(p))
#define STORE(p, v)  (*(vec4_anywhere *)(p) = (v))
#define SPREAD(s)    ((vec4){ (s), (s), (s), (s) })
#define FMA(a, b, c) ((a) * (b) + (c))
#define MAX(a, b)    base_max((a), (b))
#define KEEP(d, y)   base_keep((d), (y))

static inline vec4 base_max(vec4 a, vec4 b)
{
    for (int i = 0; i < 4; i++) a[i] = a[i] > b[i] ? a[i] : b[i];
    return a;
}

static inline vec4 base_keep(vec4 d, vec4 y)
{
    for (int i = 0; i < 4; i++) d[i] = y[i] > 0 ? d[i] : 0;
    return d;
}

#define TRANSPOSE transpose_plain
#include "backend/simd/tiles.h"
#undef NAME
#undef ISA
#undef VL
#undef MR
#undef TARGET
#undef vec
#undef LOAD
#undef STORE
#undef SPREAD
#undef FMA
#undef MAX
#undef KEEP
#undef TRANSPOSE

#ifdef WIDE
/* ---- AVX2 ---------------------------------------------------------------------------------- */

#define NAME(word)   avx2_##word
#define ISA          "AVX2"
#define VL           8
#define MR           6
#define TARGET       __attribute__((target("avx2,fma")))
#define vec          __m256
#define LOAD(p)      _mm256_loadu_ps(p)
#define STORE(p, v)  _mm256_storeu_ps((p), (v))
#define SPREAD(s)    _mm256_set1_ps(s)
#define FMA(a, b, c) _mm256_fmadd_ps((a), (b), (c))
#define MAX(a, b)    _mm256_max_ps((a), (b))
#define KEEP(d, y)   _mm256_and_ps((d), _mm256_cmp_ps((y), _mm256_setzero_ps(), _CMP_GT_OQ))

/* Eight rows of eight in registers: pairs, fours, halves. */
TARGET static inline void transpose_8x8(const float *from, int64_t from_step, float *to,
                                        int64_t to_step, bool add)
{
    __m256 r[8], t[8];
    UNROLL
    for (int i = 0; i < 8; i++) r[i] = _mm256_loadu_ps(from + i * from_step);
    UNROLL
    for (int i = 0; i < 8; i += 2) {
        t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
        t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
    }
    UNROLL
    for (int i = 0; i < 8; i += 4) {
        r[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
        r[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
        r[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
        r[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
    }
    UNROLL
    for (int i = 0; i < 4; i++) {
        t[i] = _mm256_permute2f128_ps(r[i], r[i + 4], 0x20);
        t[i + 4] = _mm256_permute2f128_ps(r[i], r[i + 4], 0x31);
    }
    UNROLL
    for (int i = 0; i < 8; i++) {
        float *at = to + i * to_step;
        _mm256_storeu_ps(at, add ? _mm256_add_ps(t[i], _mm256_loadu_ps(at)) : t[i]);
    }
}

TARGET static void avx2_transpose(int64_t m, int64_t n, const float *from, int64_t from_step,
                                  float *to, int64_t to_step, bool add)
{
    int64_t m8 = m - m % 8, n8 = n - n % 8;
    for (int64_t i = 0; i < m8; i += 8)
        for (int64_t j = 0; j < n8; j += 8)
            transpose_8x8(from + i * from_step + j, from_step, to + j * to_step + i, to_step, add);
    transpose_plain(m8, n - n8, from + n8, from_step, to + n8 * to_step, to_step, add);
    transpose_plain(m - m8, n, from + m8 * from_step, from_step, to + m8, to_step, add);
}

#define TRANSPOSE avx2_transpose
#include "backend/simd/tiles.h"
#undef NAME
#undef ISA
#undef VL
#undef MR
#undef TARGET
#undef vec
#undef LOAD
#undef STORE
#undef SPREAD
#undef FMA
#undef MAX
#undef KEEP
#undef TRANSPOSE

/* ---- AVX-512 ------------------------------------------------------------------------------- */

#define NAME(word)   avx512_##word
#define ISA          "AVX-512"
#define VL           16
#define MR           12
#define TARGET       __attribute__((target("avx512f,avx2,fma")))
#define vec          __m512
#define LOAD(p)      _mm512_loadu_ps(p)
#define STORE(p, v)  _mm512_storeu_ps((p), (v))
#define SPREAD(s)    _mm512_set1_ps(s)
#define FMA(a, b, c) _mm512_fmadd_ps((a), (b), (c))
#define MAX(a, b)    _mm512_max_ps((a), (b))
#define KEEP(d, y)                                                                                 \
    _mm512_maskz_mov_ps(_mm512_cmp_ps_mask((y), _mm512_setzero_ps(), _CMP_GT_OQ), (d))

#define TRANSPOSE avx2_transpose
#include "backend/simd/tiles.h"
#endif

const sft_linear_tiles *sft__linear_tiles(int i)
{
#ifdef WIDE
    __builtin_cpu_init();
    bool fma = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (fma && __builtin_cpu_supports("avx512f") && i-- == 0) return &avx512_tiles;
    if (fma && i-- == 0) return &avx2_tiles;
#endif
    return i == 0 ? &base_tiles : NULL;
}

int64_t sft__linear_stored(const sft_linear_tiles *t, int64_t k, int64_t n)
{
    return (n + t->lane - 1) / t->lane * t->lane * k;
}

int64_t sft__linear_place(const sft_linear_tiles *t, int64_t k, int64_t n, int64_t out, int64_t in)
{
    int64_t wide = 2 * t->lane, first = out / wide * wide;
    int64_t width = n - first > t->lane ? wide : t->lane;
    return first * k + in * width + out - first;
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
