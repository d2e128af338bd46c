/* SPDX-License-Identifier: MIT */
/* Random orthogonal matrices, for orthogonal, delta_orthogonal and lsuv. */
#ifndef SFT_INIT_ORTHOGONAL_H
#define SFT_INIT_ORTHOGONAL_H

#include "init/fill.h"

typedef struct sft_orthogonal_conf {
    double gain;
    int    nonlinearity;
} sft_orthogonal_conf;

extern const sft_field sft__orthogonal_fields[];
double                 sft__orthogonal_gain(const sft_orthogonal_conf *k, const sft_init_call *call);

/* m (rows x cols, dense) = gain Q with orthonormal rows or columns, whichever are fewer, Q uniform over all such (Haar's measure).
 * work has room for rows x cols numbers. */
void sft__draw_orthogonal(sft_stream *random, int64_t rows, int64_t cols, double gain, real *m, real *work);

#endif
