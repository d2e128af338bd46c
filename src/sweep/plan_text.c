/* SPDX-License-Identifier: MIT */
/* The plan as canonical YAML: what reads back as the same plan, whatever words it was written in. */
#include <math.h>
#include <string.h>

#include "sweep/plan.h"

static void add_recipe(sft_string *out, const char *text)
{
    sft__string_add(out, "recipe:\n");
    for (const char *line = text; *line;) {
        const size_t n = strcspn(line, "\n");
        sft__string_add(out, "  ");
        sft__string_addn(out, line, n);
        sft__string_add(out, "\n");
        line += n + (line[n] == '\n');
    }
}

static void add_values(sft_string *out, const sft_axis *a)
{
    bool labels = false;
    for (int i = 0; i < a->n; i++) labels = labels || !sft__text_is(a->label[i], a->value[i]);
    sft__string_add(out, labels ? "values: {" : "values: [");
    for (int i = 0; i < a->n; i++) {
        if (i) sft__string_add(out, ", ");
        if (labels) sft__yaml_scalar(out, a->label[i]);
        if (labels) sft__string_add(out, ": ");
        sft__yaml_scalar(out, a->value[i]);
    }
    sft__string_add(out, labels ? "}" : "]");
}

static void add_range(sft_string *out, const sft_axis *a)
{
    sft__string_add(out, "min: ");
    sft__yaml_number(out, a->low);
    sft__string_add(out, ", max: ");
    sft__yaml_number(out, a->high);
    if (a->log) sft__string_add(out, ", log: true");
    if (a->step != 0) sft__string_add(out, ", step: ");
    if (a->step != 0) sft__yaml_number(out, a->step);
    sft__string_add(out, a->kind == SFT_AXIS_INT ? ", int: true" : ", int: false");
}

static void add_when(sft_string *out, const sft_space *s, const sft_axis *a)
{
    const sft_axis *p = &s->axis[a->parent];
    char            buf[64];
    bool            first = true;
    sft__string_add(out, ", when: {");
    sft__yaml_scalar(out, p->key);
    sft__string_add(out, ": [");
    for (int v = 0; v < p->n; v++) {
        if (!sft__axis_under(a, v)) continue;
        if (!first) sft__string_add(out, ", ");
        first = false;
        if (p->kind == SFT_AXIS_VALUES)
            sft__yaml_scalar(out, p->label[v]);
        else
            sft__string_add(out, sft__axis_text(p, sft__axis_at(p, v), buf, sizeof buf));
    }
    sft__string_add(out, "]}");
}

static void add_axis(sft_string *out, const sft_space *s, const sft_axis *a)
{
    sft__string_add(out, "  ");
    sft__yaml_scalar(out, a->key);
    sft__string_add(out, ": {");
    if (a->kind == SFT_AXIS_VALUES)
        add_values(out, a);
    else
        add_range(out, a);
    if (a->parent >= 0) add_when(out, s, a);
    sft__string_add(out, "}\n");
}

static void add_sampler(sft_string *out, const sft_sampler_bound *b, uint64_t seed)
{
    char buf[256];
    sft__string_addf(out, "sampler: {name: %s", b->record->name);
    for (const sft_field *row = b->record->fields; row->name; row++) {
        sft__string_addf(out, ", %s: ", row->name);
        sft__yaml_scalar(out, sft__field_print(row, b->conf, buf, sizeof buf));
    }
    sft__string_addf(out, "}\nsampler_seed: %llu\n", (unsigned long long)seed);
}

static void add_limits(sft_string *out, const sft_space *s)
{
    if (s->n_limits) sft__string_add(out, "constraints:\n");
    for (int i = 0; i < s->n_limits; i++) {
        sft__string_add(out, "  - ");
        sft__yaml_scalar(out, s->limit[i].text);
        sft__string_add(out, "\n");
    }
}

static void add_ends(sft_string *out, const sft_plan *p)
{
    if (p->max_trials > 0 || p->max_seconds > 0) sft__string_add(out, "budget: {");
    if (p->max_trials > 0) sft__string_addf(out, "trials: %lld", (long long)p->max_trials);
    if (p->max_seconds > 0) sft__string_add(out, p->max_trials > 0 ? ", seconds: " : "seconds: ");
    if (p->max_seconds > 0) sft__yaml_number(out, p->max_seconds);
    if (p->max_trials > 0 || p->max_seconds > 0) sft__string_add(out, "}\n");
    if (p->halving.eta == 0) return;
    sft__string_add(out, "halving: {eta: ");
    sft__yaml_number(out, p->halving.eta);
    sft__string_addf(out, ", min_epochs: %lld, brackets: %lld}\n", (long long)p->halving.min_epochs, (long long)p->halving.brackets);
}

sft_status sft__plan_text(sft_arena *a, sft_plan *p)
{
    sft_string out;
    sft__string_open(&out, a->ctx);
    sft__string_add(&out, "name: ");
    sft__yaml_scalar(&out, p->name);
    sft__string_add(&out, "\n");
    add_recipe(&out, p->recipe_text);
    sft__string_add(&out, "vary:\n");
    for (int i = 0; i < p->space.n; i++) add_axis(&out, &p->space, &p->space.axis[i]);
    add_limits(&out, &p->space);
    sft__string_add(&out, "seeds: [");
    for (int i = 0; i < p->seeds; i++) sft__string_addf(&out, "%s%lld", i ? ", " : "", (long long)p->seed[i]);
    sft__string_add(&out, "]\n");
    add_sampler(&out, &p->sampler, p->sampler_seed);
    sft__string_addf(&out, "rank_by: %s\ndirection: %s\n", p->rank_by, p->maximize ? "max" : "min");
    add_ends(&out, p);
    sft__string_addf(&out, "watch: %s\n", sft__watched[p->watch]);
    p->text = sft__failed(a->ctx) ? NULL : sft__arena_text(a, out.text);
    sft__string_close(&out);
    return p->text ? SFT_OK : sft_code(a->ctx);
}
