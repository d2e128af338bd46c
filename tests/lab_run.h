/* SPDX-License-Identifier: MIT */
/* For tests of labs: a run in a folder of its own, and measures of it. */
#ifndef SFT_TESTS_LAB_RUN_H
#define SFT_TESTS_LAB_RUN_H

#include "check.h"
#include "data_folder.h"

#include "doctor/doctor.h"
#include "lab/measures/measures.h"

#include <math.h>

typedef struct lab_run {
    sft_ctx     *c;
    sft_recipe  *r;
    sft_data    *d;
    sft_net     *n;             /* as the run left it */
    sft_result   result;
    bool         failed;
    char         folder[64];
    sft_arena    a;
    sft_attempt  attempt;       /* as a sweep would have it */
    sft_run_look look;
    sft_subject  s;
    const char  *text;
} lab_run;

static inline void lab_run_train(lab_run *x, const char *const *overrides, bool watch)
{
    static const sft_watch_options judge = { .judge = true };
    folder_make(x->folder);
    x->r = sft_recipe_parse(x->c, "recipe.yaml", x->text, strlen(x->text));
    for (int i = 0; overrides && overrides[i]; i++) sft_recipe_set(x->r, overrides[i]);
    x->d = sft_data_open(x->c, x->r);
    x->n = sft_net_new(x->c, x->r, x->d);
    CHECK_OK(x->c);
    x->failed = sft_fit(x->c, x->r, x->d, x->n, &(sft_fit_options){ .folder = x->folder, .watch = watch ? &judge : NULL }, &x->result);
    if (sft_code(x->c) != SFT_TRAINING) CHECK_OK(x->c);
    sft_clear(x->c);
    sft__run_look(x->c, &x->a, x->folder, "loss", &x->look);
    CHECK_OK(x->c);
    const sft_result *k = &x->result;
    x->attempt = (sft_attempt){ .state = x->failed ? SFT_TRIAL_FAILED : SFT_TRIAL_DONE, .folder = x->folder, .note = "",
                                .steps = x->failed ? x->look.steps : k->steps, .epochs = k->epochs, .best_epoch = k->best_epoch,
                                .seconds = k->seconds, .val_loss = k->validation.loss, .val_accuracy = k->validation.accuracy,
                                .test_loss = k->test.loss, .test_accuracy = k->test.accuracy };
    sft__subject_next(&x->s, &x->attempt, &x->look, x->folder);
}

static inline void lab_run_start(lab_run *x, const char *text, const char *const *overrides, bool watch)
{
    *x = (lab_run){ .c = check_open(), .text = text };
    sft__arena_open(&x->a, x->c);
    sft__subject_open(&x->s, x->c);
    lab_run_train(x, overrides, watch);
}

/* overrides: "key=value" by NULL at the end, or NULL. A run that fails is no failure here. */
static inline void lab_run_open(lab_run *x, const char *text, const char *const *overrides)
{
    lab_run_start(x, text, overrides, false);
}

/* The same, and the doctor watches. */
static inline void lab_run_watch(lab_run *x, const char *text, const char *const *overrides)
{
    lab_run_start(x, text, overrides, true);
}

static inline void lab_run_free(lab_run *x)
{
    sft_net_free(x->n);
    sft_data_free(x->d);
    sft_recipe_free(x->r);
    folder_remove(x->folder);
}

/* Another trial for the same subject. */
static inline void lab_run_again(lab_run *x, const char *const *overrides)
{
    lab_run_free(x);
    lab_run_train(x, overrides, false);
}

static inline void lab_run_close(lab_run *x)
{
    sft__subject_close(&x->s);
    lab_run_free(x);
    sft__arena_close(&x->a);
    sft_close(x->c);
}

/* Without a check of the context. */
static inline double lab_measure(lab_run *x, const char *text)
{
    double   value = NAN;
    sft_spec spec;
    const sft_gauge *g = NULL;
    sft__spec_parse(&x->a, text, strlen(text), (sft_pos){ "claim.yaml", 1, 1 }, &spec);
    CHECK_OK(x->c);
    for (int i = 0; sft__gauge_at(i) && !g; i++)
        if (!strcmp(sft__gauge_at(i)->name, spec.name)) g = sft__gauge_at(i);
    if (!g) fail_msg("no measure %s", spec.name);
    void *conf = sft__arena_alloc(&x->a, g->conf_size);
    sft__fields_bind(&x->a, g->fields, conf, &spec, text);
    CHECK_OK(x->c);
    g->take(&x->s, conf, &value);
    return value;
}

/* "signal rms layer=first": its number. */
static inline double lab_take(lab_run *x, const char *text)
{
    const double value = lab_measure(x, text);
    CHECK_OK(x->c);
    return value;
}

static inline void lab_fails(lab_run *x, const char *text, const char *id, const char *part)
{
    lab_measure(x, text);
    CHECK_FAILS(x->c, id, part);
}

#endif
