/* SPDX-License-Identifier: MIT */
/* A run folder as reports read it: the curves of metrics.csv, then what run.json and the doctor say. */
#include "base/io.h"
#include "sweep/notes.h"
#include "train/folder.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { STEP, EPOCH, SPLIT, LOSS, ACCURACY, LR, GRAD_NORM, SECONDS, FIXED, MOST_FIELDS = 64, PATH = 4096 };
static const size_t limit = (size_t)1 << 30;

typedef struct field {
    const char *text;
    size_t      n;
} field;

/* The fields of a line of n bytes; returns how many. Our own files have no quotes. */
static int cut(const char *line, size_t n, field out[MOST_FIELDS])
{
    int fields = 0;
    for (size_t at = 0; at <= n && fields < MOST_FIELDS; at++) {
        const char  *comma = at < n ? memchr(line + at, ',', n - at) : NULL;
        const size_t length = comma ? (size_t)(comma - line) - at : n - at;
        out[fields++] = (field){ line + at, length };
        at += length;
    }
    return fields;
}

static double real_of(const field *f)
{
    double v;
    return f->n && sft__parse_real(f->text, f->n, &v) ? v : NAN;
}

static bool is(const field *f, const char *word)
{
    return f->n == strlen(word) && !memcmp(f->text, word, f->n);
}

/* Which column runs are ranked by; -1: the file has none. */
static int rank_column(const field *head, int n, const char *rank_by)
{
    if (!rank_by || !strcmp(rank_by, "loss")) return LOSS;
    if (!strcmp(rank_by, "accuracy")) return ACCURACY;
    for (int i = FIXED; i < n; i++)
        if (is(&head[i], rank_by)) return i;
    return -1;
}

static bool make_room(sft_arena *a, sft_curve *k, size_t lines, int rank)
{
    k->step = sft__arena_alloc(a, lines * sizeof *k->step);
    k->epoch = sft__arena_alloc(a, lines * sizeof *k->epoch);
    k->loss = sft__arena_alloc(a, lines * sizeof *k->loss);
    k->accuracy = sft__arena_alloc(a, lines * sizeof *k->accuracy);
    k->rank = rank == LOSS ? k->loss : rank == ACCURACY ? k->accuracy : sft__arena_alloc(a, lines * sizeof *k->rank);
    return k->step && k->epoch && k->loss && k->accuracy && k->rank;
}

static void take(sft_run_look *look, const field *f, int n, int rank)
{
    int64_t step, epoch;
    if (n < FIXED || !sft__parse_int(f[STEP].text, f[STEP].n, &step) || !sft__parse_int(f[EPOCH].text, f[EPOCH].n, &epoch)) return;
    for (int s = 0; s < SFT_SPLITS; s++) {
        sft_curve *k = &look->curve[s];
        if (!is(&f[SPLIT], sft__split_word[s])) continue;
        if (s == SFT_TRAIN && !k->n) look->rate = real_of(&f[LR]);
        k->step[k->n] = step;
        k->epoch[k->n] = epoch;
        k->loss[k->n] = real_of(&f[LOSS]);
        k->accuracy[k->n] = real_of(&f[ACCURACY]);
        k->rank[k->n++] = rank >= 0 && rank < n ? real_of(&f[rank]) : NAN;
    }
}

/* How many lines each split has, so that rooms fit: a report of a thousand trials holds a thousand of these. */
static void count(const char *text, size_t size, size_t lines[SFT_SPLITS])
{
    for (const char *at = text, *end = text + size, *next; at < end; at = next + 1) {
        const char *comma = at;
        next = memchr(at, '\n', (size_t)(end - at));
        if (!next) next = end;
        for (int i = 0; i < 2 && comma; i++) {
            comma = memchr(comma, ',', (size_t)(next - comma));
            if (comma) comma++;
        }
        for (int s = 0; s < SFT_SPLITS; s++) lines[s] += comma && *comma == sft__split_word[s][0] && comma[1] == sft__split_word[s][1];
    }
}

static void read_rows(sft_arena *a, const char *text, size_t size, const char *rank_by, sft_run_look *look)
{
    field       f[MOST_FIELDS];
    size_t      lines[SFT_SPLITS] = { 0 };
    const char *end = text + size, *next = memchr(text, '\n', size);
    if (!next) return;
    const int rank = rank_column(f, cut(text, (size_t)(next - text), f), rank_by);
    count(text, size, lines);
    for (int s = 0; s < SFT_SPLITS; s++)
        if (!make_room(a, &look->curve[s], lines[s] + 1, rank)) return;
    /* a last line without its end is still being written */
    for (const char *at = next + 1; at < end && (next = memchr(at, '\n', (size_t)(end - at))); at = next + 1)
        take(look, f, cut(at, (size_t)(next - at), f), rank);
}

const sft_curve *sft__held_out(const sft_run_look *k)
{
    return k->curve[SFT_VALIDATION].n ? &k->curve[SFT_VALIDATION] : &k->curve[SFT_TRAIN];
}

sft_status sft__run_look(sft_ctx *c, sft_arena *a, const char *folder, const char *rank_by, sft_run_look *out)
{
    char      path[PATH + 32];
    sft_bytes bytes = { 0 };
    *out = (sft_run_look){ .steps = -1, .epochs = -1, .planned_steps = -1, .seconds = NAN, .started = NAN, .rate = NAN, .end_loss = NAN,
                           .test_loss = NAN, .test_accuracy = NAN, .train_loss = NAN, .train_accuracy = NAN, .test_samples = NAN,
                           .prior = NAN, .sharpness = NAN, .limit = NAN, .fault_step = -1 };
    if (sft__failed(c)) return sft_code(c);
    snprintf(path, sizeof path, "%.4096s/metrics.csv", folder);
    if (sft__read_file(c, path, limit, &bytes) == SFT_IO_OK) {
        out->found = true;
        read_rows(a, (const char *)bytes.data, bytes.size, rank_by, out);
    }
    sft__bytes_free(c, &bytes);
    sft__run_look_json(c, a, folder, out);
    const sft_curve *test = &out->curve[SFT_TEST];
    if (test->n && isnan(out->test_loss)) out->test_loss = test->loss[test->n - 1];
    if (test->n && isnan(out->test_accuracy)) out->test_accuracy = test->accuracy[test->n - 1];
    return sft_code(c);
}
