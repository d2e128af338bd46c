/* SPDX-License-Identifier: MIT */
/* Fuzz target: the files of a run folder as reports and exports read them, cut apart by bytes 0x1E: metrics.csv, signals.csv, run.json,
 * diagnosis.json, events.jsonl. An export that succeeds is JSON whatever they hold. */
#include "report/export.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef SFT_HAVE_JANSSON
#include <jansson.h>
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = { "metrics.csv", "signals.csv", "run.json", "diagnosis.json", "events.jsonl" };
enum { FILES = sizeof names / sizeof *names };

/* One folder for all inputs: making it anew takes most of the time. */
typedef struct place {
    char folder[32];
    bool had[FILES];            /* it holds this file */
} place;

static place here;

static const char *path_of(int file, char *buf, size_t size)
{
    snprintf(buf, size, "%s/%s", here.folder, names[file]);
    return buf;
}

static void clear(void)
{
    char path[200];
    for (int i = 0; i < FILES; i++) unlink(path_of(i, path, sizeof path));
    rmdir(here.folder);
}

/* A part of no bytes: there is no such file. A file is cut behind writing: file systems flush one that is cut to nothing before. */
static void put(int file, const uint8_t *data, size_t n)
{
    char path[200];
    path_of(file, path, sizeof path);
    if (!n && here.had[file] && unlink(path)) abort();
    here.had[file] = n > 0;
    if (!n) return;
    const int out = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (out < 0 || write(out, data, n) != (ssize_t)n || ftruncate(out, (off_t)n) || close(out)) abort();
}

static void fill(const uint8_t *data, size_t size)
{
    if (!*here.folder) {
        strcpy(here.folder, "/tmp/surefoot-fuzz-XXXXXX");
        if (!mkdtemp(here.folder) || atexit(clear)) abort();
    }
    for (int i = 0; i < FILES; i++) {
        const uint8_t *end = size && i < FILES - 1 ? memchr(data, 0x1E, size) : NULL;
        const size_t   n = end ? (size_t)(end - data) : size;
        put(i, data, n);
        data += n + (end != NULL);
        size -= n + (end != NULL);
    }
}

static bool take(void *user, const void *bytes, size_t n)
{
    sft__string_addn(user, bytes, n);
    return true;
}

static void export(sft_ctx *c, const char *format)
{
    const char *folder = here.folder;
    sft_string  s;
    sft__string_open(&s, c);
    const bool done = sft_export(c, 1, &folder, &(sft_export_options){ .format = format, .write = take, .user = &s }, NULL) == SFT_OK;
#ifdef SFT_HAVE_JANSSON
    if (done && !strcmp(format, "json")) {
        json_t *root = json_loadb(s.text, s.n, 0, NULL);
        if (!root) abort();
        json_decref(root);
    }
#else
    (void)done;
#endif
    sft__string_close(&s);
    sft_clear(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    sft_arena    a;
    sft_run_look look;
    sft_ctx     *c = sft_open(&(sft_config){ .threads = 1, .reference = true });
    fill(data, size);
    sft__arena_open(&a, c);
    sft__run_look(c, &a, here.folder, "accuracy", &look);
    sft__remark(&a, &(sft_attempt){ .planned_steps = 10, .steps = 10 }, &look, NULL);
    sft_clear(c);
    sft__arena_close(&a);
    export(c, "csv");
    export(c, "json");
    sft_close(c);
    return 0;
}
