/* SPDX-License-Identifier: MIT */
/* How axes of a space are drawn: what they are called, whether by cells, on a line or on a logarithmic scale, and where ticks stand. */
#include "report/easel.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- names -------------------------------------------------------------------------------------- */

const char *sft__axis_short(const sft_axis *a)
{
    const char *dot = strrchr(a->key, '.');
    return dot ? dot + 1 : a->key;
}

const char *sft__axis_title(sft_arena *arena, const sft_axis *a)
{
    const char *words = sft__key_words(arena, a->key);
    const char *title = strcmp(words, a->key) ? sft__arena_printf(arena, "%s (%s)", words, a->key) : words;
    return title ? title : "";
}

const char *sft__axis_stem(sft_arena *arena, const char *before, const sft_axis *a)
{
    char *text = sft__arena_printf(arena, "%s%s", before, a->key);
    for (char *p = text; p && *p; p++)
        if (!(*p == '_' || (*p >= '0' && *p <= '9') || ((*p | 32) >= 'a' && (*p | 32) <= 'z'))) *p = '-';
    return text ? text : "";
}

const char *sft__axis_said(sft_arena *arena, const sft_axis *a, double place)
{
    char buf[64];
    if (sft__axis_scale(a) == SFT_SCALE_CELLS) {
        const int i = (int)place;
        return a->label && a->label[i] ? a->label[i] : a->value[i];
    }
    const char *text = sft__arena_text(arena, sft__print_single((float)place, buf, sizeof buf));
    return text ? text : "";
}

int sft__axis_named(const sft_space *s, const char *last)
{
    for (int i = 0; i < s->n; i++)
        if (!strcmp(sft__axis_short(&s->axis[i]), last)) return i;
    return -1;
}

/* ---- scales ------------------------------------------------------------------------------------- */

/* A list of numbers that grows by factors is logarithmic, whether anybody said so or not. */
static bool grows_by_factors(const sft_axis *a)
{
    double low = INFINITY, high = 0;
    for (int i = 0; i < a->n; i++) {
        if (!(a->number[i] > 0)) return false;
        low = fmin(low, a->number[i]);
        high = fmax(high, a->number[i]);
    }
    return a->n >= 3 && high / low >= 8;
}

sft_scale sft__axis_scale(const sft_axis *a)
{
    if (a->kind != SFT_AXIS_VALUES) return a->log ? SFT_SCALE_LOG : SFT_SCALE_LINE;
    if (!a->number) return SFT_SCALE_CELLS;
    return a->log || grows_by_factors(a) ? SFT_SCALE_LOG : SFT_SCALE_LINE;
}

double sft__axis_place(const sft_axis *a, double u)
{
    if (isnan(u)) return NAN;
    return sft__axis_scale(a) == SFT_SCALE_CELLS ? sft__axis_index(a, u) : sft__axis_number(a, u);
}

static void range_of(const sft_axis *a, double *low, double *high)
{
    *low = a->low;
    *high = a->high;
    if (a->kind != SFT_AXIS_VALUES) return;
    *low = INFINITY;
    *high = -INFINITY;
    for (int i = 0; i < a->n; i++) {
        *low = fmin(*low, a->number[i]);
        *high = fmax(*high, a->number[i]);
    }
}

/* ---- ticks -------------------------------------------------------------------------------------- */

/* At most 20 characters, cut between characters. */
static void fit_label(const char *text, char label[24])
{
    size_t n = strlen(text);
    if (n > 20) {
        n = 18;
        while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80) n--;
        snprintf(label, 24, "%.*s…", (int)n, text);
    } else
        memcpy(label, text, n + 1);
}

static int add_tick(const sft_axis *a, double u, sft_tick *t)
{
    char buf[256];
    if (isnan(u)) return 0;
    t->u = u;
    fit_label(sft__axis_label(a, u, buf, sizeof buf), t->label);
    return 1;
}

static int cell_ticks(const sft_axis *a, sft_tick *t)
{
    const int every = (a->n + 11) / 12;
    int       n = 0;
    for (int i = 0; i < a->n && n < SFT_MOST_TICKS; i += every) n += add_tick(a, sft__axis_at(a, i), &t[n]);
    return n;
}

static double find_number(const sft_axis *a, double x)
{
    char buf[64];
    return sft__axis_find(a, sft__print_real(a->kind == SFT_AXIS_INT ? floor(x + 0.5) : x, buf, sizeof buf));
}

