/* SPDX-License-Identifier: MIT */
/* JSON checked and copied without blanks: a file of a run folder goes into a page only when it is whole, as it may have been written by
 * others or cut off. */
#include "report/page.h"

#include <string.h>

enum { DEEPEST = 32 };

typedef struct copy {
    sft_string *out;            /* NULL: looked over only */
    const char *at, *end;
    const char *const *skip;
} copy;

static void blanks(copy *k)
{
    while (k->at < k->end && (*k->at == ' ' || *k->at == '\t' || *k->at == '\n' || *k->at == '\r'))
        k->at++;
}

static void put(copy *k, const char *from)
{
    if (k->out) sft__string_addn(k->out, from, (size_t)(k->at - from));
}

/* The next character that is no blank, where it is `ch`. */
static bool take(copy *k, char ch)
{
    blanks(k);
    if (k->at == k->end || *k->at != ch) return false;
    k->at++;
    put(k, k->at - 1);
    return true;
}

static bool word(copy *k, const char *text)
{
    size_t n = strlen(text);
    if ((size_t)(k->end - k->at) < n || memcmp(k->at, text, n)) return false;
    k->at += n;
    put(k, k->at - n);
    return true;
}

static bool digits(copy *k)
{
    const char *from = k->at;
    while (k->at < k->end && *k->at >= '0' && *k->at <= '9')
        k->at++;
    return k->at > from;
}

static bool number(copy *k)
{
    const char *from = k->at;
    if (k->at < k->end && *k->at == '-') k->at++;
    bool zero = k->at < k->end && *k->at == '0';
    const char *first = k->at;
    if (!digits(k) || (zero && k->at - first > 1)) return false;
    if (k->at < k->end && *k->at == '.') {
        k->at++;
        if (!digits(k)) return false;
    }
    if (k->at < k->end && (*k->at == 'e' || *k->at == 'E')) {
        k->at++;
        if (k->at < k->end && (*k->at == '+' || *k->at == '-')) k->at++;
        if (!digits(k)) return false;
    }
    put(k, from);
    return true;
}

static bool escape(copy *k)
{
    if (k->at == k->end) return false;
    char ch = *k->at++;
    if (ch != 'u') return strchr("\"\\/bfnrt", ch) && ch;
    for (int i = 0; i < 4; i++, k->at++)
        if (k->at == k->end || !*k->at || !strchr("0123456789abcdefABCDEF", *k->at)) return false;
    return true;
}

static bool string(copy *k)
{
    blanks(k);
    const char *from = k->at;
    if (k->at == k->end || *k->at++ != '"') return false;
    while (k->at < k->end && *k->at != '"') {
        if ((unsigned char)*k->at < 0x20) return false;
        if (*k->at++ == '\\' && !escape(k)) return false;
    }
    if (k->at == k->end) return false;
    k->at++;
    put(k, from);
    return true;
}

static bool is_skipped(const copy *k, const char *name, size_t n)
{
    for (const char *const *s = k->skip; s && *s; s++)
        if (strlen(*s) + 2 == n && !memcmp(name + 1, *s, n - 2)) return true;
    return false;
}

static bool value(copy *k, int depth);

/* "name": value; of a skipped one nothing is copied and *copied stays as it was. */
static bool member(copy *k, int depth, bool *copied)
{
    sft_string *out = k->out;
    blanks(k);
    const char *name = k->at;
    k->out = NULL;
    bool fine = string(k);
    bool skipped = fine && depth == 0 && is_skipped(k, name, (size_t)(k->at - name));
    k->out = skipped ? NULL : out;
    if (fine && k->out) {
        if (*copied) sft__string_add(out, ",");
        put(k, name);
        *copied = true;
    }
    fine = fine && take(k, ':') && value(k, depth + 1);
    k->out = out;
    return fine;
}

static bool comma(copy *k)
{
    blanks(k);
    if (k->at == k->end || *k->at != ',') return false;
    k->at++;
    return true;
}

static bool object(copy *k, int depth)
{
    bool copied = false;
    if (!take(k, '{')) return false;
    if (take(k, '}')) return true;
    do {
        if (!member(k, depth, &copied)) return false;
    } while (comma(k));
    return take(k, '}');
}

static bool array(copy *k, int depth)
{
    if (!take(k, '[')) return false;
    if (take(k, ']')) return true;
    for (;;) {
        if (!value(k, depth + 1)) return false;
        if (!take(k, ',')) return take(k, ']');
    }
}

static bool value(copy *k, int depth)
{
    blanks(k);
    if (k->at == k->end || depth > DEEPEST) return false;
    switch (*k->at) {
    case '{': return object(k, depth);
    case '[': return array(k, depth);
    case '"': return string(k);
    case 't': return word(k, "true");
    case 'f': return word(k, "false");
    case 'n': return word(k, "null");
    default: return number(k);
    }
}

bool sft__json_squeeze(sft_string *out, const char *json, size_t n, const char *const *skip)
{
    copy   k = { .out = out, .at = json, .end = json + n, .skip = skip };
    size_t before = out->n;
    bool   fine = sft__utf8_fault(json, n) < 0 && object(&k, 0);
    blanks(&k);
    if (fine && k.at == k.end) return true;
    if (out->text && out->n > before) {
        out->n = before;
        out->text[before] = '\0';
    }
    return false;
}
