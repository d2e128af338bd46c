/* SPDX-License-Identifier: MIT */
/* The public calls of labs. */
#include "lab/claim.h"
#include "lab/run.h"

#include <math.h>
#include <string.h>

/* "labs/vanishing/" -> "vanishing" */
static const char *name_of(sft_arena *a, const char *folder)
{
    size_t n = strlen(folder);
    while (n > 1 && folder[n - 1] == '/') n--;
    size_t from = n;
    while (from > 0 && folder[from - 1] != '/') from--;
    return sft__arena_textn(a, folder + from, n - from);
}

static sft_status keep_sets(sft_lab *lab, const sft_lab_options *o)
{
    const char **set = sft__arena_alloc(&lab->arena, (size_t)(o->n_sets + 1) * sizeof *set);
    for (int i = 0; set && i < o->n_sets; i++) set[i] = sft__arena_text(&lab->arena, o->set[i]);
    lab->o.set = set;
    return sft_code(lab->ctx);
}

static sft_status fill(sft_lab *lab, const char *folder, const sft_lab_options *o)
{
    lab->o = *o;
    if (keep_sets(lab, o)) return sft_code(lab->ctx);
    lab->folder = sft__arena_text(&lab->arena, folder);
    lab->out = sft__arena_text(&lab->arena, o->folder);
    lab->file = sft__arena_printf(&lab->arena, "%s/claim.yaml", folder);
    lab->name = name_of(&lab->arena, folder);
    if (sft__failed(lab->ctx) || sft__lab_read(lab)) return sft_code(lab->ctx);
    for (int i = 0; i < lab->n_experiments; i++) lab->planned += sft__space_size(&lab->experiment[i].space) * lab->experiment[i].seeds;
    return SFT_OK;
}

sft_lab *sft_lab_open(sft_ctx *c, const char *folder, const sft_lab_options *o)
{
    if (!c || sft__failed(c)) return NULL;
    if (!folder || !*folder || !o || !o->folder || !*o->folder) {
        sft__fail(c, SFT_E002, "sft_lab_open needs the folder of a lab, and options with the folder that is written");
        return NULL;
    }
    sft_lab *lab = sft__alloc(c, sizeof *lab);
    if (!lab) return NULL;
    lab->ctx = c;
    sft__arena_open(&lab->arena, c);
    if (fill(lab, folder, o) == SFT_OK) return lab;
    sft_lab_close(lab);
    return NULL;
}

void sft_lab_close(sft_lab *lab)
{
    if (!lab) return;
    sft_ctx *c = lab->ctx;
    for (int i = 0; i < lab->n_experiments; i++)
        if (lab->experiment[i].has_run) sft__study_close(&lab->experiment[i].study);
    if (lab->figures.arena.ctx) sft__figures_close(&lab->figures);
    sft__arena_close(&lab->arena);
    sft__free(c, lab, sizeof *lab);
}

sft_status sft_lab_facts_of(const sft_lab *lab, sft_lab_facts *f)
{
    if (!lab || !f) return SFT_USAGE;
    *f = (sft_lab_facts){ .name = lab->name, .title = lab->title, .slide = lab->slide, .sentence = lab->sentence, .folder = lab->out,
                          .claims = lab->n_claims, .trials = lab->trials, .planned = lab->planned, .complete = lab->complete,
                          .seconds = lab->seconds };
    for (int i = 0; i < lab->n_claims; i++) {
        f->wrong += !sft__claim_as_said(&lab->claim[i]);
        f->too_strong += lab->claim[i].instead != NULL;
    }
    for (int i = 0; i < lab->figures.n; i++) f->figures += lab->figures.figure[i].drawn;
    return SFT_OK;
}

bool sft_lab_claim(sft_lab *lab, int index, sft_claim_facts *f)
{
    if (!lab || !f || index < 0 || index >= lab->n_claims || sft__failed(lab->ctx)) return false;
    const sft_claim *k = &lab->claim[index];
    *f = (sft_claim_facts){ .name = k->name, .says = k->says, .because = k->because, .instead = k->instead,
                            .measured = sft__claim_measured(lab, k), .bound = sft__claim_bound(lab, k),
                            .verdict = sft__claim_verdict_name(k->verdict), .mean = k->mean, .from = k->from, .to = k->to,
                            .seeds = k->n, .as_said = sft__claim_as_said(k) };
    return !sft__failed(lab->ctx);
}

bool sft_lab_picture(const sft_lab *lab, int index, const char **title, const char **stem)
{
    if (!lab || index < 0 || index >= lab->figures.n) return false;
    if (title) *title = lab->figures.figure[index].title;
    if (stem) *stem = lab->figures.figure[index].stem;
    return true;
}

sft_status sft_lab_page(sft_ctx *c, int n, sft_lab *const *lab, const char *folder)
{
    if (!c || sft__failed(c)) return c ? sft_code(c) : SFT_USAGE;
    if (n < 1 || !lab || !folder) return sft__fail(c, SFT_E002, "sft_lab_page needs labs that have run, and a folder");
    return sft__labs_page(c, n, lab, folder);
}
