/* SPDX-License-Identifier: MIT */
/* Data source `idx:DIR`: the four files of MNIST and its kin, gzip or plain. */
#include "data/idx_read.h"
#include "data/load.h"

#include <dirent.h>
#include <stddef.h>
#include <string.h>

typedef struct idx_conf {
    const char *train_images, *train_labels, *test_images, *test_labels;
    bool        sequence;
} idx_conf;

static const sft_field fields[] = {
    { .name = "train_images",
      .kind = SFT_TEXT,
      .offset = offsetof(idx_conf, train_images),
      .flags = SFT_AUTO,
      .doc =
          "file in the folder; auto: train-images-idx3-ubyte, train-x-… or one whose name has these parts" },
    { .name = "train_labels",
      .kind = SFT_TEXT,
      .offset = offsetof(idx_conf, train_labels),
      .flags = SFT_AUTO,
      .doc = "file in the folder; auto: train-labels-idx1-ubyte, train-y-…" },
    { .name = "test_images",
      .kind = SFT_TEXT,
      .offset = offsetof(idx_conf, test_images),
      .flags = SFT_AUTO,
      .doc =
          "file in the folder; auto: t10k-images-idx3-ubyte, test-images-…, test-x-…; may be absent" },
    { .name = "test_labels",
      .kind = SFT_TEXT,
      .offset = offsetof(idx_conf, test_labels),
      .flags = SFT_AUTO,
      .doc = "file in the folder; auto: t10k-labels-idx1-ubyte, test-labels-…, test-y-…" },
    { .name = "sequence",
      .kind = SFT_FLAG,
      .offset = offsetof(idx_conf, sequence),
      .doc = "rows of numbers are sequences of one channel, {1,L}, not features, {F}" },
    SFT_FIELD_END,
};

/* ---- finding the files --------------------------------------------------------------------- */

typedef struct wanted { /* a name that has one word of each kind */
    const char *split[4], *kind[4];
} wanted;

static const wanted train_images = { { "train" }, { "images", "-x-" } },
                    train_labels = { { "train" }, { "labels", "-y-" } },
                    test_images = { { "t10k", "test" }, { "images", "-x-" } },
                    test_labels = { { "t10k", "test" }, { "labels", "-y-" } };

static bool has_one(const char *name, const char *const *words)
{
    for (; *words; words++)
        if (strstr(name, *words)) return true;
    return false;
}

static bool fits(const char *name, const wanted *w)
{
    return strstr(name, "idx") && has_one(name, w->split) && has_one(name, w->kind);
}

/* The alphabetically first name that fits, so that the choice does not depend on the file
 * system; NULL: none. */
static const char *search(sft_arena *a, const char *folder, const wanted *w)
{
    char           best[256] = "";
    DIR           *dir = opendir(folder);
    struct dirent *e;
    if (!dir) return NULL;
    while ((e = readdir(dir)))
        if (fits(e->d_name, w) && strlen(e->d_name) < sizeof best &&
            (!*best || strcmp(e->d_name, best) < 0))
            strcpy(best, e->d_name);
    closedir(dir);
    return *best ? sft__arena_printf(a, "%s/%s", folder, best) : NULL;
}

static const char *find(sft_arena *a, const char *folder, const char *given, const wanted *w)
{
    if (given) return given[0] == '/' ? given : sft__arena_printf(a, "%s/%s", folder, given);
    return search(a, folder, w);
}

/* ---- reading ------------------------------------------------------------------------------- */

typedef struct pair { /* images and labels of one split, and the bytes they lie in */
    const char *images_path, *labels_path;
    sft_bytes   image_bytes, label_bytes;
    sft_idx     images, labels;
} pair;

static sft_status read_pair(sft_ctx *c, sft_pos pos, pair *p)
{
    if (sft__load(c, pos, p->images_path, &p->image_bytes) ||
        sft__load(c, pos, p->labels_path, &p->label_bytes) ||
        sft__idx_parse(c, p->images_path, p->image_bytes.data, p->image_bytes.size, &p->images) ||
        sft__idx_parse(c, p->labels_path, p->label_bytes.data, p->label_bytes.size, &p->labels))
        return sft_code(c);
    if (p->labels.rank != 1)
        return sft__fail_at(c, (sft_pos){ .file = p->labels_path }, SFT_E202,
                            "labels have rank %d — one number a sample, rank 1, "
                            "is expected — are images and labels exchanged?",
                            p->labels.rank);
    if (p->images.dim[0] != p->labels.dim[0])
        return sft__fail_at(c, (sft_pos){ .file = p->images_path }, SFT_E213,
                            "%lld images, but %lld labels in %s — they do not "
                            "belong together",
                            (long long)p->images.dim[0], (long long)p->labels.dim[0],
                            p->labels_path);
    return SFT_OK;
}

