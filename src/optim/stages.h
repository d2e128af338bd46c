/* SPDX-License-Identifier: MIT */
/* Chains with transforms that need a tensor as a whole; and what update.c and stages.c share. */
#ifndef SFT_OPTIM_STAGES_H
#define SFT_OPTIM_STAGES_H

#include "optim/chain.h"

typedef struct sft_update_job { /* one step */
    sft_update *u;
    sft_team   *team;           /* NULL: this thread alone */
    double      lr, scale;
    double      coef[SFT_MAX_CHAIN][SFT_MAX_COEFS];
} sft_update_job;

/* The pieces of which both make a block's way. `at`: where it begins in the slab. */
void sft__update_scale(const sft_update_job *j, sft_block *b, real *room);
void sft__update_links(const sft_update_job *j, sft_block *b, int64_t at, int from, int to,
                       real buffer[2][SFT_BLOCK]);
void sft__update_descend(const sft_update_job *j, const sft_block *b, int64_t at);

/* Leaves u->stages NULL where every transform is elementwise. */
sft_status sft__stages_open(sft_update *u, const sft_update_conf *k);
void       sft__stages_step(sft_update_job *j, sft_team *team);
void       sft__stages_close(sft_update *u);

#endif
