/* SPDX-License-Identifier: MIT */
/* report.html: the page of src/report/page/ with everything put in where it says {{so}}. */
#include "report/page.h"

#include <stdio.h>
#include <string.h>

/* What all runs together may take: with it a page stays well below 15 MB, and a run of 1,000 has 12 kB. */
#define ROOM_OF_RUNS 12000000
#define ROOM_OF_A_RUN 200000

typedef struct page {
    const sft_study      *study;
    const sft_page_parts *parts;
    const char           *title;
    sft_string           *out;
} page;

static void add_asset(sft_string *out, sft_asset a)
{
    sft__string_addn(out, (const char *)a.data, a.size);
}

bool sft__page_has_library(void)
{
    return sft__page_uplot_js.size > 0;
}

/* ---- scripts ---------------------------------------------------------------------------------------- */

/* The charts' library with its licence in front, as that wants it. */
static void library(sft_string *out)
{
    if (!sft__page_has_library()) return;
    sft__string_add(out, "/*\n");
    add_asset(out, sft__page_uplot_licence);
    sft__string_add(out, "\n*/\n");
    add_asset(out, sft__page_uplot_js);
}

static void own_script(sft_string *out)
{
    add_asset(out, sft__page_js);
}

/* 'sha256-...' of a script: the page's policy lets these two run and nothing else, whatever stands in the page. */
static void put_hash(sft_string *out, void (*script)(sft_string *))
{
    sft_string text;
    sft_sha256 sha;
    char       hex[65];
    uint8_t    digest[32] = { 0 };
    sft__string_open(&text, out->ctx);
    script(&text);
    sft__sha256_open(&sha);
    if (text.n) sft__sha256_add(&sha, text.text, text.n);
    sft__sha256_close(&sha, hex);
    for (int i = 0; i < 64; i++) {
        int digit = hex[i] <= '9' ? hex[i] - '0' : hex[i] - 'a' + 10;
        digest[i / 2] = (uint8_t)(digest[i / 2] << 4 | digit);
    }
    sft__string_add(out, " 'sha256-");
    sft__base64(out, digest, sizeof digest);
    sft__string_add(out, "'");
    sft__string_close(&text);
}

static void put_policy(page *p)
{
    if (sft__page_has_library()) put_hash(p->out, library);
    put_hash(p->out, own_script);
}

static void put_library(page *p)
{
    if (!sft__page_has_library()) return;
    sft__string_add(p->out, "<script>");
    library(p->out);
    sft__string_add(p->out, "</script>");
}

static void put_script(page *p)
{
    sft__string_add(p->out, "<script>");
    own_script(p->out);
    sft__string_add(p->out, "</script>");
}

static void put_style(page *p)
{
    add_asset(p->out, sft__page_uplot_css);
    add_asset(p->out, sft__page_css);
}

/* ---- data --------------------------------------------------------------------------------------------- */

/* Adds <script type="application/json" id="ID">JSON</script> and empties json. */
static void put_data(sft_string *out, const char *id, sft_string *json)
{
    sft__string_addf(out, "<script type=\"application/json\" id=\"%s\">", id);
    if (json->text) sft__html_json(out, json->text, json->n);
    sft__string_add(out, "</script>\n");
    json->n = 0;
}

static void put_study(page *p)
{
    sft_string json;
    sft__string_open(&json, p->out->ctx);
    sft__page_study(&json, p->study, p->title);
    put_data(p->out, "study", &json);
    sft__string_close(&json);
}

static const char *folder_of(sft_string *path, const sft_study *s, const sft_attempt *t)
{
    path->n = 0;
    if (s->folder && t->folder[0] != '/') sft__string_addf(path, "%s/", s->folder);
    sft__string_add(path, t->folder);
    return path->text;
}

static void put_runs(page *p)
{
    const sft_study *s = p->study;
    sft_string       json, path;
    char             id[40] = "run-";
    size_t           room = s->n > 0 ? (size_t)ROOM_OF_RUNS / (size_t)s->n : 0;
    sft__string_open(&json, p->out->ctx);
    sft__string_open(&path, p->out->ctx);
    for (int64_t i = 0; i < s->n && !sft__failed(p->out->ctx); i++) {
        const sft_attempt *t = &s->attempt[i];
        const char        *folder = t->folder ? folder_of(&path, s, t) : NULL;
        if (!folder || !sft__exists(folder)) continue;
        sft__page_run(&json, folder, room < ROOM_OF_A_RUN ? room : ROOM_OF_A_RUN);
        snprintf(id, sizeof id, "run-%lld", (long long)t->number);
        put_data(p->out, id, &json);
    }
    sft__string_close(&path);
    sft__string_close(&json);
}

/* ---- the page -------------------------------------------------------------------------------------------- */

static void put_title(page *p) { sft__html_text(p->out, p->title); }
static void put_version(page *p) { sft__html_text(p->out, SFT_VERSION); }
static void put_answers(page *p) { sft__page_answers(p->out, p->parts); }
static void put_tables(page *p) { sft__page_tables(p->out, p->parts); }
static void put_figures(page *p) { sft__page_figures(p->out, p->parts); }
static void put_recipe(page *p) { sft__page_recipe(p->out, p->parts); }

static void put_slot(page *p, const char *name, size_t n)
{
    static const struct {
        const char *name;
        void (*put)(page *);
    } slot[] = {
        { "title", put_title },     { "version", put_version }, { "policy", put_policy }, { "style", put_style },
        { "answers", put_answers }, { "tables", put_tables },   { "figures", put_figures }, { "recipe", put_recipe },
        { "study", put_study },     { "runs", put_runs },       { "library", put_library }, { "script", put_script },
    };
    for (size_t i = 0; i < sizeof slot / sizeof *slot; i++)
        if (strlen(slot[i].name) == n && !memcmp(slot[i].name, name, n)) {
            slot[i].put(p);
            return;
        }
    sft__fail(p->out->ctx, SFT_E003, "report.html: no part `%.*s` — please report this bug", (int)n, name);
}

/* The assets end with a NUL behind their size. */
static void fill(page *p)
{
    const char *at = (const char *)sft__page_html.data;
    for (const char *slot; (slot = strstr(at, "{{")) != NULL;) {
        const char *name = slot + 2, *end = strstr(name, "}}");
        if (!end) break;
        sft__string_addn(p->out, at, (size_t)(slot - at));
        put_slot(p, name, (size_t)(end - name));
        at = end + 2;
    }
    sft__string_add(p->out, at);
}

static const char *title_of(const sft_study *s, const sft_page_parts *parts)
{
    if (parts->title) return parts->title;
    if (s->plan.name) return s->plan.name;
    if (s->n == 1 && s->attempt[0].folder) return s->attempt[0].folder;
    return s->folder ? s->folder : "report";
}

sft_status sft__page_write(const sft_study *s, const sft_page_parts *parts, const char *path)
{
    static const sft_page_parts none = { 0 };
    sft_ctx   *c = s->ctx;
    sft_string out;
    sft_status status;
    parts = parts ? parts : &none;
    sft__string_open(&out, c);
    fill(&(page){ s, parts, title_of(s, parts), &out });
    status = sft_code(c);
    if (!sft__failed(c)) status = sft__write_file(c, path, &(sft_part){ out.text, out.n }, 1);
    sft__string_close(&out);
    return status;
}
