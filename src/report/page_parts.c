/* SPDX-License-Identifier: MIT */
/* Answers, tables and figures as HTML, which also a browser without JavaScript and a printer show. */
#include "report/page.h"

#include <string.h>

#define LARGEST ((size_t)8 << 20)       /* of a figure */

static void put_element(sft_string *out, const char *name, const char *text)
{
    sft__string_addf(out, "<%s>", name);
    sft__html_text(out, text);
    sft__string_addf(out, "</%s>", name);
}

static void begin(sft_string *out, const char *id, const char *title)
{
    sft__string_addf(out, "<section id=\"%s\" aria-labelledby=\"%s-title\">\n<h2 id=\"%s-title\">%s</h2>\n", id, id, id, title);
}

/* ---- answers --------------------------------------------------------------------------------------- */

static const char *put_paragraph(sft_string *out, const char *text)
{
    const char *end = strstr(text, "\n\n");
    size_t      n = end ? (size_t)(end - text) : strlen(text);
    sft_string  one;
    sft__string_open(&one, out->ctx);
    sft__string_addn(&one, text, n);
    if (one.text) put_element(out, "p", one.text);
    sft__string_close(&one);
    text += n;
    return text + strspn(text, "\n");
}

void sft__page_answers(sft_string *out, const sft_page_parts *p)
{
    if (!p->n_answers) return;
    begin(out, "answers", "What the runs say");
    for (int i = 0; i < p->n_answers; i++) {
        const sft_page_answer *a = &p->answer[i];
        sft__string_add(out, "<div class=\"answer\">");
        if (a->question) put_element(out, "h3", a->question);
        for (const char *text = a->text ? a->text : ""; *text;)
            text = put_paragraph(out, text);
        sft__string_add(out, "</div>\n");
    }
    sft__string_add(out, "</section>\n");
}

/* ---- tables ----------------------------------------------------------------------------------------- */

static void put_row(sft_string *out, const sft_page_table *t, const char *const *cell, const char *name)
{
    sft__string_add(out, "<tr>");
    for (int i = 0; i < t->columns; i++) {
        sft__string_addf(out, "<%s%s%s>", name, *name == 't' && name[1] == 'h' ? " scope=\"col\"" : "",
                         t->right && t->right[i] ? " class=\"right\"" : "");
        sft__html_text(out, cell[i]);
        sft__string_addf(out, "</%s>", name);
    }
    sft__string_add(out, "</tr>\n");
}

static void put_table(sft_string *out, const sft_page_table *t)
{
    sft__string_add(out, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"");
    sft__html_text(out, t->caption ? t->caption : "table");
    sft__string_add(out, "\"><table class=\"given\">");
    if (t->caption) put_element(out, "caption", t->caption);
    sft__string_add(out, "<thead>");
    put_row(out, t, t->head, "th");
    sft__string_add(out, "</thead><tbody>\n");
    for (int i = 0; i < t->n; i++)
        put_row(out, t, t->cell + (size_t)i * (size_t)t->columns, "td");
    sft__string_add(out, "</tbody></table></div>\n");
}

void sft__page_tables(sft_string *out, const sft_page_parts *p)
{
    if (!p->n_tables) return;
    begin(out, "tables", "Tables");
    for (int i = 0; i < p->n_tables; i++)
        put_table(out, &p->table[i]);
    sft__string_add(out, "</section>\n");
}

/* ---- figures ------------------------------------------------------------------------------------------ */

/* As an image of its own within the page: names in one figure do not meet those in another, and scripts in it do not run. */
static void put_figure(sft_string *out, const sft_page_figure *f)
{
    sft_bytes svg;
    if (!f->file || sft__read_file(out->ctx, f->file, LARGEST, &svg) != SFT_IO_OK) return;
    sft__string_add(out, "<figure><img alt=\"");
    sft__html_text(out, f->title ? f->title : f->caption ? f->caption : "figure");
    sft__string_add(out, "\" src=\"data:image/svg+xml;base64,");
    sft__base64(out, svg.data, svg.size);
    sft__string_add(out, "\"><figcaption>");
    if (f->title) put_element(out, "strong", f->title);
    sft__string_add(out, f->title && f->caption ? " " : "");
    sft__html_text(out, f->caption);
    sft__string_add(out, "</figcaption></figure>\n");
    sft__bytes_free(out->ctx, &svg);
}

void sft__page_figures(sft_string *out, const sft_page_parts *p)
{
    if (!p->n_figures) return;
    begin(out, "figures", "Figures");
    sft__string_add(out, "<div class=\"figures\">\n");
    for (int i = 0; i < p->n_figures; i++)
        put_figure(out, &p->figure[i]);
    sft__string_add(out, "</div></section>\n");
}

void sft__page_recipe(sft_string *out, const sft_page_parts *p)
{
    if (!p->recipe) return;
    begin(out, "recipe", "The best recipe, ready to run");
    sft__string_add(out, "<pre tabindex=\"0\">");
    sft__html_text(out, p->recipe);
    sft__string_add(out, "</pre></section>\n");
}
