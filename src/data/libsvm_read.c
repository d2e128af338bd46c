/* SPDX-License-Identifier: MIT */
/* Reads the text format of LIBSVM, twice: to check and count, then to fill. */
#include "data/libsvm_read.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

#define LONGEST 64 /* characters of a word in a message */

typedef struct line_reader { /* one line, word by word */
    const sft_libsvm *t;
    const char       *begin, *at, *end;
    int64_t           number; /* from 1 */
} line_reader;

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

/* The next line, without its comment; false at the end. */
static bool next_line(line_reader *l, const char **next)
{
    const sft_libsvm *t = l->t;
    if (*next >= t->end) return false;
    const char *end = memchr(*next, '\n', (size_t)(t->end - *next));
    l->begin = l->at = *next;
    l->end = end ? end : t->end;
    *next = end ? end + 1 : t->end;
    l->number++;
    const char *comment = memchr(l->at, '#', (size_t)(l->end - l->at));
    if (comment) l->end = comment;
    return true;
}

static bool next_word(line_reader *l, const char **word, size_t *n)
{
    while (l->at < l->end && is_blank(*l->at)) l->at++;
    *word = l->at;
    while (l->at < l->end && !is_blank(*l->at)) l->at++;
    *n = (size_t)(l->at - *word);
    return *n > 0;
}

static sft_status bad_word(const line_reader *l, const char *word, size_t n, const char *what)
{
    char        text[LONGEST + 1];
    const char *dots = n > LONGEST ? "…" : "";
    size_t      shown = n > LONGEST ? LONGEST : n;
    for (size_t i = 0; i < shown; i++) text[i] = word[i] < ' ' || word[i] > '~' ? '?' : word[i];
    text[shown] = '\0';
    sft_pos at = { .file = l->t->path,
                   .line = (int)(l->number < INT32_MAX ? l->number : INT32_MAX),
                   .col =
                       (int)(word - l->begin < INT32_MAX - 1 ? word - l->begin + 1 : INT32_MAX) };
    return sft__fail_at(l->t->ctx, at, SFT_E231,
                        "`%s%s` %s — a line is `label index:value index:value …`", text, dots,
                        what);
}

/* "+1" is the usual way to write a label, which other number formats do not know. */
static bool read_number(const char *word, size_t n, double *value)
{
    if (n > 1 && *word == '+' && word[1] != '-' && word[1] != '+') {
        word++;
        n--;
    }
    return sft__parse_real(word, n, value);
}

/* index:value; false where it is neither that nor qid:N, whose index becomes -1. */
static bool read_pair(const char *word, size_t n, int64_t *index, double *value)
{
    const char *colon = memchr(word, ':', n);
    if (!colon || colon == word) return false;
    size_t before = (size_t)(colon - word);
    if (before == 3 && !memcmp(word, "qid", 3)) {
        *index = -1;
        return true;
    }
    return before < 12 && strspn(word, "0123456789") == before &&
           sft__parse_int(word, before, index) && read_number(colon + 1, n - before - 1, value);
}

static sft_status scan_line(sft_libsvm *t, line_reader *l)
{
    const char *word;
    size_t      n;
    int64_t     index, last = -1;
    double      value;
    if (!next_word(l, &word, &n)) return SFT_OK; /* empty, or only a comment */
    if (memchr(word, ',', n)) return bad_word(l, word, n, "is a list of labels, which is not read");
    if (!read_number(word, n, &value)) return bad_word(l, word, n, "is not a label, a number");
    t->rows++;
    while (next_word(l, &word, &n)) {
        if (!read_pair(word, n, &index, &value)) return bad_word(l, word, n, "is not index:value");
        if (index < 0) continue;
        if (index > SFT_LIBSVM_FEATURES_MOST)
            return bad_word(l, word, n,
                            "has an index above 1048576, too many to hold zeros as well");
        if (index <= last)
            return bad_word(l, word, n,
                            "comes behind a higher or equal index; they have to ascend");
        last = index;
        t->zero = t->zero || index == 0;
        t->features = index > t->features ? index : t->features;
    }
    return SFT_OK;
}

sft_status sft__libsvm_scan(sft_ctx *c, const char *path, const uint8_t *bytes, size_t size,
                            sft_libsvm *t)
{
    *t = (sft_libsvm){
        .ctx = c, .path = path, .start = (const char *)bytes, .end = (const char *)bytes + size
    };
    line_reader l = { .t = t };
    const char *next = t->start;
    if (size && memchr(bytes, 0, size))
        return sft__fail_at(
            c, (sft_pos){ .file = path }, SFT_E233,
            "the file holds a NUL byte — it is no text; check that it is the file you mean");
    while (next_line(&l, &next))
        if (scan_line(t, &l)) return sft_code(c);
    return SFT_OK;
}

void sft__libsvm_fill(const sft_libsvm *t, int64_t base, int64_t features, double *label, float *x)
{
    line_reader l = { .t = t };
    const char *next = t->start, *word;
    size_t      n;
    for (int64_t row = 0; next_line(&l, &next);) {
        int64_t index;
        double  value;
        if (!next_word(&l, &word, &n)) continue;
        read_number(word, n, &label[row]);
        while (next_word(&l, &word, &n))
            if (read_pair(word, n, &index, &value) && index >= base)
                x[row * features + index - base] =
                    fabs(value) <= 3.4028234663852886e38 || isnan(value) ? (float)value : INFINITY;
        row++;
    }
}
