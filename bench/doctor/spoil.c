/* SPDX-License-Identifier: MIT */
/* What is wrong with the samples, in the words of the corpus: labels, imbalance, order; and targets as a loss wants them. */
#include "bench_doctor.h"

#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static sft_stream chance(uint32_t what)
{
    return sft__stream(sft__key(1, SFT_FOR_DATA), 1, what, 0);
}

/* ---- labels: of the training rows, so that validation tells the truth ---------------------------- */

static void flip(set *s, double share)
{
    sft_stream r = chance(1);
    for (int64_t i = 0; i < s->n_train; i++) {
        if (sft__uniform(&r) >= share) continue;
        const int64_t away = 1 + (int64_t)sft__below(&r, (uint64_t)s->classes - 1);
        s->y[i] = (float)(((int64_t)s->y[i] + away) % s->classes);
    }
}

static void misalign(set *s)
{
    sft_stream    r = chance(2);
    const int64_t n = s->n_train, k = set_targets_of(s);
    int64_t      *order = malloc((size_t)n * sizeof *order);
    const set     old = set_copy(s);
    if (order) sft__permute(&r, order, n);
    for (int64_t i = 0; order && i < n; i++) memcpy(s->y + i * k, old.y + order[i] * k, (size_t)k * sizeof *s->y);
    free(order);
    free(old.x);
    free(old.y);
}

/* As whoever takes labels for pixels does: what is left are whole numbers. */
static void divide(set *s, double by)
{
    for (int64_t i = 0; i < s->n_train; i++) s->y[i] = (float)floor((double)s->y[i] / by);
}

static bool spoil_labels(set *s, const char *how, char *why)
{
    double percent;
    if (s->classes > 1 && sscanf(how, "%lf%% flipped", &percent) == 1) return flip(s, percent / 100), true;
    if (!fnmatch("permuted*", how, 0) || !fnmatch("*misaligned*", how, 0) || !fnmatch("shuffled*", how, 0))
        return misalign(s), true;
    if (!fnmatch("random*", how, 0) && s->classes > 1) return flip(s, 1 - 1 / (double)s->classes), true;
    if (!fnmatch("true*", how, 0)) return true;
    if (s->classes > 1 && sscanf(how, "divided by %lf", &percent) == 1 && percent > 0) return divide(s, percent), true;
    return cannot(why, "labels: %s", how);
}

/* ---- rows ---------------------------------------------------------------------------------------- */

static void move_row(set *s, int64_t from, int64_t to)
{
    const int64_t k = set_targets_of(s);
    memmove(s->x + to * s->width, s->x + from * s->width, (size_t)s->width * sizeof *s->x);
    memmove(s->y + to * k, s->y + from * k, (size_t)k * sizeof *s->y);
}

/* Keeps a share of the rows whose class is between low and high. */
static void thin_out(set *s, int64_t low, int64_t high, double share)
{
    sft_stream r = chance(3);
    int64_t    to = 0, train = 0;
    for (int64_t i = 0; i < s->n_train + s->n_val; i++) {
        const bool among = (int64_t)s->y[i] >= low && (int64_t)s->y[i] <= high;
        if (among && sft__uniform(&r) >= share) continue;
        train += i < s->n_train;
        move_row(s, i, to++);
    }
    s->n_train = train;
    s->n_val = to - train;
}

static bool resample(set *s, const char *how, char *why)
{
    int    low, high;
    double percent;
    if (s->classes && sscanf(how, "class %d kept at %lf%%", &low, &percent) == 2)
        return thin_out(s, low, low, percent / 100), true;
    if (s->classes && (sscanf(how, "classes %d-%d kept at %lf%%", &low, &high, &percent) == 3 ||
                       sscanf(how, "classes %d..%d kept at %lf%%", &low, &high, &percent) == 3))
        return thin_out(s, low, high, percent / 100), true;
    return cannot(why, "resampled: %s", how);
}

/* Training rows by class, stable. */
static bool sort_rows(set *s, const char *how, char *why)
{
    if (fnmatch("*sort*", how, 0) || !s->classes) return cannot(why, "order: %s", how);
    const set old = set_copy(s);
    int64_t   to = 0;
    for (int64_t k = 0; k < s->classes; k++)
        for (int64_t i = 0; i < s->n_train; i++) {
            if ((int64_t)old.y[i] != k) continue;
            memcpy(s->x + to * s->width, old.x + i * s->width, (size_t)s->width * sizeof *s->x);
            s->y[to++] = old.y[i];
        }
    s->sorted = true;
    free(old.x);
    free(old.y);
    return true;
}

/* Keys that are about something else than the samples, and are seen to elsewhere. */
static bool elsewhere(const char *key)
{
    static const char *const known[] = { "name", "gen", "n_train", "n_val", "classes", "targets", "shape", "prep", "bn_momentum",
                                         "bn_mode", "plumbing", NULL };
    for (int i = 0; known[i]; i++)
        if (strcmp(known[i], key) == 0) return true;
    return false;
}

bool set_spoil(set *s, const json_t *dataset, char *why)
{
    const char *key;
    json_t     *value;
    json_object_foreach((json_t *)(uintptr_t)dataset, key, value)
    {
        const char *how = json_string_value(value);
        bool        ok = false;
        if (elsewhere(key) || json_is_null(value)) continue;
        if (how && strcmp(key, "labels") == 0) ok = spoil_labels(s, how, why);
        else if (how && strcmp(key, "resample") == 0) ok = resample(s, how, why);
        else if (how && (strcmp(key, "order") == 0 || strcmp(key, "shuffle") == 0)) ok = sort_rows(s, how, why);
        else cannot(why, "data with %s%s%.80s", key, how ? ": " : "", how ? how : "");
        if (!ok) return false;
    }
    return true;
}

/* ---- targets ------------------------------------------------------------------------------------- */

bool set_targets(set *s, sft_task task, int64_t outputs, char *why)
{
    if (s->task == SFT_REGRESSION && task == SFT_CLASSES) return cannot(why, "a loss of classes on targets that are numbers");
    const int64_t n = s->n_train + s->n_val;
    if (s->task == SFT_REGRESSION) {    /* of yes or no: whether they are, is for others to say */
        s->task = task;
        return outputs == s->outputs || cannot(why, "%lld outputs for %lld targets", (long long)outputs, (long long)s->outputs);
    }
    s->task = task;
    if (task == SFT_CLASSES && outputs > s->classes) s->classes = outputs; /* outputs for classes that never come */
    s->outputs = task == SFT_CLASSES ? s->classes : outputs;
    if (task == SFT_CLASSES || outputs == 1) return true;
    if (outputs != s->classes) return cannot(why, "%lld outputs for %lld classes", (long long)outputs, (long long)s->classes);
    float *y = calloc((size_t)(n * outputs), sizeof *y);
    for (int64_t i = 0; y && i < n; i++) y[i * outputs + (int64_t)s->y[i]] = 1;
    free(s->y);
    s->y = y;
    return y != NULL;
}
