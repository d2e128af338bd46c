/* SPDX-License-Identifier: MIT */
#include "doctor/flow.h"

#include <math.h>
#include <string.h>

const sft_layer_look *sft__look_at(const sft_look *k, const sft_node *node)
{
    for (;; node = node->in[0]) {
        for (int i = 0; i < k->n; i++)
            if (k->layer[i].node == node) return &k->layer[i];
        if (node->n_in < 1) return NULL;
    }
}

/* ---- the flow --------------------------------------------------------------------------------- */

/* |output| |gradient| */
static double strength(const sft_layer_look *y)
{
    return (double)sft__count(y->node->out) * y->rms * y->grad;
}

sft_flow sft__flow(const sft_look *k)
{
    sft_flow f = { .forward = NAN, .kept = NAN, .back = NAN, .pull = NAN };
    for (int i = 0; i < k->n; i++) {
        if (isnan(k->layer[i].weight)) continue;
        if (f.depth++ == 0) f.first = &k->layer[i];
        f.head = &k->layer[i];
    }
    if (f.depth < 2) return f;
    f.in = sft__look_at(k, f.first->node->in[0]);
    f.features = sft__look_at(k, f.head->node->in[0]);
    f.forward = log10(f.features->rms / f.in->rms);
    f.kept = f.features->between / f.in->between;
    f.back = log10(f.first->grad / f.features->grad);
    f.pull = log10(strength(f.first) / strength(f.features));
    return f;
}

double sft__by_layer(double log10_all, int layers)
{
    return pow(10, log10_all / (layers > 1 ? layers : 1));
}

/* ---- activations ------------------------------------------------------------------------------ */

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
           && slope_at(node, -40) < 0.01 * steep && slope_at(node, 40) < 0.01 * steep;
}

/* ---- what the loss says ----------------------------------------------------------------------- */

int sft__half_dead(const sft_chart *c, int layer)
{
    const double half = 0.5 * sft__chart_now(c)->layer[layer].dead;
    int          i = -1;
    if (c->start.layer[layer].dead >= half) return i;
    while (++i < c->course.looks)
        if (c->course.look[i].layer[layer].dead >= half) break;
    return i;
}

double sft__ignorance(const sft_chart *c)
{
    const sft_data_look *d = &c->samples;
    if (!strcmp(c->loss->name, "cross_entropy")) return log((double)d->classes);
    if (!strcmp(c->loss->name, "bce")) return log(2);
    if (!strcmp(c->loss->name, "mse") && !isnan(d->target_mean)) return d->prior + d->target_mean * d->target_mean;
    return NAN;
}

/* Half of ignorance, or of what the labels' shares alone give: far from what chance or a lucky batch does. */
bool sft__learned(const sft_chart *c)
{
    if (c->course.looks == 0 || c->course.failed) return false;
    const double know = sft__ignorance(c), from = isnan(know) ? c->start.loss : fmin(know, c->samples.prior);
    return sft__chart_now(c)->loss < 0.5 * from;
}
