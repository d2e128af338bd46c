/* SPDX-License-Identifier: MIT */
/* Option rows as text: values as a recipe writes them, ranges, defaults. */
#include "base/fields.h"
#include "base/text.h"
#include "base/value.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *sft__kind_name(sft_kind k)
{
    static const char *const names[] = { "integer", "number", "flag", "word", "text", "sizes", "numbers" };
    return names[k];
}

/* What needs no quotes: nothing that the grammar, the stack language or YAML could take for its own. */
static bool is_plain(const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+./:~%@^";
    return *text && text[strspn(text, plain)] == '\0' && strcmp(text, "auto") != 0;
}

static void print_text(const char *text, char *buf, size_t size)
{
    if (!text)
        text = "";
    if (is_plain(text)) {
        snprintf(buf, size, "%s", text);
        return;
    }
    size_t n = 0;
    if (size < 3) {
        snprintf(buf, size, "%s", "");
        return;
    }
    buf[n++] = '"';
    for (; *text && n + 3 < size; text++) {
        if (*text == '"' || *text == '\\')
            buf[n++] = '\\';
        buf[n++] = *text;
    }
    buf[n++] = '"';
    buf[n] = '\0';
}

static void print_dims(const sft_dims *d, char *buf, size_t size)
{
    size_t n = 0;
    snprintf(buf, size, "%s", "");
    for (int i = 0; i < d->n && n < size; i++)
        n += (size_t)snprintf(buf + n, size - n, "%s%lld", i ? "x" : "", (long long)d->v[i]);
}

static void print_reals(const sft_reals *r, char *buf, size_t size)
{
    char number[32];
    size_t n = (size_t)snprintf(buf, size, "[");
    for (int i = 0; i < r->n && n < size; i++)
        n += (size_t)snprintf(buf + n, size - n, "%s%s", i ? ", " : "",
                              sft__print_real(r->v[i], number, sizeof number));
    if (n < size)
        snprintf(buf + n, size - n, "]");
}

static const char *word_of(const sft_field *row, int index)
{
    for (int i = 0; row->words && row->words[i]; i++)
        if (i == index)
            return row->words[i];
    return "";
}

const char *sft__field_print(const sft_field *row, const void *conf, char *buf, size_t size)
{
    const void *at = (const char *)conf + row->offset;
    if (sft__value_is_auto(row, conf)) {
        snprintf(buf, size, "%s", sft__value_auto_word(row));
        return buf;
    }
    switch (row->kind) {
    case SFT_INT:
        snprintf(buf, size, "%lld", (long long)*(const int64_t *)at);
        break;
    case SFT_REAL:
        sft__print_real(*(const double *)at, buf, size);
        break;
    case SFT_FLAG:
        snprintf(buf, size, "%s", *(const bool *)at ? "true" : "false");
        break;
    case SFT_WORD:
        snprintf(buf, size, "%s", word_of(row, *(const int *)at));
        break;
    case SFT_TEXT:
        print_text(*(const char *const *)at, buf, size);
        break;
    case SFT_DIMS:
        print_dims(at, buf, size);
        break;
    case SFT_REALS:
        print_reals(at, buf, size);
        break;
    }
    return buf;
}

static void print_words(const sft_field *row, char *buf, size_t size)
{
    size_t n = 0;
    snprintf(buf, size, "%s", "");
    for (int i = 0; row->words && row->words[i] && n < size; i++)
        n += (size_t)snprintf(buf + n, size - n, "%s%s", i ? "|" : "", row->words[i]);
}

/* Both ends closed: "1..64". Else one or two of ">= 1", "> 0", "<= 9", "< 1". */
static void print_bounds(const sft_field *row, char *buf, size_t size)
{
    char low[32], high[32];
    bool above = row->flags & SFT_ABOVE_LOW, below = row->flags & SFT_BELOW_HIGH;
    bool none = row->low == 0 && row->high == 0;
    bool has_low = none ? above : isfinite(row->low), has_high = !none && isfinite(row->high);
    sft__print_real(row->low, low, sizeof low);
    sft__print_real(row->high, high, sizeof high);
    if (has_low && has_high && !above && !below)
        snprintf(buf, size, "%s..%s", low, high);
    else
        snprintf(buf, size, "%s%s%s%s%s", has_low ? above ? "> " : ">= " : "", has_low ? low : "",
                 has_low && has_high ? " and " : "", has_high ? below ? "< " : "<= " : "", has_high ? high : "");
}

const char *sft__field_range(const sft_field *row, char *buf, size_t size)
{
    if (row->kind == SFT_WORD)
        print_words(row, buf, size);
    else if (row->kind == SFT_FLAG)
        snprintf(buf, size, "true|false");
    else if (row->kind == SFT_TEXT)
        snprintf(buf, size, "%s", "");
    else
        print_bounds(row, buf, size);
    size_t n = strlen(buf);
    if ((row->flags & SFT_AUTO) && n && n < size)
        snprintf(buf + n, size - n, " or %s", sft__value_auto_word(row));
    return buf;
}

const char *sft__field_default(const sft_field *row, char *buf, size_t size)
{
    union {
        int64_t     integer;
        double      real;
        bool        flag;
        int         word;
        const char *text;
        sft_dims    dims;
        sft_reals   reals;
    } value;
    sft_field here = *row;
    here.offset = 0;
    if (row->flags & SFT_REQUIRED) {
        snprintf(buf, size, "required");
        return buf;
    }
    memset(&value, 0, sizeof value);
    sft__value_default(&here, &value);
    return sft__field_print(&here, &value, buf, size);
}

const char *sft__fields_text(sft_arena *a, const sft_field *rows, const void *conf)
{
    sft_string s;
    sft__string_open(&s, a->ctx);
    sft__string_add(&s, "");
    for (const sft_field *r = rows; r && r->name; r++) {
        const char *text = r->kind == SFT_TEXT ? *(const char *const *)((const char *)conf + r->offset) : NULL;
        size_t room = 512 + (text ? 2 * strlen(text) : 0);
        char *buf = sft__alloc(a->ctx, room);
        if (!buf)
            break;
        sft__string_addf(&s, "%s%s=%s", s.n ? " " : "", r->name, sft__field_print(r, conf, buf, room));
        sft__free(a->ctx, buf, room);
    }
    const char *copy = s.text ? sft__arena_text(a, s.text) : NULL;
    sft__string_close(&s);
    return copy;
}
