/* SPDX-License-Identifier: MIT */
/* Resolving: each section is bound to its rows, the model becomes layers, and what must fit together is checked. */
#include <string.h>

#include "base/text.h"
#include "graph/presets/presets.h"
#include "recipe/augment.h"
#include "recipe/sections.h"

static const sft_field no_rows[] = { SFT_FIELD_END };

static sft_status unknown_name(sft_recipe *r, int id, const char *name, sft_pos pos)
{
    const sft_section *section = &sft__section[id];
    sft_near           near = sft__near(name);
    sft_string         list;
    sft_choice         c;
    char               hint[SFT_NEAR_ROOM];
    sft__string_open(&list, r->ctx);
    for (int i = 0; section->at(i, &c); i++) {
        sft__near_try(&near, c.name);
        sft__string_addf(&list, "%s%s", i ? ", " : "", c.name);
    }
    sft__fail_at(r->ctx, pos, SFT_E132, "unknown %s `%s` — there are %s%s", section->name, name,
                 list.text ? list.text : "none", sft__near_hint(&near, hint));
    sft__string_close(&list);
    return sft_code(r->ctx);
}

/* Two tables as one: the second's values stand `shift` bytes behind the first's. */
static const sft_field *join(sft_arena *a, const sft_field *x, const sft_field *y, size_t shift)
{
    size_t nx = 0, ny = 0;
    while (x[nx].name) nx++;
    while (y[ny].name) ny++;
    sft_field *both = sft__arena_alloc(a, (nx + ny + 1) * sizeof *both);
    if (!both) return NULL;
    memcpy(both, x, nx * sizeof *both);
    memcpy(both + nx, y, ny * sizeof *both);
    for (size_t i = 0; i < ny; i++) both[nx + i].offset += shift;
    return both;
}

/* A schedule's struct, and behind it its warm-up; an initialiser's, and behind it what all have. */
static size_t warmup_offset(size_t conf_size) { return (conf_size + 15) / 16 * 16; }

const sft_field *sft__section_rows(sft_recipe *r, int id, const sft_choice *c)
{
    const sft_field *rows = c->fields ? c->fields : no_rows;
    if (id == SFT_INIT_SECTION)
        return join(&r->arena, rows, sft__init_extra_fields, warmup_offset(c->conf_size));
    if (id != SFT_SCHEDULE_SECTION) return rows;
    return join(&r->arena, rows, sft__warmup_fields, warmup_offset(c->conf_size));
}

/* Data names a place where its source wants one, and only there. */
static sft_status check_place(sft_recipe *r, const sft_spec *s, const sft_source *source)
{
    const char *place = sft__place_of(s->name);
    if (source->place && (!place || !*place)) {
        return sft__fail_at(r->ctx, s->pos, SFT_E115, "data `%s` needs a place — write %s:PATH",
                            source->name, source->name);
    }
    if (!source->place && place) {
        return sft__fail_at(r->ctx, s->pos, SFT_E115, "data `%s` takes no place — write %s alone",
                            source->name, source->name);
    }
    return SFT_OK;
}

static sft_status choose(sft_recipe *r, int id, const sft_spec *s, sft_choice *c, sft_bound *out)
{
    const sft_section *section = &sft__section[id];
    const char        *name = s->name && *s->name ? s->name : section->usual;
    *c = (sft_choice){ .name = "auto" };
    out->name = c->name;
    if (!sft__choice_find(section, name, c)) {
        *c = (sft_choice){ .name = "auto" };
        const bool automatic = sft__text_is(name, "auto") && sft__text_is(section->usual, "auto");
        return automatic ? SFT_OK : unknown_name(r, id, name, s->pos);
    }
    out->name = c->name;
    out->record = c->record;
    if (id != SFT_DATA_SECTION) return SFT_OK;
    sft_status status = check_place(r, s, c->record);
    if (status != SFT_OK || !sft__place_of(name)) return status;
    out->name = sft__arena_printf(&r->arena, "%s:%s", c->name, sft__place_of(name));
    return out->name ? SFT_OK : sft_code(r->ctx);
}

/* Options that are right one by one need not fit together. */
static sft_status refuse(sft_recipe *r, int id, const sft_spec *s, const sft_bound *b)
{
    const sft_init *init = sft__section[id].at == sft__section[SFT_INIT_SECTION].at ? b->record : NULL;
    const char     *why = init && init->refuse ? init->refuse(b->conf) : NULL;
    return why ? sft__fail_at(r->ctx, s->pos, SFT_E113, "%s `%s`: %s", sft__section[id].name, init->name, why) : SFT_OK;
}

