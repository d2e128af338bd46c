/* SPDX-License-Identifier: MIT */
/* One page of labs that have run: contents, and a section each with claims, figures and text. It asks no network and has no script. */
#include "lab/page.h"

#include <string.h>

#define LARGEST ((size_t)8 << 20)       /* of a figure */

static void put_element(sft_string *out, const char *open, const char *text, const char *close)
{
    sft__string_add(out, open);
    sft__html_text(out, text);
    sft__string_add(out, close);
}

/* ---- head and contents -------------------------------------------------------------------------------- */

static void put_head(sft_string *out, const char *title)
{
    sft__string_add(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
                         "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
                         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                         "<meta name=\"color-scheme\" content=\"light dark\">\n"
                         "<meta name=\"generator\" content=\"surefoot " SFT_VERSION "\">\n"
                         "<link rel=\"icon\" href=\"data:,\">\n");
    put_element(out, "<title>", title, "</title>\n<style>");
    sft__string_addn(out, (const char *)sft__page_css.data, sft__page_css.size);
    sft__string_addn(out, (const char *)sft__page_labs_css.data, sft__page_labs_css.size);
    sft__string_add(out, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the labs</a>\n<header>\n"
                         "<p class=\"maker\">Surefoot labs</p>\n");
    put_element(out, "<h1>", title, "</h1>\n");
}

static void add_tally(sft_lab_tally *sum, const sft_lab_tally *t)
{
    sum->holds += t->holds;
    sum->too_strong += t->too_strong;
    sum->fails += t->fails;
    sum->open += t->open;
    sum->unknown += t->unknown;
    sum->left_out += t->left_out;
    sum->stronger += t->stronger;
}

static void put_contents(sft_string *out, int n, sft_lab *const *lab)
{
    sft_lab_tally sum = { 0 };
    for (int i = 0; i < n; i++) {
        const sft_lab_tally t = sft__lab_tally(lab[i]);
        add_tally(&sum, &t);
    }
    sft__string_addf(out, "<p id=\"about\">%d %s: ", n, n == 1 ? "lab" : "labs");
    sft__page_tally(out, &sum);
    sft__string_add(out, ".</p>\n<p class=\"how\">A number is the mean over seeds, behind it its 95 % interval by Student's t; bars in "
                         "figures are such intervals too. A claim holds when the whole interval keeps its bound. Bounds come from "
                         "theory or from the claim itself; the reason stands beside each.</p>\n");
    if (n == 1) return;
    sft__string_add(out, "<nav id=\"contents\" aria-label=\"Labs\"><ol class=\"contents\">\n");
    for (int i = 0; i < n; i++) {
        const sft_lab_tally t = sft__lab_tally(lab[i]);
        put_element(out, "<li><a href=\"#lab-", lab[i]->name, "\">");
        put_element(out, "", lab[i]->title, "</a><span class=\"count\">");
        sft__page_tally(out, &t);
        sft__string_add(out, "</span></li>\n");
    }
    sft__string_add(out, "</ol></nav>\n");
}

/* ---- figures ----------------------------------------------------------------------------------------- */

/* As an image of its own within the page: names in one figure do not meet those in another, and scripts in it do not run. */
static void put_picture(sft_string *out, const sft_lab *lab, const sft_figure *f)
{
    sft_bytes  svg = { 0 };
    sft_string path;
    sft__string_open(&path, out->ctx);
    sft__string_addf(&path, "%s/%s.svg", lab->out, f->stem);
    if (f->drawn && path.text && sft__read_file(out->ctx, path.text, LARGEST, &svg) == SFT_IO_OK) {
        put_element(out, "<img alt=\"", f->title, "\" src=\"data:image/svg+xml;base64,");
        sft__base64(out, svg.data, svg.size);
        sft__string_addf(out, "\" width=\"%d\" height=\"%d\">", f->width, f->height);
    } else {
        put_element(out, "<p class=\"warning\">This figure was not drawn; its script is ", f->stem, ".gp.</p>");
    }
    sft__bytes_free(out->ctx, &svg);
    sft__string_close(&path);
}

