/* SPDX-License-Identifier: MIT */
/* Finds augmentations by name or number; what their files share. */
#include "data/augment/augments.h"

#define X(word) &sft__augment_##word,
static const sft_augment *const augments[] = { SFT_AUGMENTS(X) };
#undef X

enum { N = sizeof augments / sizeof *augments };

const sft_augment *sft__augment_at(int i) { return i >= 0 && i < N ? augments[i] : NULL; }

const sft_augment *sft__augment_find(const char *name)
{
    for (int i = 0; i < N; i++)
        if (sft__named(name, augments[i]->name, augments[i]->aliases)) return augments[i];
    return NULL;
}

double sft__draw(sft_stream *s, double low, double high)
{
    return low + (high - low) * sft__uniform(s);
}

double sft__draw_range(sft_stream *s, const sft_reals *range, double centre, double least)
{
    double low = range->n == 1 ? centre - range->v[0] : range->v[0],
           high = range->n == 1 ? centre + range->v[0] : range->v[1];
    return sft__draw(s, low > least ? low : least, high);
}

const char *sft__range_amiss(const sft_reals *range)
{
    if (range->n == 1 && range->v[0] < 0)
        return "a single number is the distance to both sides, and cannot be negative";
    if (range->n < 1 || range->n > 2)
        return "one number (to both sides) or two (from, to) are wanted";
    if (range->n == 2 && range->v[0] > range->v[1]) return "the range begins above its end";
    return NULL;
}

const char *sft__factor_amiss(const void *conf, const sft_canvas *c)
{
    (void)c;
    return sft__range_amiss(&((const sft_factor_conf *)conf)->factor);
}

double sft__draw_factor(const void *conf, const sft_canvas *c)
{
    return sft__draw_range(c->random, &((const sft_factor_conf *)conf)->factor, 1, 0);
}

float sft__fill_of(const sft_reals *fill, int64_t c)
{
    return (float)fill->v[fill->n == 1 ? 0 : c];
}

const char *sft__fill_amiss(const sft_reals *fill, const sft_canvas *c)
{
    if (fill->n == 1 || fill->n == c->channels) return NULL;
    return "`fill` is one number for all channels, or one for each";
}

void sft__canvas_swap(sft_canvas *c)
{
    float *x = c->x;
    c->x = c->spare;
    c->spare = x;
}

int64_t sft__canvas_count(const sft_canvas *c) { return c->channels * c->high * c->wide; }

void sft__canvas_clamp(const sft_canvas *c, float *x, int64_t n)
{
    if (c->kind != SFT_IMAGES) return;
    for (int64_t i = 0; i < n; i++) x[i] = x[i] < 0 ? 0 : x[i] > 1 ? 1 : x[i];
}

int64_t sft__reflect(int64_t i, int64_t n)
{
    if (n == 1) return 0;
    int64_t period = 2 * (n - 1);
    i = i < 0 ? -i : i;
    i %= period;
    return i < n ? i : period - i;
}
