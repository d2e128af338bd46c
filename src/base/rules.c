/* SPDX-License-Identifier: MIT */
/* Rules by pattern: matching, and telling of patterns that match nothing. */
#include "base/rules.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum { LONGEST_NAME = 256, MOST_NAMES = 6 };

/* After a mismatch the last `*` takes one character more; earlier ones need no second try. */
bool sft__glob(const char *pattern, const char *text)
{
    const char *star = NULL, *resume = text;
    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            resume = text;
        } else if (*pattern == '?' || *pattern == *text) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star + 1;
            text = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

static bool hits(const char *pattern, const char *owner, const char *tensor)
{
    char name[LONGEST_NAME];
    snprintf(name, sizeof name, "%s.%s", owner, tensor);
    return sft__glob(pattern, name);
}

/* "2.body.*" and "0.*": what stands behind the last dot says nothing of a tensor. */
static bool open_ended(const char *pattern)
{
    const char *dot = strrchr(pattern, '.'), *tail = dot ? dot + 1 : pattern;
    return !tail[strspn(tail, "*")];
}

sft_hit sft__rule_hits(const sft_rule *r, const sft_target *t)
{
    if (sft__glob(r->pattern, t->layer) || sft__glob(r->pattern, t->op))
        return SFT_HITS_LAYER;
    if (!hits(r->pattern, t->layer, t->tensor) && !hits(r->pattern, t->op, t->tensor))
        return SFT_MISS;
    return open_ended(r->pattern) ? SFT_HITS_LAYER : SFT_HITS_TENSOR;
}

const sft_rule *sft__rule_for(const sft_rules *rules, const sft_target *t, sft_hit *hit)
{
    for (int i = rules ? rules->n - 1 : -1; i >= 0; i--) {
        sft_hit found = sft__rule_hits(&rules->rule[i], t);
        if (found == SFT_MISS)
            continue;
        if (hit)
            *hit = found;
        return &rules->rule[i];
    }
    return NULL;
}

/* ---- patterns that match nothing ----------------------------------------------------------- */

static void try_name(sft_near *near, char best[LONGEST_NAME], const char *name)
{
    int         distance = near->distance;
    const char *before = near->best;
    sft__near_try(near, name);
    if (near->best == before && near->distance == distance)
        return;
    snprintf(best, LONGEST_NAME, "%s", name);
    near->best = best;          /* `name` does not live on */
}

static sft_status no_match(sft_ctx *c, const sft_rule *r, const char *section, const sft_target *target, int n)
{
    char       best[LONGEST_NAME], name[LONGEST_NAME], hint[SFT_NEAR_ROOM];
    sft_near   near = sft__near(r->pattern);
    sft_string list;
    sft__string_open(&list, c);
    for (int i = 0; i < n; i++) {
        snprintf(name, sizeof name, "%s.%s", target[i].layer, target[i].tensor);
        try_name(&near, best, target[i].layer);
        try_name(&near, best, target[i].op);
        try_name(&near, best, name);
        if (i < MOST_NAMES)
            sft__string_addf(&list, "%s%s", i ? ", " : "", name);
    }
    if (!sft__failed(c))
        sft__fail_at(c, r->pos, r->override ? SFT_E144 : SFT_E132, "`%s` in `%s` matches no layer and no tensor — there are %s%s%s",
                     r->pattern, section, list.text ? list.text : "none", n > MOST_NAMES ? " …" : "", sft__near_hint(&near, hint));
    sft__string_close(&list);
    return sft_code(c);
}

sft_status sft__rules_check(sft_ctx *c, const sft_rules *rules, const char *section, const sft_target *target, int n)
{
    for (int i = 0; rules && i < rules->n; i++) {
        bool found = false;
        for (int k = 0; k < n && !found; k++)
            found = sft__rule_hits(&rules->rule[i], &target[k]) != SFT_MISS;
        if (!found)
            return no_match(c, &rules->rule[i], section, target, n);
    }
    return SFT_OK;
}

/* ---- the list ------------------------------------------------------------------------------ */

sft_rule *sft__rules_find(const sft_rules *rules, const char *pattern)
{
    for (int i = 0; i < rules->n; i++)
        if (!strcmp(rules->rule[i].pattern, pattern))
            return &rules->rule[i];
    return NULL;
}

sft_status sft__rules_put(sft_arena *a, sft_rules *rules, const sft_rule *rule)
{
    sft_rule *old = sft__rules_find(rules, rule->pattern);
    if (old) {
        *old = *rule;
        return SFT_OK;
    }
    if (rules->n == rules->room) {
        int       room = rules->room ? 2 * rules->room : 8;
        sft_rule *more = sft__arena_alloc(a, (size_t)room * sizeof *more);
        if (!more)
            return sft_code(a->ctx);
        if (rules->n)
            memcpy(more, rules->rule, (size_t)rules->n * sizeof *more);
        rules->rule = more;
        rules->room = room;
    }
    rules->rule[rules->n++] = *rule;
    return SFT_OK;
}

bool sft__rules_remove(sft_rules *rules, const char *pattern)
{
    sft_rule *old = sft__rules_find(rules, pattern);
    if (!old)
        return false;
    rules->n--;
    memmove(old, old + 1, (size_t)(rules->rule + rules->n - old) * sizeof *old);
    return true;
}

const char *sft__rule_text(sft_arena *a, const sft_rule *rule)
{
    const char *options = rule->conf ? sft__fields_text(a, rule->rows, rule->conf) : "";
    if (!options)
        return NULL;
    return sft__arena_printf(a, "%s%s%s", rule->name ? rule->name : "", rule->name && *options ? " " : "", options);
}
