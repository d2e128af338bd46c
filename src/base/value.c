/* SPDX-License-Identifier: MIT */
/* One option's value: reading it from text by kind, checking bounds, defaults. */
#include "base/value.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

#define DIMS_ROOM 3
#define REALS_ROOM 8

const char *sft__value_auto_word(const sft_field *row)
{
    return (row->kind == SFT_DIMS || row->kind == SFT_REAL) && row->words ? row->words[0] : "auto";
}

static bool is_auto_text(const sft_field *row, const char *text)
{
    return (row->flags & SFT_AUTO) && (strcmp(text, "auto") == 0 || strcmp(text, sft__value_auto_word(row)) == 0);
}

static void set_auto(const sft_field *row, void *at)
{
    switch (row->kind) {
    case SFT_INT:
        *(int64_t *)at = -1;
        break;
    case SFT_REAL:
        *(double *)at = (double)NAN;
        break;
    case SFT_TEXT:
        *(const char **)at = NULL;
        break;
    case SFT_WORD:
        *(int *)at = -1;
        break;
    case SFT_DIMS:
        *(sft_dims *)at = (sft_dims){ 0 };
        break;
    case SFT_REALS:
        *(sft_reals *)at = (sft_reals){ 0 };
        break;
    case SFT_FLAG:
        *(bool *)at = row->def != 0; /* a flag has no third state */
        break;
    }
}

bool sft__value_is_auto(const sft_field *row, const void *conf)
{
    const void *at = (const char *)conf + row->offset;
    if (!(row->flags & SFT_AUTO))
        return false;
    switch (row->kind) {
    case SFT_INT:
        return *(const int64_t *)at == -1;
    case SFT_REAL:
        return isnan(*(const double *)at);
    case SFT_TEXT:
        return *(const char *const *)at == NULL;
    case SFT_WORD:
        return *(const int *)at < 0;
    case SFT_DIMS:
        return ((const sft_dims *)at)->n == 0;
    case SFT_REALS:
        return ((const sft_reals *)at)->n == 0;
    case SFT_FLAG:
        break;
    }
    return false;
}

/* A negative rate is refused as "must be finite and > 0" rather than "out of range": where the lower bound is zero, the
 * sign is part of what the number is. */
static sft_reading check(const sft_field *row, double v)
{
    bool bounded = row->low != 0 || row->high != 0 || (row->flags & SFT_ABOVE_LOW);
    if (!isfinite(v))
        return SFT_NOT_FINITE;
    if (!bounded)
        return SFT_SET;
    if (v < row->low || (v == row->low && (row->flags & SFT_ABOVE_LOW)))
        return row->low == 0 && (row->kind == SFT_REAL || row->kind == SFT_REALS) ? SFT_NOT_FINITE : SFT_OUT_OF_RANGE;
    bool open = row->low == 0 && row->high == 0; /* only ABOVE_LOW: no upper bound */
    if (!open && (v > row->high || (v == row->high && (row->flags & SFT_BELOW_HIGH))))
        return SFT_OUT_OF_RANGE;
    return SFT_SET;
}

static sft_reading read_int(const sft_field *row, const char *text, size_t n, int64_t *to)
{
    double v;
    int64_t i;
    if (!sft__parse_real(text, n, &v))
        return SFT_WRONG_TYPE;
    if (!isfinite(v) && !sft__parse_int(text, n, &i))
        return SFT_NOT_FINITE;
    if (!sft__parse_int(text, n, &i))
        return v == floor(v) ? SFT_OUT_OF_RANGE : SFT_WRONG_TYPE;
    sft_reading o = check(row, (double)i);
    if (o == SFT_SET)
        *to = i;
    return o;
}

static sft_reading read_real(const sft_field *row, const char *text, size_t n, double *to)
{
    double v;
    if (!sft__parse_real(text, n, &v))
        return SFT_WRONG_TYPE;
    sft_reading o = check(row, v);
    if (o == SFT_SET)
        *to = v;
    return o;
}

static sft_reading read_flag(const char *text, bool *to)
{
    static const char *const words[] = { "false", "true", "no", "yes", "off", "on", "0", "1" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = 0;
        while (text[n] && (text[n] >= 'A' && text[n] <= 'Z' ? text[n] - 'A' + 'a' : text[n]) == words[i][n])
            n++;
        if (!text[n] && !words[i][n]) {
            *to = i % 2;
            return SFT_SET;
        }
    }
    return SFT_WRONG_TYPE;
}

