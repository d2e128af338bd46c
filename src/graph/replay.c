/* SPDX-License-Identifier: MIT */
/* Which tensor went bad first? The step is repeated node by node on the same batch: weights, outputs, loss, then gradients. */
#include "graph/private.h"

#include <math.h>
#include <stdio.h>

static const char *advice = "lower the learning rate, add warm-up, or set train.clip_norm=1";

static sft_status found(sft_net *n, bool gradient, const char *what, const char *of, sft_tensor_stats t)
{
    double magnitude = fmax(fabs(t.min), fabs(t.max));
    return sft__fail(n->ctx, gradient ? SFT_E351 : SFT_E350,
                     "%s at step %llu — first bad tensor: %s %s, %lld of %lld values are NaN or infinite%s — the weights are as they were "
                     "before this step; %s",
                     gradient ? "the gradient is not finite" : "the loss is not finite", (unsigned long long)n->run->step + 1, what, of,
                     (long long)t.bad, (long long)t.n,
                     magnitude > 1e15 ? ", the others are huge (the signal exploded)" : "", advice);
}

static bool bad_weights(sft_net *n)
{
    for (int i = 0; i < n->n_tensors; i++) {
        const struct sft_tensor_ref *t = &n->tensor[i];
        const real *x = t->trained ? (real *)n->w.base + t->node->param[t->i].offset : (real *)n->s.base + t->node->state[t->i].offset;
        int64_t count = t->trained ? t->node->param[t->i].stored : t->node->state[t->i].count;
        if (!sft__all_finite(x, count)) {
            found(n, false, "weights", sft__net_tensor_path(n, i), sft__tensor_stats(x, count));
            return true;
        }
    }
    return false;
}

static bool bad_input(sft_net *n)
{
    const sft_run *r = n->run;
    int64_t count = r->active_rows * sft__count(n->input);
    if (sft__all_finite(r->batch->x, count))
        return false;
    found(n, false, "the batch's", "input", sft__tensor_stats(r->batch->x, count));
    return true;
}

static bool bad_output(sft_net *n, int node)
{
    const sft_node *x = n->node[node];
    for (int s = 0; s < n->run->active; s++) {
        const sft_pass *p = sft__pass_of(n, node, s, 0);
        int64_t count = p->rows * sft__count(x->out);
        if (!sft__all_finite(p->out, count)) {
            found(n, false, "output of", x->label, sft__tensor_stats(p->out, count));
            return true;
        }
    }
    return false;
}

/* The gradients of one node on one shard; those of its parameters have been summed into the first one's. */
static bool bad_gradient(sft_net *n, int node, int s)
{
    const sft_node *x = n->node[node];
    const sft_pass *p = sft__pass_of(n, node, s, 0);
    for (int j = 0; s == 0 && j < x->n_param; j++)
        if (!sft__all_finite(p->dparam[j], x->param[j].stored)) {
            found(n, true, "gradient of", x->param[j].path, sft__tensor_stats(p->dparam[j], x->param[j].stored));
            return true;
        }
    for (int j = 0; j < x->n_in; j++) {
        int64_t count = p->rows * sft__count(x->in[j]->out);
        if (p->din[j] && !sft__all_finite(p->din[j], count)) {
            found(n, true, "gradient with respect to the input of", x->label, sft__tensor_stats(p->din[j], count));
            return true;
        }
    }
    return false;
}

static bool bad_backward(sft_net *n)
{
    for (int i = n->n_nodes - 1; i > 0; i--) {
        if (!n->run->place[i].wants_grad)
            continue;
        sft__replay_node(n, i, true);
        for (int s = 0; s < n->run->active; s++)
            if (bad_gradient(n, i, s))
                return true;
    }
    return false;
}

sft_status sft__name_bad_tensor(sft_net *n)
{
    if (bad_weights(n) || bad_input(n))
        return sft_code(n->ctx);
    for (int i = 1; i < n->n_nodes; i++) {
        sft__replay_node(n, i, false);
        if (bad_output(n, i))
            return sft_code(n->ctx);
    }
    sft__replay_loss(n);
    for (int s = 0; s < n->run->active; s++)
        if (!isfinite(n->run->loss_sum[s]))
            return sft__fail(n->ctx, SFT_E350, "the loss is not finite at step %llu — every output is finite but %s overflows — %s",
                             (unsigned long long)n->run->step + 1, n->loss->name, advice);
    if (bad_backward(n))
        return sft_code(n->ctx);
    return sft__fail(n->ctx, SFT_E351, "the gradient is not finite at step %llu — the sum over shards overflows — %s",
                     (unsigned long long)n->run->step + 1, advice);
}
