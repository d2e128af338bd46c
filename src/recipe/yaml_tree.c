/* SPDX-License-Identifier: MIT */
/* libyaml's events to a tree: lists and mappings linked through `next`, a recipe where one stands. */
#include <string.h>

#include "base/text.h"
#include "recipe/yaml_tree.h"

void sft__yaml_tree_free(sft_yaml_node *root)
{
    for (sft_yaml_node *x = root ? root->first : NULL; x; x = x->next) {
        if (x->recipe) sft_recipe_free(x->recipe);
        x->recipe = NULL;
    }
}

#ifdef SFT_HAVE_YAML
#include "recipe/yaml_events.h"

typedef struct builder {
    sft_yaml   y;
    sft_arena *arena;
} builder;

static sft_status node(builder *b, bool top, sft_yaml_node *x);

static const char *copy_scalar(builder *b)
{
    const char  *text = (const char *)b->y.event.data.scalar.value;
    const size_t n = b->y.event.data.scalar.length;
    if (strlen(text) == n) return sft__arena_textn(b->arena, text, n);
    sft__fail_at(b->y.ctx, sft__yaml_here(&b->y), SFT_E111, "a zero character in a text");
    return NULL;
}

static sft_yaml_node *append(builder *b, sft_yaml_node *parent, sft_yaml_node **last)
{
    sft_yaml_node *x = sft__arena_alloc(b->arena, sizeof *x);
    if (!x) return NULL;
    if (*last) (*last)->next = x;
    else parent->first = x;
    parent->n++;
    return *last = x;
}

static sft_status list(builder *b, sft_yaml_node *x)
{
    sft_yaml_node *last = NULL;
    for (;;) {
        sft_status s = sft__yaml_next(&b->y);
        if (s != SFT_OK || b->y.event.type == YAML_SEQUENCE_END_EVENT) return s;
        sft_yaml_node *item = append(b, x, &last);
        s = item ? node(b, false, item) : sft_code(b->y.ctx);
        if (s != SFT_OK) return s;
    }
}

/* The event at hand is a key. */
static sft_status key(builder *b, const sft_yaml_node *map, sft_yaml_node *x)
{
    x->key_pos = sft__yaml_here(&b->y);
    if (b->y.event.type != YAML_SCALAR_EVENT)
        return sft__fail_at(b->y.ctx, x->key_pos, SFT_E111, "a key must be a word");
    const char *word = copy_scalar(b);
    if (!word) return sft_code(b->y.ctx);
    for (const sft_yaml_node *i = map->first; i != x; i = i->next)
        if (sft__text_is(i->key, word)) return sft__yaml_twice(&b->y, word, x->key_pos, i->key_pos);
    x->key = word;
    return SFT_OK;
}

static sft_status map(builder *b, bool top, sft_yaml_node *x)
{
    enum { MOST = 4096 };
    sft_yaml_node *last = NULL;
    for (;;) {
        sft_status s = sft__yaml_next(&b->y);
        if (s != SFT_OK || b->y.event.type == YAML_MAPPING_END_EVENT) return s;
        if (x->n == MOST)
            return sft__fail_at(b->y.ctx, sft__yaml_here(&b->y), SFT_E113, "more than %d keys in one mapping", MOST);
        sft_yaml_node *item = append(b, x, &last);
        s = item ? key(b, x, item) : sft_code(b->y.ctx);
        if (s == SFT_OK) s = sft__yaml_next(&b->y);
        if (s == SFT_OK) s = node(b, top && sft__text_is(item->key, "recipe"), item);
        if (s != SFT_OK) return s;
    }
}

static sft_status recipe(builder *b, sft_yaml_node *x)
{
    x->kind = SFT_YAML_RECIPE;
    x->recipe = sft_recipe_parse(b->y.ctx, b->y.file, NULL, 0);
    return x->recipe ? sft__yaml_recipe(&b->y, x->recipe) : sft_code(b->y.ctx);
}

/* The event at hand begins the node. */
static sft_status node(builder *b, bool is_recipe, sft_yaml_node *x)
{
    x->pos = sft__yaml_here(&b->y);
    switch (b->y.event.type) {
    case YAML_SEQUENCE_START_EVENT: x->kind = SFT_YAML_LIST; return list(b, x);
    case YAML_MAPPING_START_EVENT:
        if (is_recipe) return recipe(b, x);
        x->kind = SFT_YAML_MAP;
        return map(b, false, x);
    default: break;
    }
    if (sft__yaml_null(&b->y)) return SFT_OK;
    x->kind = SFT_YAML_SCALAR;
    x->text = copy_scalar(b);
    return x->text ? SFT_OK : sft_code(b->y.ctx);
}

static sft_status document(builder *b, const char *what, sft_yaml_node *root)
{
    bool       nothing;
    sft_status s = sft__yaml_begin(&b->y, &nothing);
    if (s != SFT_OK || nothing) return s;
    if (b->y.event.type == YAML_MAPPING_START_EVENT) {
        root->pos = sft__yaml_here(&b->y);
        root->kind = SFT_YAML_MAP;
        s = map(b, true, root);
    } else {
        s = node(b, false, root);
    }
    return s == SFT_OK ? sft__yaml_end(&b->y, what) : s;
}

sft_status sft__yaml_tree(sft_arena *a, const char *file, const char *what, const char *text, size_t n, sft_yaml_node **out)
{
    builder b = { .arena = a };
    *out = sft__arena_alloc(a, sizeof **out);
    if (!*out) return sft_code(a->ctx);
    sft_status s = sft__yaml_open(&b.y, a->ctx, file, text, n);
    if (s != SFT_OK) return s;
    s = document(&b, what, *out);
    sft__yaml_close(&b.y);
    if (s != SFT_OK) sft__yaml_tree_free(*out);
    return s;
}

#else

sft_status sft__yaml_tree(sft_arena *a, const char *file, const char *what, const char *text, size_t n, sft_yaml_node **out)
{
    (void)text;
    (void)n;
    *out = NULL;
    return sft__fail_at(a->ctx, (sft_pos){ file, 0, 0 }, SFT_E151, "this build reads no %s: libyaml was absent", what);
}

#endif
