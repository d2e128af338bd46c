/* SPDX-License-Identifier: MIT */
/* Puts transforms together to chains. */
#include "optim/chain.h"

#include <string.h>

int sft__chain_add(sft_arena *a, sft_link *links, int n, const sft_transform *t, const void *conf,
                   size_t size)
{
    if (n < 0) return -1;
    void *copy = sft__arena_alloc(a, size);
    if (copy == NULL) return -1;
    memcpy(copy, conf, size);
    links[n] = (sft_link){ t, copy };
    return n + 1;
}

void sft__update_momentum(sft_update *u, double momentum)
{
    for (int i = 0; i < u->n_links; i++)
        if (u->link[i].transform->set_momentum != NULL)
            u->link[i].transform->set_momentum(u->link[i].conf, momentum);
}

int sft__chain_adam(sft_arena *a, sft_link *links, int n, const sft_adam_conf *k)
{
    if (k->betas.n != 2) {
        sft__fail(a->ctx, SFT_E113,
                  "optimizer: betas has %d entries — Adam averages the gradient and its square, "
                  "so it needs two — write betas=[0.9,0.999]",
                  k->betas.n);
        return -1;
    }
    sft_adam conf = { k->betas.v[0], k->betas.v[1], k->eps };
    return sft__chain_add(a, links, n, &sft_transform_adam, &conf, sizeof conf);
}
