/* SPDX-License-Identifier: MIT */
/* Data source `npy:PLACE`: arrays of NumPy in a folder of .npy files or in one .npz archive. */
#include "data/load.h"
#include "data/npy_samples.h"
#include "data/zip.h"
#include "base/text.h"

#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

typedef enum role { TRAIN_X, TRAIN_Y, VALIDATION_X, VALIDATION_Y, TEST_X, TEST_Y, ROLES } role;

typedef struct npy_conf {
    const char *name[ROLES];
    int         task, channels;
    bool        sequence;
} npy_conf;

static const char *const task_words[] = { "auto", "classes", "binary", "regression", NULL };
static const char *const channel_words[] = { "auto", "first", "last", NULL };

#define ROLE_ROW(option, other, role, sentence)                                                    \
    {                                                                                              \
        .name = option, .kind = SFT_TEXT,                                                          \
        .offset = offsetof(npy_conf, name) + (role) * sizeof(char *), .flags = SFT_AUTO,           \
        .aliases = other, .doc = sentence                                                          \
    }

static const sft_field fields[] = {
    ROLE_ROW(
        "x", "train_x x_train X_train", TRAIN_X,
        "array with the training samples; auto: X_train, train_images, X, data, arr_0 and their kin"),
    ROLE_ROW(
        "y", "train_y y_train", TRAIN_Y,
        "array with their labels; auto: y_train, train_labels, y, labels, arr_1 and their kin; none: there are none, "
        "for samples to predict"),
    ROLE_ROW("x_validation", "x_val X_val val_x", VALIDATION_X,
             "array with validation samples; auto: X_val, val_images and their kin; may be absent"),
    ROLE_ROW("y_validation", "y_val val_y", VALIDATION_Y, "array with their labels"),
    ROLE_ROW("x_test", "X_test test_x", TEST_X,
             "array with test samples; auto: X_test, test_images and their kin; may be absent"),
    ROLE_ROW("y_test", "test_y", TEST_Y, "array with their labels"),
    { .name = "task",
      .kind = SFT_WORD,
      .offset = offsetof(npy_conf, task),
      .text = "auto",
      .words = task_words,
      .doc =
          "what the labels are; auto: classes for integers, for one-hot rows and for whole numbers below 20, binary for "
          "rows of 0 and 1, else regression" },
    { .name = "channels",
      .kind = SFT_WORD,
      .offset = offsetof(npy_conf, channels),
      .text = "auto",
      .words = channel_words,
      .doc =
          "which axis of images (N,?,?,?) holds the channels; auto: the last where it has at most 4 and the first more" },
    { .name = "sequence",
      .kind = SFT_FLAG,
      .offset = offsetof(npy_conf, sequence),
      .doc = "(N,L) and (N,C,L) are sequences, not features and images" },
    SFT_FIELD_END,
};

/* ---- finding the arrays ---------------------------------------------------------------------- */

static const char *const usual[ROLES][16] = {
    [TRAIN_X] = { "X_train", "x_train", "train_X", "train_x", "Xtrain", "xtrain", "train_images",
                  "train_data", "X", "x", "data", "images", "features", "inputs", "arr_0" },
    [TRAIN_Y] = { "y_train", "Y_train", "train_y", "train_Y", "ytrain", "Ytrain", "train_labels",
                  "train_targets", "y", "Y", "labels", "label", "targets", "target", "arr_1" },
    [VALIDATION_X] = { "X_val", "x_val", "val_X", "val_x", "X_valid", "x_valid", "valid_x",
                       "val_images", "val_data" },
    [VALIDATION_Y] = { "y_val", "Y_val", "val_Y", "val_y", "Y_valid", "y_valid", "valid_y",
                       "val_labels", "val_targets" },
    [TEST_X] = { "X_test", "x_test", "test_X", "test_x", "Xtest", "xtest", "test_images",
                 "test_data" },
    [TEST_Y] = { "y_test", "Y_test", "test_Y", "test_y", "ytest", "Ytest", "test_labels",
                 "test_targets" },
};

typedef struct store { /* a folder, or an archive */
    sft_arena  *arena;
    sft_pos     pos;
    const char *place, *folder;
    bool        archive;
    sft_bytes   packed;
    sft_zip     zip;
} store;

static bool ends_with(const char *text, const char *tail)
{
    size_t n = strlen(text), m = strlen(tail);
    return n >= m && !strcmp(text + n - m, tail);
}

static const sft_zip_member *find_member(const store *s, const char *name)
{
    for (int i = 0; i < s->zip.n; i++) {
        const char *member = s->zip.member[i].name;
        size_t      n = strlen(member);
        if (!strcmp(member, name)) return &s->zip.member[i];
        if (ends_with(member, ".npy") && strlen(name) == n - 4 && !strncmp(member, name, n - 4))
            return &s->zip.member[i];
    }
    return NULL;
}

/* The file of an array, with or without .npy in its name; NULL: there is none. */
static const char *find_file(const store *s, const char *name)
{
    const char *path = *name == '/' ? name : sft__arena_printf(s->arena, "%s/%s", s->folder, name);
    struct stat st;
    if (path && !stat(path, &st) && S_ISREG(st.st_mode)) return path;
    path = path ? sft__arena_printf(s->arena, "%s.npy", path) : NULL;
    return path && sft__exists(path) ? path : NULL;
}

