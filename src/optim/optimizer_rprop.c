/* SPDX-License-Identifier: MIT */
/* Rprop (Riedmiller and Braun, 1993), as torch.optim.Rprop has it. */
#include "optim/chain.h"

typedef struct conf {
    double    lr;
    sft_reals etas, bounds;
} conf;

static const sft_field fields[] = {
    SFT_LR_FIELD(conf, lr, 1e-2),
    { "etas", SFT_REALS, offsetof(conf, etas), 0, 0, 10,
      .doc = "factors of a step where the sign turns and where it stays", .text = "[0.5, 1.2]",
      .flags = SFT_ABOVE_LOW },
    { "step_sizes", SFT_REALS, offsetof(conf, bounds), 0, 0, 1e6,
      .doc = "shortest and longest step", .text = "[1e-06, 50]" },
    SFT_FIELD_END
};

static int chain(sft_arena *a, const void *conf_, sft_link *links)
{
    const conf *k = conf_;
    if (k->etas.n != 2 || k->bounds.n != 2 || !(k->etas.v[0] < 1 && k->etas.v[1] > 1) ||
        k->bounds.v[0] > k->bounds.v[1]) {
        sft__fail(a->ctx, SFT_E113,
                  "optimizer rprop: etas needs a factor below 1 and one above, step_sizes the "
                  "shortest and the longest step — try etas=[0.5,1.2] step_sizes=[1e-6,50]");
        return -1;
    }
    sft_rprop rprop = { k->etas.v[0], k->etas.v[1], k->bounds.v[0], k->bounds.v[1] };
    return sft__chain_add(a, links, 0, &sft_transform_rprop, &rprop, sizeof rprop);
}

const sft_optimizer sft_optimizer_rprop = {
    .name = "rprop",
    .aliases = "Rprop",
    .doc = "sign of the gradient, a step for every weight; for whole batches, schedules do not touch it",
    .math = "s *= eta+ while the sign of g stays, eta- where it turns; w -= sign(g) s",
    .conf_size = sizeof(conf),
    .fields = fields,
    .chain = chain,
};
