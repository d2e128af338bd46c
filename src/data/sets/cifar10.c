/* SPDX-License-Identifier: MIT */
/* Data source `cifar10`: the archive that `surefoot data get cifar10` fetches, unpacked. */
#include "data/remote.h"
#include "data/sources.h"

static const char *const members[] = { "data_batch_1.bin", "data_batch_2.bin",
                                       "data_batch_3.bin", "data_batch_4.bin",
                                       "data_batch_5.bin", "test_batch.bin",
                                       "batches.meta.txt", NULL };

static const sft_remote_file files[] = {
    { .name = "cifar-10-binary.tar.gz",
      .url = { "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz" },
      .size = 170052171,
      .sha256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
      .members = members },
    { 0 },
};

static sft_status open_cifar10(sft_ctx *c, const void *conf, const char *place, sft_pos pos,
                               sft_raw *raw)
{
    (void)conf, (void)place;
    return sft__open_cached(c, "cifar10", &sft__source_cifar, pos, raw);
}

const sft_source sft__source_cifar10 = {
    .name = "cifar10",
    .aliases = "cifar-10",
    .doc =
        "CIFAR-10, colour images of 32x32 pixels in ten classes: 50,000 to train and 10,000 to test; `surefoot data get "
        "cifar10` fetches it",
    .open = open_cifar10,
    .files = files,
};