/* Powers of ten; below two of them also their twos and fives. */
static int log_ticks(const sft_axis *a, sft_tick *t)
{
    static const double factor[] = { 1, 2, 5 };
    const int           from = (int)floor(log10(a->low)), to = (int)ceil(log10(a->high)), step = (to - from) / 10 + 1;
    const int           factors = a->high / a->low < 100 ? 3 : 1;
    int                 n = 0;
    for (int d = from; d <= to; d += step)
        for (int k = 0; k < factors && n < SFT_MOST_TICKS; k++) n += add_tick(a, find_number(a, factor[k] * pow(10, d)), &t[n]);
    return n;
}

static int line_ticks(const sft_axis *a, sft_tick *t)
{
    const double raw = (a->high - a->low) / 5, power = pow(10, floor(log10(raw))), lead = raw / power;
    const double step = fmax(power * (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10), a->kind == SFT_AXIS_INT ? 1 : 0);
    const double first = ceil(a->low / step - 1e-9);
    int          n = 0;
    for (int i = 0; i < 12 && n < SFT_MOST_TICKS; i++) n += add_tick(a, find_number(a, (first + i) * step), &t[n]);
    return n;
}

int sft__axis_ticks(const sft_axis *a, sft_tick t[SFT_MOST_TICKS])
{
    if (a->n > 0) return cell_ticks(a, t);
    if (!(a->high > a->low)) return add_tick(a, 0.5, t);
    return a->log ? log_ticks(a, t) : line_ticks(a, t);
}

/* ---- an axis of a picture ----------------------------------------------------------------------- */

static void put_ticks(sft_string *s, char which, const sft_axis *a, bool unit)
{
    sft_tick  tick[SFT_MOST_TICKS];
    const int n = sft__axis_ticks(a, tick);
    size_t    letters = 0;
    for (int i = 0; i < n; i++) letters += strlen(tick[i].label) + 2;
    sft__put(s, "set %ctics noenhanced%s (", which, which == 'x' && letters > 80 ? " rotate by -25" : "");
    for (int i = 0; i < n; i++) sft__put(s, "%s%t %n", i ? ", " : "", tick[i].label, unit ? tick[i].u : sft__axis_place(a, tick[i].u));
    sft__put(s, ")\n");
}

/* Below two powers of ten their twos and fives have labels too: gnuplot itself gives none to these. */
void sft__put_log_scale(sft_string *s, char which, double low, double high)
{
    static const int factor[] = { 1, 2, 5 };
    int              n = 0;
    sft__put(s, "set logscale %c\nset %crange [%n:%n]\n", which, which, low, high);
    if (high / low >= 100) {
        sft__put(s, "set format %c '%s'\n", which, high / low > 1e3 ? "10^{%L}" : "%g");
        if (high / low > 1e9) sft__put(s, "unset m%ctics\n", which);
        return;
    }
    sft__put(s, "set %ctics (", which);
    for (int p = (int)floor(log10(low)); p <= (int)floor(log10(high)); p++)
        for (int k = 0; k < 3; k++) {
            const double v = p < 0 ? factor[k] / pow(10, -p) : factor[k] * pow(10, p);
            if (v >= low && v <= high) sft__put(s, "%s%n", n++ ? ", " : "", v);
        }
    sft__put(s, ")\n");
}

void sft__draft_axis(sft_draft *d, char which, const sft_axis *a, bool unit)
{
    sft_string     *s = &d->settings;
    const sft_scale scale = sft__axis_scale(a);
    double          low, high;
    sft__put(s, "set %clabel %q noenhanced\n", which, sft__axis_title(d->easel->arena, a));
    if (unit || scale == SFT_SCALE_CELLS) {
        sft__put(s, "set %crange [%n:%n]\n", which, unit ? 0.0 : -0.6, unit ? 1.0 : a->n - 0.4);
        put_ticks(s, which, a, unit);
        return;
    }
    range_of(a, &low, &high);
    if (scale == SFT_SCALE_LOG) {
        const double room = pow(high / low, 0.06);
        sft__put(s, "set logscale %c\nset %crange [%n:%n]\n", which, which, low / room, high * room);
        if (high / low > 200) sft__put(s, "set format %c '10^{%%L}'\n", which);
        else put_ticks(s, which, a, false);
        return;
    }
    const double room = high > low ? 0.06 * (high - low) : 1;
    sft__put(s, "set %crange [%n:%n]\n", which, low - room, high + room);
    if (a->n > 0 && a->n <= 8) put_ticks(s, which, a, false);
}
