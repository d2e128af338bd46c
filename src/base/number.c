/* SPDX-License-Identifier: MIT */
/* Numbers as text, whatever the locale: exact parsing, shortest printing.
 *
 * A number is first read as digits * 10^exponent. Up to 15 digits and |exponent| <= 22 both are exact doubles, so one
 * product or quotient is correctly rounded (Clinger, "How to read floating point numbers accurately", PLDI 1990). All
 * else goes to strtod as "DIGITSe±N", which holds no decimal sign. */
#include "base/text.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_DIGITS 800 /* no halfway case between two doubles needs more than 767 */

typedef struct decimal {
    bool    negative, infinite, nan;
    int     n;                       /* digits, without zeros on either side; 0: the number zero */
    int64_t exponent;                /* value = digits * 10^exponent */
    char    digit[MOST_DIGITS + 32]; /* room for strtod's exponent behind them */
} decimal;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Equal, where `word` is in small letters and text may be in capitals. */
static bool is_word(const char *text, size_t n, const char *word)
{
    if (strlen(word) != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = text[i];
        if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != word[i])
            return false;
    }
    return true;
}

/* A digit past the last that can matter leaves only its trace: "not exactly halfway". */
static void add_digit(decimal *d, char c, bool behind_point)
{
    if (d->n == 0 && c == '0') {
        d->exponent -= behind_point;
    } else if (d->n < MOST_DIGITS) {
        d->digit[d->n++] = c;
        d->exponent -= behind_point;
    } else {
        if (c != '0')
            d->digit[MOST_DIGITS - 1] = '1';
        d->exponent += !behind_point;
    }
}

/* "e+12" from text[i] to the end; false when it is not that. */
static bool scan_exponent(const char *text, size_t n, size_t i, decimal *d)
{
    bool negative = false;
    int64_t e = 0;
    i++;
    if (i < n && (text[i] == '+' || text[i] == '-'))
        negative = text[i++] == '-';
    if (i == n)
        return false;
    for (; i < n; i++) {
        if (!is_digit(text[i]))
            return false;
        if (e < 1000000000)
            e = e * 10 + (text[i] - '0');
    }
    d->exponent += negative ? -e : e;
    return true;
}

static bool scan(const char *text, size_t n, decimal *d)
{
    size_t i = 0, digits = 0;
    bool point = false;
    d->negative = d->infinite = d->nan = false;
    d->n = 0;
    d->exponent = 0;
    if (i < n && (text[i] == '+' || text[i] == '-'))
        d->negative = text[i++] == '-';
    d->infinite = is_word(text + i, n - i, "inf") || is_word(text + i, n - i, ".inf");
    d->nan = is_word(text + i, n - i, "nan") || is_word(text + i, n - i, ".nan");
    if (d->infinite || d->nan)
        return true;
    for (; i < n && (is_digit(text[i]) || (text[i] == '.' && !point)); i++) {
        if (text[i] == '.') {
            point = true;
            continue;
        }
        add_digit(d, text[i], point);
        digits++;
    }
    if (!digits)
        return false;
    if (i < n && (text[i] == 'e' || text[i] == 'E')) {
        if (!scan_exponent(text, n, i, d))
            return false;
    } else if (i < n) {
        return false;
    }
    while (d->n && d->digit[d->n - 1] == '0') {
        d->n--;
        d->exponent++;
    }
    return true;
}

