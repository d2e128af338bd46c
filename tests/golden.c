/* SPDX-License-Identifier: MIT */
/* The reader of golden files: all lines in one array, found by a linear search. */
#include "golden.h"
#include "check.h"

#include <math.h>

typedef struct line {
    const char   *kind, *name, *words; /* words: what follows the name */
    golden_tensor tensor;              /* v NULL: not a tensor */
} line;

struct golden {
    char *text;
    line *line;
    int   n;
};

static char *read_all(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) fail_msg("%s cannot be opened", path);
    size_t n = 0, room = 1 << 16;
    char  *text = malloc(room);
    assert_non_null(text);
    for (size_t got; (got = fread(text + n, 1, room - n - 1, f)) > 0;) {
        n += got;
        if (room - n < 2) {
            text = realloc(text, room *= 2);
            assert_non_null(text);
        }
    }
    fclose(f);
    text[n] = '\0';
    return text;
}

/* "32 20 : 0.1 0.2 ..." */
static golden_tensor read_tensor(const char *name, const char *words)
{
    golden_tensor t = { .count = 1 };
    char         *at;
    for (long long d; (d = strtoll(words, &at, 10)), at != words; words = at) {
        assert_true(t.shape.rank < SFT_MAX_RANK);
        t.shape.dim[t.shape.rank++] = d;
        t.count *= d;
    }
    words += strspn(words, " ");
    if (*words++ != ':') fail_msg("golden tensor %s has no colon", name);
    double *v = malloc(sizeof(double) * (size_t)(t.count + 1));
    assert_non_null(v);
    for (int64_t i = 0; i < t.count; i++, words = at) {
        v[i] = strtod(words, &at);
        if (at == words) fail_msg("golden tensor %s ends after %lld values", name, (long long)i);
    }
    if (words[strspn(words, " ")]) fail_msg("golden tensor %s has too many values", name);
    t.v = v;
    return t;
}

static line read_line(char *text)
{
    line  l = { .kind = text };
    char *name = strchr(text, ' ');
    if (!name) fail_msg("golden line \"%s\" has no name", text);
    *name++ = '\0';
    char *words = strchr(name, ' ');
    if (words) *words++ = '\0';
    l.name = name;
    l.words = words ? words : "";
    if (strcmp(l.kind, "tensor") == 0) l.tensor = read_tensor(l.name, l.words);
    return l;
}

golden *golden_open(const char *name)
{
    const char *source = getenv("SUREFOOT_SOURCE");
    char        path[4096];
    snprintf(path, sizeof path, "%s/tests/golden/%s.txt", source ? source : ".", name);
    golden *g = calloc(1, sizeof *g);
    assert_non_null(g);
    g->text = read_all(path);
    int room = 1;
    for (const char *c = g->text; *c; c++) room += *c == '\n';
    g->line = calloc((size_t)room, sizeof *g->line);
    assert_non_null(g->line);
    for (char *at = g->text; *at;) {
        char *next = at + strcspn(at, "\n");
        if (*next) *next++ = '\0';
        if (*at && *at != '#') g->line[g->n++] = read_line(at);
        at = next;
    }
    return g;
}

void golden_close(golden *g)
{
    if (!g) return;
    for (int i = 0; i < g->n; i++) free((void *)(uintptr_t)g->line[i].tensor.v);
    free(g->line);
    free(g->text);
    free(g);
}

static const line *find(const golden *g, const char *kind, const char *format, va_list arguments)
{
    char name[256];
    vsnprintf(name, sizeof name, format, arguments);
    for (int i = 0; i < g->n; i++)
        if (strcmp(g->line[i].name, name) == 0 && (!kind || strcmp(g->line[i].kind, kind) == 0))
            return &g->line[i];
    if (kind) fail_msg("no golden %s %s", kind, name);
    return NULL;
}

const char *golden_text(const golden *g, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const line *l = find(g, "text", format, arguments);
    va_end(arguments);
    return l->words;
}

double golden_scalar(const golden *g, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const line *l = find(g, "scalar", format, arguments);
    va_end(arguments);
    return strtod(l->words, NULL);
}

golden_tensor golden_get(const golden *g, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const line *l = find(g, "tensor", format, arguments);
    va_end(arguments);
    return l->tensor;
}

bool golden_has(const golden *g, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const line *l = find(g, NULL, format, arguments);
    va_end(arguments);
    return l != NULL;
}

void golden_each(const golden *g, const char *text, void (*f)(void *user, const char *word),
                 void *user)
{
    const char *at = golden_text(g, "%s", text);
    for (size_t n; at += strspn(at, " "), (n = strcspn(at, " ")) > 0; at += n) {
        char word[256];
        assert_true(n < sizeof word);
        memcpy(word, at, n);
        word[n] = '\0';
        f(user, word);
    }
}

double golden_distance(const double *a, const double *b, int64_t n, double floor)
{
    double worst = 0;
    for (int64_t i = 0; i < n; i++) {
        double d = fabs(a[i] - b[i]) / fmax(fabs(b[i]), floor);
        if (!(d <= worst)) worst = d;
        if (isnan(d)) return d;
    }
    return worst;
}
