/* SPDX-License-Identifier: MIT */
/* How figures of labs look: series, axes, ranges. */
#include "lab/figures/figures.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const sft__log_words[] = { "none", "x", "y", "xy", NULL };

sft_easel sft__paint_easel(sft_lab *lab)
{
    return sft__easel_bare(lab->ctx, SFT_WORDS(&lab->figures.arena, "%s/figures", lab->out), &lab->figures);
}

/* ---- series -------------------------------------------------------------------------------------- */

/* Behind the last colour they begin again, with other dashes. */
void sft__paint_series(sft_string *curve, int i, const char *title)
{
    sft__put(curve, "linewidth 2 dashtype %i pointtype %i pointsize 0.9 linecolor rgb '%s' ", i % 5 + 1, sft__style_marker(i),
             sft__style_colour(i));
    if (title) sft__put(curve, "title %q noenhanced", title);
    else sft__put(curve, "notitle");
}

void sft__paint_band(sft_string *curve, int i)
{
    sft__put(curve, "using 1:3:4 with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '%s' notitle",
             sft__style_colour(i));
}

void sft__paint_key(sft_draft *d, const sft_axis *per)
{
    if (!per) sft__put(&d->settings, "set key off\n");
    else sft__put(&d->settings, "set key title %q noenhanced\n", sft__axis_short(per));
}

void sft__paint_label(sft_draft *d, char which, const char *label)
{
    sft__put(&d->settings, "set %clabel %q noenhanced\n", which, label);
}

/* ---- ranges -------------------------------------------------------------------------------------- */

sft_extent sft__extent(void)
{
    return (sft_extent){ INFINITY, -INFINITY };
}

void sft__extent_add(sft_extent *s, double v, bool log)
{
    if (!isfinite(v) || (log && !(v > 0))) return;
    s->low = fmin(s->low, v);
    s->high = fmax(s->high, v);
}

void sft__paint_range(sft_draft *d, char which, sft_extent *s, bool log)
{
    if (s->low > s->high) return;
    if (log && !(s->high < 3 * s->low)) {
        const double room = pow(s->high / s->low, 0.06);
        *s = (sft_extent){ s->low / room, s->high * room };
        sft__put_log_scale(&d->settings, which, s->low, s->high);
        return;
    }
    const double room = s->high > s->low ? 0.06 * (s->high - s->low) : s->high != 0 ? 0.1 * fabs(s->high) : 1;
    *s = (sft_extent){ s->low - room, s->high + room };
    sft__put(&d->settings, "set %crange [%n:%n]\n", which, s->low, s->high);
}

/* ---- axes ---------------------------------------------------------------------------------------- */

bool sft__is_category(const sft_axis *a)
{
    return a->number == NULL;
}

double sft__paint_place(const sft_axis *a, int i)
{
    return sft__is_category(a) ? i : a->number[i];
}

enum { LETTERS = 72 };          /* that have room along an axis */

/* Ticks at the values, where they do not stand in each other's way. */
static bool ticks_fit(const sft_axis *a, const sft_extent *s, bool log)
{
    const double low = log ? log10(s->low) : s->low, high = log ? log10(s->high) : s->high;
    size_t       letters = 0;
    for (int i = 0; i < a->n; i++) letters += strlen(sft__value_label(a, i)) + 2;
    if (letters > LETTERS) return false;
    for (int i = 0; i < a->n; i++)
        for (int k = 0; k < i; k++) {
            const double gap = log ? log10(a->number[i]) - log10(a->number[k]) : a->number[i] - a->number[k];
            const double words = (double)(strlen(sft__value_label(a, i)) + strlen(sft__value_label(a, k))) / 2 + 1;
            if (fabs(gap) < fmax(0.045, words / LETTERS) * (high - low)) return false;
        }
    return true;
}

static void put_ticks(sft_draft *d, char which, const sft_axis *a)
{
    size_t letters = 0;
    for (int i = 0; i < a->n; i++) letters += strlen(sft__value_label(a, i)) + 2;
    sft__put(&d->settings, "set %ctics noenhanced%s (", which, which == 'x' && letters > 80 ? " rotate by -25" : "");
    for (int i = 0; i < a->n; i++) sft__put(&d->settings, "%s%t %n", i ? ", " : "", sft__value_label(a, i), sft__paint_place(a, i));
    sft__put(&d->settings, ")\n");
}

void sft__paint_axis(sft_draft *d, char which, const sft_axis *a, bool log, const char *label)
{
    sft_extent s = sft__extent();
    sft__paint_label(d, which, label ? label : sft__axis_title(d->easel->arena, a));
    if (sft__is_category(a)) {
        sft__put(&d->settings, "set %crange [-0.6:%n]\n", which, a->n - 0.4);
        put_ticks(d, which, a);
        return;
    }
    for (int i = 0; i < a->n; i++) sft__extent_add(&s, a->number[i], log);
    sft__paint_range(d, which, &s, log);
    if (s.low < s.high && ticks_fit(a, &s, log)) put_ticks(d, which, a);
}
