/* SPDX-License-Identifier: MIT */
/* AVX-512; what the words mean is in set_plain.h. */
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
#define KEEP(d, y)   _mm512_maskz_mov_ps(_mm512_cmp_ps_mask((y), _mm512_setzero_ps(), _CMP_GT_OQ), (d))
