/* SPDX-License-Identifier: MIT */
/* claim.yaml: its sentence and its experiments. docs/labs.md has the grammar. */
#include <errno.h>
#include <string.h>

#include "base/io.h"
#include "lab/claim.h"

/* ---- keys and texts ------------------------------------------------------------------------------------------ */

sft_status sft__lab_keys(sft_lab *lab, const sft_yaml_node *map, const sft_lab_keys *keys)
{
    if (map->kind != SFT_YAML_MAP) return sft__fail_at(lab->ctx, map->pos, SFT_E111, "%s is a mapping", keys->what);
    for (const sft_yaml_node *x = map->first; x; x = x->next) {
        sft_near   near = sft__near(x->key);
        char       hint[SFT_NEAR_ROOM];
        sft_string list;
        bool       known = false;
        for (int i = 0; keys->word[i] && !known; i++) {
            known = !strcmp(keys->word[i], x->key);
            sft__near_try(&near, keys->word[i]);
        }
        if (known) continue;
        sft__string_open(&list, lab->ctx);
        for (int i = 0; keys->word[i]; i++) sft__string_addf(&list, "%s%s", i ? ", " : "", keys->word[i]);
        sft__fail_at(lab->ctx, x->key_pos, SFT_E110, "unknown key `%.60s` of %s — there are %s%s", x->key, keys->what,
                     list.text ? list.text : "", sft__near_hint(&near, hint));
        sft__string_close(&list);
        return sft_code(lab->ctx);
    }
    return SFT_OK;
}

const char *sft__lab_text(sft_lab *lab, const sft_yaml_node *map, const char *key, bool required)
{
    const sft_yaml_node *x = sft__node_child(map, key);
    if (x && x->kind == SFT_YAML_SCALAR) return x->text;
    if (x && x->kind != SFT_YAML_NULL) sft__fail_at(lab->ctx, x->pos, SFT_E111, "`%s` wants text", key);
    else if (required) sft__fail_at(lab->ctx, map->pos, SFT_E114, "`%s` is missing", key);
    return NULL;
}

int sft__lab_experiment(const sft_lab *lab, const char *name)
{
    for (int i = 0; i < lab->n_experiments; i++)
        if (!strcmp(lab->experiment[i].name, name)) return i;
    return -1;
}

/* ---- experiments ---------------------------------------------------------------------------------------------- */

static sft_status take_sets(sft_lab *lab, sft_experiment *x, const sft_yaml_node *set)
{
    if (!set) return SFT_OK;
    if (set->kind != SFT_YAML_LIST) return sft__fail_at(lab->ctx, set->pos, SFT_E111, "`set` wants a list, as in [train.epochs=5]");
    x->set = sft__arena_alloc(&lab->arena, (size_t)(set->n + 1) * sizeof *x->set);
    for (const sft_yaml_node *i = set->first; i && x->set; i = i->next) {
        if (i->kind != SFT_YAML_SCALAR) return sft__fail_at(lab->ctx, i->pos, SFT_E111, "`set` wants texts like train.epochs=5");
        x->set[x->n_sets++] = i->text;
    }
    return sft_code(lab->ctx);
}

/* {seeds: 2, set: [train.epochs=3]}: counts in a check only, but is looked at in any case. */
static sft_status take_check(sft_lab *lab, sft_experiment *x, const sft_yaml_node *check)
{
    static const char *const   words[] = { "seeds", "set", NULL };
    static const sft_lab_keys keys = { "`check`", words };
    sft_experiment             small = { 0 };
    int64_t                    seeds = 0;
    if (!check || check->kind == SFT_YAML_NULL) return SFT_OK;
    if (sft__lab_keys(lab, check, &keys)) return sft_code(lab->ctx);
    const sft_yaml_node *n = sft__node_child(check, "seeds");
    if (n && (n->kind != SFT_YAML_SCALAR || !sft__parse_int(n->text, strlen(n->text), &seeds) || seeds < 1 || seeds > 1000))
        return sft__fail_at(lab->ctx, n->pos, SFT_E111, "`seeds` wants a number from 1 to 1000");
    if (take_sets(lab, &small, sft__node_child(check, "set"))) return sft_code(lab->ctx);
    if (!lab->o.check) return SFT_OK;
    if (seeds) x->seeds = (int)seeds;
    x->n_sets = small.n_sets;
    x->set = small.set;
    return SFT_OK;
}

