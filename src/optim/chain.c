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
    links[n] = (sft_link){ .transform = t, .conf = copy };
    return n + 1;
}

void sft__update_momentum(sft_update *u, double momentum)
{
    for (int i = 0; i < u->n_links; i++)
        if (u->link[i].transform->set_momentum != NULL)
            u->link[i].transform->set_momentum(u->link[i].conf, momentum);
}

int sft__chain_l2(sft_arena *a, sft_link *links, int n, double weight_decay)
{
    sft_decay conf = { weight_decay };
    return weight_decay > 0 ? sft__chain_add(a, links, n, &sft_transform_l2, &conf, sizeof conf)
                            : n;
}

int sft__chain_decay(sft_arena *a, sft_link *links, int n, double weight_decay)
{
    sft_decay conf = { weight_decay };
    return weight_decay > 0 ? sft__chain_add(a, links, n, &sft_transform_decay, &conf, sizeof conf)
                            : n;
}

int sft__chain_momentum(sft_arena *a, sft_link *links, int n, const sft_momentum *k)
{
    if (k->nesterov && (!(k->momentum > 0) || k->dampening > 0)) {
        sft__fail(a->ctx, SFT_E113,
                  "optimizer sgd: nesterov=true with momentum=%g dampening=%g — it looks ahead "
                  "along an undamped momentum — try momentum=0.9 dampening=0",
                  k->momentum, k->dampening);
        return -1;
    }
    return k->momentum > 0 ? sft__chain_add(a, links, n, &sft_transform_momentum, k, sizeof *k)
                           : n;
}

bool sft__two_betas(sft_arena *a, const sft_reals *betas)
{
    if (betas->n == 2) return true;
    sft__fail(a->ctx, SFT_E113,
              "optimizer: betas has %d entries — one is for the running mean and one for the "
              "square, so it needs two — write betas=[0.9,0.999]",
              betas->n);
    return false;
}

static int add_adam(sft_arena *a, sft_link *links, int n, const sft_adam_conf *k,
                    const sft_transform *t)
{
    if (!sft__two_betas(a, &k->betas)) return -1;
    sft_adam conf = { k->betas.v[0], k->betas.v[1], k->eps };
    return sft__chain_add(a, links, n, t, &conf, sizeof conf);
}

int sft__chain_adam(sft_arena *a, sft_link *links, int n, const sft_adam_conf *k)
{
    return add_adam(a, links, n, k, k->amsgrad ? &sft_transform_amsgrad : &sft_transform_adam);
}

int sft__chain_like_adam(sft_arena *a, sft_link *links, const sft_adam_conf *k,
                         const sft_transform *t)
{
    int n = k->decoupled ? 0 : sft__chain_l2(a, links, 0, k->weight_decay);
    n = add_adam(a, links, n, k, t);
    return k->decoupled ? sft__chain_decay(a, links, n, k->weight_decay) : n;
}
