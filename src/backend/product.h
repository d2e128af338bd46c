/* SPDX-License-Identifier: MIT */
/* Products of plain matrices, for those behind whom no node stands: optimisers. */
#ifndef SFT_BACKEND_PRODUCT_H
#define SFT_BACKEND_PRODUCT_H

#include "tensor/tensor.h"

typedef struct sft_product {
    int64_t     m, n, inner;
    const real *a;              /* (m,inner) */
    const real *b;              /* (inner,n); transposed: (n,inner) */
    real       *c;              /* (m,n) = a b; apart from both */
    bool        transposed;
    bool        symmetric;      /* c is: the products of half of it are found, the other half is copied */
    bool        reference;      /* plain C, whose bits are the same on every machine */
    real       *room;           /* sft__product_room */
} sft_product;

/* On one thread; every sum runs in the order of its index. */
void    sft__product(const sft_product *p);
/* Scratch of a product in elements; a larger product's is enough for a smaller one. */
int64_t sft__product_room(int64_t m, int64_t n, int64_t inner);

#endif
