/* SPDX-License-Identifier: MIT */
/* A table of text as Markdown, LaTeX and CSV. */
#include "report/report.h"

#include <stdio.h>
#include <string.h>

void sft__rows_open(sft_rows *t, sft_arena *a, const char *caption, const char *label, int columns)
{
    *t = (sft_rows){ .caption = caption, .label = label, .columns = columns, .arena = a };
    t->head = sft__arena_alloc(a, (size_t)columns * sizeof *t->head);
    t->right = sft__arena_alloc(a, (size_t)columns * sizeof *t->right);
}

void sft__rows_head(sft_rows *t, int column, const char *text, bool right)
{
    if (!t->head || !t->right) return;
    t->head[column] = text;
    t->right[column] = right;
}

void sft__rows_add(sft_rows *t, const char *const *cells)
{
    const size_t width = (size_t)t->columns * sizeof *t->cell;
    if (t->n == t->room) {
        const int    room = t->room ? 2 * t->room : 16;
        const char **more = sft__arena_alloc(t->arena, (size_t)room * width);
        if (!more) return;
        if (t->n) memcpy(more, t->cell, (size_t)t->n * width);
        t->cell = more;
        t->room = room;
    }
    memcpy(t->cell + (size_t)t->n * (size_t)t->columns, cells, width);
    t->n++;
}

static const char *cell(const sft_rows *t, int row, int column)
{
    const char *text = t->cell[row * t->columns + column];
    return text ? text : "-";
}

static int shown(const sft_rows *t, int most)
{
    return most > 0 && t->n > most ? most : t->n;
}

/* ---- Markdown: columns stand under each other in a terminal, too ------------------------------------ */

