/* SPDX-License-Identifier: MIT */
/* Layers that the recipe keeps as they are learn again. */
#include "doctor/surgery.h"

#include "base/text.h"

#include <math.h>

/* Layers are slowed down on purpose to a tenth, or a hundredth: a thousandth of the rate moves nothing in a run's time. */
static const double still = 1e-3;

static const sft_group_conf *conf_of(const sft_rule *rule) { return rule->conf; }

/* Rules that only freeze are taken out with their section; others keep what they say of decay. */
static bool thaw_groups(const sft_chart *c, sft_edits *out)
{
    const sft_rules *rules = &c->recipe->groups;
    int              frozen = 0, other = 0;
    char             decay[40];
    for (int i = 0; i < rules->n; i++) {
        const sft_group_conf *k = conf_of(&rules->rule[i]);
        if (k->lr_scale < still) frozen++;
        if (!(k->lr_scale < still) || !isnan(k->decay_scale)) other++;
    }
    if (frozen == 0) return true;
    if (other == 0) return sft__edit(c, out, "~groups");
    for (int i = 0; i < rules->n; i++) {
        const sft_group_conf *k = conf_of(&rules->rule[i]);
        if (!(k->lr_scale < still)) continue;
        const char *own = isnan(k->decay_scale) ? "auto" : sft__print_real(k->decay_scale, decay, sizeof decay);
        if (!sft__edit(c, out, "groups.%s=lr=1 decay=%s", rules->rule[i].pattern, own)) return false;
    }
    return true;
}

/* By layer the rate falls further and further towards the first one. */
static bool thaw_depth(const sft_chart *c, sft_edits *out)
{
    const double share = c->recipe->train_conf.layer_decay;
    const int    layers = sft__count_layers(c->recipe->layers, sft__is_weighted);
    if (!(pow(share, layers > 1 ? layers - 1 : 1) < still)) return true;
    return sft__edit(c, out, "train.layer_decay=1");
}

static bool edit(const sft_chart *c, const sft_finding *f, sft_edits *out)
{
    (void)f;
    return thaw_groups(c, out) && thaw_depth(c, out) && out->n > 0;
}

const sft_remedy sft_remedy_unfreeze = {
    .name = "unfreeze", .aliases = "thaw", .doc = "every layer at the full learning rate", .math = "lr of a group = lr",
    .edit = edit,
};
