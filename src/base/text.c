/* SPDX-License-Identifier: MIT */
/* UTF-8, comparing, growing strings. */
#include "base/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Bytes of the character at p, or 0 when it is not UTF-8 (overlong, surrogate, past U+10FFFF, cut off). */
static size_t utf8_length(const unsigned char *p, size_t left)
{
    if (p[0] < 0x80)
        return 1;
    size_t n = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
    if (p[0] < 0xC2 || p[0] > 0xF4 || n > left)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    bool overlong = (p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xF0 && p[1] < 0x90);
    bool surrogate = p[0] == 0xED && p[1] > 0x9F, beyond = p[0] == 0xF4 && p[1] > 0x8F;
    return overlong || surrogate || beyond ? 0 : n;
}

int64_t sft__utf8_fault(const char *text, size_t n)
{
    for (size_t i = 0, step; i < n; i += step) {
        step = utf8_length((const unsigned char *)text + i, n - i);
        if (!step)
            return (int64_t)i;
    }
    return -1;
}

bool sft__text_is(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* ---- strings ------------------------------------------------------------------------------- */

#define DEAD SIZE_MAX /* `room` after a failed allocation */

void sft__string_open(sft_string *s, sft_ctx *c)
{
    *s = (sft_string){ .ctx = c };
}

/* Room for n more bytes and the NUL. */
static bool make_room(sft_string *s, size_t n)
{
    if (s->room == DEAD)
        return false;
    if (n < s->room - s->n)
        return true;
    size_t room = s->room ? s->room : 64;
    while (room <= SIZE_MAX / 4 && room - s->n <= n)
        room *= 2;
    char *text = room - s->n > n ? sft__realloc(s->ctx, s->text, s->room, room) : NULL;
    if (text) {
        s->text = text;
        s->room = room;
        return true;
    }
    if (!sft__failed(s->ctx))
        sft__fail(s->ctx, SFT_E004, "out of memory — a text of %zu bytes", n);
    sft__string_close(s);
    s->room = DEAD;
    return false;
}

void sft__string_addn(sft_string *s, const char *text, size_t n)
{
    if (!make_room(s, n))
        return;
    if (n)
        memcpy(s->text + s->n, text, n);
    s->n += n;
    s->text[s->n] = '\0';
}

void sft__string_add(sft_string *s, const char *text)
{
    sft__string_addn(s, text, strlen(text));
}

void sft__string_addf(sft_string *s, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    if (n >= 0 && make_room(s, (size_t)n)) {
        vsnprintf(s->text + s->n, (size_t)n + 1, format, again);
        s->n += (size_t)n;
    }
    va_end(again);
    va_end(args);
}

static void json_escape(sft_string *s, unsigned char byte)
{
    static const char plain[] = "\"\\\b\f\n\r\t", letter[] = "\"\\bfnrt";
    const char *at = byte ? strchr(plain, byte) : NULL;
    if (at)
        sft__string_addf(s, "\\%c", letter[at - plain]);
    else
        sft__string_addf(s, "\\u%04x", byte);
}

void sft__string_json(sft_string *s, const char *text)
{
    if (!text) {
        sft__string_add(s, "null");
        return;
    }
    sft__string_add(s, "\"");
    for (size_t left = strlen(text), step; left; text += step, left -= step) {
        unsigned char byte = (unsigned char)*text;
        step = utf8_length((const unsigned char *)text, left);
        if (!step)
            sft__string_add(s, "\xEF\xBF\xBD"); /* U+FFFD stands for what is not UTF-8 */
        else if (byte < 0x20 || byte == '"' || byte == '\\')
            json_escape(s, byte);
        else
            sft__string_addn(s, text, step);
        step = step ? step : 1;
    }
    sft__string_add(s, "\"");
}

void sft__string_number(sft_string *s, double v)
{
    char buf[32];
    sft__string_add(s, isfinite(v) ? sft__print_real(v, buf, sizeof buf) : "null");
}

void sft__json_key(sft_string *s, const char *key)
{
    if (!s->n || s->text[s->n - 1] != '{')
        sft__string_add(s, ", ");
    sft__string_json(s, key);
    sft__string_add(s, ": ");
}

void sft__json_text(sft_string *s, const char *key, const char *value)
{
    sft__json_key(s, key);
    sft__string_json(s, value);
}

void sft__json_number(sft_string *s, const char *key, double value)
{
    sft__json_key(s, key);
    sft__string_number(s, value);
}

void sft__json_int(sft_string *s, const char *key, int64_t value)
{
    sft__json_key(s, key);
    sft__string_addf(s, "%lld", (long long)value);
}

void sft__json_flag(sft_string *s, const char *key, bool value)
{
    sft__json_key(s, key);
    sft__string_add(s, value ? "true" : "false");
}

void sft__string_close(sft_string *s)
{
    if (s->text)
        sft__free(s->ctx, s->text, s->room);
    *s = (sft_string){ .ctx = s->ctx };
}

const char *sft__not_null(const char *text)
{
    return text ? text : "";
}

const char *sft__words_of(sft_arena *a, sft_string *s)
{
    const char *text = sft__arena_text(a, sft__not_null(s->text));
    sft__string_close(s);
    return sft__not_null(text);
}
