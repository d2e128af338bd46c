/* SPDX-License-Identifier: MIT */
/* Data source `mnist`: the four files that `surefoot data get mnist` fetches. */
#include "data/remote.h"
#include "data/sources.h"

#define AT(file, bytes, sum)                                                                       \
    {                                                                                              \
        .name = file, .size = bytes, .sha256 = sum, .url = {                                       \
            "https://ossci-datasets.s3.amazonaws.com/mnist/" file,                                 \
            "https://storage.googleapis.com/cvdf-datasets/mnist/" file                             \
        }                                                                                          \
    }

static const sft_remote_file files[] = {
    AT("train-images-idx3-ubyte.gz", 9912422,
       "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
    AT("train-labels-idx1-ubyte.gz", 28881,
       "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
    AT("t10k-images-idx3-ubyte.gz", 1648877,
       "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
    AT("t10k-labels-idx1-ubyte.gz", 4542,
       "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    { 0 },
};

static sft_status open_mnist(sft_ctx *c, const void *conf, const char *place, sft_pos pos,
                             sft_raw *raw)
{
    (void)conf, (void)place;
    return sft__open_cached(c, "mnist", &sft__source_idx, pos, raw);
}

const sft_source sft__source_mnist = {
    .name = "mnist",
    .doc =
        "MNIST, handwritten digits of 28x28 pixels: 60,000 to train and 10,000 to test; `surefoot data get mnist` "
        "fetches it",
    .open = open_mnist,
    .files = files,
};
