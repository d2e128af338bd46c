/* SPDX-License-Identifier: MIT */
/* Data source `cifar:DIR`: CIFAR-10 and CIFAR-100 in their binary versions, gzip or plain. */
#include "data/cifar_read.h"
#include "data/load.h"

#include <stddef.h>
#include <string.h>

typedef struct cifar_conf {
    int labels;
} cifar_conf;

static const char *const label_words[] = { "fine", "coarse", NULL };

static const sft_field fields[] = {
    { .name = "labels",
      .kind = SFT_WORD,
      .offset = offsetof(cifar_conf, labels),
      .text = "fine",
      .words = label_words,
      .doc = "CIFAR-100 only: its 100 classes or its 20 superclasses" },
    SFT_FIELD_END,
};

typedef struct flavour {
    const char *const *train, *const *test;
    const char *names; /* file of class names */
    const char *source;
    int64_t     classes;
    int         labels, which; /* label bytes a record; the one to take */
} flavour;

static const char *const ten_train[] = { "data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                                         "data_batch_4.bin", "data_batch_5.bin", NULL };
static const char *const ten_test[] = { "test_batch.bin", NULL };
static const char *const hundred_train[] = { "train.bin", NULL };
static const char *const hundred_test[] = { "test.bin", NULL };

static const flavour flavours[] = {
    { ten_train, ten_test, "batches.meta.txt", "CIFAR-10 (A. Krizhevsky, 2009)", 10, 1, 0 },
    { hundred_train, hundred_test, "fine_label_names.txt", "CIFAR-100 (A. Krizhevsky, 2009)", 100,
      2, 1 },
    { hundred_train, hundred_test, "coarse_label_names.txt",
      "CIFAR-100, superclasses (A. Krizhevsky, 2009)", 20, 2, 0 },
};

#define FILES 5

/* ---- files to samples ---------------------------------------------------------------------- */

typedef struct batch_files {
    int         n;
    const char *path[FILES];
    sft_bytes   bytes[FILES];
} batch_files;

/* Those of the names that exist, plain or gzip. */
static void find_files(sft_arena *a, const char *folder, const char *const *names, batch_files *f)
{
    for (; *names && f->n < FILES; names++) {
        f->path[f->n] = sft__find_file(a, folder, *names);
        f->n += f->path[f->n] != NULL;
    }
}

static sft_status read_files(sft_ctx *c, sft_pos pos, const flavour *k, batch_files *f,
                             sft_samples *s)
{
    int64_t total = 0, from = 0;
    for (int i = 0; i < f->n; i++) {
        if (sft__load(c, pos, f->path[i], &f->bytes[i])) return sft_code(c);
        int64_t n = sft__cifar_count(c, f->path[i], f->bytes[i].size, k->labels);
        if (n < 0) return sft_code(c);
        total += n;
    }
    if (sft__samples_make(c, s, total, sft__shape3(3, 32, 32), SFT_BYTES, SFT_CLASSES, k->classes))
        return sft_code(c);
    for (int i = 0; i < f->n; i++) {
        if (sft__cifar_read(c, f->path[i], f->bytes[i].data, f->bytes[i].size, k->labels, k->which,
                            k->classes, s, from))
            return sft_code(c);
        from += (int64_t)f->bytes[i].size / (SFT_CIFAR_PIXELS + k->labels);
    }
    return SFT_OK;
}

static sft_status read_split(sft_ctx *c, sft_pos pos, const flavour *k, batch_files *f,
                             sft_samples *s)
{
    read_files(c, pos, k, f, s);
    for (int i = 0; i < f->n; i++) sft__bytes_free(c, &f->bytes[i]);
    return sft_code(c);
}

/* ---- class names --------------------------------------------------------------------------- */

/* One name a line; a file that does not have exactly as many as classes is left alone. */
static const char *const *parse_names(sft_arena *a, const char *text, int64_t classes)
{
    const char **names = sft__arena_alloc(a, (size_t)classes * sizeof *names);
    int64_t      n = 0;
    while (names && *text) {
        size_t length = strcspn(text, "\r\n");
        if (length > 0 && (n == classes || !(names[n++] = sft__arena_textn(a, text, length))))
            return NULL;
        text += length + (text[length] != '\0');
    }
    return n == classes ? names : NULL;
}

static sft_status read_names(sft_ctx *c, sft_pos pos, const flavour *k, const char *folder,
                             sft_raw *raw)
{
    const char *path = sft__find_file(raw->arena, folder, k->names);
    sft_bytes   text;
    if (!path || sft__load(c, pos, path, &text)) return sft_code(c);
    raw->class_names = parse_names(raw->arena, (const char *)text.data, k->classes);
    sft__bytes_free(c, &text);
    return sft_code(c);
}

static sft_status open_cifar(sft_ctx *c, const void *conf, const char *folder, sft_pos pos,
                             sft_raw *raw)
{
    const cifar_conf *k = conf;
    batch_files       ten = { 0 }, train = { 0 }, test = { 0 };
    find_files(raw->arena, folder, ten_train, &ten);
    const flavour *f = ten.n ? &flavours[0] : &flavours[1 + k->labels];
    find_files(raw->arena, folder, f->train, &train);
    find_files(raw->arena, folder, f->test, &test);
    if (sft__failed(c)) return sft_code(c);
    if (train.n == 0) { /* says what is missing, and where */
        sft_bytes none;
        return sft__load(c, pos, sft__arena_printf(raw->arena, "%s/data_batch_1.bin[.gz]", folder),
                         &none);
    }
    if (ten.n && ten.n < FILES)
        sft__note(c, SFT_NOTE, NULL, "%s has %d of the 5 training batches of CIFAR-10", folder,
                  ten.n);
    raw->source = f->source;
    raw->task = SFT_CLASSES;
    raw->outputs = f->classes;
    if (read_split(c, pos, f, &train, &raw->train) ||
        (test.n && read_split(c, pos, f, &test, &raw->test)))
        return sft_code(c);
    return read_names(c, pos, f, folder, raw);
}

const sft_source sft__source_cifar = {
    .name = "cifar",
    .aliases = "cifar10 cifar100",
    .doc =
        "CIFAR-10 or CIFAR-100, binary version, in a folder; gzip or plain; batches that are absent are left out",
    .conf_size = sizeof(cifar_conf),
    .fields = fields,
    .place = true,
    .open = open_cifar,
};
