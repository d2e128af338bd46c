/* SPDX-License-Identifier: MIT */
/* contours: the training loss of a network of two trained numbers, and the ways that trainings take over it. */
#include "lab/figures/figures.h"

#include <math.h>
#include <string.h>

#include "base/stats.h"

enum { PLACES = 101, MOST_STEPS = 2000, LEVELS = 12 };

typedef struct contours_conf {
    const char *experiment, *per, *where, *x_label, *y_label;
    sft_reals   range, levels;
    int64_t     steps;
} contours_conf;

typedef struct route {          /* of one training */
    int     n;
    double *x, *y;
} route;

typedef struct contours {       /* a figure in the making */
    sft_lab             *lab;
    const sft_drawing   *d;
    const contours_conf *k;
    const sft_experiment *x;
    const sft_axis      *per;   /* NULL without */
    const sft_bind      *where;
    int                  n;     /* routes */
    route               *way;
    sft_plane            plane;
} contours;

static sft_status prepare(sft_lab *lab, const sft_drawing *d, contours *f)
{
    const contours_conf *k = d->conf;
    *f = (contours){ .lab = lab, .d = d, .k = k };
    if (k->range.n && (k->range.n != 4 || !(k->range.v[0] < k->range.v[1]) || !(k->range.v[2] < k->range.v[3])))
        return sft__fail_at(lab->ctx, d->pos, SFT_E115, "figure `%s`: `range` is [left, right, bottom, top], rising", d->name);
    if (sft__choice_series(lab, d, k->experiment, k->per, k->where, &f->x, &f->per, &f->where)) return sft_code(lab->ctx);
    f->n = sft__values_of(f->per);
    return SFT_OK;
}

static sft_status check(sft_lab *lab, const sft_drawing *d)
{
    contours f;
    return prepare(lab, d, &f);
}

/* ---- a network of two numbers ------------------------------------------------------------------------- */

/* Copies them out of the network, or (set) into it; false: it has not two. */
static bool two_numbers(sft_net *net, float v[2], bool set)
{
    sft_tensor_facts t;
    int64_t          n = 0;
    for (int i = 0; i < sft_net_tensors(net); i++) {
        if (sft_net_tensor(net, i, &t) || !t.trained) continue;
        if (n + t.count > 2) return false;
        if (set ? sft_net_set(net, t.name, v + n, t.count) : sft_net_get(net, t.name, v + n, t.count)) return false;
        n += t.count;
    }
    return n == 2;
}

static sft_status no_two(contours *f)
{
    return sft__fail_at(f->lab->ctx, f->d->pos, SFT_E115, "figure `%s`: a network of experiment `%s` has not two trained numbers — as "
                        "`linear 1 bias=false` of two features has", f->d->name, f->x->name);
}

/* A training ends early where it breaks. */
static sft_status walk(contours *f, sft_revived *r, route *w)
{
    sft_trainer_facts facts;
    sft_step_facts    step;
    float             v[2];
    if (sft__revive_training(f->lab, r) || sft_trainer_facts_of(r->trainer, &facts)) return sft_code(f->lab->ctx);
    const int64_t most = f->k->steps > 0 ? f->k->steps : MOST_STEPS, steps = facts.steps < most ? facts.steps : most;
    w->x = sft__arena_alloc(&f->lab->arena, (size_t)(steps + 1) * sizeof *w->x);
    w->y = sft__arena_alloc(&f->lab->arena, (size_t)(steps + 1) * sizeof *w->y);
    for (int64_t i = 0; w->x && w->y && i <= steps; i++) {
        if (!two_numbers(r->net, v, false)) return no_two(f);
        w->x[w->n] = (double)v[0];
        w->y[w->n++] = (double)v[1];
        if (i < steps && sft_step(r->trainer, &step)) break;
    }
    return sft_code(f->lab->ctx);
}

static sft_status walk_all(contours *f)
{
    f->way = sft__arena_alloc(&f->lab->arena, (size_t)f->n * sizeof *f->way);
    for (int i = 0; f->way && i < f->n && !sft__failed(f->lab->ctx); i++) {
        sft_revived r;
        sft_bind    per;
        if (sft__revive(f->lab, f->d, f->x, sft__bind(&per, f->per, i, f->where), false, &r) == SFT_OK) walk(f, &r, &f->way[i]);
        sft__revived_close(&r);
    }
    return sft_code(f->lab->ctx);
}

/* ---- the ground ---------------------------------------------------------------------------------------- */

