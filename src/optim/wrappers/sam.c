/* SPDX-License-Identifier: MIT */
/* Sharpness-aware minimisation (Foret, Kleiner, Mobahi and Neyshabur, 2021): the gradient is taken where the loss is highest
 * nearby, at w + e with e = rho g / |g| (their equation 2, p = 2), and the update goes from w. adaptive: ASAM (Kwon, Kim,
 * Park and Choi, 2021), e = rho w^2 g / |w g|, which does not change when layers are rescaled. */
/* A step costs two gradients. Running averages of norms count the first only: e is no place where the network will be. */
#include "optim/method.h"

#include <math.h>
#include <string.h>

typedef struct conf {
    double rho;
    bool   adaptive;
} conf;

static const sft_field fields[] = {
    { "rho", SFT_REAL, offsetof(conf, rho), 0.05, 0, 1e3,
      .doc = "radius of the neighbourhood; about 0.05, ten times that when adaptive",
      .flags = SFT_MAIN | SFT_LOG | SFT_ABOVE_LOW },
    { "adaptive", SFT_FLAG, offsetof(conf, adaptive), 0, 0, 1,
      .doc = "distances relative to each weight: ASAM", .aliases = "asam" },
    SFT_FIELD_END
};

static sft_needs needs(const void *conf_)
{
    (void)conf_;
    return (sft_needs){ .scratch = 1 };
}

/* The weights come back to the bit from a copy; w + e - e would not. 1e-12: no division by zero. */
static sft_status before(const void *conf_, sft_walk *k)
{
    const conf *c = conf_;
    real       *was = k->array[0];
    memcpy(was, k->w, (size_t)k->v.n * sizeof *was);
    if (c->adaptive) {
        double norm = sqrt(sft__vectors_weighted(&k->v, k->w, k->g));
        sft__vectors_square_step(&k->v, c->rho / (norm + 1e-12), was, k->g, k->w);
    } else {
        double norm = sqrt(k->sumsq);
        sft__vectors_mix(&k->v, 1, was, c->rho / (norm + 1e-12), k->g, k->w);
    }
    sft_status s = k->gradient(k);
    memcpy(k->w, was, (size_t)k->v.n * sizeof *was);
    return s;
}

static const sft_method method = { .needs = needs, .before = before };

const sft_wrapper sft_wrapper_sam = {
    .name = "sam",
    .aliases = "SAM",
    .doc = "sharpness-aware: the gradient of the worst place nearby, two gradients a step (Foret et al. 2021)",
    .math = "g = grad(w + rho g/|g|); adaptive: grad(w + rho w^2 g/|w g|)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .method = &method,
};
