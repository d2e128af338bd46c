/* SPDX-License-Identifier: MIT */
/* What the linear kernel hands to its tiles: sizes and pointers of one shard. */
#ifndef SFT_BACKEND_SIMD_LINEAR_H
#define SFT_BACKEND_SIMD_LINEAR_H

#include <stdbool.h>
#include <stdint.h>

typedef struct sft_linear_job {
    int64_t      rows, k, n;      /* samples, inputs, outputs */
    const float *x, *w, *bias;    /* rows x k; panels; n or NULL */
    float       *y, *dy;          /* rows x n */
    float       *dx, *dw, *dbias; /* rows x k; panels; n or NULL */
    bool         relu;            /* fused: y = max(y, 0) */
    bool         add;             /* dx += */
    float       *scratch;
} sft_linear_job;

typedef struct sft_linear_tiles {
    const char *name;
    int64_t     lane; /* floats in a vector; panels are two wide */
    void (*forward)(const sft_linear_job *);
    void (*prepare_dy)(const sft_linear_job *); /* through a fused relu; dbias */
    void (*dx)(const sft_linear_job *);
    void (*dw)(const sft_linear_job *);
} sft_linear_tiles;

/* Tiles that this processor can run, best first; NULL past the end. */
const sft_linear_tiles *sft__linear_tiles(int i);

/* Numbers that the weights (n,k) take as stored, and where one of them lies. */
int64_t sft__linear_stored(const sft_linear_tiles *t, int64_t k, int64_t n);
int64_t sft__linear_place(const sft_linear_tiles *t, int64_t k, int64_t n, int64_t out, int64_t in);
/* Numbers of scratch: for each row, and beside. */
int64_t sft__linear_scratch_row(const sft_linear_tiles *t);
int64_t sft__linear_scratch_fixed(const sft_linear_tiles *t, int64_t n);

#endif