/* Around all points that lie no further out than three times the furthest start: a training that runs away does not shrink the others to
 * a dot. Measured from the middle one of all points, where most trainings come to rest. */
static void range_of(contours *f, bool y, double *low, double *high)
{
    int64_t    n = 0;
    sft_extent s = sft__extent();
    double     reach = 0;
    for (int i = 0; i < f->n; i++) n += f->way[i].n;
    double *all = sft__arena_alloc(&f->lab->arena, (size_t)n * sizeof *all + 1);
    n = 0;
    for (int i = 0; all && i < f->n; i++)
        for (int j = 0; j < f->way[i].n; j++) {
            const double v = y ? f->way[i].y[j] : f->way[i].x[j];
            if (isfinite(v)) all[n++] = v;
        }
    if (n == 0) return;
    sft__sort(all, n);
    const double middle = all[n / 2];
    for (int i = 0; i < f->n; i++)
        if (f->way[i].n > 0) reach = fmax(reach, fabs((y ? f->way[i].y[0] : f->way[i].x[0]) - middle));
    for (int64_t i = 0; i < n; i++)
        if (fabs(all[i] - middle) <= 3 * reach) sft__extent_add(&s, all[i], false);
    const double room = s.high > s.low ? 0.12 * (s.high - s.low) : 1;
    *low = s.low - room;
    *high = s.high + room;
}

static sft_status survey(contours *f)
{
    sft_plane  *p = &f->plane;
    sft_revived r;
    sft_bind    per;
    sft_scores  score;
    *p = (sft_plane){ PLACES, -1, 1, -1, 1, sft__arena_alloc(&f->lab->arena, PLACES * PLACES * sizeof *p->z) };
    range_of(f, false, &p->x0, &p->x1);
    range_of(f, true, &p->y0, &p->y1);
    if (f->k->range.n) p->x0 = f->k->range.v[0], p->x1 = f->k->range.v[1], p->y0 = f->k->range.v[2], p->y1 = f->k->range.v[3];
    if (p->z && sft__revive(f->lab, f->d, f->x, sft__bind(&per, f->per, 0, f->where), false, &r) == SFT_OK) {
        sft__revive_training(f->lab, &r);
        for (int i = 0; r.trainer && i < PLACES * PLACES; i++) {
            float v[2] = { (float)sft__plane_x(p, i % PLACES), (float)sft__plane_y(p, i / PLACES) };
            if (!two_numbers(r.net, v, true)) {
                no_two(f);
                break;
            }
            sft_clear(r.ctx);
            p->z[i] = sft_evaluate(r.trainer, SFT_TRAIN, &score) == SFT_OK ? score.loss : NAN;
        }
    }
    sft__revived_close(&r);
    return sft_code(f->lab->ctx);
}

static sft_extent heights(const sft_plane *p)
{
    sft_extent s = sft__extent();
    for (int i = 0; i < p->n * p->n; i++) sft__extent_add(&s, p->z[i], false);
    return s;
}

/* ---- the picture ----------------------------------------------------------------------------------------- */

static void put_ground(sft_draft *d, contours *f)
{
    const sft_plane *p = &f->plane;
    const sft_extent s = heights(p);
    int              block = sft__draft_block(d, "first number\tsecond number\ttraining loss"), lines = 0;
    for (int i = 0; i < p->n * p->n; i++)
        sft__put(&d->table, "%n\t%n\t%n\n", sft__plane_x(p, i % p->n), sft__plane_y(p, i / p->n), p->z[i]);
    sft__put(&d->settings, "set palette defined (0 '#ffffff', 0.25 '#eef1f5', 1 '#aab4c3')\nset cblabel 'training loss' offset 1.2\n"
             "set colorbox noborder\nset xrange [%n:%n]\nset yrange [%n:%n]\nunset grid\nset tics front\n", p->x0, p->x1, p->y0, p->y1);
    if (s.low < s.high) sft__put(&d->settings, "set cbrange [%n:%n]\n", s.low > 0 && s.low < 0.01 * s.high ? 0 : s.low, s.high);
    sft__put(sft__draft_curve(d, block), "using 1:2:3 with image notitle");
    block = sft__draft_block(d, "lines of equal loss: ends of their pieces, first number\tsecond number");
    const int levels = f->k->levels.n ? f->k->levels.n : LEVELS;
    for (int i = 0; i < levels; i++)
        lines += sft__plane_contour(p, f->k->levels.n ? f->k->levels.v[i] : s.low + (s.high - s.low) * pow((i + 1.0) / (LEVELS + 1), 2),
                                    &d->table);
    if (lines) sft__put(sft__draft_curve(d, block), "using 1:2 with lines linewidth 0.8 linecolor rgb '#7d8794' title 'equal loss'");
    else sft__put(&d->table, "NaN\tNaN\n");
}