static sft_status load_array(sft_ctx *c, const store *s, const char *name, sft_array *a)
{
    if (s->archive) {
        const sft_zip_member *m = find_member(s, name);
        if (!m) return SFT_OK;
        a->path = sft__arena_printf(s->arena, "%s:%s", s->place, m->name);
        if (!a->path || sft__zip_read(c, &s->zip, m, &a->bytes)) return sft_code(c);
    } else {
        const char *path = find_file(s, name);
        if (!path) return sft_code(c);
        a->path = path;
        if (sft__load(c, s->pos, path, &a->bytes)) return sft_code(c);
    }
    return sft__npy_parse(c, a->path, a->bytes.data, a->bytes.size, &a->npy);
}

/* What the archive holds, for the message that something is missing. */
static const char *contents(const store *s)
{
    const char *text = "";
    for (int i = 0; s->archive && text && i < s->zip.n && i < 12; i++)
        text = sft__arena_printf(s->arena, "%s%s%s", text, i ? ", " : " — it holds ",
                                 s->zip.member[i].name);
    return text ? text : "";
}

static sft_status missing(sft_ctx *c, const store *s, const char *what, const char *option)
{
    return sft__fail_at(c, s->pos, SFT_E200, "no %s in %s%s — name the array by %s=NAME", what,
                        s->place, contents(s), option);
}

static bool is_none(const npy_conf *k, role r) { return sft__text_is(k->name[r], "none"); }

static sft_status find_array(sft_ctx *c, const npy_conf *k, const store *s, role r, sft_array *a)
{
    if (is_none(k, r)) return SFT_OK;
    if (k->name[r]) {
        if (load_array(c, s, k->name[r], a)) return sft_code(c);
        return a->path ? SFT_OK
                       : missing(c, s, sft__arena_printf(s->arena, "array `%s`", k->name[r]),
                                 fields[r].name);
    }
    for (int i = 0; usual[r][i] && !a->path; i++)
        if (load_array(c, s, usual[r][i], a)) return sft_code(c);
    return SFT_OK;
}

/* ---- from arrays to a data set --------------------------------------------------------------- */

/* Samples and labels of one split are there both or not at all, and are as many. */
static sft_status check_pair(sft_ctx *c, const npy_conf *k, const store *s, const sft_array *x,
                             role r)
{
    const sft_array *y = x + 1;
    if (!x->path && !y->path) return SFT_OK;
    if (!x->path)
        return missing(c, s, sft__arena_printf(s->arena, "samples to the labels of %s", y->path),
                       fields[r].name);
    if (x->npy.rank < 1)
        return sft__fail_at(c, (sft_pos){ .file = x->path }, SFT_E202,
                            "the array is one number, not a list of samples");
    if (!y->path && !is_none(k, r + 1) && !is_none(k, TRAIN_Y))
        return missing(c, s, sft__arena_printf(s->arena, "labels to the samples of %s", x->path),
                       fields[r + 1].name);
    if (y->path && y->npy.rank > 0 && x->npy.dim[0] != y->npy.dim[0])
        return sft__fail_at(c, (sft_pos){ .file = x->path }, SFT_E213,
                            "%lld samples, but %lld labels in %s — they do not belong together",
                            (long long)x->npy.dim[0], (long long)y->npy.dim[0], y->path);
    return SFT_OK;
}

static bool are_bytes(const sft_array *a)
{
    for (int r = TRAIN_X; r < ROLES; r += 2)
        if (a[r].path && (a[r].npy.size != 1 || a[r].npy.kind == SFT_NPY_INT)) return false;
    return true;
}

static sft_status fill(sft_ctx *c, const npy_conf *k, const sft_array *a, int r,
                       const sft_axes *axes, sft_meaning *m, sft_samples *s, int64_t from)
{
    const sft_array *x = &a[r], *y = &a[r + 1];
    sft_axes         own;
    sft_meaning      kind;
    char             one[96], other[96];
    if (!x->path) return SFT_OK;
    if (sft__npy_axes(c, x, k->channels, k->sequence, &own)) return sft_code(c);
    if (!sft__same_shape(own.shape, axes->shape))
        return sft__fail_at(c, (sft_pos){ .file = x->path }, SFT_E202,
                            "samples are %s, training samples %s — they do not belong together",
                            sft__shape_text(own.shape, one, sizeof one),
                            sft__shape_text(axes->shape, other, sizeof other));
    sft__npy_values(x, &own, s, from);
    if (!y->path) return SFT_OK;
    int task = m->task == SFT_CLASSES  ? SFT_NPY_TASK_CLASSES
               : m->task == SFT_BINARY ? SFT_NPY_TASK_BINARY
                                       : SFT_NPY_TASK_REGRESSION;
    if (sft__npy_meaning(c, y, task, &kind)) return sft_code(c);
    if (m->task != SFT_CLASSES && kind.outputs != m->outputs)
        return sft__fail_at(c, (sft_pos){ .file = y->path }, SFT_E202,
                            "%lld targets a sample, in training %lld — they do not belong together",
                            (long long)kind.outputs, (long long)m->outputs);
    m->one_hot = kind.one_hot;
    return sft__npy_labels(c, y, m, s, from);
}

