/* SPDX-License-Identifier: MIT */
/* What the convolution of 3x3 kernels hands to its tiles: sizes and pointers of one shard.
 *
 * Winograd's F(2x2,3x3) (Lavin and Gray, "Fast algorithms for convolutional neural networks", 2016, section 4.1). The output is cut into
 * tiles of 2x2, each of which reads 4x4 of the input. With d such a piece of the input, g a filter and * number by number
 *   y = A' [ sum over channels of (G g G') * (B' d B) ] A
 *         | 1  0 -1  0 |        | 1   0   0  |         | 1  1  1  0 |
 *   B' =  | 0  1  1  0 |   G =  | 1/2 1/2 1/2|   A' =  | 0  1 -1 -1 |
 *         | 0 -1  1  0 |        | 1/2-1/2 1/2|
 *         | 0  1  0 -1 |        | 0   0   1  |
 * so that four outputs take 16 products a channel and filter, where the definition takes 36; all of them together are 16 products of
 * matrices, one for each place of the 4x4. The gradients are the exact derivatives of this:
 *   dg = G' [ sum over tiles of (A dy A') * (B' d B) ] G,   dx: the same convolution of dy with the filters turned by half a turn.
 * An output depends on the nine inputs under its filter alone, bit for bit: where these are 0 it is 0, and no NaN gets further. */
#ifndef SFT_BACKEND_SIMD_WINOGRAD_H
#define SFT_BACKEND_SIMD_WINOGRAD_H

#include <stdbool.h>
#include <stdint.h>

enum { SFT_WINOGRAD_PLACES = 16 };

typedef struct sft_winograd_job {
    int64_t      rows, lane;      /* samples; channels of one block of x and y, a multiple of the vector */
    int64_t      channels, filters; /* of x, of y: multiples of the vector */
    int64_t      in[2], out[2];   /* sizes of x and y, out at least 1 */
    int64_t      before[2];       /* rows and columns of zeros before x; behind it as many as are missing */
    int64_t      strips;          /* rows of tiles that are worked on at a time */
    const float *x;
    const float *u;               /* the filters transformed: 16 matrices channels x filters, in panels */
    const float *bias;            /* filters; NULL: none */
    float       *y;
    bool         relu, add;       /* y = max(y, 0); y += */
    const float *dy;              /* like y, for the gradient, and from here on what that one writes */
    float       *dw, *db;         /* [3][3][channels][filters]; filters, or NULL */
    float       *du;              /* scratch like u */
    float       *v, *m;           /* scratch: 16 times sft__winograd_plane(…, channels) and (…, filters) numbers */
} sft_winograd_job;

typedef struct sft_winograd_tiles {
    const char *name;
    int64_t     lane;             /* floats in a vector */
    void (*filters)(int64_t channels, int64_t filters, const float *w, float *u); /* w like dw */
    void (*apply)(const sft_winograd_job *);
    void (*gradient)(const sft_winograd_job *);
} sft_winograd_tiles;

/* Tiles that this processor can run, best first; NULL past the end. */
const sft_winograd_tiles *sft__winograd_tiles(int i);

/* Rows of tiles to take at a time: what is worked on stays in the second cache, and the filters are not fetched too often. */
int64_t sft__winograd_strips(int64_t channels, int64_t filters, const int64_t out[2]);
/* Numbers that one of the 16 matrices takes whose columns are `columns` channels. */
int64_t sft__winograd_plane(const sft_winograd_job *j, int64_t columns);

/* Tiles along an axis of so many outputs. */
static inline int64_t sft__winograd_halves(int64_t outputs) { return (outputs + 1) / 2; }

/* A row of tiles: its sample, and its first row of outputs. */
typedef struct sft_winograd_strip {
    int64_t sample, y;
} sft_winograd_strip;

static inline sft_winograd_strip sft__winograd_strip(const sft_winograd_job *j, int64_t i)
{
    int64_t high = sft__winograd_halves(j->out[0]);
    return (sft_winograd_strip){ i / high, i % high * 2 };
}

/* Where in y or dy the first output of a strip lies, filter n. */
static inline int64_t sft__winograd_place(const sft_winograd_job *j, int64_t strip, int64_t n)
{
    sft_winograd_strip at = sft__winograd_strip(j, strip);
    return ((at.sample * j->filters + n / j->lane * j->lane) * j->out[0] + at.y * j->lane) * j->out[1] + n % j->lane;
}

#endif
