/* SPDX-License-Identifier: MIT */
/* Which kernel serves which node. The reference kernel stands in the op's record; a fast kernel is a record here. */
#ifndef SFT_BACKEND_BACKEND_H
#define SFT_BACKEND_BACKEND_H

#include "ops/op.h"

typedef struct sft_kernel {
    const char *name;           /* "onednn", "simd": what `surefoot check` shows */
    const char *op;             /* name of the op it serves */
    /* True when it can run this node and pays. in: layout that the producer offers. On true it sets *want (layout in which it takes
     * every input) and *give (of its output); the graph puts a reorder in front where want differs from what comes. */
    bool      (*serves)(sft_ctx *c, const sft_node *n, sft_layout in, sft_layout *want, sft_layout *give);
    /* Called outside any step with shard sizes that will come (rows[0] is the largest of all): creates what forward and backward
     * need, in n->plan; sets n->param[i].stored and raises n->saved_*, n->work_* before memory is planned. May be called again with
     * further sizes (all of them again, rows[0] the same): it adds those it does not know; only work_* may then still grow. */
    sft_status (*prepare)(sft_ctx *c, sft_node *n, const int64_t *rows, int n_rows);
    void      (*release)(sft_ctx *c, sft_node *n);
    void      (*forward)(const sft_node *n, const sft_pass *p);
    void      (*backward)(const sft_node *n, const sft_pass *p);
    /* The same for `count` neighbouring shards at once, a subtree of the tree of shards, so that weights are read and their gradients
     * written once for all of them. backward_shards leaves the sums along the tree (sft__merge_params) in the first pass's dparam, and
     * rubbish in the others'. NULL: forward or backward runs shard by shard. */
    void      (*forward_shards)(const sft_node *n, const sft_pass *p, int count);
    void      (*backward_shards)(const sft_node *n, const sft_pass *p, int count);
    /* Parameter i between PyTorch's order (count numbers) and the stored layout (stored numbers). NULL: they are the same. */
    void      (*pack)(const sft_node *n, int i, const real *plain, real *stored);
    void      (*unpack)(const sft_node *n, int i, const real *stored, real *plain);
    /* What its arithmetic depends on beside our own version: library, instruction set. Part of the key under which the
     * self-test's verdict is remembered. NULL: nothing. */
    void      (*version)(char *buf, size_t size);
} sft_kernel;

/* Chooses kernels and layouts for nodes in execution order, unless the context asks for the reference only; `nodes` may not change
 * in number. Nodes that want another layout than their input has are told through want[i] (the graph then inserts reorders). */
const sft_kernel *sft__kernel_for(sft_ctx *c, const sft_node *n, sft_layout in, sft_layout *want, sft_layout *give);

/* Runs the kernel and the reference on one random shard and compares; remembered per machine (CPU, library version) in the user's
 * cache folder. False: the kernel is not to be trusted for this node, and the reference serves. Called after prepare. */
bool sft__kernel_trusted(sft_ctx *c, sft_node *n, int64_t rows);

/* p[0].dparam[i] += those of the other passes, n numbers each, along the binary tree of shards: 1 to 0, 3 to 2, then 2 to 0 … */
void sft__merge_params(const sft_pass *p, int count, int i, int64_t n);

/* True when the graph will ask for the gradient of input i: something before it is trained. */
bool sft__wants_din(const sft_node *n, int i);

#endif
