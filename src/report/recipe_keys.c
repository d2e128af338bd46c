/* SPDX-License-Identifier: MIT */
/* A resolved recipe as a list of keys and values, and what keys are called in sentences. */
#include "recipe/sections.h"
#include "report/report.h"

#include <stdio.h>
#include <string.h>

typedef struct key_list {
    sft_recipe  *r;
    sft_arena   *a;
    int          n, room;
    const char **key, **value;
} key_list;

static sft_status add(key_list *l, const char *key, const char *value)
{
    if (l->n == l->room) {
        const int    room = l->room ? 2 * l->room : 128;
        const char **k = sft__arena_alloc(l->a, (size_t)room * sizeof *k), **v = sft__arena_alloc(l->a, (size_t)room * sizeof *v);
        if (!k || !v) return sft_code(l->r->ctx);
        if (l->n) memcpy(k, l->key, (size_t)l->n * sizeof *k), memcpy(v, l->value, (size_t)l->n * sizeof *v);
        l->key = k;
        l->value = v;
        l->room = room;
    }
    l->key[l->n] = sft__arena_text(l->a, key);
    l->value[l->n] = sft__arena_text(l->a, value ? value : "");
    l->n += l->key[l->n] && l->value[l->n];
    return sft_code(l->r->ctx);
}

/* The section itself where it names a record or is text, then its options. */
static void add_section(key_list *l, int id)
{
    const sft_section *s = &sft__section[id];
    const sft_bound   *b = &l->r->bound[id];
    const bool         text = s->patterns || s->list || (id == SFT_MODEL_SECTION && l->r->stack);
    char               key[160];
    if (text || b->name) add(l, s->name, sft_recipe_get(l->r, s->name));
    if (text || !b->rows) return;
    for (const sft_field *row = b->rows; row->name; row++) {
        snprintf(key, sizeof key, "%s.%s", s->name, row->name);
        add(l, key, sft_recipe_get(l->r, key));
    }
}

sft_status sft__recipe_keys(sft_recipe *r, sft_arena *a, int *n, const char ***key, const char ***value)
{
    key_list l = { .r = r, .a = a };
    if (sft_recipe_resolve(r) != SFT_OK) return sft_code(r->ctx);
    for (int id = 0; id < SFT_SECTIONS; id++) add_section(&l, id);
    *n = l.n;
    *key = l.key;
    *value = l.value;
    return sft_code(r->ctx);
}

const char *sft__key_words(sft_arena *a, const char *key)
{
    static const char *const known[][2] = {
        { "optimizer.lr", "learning rate" }, { "optimizer.weight_decay", "weight decay" }, { "train.batch", "batch size" },
        { "train.epochs", "epochs" }, { "init", "initialisation" }, { "init.name", "initialisation" }, { "optimizer.name", "optimiser" },
        { "optimizer", "optimiser" }, { "schedule.name", "schedule" }, { "model.act", "activation" }, { "model.norm", "normalisation" },
        { "optimizer.nesterov", "Nesterov momentum" }, { "train.clip_norm", "gradient clipping" }, { "schedule.warmup", "warm-up" },
        { "data", "data" }, { "data.name", "data" }, { "model.name", "model" }, { "train.seed", "seed" },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(key, known[i][0])) return known[i][1];
    const char *dot = strrchr(key, '.');
    char       *out = sft__arena_text(a, dot ? dot + 1 : key);
    for (char *p = out; p && *p; p++)
        if (*p == '_') *p = ' ';
    return out ? out : key;
}
