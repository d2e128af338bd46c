/* SPDX-License-Identifier: MIT */
/* instancenorm: in each sample, each channel brought to mean 0 and variance 1 over its places (Ulyanov, Vedaldi and Lempitsky
 * 2016), as torch.nn.InstanceNorm1d and 2d. Its kernels are groupnorm's. */
#include "ops/norms.h"

#include <string.h>

static const sft_field fields[] = {
    { .name = "eps", .kind = SFT_REAL, .offset = offsetof(sft_groupnorm_conf, eps), .def = 1e-5, .high = 1,
      .doc = "added to the variance", .aliases = "epsilon", .flags = SFT_LOG | SFT_ABOVE_LOW },
    { .name = "momentum", .kind = SFT_REAL, .offset = offsetof(sft_groupnorm_conf, momentum), .def = 0.1, .high = 1,
      .doc = "weight of the new batch in the running averages" },
    { .name = "affine", .kind = SFT_FLAG, .offset = offsetof(sft_groupnorm_conf, affine), .def = 0,
      .doc = "scale and shift are trained", .aliases = "elementwise_affine" },
    { .name = "track_running_stats", .kind = SFT_FLAG, .offset = offsetof(sft_groupnorm_conf, track), .def = 0,
      .doc = "running averages serve at evaluation; false: the sample's own statistics", .aliases = "track" },
    SFT_FIELD_END
};

static sft_status shape(sft_ctx *c, sft_node *n)
{
    const sft_groupnorm_conf *k = n->conf;
    sft_status                s = sft__want_rank(c, n, 2, 3, "a sequence {C,L} or an image {C,H,W} — use `layernorm` for features");
    sft_shape                 in = n->in[0]->out, each = sft__shape1(in.dim[0]);
    char                      text[96];
    if (s)
        return s;
    if (sft__count(in) == in.dim[0])
        return sft__fail_at(c, n->pos, SFT_E123,
                            "%s: its input %s has one number a channel, which would become 0 — put it before the pooling, or use "
                            "`layernorm`",
                            n->label, sft__shape_text(in, text, sizeof text));
    if (k->track) {
        n->state[0] = (sft_state){ .name = "running_mean", .shape = each, .start = 0 };
        n->state[1] = (sft_state){ .name = "running_var", .shape = each, .start = 1 };
        n->n_state = 2;
        n->join = 1 + 2 * in.dim[0];
    }
    return sft__groupnorm_place(c, n, in.dim[0]);
}

/* part = samples, sums over them of the means and of the unbiased variances */
static void gather(const sft_node *n, const sft_pass *p)
{
    int64_t f = n->out.dim[0], count = sft__count(n->out);
    double *mean = p->work, *m2 = mean + f, less = (double)(count / f - 1);
    memset(p->part, 0, (size_t)(1 + 2 * f) * sizeof *p->part);
    p->part[0] = (double)p->rows;
    for (int64_t r = 0; r < p->rows; r++) {
        sft__channel_moments(n, p->in[0] + r * count, (real *)(m2 + f), mean, m2);
        for (int64_t c = 0; c < f; c++) {
            p->part[1 + c] += mean[c];
            p->part[1 + f + c] += m2[c] / less;
        }
    }
}

static void merge(const sft_node *n, double *left, const double *right)
{
    for (int64_t i = 0; i < 1 + 2 * n->out.dim[0]; i++)
        left[i] += right[i];
}

/* PyTorch's: the averages take the means over the batch. */
static void commit(const sft_node *n, const sft_pass *p)
{
    const sft_groupnorm_conf *k = n->conf;
    int64_t                   f = n->out.dim[0];
    double                    take = p->average > 0 ? p->average : k->momentum;
    for (int i = 0; i < 2; i++)
        for (int64_t c = 0; c < f; c++)
            p->state[i][c] = (real)((1 - take) * (double)p->state[i][c] +
                                    take * (p->joined[1 + i * f + c] / p->joined[0]));
}

static const sft_case cases[] = {
    { "", { 3, { 3, 3, 4 } }, 2 },
    { "affine=true", { 2, { 2, 20 } }, 3 },
    { "affine=true track_running_stats=true eps=1e-2", { 3, { 2, 2, 2 } }, 4 },
    { NULL, { 0, { 0 } }, 0 },
};

const sft_op sft_op_instancenorm = {
    .name = "instancenorm", .aliases = "InstanceNorm1d InstanceNorm2d instance_norm instancenorm1d instancenorm2d",
    .doc = "instance normalisation",
    .math = "y = gamma (x - mean) / sqrt(var + eps) + beta, mean and var over a sample's channel (Ulyanov et al. 2016)",
    .conf_size = sizeof(sft_groupnorm_conf), .fields = fields,
    .traits = SFT_READS_IN | SFT_MODES | SFT_ANY_LAYOUT | SFT_FUSES,
    .shape = shape, .forward = sft__groupnorm_forward, .backward = sft__groupnorm_backward,
    .gather = gather, .merge = merge, .commit = commit, .cases = cases,
};
