/* SPDX-License-Identifier: MIT */
/* report.html: one file with all that is to be seen of a sweep, or of a single run; it opens from disk and asks no network. */
#ifndef SFT_REPORT_PAGE_H
#define SFT_REPORT_PAGE_H

#include "base/io.h"
#include "base/text.h"
#include "sweep/sweep.h"

/* What others wrote and the page shows. All texts are plain: neither HTML nor Markdown, whatever is in them is shown as it stands. */

typedef struct sft_page_answer {
    const char *question;               /* NULL: none, a paragraph of its own */
    const char *text;                   /* an empty line begins a paragraph */
} sft_page_answer;

typedef struct sft_page_table {
    const char        *caption;         /* NULL: none */
    int                columns, n;
    const char *const *head;            /* columns */
    const bool        *right;           /* columns; NULL: all to the left */
    const char *const *cell;            /* n x columns, row-major; NULL: empty */
} sft_page_table;

typedef struct sft_page_figure {
    const char *title, *caption;        /* the title is also what a screen reader says; NULL: none */
    const char *file;                   /* SVG, a path that can be opened; without it the figure is left out */
} sft_page_figure;

typedef struct sft_page_parts {
    const char            *title;       /* NULL: the name of the plan, or the folder */
    int                    n_answers, n_tables, n_figures;
    const sft_page_answer *answer;
    const sft_page_table  *table;
    const sft_page_figure *figure;
    const char            *recipe;      /* the best recipe, ready to run; NULL: none */
} sft_page_parts;

/* Writes the page of `s` to `path`, atomically. parts may be NULL. Run folders are s->folder and sft_attempt.folder, the latter alone
 * where it begins with '/'; one that is missing or unreadable leaves its row without curves. A study of one trial is shown as that run,
 * without a table. Of s->plan only name, file, space, seeds, rank_by and maximize are read, of a trial not its u.
 * Fails with E330..E333 where the file cannot be written, E004. */
sft_status sft__page_write(const sft_study *s, const sft_page_parts *parts, const char *path);

/* Whether the charts' library was there when Surefoot was built; else the page draws simpler ones by its own script. */
bool sft__page_has_library(void);

/* ---- inside ----------------------------------------------------------------------------------------- */

enum { SFT_PAGE_POINTS = 200, SFT_PAGE_LOOKS = 40 };    /* of a curve; of the signals of a layer: at most */

/* page_run.c: a run folder as a JSON object: train, validation, signals, diagnosis, run, recipe; null for what is not there, and for
 * what would go far beyond `room` bytes. */
void sft__page_run(sft_string *out, const char *folder, size_t room);
/* page_curves.c: metrics.csv and signals.csv as read (changed by it), as JSON objects without what stands around them. */
void sft__page_curves(sft_string *out, sft_bytes *metrics, size_t room);
void sft__page_signals(sft_string *out, sft_bytes *signals, size_t room);
/* page_study.c: table of trials and what they vary, as a JSON object. */
void sft__page_study(sft_string *out, const sft_study *s, const char *title);
/* page_parts.c: as HTML */
void sft__page_answers(sft_string *out, const sft_page_parts *p);
void sft__page_tables(sft_string *out, const sft_page_parts *p);
void sft__page_figures(sft_string *out, const sft_page_parts *p);
void sft__page_recipe(sft_string *out, const sft_page_parts *p);

/* page_text.c */
void sft__html_text(sft_string *out, const char *text);             /* escaped, for elements and quoted attributes */
/* JSON text so that no HTML parser sees an end of the script in it, and no old JavaScript an end of line. */
void sft__html_json(sft_string *out, const char *json, size_t n);
void sft__base64(sft_string *out, const uint8_t *data, size_t n);
void sft__short_number(sft_string *out, double v);                  /* 4 significant digits; null when not finite */
/* A JSON text without its blanks and without the members of the outermost object that `skip` names (ended by NULL); false, and nothing
 * added, when it is no JSON object. */
bool sft__json_squeeze(sft_string *out, const char *json, size_t n, const char *const *skip);

/* Written when Surefoot is built from src/report/page/ and src/lab/page/, see cmake/SurefootEmbed.cmake. size 0: not there. */
typedef struct sft_asset {
    const unsigned char *data;
    size_t               size;
} sft_asset;
extern const sft_asset sft__page_html, sft__page_css, sft__page_js, sft__page_uplot_js, sft__page_uplot_css, sft__page_uplot_licence,
    sft__page_labs_css;

#endif
