/* SPDX-License-Identifier: MIT */
/* Line search for the strong Wolfe conditions
 *     f(t) <= f(0) + c1 t f'(0)   and   |f'(t)| <= -c2 f'(0)
 * (Nocedal and Wright, Numerical Optimization, algorithms 3.5 and 3.6) with cubic interpolation (their 3.59). The safeguards are
 * those of torch.optim.LBFGS: a first step grows by 1 % to tenfold; a trial within a tenth of an end of the bracket is moved
 * inwards the second time. */
#include "optim/wolfe.h"

#include <math.h>

typedef struct bracket {
    sft_point end[2];
    int       low;              /* the end with the smaller loss */
} bracket;

/* The minimum of the cubic through two points with their slopes, kept in low..high. */
static double cubic(sft_point p, sft_point q, double low, double high)
{
    double a = p.slope + q.slope - 3 * (p.f - q.f) / (p.t - q.t), root = a * a - p.slope * q.slope;
    if (!(root >= 0) || !isfinite(root)) return (low + high) / 2;
    root = sqrt(root);
    double t = p.t <= q.t
                   ? q.t - (q.t - p.t) * ((q.slope + root - a) / (q.slope - p.slope + 2 * root))
                   : p.t - (p.t - q.t) * ((p.slope + root - a) / (p.slope - q.slope + 2 * root));
    return isfinite(t) ? fmin(fmax(t, low), high) : (low + high) / 2;
}

static bool flat_enough(const sft_line *l, sft_point start, sft_point p)
{
    return fabs(p.slope) <= -l->c2 * start.slope;
}

static bool too_high(const sft_line *l, sft_point start, sft_point p)
{
    return !(p.f <= start.f + l->c1 * p.t * start.slope);
}

static void choose_low(bracket *b) { b->low = b->end[0].f <= b->end[1].f ? 0 : 1; }

/* A bracket that holds a good step, or the good step itself (*done). */
static bool widen(const sft_line *l, sft_point start, double t, int *left, bracket *b, bool *done)
{
    sft_point before = start, p = { .t = t };
    if (!l->at(l->user, &p)) return false;
    for (int i = 0; *left > 0; i++, --*left) {
        bool high = too_high(l, start, p) || (i > 1 && p.f >= before.f);
        if (!high && flat_enough(l, start, p)) *done = true;
        *b = (bracket){ { *done ? p : before, p }, 0 };
        if (high || *done || p.slope >= 0) {
            choose_low(b);
            return true;
        }
        double next = cubic(before, p, p.t + 0.01 * (p.t - before.t), p.t * 10);
        before = p;
        p = (sft_point){ .t = next };
        if (!l->at(l->user, &p)) return false;
    }
    *b = (bracket){ { start, p }, 0 };
    choose_low(b);
    return true;
}

/* A trial inside the bracket; *stuck: the last one lay near an end already. */
static double trial(const bracket *b, bool *stuck)
{
    double low = fmin(b->end[0].t, b->end[1].t), high = fmax(b->end[0].t, b->end[1].t), margin = 0.1 * (high - low),
           t = cubic(b->end[0], b->end[1], low, high);
    if (fmin(high - t, t - low) >= margin) {
        *stuck = false;
        return t;
    }
    if (!*stuck && t < high && t > low) {
        *stuck = true;
        return t;
    }
    *stuck = false;
    return fabs(t - high) < fabs(t - low) ? high - margin : low + margin;
}

/* The new point takes the place of one end; true: it is good. */
static bool narrow(const sft_line *l, sft_point start, sft_point p, bracket *b)
{
    sft_point *low = &b->end[b->low], *high = &b->end[1 - b->low];
    if (too_high(l, start, p) || p.f >= low->f) {
        *high = p;
        choose_low(b);
        return false;
    }
    bool good = flat_enough(l, start, p);
    if (!good && p.slope * (high->t - low->t) >= 0) *high = *low;
    *low = p;
    return good;
}

bool sft__wolfe(const sft_line *l, sft_point start, double t, sft_point *best)
{
    bracket b;
    bool    done = false, stuck = false;
    int     left = l->most;
    if (!widen(l, start, t, &left, &b, &done)) return false;
    while (!done && left-- > 0 && fabs(b.end[1].t - b.end[0].t) * l->reach >= 1e-9) {
        sft_point p = { .t = trial(&b, &stuck) };
        if (!l->at(l->user, &p)) return false;
        done = narrow(l, start, p, &b);
    }
    *best = b.end[b.low];
    return true;
}
