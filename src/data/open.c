/* SPDX-License-Identifier: MIT */
/* Opens the data set that a recipe names. */
#include "data/augment/augmenter.h"
#include "recipe/recipe.h"

sft_data *sft_data_open(sft_ctx *c, sft_recipe *r)
{
    sft_data *d = NULL;
    if (sft__failed(c)) return NULL;
    if (!r) {
        sft__fail(c, SFT_E002, "sft_data_open needs a recipe");
        return NULL;
    }
    if (sft_recipe_resolve(r) == SFT_OK)
        sft__data_make(c, &r->data, &r->split_conf, r->loss_record ? r->loss_record->tasks : 0, &d);
    if (d && sft__augments_check(d, &r->stages)) {
        sft_data_free(d);
        return NULL;
    }
    return d;
}