static void put_way(sft_draft *d, const contours *f, int i)
{
    const route *w = &f->way[i];
    const char  *name = f->per ? sft__value_label(f->per, i) : "training";
    const int    block = sft__draft_block(d, SFT_WORDS(d->easel->arena, "%s: first number\tsecond number\tstep", name));
    for (int j = 0; j < w->n; j++) sft__put(&d->table, "%n\t%n\t%i\n", w->x[j], w->y[j], j);
    sft_string *curve = sft__draft_curve(d, block);
    sft__put(curve, "using 1:2 with linespoints pointinterval %i ", w->n <= 60 ? 1 : w->n / 30);
    sft__put(curve, "linewidth %n dashtype %i pointtype %i pointsize 0.5 linecolor rgb '%s' title %q noenhanced", w->n > 100 ? 1.0 : 1.6,
             i / SFT_STYLES + 1, sft__style_marker(i), sft__style_colour(i), name);
    if (w->n > 0)
        sft__put(sft__draft_curve(d, block), "using 1:2 every ::%i::%i with points pointtype %i pointsize 1.7 linecolor rgb '%s' notitle",
                 w->n - 1, w->n - 1, sft__style_marker(i), sft__style_colour(i));
}

static sft_status draw(sft_lab *lab, const sft_drawing *w)
{
    contours  f;
    sft_draft d;
    sft_easel e = sft__paint_easel(lab);
    if (prepare(lab, w, &f) || walk_all(&f) || survey(&f)) return sft_code(lab->ctx);
    sft__draft_open(&d, &e, w->name, w->title, 840, 560);
    sft__paint_label(&d, 'x', f.k->x_label ? f.k->x_label : "first trained number");
    sft__paint_label(&d, 'y', f.k->y_label ? f.k->y_label : "second trained number");
    sft__put(&d.settings, "set key at screen 0.5, screen 0.01 bottom center horizontal Left reverse maxrows 3\nset bmargin 7.5\n");
    put_ground(&d, &f);
    for (int i = 0; i < f.n; i++) put_way(&d, &f, i);
    for (int i = 0; i < f.n; i++)       /* blocks: ground, lines, paths */
        sft__put(sft__draft_curve(&d, i + 2), "using 1:2 every ::0::0 with points pointtype 6 pointsize 1.9 linewidth 2 linecolor rgb "
                 "'#000000' %s", i ? "notitle" : "title 'start'");
    return sft__draft_close(&d, SFT_WORDS(e.arena, "%s Rings are starts, the large mark of a path is its end (first seed).", w->caption));
}

static const sft_field fields[] = {
    { "per", SFT_TEXT, offsetof(contours_conf, per), .doc = "axis; a path each of its values", .flags = SFT_MAIN | SFT_AUTO },
    { "experiment", SFT_TEXT, offsetof(contours_conf, experiment), .doc = "auto: the lab's only one", .flags = SFT_AUTO },
    { "where", SFT_TEXT, offsetof(contours_conf, where), .doc = "axes that are fixed, \"lr=0.1, norm=batch\"", .flags = SFT_AUTO },
    { "range", SFT_REALS, offsetof(contours_conf, range), .doc = "[left, right, bottom, top]; auto: around the paths", .flags = SFT_AUTO },
    { "levels", SFT_REALS, offsetof(contours_conf, levels), .doc = "losses to draw lines at; auto: twelve, closer at the bottom",
      .flags = SFT_AUTO },
    { "steps", SFT_INT, offsetof(contours_conf, steps), .low = 1, .high = MOST_STEPS, .doc = "of each path, the first so many; auto: "
      "all, at most 2000", .flags = SFT_AUTO },
    { "x_label", SFT_TEXT, offsetof(contours_conf, x_label), .doc = "label of x", .flags = SFT_AUTO },
    { "y_label", SFT_TEXT, offsetof(contours_conf, y_label), .doc = "label of y", .flags = SFT_AUTO },
    SFT_FIELD_END
};

const sft_lab_figure sft__lab_figure_contours = {
    .name = "contours", .doc = "the training loss of a network of two trained numbers, with the path of each training over it",
    .conf_size = sizeof(contours_conf), .fields = fields, .check = check, .draw = draw,
};
