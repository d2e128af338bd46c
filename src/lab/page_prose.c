/* SPDX-License-Identifier: MIT */
/* Markdown as HTML, by cmark where it is there. Raw HTML in it stays out. */
#include "lab/page.h"

#include <string.h>

#ifdef SFT_HAVE_CMARK
#include <cmark.h>
#endif

static const size_t limit = (size_t)1 << 20;

#ifdef SFT_HAVE_CMARK
/* The page stands alone: what leads to files beside the text leads nowhere from there. */
static bool leads_away(cmark_node *x)
{
    const char *url = cmark_node_get_url(x);
    return cmark_node_get_type(x) == CMARK_NODE_IMAGE || !url || (strncmp(url, "https://", 8) && strncmp(url, "http://", 7));
}

/* Only the words of the link stay. */
static void unlink_words(cmark_node *x)
{
    for (cmark_node *child; (child = cmark_node_first_child(x)) != NULL;) cmark_node_insert_before(x, child);
    cmark_node_unlink(x);
    cmark_node_free(x);
}

static void unlink_all(cmark_node *root)
{
    cmark_iter       *i = cmark_iter_new(root);
    cmark_event_type  e;
    while ((e = cmark_iter_next(i)) != CMARK_EVENT_DONE) {
        cmark_node           *x = cmark_iter_get_node(i);
        const cmark_node_type type = cmark_node_get_type(x);
        if (e == CMARK_EVENT_EXIT && (type == CMARK_NODE_LINK || type == CMARK_NODE_IMAGE) && leads_away(x)) unlink_words(x);
    }
    cmark_iter_free(i);
}

static void lower_headings(cmark_node *root, int level)
{
    cmark_node *next, *first = cmark_node_first_child(root);
    if (first && cmark_node_get_type(first) == CMARK_NODE_HEADING && cmark_node_get_heading_level(first) == 1) {
        cmark_node_unlink(first);
        cmark_node_free(first);
    }
    for (cmark_node *x = cmark_node_first_child(root); x; x = next) {
        next = cmark_node_next(x);
        if (cmark_node_get_type(x) != CMARK_NODE_HEADING) continue;
        const int to = cmark_node_get_heading_level(x) + level - 2;
        cmark_node_set_heading_level(x, to > 6 ? 6 : to < level ? level : to);
    }
}

static void put(sft_string *out, const char *text, size_t n, int level)
{
    cmark_node *root = cmark_parse_document(text, n, CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8);
    if (!root) return;
    lower_headings(root, level);
    unlink_all(root);
    char *html = cmark_render_html(root, CMARK_OPT_DEFAULT);
    if (html) sft__string_add(out, html);
    cmark_get_default_mem_allocator()->free(html);
    cmark_node_free(root);
}
#else
static void put(sft_string *out, const char *text, size_t n, int level)
{
    (void)n, (void)level;
    sft__string_add(out, "<pre tabindex=\"0\">");
    sft__html_text(out, text);
    sft__string_add(out, "</pre>\n");
}
#endif

void sft__page_prose(sft_string *out, const char *path, int level)
{
    sft_bytes text;
    if (sft__read_file(out->ctx, path, limit, &text) != SFT_IO_OK) return;
    sft__string_add(out, "<div class=\"prose\">\n");
    put(out, (const char *)text.data, text.size, level);
    sft__string_add(out, "</div>\n");
    sft__bytes_free(out->ctx, &text);
}