sft_status sft__section_bind(sft_recipe *r, int id, const sft_spec *s, sft_bound *out)
{
    const sft_section *section = &sft__section[id];
    *out = (sft_bound){ 0 };
    if (!section->at) {
        out->rows = section->rows;
        out->conf = section->patterns ? sft__arena_alloc(&r->arena, section->conf)
                                      : (char *)r + section->conf;
        if (!out->conf) return sft_code(r->ctx);
        return sft__fields_bind(&r->arena, out->rows, out->conf, s, section->name);
    }
    sft_choice c;
    sft_status status = choose(r, id, s, &c, out);
    if (status != SFT_OK) return status;
    out->rows = sft__section_rows(r, id, &c);
    out->conf = sft__arena_alloc(&r->arena, warmup_offset(c.conf_size) + sizeof(sft_warmup));
    const char *what = sft__arena_printf(&r->arena, "%s %s", section->name, c.name);
    if (!out->rows || !out->conf || !what) return sft_code(r->ctx);
    status = sft__fields_bind(&r->arena, out->rows, out->conf, s, what);
    return status != SFT_OK ? status : refuse(r, id, s, out);
}

/* ---- the model ----------------------------------------------------------------------------- */

/* Options of layers are bound for good when the network is made; here they are checked, while places are at hand. */
static sft_status check_layers(sft_arena *a, const sft_layer *l)
{
    for (; l; l = l->next) {
        const sft_op *op = l->kind == SFT_LAYER ? sft__op_find(l->spec.name) : NULL;
        sft_status    s = SFT_OK;
        if (op) {
            void *conf = sft__arena_alloc(a, op->conf_size + 1);
            s = conf ? sft__fields_bind(a, op->fields ? op->fields : no_rows, conf, &l->spec,
                                        op->name)
                     : SFT_MEMORY;
        }
        if (s == SFT_OK) s = check_layers(a, l->body);
        if (s == SFT_OK) s = check_layers(a, l->shortcut);
        if (s != SFT_OK) return s;
    }
    return SFT_OK;
}

static sft_status resolve_model(sft_recipe *r)
{
    sft_bound *b = &r->bound[SFT_MODEL_SECTION];
    sft_status s;
    if (r->stack) {
        *b = (sft_bound){ .rows = no_rows };
        s = sft__stack_parse(&r->arena, r->stack, strlen(r->stack), r->stack_pos, &r->layers);
    } else {
        s = sft__section_bind(r, SFT_MODEL_SECTION, &r->model, b);
        if (s == SFT_OK) s = sft__preset_parse(&r->arena, b->record, &r->model, &r->layers);
    }
    if (s != SFT_OK) return s;
    sft_arena scratch;
    sft__arena_open(&scratch, r->ctx);
    s = check_layers(&scratch, r->layers);
    sft__arena_close(&scratch);
    return s;
}

static sft_status resolve_list(sft_recipe *r, int id)
{
    r->bound[id] = (sft_bound){ .rows = no_rows };
    return sft__augment_bind(r, &r->stages);
}

/* ---- all of it ----------------------------------------------------------------------------- */

static bool is_missing(sft_recipe *r, int id)
{
    if (id == SFT_MODEL_SECTION && r->stack) return false;
    const sft_spec *s = sft__section_spec(r, id);
    return !s->name || !*s->name;
}

static sft_status check_required(sft_recipe *r)
{
    for (int id = 0; id < SFT_SECTIONS; id++) {
        const sft_section *s = &sft__section[id];
        if (!s->example || !is_missing(r, id)) continue;
        return sft__fail_at(r->ctx, (sft_pos){ r->file, 0, 0 }, SFT_E114,
                            "`%s` is required — %s; for example:\n  %s", s->name, s->doc,
                            s->example);
    }
    return SFT_OK;
}