static sft_status read_plan(sft_lab *lab, sft_experiment *x, const sft_yaml_node *at)
{
    sft_plan plan;
    if (sft__plan_read(lab->ctx, &lab->arena, x->plan, &plan)) return sft_code(lab->ctx);
    if (strcmp(plan.sampler.record->name, "grid") || plan.halving.eta > 0)
        return sft__fail_at(lab->ctx, at->pos, SFT_E111,
                            "%s: a lab's sweep trains every combination to the end — write `sampler: grid`, and no halving", x->plan);
    x->space = plan.space;
    x->seeds = plan.seeds;
    return SFT_OK;
}

static sft_status take_experiment(sft_lab *lab, const sft_yaml_node *at)
{
    static const char *const   words[] = { "sweep", "check", NULL };
    static const sft_lab_keys keys = { "an experiment", words };
    if (lab->n_experiments == SFT_MOST_EXPERIMENTS)
        return sft__fail_at(lab->ctx, at->key_pos, SFT_E113, "more than %d experiments", SFT_MOST_EXPERIMENTS);
    sft_experiment *x = &lab->experiment[lab->n_experiments];
    const char     *file = at->kind == SFT_YAML_SCALAR ? at->text : NULL;
    if (!file && (sft__lab_keys(lab, at, &keys) || !(file = sft__lab_text(lab, at, "sweep", true)))) return sft_code(lab->ctx);
    *x = (sft_experiment){ .name = at->key };
    x->plan = sft__arena_printf(&lab->arena, "%s/%s", lab->folder, file);
    x->folder = sft__arena_printf(&lab->arena, "%s/%s", lab->out, at->key);
    if (!x->plan || !x->folder || read_plan(lab, x, at)) return sft_code(lab->ctx);
    lab->n_experiments++;
    return at->kind == SFT_YAML_MAP ? take_check(lab, x, sft__node_child(at, "check")) : SFT_OK;
}

sft_status sft__lab_experiments(sft_lab *lab, const sft_yaml_node *map)
{
    if (!map || map->kind != SFT_YAML_MAP)
        return sft__fail_at(lab->ctx, map ? map->pos : (sft_pos){ lab->file, 0, 0 }, SFT_E114,
                            "`experiments` is required — as in `experiments: {depth: depth.yaml}`");
    for (const sft_yaml_node *x = map->first; x; x = x->next)
        if (take_experiment(lab, x)) return sft_code(lab->ctx);
    return SFT_OK;
}

/* ---- the file -------------------------------------------------------------------------------------------------- */

static sft_status read_tree(sft_lab *lab, const sft_yaml_node *root)
{
    static const char *const   words[] = { "title", "slide", "sentence", "experiments", "measures", "claims", "figures", NULL };
    static const sft_lab_keys keys = { "a lab", words };
    if (sft__lab_keys(lab, root, &keys)) return sft_code(lab->ctx);
    lab->title = sft__lab_text(lab, root, "title", true);
    lab->slide = sft__lab_text(lab, root, "slide", true);
    lab->sentence = sft__lab_text(lab, root, "sentence", true);
    if (sft__failed(lab->ctx) || sft__lab_experiments(lab, sft__node_child(root, "experiments")) ||
        sft__lab_takes(lab, sft__node_child(root, "measures")) || sft__lab_claims(lab, sft__node_child(root, "claims")) ||
        sft__lab_drawings(lab, sft__node_child(root, "figures")))
        return sft_code(lab->ctx);
    return SFT_OK;
}

sft_status sft__lab_read(sft_lab *lab)
{
    sft_bytes      bytes = { 0 };
    sft_yaml_node *root;
    const sft_pos  at = { lab->file, 0, 0 };
    errno = 0;
    const sft_io_fault fault = sft__read_file(lab->ctx, lab->file, SFT_RECIPE_LIMIT, &bytes);
    if (fault == SFT_IO_MEMORY) return sft_code(lab->ctx);
    if (fault == SFT_IO_MISSING)
        return sft__fail_at(lab->ctx, at, SFT_E152,
                            "no such file — a lab is a folder with a claim.yaml; `surefoot lab` lists those that are there");
    if (fault != SFT_IO_OK) return sft__fail_at(lab->ctx, at, SFT_E151, "cannot be read (%s)", strerror(errno ? errno : EACCES));
    if (sft__yaml_tree(&lab->arena, lab->file, "lab", (const char *)bytes.data, bytes.size, &root) == SFT_OK) {
        read_tree(lab, root);
        sft__yaml_tree_free(root);
    }
    sft__bytes_free(lab->ctx, &bytes);
    return sft_code(lab->ctx);
}
