/* SPDX-License-Identifier: MIT */
/* Text: numbers without the locale, growing strings, UTF-8. */
#ifndef SFT_BASE_TEXT_H
#define SFT_BASE_TEXT_H

#include "base/memory.h"

/* The whole of `text` (n bytes, no blanks) as a number; the decimal sign is always a point. False when it is not one.
 * "nan", "inf", ".inf", ".nan" are numbers here; hexadecimal is not. */
bool sft__parse_real(const char *text, size_t n, double *value);
bool sft__parse_int(const char *text, size_t n, int64_t *value); /* also 1e3, 32.0 */
/* The shortest decimal that reads back as the same double (single: as the same float). */
const char *sft__print_real(double value, char *buf, size_t size);
const char *sft__print_single(float value, char *buf, size_t size);
/* For readers; NaN is "-". Both return buf. */
const char *sft__fixed(double v, int decimals, char *buf, size_t size);
const char *sft__brief(double v, int digits, char *buf, size_t size);   /* so many significant digits, the shortest text of that */
/* Offset of the first byte that is not UTF-8, or -1. */
int64_t sft__utf8_fault(const char *text, size_t n);
bool    sft__text_is(const char *a, const char *b);     /* equal; NULL equals only NULL */

/* A growing string. After a failed allocation further additions do nothing and the context holds the failure. */
typedef struct sft_string {
    sft_ctx *ctx;
    char    *text;              /* always ended by NUL once something was added */
    size_t   n, room;
} sft_string;

void sft__string_open(sft_string *s, sft_ctx *c);
void sft__string_add(sft_string *s, const char *text);
void sft__string_addn(sft_string *s, const char *text, size_t n);
/* printf's %g and %f use the locale's decimal sign: numbers for files go through sft__print_real. */
void sft__string_addf(sft_string *s, const char *format, ...) SFT_PRINTF(2, 3);
void sft__string_json(sft_string *s, const char *text); /* with quotes and escapes; NULL becomes null */
void sft__string_number(sft_string *s, double v);       /* JSON number; null when not finite */
void sft__string_close(sft_string *s);

/* Members of a JSON object: `"key": value` right behind its `{`, else `, "key": value`. */
void sft__json_key(sft_string *s, const char *key);     /* the value is to follow */
void sft__json_text(sft_string *s, const char *key, const char *value); /* NULL: null */
void sft__json_number(sft_string *s, const char *key, double value);    /* not finite: null */
void sft__json_int(sft_string *s, const char *key, int64_t value);
void sft__json_flag(sft_string *s, const char *key, bool value);

/* A sentence in the arena; "" when memory is out, which the context knows: words are never NULL. */
#define SFT_WORDS(arena, ...) sft__not_null(sft__arena_printf((arena), __VA_ARGS__))
const char *sft__not_null(const char *text);
const char *sft__words_of(sft_arena *a, sft_string *s);                 /* what s has come to; closes it */

#endif
