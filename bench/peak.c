/* SPDX-License-Identifier: MIT */
/* What the processor can do at most: independent chains of fused multiply-adds on the widest vectors, every thread at once. */
#include "bench.h"

#include "base/io.h"
#include "base/team.h"

#include <stdlib.h>

enum { CHAINS = 12, ROUNDS = 20000 };

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("avx2,fma"))) static float chains_avx2(void)
{
    __m256 a[CHAINS], x = _mm256_set1_ps(0.999999f), y = _mm256_set1_ps(1e-7f);
    for (int k = 0; k < CHAINS; k++)
        a[k] = _mm256_set1_ps((float)k);
    for (int i = 0; i < ROUNDS; i++)
        for (int k = 0; k < CHAINS; k++)
            a[k] = _mm256_fmadd_ps(a[k], x, y);
    for (int k = 1; k < CHAINS; k++)
        a[0] = _mm256_add_ps(a[0], a[k]);
    return _mm256_cvtss_f32(a[0]);
}

__attribute__((target("avx512f"))) static float chains_avx512(void)
{
    __m512 a[CHAINS], x = _mm512_set1_ps(0.999999f), y = _mm512_set1_ps(1e-7f);
    for (int k = 0; k < CHAINS; k++)
        a[k] = _mm512_set1_ps((float)k);
    for (int i = 0; i < ROUNDS; i++)
        for (int k = 0; k < CHAINS; k++)
            a[k] = _mm512_fmadd_ps(a[k], x, y);
    for (int k = 1; k < CHAINS; k++)
        a[0] = _mm512_add_ps(a[0], a[k]);
    return _mm512_cvtss_f32(a[0]);
}

static float chains(int *lanes)
{
    if (__builtin_cpu_supports("avx512f")) {
        *lanes = 16;
        return chains_avx512();
    }
    *lanes = __builtin_cpu_supports("fma") ? 8 : 0;
    return *lanes ? chains_avx2() : 0;
}
#else
static float chains(int *lanes)
{
    *lanes = 0;                 /* unknown here: the table then shows no share of the peak */
    return 0;
}
#endif

typedef struct peak_job {
    double flops[64];
    float  sink[64];
} peak_job;

static void work(void *arg, int thread, int threads)
{
    (void)threads;
    peak_job *j = arg;
    int lanes = 0;
    j->sink[thread] += chains(&lanes);
    j->flops[thread] = 2.0 * lanes * CHAINS * ROUNDS;
}

typedef struct peak_run {
    sft_team *team;
    peak_job  job;
} peak_run;

static void once(void *arg)
{
    peak_run *r = arg;
    sft__team_run(r->team, work, &r->job);
}

double bench_peak(int threads)
{
    sft_ctx *c = sft_open(&(sft_config){ .threads = threads });
    peak_run r = { .team = sft__ctx_team(c) };
    bench_time t = bench_measure(once, &r, 0.3);
    double flops = 0;
    for (int i = 0; i < sft__team_size(r.team); i++)
        flops += r.job.flops[i];
    sft_close(c);
    return flops / t.best;
}
