/* SPDX-License-Identifier: MIT */
/* From nodes of sweep.yaml to what the recipe room understands: calls, texts, and its failures at the sweep's places. */
#include <string.h>

#include "sweep/plan.h"

sft_yaml_node *sft__node_child(const sft_yaml_node *map, const char *key)
{
    for (sft_yaml_node *x = map && map->kind == SFT_YAML_MAP ? map->first : NULL; x; x = x->next)
        if (sft__text_is(x->key, key)) return x;
    return NULL;
}

sft_status sft__node_wrong(sft_draft *d, const sft_yaml_node *x, const char *what, const char *wanted)
{
    static const char *const nouns[] = { "nothing", "text", "a list", "a mapping", "a recipe" };
    return sft__fail_at(d->ctx, x->pos, SFT_E111, "`%s` wants %s, got %s%s%.60s%s", what, wanted, nouns[x->kind],
                        x->text ? " `" : "", x->text ? x->text : "", x->text ? "`" : "");
}

/* ---- texts ----------------------------------------------------------------------------------- */

/* An item of a list, or the value behind a key=: quoted where the one grammar would take it for more than one word. */
static void add_word(sft_string *s, const char *text, const char *ends)
{
    if (*text && !strpbrk(text, ends)) {
        sft__string_add(s, text);
        return;
    }
    sft__string_add(s, "\"");
    for (; *text; text++) sft__string_addf(s, "%s%c", *text == '"' || *text == '\\' ? "\\" : "", *text);
    sft__string_add(s, "\"");
}

static sft_status add_list(sft_draft *d, const sft_yaml_node *x, const char *what, sft_string *s)
{
    sft__string_add(s, "[");
    for (const sft_yaml_node *i = x->first; i; i = i->next) {
        if (i->kind != SFT_YAML_SCALAR) return sft__node_wrong(d, i, what, "a flat list");
        if (i != x->first) sft__string_add(s, ", ");
        add_word(s, i->text, ",[]\"'");
    }
    sft__string_add(s, "]");
    return SFT_OK;
}

/* {name: sgd, lr: 0.1, betas: [0.9, 0.99]} as `sgd lr=0.1 betas=[0.9, 0.99]` */
static sft_status add_call(sft_draft *d, const sft_yaml_node *x, const char *what, sft_string *s)
{
    const sft_yaml_node *name = sft__node_child(x, "name");
    if (name && name->kind != SFT_YAML_SCALAR) return sft__node_wrong(d, name, "name", "a word");
    if (name) add_word(s, name->text, " \t\r\n=[]\"'");
    for (const sft_yaml_node *i = x->first; i; i = i->next) {
        if (i == name || i->kind == SFT_YAML_NULL) continue;
        if (strpbrk(i->key, " \t\r\n=\"'[]") || !*i->key)
            return sft__fail_at(d->ctx, i->key_pos, SFT_E111, "`%.60s` in `%s` is no name of an option", i->key, what);
        sft__string_addf(s, "%s%s=", s->n ? " " : "", i->key);
        if (i->kind == SFT_YAML_LIST) {
            if (add_list(d, i, i->key, s)) return sft_code(d->ctx);
        } else if (i->kind == SFT_YAML_SCALAR) {
            add_word(s, i->text, " \t\r\n=[]\"'");
        } else {
            return sft__node_wrong(d, i, i->key, "one value");
        }
    }
    return SFT_OK;
}

const char *sft__node_text(sft_draft *d, const sft_yaml_node *x, const char *what)
{
    const char *text = NULL;
    sft_string  s;
    if (x->kind == SFT_YAML_SCALAR) return x->text;
    sft__string_open(&s, d->ctx);
    sft__string_add(&s, "");
    if (x->kind == SFT_YAML_LIST) add_list(d, x, what, &s);
    else if (x->kind == SFT_YAML_MAP) add_call(d, x, what, &s);
    else sft__node_wrong(d, x, what, "a value");
    if (!sft__failed(d->ctx)) text = sft__arena_text(d->arena, s.text ? s.text : "");
    sft__string_close(&s);
    return text;
}

/* ---- calls ----------------------------------------------------------------------------------- */

static sft_status map_spec(sft_draft *d, const sft_yaml_node *x, bool named, sft_spec *out)
{
    *out = (sft_spec){ .name = "", .pos = x->pos };
    for (const sft_yaml_node *i = x->first; i; i = i->next) {
        const bool name = named && sft__text_is(i->key, "name");
        if (i->kind == SFT_YAML_NULL) continue;
        if (i->kind == SFT_YAML_MAP || (name && i->kind != SFT_YAML_SCALAR)) return sft__node_wrong(d, i, i->key, "one value");
        const char *text = sft__node_text(d, i, i->key);
        if (!text) return sft_code(d->ctx);
        if (name) {
            out->name = text;
            out->pos = i->pos;
        } else if (sft__spec_put(d->arena, out, i->key, text, i->key_pos, false)) {
            return sft_code(d->ctx);
        }
    }
    return SFT_OK;
}

sft_status sft__node_spec(sft_draft *d, const sft_yaml_node *x, const char *what, bool named, sft_spec *out)
{
    if (x->kind == SFT_YAML_MAP) return map_spec(d, x, named, out);
    if (x->kind != SFT_YAML_SCALAR) return sft__node_wrong(d, x, what, "text or a mapping");
    sft_status s = sft__spec_parse(d->arena, x->text, strlen(x->text), x->pos, out);
    return s == SFT_OK && !named ? sft__spec_unname(d->arena, what, out) : s;
}

/* ---- failures -------------------------------------------------------------------------------- */

sft_status sft__plan_blame(sft_ctx *c, sft_pos pos, const char *behind)
{
    sft_failure f;
    sft__set_aside(c, &f);
    if (f.status == SFT_MEMORY) {
        sft__put_back(c, &f);
        return f.status;
    }
    const char     *sentence = strstr(f.message, "]: ");
    const sft_ecode e = f.ecode == SFT_E144 ? SFT_E140 : f.ecode == SFT_E145 ? SFT_E111 : f.ecode;
    return sft__fail_at(c, pos, e, "%.3000s%s%s", sentence ? sentence + 3 : f.message, behind ? " — " : "", behind ? behind : "");
}
