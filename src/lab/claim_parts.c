/* SPDX-License-Identifier: MIT */
/* claim.yaml: measures, claims and figures. */
#include <math.h>
#include <string.h>

#include "lab/claim.h"

static sft_plan_draft draft_of(sft_lab *lab) { return (sft_plan_draft){ .ctx = lab->ctx, .arena = &lab->arena }; }

/* A record of a list by its word, with E132 and the nearest one. */
static sft_status no_record(sft_lab *lab, sft_pos pos, const char *what, const char *word, const char *(*name_at)(int))
{
    sft_near near = sft__near(word);
    char     hint[SFT_NEAR_ROOM];
    for (int i = 0; name_at(i); i++) sft__near_try(&near, name_at(i));
    return sft__fail_at(lab->ctx, pos, SFT_E132, "nothing that is %s is called `%.60s`%s — `surefoot list %s` shows all", what, word,
                        sft__near_hint(&near, hint), strstr(what, "draw") ? "figure" : "measure");
}

/* ---- measures -------------------------------------------------------------------------------------------------- */

static const char *gauge_name(int i) { return sft__gauge_at(i) ? sft__gauge_at(i)->name : NULL; }

static sft_status take_one(sft_lab *lab, int experiment, const sft_yaml_node *x)
{
    sft_plan_draft d = draft_of(lab);
    sft_spec       spec;
    if (lab->n_takes == SFT_MOST_TAKES) return sft__fail_at(lab->ctx, x->key_pos, SFT_E113, "more than %d measures", SFT_MOST_TAKES);
    for (int i = 0; i < lab->n_takes; i++)
        if (!strcmp(lab->take[i].name, x->key))
            return sft__fail_at(lab->ctx, x->key_pos, SFT_E104,
                                "`%s` is measured twice — measures of all experiments need names of their own", x->key);
    if (sft__node_spec(&d, x, x->key, true, &spec)) return sft_code(lab->ctx);
    sft_take *t = &lab->take[lab->n_takes];
    *t = (sft_take){ .name = x->key, .pos = x->pos, .experiment = experiment };
    for (int i = 0; sft__gauge_at(i); i++)
        if (spec.name && !strcmp(sft__gauge_at(i)->name, spec.name)) t->record = sft__gauge_at(i);
    if (!t->record) return no_record(lab, x->pos, "measured", spec.name ? spec.name : "", gauge_name);
    t->conf = sft__arena_alloc(&lab->arena, t->record->conf_size + 1);
    if (!t->conf || sft__fields_bind(&lab->arena, t->record->fields, t->conf, &spec, t->record->name)) return sft_code(lab->ctx);
    lab->n_takes++;
    return SFT_OK;
}

sft_status sft__lab_takes(sft_lab *lab, const sft_yaml_node *map)
{
    if (!map || map->kind != SFT_YAML_MAP)
        return sft__fail_at(lab->ctx, map ? map->pos : (sft_pos){ lab->file, 0, 0 }, SFT_E114,
                            "`measures` is required — as in `measures: {depth: {accuracy: result test_accuracy}}`");
    for (const sft_yaml_node *group = map->first; group; group = group->next) {
        const int experiment = sft__lab_experiment(lab, group->key);
        if (experiment < 0) {
            sft_near near = sft__near(group->key);
            char     hint[SFT_NEAR_ROOM];
            for (int i = 0; i < lab->n_experiments; i++) sft__near_try(&near, lab->experiment[i].name);
            return sft__fail_at(lab->ctx, group->key_pos, SFT_E132, "`%s` is no experiment of this lab%s", group->key,
                                sft__near_hint(&near, hint));
        }
        if (group->kind != SFT_YAML_MAP)
            return sft__fail_at(lab->ctx, group->pos, SFT_E111, "measures are a mapping: name: what is measured");
        for (const sft_yaml_node *x = group->first; x; x = x->next)
            if (take_one(lab, experiment, x)) return sft_code(lab->ctx);
    }
    return SFT_OK;
}

