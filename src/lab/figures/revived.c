/* SPDX-License-Identifier: MIT */
/* A run opened again: its data, its network, its training step by step. */
#include "lab/figures/figures.h"

#include <string.h>

#include "base/io.h"

/* What went wrong there, as the lab's. */
static sft_status pass_on(sft_lab *lab, const sft_revived *r)
{
    if (r->ctx && sft__failed(r->ctx))
        return sft__fail(lab->ctx, SFT_E299, "opening `%s` again — %s", r->subject.folder, sft_message(r->ctx));
    return sft_code(lab->ctx);
}

sft_status sft__revive(sft_lab *lab, const sft_drawing *d, const sft_experiment *x, const sft_bind *bound, bool trained, sft_revived *r)
{
    const sft_attempt *t = sft__choice_first(x, bound);
    *r = (sft_revived){ 0 };
    const char *folder = t ? sft__choice_folder(lab, x, t) : NULL;
    if (!t || (folder && !sft__holds(folder, "recipe.yaml")))
        return sft__fail_at(lab->ctx, d->pos, SFT_E299, "figure `%s`: the trial of experiment `%s` that it shows was never begun%s%s",
                            d->name, x->name, t && t->failure ? " — " : "", t && t->failure ? t->failure : "");
    r->ctx = sft__ctx_beside(lab->ctx);
    if (!folder || !r->ctx) return sft__fail(lab->ctx, SFT_E004, "no memory to open `%s` again", t->folder);
    if (sft__subject_open(&r->subject, r->ctx)) return pass_on(lab, r);
    sft__subject_next(&r->subject, t, &x->look[t - x->study.attempt], folder);
    r->net = sft__subject_net(&r->subject, trained);
    r->data = sft__subject_data(&r->subject);
    return pass_on(lab, r);
}

sft_status sft__revive_training(sft_lab *lab, sft_revived *r)
{
    if (sft__failed(lab->ctx)) return sft_code(lab->ctx);
    r->trainer = sft_trainer_new(r->ctx, sft__subject_recipe(&r->subject), r->data, r->net);
    return pass_on(lab, r);
}

void sft__revived_close(sft_revived *r)
{
    if (!r->ctx) return;
    sft_trainer_free(r->trainer);
    sft__subject_close(&r->subject);
    sft_close(r->ctx);
    r->ctx = NULL;
}

bool sft__revived_sample(const sft_revived *r, int64_t i, float *x, float *own, float *y)
{
    sft_data_facts facts = { 0 };
    if (sft_data_facts_of(r->data, &facts) || i >= facts.count[SFT_TRAIN] || sft_data_sample(r->data, SFT_TRAIN, i, x, y)) return false;
    int64_t n = 1;
    for (int k = 0; k < facts.shape.rank; k++) n *= facts.shape.dim[k];
    memcpy(own, x, (size_t)n * sizeof *own);
    return sft_data_restore(r->data, own, 1) == SFT_OK;
}
