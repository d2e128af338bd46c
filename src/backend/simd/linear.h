/* SPDX-License-Identifier: MIT */
/* What the linear kernel hands to its tiles: sizes and pointers of each shard. */
#ifndef SFT_BACKEND_SIMD_LINEAR_H
#define SFT_BACKEND_SIMD_LINEAR_H

#include <stdbool.h>
#include <stdint.h>

enum {
    SFT_LINEAR_COLUMNS = 24, /* of x that are brought together at a time */
    SFT_MAX_TREE = 64,       /* shards of one call, neighbours in the tree */
    SFT_TREE_DEPTH = 7       /* sums that wait for a neighbour, at most */
};

typedef struct sft_linear_job {
    int64_t      rows, k, n;      /* samples, inputs, outputs */
    const float *x, *w, *bias;    /* rows x k; panels; n or NULL */
    float       *y, *dy;          /* rows x n */
    float       *dx, *dw, *dbias; /* rows x k; panels; n or NULL */
    bool         relu;            /* fused: y = max(y, 0) */
    bool         add;             /* dx += */
    float       *scratch;         /* of the thread */
    float       *own, *own_x;     /* of this shard: rows x the panels' width, rows x SFT_LINEAR_COLUMNS */
    bool         lower;           /* forward: a panel's rows from its first output on only */
} sft_linear_job;

typedef struct sft_linear_tiles {
    const char *name;
    int64_t     lane; /* floats in a vector; panels are two wide */
    void (*forward)(const sft_linear_job *, int count); /* of so many shards */
    void (*prepare_dy)(const sft_linear_job *); /* through a fused relu; dbias */
    void (*dx)(const sft_linear_job *);
    void (*dw)(const sft_linear_job *, int count); /* into the first one's dw: the sum along the tree of shards */
} sft_linear_tiles;

/* Tiles that this processor can run, best first; NULL past the end. */
const sft_linear_tiles *sft__linear_tiles(int i);

/* Numbers that the weights (n,k) take as stored, and where one of them lies. */
int64_t sft__linear_stored(const sft_linear_tiles *t, int64_t k, int64_t n);
int64_t sft__linear_place(const sft_linear_tiles *t, int64_t k, int64_t n, int64_t out, int64_t in);
/* Numbers of job.own for each row, and of job.scratch. */
int64_t sft__linear_own_row(const sft_linear_tiles *t, int64_t n);
int64_t sft__linear_scratch(const sft_linear_tiles *t, int64_t n);

#endif
