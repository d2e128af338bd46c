/* SPDX-License-Identifier: MIT */
/* Data as another recipe sees them: samples are shared and only read; how they are standardised may differ. */
#include "data/parts.h"
#include "doctor/doctor.h"

sft_status sft__see_data(const sft_data *shared, const sft_recipe *theirs, const sft_recipe *r, sft_ctx *c, sft_data *view)
{
    *view = *shared;
    view->ctx = c;
    const int how = r->split_conf.standardize;
    if (how == theirs->split_conf.standardize) return SFT_OK;
    view->scale = view->shift = NULL;
    view->n_affine = 0;
    return sft__standardize(view, how);
}

void sft__forget_data(const sft_data *shared, sft_data *view)
{
    if (view->scale == shared->scale || !view->scale) return;
    sft__free(view->ctx, view->scale, (size_t)view->n_affine * sizeof *view->scale);
    sft__free(view->ctx, view->shift, (size_t)view->n_affine * sizeof *view->shift);
}
