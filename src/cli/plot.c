/* SPDX-License-Identifier: MIT */
/* A curve in the terminal: braille dots where the locale is UTF-8, stars elsewhere; axes with their units. */
#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { ROWS = 13, LABEL = 10, MOST = 160 };

typedef struct canvas {
    const cli_plot *p;
    bool            utf8;
    int             columns, wide, high; /* of characters; of dots: 2 x 4 a character, or 1 x 1 */
    double          low, span;           /* of y */
    unsigned char   cell[ROWS][MOST];    /* dots as braille counts them */
} canvas;

bool cli_utf8(void)
{
    static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
    const char *value = NULL;
    for (int i = 0; i < 3 && (!value || !*value); i++)
        value = getenv(names[i]);
    for (; value && *value; value++)
        if (!strncasecmp(value, "utf-8", 5) || !strncasecmp(value, "utf8", 4))
            return true;
    return false;
}

/* The terminal's width; where there is none, COLUMNS or 80. */
static int width(void)
{
    const char *columns = getenv("COLUMNS");
    int w = cli_width(STDOUT_FILENO);
    w = w ? w : columns && atoi(columns) > 20 ? atoi(columns) : 80;
    return w < 40 ? 40 : w > MOST ? MOST : w;
}

/* Where x lies between the first and the last, from 0 to 1. */
static double along(const cli_plot *p, double x)
{
    double first = p->x[0], last = p->x[p->n - 1];
    if (!(last > first))
        return 0;
    double s = p->log_x ? log(x / first) / log(last / first) : (x - first) / (last - first);
    return s < 0 ? 0 : s > 1 ? 1 : s;
}

static void scale(canvas *c)
{
    double low = INFINITY, high = -INFINITY;
    for (int i = 0; i < c->p->n; i++) {
        low = fmin(low, c->p->y[i]);
        high = fmax(high, c->p->y[i]);
    }
    low = isnan(c->p->low) ? low : c->p->low;
    high = isnan(c->p->high) ? high : c->p->high;
    c->low = low;
    c->span = high > low ? high - low : fabs(low) > 0 ? fabs(low) : 1;
}

static void dot(canvas *c, int x, int y)
{
    static const unsigned char bit[4][2] = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };
    if (x < 0 || y < 0 || x >= c->wide || y >= c->high)
        return;
    if (c->utf8)
        c->cell[y / 4][x / 2] |= bit[y % 4][x % 2];
    else
        c->cell[y][x] = 1;
}

static void place(const canvas *c, int i, double *x, double *y)
{
    *x = along(c->p, c->p->x[i]) * (c->wide - 1);
    *y = (1 - (c->p->y[i] - c->low) / c->span) * (c->high - 1);
}

/* From point to point; what lies outside is cut off. */
static void line(canvas *c, int i)
{
    double x, y, x2, y2;
    place(c, i, &x, &y);
    place(c, i + 1, &x2, &y2);
    double far = fmax(fabs(x2 - x), fabs(y2 - y));
    if (!(far < 1e5))
        return;
    int steps = (int)ceil(far);
    for (int k = 0; k <= steps; k++) {
        double s = steps ? (double)k / steps : 0;
        dot(c, (int)lround(x + s * (x2 - x)), (int)lround(y + s * (y2 - y)));
    }
}

static int column(const canvas *c, double x)
{
    return (int)lround(along(c->p, x) * (c->columns - 1));
}

static void put_cell(const canvas *c, int row, int col)
{
    unsigned dots = c->cell[row][col];
    bool marked = false;
    for (int m = 0; m < c->p->marks; m++)
        marked |= column(c, c->p->mark[m].x) == col;
    if (dots && c->utf8) /* U+2800 and the dots */
        printf("\xE2%c%c", (int)(0xA0 | (dots >> 6)), (int)(0x80 | (dots & 0x3F)));
    else if (dots)
        putchar('*');
    else if (marked)
        fputs(c->utf8 ? "┊" : ":", stdout);
    else
        putchar(' ');
}

static void put_rows(const cli *a, const canvas *c)
{
    for (int row = 0; row < ROWS; row++) {
        if (row % 3 == 0)
            printf("%*.4g %s", LABEL - 2, c->low + c->span * (1 - (double)row / (ROWS - 1)), c->utf8 ? "┤" : "+");
        else
            printf("%*s%s", LABEL - 1, "", c->utf8 ? "│" : "|");
        fputs(a->color_out ? "\033[36m" : "", stdout);
        for (int col = 0; col < c->columns; col++)
            put_cell(c, row, col);
        fputs(a->color_out ? "\033[0m\n" : "\n", stdout);
    }
}

/* Words below the axis at their columns, as many as have room. */
static void put_word(char *text, int room, int at, const char *word)
{
    int n = (int)strlen(word), from = at - n / 2;
    from = from < 0 ? 0 : from + n > room ? room - n : from;
    for (int i = from > 0 ? from - 1 : 0; from >= 0 && i < from + n + 1 && i < room; i++)
        if (text[i] != ' ')
            return;
    if (from >= 0)
        memcpy(text + from, word, (size_t)n);
}

static void put_ticks(const canvas *c, double per, const char *name)
{
    char text[MOST + 1], word[32];
    memset(text, ' ', sizeof text - 1);
    text[c->columns] = 0;
    const cli_plot *p = c->p;
    put_word(text, c->columns, c->columns, name);
    if (p->log_x)
        for (int e = (int)ceil(log10(p->x[0]) - 1e-9); e <= (int)floor(log10(p->x[p->n - 1]) + 1e-9); e++) {
            snprintf(word, sizeof word, "1e%d", e);
            put_word(text, c->columns, column(c, pow(10, e)), word);
        }
    for (int i = 0; !p->log_x && i < 5; i++) {
        double x = i ? floor(p->x[p->n - 1] * i / 5) : p->x[0];
        snprintf(word, sizeof word, "%.4g", per > 1 && i == 0 ? 0 : per > 1 ? round(10 * x / per) / 10 : x);
        put_word(text, c->columns, column(c, x), word);
    }
    printf("%*s%s\n", LABEL, "", text);
}

static void put_marks(const canvas *c)
{
    char text[MOST + 1];
    memset(text, ' ', sizeof text - 1);
    text[c->columns] = 0;
    for (int m = 0; m < c->p->marks; m++)
        put_word(text, c->columns, column(c, c->p->mark[m].x), c->p->mark[m].name);
    if (c->p->marks)
        printf("%*s%s\n", LABEL, "", text);
}

void cli_plot_draw(const cli *a, const cli_plot *p)
{
    canvas c = { .p = p, .utf8 = cli_utf8(), .columns = width() - LABEL - 1 };
    if (p->n < 1)
        return;
    c.wide = c.columns * (c.utf8 ? 2 : 1);
    c.high = ROWS * (c.utf8 ? 4 : 1);
    scale(&c);
    for (int i = 0; i + 1 < p->n; i++)
        line(&c, i);
    if (p->n == 1)
        dot(&c, 0, 0);
    printf("%*s\n", LABEL - 2, p->y_name);
    put_rows(a, &c);
    printf("%*s%s", LABEL - 1, "", c.utf8 ? "└" : "+");
    for (int i = 0; i < c.columns; i++)
        fputs(c.utf8 ? "─" : "-", stdout);
    putchar('\n');
    put_ticks(&c, 1, p->x_name);
    if (p->per > 1)
        put_ticks(&c, p->per, p->per_name);
    put_marks(&c);
}
