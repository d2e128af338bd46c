/* SPDX-License-Identifier: MIT */
/* The list of data sources: one word each, in the order of `surefoot list`. */
#ifndef SFT_DATA_SOURCES_H
#define SFT_DATA_SOURCES_H

#include "data/data.h"

#define SFT_SOURCE_MAP(X)                                                                          \
    X(digits) X(mnist1d) X(moons) X(circles) X(blobs) X(spirals) X(rings) X(xor) X(gaussian)       \
    X(regression_1d) X(mnist) X(fashion_mnist) X(cifar10) X(idx) X(cifar) X(csv) X(npy) X(libsvm) X(images)

#define X(name) extern const sft_source sft__source_##name;
SFT_SOURCE_MAP(X)
#undef X

#endif
