/* SPDX-License-Identifier: MIT */
#include "doctor/flow.h"

#include <math.h>

const sft_layer_look *sft__look_at(const sft_look *k, const sft_node *node)
{
    for (;;) {
        for (int i = 0; i < k->n; i++)
            if (k->layer[i].node == node) return &k->layer[i];
        if (node->n_in < 1) return NULL;
        node = node->in[0];
    }
}

/* |output| |gradient| */
static double strength(const sft_layer_look *y)
{
    return (double)sft__count(y->node->out) * y->rms * y->grad;
}

sft_flow sft__flow(const sft_look *k)
{
    sft_flow f = { .forward = NAN, .kept = NAN, .back = NAN, .pull = NAN };
    for (int i = 0; i < k->n; i++) {
        const sft_layer_look *y = &k->layer[i];
        if (isnan(y->weight)) continue;
        if (f.depth++ == 0) f.first = y;
        f.head = y;
    }
    if (f.depth == 0) return f;
    f.in = sft__look_at(k, f.first->node->in[0]);
    f.features = sft__look_at(k, f.head->node->in[0]);
    if (f.depth < 2 || !f.in || !f.features) return f;
    f.forward = log10(f.features->rms / f.in->rms);
    f.kept = f.features->between / f.in->between;
    f.back = log10(f.first->grad / f.features->grad);
    f.pull = log10(strength(f.first) / strength(f.features));
    return f;
}

static double slope_at(const sft_node *node, real x)
{
    const real one = 1;
    real       y, d;
    node->op->apply(node->conf, 1, &x, &y);
    node->op->derive(node->conf, 1, node->op->traits & SFT_READS_IN ? &x : NULL, &y, &one, &d);
    return fabs((double)d);
}

bool sft__squashes(const sft_node *node)
{
    if (!(node->op->traits & SFT_ACTIVATION)) return false;
    const double steep = slope_at(node, 0);
    return slope_at(node, (real)-0.5) > 0.1 * steep && slope_at(node, (real)0.5) > 0.1 * steep
           && slope_at(node, -40) < 1e-2 * steep && slope_at(node, 40) < 1e-2 * steep;
}
