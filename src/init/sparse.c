/* SPDX-License-Identifier: MIT */
/* Few weights that are not zero (Martens, 2010): units are driven by few inputs and do not saturate. */
#include "init/fill.h"

#include <math.h>

typedef struct conf {
    double sparsity, std;
} conf;

static const sft_field fields[] = {
    { "sparsity", SFT_REAL, offsetof(conf, sparsity), 0.9, 0, 1, .doc = "share of zeros among the weights of each input",
      .flags = SFT_MAIN | SFT_BELOW_HIGH },
    { "std", SFT_REAL, offsetof(conf, std), 0.01, 0, 1e6, .doc = "standard deviation of the others", .aliases = "stddev sd sigma",
      .flags = SFT_LOG },
    SFT_FIELD_END
};

/* Of the weights that leave one input, ceil(sparsity rows) are zero: each row in turn is taken with the chance that all choices
 * are equally likely (Knuth's selection sampling). */
static void thin_out(sft_stream *random, int64_t rows, int64_t cols, int64_t zeros, real *column)
{
    for (int64_t r = 0; r < rows && zeros > 0; r++) {
        if (sft__below(random, (uint64_t)(rows - r)) >= (uint64_t)zeros) continue;
        column[r * cols] = 0;
        zeros--;
    }
}

static void fill(const void *conf_, const sft_init_call *call)
{
    const conf *k = conf_;
    if (call->bias || call->count == 0) {
        sft__fill_constant(call, 0);
        return;
    }
    int64_t rows = call->shape.rank ? call->shape.dim[0] : 1, cols = call->count / rows;
    sft__fill_normal(call, 0, k->std);
    for (int64_t c = 0; c < cols; c++)
        thin_out(call->random, rows, cols, (int64_t)ceil(k->sparsity * (double)rows), call->values + c);
}

const sft_init sft_init_sparse = {
    .name = "sparse",
    .aliases = "sparse_",
    .doc = "few weights that are not zero, the same number for each input",
    .math = "N(0, std^2) with ceil(sparsity rows) zeros a column; Martens 2010, torch.nn.init.sparse_",
    .conf_size = sizeof(conf),
    .fields = fields,
    .fill = fill,
};
