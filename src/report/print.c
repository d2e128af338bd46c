/* SPDX-License-Identifier: MIT */
/* Numbers as tables show them, whatever the locale. */
#include "report/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

const char *sft__spread_text(sft_arena *a, const sft_spread *s, double scale, int decimals)
{
    char mean[64], std[64];
    if (decimals >= 0) {
        sft__fixed(s->mean * scale, decimals, mean, sizeof mean);
        sft__fixed(s->std * scale, decimals, std, sizeof std);
    } else {
        sft__brief(s->mean * scale, -decimals, mean, sizeof mean);
        sft__brief(s->std * scale, 2, std, sizeof std);
    }
    return s->n > 1 ? SFT_WORDS(a, "%s ± %s", mean, std) : SFT_WORDS(a, "%s", s->n ? mean : "-");
}

const char *sft__score_text(sft_report *r, const sft_spread *s)
{
    return r->accuracy ? sft__spread_text(&r->arena, s, 100, 2) : sft__spread_text(&r->arena, s, 1, -4);
}