static void put_figures(sft_string *out, const sft_lab *lab, int number)
{
    const sft_figure_list *l = &lab->figures;
    if (l->n == 0) return;
    sft__string_add(out, "<h3>Figures</h3>\n<div class=\"figures\">\n");
    for (int i = 0; i < l->n; i++) {
        const sft_figure *f = &l->figure[i];
        sft__string_add(out, "<figure>");
        put_picture(out, lab, f);
        if (number) sft__string_addf(out, "<figcaption><strong>Figure %d.%d. ", number, i + 1);
        else sft__string_addf(out, "<figcaption><strong>Figure %d. ", i + 1);
        put_element(out, "", f->title, ".</strong> ");
        put_element(out, "", f->caption, "</figcaption></figure>\n");
    }
    sft__string_add(out, "</div>\n");
}

/* ---- a lab ----------------------------------------------------------------------------------------------- */

static void put_experiments(sft_string *out, const sft_lab *lab)
{
    sft__string_add(out, "<p class=\"soft\">Experiments: ");
    for (int i = 0; i < lab->n_experiments; i++) {
        const sft_experiment *x = &lab->experiment[i];
        sft__string_add(out, i ? "; " : "");
        sft__html_text(out, x->name);
        if (x->seeds > 0)
            sft__string_addf(out, ", %lld runs (%d %s)", (long long)x->study.n, x->seeds, x->seeds == 1 ? "seed" : "seeds");
    }
    sft__string_addf(out, ".%s</p>\n", lab->o.check ? " This is a check: smaller than the lab itself." : "");
}

static void put_lab(sft_string *out, sft_lab *lab, int number)
{
    sft_string path;
    sft__string_open(&path, out->ctx);
    put_element(out, "<section class=\"lab\" id=\"lab-", lab->name, "\">\n");
    put_element(out, "<h2>", lab->title, "</h2>\n");
    if (lab->slide) put_element(out, "<p class=\"slide\">Slide “", lab->slide, "”</p>\n");
    put_element(out, "<p class=\"sentence\">", lab->sentence, "</p>\n");
    sft__page_claims(out, lab);
    put_experiments(out, lab);
    put_figures(out, lab, number);
    sft__string_addf(&path, "%s/README.md", lab->folder);
    if (path.text && sft__exists(path.text)) {
        sft__string_add(out, "<h3>About this lab</h3>\n");
        sft__page_prose(out, path.text, 4);
    }
    if (number) sft__string_add(out, "<p class=\"back\"><a href=\"#contents\">All labs</a></p>\n");
    sft__string_add(out, "</section>\n");
    sft__string_close(&path);
}

static sft_status write_page(sft_ctx *c, const char *folder, const sft_string *out)
{
    sft_string path;
    sft__string_open(&path, c);
    sft__string_addf(&path, "%s/index.html", folder);
    if (!sft__failed(c) && sft__make_folder(c, folder) == SFT_OK)
        sft__write_file(c, path.text, &(sft_part){ out->text, out->n }, 1);
    sft__string_close(&path);
    return sft_code(c);
}

sft_status sft__labs_page(sft_ctx *c, int n, sft_lab *const *lab, const char *folder)
{
    sft_string out;
    sft_status status;
    sft__string_open(&out, c);
    put_head(&out, n == 1 ? "A claim of the lecture, measured" : "Every claim of the lecture, measured");
    put_contents(&out, n, lab);
    sft__string_add(&out, "</header>\n<main id=\"main\">\n");
    for (int i = 0; i < n; i++) put_lab(&out, lab[i], n == 1 ? 0 : i + 1);
    sft__string_add(&out, "</main>\n<footer><p>Written by surefoot " SFT_VERSION ".</p></footer>\n</body>\n</html>\n");
    status = sft__failed(c) ? sft_code(c) : write_page(c, folder, &out);
    sft__string_close(&out);
    return status;
}
