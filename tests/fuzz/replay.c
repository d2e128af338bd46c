/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target without libFuzzer: over files and folders, and over seeded random mutations of them.
 *
 *   fuzz_idx FILE|FOLDER...                    every input once
 *   fuzz_idx --mutate N SEED FILE|FOLDER...    and then N mutated inputs, the same ones for the same SEED
 *
 * Where SFT_FUZZ_KEEP is set in the environment, each mutated input is written to the file it names before it is run,
 * so that the one that ended the program is at hand. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LARGEST (1 << 20) /* bytes of a mutated input */
#define MOST    4096      /* inputs read from the corpus */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct { uint8_t *data; size_t size; } input;
typedef struct { input item[MOST]; int count; } corpus;

/* SplitMix64 (Steele, Lea & Flood 2014). */
static uint64_t next(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static size_t below(uint64_t *state, size_t n) { return n ? (size_t)(next(state) % n) : 0; }

static void *must(void *p)
{
    if (!p) {
        fprintf(stderr, "replay: out of memory\n");
        exit(2);
    }
    return p;
}

/* Runs a block of exactly the input's size, so that a sanitizer sees one byte too far. */
static void execute(const uint8_t *data, size_t size)
{
    uint8_t *exact = must(malloc(size ? size : 1));
    if (size) memcpy(exact, data, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

static void add_file(corpus *c, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f || c->count == MOST) {
        fprintf(stderr, "replay: cannot take %s\n", path);
        exit(2);
    }
    input   *in = &c->item[c->count++];
    uint8_t *buffer = must(malloc(LARGEST));
    in->size = fread(buffer, 1, LARGEST, f);
    in->data = must(realloc(buffer, in->size + 1));
    fclose(f);
}

static void add_path(corpus *c, const char *path)
{
    struct dirent **entry = NULL;
    struct stat     st;
    if (stat(path, &st) || !S_ISDIR(st.st_mode)) {
        add_file(c, path);
        return;
    }
    int n = scandir(path, &entry, NULL, alphasort); /* sorted: the same order on every machine */
    for (int i = 0; i < n; i++) {
        char name[4096];
        if (entry[i]->d_name[0] != '.') {
            snprintf(name, sizeof name, "%s/%s", path, entry[i]->d_name);
            add_path(c, name);
        }
        free(entry[i]);
    }
    free(entry);
}

static const char *const words[] = {
    "0", "-1", "1e999", "nan", "\"", ":", "|", "(", "\n", "\xFF\xFF\xFF\xFF", "\x7F\xFF\xFF\xFF",
    "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F", "18446744073709551615", "-9223372036854775808",
};

/* Opens a gap of n bytes at `at`, as far as there is room; returns its width. */
static size_t gap(input *x, size_t at, size_t n)
{
    if (n > LARGEST - x->size) n = LARGEST - x->size;
    memmove(x->data + at + n, x->data + at, x->size - at);
    x->size += n;
    return n;
}

static void delete_at(input *x, size_t at, size_t n)
{
    if (n > x->size - at) n = x->size - at;
    memmove(x->data + at, x->data + at + n, x->size - at - n);
    x->size -= n;
}

static void repeat_at(input *x, size_t at, size_t n)
{
    if (n > x->size - at) n = x->size - at;
    n = gap(x, at, n);
    memmove(x->data + at, x->data + at + n, n);
}

/* Replaces the tail from `at` by the tail of another input. */
static void splice_at(input *x, size_t at, const input *other, size_t from)
{
    size_t n = other->size - from;
    if (n > LARGEST - at) return;
    if (n) memcpy(x->data + at, other->data + from, n);
    x->size = at + n;
}

static void mutate(input *x, const corpus *c, uint64_t *s)
{
    size_t       at = below(s, x->size), n = 1 + below(s, 16);
    const char  *word = words[below(s, sizeof words / sizeof words[0])];
    const input *other = &c->item[below(s, (size_t)c->count)];
    unsigned     kind = (unsigned)below(s, 8);
    if (kind < 4 && x->size == 0) return;
    switch (kind) {
    case 0: x->data[at] = (uint8_t)(x->data[at] ^ (1u << below(s, 8))); break;
    case 1: x->data[at] = (uint8_t)next(s); break;
    case 2: x->data[at] = (uint8_t)(x->data[at] + below(s, 9) - 4); break;
    case 3: x->size = at; break;
    case 4: delete_at(x, at, n); break;
    case 5: n = gap(x, at, strlen(word)); memcpy(x->data + at, word, n); break;
    case 6: repeat_at(x, at, n); break;
    default: splice_at(x, at, other, below(s, other->size)); break;
    }
}

static void keep(const input *x, const char *name)
{
    FILE *f = fopen(name, "wb");
    if (!f) return;
    fwrite(x->data, 1, x->size, f);
    fclose(f);
}

static void run_mutations(const corpus *c, long runs, uint64_t seed)
{
    const char *kept = getenv("SFT_FUZZ_KEEP");
    input       x = { must(malloc(LARGEST)), 0 };
    for (long i = 0; i < runs; i++) {
        uint64_t     s = seed * 0x100000001B3u + (uint64_t)i;
        const input *from = &c->item[below(&s, (size_t)c->count)];
        memcpy(x.data, from->data, from->size);
        x.size = from->size;
        for (size_t k = 1 + below(&s, 6); k > 0; k--) mutate(&x, c, &s);
        if (kept) keep(&x, kept);
        execute(x.data, x.size);
    }
    free(x.data);
}

int main(int argc, char **argv)
{
    static corpus c;
    long     runs = 0;
    uint64_t seed = 1;
    int      first = 1;
    if (argc > 3 && !strcmp(argv[1], "--mutate")) {
        runs = strtol(argv[2], NULL, 10);
        seed = strtoull(argv[3], NULL, 10);
        first = 4;
    }
    for (int i = first; i < argc; i++) add_path(&c, argv[i]);
    if (c.count == 0) {
        fprintf(stderr, "replay: no input; give files or folders, and --mutate N SEED before them\n");
        return 2;
    }
    for (int i = 0; i < c.count; i++) execute(c.item[i].data, c.item[i].size);
    run_mutations(&c, runs, seed);
    printf("%d inputs and %ld mutations ran clean\n", c.count, runs);
    for (int i = 0; i < c.count; i++) free(c.item[i].data);
    return 0;
}
