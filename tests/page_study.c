/* SPDX-License-Identifier: MIT */
/* The study of page_study.h. The rates and momenta are those that tests/test_page_browser.py trains with, in its order. */
#include "page_study.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const rate[] = { "0.0001", "0.001", "0.01", "0.03", "0.1", "0.3", "1", "3", "10" };
static const double      rate_number[] = { 1e-4, 1e-3, 0.01, 0.03, 0.1, 0.3, 1, 3, 10 };
static const char *const momentum[] = { "0", "0.9" };
static const double      momentum_number[] = { 0, 0.9 };

/* The number behind "key": within the object `within` of run.json, which is written by ourselves; NaN: none. */
static double number_in(const char *json, const char *within, const char *key)
{
    const char *at = json && *within ? strstr(json, within) : json;
    double      v;
    at = at ? strstr(at, key) : NULL;
    return at && sscanf(at + strlen(key), " %lf", &v) == 1 ? v : NAN;
}

static void read_scores(sft_study *s, sft_attempt *t)
{
    char      path[512];
    sft_bytes file = { 0 };
    snprintf(path, sizeof path, "%s/%s/run.json", s->folder, t->folder);
    bool        there = sft__read_file(s->ctx, path, 1 << 20, &file) == SFT_IO_OK;
    const char *json = there ? (const char *)file.data : NULL;
    t->val_loss = number_in(json, "\"validation\": {", "\"loss\":");
    t->rank = t->val_accuracy = number_in(json, "\"validation\": {", "\"accuracy\":");
    t->test_loss = number_in(json, "\"test\": {", "\"loss\":");
    t->test_accuracy = number_in(json, "\"test\": {", "\"accuracy\":");
    t->seconds = json ? number_in(json, "", "\"seconds\":") : 0;
    t->steps = json ? (int64_t)number_in(json, "", "\"steps\":") : 0;
    t->planned_steps = json ? (int64_t)number_in(json, "", "\"steps_planned\":") : 0;
    t->epochs = json ? (int64_t)number_in(json, "", "\"epochs\":") : 0;
    t->best_epoch = json ? (int64_t)number_in(json, "", "\"best_epoch\":") : 0;
    if (!json || strstr(json, "\"status\": \"failed\"")) {
        t->state = SFT_TRIAL_FAILED;
        t->exit_code = 6;
        t->failure = "the loss is not finite";
        t->rank = t->val_accuracy = t->val_loss = t->test_loss = t->test_accuracy = NAN;
    }
    if (there) sft__bytes_free(s->ctx, &file);
}

static sft_axis list_axis(const char *key, int n, const char *const *value, const double *number, bool log)
{
    return (sft_axis){ .key = key, .kind = SFT_AXIS_VALUES, .n = n, .value = value, .label = value, .number = number, .log = log,
                       .parent = -1 };
}

void page_study_grid(sft_study *s, const char *folder, int rates, int seeds)
{
    sft_axis *axis = sft__arena_alloc(&s->arena, 2 * sizeof *axis);
    int       n = rates * 2 * seeds;
    axis[0] = list_axis("optimizer.lr", rates, rate, rate_number, true);
    axis[1] = list_axis("optimizer.momentum", 2, momentum, momentum_number, false);
    s->folder = folder;
    s->plan = (sft_plan){ .name = "Learning rate and momentum on digits", .space = { .n = 2, .axis = axis },
                          .seeds = seeds, .rank_by = "accuracy", .maximize = true };
    s->n = n;
    s->attempt = sft__arena_alloc(&s->arena, (size_t)n * sizeof *s->attempt);
    s->workers = 2;
    s->version = SFT_VERSION;
    for (int i = 0; i < n; i++) {
        sft_attempt *t = &s->attempt[i];
        const char **value = sft__arena_alloc(&s->arena, 2 * sizeof *value);
        value[0] = rate[i / seeds / 2];
        value[1] = momentum[i / seeds % 2];
        *t = (sft_attempt){ .number = i, .point = i / seeds, .seed = i % seeds, .value = value, .state = SFT_TRIAL_DONE, .note = "" };
        t->folder = sft__arena_printf(&s->arena, "trials/%05d", i);
        read_scores(s, t);
        if (t->val_loss > 2) t->note = "does not learn";
        s->wall_seconds += t->seconds / 2;
    }
}
