/* SPDX-License-Identifier: MIT */
/* For tests of figures and pages of labs: a lab made by hand, with small runs behind it. */
#ifndef SFT_TESTS_LAB_DRAW_H
#define SFT_TESTS_LAB_DRAW_H

#include "check.h"
#include "data_folder.h"

#include "lab/lab.h"
#include "report/easel.h"

#include <math.h>

typedef struct lab_draw {
    sft_ctx *c;
    sft_lab  lab;
    char     folder[64];
} lab_draw;

static inline void lab_draw_open(lab_draw *x)
{
    *x = (lab_draw){ .c = check_open() };
    folder_make(x->folder);
    x->lab.ctx = x->c;
    sft__arena_open(&x->lab.arena, x->c);
    x->lab.out = x->lab.folder = x->folder;
    x->lab.file = "claim.yaml";
    x->lab.name = "made";
    x->lab.title = "A lab made by hand";
    x->lab.slide = "Slides & tests";
    x->lab.sentence = "One is < two.";
}

static inline void lab_draw_close(lab_draw *x)
{
    sft__figures_close(&x->lab.figures);
    for (int i = 0; i < x->lab.n_experiments; i++) sft__arena_close(&x->lab.experiment[i].study.arena);
    sft__arena_close(&x->lab.arena);
    sft_close(x->c);
    folder_remove(x->folder);
}

/* An axis from "key: a b c"; numbers where all are. */
static inline sft_axis lab_draw_axis(lab_draw *x, const char *text)
{
    sft_arena   *a = &x->lab.arena;
    const char  *colon = strchr(text, ':');
    const char **value = sft__arena_alloc(a, 16 * sizeof *value);
    double      *number = sft__arena_alloc(a, 16 * sizeof *number);
    sft_axis     axis = { .key = sft__arena_textn(a, text, (size_t)(colon - text)), .value = value, .label = value, .number = number,
                          .parent = -1 };
    for (const char *at = colon + 1; *at;) {
        const size_t n = strcspn(at += strspn(at, " "), " ");
        if (!n) break;
        if (!sft__parse_real(at, n, &number[axis.n])) axis.number = NULL;
        value[axis.n++] = sft__arena_textn(a, at, n);
        at += n;
    }
    return axis;
}

/* Every combination of two axes (the second may be NULL), seed fastest. */
static inline sft_experiment *lab_draw_experiment(lab_draw *x, const char *name, const char *first, const char *second, int seeds)
{
    sft_experiment *e = &x->lab.experiment[x->lab.n_experiments++];
    sft_axis       *axis = sft__arena_alloc(&x->lab.arena, 2 * sizeof *axis);
    e->name = name;
    e->seeds = seeds;
    e->folder = x->folder;
    e->has_run = true;
    axis[0] = lab_draw_axis(x, first);
    if (second) axis[1] = lab_draw_axis(x, second);
    e->space = (sft_space){ .n = second ? 2 : 1, .axis = axis };
    const int n = axis[0].n * (second ? axis[1].n : 1) * seeds;
    e->study = (sft_study){ .ctx = x->c, .folder = x->folder, .n = n };
    sft__arena_open(&e->study.arena, x->c);
    e->study.plan.space = e->space;
    e->study.plan.seeds = seeds;
    e->study.attempt = sft__arena_alloc(&x->lab.arena, (size_t)n * sizeof *e->study.attempt);
    e->level = sft__arena_alloc(&x->lab.arena, (size_t)(n * e->space.n) * sizeof *e->level);
    e->look = sft__arena_alloc(&x->lab.arena, (size_t)n * sizeof *e->look);
    for (int i = 0; i < n; i++) {
        const int    point = i / seeds;
        int         *level = e->level + i * e->space.n;
        const char **value = sft__arena_alloc(&x->lab.arena, 2 * sizeof *value);
        level[0] = second ? point / axis[1].n : point;
        if (second) level[1] = point % axis[1].n;
        for (int k = 0; k < e->space.n; k++) value[k] = axis[k].value[level[k]];
        e->study.attempt[i] = (sft_attempt){ .number = i, .point = point, .seed = i % seeds, .value = value, .state = SFT_TRIAL_DONE,
                                             .note = "", .folder = "" };
    }
    return e;
}

