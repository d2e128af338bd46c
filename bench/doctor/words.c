/* SPDX-License-Identifier: MIT */
/* Numbers, ranges and calls in words: "8 points", "x in [-8,8]", "make_blobs(n=1000,centers=3)". */
#include "bench_doctor.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void lower_case(const char *text, char *to, size_t size)
{
    size_t n = 0;
    for (; text[n] && n + 1 < size; n++) to[n] = (char)tolower((unsigned char)text[n]);
    to[n] = 0;
}

double number_near(const char *text, const char *word, bool before, double def)
{
    const char *at = strstr(text, word);
    if (!at) return def;
    if (!before) at += strlen(word);
    while (before && at > text && (at[-1] == ' ' || (at[-1] >= '0' && at[-1] <= '9') || at[-1] == '.')) at--;
    char        *end;
    const double v = strtod(at, &end);
    return end == at ? def : v;
}

/* "28*28" is 784; NaN: it holds a word. */
static double product_of(const char *text)
{
    double all = 1;
    for (const char *at = text; *at;) {
        char        *end;
        const double v = strtod(at, &end);
        end += strspn(end, " ");
        if (end == at || (*end && *end != '*')) return NAN;
        all *= v;
        at = *end ? end + 1 : end;
    }
    return *text ? all : NAN;
}

/* The next of the arguments from `at` on, as "name" (or "") and value; NULL: there is none. */
static const char *next_argument(const char *at, char name[40], char value[120])
{
    size_t n = 0;
    int    depth = 0;
    char   all[120];
    at += strspn(at, ", ");
    if (!*at || *at == ')') return NULL;
    for (; at[n] && (depth > 0 || (at[n] != ',' && at[n] != ')')); n++) depth += (at[n] == '(') - (at[n] == ')');
    snprintf(all, sizeof all, "%.*s", (int)n, at);
    const char *equals = strchr(all, '=');
    snprintf(name, 40, "%.*s", equals ? (int)(equals - all) : 0, all);
    snprintf(value, 120, "%s", equals ? equals + 1 : all);
    return at + n;
}

double argument(const char *words, int place, const char *names)
{
    char        name[40], value[120], word[60];
    const char *at = strstr(words, "make_");
    at = at ? strchr(at, '(') : NULL;
    if (at) at++;
    for (int i = 0; at && (at = next_argument(at, name, value)) != NULL; i++) {
        snprintf(word, sizeof word, " %s ", name);
        if (*name ? strstr(names, word) != NULL : i == place) return product_of(value);
    }
    return NAN;
}

/* "[-8,8]", "0..255": the which-th of them. */
bool range_in(const char *words, int which, double *low, double *high)
{
    for (const char *at = words; *at; at++) {
        char *end, *rest;
        if (*at != '[' && !isdigit((unsigned char)*at) && *at != '-' && *at != '.') continue;
        const double a = *at == '[' ? strtod(at + 1, &end) : (double)strtol(at, &end, 10); /* "0." would be a number, too */
        if (end <= at + (*at == '[')) continue;
        const bool dots = strncmp(end, "..", 2) == 0;
        if (*at == '[' ? *end != ',' : !dots) {
            at = end - 1;
            continue;
        }
        const double b = strtod(end + (dots ? 2 : 1), &rest);
        at = rest - 1;
        if (rest == end + (dots ? 2 : 1) || which-- > 0) continue;
        *low = a;
        *high = b;
        return true;
    }
    return false;
}

bool strike(char *words, const char *phrase)
{
    char *at = strstr(words, phrase);
    if (!at) return false;
    memset(at, ' ', strlen(phrase));
    return true;
}

bool says_more(const char *words)
{
    for (const char *at = words; *at; at++)
        if (isalnum((unsigned char)*at)) return true;
    return false;
}
