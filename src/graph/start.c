/* SPDX-License-Identifier: MIT */
/* First values: which initialiser fills which tensor, by the recipe's `init` and by its rules for names. */
#include "graph/private.h"

#include "base/text.h"

#include <string.h>

typedef struct choice {         /* an initialiser with its options */
    const sft_init *init;
    const void     *conf;
    bool            exact;      /* the tensor was named by itself: it is filled whatever it is */
} choice;

static const char *own_word(const sft_param *p, const choice *k)
{
    if (p->init)
        return p->init;
    return p->shape.rank == 1 && strcmp(k->init->name, "pytorch") != 0 ? "zeros" : NULL;
}

/* Rules go before the recipe's initialiser. It and rules for layers fill weights; biases are zero unless it is PyTorch's, which
 * draws them too, and norms begin as their op says. */
static choice choose(const sft_net *n, const sft_net_config *k, int index)
{
    const struct sft_tensor_ref *t = &n->tensor[index];
    sft_target      target = sft__net_target(n, index);
    sft_hit         hit = SFT_MISS;
    const sft_rule *rule = sft__rule_for(k->init_layers, &target, &hit);
    choice          c = { .init = k->init ? k->init : sft__init_find("auto"), .conf = k->init ? k->init_conf : NULL };
    if (rule)
        c = (choice){ .init = rule->record, .conf = rule->conf, .exact = hit == SFT_HITS_TENSOR };
    const sft_param *p = &t->node->param[t->i];
    if (k->zero_gamma && !c.exact && sft__text_is(p->init, "ones") && sft__ends_branch(n, t->node))
        return (choice){ .init = sft__init_find("zeros") };
    const char *word = c.exact ? NULL : own_word(p, &c);
    if (!word)
        return c;
    return (choice){ .init = sft__init_find(word), .conf = &p->value }; /* `constant` has one option */
}

static sft_status fill(sft_net *n, const sft_net_config *k, int index, real *plain, real *work)
{
    const struct sft_tensor_ref *t = &n->tensor[index];
    sft_param *p = &t->node->param[t->i];
    const choice     own = choose(n, k, index);
    const void      *act_conf = NULL;
    const sft_op    *act = sft__following_activation(n, t->node, &act_conf);
    sft_stream random = sft__stream(sft__key(n->seed, SFT_FOR_INIT), (uint32_t)index, 0, 0);
    sft_init_call call = { .values = plain, .work = work, .count = p->count, .shape = p->shape, .fan_in = p->fan_in, .fan_out = p->fan_out,
                           .groups = p->groups,                           .gain = act && act->gain ? act->gain(act_conf) : 1.0, .saturating = act && act->xavier, .self_normalizing = act && act->lecun,
                           .bias = p->shape.rank == 1 && !own.exact, .random = &random };
    call.branch = sft__branch_of(n, t->node);
    p->lsuv = own.init->by_data && p->shape.rank > 1 ? own.conf : NULL;
    own.init->fill(own.conf, &call);
    return sft__net_pack(n, index, plain, NULL);
}

/* A wish that nothing comes of is told. */
static void check_zero_gamma(const sft_net *n, const sft_net_config *k)
{
    bool found = !k->zero_gamma || k->plain; /* a plain net is a twin: the first has told it */
    for (int i = 0; i < n->n_tensors && n->tensor[i].trained && !found; i++) {
        const sft_node *x = n->tensor[i].node;
        found = sft__text_is(x->param[n->tensor[i].i].init, "ones") && sft__ends_branch(n, x);
    }
    if (!found)
        sft__note(n->ctx, SFT_WARN, "W133", "init.zero_gamma changes nothing: no residual branch of the model ends in a norm with a scale");
}

sft_status sft__start_weights(sft_net *n, const sft_net_config *k)
{
    check_zero_gamma(n, k);
    if (sft__net_check_rules(n, k->init_layers, "init_layers"))
        return sft_code(n->ctx);
    int64_t most = 1;
    for (int i = 0; i < n->n_tensors; i++)
        most = sft__net_tensor_count(n, i) > most ? sft__net_tensor_count(n, i) : most;
    sft_slab plain;
    if (sft__slab_open(n->ctx, &plain, 2 * (size_t)most * sizeof(real)))
        return sft_code(n->ctx);
    for (int i = 0; i < n->n_tensors && !sft__failed(n->ctx); i++) {
        const struct sft_tensor_ref *t = &n->tensor[i];
        real *x = plain.base;
        if (t->trained) {
            fill(n, k, i, x, x + most);
            continue;
        }
        for (int64_t e = 0; e < t->node->state[t->i].count; e++)
            x[e] = (real)t->node->state[t->i].start;
        sft__net_pack(n, i, x, NULL);
    }
    sft__slab_close(n->ctx, &plain);
    return sft_code(n->ctx);
}
