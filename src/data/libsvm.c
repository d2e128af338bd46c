/* SPDX-License-Identifier: MIT */
/* Data source `libsvm:FILE`: sparse text to dense samples, classes or regression. */
#include "data/libsvm_read.h"
#include "data/load.h"
#include "data/samples.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#define FEW_CLASSES 20                 /* as many different whole labels are classes, as in CSV */
#define DENSE_MOST  ((int64_t)1 << 30) /* values with their zeros: 4 GiB */

typedef struct libsvm_conf {
    const char *test;
    int         task;
    int64_t     features;
} libsvm_conf;

enum { TASK_AUTO, TASK_CLASSES, TASK_REGRESSION };

static const char *const task_words[] = { "auto", "classes", "regression", NULL };

static const sft_field fields[] = {
    { .name = "test",
      .kind = SFT_TEXT,
      .offset = offsetof(libsvm_conf, test),
      .flags = SFT_AUTO,
      .aliases = "test_file",
      .doc = "a second file with the test samples; auto: none" },
    { .name = "task",
      .kind = SFT_WORD,
      .offset = offsetof(libsvm_conf, task),
      .text = "auto",
      .words = task_words,
      .doc =
          "what the label is; auto: classes for at most 20 different whole numbers, else regression" },
    { .name = "features",
      .kind = SFT_INT,
      .offset = offsetof(libsvm_conf, features),
      .low = 1,
      .high = SFT_LIBSVM_FEATURES_MOST,
      .flags = SFT_AUTO,
      .aliases = "n_features",
      .doc = "numbers a sample has; auto: as many as the highest index of both files says" },
    SFT_FIELD_END,
};

/* ---- labels ---------------------------------------------------------------------------------- */

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* The different labels in order; returns how many of them, up to `most` + 1. */
static int64_t different(double *label, int64_t n, int64_t most)
{
    int64_t found = 0;
    qsort(label, (size_t)n, sizeof *label, ascending);
    for (int64_t i = 0; i < n && found <= most; i++)
        if (i == 0 || label[i] != label[i - 1]) label[found++] = label[i];
    return found;
}

static bool are_classes(const libsvm_conf *k, const double *label, int64_t n)
{
    if (k->task != TASK_AUTO) return k->task == TASK_CLASSES;
    for (int64_t i = 0; i < n; i++)
        if (label[i] != floor(label[i])) return false;
    return n <= FEW_CLASSES;
}

static const char *const *names_of(sft_arena *a, const double *label, int64_t n)
{
    const char **name = sft__arena_alloc(a, (size_t)n * sizeof *name);
    for (int64_t i = 0; name && i < n; i++)
        if (!(name[i] = sft__arena_printf(a, "%.9g", label[i]))) return NULL;
    return name;
}

static sft_status put_labels(sft_ctx *c, const sft_libsvm *t, const double *known, int64_t n,
                             const double *label, sft_samples *s)
{
    for (int64_t i = 0; i < s->count; i++) {
        if (s->target) {
            s->target[i] = (float)label[i];
            continue;
        }
        const double *found = isfinite(label[i])
                                  ? bsearch(&label[i], known, (size_t)n, sizeof *known, ascending)
                                  : NULL;
        if (!found)
            return sft__fail_at(
                c, (sft_pos){ .file = t->path }, SFT_E240,
                "label %g of sample %lld (from 0) does not occur in training — check that the files belong "
                "together",
                label[i], (long long)i);
        s->label[i] = (int32_t)(found - known);
    }
    return SFT_OK;
}

/* ---- both files ------------------------------------------------------------------------------ */

typedef struct both { /* [1] is the test file, of no rows where there is none */
    sft_bytes  bytes[2];
    sft_libsvm text[2];
    double    *label[2], *known;
    int64_t    base, features;
} both;

static sft_status count_features(sft_ctx *c, const libsvm_conf *k, both *b)
{
    const sft_libsvm *t = b->text;
    b->base = t[0].zero || t[1].zero ? 0 : 1;
    int64_t highest = t[0].features > t[1].features ? t[0].features : t[1].features;
    int64_t need = highest + 1 - b->base;
    b->features = k->features > 0 ? k->features : need;
    if (b->features < need)
        return sft__fail_at(c, (sft_pos){ .file = t[0].path }, SFT_E202,
                            "index %lld occurs, but features=%lld — raise it or leave it out",
                            (long long)highest, (long long)b->features);
    if ((t[0].rows + t[1].rows) > DENSE_MOST / (b->features ? b->features : 1))
        return sft__fail_at(
            c, (sft_pos){ .file = t[0].path }, SFT_E202,
            "%lld samples of %lld features are too many with their zeros — choose fewer features",
            (long long)(t[0].rows + t[1].rows), (long long)b->features);
    if (t[0].rows == 0 || b->features == 0)
        return sft__fail_at(c, (sft_pos){ .file = t[0].path }, SFT_E245,
                            "no samples with a feature — check the file");
    return SFT_OK;
}

