/* SPDX-License-Identifier: MIT */
/* SFT_HOT before a function: compiled for several instruction sets, the best one the machine has is taken at load time.
 * With -ffp-contract=off all of them give the same bits. */
#ifndef SFT_BASE_HOT_H
#define SFT_BASE_HOT_H

#include <limits.h>             /* __GLIBC__ */

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SFT_SANITIZED 1         /* sanitizers are not ready yet when the choice is made */
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SFT_SANITIZED 1
#endif

/* Not with clang: it gives the resolver of a static function an external name, and two files with one name do not link. */
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(SFT_SANITIZED) && defined(__GNUC__) && !defined(__clang__)
#define SFT_HOT __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define SFT_HOT
#endif

/* For bodies that several SFT_HOT functions share: they must be compiled inside each version. */
#if defined(__GNUC__)
#define SFT_INLINE static inline __attribute__((always_inline))
#else
#define SFT_INLINE static inline
#endif

/* Before a loop whose arrays are the same or apart, never shifted: no check for overlap, so in place is as fast. (Clang's pragma
 * of this kind also warns of loops that it cannot vectorise.) */
#if defined(__GNUC__) && !defined(__clang__)
#define SFT_APART _Pragma("GCC ivdep")
#else
#define SFT_APART
#endif

#endif
