/* SPDX-License-Identifier: MIT */
/* For tests of data: a folder for small files, whole files in memory, a data set from one line
 * of recipe. */
#ifndef SFT_TESTS_DATA_FOLDER_H
#define SFT_TESTS_DATA_FOLDER_H

#include "check.h"

#include "base/io.h"
#include "data/parts.h"

#include <sys/stat.h>
#include <unistd.h>

/* A new folder; `path` of at least 64 bytes. */
static inline const char *folder_make(char *path)
{
    strcpy(path, "/tmp/surefoot-test-XXXXXX");
    assert_non_null(mkdtemp(path));
    return path;
}

static inline void folder_remove(const char *path)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", path);
    assert_int_equal(system(command), 0);
}

static inline void folder_write(const char *folder, const char *name, const void *data, size_t size)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, size, f), size);
    assert_int_equal(fclose(f), 0);
}

static inline void folder_text(const char *folder, const char *name, const char *text)
{
    folder_write(folder, name, text, strlen(text));
}

/* An IDX file: type, sizes, and `size` bytes of values as they are. */
static inline void folder_idx(const char *folder, const char *name, unsigned type, int rank,
                              const uint32_t *dim, const void *values, size_t size)
{
    uint8_t bytes[4096] = { 0, 0, (uint8_t)type, (uint8_t)rank };
    size_t  head = 4 + 4 * (size_t)rank;
    assert_true(head + size <= sizeof bytes);
    for (int i = 0; i < rank; i++)
        for (int k = 0; k < 4; k++) bytes[4 + 4 * i + k] = (uint8_t)(dim[i] >> (24 - 8 * k));
    memcpy(bytes + head, values, size);
    folder_write(folder, name, bytes, head + size);
}

/* "csv:FILE header=no": name and arguments as in a recipe. %s in `line` is `path`. NULL split:
 * the defaults. */
static inline sft_data *open_line(sft_ctx *c, const char *line, const char *path,
                                  const sft_split_conf *split)
{
    char           text[1024];
    sft_arena      a;
    sft_spec       spec = { 0 };
    sft_data      *d = NULL;
    sft_split_conf k;
    sft__arena_open(&a, c);
    sft__fields_defaults(sft__split_fields, &k, &a);
    snprintf(text, sizeof text, line, path);
    if (sft__spec_parse(&a, text, strlen(text), (sft_pos){ "recipe.yaml", 1, 7 }, &spec) == SFT_OK)
        sft__data_make(c, &spec, split ? split : &k, 0, &d);
    sft__arena_close(&a);
    return d;
}

/* Keeps every sentence of sft__note, one a line. */
typedef struct kept_notes {
    char text[4096];
} kept_notes;

static inline void keep_note(void *user, sft_level level, const char *sentence)
{
    kept_notes *k = user;
    size_t      n = strlen(k->text);
    (void)level;
    snprintf(k->text + n, sizeof k->text - n, "%s\n", sentence);
}

#endif
