/* SPDX-License-Identifier: MIT */
/* Sections whose keys are patterns of layer and tensor names: `init_layers: {"*.bias": constant 0.1}`. */
#include <string.h>

#include "recipe/sections.h"

sft_rules *sft__section_rules(sft_recipe *r, int id)
{
    return (sft_rules *)(void *)((char *)r + sft__section[id].spec);
}

/* Binds one rule into fresh memory. */
static sft_status bind(sft_recipe *r, int id, sft_rule *rule)
{
    const sft_section *s = &sft__section[id];
    sft_bound          b;
    if (s->at && (!rule->spec.name || !*rule->spec.name)) {
        return sft__fail_at(r->ctx, rule->spec.pos, rule->override ? SFT_E145 : SFT_E114,
                            "`%s` in `%s` names nothing — as in `%s`", rule->pattern, s->name,
                            s->example_rule);
    }
    const sft_status status = sft__section_bind(r, id, &rule->spec, &b);
    rule->name = b.name;
    rule->record = b.record;
    rule->rows = b.rows;
    rule->conf = b.conf;
    return status;
}

sft_status sft__rules_bind(sft_recipe *r, int id)
{
    sft_rules *rules = sft__section_rules(r, id);
    for (int i = 0; i < rules->n; i++) {
        const sft_status s = bind(r, id, &rules->rule[i]);
        if (s != SFT_OK) return s;
    }
    return SFT_OK;
}

/* The command line's are tried at once, so that a wrong one is refused before it stands in the recipe. */
sft_status sft__rule_put(sft_recipe *r, int id, const char *pattern, sft_pos pos,
                         const sft_spec *spec, bool override)
{
    sft_rule rule = { .pos = pos, .override = override, .spec = *spec };
    rule.pattern = sft__arena_text(&r->arena, pattern);
    if (!rule.pattern) return sft_code(r->ctx);
    if (!*pattern) {
        return sft__fail_at(r->ctx, pos, override ? SFT_E144 : SFT_E110,
                            "an empty pattern in `%s` — as in `%s`", sft__section[id].name,
                            sft__section[id].example_rule);
    }
    for (int i = 0; i < rule.spec.n; i++) rule.spec.arg[i].override = override;
    const sft_status s = override ? bind(r, id, &rule) : SFT_OK;
    return s != SFT_OK ? s : sft__rules_put(&r->arena, sft__section_rules(r, id), &rule);
}

sft_status sft__rule_assign(sft_recipe *r, int id, const char *pattern, sft_pos pos,
                            const char *text, sft_pos text_pos, bool override)
{
    sft_spec   spec = { 0 };
    sft_status s = sft__spec_parse(&r->arena, text, strlen(text), text_pos, &spec);
    if (s == SFT_OK && !sft__section[id].at) s = sft__spec_unname(&r->arena, sft__section[id].name, &spec);
    return s != SFT_OK ? s : sft__rule_put(r, id, pattern, pos, &spec, override);
}

sft_status sft__rules_wanted(sft_recipe *r, int id, sft_pos pos, bool override)
{
    const sft_section *s = &sft__section[id];
    if (override)
        return sft__fail_at(r->ctx, pos, SFT_E145,
                            "`%s` wants a pattern — write %s.PATTERN=…, as in `%s.%s`", s->name,
                            s->name, s->name, s->example_override);
    return sft__fail_at(r->ctx, pos, SFT_E111, "`%s` wants patterns and what they stand for — as in `%s: {%s}`",
                        s->name, s->name, s->example_rule);
}
