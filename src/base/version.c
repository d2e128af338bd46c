/* SPDX-License-Identifier: MIT */
/* What this build is: version, compiled-in libraries, type of numbers, instruction set of the machine. */
#include "surefoot.h"

#ifdef SFT_HAVE_ONEDNN
#include <dnnl_version.h>
#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)
#define KERNELS                                                                                    \
    "oneDNN " TEXT(DNNL_VERSION_MAJOR) "." TEXT(DNNL_VERSION_MINOR) "." TEXT(DNNL_VERSION_PATCH)
#else
#define KERNELS "without oneDNN"
#endif

#ifdef SFT_REAL_DOUBLE
#define NUMBERS "double"
#else
#define NUMBERS "float"
#endif

#define ABOUT(isa) "surefoot " SFT_VERSION " (" KERNELS ", " NUMBERS ", " isa ")"

const char *sft_version(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))
        return ABOUT("x86-64 AVX-512");
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return ABOUT("x86-64 AVX2");
    if (__builtin_cpu_supports("avx"))
        return ABOUT("x86-64 AVX");
    return ABOUT("x86-64 SSE2");
#elif defined(__aarch64__)
    return ABOUT("AArch64 NEON");
#else
    return ABOUT("generic");
#endif
}