/* ---- claims ------------------------------------------------------------------------------------------------------ */

static sft_status number_of(sft_lab *lab, const sft_yaml_node *x, double *v)
{
    if (x->kind == SFT_YAML_SCALAR && sft__parse_real(x->text, strlen(x->text), v) && isfinite(*v)) return SFT_OK;
    return sft__fail_at(lab->ctx, x->pos, SFT_E111, "a bound is a number, got `%.60s`", x->text ? x->text : "something else");
}

static sft_status take_bound(sft_lab *lab, sft_claim *k, const sft_yaml_node *map)
{
    static const char *const names[] = { "at_least", "at_most", "between", "equals" };
    const sft_yaml_node     *found = NULL;
    for (int i = 0; i < 4; i++) {
        const sft_yaml_node *x = sft__node_child(map, names[i]);
        if (!x) continue;
        if (found) return sft__fail_at(lab->ctx, x->key_pos, SFT_E111, "`%s` has two bounds — between: [low, high] is one", k->name);
        found = x;
        k->bound = (sft_claim_bound)i;
    }
    if (!found) return sft__fail_at(lab->ctx, map->pos, SFT_E114, "`%s` has no bound — at_least, at_most, between or equals", k->name);
    if (k->bound == SFT_BETWEEN) {
        if (found->kind != SFT_YAML_LIST || found->n != 2)
            return sft__fail_at(lab->ctx, found->pos, SFT_E111, "`between` wants [low, high]");
        if (number_of(lab, found->first, &k->low) || number_of(lab, found->first->next, &k->high)) return sft_code(lab->ctx);
        return k->low < k->high ? SFT_OK : sft__fail_at(lab->ctx, found->pos, SFT_E113, "`between` wants the lower number first");
    }
    if (number_of(lab, found, &k->low)) return sft_code(lab->ctx);
    k->high = k->low;
    return SFT_OK;
}

static sft_status take_claim(sft_lab *lab, const sft_yaml_node *x)
{
    static const char *const   words[] = { "says",    "value",      "at_least", "at_most", "between", "equals",
                                           "because", "too_strong", "unit",     "check",   NULL };
    static const sft_lab_keys keys = { "a claim", words };
    if (lab->n_claims == SFT_MOST_CLAIMS) return sft__fail_at(lab->ctx, x->key_pos, SFT_E113, "more than %d claims", SFT_MOST_CLAIMS);
    if (sft__lab_keys(lab, x, &keys)) return sft_code(lab->ctx);
    sft_claim           *k = &lab->claim[lab->n_claims];
    const sft_yaml_node *value = sft__node_child(x, "value"), *check = sft__node_child(x, "check");
    *k = (sft_claim){ .name = x->key, .in_check = true, .mean = NAN, .from = NAN, .to = NAN, .verdict = SFT_CLAIM_UNKNOWN };
    k->says = sft__lab_text(lab, x, "says", true);
    k->text = sft__lab_text(lab, x, "value", true);
    k->because = sft__lab_text(lab, x, "because", true);
    k->instead = sft__lab_text(lab, x, "too_strong", false);
    const char *unit = sft__lab_text(lab, x, "unit", false);
    k->unit = unit ? unit : "";
    if (check && (check->kind != SFT_YAML_SCALAR || (strcmp(check->text, "true") && strcmp(check->text, "false"))))
        return sft__fail_at(lab->ctx, check->pos, SFT_E111, "`check` wants true or false");
    k->in_check = !check || !strcmp(check->text, "true");
    if (sft__failed(lab->ctx) || take_bound(lab, k, x)) return sft_code(lab->ctx);
    k->value = sft__expr_parse(lab, k->text, value->pos);
    if (!k->value || sft__expr_check(k->value, NULL)) return sft_code(lab->ctx);
    lab->n_claims++;
    return SFT_OK;
}

