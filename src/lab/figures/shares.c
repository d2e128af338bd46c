/* SPDX-License-Identifier: MIT */
/* shares: analysis of variance; the share of the variance that each axis explains by itself, and each pair by interaction. */
#include "lab/figures/figures.h"

#include <math.h>

typedef struct shares_conf {
    const char *e, *experiment, *x_label;
    int64_t     most;
} shares_conf;

typedef struct bar {
    const char  *name;
    sft_estimate share;
} bar;

enum { MOST_BARS = SFT_MOST_AXES * (SFT_MOST_AXES + 1) / 2 };

/* The experiment, by a share of its first axis. */
static const sft_experiment *prepare(sft_lab *lab, const sft_drawing *d)
{
    const shares_conf *k = d->conf;
    const sft_expr    *e = sft__expr_parse(lab, k->e, d->pos);
    const int          at = e ? sft__expr_experiment(e) : 0;
    if (!e) return NULL;
    if (at < 0) sft__fail_at(lab->ctx, d->pos, SFT_E115, "figure `%s`: `e` has no measure in it: %s", d->name, k->e);
    else if (k->experiment && sft__choice_experiment(lab, d, k->experiment) != at)
        sft__fail_at(lab->ctx, d->pos, SFT_E115, "figure `%s`: `%s` is measured in experiment `%s`, not in `%s`", d->name, k->e,
                     lab->experiment[at].name, k->experiment);
    return sft__failed(lab->ctx) ? NULL : &lab->experiment[at];
}

static sft_status check(sft_lab *lab, const sft_drawing *d)
{
    prepare(lab, d);
    return sft_code(lab->ctx);
}

static void add(sft_lab *lab, const sft_drawing *d, const char *name, const char *text, bar *bars, int *n)
{
    const sft_expr *e = sft__expr_parse(lab, text, d->pos);
    if (!e || sft__expr_check(e, NULL)) return;
    const sft_estimate v = sft__expr_estimate(e, NULL);
    int                k = *n;
    if (!v.n) return;
    for (; k > 0 && bars[k - 1].share.mean < v.mean; k--) bars[k] = bars[k - 1];
    bars[k] = (bar){ name, v };
    ++*n;
}

static int gather(sft_lab *lab, const sft_drawing *d, const sft_experiment *x, bar *bars)
{
    const shares_conf *k = d->conf;
    const sft_space   *s = &x->space;
    sft_arena         *arena = &lab->figures.arena;
    int                n = 0;
    for (int a = 0; a < s->n && !sft__failed(lab->ctx); a++) {
        const char *one = sft__axis_short(&s->axis[a]);
        if (s->axis[a].n < 2) continue;
        add(lab, d, one, SFT_WORDS(arena, "share(%s, %s)", one, k->e), bars, &n);
        for (int b = 0; b < a; b++) {
            const char *other = sft__axis_short(&s->axis[b]);
            if (s->axis[b].n > 1)
                add(lab, d, SFT_WORDS(arena, "%s × %s", other, one), SFT_WORDS(arena, "share(%s, %s, %s)", other, one, k->e), bars, &n);
        }
    }
    return n;
}

/* The longest above; whiskers end at 0. */
static void put_bars(sft_draft *d, const bar *bars, int n)
{
    const int block = sft__draft_block(d, "row\tshare (%)\tfrom\tto\tseeds\tname");
    for (int i = 0; i < n; i++) {
        const sft_estimate *v = &bars[i].share;
        sft__put(&d->table, "%i\t%n\t%n\t%n\t%i\t%s\n", n - 1 - i, 100 * v->mean, 100 * fmax(v->from, 0), 100 * v->to, v->n, bars[i].name);
    }
    sft__put(&d->settings, "set yrange [-0.6:%n]\nset ytics noenhanced (", n - 0.4);
    for (int i = 0; i < n; i++) sft__put(&d->settings, "%s%t %i", i ? ", " : "", bars[i].name, n - 1 - i);
    sft__put(&d->settings, ")\nset xrange [0:*]\nset key off\nset grid noytics\n");
    sft__put(sft__draft_curve(d, block), "using (0):1:(0):2:($1-0.36):($1+0.36) with boxxyerror fillstyle solid 0.85 noborder "
             "fillcolor rgb '%s' notitle", sft__style_colour(0));
    sft__put(sft__draft_curve(d, block), "using 2:1:3:4 with xerrorbars pointtype 7 pointsize 0.3 linewidth 1.4 linecolor rgb '#222222' "
             "notitle");
}

static sft_status draw(sft_lab *lab, const sft_drawing *w)
{
    const shares_conf    *k = w->conf;
    sft_draft             d;
    sft_easel             e = sft__paint_easel(lab);
    const sft_experiment *x = prepare(lab, w);
    bar                  *bars = x ? sft__arena_alloc(&lab->arena, MOST_BARS * sizeof *bars) : NULL;
    int                   n = bars ? gather(lab, w, x, bars) : 0, all = n;
    double                rest = 0;
    if (sft__failed(lab->ctx) || n == 0) return sft_code(lab->ctx);
    if (k->most > 0 && n > k->most) n = (int)k->most;
    for (int i = n; i < all; i++) rest += bars[i].share.mean;
    sft__draft_open(&d, &e, w->name, w->title, 800, 110 + 26 * n);
    sft__paint_label(&d, 'x', k->x_label ? k->x_label : "share of the variance (%)");
    put_bars(&d, bars, n);
    char buf[32];
    return sft__draft_close(&d, all > n ? SFT_WORDS(e.arena, "%s The %d bars left out come to %s %% together.", w->caption, all - n,
                                                    sft__fixed(100 * rest, 1, buf, sizeof buf)) : w->caption);
}

static const sft_field fields[] = {
    { "e", SFT_TEXT, offsetof(shares_conf, e), .doc = "expression whose variance over all axes of its experiment is shared out",
      .flags = SFT_MAIN | SFT_REQUIRED },
    { "experiment", SFT_TEXT, offsetof(shares_conf, experiment), .doc = "auto: that of e", .flags = SFT_AUTO },
    { "most", SFT_INT, offsetof(shares_conf, most), 16, 1, 64, .doc = "bars, the longest ones" },
    { "x_label", SFT_TEXT, offsetof(shares_conf, x_label), .doc = "label of x", .flags = SFT_AUTO },
    SFT_FIELD_END
};

const sft_lab_figure sft__lab_figure_shares = {
    .name = "shares", .doc = "analysis of variance: the share of each axis by itself and of each pair by interaction",
    .conf_size = sizeof(shares_conf), .fields = fields, .check = check, .draw = draw,
};