static sft_reading read_choice(const sft_field *row, const char *text, int *to)
{
    for (int i = 0; row->words && row->words[i]; i++)
        if (strcmp(row->words[i], text) == 0) {
            *to = i;
            return SFT_SET;
        }
    return SFT_UNKNOWN_WORD;
}

/* One item of "[a, b]", "a,b" or, with marks ",xX", "3x5": trims it and steps *at behind it. False at the end. */
static bool next_item(const char **at, const char *end, const char *marks, const char **item, size_t *n)
{
    if (*at > end)
        return false;
    const char *from = *at, *to = from;
    while (to < end && !strchr(marks, *to))
        to++;
    *at = to + 1;
    while (from < to && (*from == ' ' || *from == '\t'))
        from++;
    while (to > from && (to[-1] == ' ' || to[-1] == '\t'))
        to--;
    *item = from;
    *n = (size_t)(to - from);
    return true;
}

/* The inside of the brackets; *at > *end says that nothing is there. False when only one bracket stands. */
static bool open_list(const char *text, const char **at, const char **end)
{
    size_t n = strlen(text);
    bool opens = n && text[0] == '[', closes = n && text[n - 1] == ']';
    if (opens != closes || (opens && n < 2))
        return false;
    *at = text + opens;
    *end = text + n - closes;
    if (opens && strspn(*at, " \t") == (size_t)(*end - *at))
        *at = *end + 1;
    return true;
}

static sft_reading read_dims(const sft_field *row, const char *text, sft_dims *to)
{
    const char *at, *end, *item;
    size_t n;
    sft_dims d = { 0 };
    if (!open_list(text, &at, &end))
        return SFT_WRONG_TYPE;
    while (next_item(&at, end, ",xX", &item, &n)) {
        if (d.n == DIMS_ROOM)
            return SFT_WRONG_TYPE;
        sft_reading o = read_int(row, item, n, &d.v[d.n++]);
        if (o != SFT_SET)
            return o;
    }
    if (!d.n)
        return SFT_WRONG_TYPE;
    *to = d;
    return SFT_SET;
}

static sft_reading read_reals(const sft_field *row, const char *text, sft_reals *to)
{
    const char *at, *end, *item;
    size_t n;
    sft_reals r = { 0 };
    if (!open_list(text, &at, &end))
        return SFT_WRONG_TYPE;
    while (next_item(&at, end, ",", &item, &n)) {
        if (r.n == REALS_ROOM)
            return SFT_WRONG_TYPE;
        sft_reading o = read_real(row, item, n, &r.v[r.n++]);
        if (o != SFT_SET)
            return o;
    }
    *to = r;
    return SFT_SET;
}

sft_reading sft__value_set(sft_arena *a, const sft_field *row, void *conf, const char *text)
{
    void *at = (char *)conf + row->offset;
    if (is_auto_text(row, text)) {
        set_auto(row, at);
        return SFT_SET;
    }
    switch (row->kind) {
    case SFT_INT:
        return read_int(row, text, strlen(text), at);
    case SFT_REAL:
        return read_real(row, text, strlen(text), at);
    case SFT_FLAG:
        return read_flag(text, at);
    case SFT_WORD:
        return read_choice(row, text, at);
    case SFT_DIMS:
        return read_dims(row, text, at);
    case SFT_REALS:
        return read_reals(row, text, at);
    case SFT_TEXT: {
        const char *copy = sft__arena_text(a, text);
        if (copy)
            *(const char **)at = copy;
        return copy ? SFT_SET : SFT_NO_MEMORY;
    }
    }
    return SFT_WRONG_TYPE;
}

void sft__value_default(const sft_field *row, void *conf)
{
    void *at = (char *)conf + row->offset;
    if ((row->flags & SFT_AUTO) && !((row->kind == SFT_DIMS || row->kind == SFT_REAL) && row->text)) {
        set_auto(row, at);
        return;
    }
    switch (row->kind) {
    case SFT_INT:
        *(int64_t *)at = (int64_t)row->def;
        break;
    case SFT_REAL:
        *(double *)at = row->def;
        break;
    case SFT_FLAG:
        *(bool *)at = row->def != 0;
        break;
    case SFT_TEXT:
        *(const char **)at = row->text ? row->text : "";
        break;
    case SFT_WORD:
        *(int *)at = (int)row->def;
        if (row->text)
            read_choice(row, row->text, at);
        break;
    case SFT_DIMS:
        *(sft_dims *)at = (sft_dims){ 1, { (int64_t)row->def } };
        if (row->text)
            read_dims(row, row->text, at);
        break;
    case SFT_REALS:
        *(sft_reals *)at = (sft_reals){ 0 };
        if (row->text)
            read_reals(row, row->text, at);
        break;
    }
}
