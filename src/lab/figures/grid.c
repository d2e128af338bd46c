/* SPDX-License-Identifier: MIT */
/* A function on a grid, and the lines along which it has one value. */
#include "lab/figures/figures.h"

#include <math.h>

double sft__plane_x(const sft_plane *p, int i) { return p->x0 + (p->x1 - p->x0) * i / (p->n - 1); }
double sft__plane_y(const sft_plane *p, int j) { return p->y0 + (p->y1 - p->y0) * j / (p->n - 1); }

typedef struct place {
    double x, y, z;
} place;

static place corner(const sft_plane *p, int i, int j)
{
    return (place){ sft__plane_x(p, i), sft__plane_y(p, j), p->z[j * p->n + i] };
}

/* Where the level lies between two corners; false: it does not. */
static bool crossing(place a, place b, double level, place *out)
{
    if (!((a.z < level) != (b.z < level))) return false;
    const double t = (level - a.z) / (b.z - a.z);
    *out = (place){ a.x + t * (b.x - a.x), a.y + t * (b.y - a.y), level };
    return true;
}

/* A plane through three corners has a straight line there, at most one. */
static int triangle(place a, place b, place c, double level, sft_string *table)
{
    place at[3];
    int   n = 0;
    if (!isfinite(a.z) || !isfinite(b.z) || !isfinite(c.z)) return 0;
    n += crossing(a, b, level, &at[n]);
    n += crossing(b, c, level, &at[n]);
    n += crossing(c, a, level, &at[n]);
    if (n < 2) return 0;
    sft__put(table, "%n\t%n\n%n\t%n\n\n", at[0].x, at[0].y, at[1].x, at[1].y);
    return 1;
}

/* Each cell as four triangles about its middle, which leaves no saddle in doubt. */
int sft__plane_contour(const sft_plane *p, double level, sft_string *table)
{
    int n = 0;
    for (int j = 0; j + 1 < p->n; j++)
        for (int i = 0; i + 1 < p->n; i++) {
            const place a = corner(p, i, j), b = corner(p, i + 1, j), c = corner(p, i + 1, j + 1), d = corner(p, i, j + 1);
            const place m = { (a.x + c.x) / 2, (a.y + c.y) / 2, (a.z + b.z + c.z + d.z) / 4 };
            if ((a.z < level) == (b.z < level) && (b.z < level) == (c.z < level) && (c.z < level) == (d.z < level)) continue;
            n += triangle(a, b, m, level, table) + triangle(b, c, m, level, table) + triangle(c, d, m, level, table) +
                 triangle(d, a, m, level, table);
        }
    return n;
}
