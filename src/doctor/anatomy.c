/* SPDX-License-Identifier: MIT */
#include "doctor/anatomy.h"

#include "ops/conf.h"

#include <math.h>
#include <string.h>

/* Is the name among the words of a list? */
static bool among(const char *name, const char *const *words)
{
    for (int i = 0; words[i]; i++)
        if (!strcmp(words[i], name)) return true;
    return false;
}

bool sft__normalises(const sft_node *n)
{
    static const char *const norms[] = { "batchnorm", "layernorm", "rmsnorm", "groupnorm", "instancenorm", NULL };
    return among(n->op->name, norms);
}

/* On -8 … 8, the ends of a straight line and its middle agree. */
bool sft__bends(const sft_node *n)
{
    enum { N = 65 };
    real x[N], y[N];
    if (!(n->op->traits & SFT_ACTIVATION)) return false;
    for (int i = 0; i < N; i++) x[i] = (real)(0.25 * (i - N / 2));
    n->op->apply(n->conf, N, x, y);
    for (int i = 1; i + 1 < N; i++)
        if (fabs((double)y[i - 1] - 2 * (double)y[i] + (double)y[i + 1]) > 1e-4) return true;
    return false;
}

bool sft__mixes_inputs(const sft_node *n)
{
    static const char *const mixers[] = { "linear", "dropconnect", "conv2d", "conv1d", "conv_transpose2d",
                                          "conv_transpose1d", NULL };
    return among(n->op->name, mixers);
}

const sft_node *sft__last_node(const sft_net *n)
{
    static const char *const nothing[] = { "reorder", "dropout", "dropout2d", "identity", "flatten", NULL };
    const sft_node *x = n->node[n->n_nodes - 1];
    while (x->index > 0 && among(x->op->name, nothing)) x = x->in[0];
    return x;
}

bool sft__norm_at_entry(const sft_net *n)
{
    for (int i = 1; i < n->n_nodes && !(n->node[i]->op->traits & SFT_ACTIVATION); i++)
        if (sft__normalises(n->node[i])) return true;
    return false;
}

bool sft__plain_descent(const sft_recipe *r)
{
    static const char *const plain[] = { "sgd", "momentum", "nesterov", NULL };
    return among(r->optimizer_record->name, plain);
}

/* `prior` is a loss of these three; others are measured by where they began. */
bool sft__learns(const sft_chart *c)
{
    static const char *const known[] = { "cross_entropy", "bce", "mse", NULL };
    const sft_course *k = &c->course;
    const double      idle = among(c->loss->name, known) ? fmin(c->samples.prior, k->start_loss) : k->start_loss;
    return k->steps > 0 && !k->failed && k->end_loss < idle / 3;
}

/* Three times 1/momentum leaves a twentieth; momentum NaN, a plain mean, forgets at once. */
double sft__steps_to_forget(const sft_net *n)
{
    double most = 0;
    for (int i = 1; i < n->n_nodes; i++) {
        const sft_batchnorm_conf *k = n->node[i]->conf;
        if (strcmp(n->node[i]->op->name, "batchnorm") == 0 && k->track) most = fmax(most, 3 / k->momentum);
    }
    return most;
}

const sft_layer_look *sft__start_look(const sft_chart *c, const sft_node *n)
{
    for (int i = 0; i < c->start.n; i++)
        if (c->start.layer[i].node == n) return &c->start.layer[i];
    return NULL;
}
