/* SPDX-License-Identifier: MIT */
/* All pictures of a study: their scripts, then one run of gnuplot. */
#include "report/easel.h"

#include <unistd.h>

#include "base/io.h"

static const char *const ends[] = { "svg", "png", "pdf" };
enum { ENDS = sizeof ends / sizeof *ends };

static const char *picture_path(sft_easel *e, const sft_figure *f, const char *end)
{
    return sft__arena_printf(e->arena, "%s/%s.%s", e->folder, f->name, end);
}

static void take_away(sft_easel *e)
{
    for (int i = 0; i < e->list->n; i++)
        for (int k = 0; k < ENDS; k++) {
            const char *path = picture_path(e, &e->list->figure[i], ends[k]);
            if (path) unlink(path);
        }
}

/* The last of a script's three pictures is there: then it went through. */
static bool all_drawn(sft_easel *e)
{
    bool all = true;
    for (int i = 0; i < e->list->n; i++) {
        sft_figure *f = &e->list->figure[i];
        f->drawn = true;
        for (int k = 0; k < ENDS; k++) {
            const char *path = picture_path(e, f, ends[k]);
            f->drawn = f->drawn && path && sft__exists(path);
        }
        all = all && f->drawn;
    }
    return all;
}

/* All in one process, which is what takes the time; where one fails, the others of their own. */
void sft__easel_draw(sft_easel *e)
{
    sft_figure_list *l = e->list;
    const char      *script[SFT_MOST_FIGURES], *failed = NULL;
    take_away(e);
    for (int i = 0; i < l->n; i++) {
        script[i] = sft__arena_printf(e->arena, "%s.gp", l->figure[i].name);
        if (!script[i]) return;
    }
    const int code = l->n ? sft__gnuplot(e->folder, l->n, script) : 0;
    if (code == 127) {
        l->skipped = "no pictures, for gnuplot is not installed (Debian: gnuplot-nox); the scripts that draw them and their numbers are "
            "in figures/";
        return;
    }
    if (all_drawn(e)) return;
    for (int i = 0; i < l->n; i++)
        if (!l->figure[i].drawn) sft__gnuplot(e->folder, 1, &script[i]);
    if (all_drawn(e)) return;
    for (int i = 0; i < l->n && !failed; i++)
        if (!l->figure[i].drawn) failed = script[i];
    l->skipped = sft__arena_printf(e->arena, "gnuplot could not draw figures/%s — run it there to see why: gnuplot %s", failed, failed);
}

sft_status sft__figures_write(const sft_study *s, const sft_run_look *look, const char *out_folder, sft_figure_list *out)
{
    sft_easel   e;
    const char *folder;
    *out = (sft_figure_list){ 0 };
    sft__arena_open(&out->arena, s->ctx);
    if (sft__failed(s->ctx)) return sft_code(s->ctx);
    folder = sft__arena_printf(&out->arena, "%s/figures", out_folder);
    if (!folder || sft__make_folder(s->ctx, folder)) return sft_code(s->ctx);
    if (sft__easel_open(s, look, folder, out, &e)) return sft_code(s->ctx);
#define X(word) if (sft__figures_##word(&e)) return sft_code(s->ctx);
    SFT_FIGURES(X)
#undef X
    sft__easel_draw(&e);
    return sft_code(s->ctx);
}

void sft__figures_close(sft_figure_list *l)
{
    if (l->arena.ctx) sft__arena_close(&l->arena);
    l->n = 0;
}
