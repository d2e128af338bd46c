/* SPDX-License-Identifier: MIT */
/* Verdicts of kernel self-tests in $XDG_CACHE_HOME/surefoot/kernels.txt: lines "right KEY" or "wrong KEY".
 *
 * The file is only ever a shortcut. Lines that are not understood are dropped, the last line about a key counts, and two processes that
 * write at once lose at most each other's newest verdict. */
#include "backend/verdicts.h"
#include "base/io.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

#define LIMIT ((size_t)4 << 20) /* bytes; a file beyond it is not ours any more */

static const char *const words[] = { [SFT_RIGHT] = "right ", [SFT_WRONG] = "wrong " };

/* The processor's brand, 48 characters in three leaves of CPUID. */
static void processor(char text[49])
{
    memset(text, 0, 49);
#if defined(__x86_64__) || defined(__i386__)
    for (unsigned i = 0; i < 3; i++) {
        unsigned r[4];
        if (!__get_cpuid(0x80000002u + i, &r[0], &r[1], &r[2], &r[3])) return;
        memcpy(text + (size_t)16 * i, r, 16);
    }
#endif
}

static const char *file(sft_arena *a)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache && cache[0] == '/') return sft__arena_printf(a, "%s/surefoot/kernels.txt", cache);
    if (home && home[0] == '/') return sft__arena_printf(a, "%s/.cache/surefoot/kernels.txt", home);
    return NULL;
}

/* Keys are one line of printing characters. */
static void flatten(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 32) *text = ' ';
}

const char *sft__verdict_key(sft_arena *a, const sft_node *n, int64_t rows)
{
    char brand[49], version[64] = "", in[96], out[96];
    processor(brand);
    if (n->kernel->version) n->kernel->version(version, sizeof version);
    const char *options = n->op->fields ? sft__fields_text(a, n->op->fields, n->conf) : "";
    if (!options) return NULL;
    char *key = sft__arena_printf(
        a, "%s | %s | surefoot %s, %s %s | %s %s | %s%s %s -> %s %s, %s | %lld rows", sft_version(),
        brand, SFT_VERSION, n->kernel->name, version, n->op->name, options,
        sft__wants_din(n, 0) ? "" : "first layer, ", sft__shape_text(n->in[0]->out, in, sizeof in),
        sft__layout_name(n->in[0]->layout), sft__shape_text(n->out, out, sizeof out),
        sft__layout_name(n->layout), n->act ? n->act->name : "no activation", (long long)rows);
    if (key) flatten(key);
    return key;
}

static sft_bytes read_all(sft_ctx *c, const char *path)
{
    sft_bytes b = { 0 };
    if (path && sft__exists(path) && sft__read_file(c, path, LIMIT, &b) != SFT_IO_OK)
        b = (sft_bytes){ 0 };
    return b;
}

/* What a line says about the key; SFT_UNTESTED: it speaks of something else, or is no line of ours. */
static sft_kernel_verdict line_verdict(const char *line, size_t n, const char *key)
{
    for (sft_kernel_verdict v = SFT_RIGHT; v <= SFT_WRONG; v++) {
        size_t w = strlen(words[v]), k = strlen(key);
        if (n == w + k && memcmp(line, words[v], w) == 0 && memcmp(line + w, key, k) == 0) return v;
    }
    return SFT_UNTESTED;
}

sft_kernel_verdict sft__verdict_find(sft_ctx *c, const char *key)
{
    sft_arena a;
    sft__arena_open(&a, c);
    sft_bytes   b = read_all(c, file(&a));
    sft_kernel_verdict found = SFT_UNTESTED;
    const char *line = (const char *)b.data, *end = line ? line + b.size : line;
    while (line < end) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        if (!stop) break; /* half a line */
        sft_kernel_verdict v = line_verdict(line, (size_t)(stop - line), key);
        found = v == SFT_UNTESTED ? found : v;
        line = stop + 1;
    }
    sft__bytes_free(c, &b);
    sft__arena_close(&a);
    return found;
}

/* Length of the whole lines of an old file; 0 when it is no text of ours. */
static size_t whole_lines(const sft_bytes *b)
{
    size_t n = b->size;
    if (!n || memchr(b->data, 0, n)) return 0;
    while (n && b->data[n - 1] != '\n') n--;
    return n;
}

void sft__verdict_keep(sft_ctx *c, const char *key, sft_kernel_verdict verdict)
{
    if (sft__failed(c)) return;
    sft_arena a;
    sft__arena_open(&a, c);
    const char *path = file(&a);
    char       *folder = path ? sft__arena_text(&a, path) : NULL;
    const char *line = sft__arena_printf(&a, "%s%s\n", words[verdict], key);
    sft_bytes   old = read_all(c, path);
    if (folder && line) {
        *strrchr(folder, '/') = '\0';
        sft_part parts[] = { { old.data, whole_lines(&old) }, { line, strlen(line) } };
        if (sft__make_folder(c, folder) == SFT_OK) sft__write_file(c, path, parts, 2);
    }
    sft__bytes_free(c, &old);
    sft__arena_close(&a);
    sft_clear(c); /* nothing is lost with it: see the header */
}
