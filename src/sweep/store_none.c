/* SPDX-License-Identifier: MIT */
/* Until store.c is here: no sweep folder can be opened. Goes when store.c comes. */
#include "sweep/sweep.h"

sft_status sft__study_open(sft_ctx *c, const char *folder, sft_study *s)
{
    (void)s;
    return sft__fail(c, SFT_E003, "%s is a sweep folder, which this build cannot read", folder);
}

void sft__study_close(sft_study *s)
{
    sft__arena_close(&s->arena);
}