sft_status sft__lab_claims(sft_lab *lab, const sft_yaml_node *map)
{
    if (!map || map->kind != SFT_YAML_MAP || !map->n)
        return sft__fail_at(lab->ctx, map ? map->pos : (sft_pos){ lab->file, 0, 0 }, SFT_E114,
                            "`claims` is required: a lab claims something");
    for (const sft_yaml_node *x = map->first; x; x = x->next)
        if (take_claim(lab, x)) return sft_code(lab->ctx);
    return SFT_OK;
}

/* ---- figures ----------------------------------------------------------------------------------------------------- */

static const char *figure_name(int i) { return sft__lab_figure_at(i) ? sft__lab_figure_at(i)->name : NULL; }

/* The options of the record: all keys but those that every figure has. */
static sft_status options_of(sft_lab *lab, const sft_yaml_node *map, sft_spec *out)
{
    static const char *const own[] = { "draw", "title", "caption", "name" };
    sft_plan_draft           d = draft_of(lab);
    *out = (sft_spec){ .name = "", .pos = map->pos };
    for (const sft_yaml_node *x = map->first; x; x = x->next) {
        bool skip = x->kind == SFT_YAML_NULL;
        for (int i = 0; i < 4; i++) skip = skip || !strcmp(x->key, own[i]);
        const char *text = skip ? NULL : sft__node_text(&d, x, x->key);
        if (text && sft__spec_put(&lab->arena, out, x->key, text, x->key_pos, false)) break;
        if (sft__failed(lab->ctx)) break;
    }
    return sft_code(lab->ctx);
}

static sft_status take_drawing(sft_lab *lab, const sft_yaml_node *x)
{
    sft_spec spec;
    if (lab->n_drawings == SFT_MOST_FIGURES) return sft__fail_at(lab->ctx, x->pos, SFT_E113, "more than %d figures", SFT_MOST_FIGURES);
    if (x->kind != SFT_YAML_MAP)
        return sft__fail_at(lab->ctx, x->pos, SFT_E111, "a figure is a mapping: draw, title, caption and its options");
    sft_drawing *d = &lab->drawing[lab->n_drawings];
    const char  *kind = sft__lab_text(lab, x, "draw", true), *name = sft__lab_text(lab, x, "name", false);
    *d = (sft_drawing){ .pos = x->pos, .title = sft__lab_text(lab, x, "title", true), .caption = sft__lab_text(lab, x, "caption", true) };
    if (sft__failed(lab->ctx)) return sft_code(lab->ctx);
    d->name = name ? name : sft__arena_printf(&lab->arena, "%s-%d", kind, lab->n_drawings + 1);
    for (int i = 0; sft__lab_figure_at(i); i++)
        if (!strcmp(sft__lab_figure_at(i)->name, kind)) d->record = sft__lab_figure_at(i);
    if (!d->record) return no_record(lab, sft__node_child(x, "draw")->pos, "drawn", kind, figure_name);
    d->conf = sft__arena_alloc(&lab->arena, d->record->conf_size + 1);
    if (!d->conf || options_of(lab, x, &spec) || sft__fields_bind(&lab->arena, d->record->fields, d->conf, &spec, d->record->name))
        return sft_code(lab->ctx);
    if (d->record->check && d->record->check(lab, d)) return sft_code(lab->ctx);
    lab->n_drawings++;
    return SFT_OK;
}

sft_status sft__lab_drawings(sft_lab *lab, const sft_yaml_node *list)
{
    if (!list || list->kind == SFT_YAML_NULL) return SFT_OK;
    if (list->kind != SFT_YAML_LIST) return sft__fail_at(lab->ctx, list->pos, SFT_E111, "`figures` wants a list");
    for (const sft_yaml_node *x = list->first; x; x = x->next)
        if (take_drawing(lab, x)) return sft_code(lab->ctx);
    return SFT_OK;
}