static void take(sft_recipe *r)
{
    const sft_bound *b = r->bound;
    r->source = b[SFT_DATA_SECTION].record;
    r->loss_record = b[SFT_LOSS_SECTION].record;
    r->loss_conf = b[SFT_LOSS_SECTION].conf;
    r->optimizer_record = b[SFT_OPTIMIZER_SECTION].record;
    r->optimizer_conf = b[SFT_OPTIMIZER_SECTION].conf;
    r->schedule_record = b[SFT_SCHEDULE_SECTION].record;
    r->schedule_conf = b[SFT_SCHEDULE_SECTION].conf;
    r->wrapper = b[SFT_WRAP_SECTION].record;
    r->wrapper_conf = b[SFT_WRAP_SECTION].conf;
    r->average_record = b[SFT_AVERAGE_SECTION].record;
    r->average_conf = b[SFT_AVERAGE_SECTION].conf;
    memcpy(&r->lr, (const char *)r->optimizer_conf + r->optimizer_record->fields[0].offset,
           sizeof r->lr);
    const sft_init *init = b[SFT_INIT_SECTION].record;
    memcpy(&r->init_extra, (const char *)b[SFT_INIT_SECTION].conf + warmup_offset(init->conf_size), sizeof r->init_extra);
    memcpy(&r->warmup,
           (const char *)r->schedule_conf + warmup_offset(r->schedule_record->conf_size),
           sizeof r->warmup);
}

static sft_status check_warmup(sft_recipe *r)
{
    if (r->train_conf.steps == 0 || r->warmup.warmup <= r->train_conf.steps) return SFT_OK;
    return sft__fail_at(
        r->ctx, r->schedule.pos, SFT_E131,
        "warm-up of %lld steps is longer than the training of %lld — lower `warmup` or raise `steps`",
        (long long)r->warmup.warmup, (long long)r->train_conf.steps);
}

/* What no single row can say: piecewise wants a factor for every part. */
static sft_status check_schedule(sft_recipe *r)
{
    const sft_schedule *s = r->schedule_record;
    return s->check ? s->check(r->ctx, r->schedule.pos, r->schedule_conf) : SFT_OK;
}

/* The halves of the batch are summed along a binary tree. */
static sft_status check_shards(sft_recipe *r)
{
    const int64_t n = r->train_conf.shards;
    if (n < 0 || (n & (n - 1)) == 0) return SFT_OK;
    return sft__fail_at(r->ctx, r->train.pos, SFT_E113,
                        "`shards` in `train` must be a power of two, got %lld", (long long)n);
}

/* Names are checked here, where places are at hand; whether they suit the targets when there are data. */
static sft_status check_metrics(sft_recipe *r)
{
    const sft_measure_record *list[SFT_METRIC_ROOM];
    int                       n = 0;
    return sft__metrics_read(r->ctx, r->metrics.n ? r->metrics.arg[0].pos : r->metrics.pos, r->metrics_conf.names, -1, list, &n);
}

/* A method that makes the whole step by itself leaves nothing to wrap or to clip. */
static sft_status check_method(sft_recipe *r)
{
    const char *name = r->optimizer_record->name;
    if (!r->optimizer_record->method) return SFT_OK;
    if (r->wrapper->method)
        return sft__fail_at(r->ctx, r->wrap.pos, SFT_E113,
                            "`wrap: %s` with the optimiser %s — its line search goes by one and the same loss "
                            "— leave `wrap` out, or use another optimiser",
                            r->wrapper->name, name);
    if (r->train_conf.clip_norm > 0)
        return sft__fail_at(r->ctx, r->train.pos, SFT_E113,
                            "`clip_norm` in `train` with the optimiser %s — a clipped gradient is that of no loss, "
                            "and the line search finds a fitting step anyway — leave it out",
                            name);
    return SFT_OK;
}

sft_status sft_recipe_resolve(sft_recipe *r)
{
    if (!r) return SFT_USAGE;
    if (sft__failed(r->ctx)) return sft_code(r->ctx);
    if (r->resolved) return SFT_OK;
    sft_status s = check_required(r);
    for (int id = 0; id < SFT_SECTIONS && s == SFT_OK; id++) {
        if (id == SFT_MODEL_SECTION)
            s = resolve_model(r);
        else if (sft__section[id].patterns)
            s = sft__rules_bind(r, id);
        else if (sft__section[id].list)
            s = resolve_list(r, id);
        else
            s = sft__section_bind(r, id, sft__section_spec(r, id), &r->bound[id]);
    }
    if (s != SFT_OK) return s;
    take(r);
    s = check_warmup(r);
    if (s == SFT_OK) s = check_schedule(r);
    if (s == SFT_OK) s = check_shards(r);
    if (s == SFT_OK) s = check_metrics(r);
    if (s == SFT_OK) s = check_method(r);
    r->resolved = s == SFT_OK;
    return s;
}
