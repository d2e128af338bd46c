/* SPDX-License-Identifier: MIT */
/* The inside of a context, for error.c, memory.c and nobody else. */
#ifndef SFT_BASE_CTX_H
#define SFT_BASE_CTX_H

#include "base/error.h"

#include <stdatomic.h>

/* A failure may be met on any thread of the team or of the prefetcher: the one that turns `claimed` from 0 to 1
 * writes the sentence and then publishes it by `status`. The sentence has a fixed room, so that "out of memory"
 * needs no memory. */
struct sft_ctx {
    sft_config       config;
    int              threads;
    struct sft_team *team;
    sft_note_fn     *note;
    void            *note_user;
    bool             lazy;      /* files are not synced: sft__lazy_files */
    atomic_int       claimed;
    atomic_int       status;
    sft_ecode        ecode;
    char             id[8];
    char             message[4096];
};

/* Cores that this process may run on, at least 1. */
int sft__cores(void);

#endif