/* Trains all of its trials by `text` with the axes' values, watched. */
static inline void lab_draw_train(lab_draw *x, sft_experiment *e, const char *text)
{
    char path[128], set[256];
    for (int64_t i = 0; i < e->study.n; i++) {
        sft_attempt *t = &e->study.attempt[i];
        sft_recipe  *r = sft_recipe_parse(x->c, "recipe.yaml", text, strlen(text));
        t->folder = sft__arena_printf(&x->lab.arena, "%s-%02d", e->name, (int)i);
        snprintf(path, sizeof path, "%s/%s", x->folder, t->folder);
        for (int k = 0; k < e->space.n; k++) {
            snprintf(set, sizeof set, "%s=%s", e->space.axis[k].key, t->value[k]);
            sft_recipe_set(r, set);
        }
        snprintf(set, sizeof set, "train.seed=%d", (int)t->seed);
        sft_recipe_set(r, set);
        sft_data  *d = sft_data_open(x->c, r);
        sft_net   *n = d ? sft_net_new(x->c, r, d) : NULL;
        sft_result result;
        CHECK_OK(x->c);
        sft_fit(x->c, r, d, n, &(sft_fit_options){ .folder = path, .watch = &(sft_watch_options){ .judge = true } }, &result);
        if (sft_code(x->c) == SFT_TRAINING) sft_clear(x->c);
        CHECK_OK(x->c);
        sft__run_look(x->c, &x->lab.arena, path, "loss", &e->look[i]);
        sft_net_free(n);
        sft_data_free(d);
        sft_recipe_free(r);
    }
}

/* A measure by hand: a function of the two levels and the seed. */
static inline void lab_draw_take(lab_draw *x, const char *name, const sft_experiment *e, double (*of)(int a, int b, int seed))
{
    sft_take *t = &x->lab.take[x->lab.n_takes++];
    *t = (sft_take){ .name = name, .experiment = (int)(e - x->lab.experiment) };
    t->value = sft__arena_alloc(&x->lab.arena, (size_t)e->study.n * sizeof *t->value);
    for (int64_t i = 0; i < e->study.n; i++)
        t->value[i] = of(e->level[i * e->space.n], e->space.n > 1 ? e->level[i * e->space.n + 1] : 0, (int)(i % e->seeds));
}

/* "lines x=lr y=…" by a line in the one grammar. */
static inline const sft_drawing *lab_draw_figure(lab_draw *x, const char *name, const char *call)
{
    sft_drawing *d = &x->lab.drawing[x->lab.n_drawings++];
    sft_spec     spec;
    *d = (sft_drawing){ .name = name, .title = "A title", .caption = "A caption.", .pos = { "claim.yaml", 7, 3 } };
    sft__spec_parse(&x->lab.arena, call, strlen(call), d->pos, &spec);
    CHECK_OK(x->c);
    for (int i = 0; sft__lab_figure_at(i) && !d->record; i++)
        if (!strcmp(sft__lab_figure_at(i)->name, spec.name)) d->record = sft__lab_figure_at(i);
    assert_non_null(d->record);
    d->conf = sft__arena_alloc(&x->lab.arena, d->record->conf_size);
    sft__fields_bind(&x->lab.arena, d->record->fields, d->conf, &spec, call);
    CHECK_OK(x->c);
    return d;
}

/* FOLDER/figures/NAME.END as text; freed by the caller. */
static inline char *lab_draw_file(lab_draw *x, const char *name, const char *end)
{
    char path[256];
    snprintf(path, sizeof path, "%s/figures/%s.%s", x->folder, name, end);
    FILE *f = fopen(path, "rb");
    if (!f) fail_msg("%s is not there", path);
    fseek(f, 0, SEEK_END);
    const long n = ftell(f);
    char      *text = calloc(1, (size_t)n + 1);
    rewind(f);
    assert_int_equal(fread(text, 1, (size_t)n, f), n);
    fclose(f);
    return text;
}

#endif
