/* SPDX-License-Identifier: MIT */
/* The vocabulary: every record with its options, read from the rows that the code runs on. */
#include <stdio.h>
#include <string.h>

#include "base/record.h"
#include "doctor/doctor.h"
#include "graph/presets/presets.h"
#include "lab/expr.h"
#include "recipe/sections.h"
#include "sweep/sampler.h"

/* One function a kind: the i-th record as what all have in common. */
#define RECORDS(word, type, get)                                                                   \
    static bool word##_at(int i, sft_record *r)                                                    \
    {                                                                                              \
        const type *x = get(i);                                                                    \
        if (x) *r = (sft_record){ #word, x->name, x->aliases, x->doc, x->math, x->fields };        \
        return x != NULL;                                                                          \
    }
RECORDS(op, sft_op, sft__op_at)
RECORDS(loss, sft_loss, sft__loss_at)
RECORDS(init, sft_init, sft__init_at)
RECORDS(optimizer, sft_optimizer, sft__optimizer_at)
RECORDS(schedule, sft_schedule, sft__schedule_at)
RECORDS(wrapper, sft_wrapper, sft__wrapper_at)
RECORDS(average, sft_average, sft__average_at)
RECORDS(data, sft_source, sft__source_at)
RECORDS(augmentation, sft_augment, sft__augment_at)
RECORDS(preset, sft_preset, sft__preset_at)
RECORDS(sampler, sft_sampler, sft__sampler_at)

static bool metric_at(int i, sft_record *r)
{
    const sft_measure_record *m = sft__measure_at(i);
    if (m) *r = (sft_record){ "metric", m->name, m->aliases, m->doc, m->math, NULL };
    return m != NULL;
}

static bool symptom_at(int i, sft_record *r)
{
    const sft_symptom *s = sft__symptom_at(i);
    if (s) *r = (sft_record){ "symptom", s->name, s->aliases, s->doc, s->math, NULL };
    return s != NULL;
}

static bool remedy_at(int i, sft_record *r)
{
    const sft_remedy *m = sft__remedy_at(i);
    if (m) *r = (sft_record){ "remedy", m->name, m->aliases, m->doc, m->math, NULL };
    return m != NULL;
}

static bool measure_at(int i, sft_record *r)
{
    const sft_gauge *g = sft__gauge_at(i);
    if (g) *r = (sft_record){ "measure", g->name, NULL, g->doc, g->math, g->fields };
    return g != NULL;
}

static bool function_at(int i, sft_record *r)
{
    const sft_function *f = sft__function_at(i);
    if (f) *r = (sft_record){ "function", f->name, NULL, f->doc, NULL, NULL };
    return f != NULL;
}

static bool figure_at(int i, sft_record *r)
{
    const sft_lab_figure *f = sft__lab_figure_at(i);
    if (f) *r = (sft_record){ "figure", f->name, NULL, f->doc, NULL, f->fields };
    return f != NULL;
}

static bool section_at(int i, sft_record *r)
{
    if (i < 0 || i >= SFT_SECTIONS) return false;
    const sft_section *s = &sft__section[i];
    *r = (sft_record){ "section", s->name, s->aliases, s->doc, NULL, s->rows };
    return true;
}

/* In the order of `surefoot list`. */
static bool record_at(int index, sft_record *r)
{
    static bool (*const kinds[])(int, sft_record *) = {
        op_at, preset_at, loss_at, metric_at, init_at, optimizer_at, schedule_at, wrapper_at, average_at, data_at,
        augmentation_at, symptom_at, remedy_at, sampler_at, measure_at, function_at, figure_at, section_at,
    };
    for (size_t k = 0; index >= 0 && k < sizeof kinds / sizeof *kinds; k++) {
        int n = 0;
        while (kinds[k](n, r)) {
            if (n++ == index) return true;
        }
        index -= n;
    }
    return false;
}

static int count(const sft_field *rows)
{
    int n = 0;
    while (rows && rows[n].name) n++;
    return n;
}

/* Rows that every record of this kind has besides its own. */
static const sft_field *shared_rows(const sft_record *r)
{
    if (strcmp(r->kind, "init") == 0) return sft__init_extra_fields;
    return strcmp(r->kind, "schedule") ? NULL : sft__warmup_fields;
}

bool sft_list(int index, sft_record_facts *facts)
{
    sft_record r;
    if (!facts || !record_at(index, &r)) return false;
    *facts = (sft_record_facts){ r.kind, r.name, r.aliases ? r.aliases : "", r.doc ? r.doc : "", r.math ? r.math : "",
                                 count(r.fields) + count(shared_rows(&r)) };
    return true;
}

bool sft_list_option(int index, int option, sft_option_facts *facts, char *buf, size_t size)
{
    sft_record r;
    if (!facts || !buf || size < 2 || option < 0 || !record_at(index, &r)) return false;
    const int        own = count(r.fields);
    const sft_field *rows = option < own ? r.fields : shared_rows(&r);
    if (option >= own) option -= own;
    if (option >= count(rows)) return false;
    const sft_field *row = &rows[option];
    sft__field_default(row, buf, size / 2);
    sft__field_range(row, buf + size / 2, size - size / 2);
    *facts = (sft_option_facts){ row->name, sft__kind_name(row->kind), buf, buf + size / 2, row->doc,
                                 row->aliases ? row->aliases : "" };
    return true;
}

/* A word's other spellings stand for the word itself. */
static void try_all(sft_near *near, const char *name, const char *aliases)
{
    char alias[64];
    sft__near_try(near, name);
    for (const char *at = aliases; at && *at; at += strspn(at, " ")) {
        const size_t n = strcspn(at, " ");
        snprintf(alias, sizeof alias, "%.*s", (int)(n < 63 ? n : 63), at);
        sft__near_try(near, alias);
        if (near->best == alias) near->best = name;
        at += n;
    }
}

const char *sft_nearest(const char *word)
{
    sft_near   near = sft__near(word);
    sft_record r;
    for (int i = 0; word && record_at(i, &r); i++) {
        try_all(&near, r.name, r.aliases);
        const sft_field *tables[] = { r.fields, shared_rows(&r) };
        for (int t = 0; t < 2; t++) {
            for (int k = 0; k < count(tables[t]); k++) try_all(&near, tables[t][k].name, tables[t][k].aliases);
        }
    }
    return word ? sft__near_best(&near) : NULL;
}
