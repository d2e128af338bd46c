/* SPDX-License-Identifier: MIT */
/* AVX2 with FMA; what the words mean is in set_plain.h. */
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
