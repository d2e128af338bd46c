/* SPDX-License-Identifier: MIT */
/* All drawings of a lab: their scripts, then one run of gnuplot. */
#include "lab/figures/figures.h"

#include "base/io.h"

sft_status sft__lab_draw(sft_lab *lab)
{
    if (sft__failed(lab->ctx)) return sft_code(lab->ctx);
    sft__figures_close(&lab->figures);
    lab->figures = (sft_figure_list){ 0 };
    sft__arena_open(&lab->figures.arena, lab->ctx);
    if (lab->n_drawings == 0) return SFT_OK;
    const char *folder = sft__arena_printf(&lab->figures.arena, "%s/figures", lab->out);
    if (!folder || sft__make_folder(lab->ctx, folder)) return sft_code(lab->ctx);
    for (int i = 0; i < lab->n_drawings; i++) {
        const sft_drawing *d = &lab->drawing[i];
        if (d->record->draw(lab, d)) return sft_code(lab->ctx);
    }
    sft_easel e = sft__easel_bare(lab->ctx, folder, &lab->figures);
    sft__easel_draw(&e);
    return sft_code(lab->ctx);
}
