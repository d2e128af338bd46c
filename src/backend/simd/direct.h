/* SPDX-License-Identifier: MIT */
/* What a convolution by its definition hands to its tiles: one sample, padded, and where its pieces lie.
 *
 *   y[n,p] = b[n] + sum over taps t and channels c of w[t,c,n] x[c, p + t]
 * for the outputs p of a grid, which read places `pixel` and `row` apart. Forward this grid is the output, and neighbours are a stride apart.
 * Back, dx of stride s falls into s x s grids, each of which reads neighbours in dy and knows some of the taps.
 *   dw[t,c,n] = sum over p of x[c, p + t] dy[n,p]
 * Channels that come as planes are taps, too: a plane apart, and one channel to each. */
#ifndef SFT_BACKEND_SIMD_DIRECT_H
#define SFT_BACKEND_SIMD_DIRECT_H

#include <stdbool.h>
#include <stdint.h>

typedef struct sft_direct_tap {
    int64_t at;                   /* where what it meets lies, in numbers from an output's first place */
    int64_t index;                /* in the weights; ascending */
} sft_direct_tap;

typedef struct sft_direct_job {
    int64_t               channels, filters; /* of x, of y; filters in whole vectors */
    const float          *x;      /* the first output's first place */
    int64_t               runs, run, count; /* channels come in so many runs, `run` numbers apart, of `count` that lie together; the
                                   * last one may have fewer */
    int64_t               row, pixel; /* from what an output reads to what its neighbours below and beside it read */
    const sft_direct_tap *tap;
    int64_t               taps, all; /* of this grid; in the weights */
    const float          *w;      /* matrix (all taps x channels) x filters in panels */
    const float          *bias;   /* filters; NULL: none */
    float                *y;      /* the grid's first output */
    int64_t               out[2], y_row, y_pixel; /* its size; numbers between neighbours */
    int64_t               lane, plane; /* filters in a block of y; numbers in it */
    bool                  relu, add; /* y = max(y, 0); y += */
    const float          *dy;     /* like y, for the gradient, and from here on what that one writes */
    float                *dw, *db; /* like w; filters, or NULL */
    bool                  more;   /* +=: not the first sample */
} sft_direct_job;

typedef struct sft_direct_tiles {
    const char *name;
    int64_t     lane;             /* floats in a vector */
    void (*apply)(const sft_direct_job *);
    void (*gradient)(const sft_direct_job *);
} sft_direct_tiles;

/* Tiles that this processor can run, best first; NULL past the end. */
const sft_direct_tiles *sft__direct_tiles(int i);

#endif
