/* SPDX-License-Identifier: MIT */
/* The five workloads; bench/peers.py times the same in PyTorch. */
#include "bench.h"

#include <string.h>

static const bench_workload list[] = {
    { "W1", "MLP 40-100-100-10, batch 100, Adam", "linear 100 | relu | linear 100 | relu | linear 10", { 1, { 40 } }, 100, "adam lr=1e-3", 4000 },
    { "W2", "MLP 784-512-512-10 BatchNorm, batch 128, Adam", "repeat 2 ( linear 512 | batchnorm | relu ) | linear 10", { 1, { 784 } }, 128,
      "adam lr=1e-3", 8000 },
    { "W3", "MLP 784-(20x256 BatchNorm)-10, batch 128, momentum", "repeat 20 ( linear 256 | batchnorm | relu ) | linear 10", { 1, { 784 } },
      128, "sgd lr=0.01 momentum=0.9", 8000 },
    { "W4", "conv32-conv64-pool-linear128-10, 28x28, batch 64, Adam",
      "conv2d 32 kernel_size=3 | relu | conv2d 64 kernel_size=3 | relu | maxpool 2 | dropout 0.25 | flatten | linear 128 | relu | "
      "dropout 0.5 | linear 10", { 3, { 1, 28, 28 } }, 64, "adam lr=1e-3", 8000 },
    { "W5", "ResNet-20, 3x32x32, batch 128, momentum, decay", "resnet20", { 3, { 3, 32, 32 } }, 128,
      "sgd lr=0.01 momentum=0.9 weight_decay=1e-4", 12000 },
};

const bench_workload *bench_workload_at(int i)
{
    return i >= 0 && i < (int)(sizeof list / sizeof *list) ? &list[i] : NULL;
}

const bench_workload *bench_workload_find(const char *name)
{
    for (int i = 0; bench_workload_at(i); i++)
        if (!strcmp(list[i].name, name))
            return &list[i];
    return NULL;
}