/* Columns of a terminal; every character that occurs here is one wide. */
static size_t width_of(const char *text)
{
    size_t n = 0;
    for (; *text; text++) n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

/* A | would end the cell, a line break the row. */
static const char *md_text(sft_arena *a, const char *text)
{
    size_t more = 0;
    for (const char *p = text; *p; p++) more += *p == '|';
    char *out = sft__arena_alloc(a, strlen(text) + more + 1), *to = out;
    for (; to && *text; text++) {
        if (*text == '|') *to++ = '\\';
        *to++ = *text == '\n' || *text == '\r' ? ' ' : *text;
    }
    return out ? out : "";
}

static void md_cell(sft_string *out, const char *text, size_t width, bool right, char fill)
{
    const size_t have = width_of(text), pad = width > have ? width - have : 0;
    if (!right) sft__string_add(out, text);
    for (size_t i = 0; i < pad; i++) sft__string_addn(out, &fill, 1);
    if (right) sft__string_add(out, text);
}

static void md_line(sft_string *out, const sft_rows *t, const char *const *cells, const size_t *width)
{
    for (int k = 0; k < t->columns; k++) {
        sft__string_add(out, k ? " | " : "| ");
        md_cell(out, cells[k], width[k], t->right[k], ' ');
    }
    sft__string_add(out, " |\n");
}

static void md_rule(sft_string *out, const sft_rows *t, const size_t *width)
{
    for (int k = 0; k < t->columns; k++) {
        sft__string_add(out, "|-");
        md_cell(out, "", width[k], false, '-');
        sft__string_add(out, t->right[k] ? ":" : "-");
    }
    sft__string_add(out, "|\n");
}

void sft__rows_md(const sft_rows *t, sft_string *out, int most)
{
    const int    n = shown(t, most);
    const char **line = sft__arena_alloc(t->arena, (size_t)((n + 1) * t->columns) * sizeof *line);
    size_t      *width = sft__arena_alloc(t->arena, (size_t)t->columns * sizeof *width);
    if (!line || !width || !t->head || !t->right) return;
    for (int i = 0; i <= n; i++)
        for (int k = 0; k < t->columns; k++) {
            const char *text = md_text(t->arena, i ? cell(t, i - 1, k) : t->head[k] ? t->head[k] : "");
            line[i * t->columns + k] = text;
            width[k] = width_of(text) > width[k] ? width_of(text) : width[k];
        }
    sft__string_addf(out, "%s\n\n", t->caption);
    md_line(out, t, line, width);
    md_rule(out, t, width);
    for (int i = 1; i <= n; i++) md_line(out, t, line + i * t->columns, width);
    if (n < t->n) sft__string_addf(out, "\n%d more rows are in table.csv.\n", t->n - n);
    sft__string_add(out, "\n");
}

/* ---- LaTeX: no package is needed ------------------------------------------------------------------------ */

/* Characters that LaTeX gives a meaning of its own, and those that its fonts have in mathematics only. */
static const struct {
    const char *from, *to;
} tex[] = {
    { "\\", "\\textbackslash{}" }, { "&", "\\&" }, { "%", "\\%" }, { "$", "\\$" }, { "#", "\\#" }, { "_", "\\_" }, { "{", "\\{" },
    { "}", "\\}" }, { "~", "\\textasciitilde{}" }, { "^", "\\textasciicircum{}" }, { "<", "$<$" }, { ">", "$>$" }, { "|", "$|$" },
    { "\"", "''" }, { " ± ", "\\,$\\pm$\\,", }, { "±", "$\\pm$" }, { "×", "$\\times$" }, { "η", "$\\eta$" }, { "β", "$\\beta$" },
    { "→", "$\\rightarrow$" },
    { "–", "--" }, { "—", "---" }, { "−", "$-$" }, { "…", "\\ldots{}" }, { "≤", "$\\le$" }, { "≥", "$\\ge$" },
};

static void tex_text(sft_string *out, const char *text)
{
    while (*text) {
        size_t step = 0;
        for (size_t i = 0; !step && i < sizeof tex / sizeof *tex; i++) {
            if (strncmp(text, tex[i].from, strlen(tex[i].from)) != 0) continue;
            sft__string_add(out, tex[i].to);
            step = strlen(tex[i].from);
        }
        if (!step) {
            step = 1;
            while (((unsigned char)text[step] & 0xC0) == 0x80) step++;
            if (step == 1) sft__string_addn(out, text, 1);
            else sft__string_add(out, "?");   /* a letter that plain LaTeX may not have: the table compiles all the same */
        }
        text += step;
    }
}

/* Heads of several words stand in two lines, so that numbers decide how wide a column is. */
static void tex_head(sft_string *out, const char *text, bool right)
{
    const char *blank = strrchr(text, ' ');
    char        first[64];
    if (!blank || blank - text >= (long)sizeof first) {
        tex_text(out, text);
        return;
    }
    snprintf(first, sizeof first, "%.*s", (int)(blank - text), text);
    sft__string_addf(out, "\\rule{0pt}{5ex}\\shortstack[%c]{", right ? 'r' : 'l');
    tex_text(out, first);
    sft__string_add(out, "\\\\");
    tex_text(out, blank + 1);
    sft__string_add(out, "}");
}

static void tex_line(sft_string *out, const sft_rows *t, int row)
{
    for (int k = 0; k < t->columns; k++) {
        sft__string_add(out, k ? " & " : "  ");
        if (row < 0) tex_head(out, t->head[k] ? t->head[k] : "", t->right[k]);
        else tex_text(out, cell(t, row, k));
    }
    sft__string_add(out, " \\\\\n");
}

/* Notes, the last column, may be long: it gets a width and wraps. */
void sft__rows_tex(const sft_rows *t, sft_string *out, int most)
{
    const int  n = shown(t, most);
    const char *end = t->columns > 1 && t->head ? t->head[t->columns - 1] : NULL;
    const bool  wraps = end && !strcmp(end, "Notes");
    if (!t->head || !t->right) return;
    sft__string_add(out, "\\begin{table}[htbp]\n\\centering\n\\footnotesize\n\\setlength{\\tabcolsep}{3pt}\n"
                         "\\renewcommand{\\arraystretch}{1.15}\n\\caption{");
    const char *colon = !strncmp(t->caption, "Table ", 6) ? strstr(t->caption, ": ") : NULL; /* LaTeX counts by itself */
    tex_text(out, colon ? colon + 2 : t->caption);
    if (n < t->n) sft__string_addf(out, " (the first %d of %d rows)", n, t->n);
    sft__string_addf(out, "}\n\\label{tab:%s}\n\\makebox[\\linewidth]{\\begin{tabular}{", t->label);
    for (int k = 0; k < t->columns; k++)
        sft__string_add(out, wraps && k == t->columns - 1 ? "p{0.25\\linewidth}" : t->right[k] ? "r" : "l");
    sft__string_add(out, "}\n\\hline\n");
    tex_line(out, t, -1);
    sft__string_add(out, "\\hline\n");
    for (int i = 0; i < n; i++) tex_line(out, t, i);
    sft__string_add(out, "\\hline\n\\end{tabular}}\n\\end{table}\n");
}

/* ---- CSV ---------------------------------------------------------------------------------------------------- */

void sft__csv_field(sft_string *out, const char *text, bool first)
{
    if (!first) sft__string_add(out, ",");
    if (!text) return;
    if (!strpbrk(text, ",\"\r\n")) {
        sft__string_add(out, text);
        return;
    }
    sft__string_add(out, "\"");
    for (; *text; text++) sft__string_addn(out, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    sft__string_add(out, "\"");
}
