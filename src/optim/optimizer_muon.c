/* SPDX-License-Identifier: MIT */
/* Muon (Jordan et al., 2024), as torch.optim.Muon has it, on matrices and kernels (output channels by the rest); biases and
 * norms go by AdamW. */
#include "optim/chain.h"

typedef struct conf {
    double    lr, weight_decay, momentum, eps, adam_ratio, adam_eps;
    bool      nesterov;
    sft_reals coefficients, adam_betas;
    int64_t   steps;
    int       scale;
} conf;

static const char *const scales[] = { "original", "match_rms_adamw", NULL };

static const sft_field fields[] = {
    SFT_LR_FIELD(conf, lr, 1e-3),
    SFT_DECAY_FIELD(conf, weight_decay, 0.1),
    { "momentum", SFT_REAL, offsetof(conf, momentum), 0.95, 0, 1,
      .doc = "how much of the running mean stays", .flags = SFT_BELOW_HIGH },
    { "nesterov", SFT_FLAG, offsetof(conf, nesterov), 1, 0, 1,
      .doc = "look ahead along the momentum" },
    { "ns_coefficients", SFT_REALS, offsetof(conf, coefficients), 0, -100, 100,
      .doc = "of the Newton-Schulz polynomial", .text = "[3.4445, -4.775, 2.0315]" },
    SFT_EPS_FIELD(conf, eps, 1e-7),
    { "ns_steps", SFT_INT, offsetof(conf, steps), 5, 1, 100, .doc = "Newton-Schulz iterations" },
    { "adjust_lr_fn", SFT_WORD, offsetof(conf, scale), .text = "original", .words = scales,
      .doc = "rate by shape: sqrt(max(1, rows/cols)), or 0.2 sqrt(max(rows, cols)) to fit AdamW's rates" },
    { "adam_lr_ratio", SFT_REAL, offsetof(conf, adam_ratio), 1, 0, 1e6,
      .doc = "rate of biases and norms, of lr", .flags = SFT_LOG },
    { "adam_betas", SFT_REALS, offsetof(conf, adam_betas), 0, 0, 1,
      .doc = "of biases and norms, see adamw", .text = "[0.9, 0.999]", .flags = SFT_BELOW_HIGH },
    { "adam_eps", SFT_REAL, offsetof(conf, adam_eps), 1e-8, 0, 1e3,
      .doc = "of biases and norms, see adamw", .flags = SFT_LOG | SFT_ABOVE_LOW },
    SFT_FIELD_END
};

/* The last link is for the tensors of one kind only. */
static int only(sft_link *links, int n, unsigned kind)
{
    if (n > 0) links[n - 1].only = kind;
    return n;
}

static int chain(sft_arena *a, const void *conf_, sft_link *links)
{
    const conf     *k = conf_;
    const sft_reals *c = &k->coefficients;
    if (c->n != 3) {
        sft__fail(a->ctx, SFT_E113,
                  "optimizer muon: ns_coefficients has %d entries — the polynomial "
                  "a X + b X^3 + c X^5 has three — try ns_coefficients=[3.4445,-4.775,2.0315]",
                  c->n);
        return -1;
    }
    sft_adam_conf  adam = { .betas = k->adam_betas, .eps = k->adam_eps };
    sft_running_mean    average = { k->momentum, k->nesterov };
    sft_orthogonal orthogonal = { c->v[0], c->v[1], c->v[2], k->eps, k->steps, k->scale };
    sft_factor     factor = { k->adam_ratio };
    int n = sft__chain_add(a, links, 0, &sft_transform_average, &average, sizeof average);
    n = only(links, n, SFT_MATRICES);
    n = sft__chain_add(a, links, n, &sft_transform_orthogonal, &orthogonal, sizeof orthogonal);
    n = only(links, n, SFT_MATRICES);
    n = only(links, sft__chain_adam(a, links, n, &adam), SFT_VECTORS);
    n = sft__chain_add(a, links, n, &sft_transform_factor, &factor, sizeof factor);
    n = only(links, n, SFT_VECTORS);
    return sft__chain_decay(a, links, n, k->weight_decay);
}

const sft_optimizer sft_optimizer_muon = {
    .name = "muon",
    .aliases = "Muon",
    .doc = "momentum whose matrices are made orthogonal; biases and norms by adamw",
    .math = "m = momentum m + (1-momentum) g; u = (1-momentum) g + momentum m = U S V'; "
            "w -= lr (sqrt(max(1, rows/cols)) U V' + weight_decay w)",
    .conf_size = sizeof(conf),
    .fields = fields,
    .chain = chain,
};
