/* SPDX-License-Identifier: MIT */
/* What the products of all kernels here are made of: up to MR rows of two vectors in registers. Included once for each kernel and
 * instruction set; the includer defines NAME(word), and one of the headers set_*.h what it computes with. set_end.h takes all of it
 * back. */

#define P (2 * VL)              /* width of a panel */
#define INLINE static inline __attribute__((always_inline)) TARGET

#ifndef UNROLL
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif
#endif

/* acc[m][] += a[m * a_tile] times the vectors at b and b + b_next, count times */
INLINE void NAME(accumulate)(const int m, const int nv, int64_t count, const float *a,
                             int64_t a_tile, int64_t a_step, const float *b, int64_t b_step, int64_t b_next,
                             vec acc[][2])
{
    for (int64_t i = 0; i < count; i++) {
        vec b0 = LOAD(b), b1 = b0;
        if (nv == 2)
            b1 = LOAD(b + b_next);
        UNROLL
        for (int j = 0; j < m; j++) {
            vec s = SPREAD(a[j * a_tile]);
            acc[j][0] = FMA(s, b0, acc[j][0]);
            if (nv == 2)
                acc[j][1] = FMA(s, b1, acc[j][1]);
        }
        a += a_step;
        b += b_step;
    }
}

INLINE void NAME(store)(const int m, const int nv, vec acc[][2], float *to, int64_t step)
{
    UNROLL
    for (int i = 0; i < m; i++) {
        STORE(to + i * step, acc[i][0]);
        if (nv == 2)
            STORE(to + i * step + VL, acc[i][1]);
    }
}

/* Calls a tile with its height as a constant, 1 to MR. */
#if MR > 6
#define HIGH(call) CASE(7, call) CASE(8, call) CASE(9, call) CASE(10, call) CASE(11, call) CASE(12, call)
#else
#define HIGH(call)
#endif
#define HEIGHTS(m, call)                                                                           \
    switch (m) {                                                                                   \
        CASE(1, call) CASE(2, call) CASE(3, call) CASE(4, call) CASE(5, call) CASE(6, call)        \
        HIGH(call)                                                                                 \
    }
#define CASE(height, call)                                                                         \
    case height: {                                                                                 \
        const int m = height;                                                                      \
        call;                                                                                      \
        break;                                                                                     \
    }

/* Where tile t begins when `count` things are cut into ceil(count / MR) tiles of nearly equal height, the higher ones first. */
INLINE int64_t NAME(cut)(int64_t count, int64_t t)
{
    int64_t tiles = (count + MR - 1) / MR, low = count / tiles, higher = count % tiles;
    return t * low + (t < higher ? t : higher);
}