/* The file's labels in b->label and, in order and once each, in b->known. */
static sft_status learn_labels(sft_ctx *c, const libsvm_conf *k, both *b, sft_raw *raw)
{
    int64_t n = b->text[0].rows;
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(b->label[0][i]))
            return sft__fail_at(
                c, (sft_pos){ .file = b->text[0].path }, SFT_E247,
                "label of sample %lld (from 0) is %g — only finite numbers can be learned from",
                (long long)i, b->label[0][i]);
        b->known[i] = b->label[0][i];
    }
    int64_t classes = different(b->known, n, SFT_CLASSES_MOST);
    raw->task = are_classes(k, b->known, classes) ? SFT_CLASSES : SFT_REGRESSION;
    raw->outputs = raw->task == SFT_CLASSES ? classes : 1;
    if (raw->task == SFT_CLASSES && classes > SFT_CLASSES_MOST)
        return sft__fail_at(
            c, (sft_pos){ .file = b->text[0].path }, SFT_E240,
            "more than %d different labels are too many classes — set task=regression",
            SFT_CLASSES_MOST);
    if (raw->task == SFT_CLASSES) raw->class_names = names_of(raw->arena, b->known, classes);
    return sft_code(c);
}

static sft_status fill(sft_ctx *c, const libsvm_conf *k, both *b, sft_raw *raw)
{
    sft_samples *s[2] = { &raw->train, &raw->test };
    int64_t      count[2] = { b->text[0].rows, b->text[1].rows };
    sft_shape    shape = sft__shape1(b->features);
    if (sft__samples_make(c, s[0], count[0], shape, SFT_FLOATS, SFT_CLASSES, 1)) return sft_code(c);
    sft__libsvm_fill(&b->text[0], b->base, b->features, b->label[0], s[0]->floats);
    if (learn_labels(c, k, b, raw)) return sft_code(c);
    if (raw->task == SFT_REGRESSION) { /* the array of labels makes room for targets */
        sft__free(c, s[0]->label, (size_t)count[0] * sizeof *s[0]->label);
        s[0]->label = NULL;
        s[0]->target = sft__alloc(c, (size_t)count[0] * sizeof *s[0]->target);
    }
    if (sft__failed(c) || (count[1] && sft__samples_make(c, s[1], count[1], shape, SFT_FLOATS,
                                                         raw->task, raw->outputs)))
        return sft_code(c);
    if (count[1]) sft__libsvm_fill(&b->text[1], b->base, b->features, b->label[1], s[1]->floats);
    for (int i = 0; i < 2; i++)
        if (put_labels(c, &b->text[i], b->known, raw->outputs, b->label[i], s[i]))
            return sft_code(c);
    return SFT_OK;
}

static sft_status read_both(sft_ctx *c, const libsvm_conf *k, const char *const path[2],
                            sft_pos pos, both *b, sft_raw *raw)
{
    for (int i = 0; i < 2 && path[i]; i++) {
        if (sft__load(c, pos, path[i], &b->bytes[i]) ||
            sft__libsvm_scan(c, path[i], b->bytes[i].data, b->bytes[i].size, &b->text[i]))
            return sft_code(c);
    }
    if (count_features(c, k, b)) return sft_code(c);
    for (int i = 0; i < 2; i++)
        b->label[i] = sft__alloc(c, ((size_t)b->text[i].rows + 1) * sizeof **b->label);
    b->known = sft__alloc(c, ((size_t)b->text[0].rows + 1) * sizeof *b->known);
    return sft__failed(c) ? sft_code(c) : fill(c, k, b, raw);
}

static sft_status open_libsvm(sft_ctx *c, const void *conf, const char *place, sft_pos pos,
                              sft_raw *raw)
{
    const libsvm_conf *k = conf;
    const char *const  path[2] = { place, k->test };
    both               b = { .bytes = { { 0 } } };
    raw->outputs = 1;
    raw->source = sft__arena_printf(raw->arena, "LIBSVM file %s", place);
    if (raw->source) read_both(c, k, path, pos, &b, raw);
    for (int i = 0; i < 2; i++) {
        sft__bytes_free(c, &b.bytes[i]);
        sft__free(c, b.label[i], ((size_t)b.text[i].rows + 1) * sizeof **b.label);
    }
    sft__free(c, b.known, ((size_t)b.text[0].rows + 1) * sizeof *b.known);
    return sft_code(c);
}

const sft_source sft__source_libsvm = {
    .name = "libsvm",
    .aliases = "svmlight svm",
    .doc =
        "a file in the format of LIBSVM and SVMlight, gzip or plain: `label index:value …`, zeros left out",
    .conf_size = sizeof(libsvm_conf),
    .fields = fields,
    .place = true,
    .open = open_libsvm,
};