static sft_status fill(sft_ctx *c, const pair *p, bool sequence, sft_samples *s, int64_t *classes)
{
    sft_shape shape = sft__idx_shape(&p->images, sequence);
    if (p->images.dim[0] == 0 || sft__count(shape) == 0)
        return sft__fail_at(c, (sft_pos){ .file = p->images_path }, SFT_E245,
                            "no samples — the file's sizes are zero");
    sft_store store = p->images.type == SFT_IDX_UBYTE ? SFT_BYTES : SFT_FLOATS;
    if (sft__samples_make(c, s, p->images.dim[0], shape, store, SFT_CLASSES, 1)) return sft_code(c);
    sft__idx_values(&p->images, s);
    return sft__idx_labels(c, p->labels_path, &p->labels, s->label, classes);
}

static sft_status read_split(sft_ctx *c, sft_pos pos, pair *p, bool sequence, sft_samples *s,
                             int64_t *classes)
{
    if (read_pair(c, pos, p) == SFT_OK) fill(c, p, sequence, s, classes);
    sft__bytes_free(c, &p->image_bytes);
    sft__bytes_free(c, &p->label_bytes);
    return sft_code(c);
}

static sft_status check_test(sft_ctx *c, const char *path, const sft_raw *raw)
{
    char a[64], b[64];
    if (!sft__same_shape(raw->train.shape, raw->test.shape))
        return sft__fail_at(c, (sft_pos){ .file = path }, SFT_E202,
                            "test samples are %s, training samples %s — they do not belong "
                            "together",
                            sft__shape_text(raw->test.shape, a, sizeof a),
                            sft__shape_text(raw->train.shape, b, sizeof b));
    if (!raw->train.bytes != !raw->test.bytes)
        return sft__fail_at(c, (sft_pos){ .file = path }, SFT_E202,
                            "test values are %s, training values are not — they do not "
                            "belong together",
                            raw->test.bytes ? "bytes" : "floats");
    return SFT_OK;
}

static sft_status open_train(sft_ctx *c, const idx_conf *k, const char *folder, sft_pos pos,
                             sft_raw *raw)
{
    sft_arena *a = raw->arena;
    pair       p = { .images_path = find(a, folder, k->train_images, &train_images),
                     .labels_path = find(a, folder, k->train_labels, &train_labels) };
    /* where nothing is found, the usual name leads to the usual sentence: no file, and where */
    if (!p.images_path)
        p.images_path = sft__arena_printf(a, "%s/train-images-idx3-ubyte[.gz]", folder);
    if (!p.labels_path)
        p.labels_path = sft__arena_printf(a, "%s/train-labels-idx1-ubyte[.gz]", folder);
    if (sft__failed(c)) return sft_code(c);
    return read_split(c, pos, &p, k->sequence, &raw->train, &raw->outputs);
}

/* Test files may be absent; one of the two alone is a mistake. */
static sft_status open_test(sft_ctx *c, const idx_conf *k, const char *folder, sft_pos pos,
                            sft_raw *raw)
{
    int64_t    classes;
    sft_arena *a = raw->arena;
    pair       p = { .images_path = find(a, folder, k->test_images, &test_images),
                     .labels_path = find(a, folder, k->test_labels, &test_labels) };
    if (sft__failed(c) || (!p.images_path && !p.labels_path)) return sft_code(c);
    if (!p.images_path || !p.labels_path)
        return sft__fail_at(c, pos, SFT_E200,
                            "no test %s in %s — there is %s — give test_images and test_labels",
                            p.images_path ? "labels" : "images", folder,
                            p.images_path ? p.images_path : p.labels_path);
    if (read_split(c, pos, &p, k->sequence, &raw->test, &classes) ||
        check_test(c, p.images_path, raw))
        return sft_code(c);
    return sft__labels_check(c, p.labels_path, raw->test.label, raw->test.count, raw->outputs);
}

static sft_status open_idx(sft_ctx *c, const void *conf, const char *folder, sft_pos pos,
                           sft_raw *raw)
{
    raw->source = sft__arena_printf(raw->arena, "IDX files in %s", folder);
    raw->task = SFT_CLASSES;
    raw->outputs = 1;
    if (!raw->source || open_train(c, conf, folder, pos, raw)) return sft_code(c);
    return open_test(c, conf, folder, pos, raw);
}

const sft_source sft__source_idx = {
    .name = "idx",
    .aliases = "mnist",
    .doc =
        "IDX files in a folder, as MNIST, Fashion-MNIST, EMNIST and USPS come; gzip or plain, rank 1 to 4, all number types",
    .conf_size = sizeof(idx_conf),
    .fields = fields,
    .place = true,
    .open = open_idx,
};