static double value_of(decimal *d)
{
    static const double power[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
    if (d->n == 0)
        return 0.0;
    if (d->n <= 15 && d->exponent >= -22 && d->exponent <= 22 && FLT_EVAL_METHOD == 0) {
        int64_t v = 0;
        for (int i = 0; i < d->n; i++)
            v = v * 10 + (d->digit[i] - '0');
        return d->exponent < 0 ? (double)v / power[-d->exponent] : (double)v * power[d->exponent];
    }
    /* beyond these strtod gives 0 or infinity whatever the digits */
    int64_t e = d->exponent < -2000 ? -2000 : d->exponent > 2000 ? 2000 : d->exponent;
    snprintf(d->digit + d->n, sizeof d->digit - (size_t)d->n, "e%d", (int)e);
    return strtod(d->digit, NULL);
}

bool sft__parse_real(const char *text, size_t n, double *value)
{
    decimal d;
    if (!scan(text, n, &d))
        return false;
    double v = d.nan ? (double)NAN : d.infinite ? (double)INFINITY : value_of(&d);
    *value = d.negative ? -v : v;
    return true;
}

bool sft__parse_int(const char *text, size_t n, int64_t *value)
{
    decimal d;
    if (!scan(text, n, &d) || d.nan || d.infinite)
        return false;
    if (d.n == 0) {
        *value = 0;
        return true;
    }
    if (d.exponent < 0 || d.n + d.exponent > 19)
        return false;
    uint64_t v = 0, most = (uint64_t)INT64_MAX + d.negative;
    for (int64_t i = 0; i < d.n + d.exponent; i++)
        v = v * 10 + (i < d.n ? (uint64_t)(d.digit[i] - '0') : 0);
    if (v > most)
        return false;
    *value = d.negative ? (int64_t)(0 - v) : (int64_t)v;
    return true;
}

/* What printf made, in our spelling: a point for the locale's sign, 1e-5 and 1e20 for 1e-05 and 1e+20. */
static void tidy(char *text)
{
    char *to = text;
    const char *from = text;
    bool point = false;
    while (*from && *from != 'e') {
        if (is_digit(*from) || *from == '-')
            *to++ = *from;
        else if (!point && (point = true))
            *to++ = '.'; /* a sign of several bytes becomes one point */
        from++;
    }
    if (*from == 'e') {
        *to++ = *from++;
        if (*from == '-')
            *to++ = '-';
        from++;
        while (*from == '0' && from[1])
            from++;
        while (*from)
            *to++ = *from++;
    }
    *to = '\0';
}

/* Every decimal of up to `sure` digits survives the way to the number and back, so %.*g with that many, which drops
 * zeros at the end, is the shortest when it reads back at all. Below `normal` that does not hold: try them all. */
static const char *print(double v, bool single, char *buf, size_t size)
{
    char text[64];
    int sure = single ? FLT_DIG : DBL_DIG, most = single ? 9 : 17;
    double normal = single ? (double)FLT_MIN : DBL_MIN, back;
    if (!isfinite(v)) {
        snprintf(buf, size, "%s", isnan(v) ? "nan" : v < 0 ? "-inf" : "inf");
        return buf;
    }
    for (int digits = fabs(v) < normal ? 1 : sure; digits <= most; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, v);
        tidy(text);
        sft__parse_real(text, strlen(text), &back);
        if (single ? (float)back == (float)v : back == v)
            break;
    }
    snprintf(buf, size, "%s", text);
    return buf;
}

const char *sft__print_real(double value, char *buf, size_t size)
{
    return print(value, false, buf, size);
}

const char *sft__print_single(float value, char *buf, size_t size)
{
    return print((double)value, true, buf, size);
}

/* ---- for readers --------------------------------------------------------------------------- */

/* Rounded as an integer, so that printf never meets a decimal sign. */
const char *sft__fixed(double v, int decimals, char *buf, size_t size)
{
    long long unit = 1;
    for (int i = 0; i < decimals; i++) unit *= 10;
    if (!isfinite(v) || fabs(v) * (double)unit >= 1e15) return sft__brief(v, decimals + 2, buf, size);
    const long long all = llround(fabs(v) * (double)unit);
    const char     *sign = v < 0 && all ? "-" : "";
    char            digits[32];
    snprintf(digits, sizeof digits, "%0*lld", decimals > 0 && decimals < 15 ? decimals : 1, decimals > 0 ? all % unit : all);
    if (decimals > 0) snprintf(buf, size, "%s%lld.%s", sign, all / unit, digits);
    else snprintf(buf, size, "%s%s", sign, digits);
    return buf;
}

const char *sft__brief(double v, int digits, char *buf, size_t size)
{
    char text[64];
    if (isnan(v)) snprintf(buf, size, "-");
    else if (isinf(v)) snprintf(buf, size, v < 0 ? "-inf" : "inf");
    if (!isfinite(v)) return buf;
    if (v != 0) {
        /* By powers of ten that are exact: 10^k with k >= 0 either multiplies or divides. */
        const int    place = digits - 1 - (int)floor(log10(fabs(v)));
        const double unit = pow(10, abs(place));
        if (isfinite(unit)) v = place >= 0 ? round(v * unit) / unit : round(v / unit) * unit;
    }
    snprintf(buf, size, "%s", sft__print_real(v, text, sizeof text));
    return buf;
}
