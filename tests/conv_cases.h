/* SPDX-License-Identifier: MIT */
/* Convolutions on which every kernel is tried. */
#ifndef SFT_TESTS_CONV_CASES_H
#define SFT_TESTS_CONV_CASES_H

#include "tensor/tensor.h"

static const struct {
    const char *op, *options;
    sft_shape   in;
    const char *act;
    int64_t     rows;
} conv_case[] = {
    { "conv2d", "32", { 3, { 1, 28, 28 } }, "relu", 4 },
    { "conv2d", "16 kernel_size=5x3 stride=2x1 padding=2x1 dilation=1x2", { 3, { 1, 11, 13 } }, "relu", 3 },
    { "conv2d", "8 kernel_size=4 bias=false", { 3, { 2, 9, 9 } }, NULL, 2 },
    { "conv2d", "64", { 3, { 32, 13, 13 } }, "relu", 3 },
    { "conv2d", "16 padding=1 bias=false", { 3, { 3, 32, 32 } }, NULL, 2 },
    { "conv2d", "16 padding=1 bias=false", { 3, { 16, 16, 16 } }, NULL, 5 },
    { "conv2d", "48 padding=1", { 3, { 16, 7, 9 } }, "relu", 3 },
    { "conv2d", "16 padding=2", { 3, { 32, 5, 8 } }, "tanh", 4 },
    { "conv2d", "24 padding=0x1", { 3, { 8, 6, 5 } }, NULL, 7 },
    { "conv2d", "40 padding=same", { 3, { 24, 4, 40 } }, "leaky_relu", 2 },
    { "conv2d", "64 padding=1", { 3, { 128, 4, 4 } }, "relu", 16 },
    { "conv2d", "32 padding=1 stride=2 bias=false", { 3, { 16, 16, 16 } }, NULL, 4 },
    { "conv2d", "32 kernel_size=1 stride=2", { 3, { 16, 16, 16 } }, NULL, 4 },
    { "conv2d", "64 kernel_size=1", { 3, { 32, 7, 9 } }, "tanh", 1 },
    { "conv2d", "8 kernel_size=5x3 padding=2x1", { 3, { 8, 9, 11 } }, "relu", 2 },
    { "conv2d", "24 kernel_size=7 stride=2 padding=3", { 3, { 3, 21, 19 } }, "relu", 2 },
    { "conv2d", "16 padding=2 dilation=2", { 3, { 8, 12, 10 } }, NULL, 3 },
    { "conv2d", "16 kernel_size=2 padding=same", { 3, { 8, 6, 7 } }, "sigmoid", 2 },
    { "conv2d", "10 kernel_size=3", { 3, { 20, 8, 8 } }, "relu", 2 },
    { "conv2d", "7 kernel_size=3 stride=3 padding=1", { 3, { 5, 11, 8 } }, NULL, 3 },
    { "conv2d", "16 groups=2 padding=1", { 3, { 16, 7, 7 } }, NULL, 2 },
    { "conv2d", "32 groups=32 padding=1", { 3, { 32, 9, 9 } }, "relu", 2 },
    { "conv2d", "6 groups=3", { 3, { 9, 6, 6 } }, NULL, 2 },
    { "conv2d", "1 kernel_size=1", { 3, { 1, 1, 1 } }, NULL, 1 },
    { "conv2d", "48", { 3, { 40, 5, 5 } }, "leaky_relu", 64 },
    { "conv1d", "25 kernel_size=5 stride=2 padding=1", { 2, { 1, 40 } }, "relu", 50 },
    { "conv1d", "25 kernel_size=3 stride=2 padding=1", { 2, { 25, 19 } }, "relu", 50 },
    { "conv1d", "16 kernel_size=5", { 2, { 8, 31 } }, "relu", 7 },
    { "conv1d", "32 kernel_size=3 padding=same dilation=2", { 2, { 16, 17 } }, NULL, 9 },
    { "conv1d", "8 kernel_size=1", { 2, { 8, 5 } }, NULL, 1 },
    { "conv2d", "16 kernel_size=5x3 stride=2x1 padding=2x1 dilation=1x2", { 3, { 32, 11, 13 } }, "relu", 3 },
    { "conv2d", "24 kernel_size=2 stride=3", { 3, { 8, 11, 10 } }, NULL, 2 }, /* some inputs meet nothing */
    { "conv2d", "40 kernel_size=5 stride=2 padding=4", { 3, { 24, 9, 7 } }, "tanh", 3 },
    { "conv2d", "48 kernel_size=3 stride=2 padding=1 bias=false", { 3, { 16, 5, 21 } }, NULL, 4 },
    { "conv2d", "16 kernel_size=4x1 stride=1x4", { 3, { 3, 9, 9 } }, "relu", 2 },
    { "conv2d", "32 kernel_size=1", { 3, { 5, 3, 30 } }, NULL, 2 },
    { "conv2d", "32 padding=1 stride=2 bias=false", { 3, { 16, 7, 6 } }, NULL, 3 },
    { "conv2d", "6 kernel_size=5", { 3, { 1, 28, 28 } }, "relu", 3 },
    { "conv2d", "16 kernel_size=5", { 3, { 6, 12, 12 } }, "tanh", 3 },
    { "conv2d", "25 stride=2 padding=1", { 3, { 20, 9, 10 } }, "relu", 2 },
    { "conv1d", "24 kernel_size=4 stride=3 padding=2", { 2, { 8, 23 } }, "relu", 6 },
    { "conv1d", "16 kernel_size=7 padding=same", { 2, { 2, 33 } }, NULL, 5 },
    { NULL, NULL, { 0, { 0 } }, NULL, 0 },
};

#endif