static sft_status convert(sft_ctx *c, const npy_conf *k, const sft_array *a, sft_raw *raw)
{
    sft_axes    axes;
    sft_meaning m = { SFT_REGRESSION, 1, false };
    int64_t n = a[TRAIN_X].npy.dim[0], held = a[VALIDATION_X].path ? a[VALIDATION_X].npy.dim[0] : 0;
    int64_t test = a[TEST_X].path ? a[TEST_X].npy.dim[0] : 0;
    sft_store kept = are_bytes(a) ? SFT_BYTES : SFT_FLOATS;
    if (sft__npy_axes(c, &a[TRAIN_X], k->channels, k->sequence, &axes) ||
        (a[TRAIN_Y].path && sft__npy_meaning(c, &a[TRAIN_Y], k->task, &m)))
        return sft_code(c);
    if (n == 0 || sft__count(axes.shape) == 0)
        return sft__fail_at(c, (sft_pos){ .file = a[TRAIN_X].path }, SFT_E245,
                            "no samples — the array's sizes hold a zero");
    raw->task = m.task;
    raw->outputs = m.outputs;
    raw->held = held;
    if (sft__samples_make(c, &raw->train, n + held, axes.shape, kept, m.task, m.outputs) ||
        (test && sft__samples_make(c, &raw->test, test, axes.shape, kept, m.task, m.outputs)))
        return sft_code(c);
    if (fill(c, k, a, TRAIN_X, &axes, &m, &raw->train, 0) ||
        fill(c, k, a, VALIDATION_X, &axes, &m, &raw->train, n))
        return sft_code(c);
    int64_t classes = m.outputs;
    if (fill(c, k, a, TEST_X, &axes, &m, &raw->test, 0)) return sft_code(c);
    if (m.task == SFT_CLASSES && test && a[TEST_Y].path &&
        sft__labels_check(c, a[TEST_Y].path, raw->test.label, test, classes))
        return sft_code(c);
    if (m.task == SFT_CLASSES) raw->outputs = classes;
    return SFT_OK;
}

/* ---- opening --------------------------------------------------------------------------------- */

/* A folder; an archive; or a file of samples, in whose folder the rest is. */
static sft_status open_store(sft_ctx *c, store *s, npy_conf *k)
{
    struct stat st;
    const char *slash = strrchr(s->place, '/');
    s->folder = s->place;
    if (stat(s->place, &st))
        return sft__load(c, s->pos, s->place, &s->packed); /* says that it is missing */
    if (S_ISDIR(st.st_mode)) return SFT_OK;
    s->archive = ends_with(s->place, ".npz");
    if (s->archive) {
        if (sft__load(c, s->pos, s->place, &s->packed)) return sft_code(c);
        return sft__zip_open(s->arena, s->place, s->packed.data, s->packed.size, &s->zip);
    }
    s->folder = slash ? sft__arena_textn(s->arena, s->place, (size_t)(slash - s->place)) : ".";
    if (slash == s->place) s->folder = "/";
    if (!k->name[TRAIN_X]) k->name[TRAIN_X] = slash ? slash + 1 : s->place;
    return s->folder ? SFT_OK : sft_code(c);
}

static sft_status read_all(sft_ctx *c, const npy_conf *k, const store *s, sft_array a[ROLES],
                           sft_raw *raw)
{
    for (int r = 0; r < ROLES; r++)
        if (find_array(c, k, s, (role)r, &a[r])) return sft_code(c);
    if (!a[TRAIN_X].path) return missing(c, s, "training samples", "x");
    for (int r = 0; r < ROLES; r += 2)
        if (check_pair(c, k, s, &a[r], (role)r)) return sft_code(c);
    return convert(c, k, a, raw);
}

static sft_status open_npy(sft_ctx *c, const void *conf, const char *place, sft_pos pos,
                           sft_raw *raw)
{
    npy_conf  k = *(const npy_conf *)conf;
    store     s = { .arena = raw->arena, .pos = pos, .place = place };
    sft_array a[ROLES] = { { 0 } };
    raw->outputs = 1;
    raw->source = sft__arena_printf(raw->arena, "NumPy arrays in %s", place);
    if (raw->source && open_store(c, &s, &k) == SFT_OK) read_all(c, &k, &s, a, raw);
    for (int r = 0; r < ROLES; r++) sft__bytes_free(c, &a[r].bytes);
    sft__bytes_free(c, &s.packed);
    return sft_code(c);
}

const sft_source sft__source_npy = {
    .name = "npy",
    .aliases = "npz numpy",
    .doc =
        "arrays of NumPy: a folder of .npy files (X_train.npy, y_train.npy …), one .npz archive, or a .npy file of "
        "samples with its neighbours; real numbers, integers, truth values, little-endian",
    .conf_size = sizeof(npy_conf),
    .fields = fields,
    .place = true,
    .open = open_npy,
};
