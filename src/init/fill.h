/* SPDX-License-Identifier: MIT */
/* What initialisers share: filling with one distribution, and the deviations by
 * Glorot and He. */
#ifndef SFT_INIT_FILL_H
#define SFT_INIT_FILL_H

#include "init/init.h"

void sft__fill_constant(const sft_init_call *call, double value);
void sft__fill_uniform(const sft_init_call *call, double low, double high);
void sft__fill_normal(const sft_init_call *call, double mean, double std);
/* Zero mean and the given standard deviation; biases get zero, the weights break the symmetry. */
void sft__fill_weights_uniform(const sft_init_call *call, double std);
void sft__fill_weights_normal(const sft_init_call *call, double std);

double sft__xavier_std(const sft_init_call *call,
                       double               gain);               /* gain sqrt(2 / (fan_in + fan_out)) */
double sft__kaiming_std(int64_t fan, double gain); /* gain / sqrt(fan) */

typedef struct sft_xavier {
    double gain;
} sft_xavier;

extern const sft_field sft__xavier_fields[];

typedef struct sft_kaiming {
    int    mode, nonlinearity;
    double a;
} sft_kaiming;

extern const sft_field sft__kaiming_fields[];
extern const char *const sft__nonlinearities[];
double                 sft__gain_of(int nonlinearity, double a, double next); /* index into them; a: leaky_relu's slope */
double                 sft__kaiming_conf_std(const sft_kaiming *k, const sft_init_call *call);

#endif
