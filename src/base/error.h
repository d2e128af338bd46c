/* SPDX-License-Identifier: MIT */
/* The context: first failure kept, allocator, notes, thread team. */
#ifndef SFT_BASE_ERROR_H
#define SFT_BASE_ERROR_H

#include "base/codes.h"
#include "surefoot.h"

typedef struct sft_pos {        /* where in the user's text; file NULL: nowhere */
    const char *file;
    int         line, col;      /* from 1; 0: unknown */
} sft_pos;

#if defined(__GNUC__)
#define SFT_PRINTF(a, b) __attribute__((format(printf, a, b)))
#else
#define SFT_PRINTF(a, b)
#endif

/* Records a failure unless there is one already; returns the status of the first. The sentence reads
 * "what — why — hint"; sft_message gives it as "error[E110]: sentence" behind the place. */
sft_status sft__fail(sft_ctx *c, sft_ecode e, const char *format, ...) SFT_PRINTF(3, 4);
sft_status sft__fail_at(sft_ctx *c, sft_pos at, sft_ecode e, const char *format, ...) SFT_PRINTF(4, 5);
/* A remark that stops nothing; id such as "W130", or NULL: "warning[W130]: sentence" or "note: sentence". */
void       sft__note(sft_ctx *c, sft_level level, const char *id, const char *format, ...) SFT_PRINTF(4, 5);
bool       sft__failed(const sft_ctx *c);

/* A failure set aside, so that files can still be written, and put back as it was. */
typedef struct sft_failure {
    sft_status status;
    sft_ecode  ecode;
    char       id[8];
    char       message[4096];
} sft_failure;

void sft__set_aside(sft_ctx *c, sft_failure *f);
void sft__put_back(sft_ctx *c, const sft_failure *f);   /* a failure that came meanwhile is forgotten */

struct sft_team;
/* The context's thread team, started at first use. */
struct sft_team *sft__ctx_team(sft_ctx *c);
int              sft__ctx_threads(const sft_ctx *c);
bool             sft__ctx_reference(const sft_ctx *c);
/* A context of one thread, otherwise alike, for work beside this one's; NULL: no memory. */
sft_ctx         *sft__ctx_beside(const sft_ctx *c);
bool             sft__ctx_shares_memory(const sft_ctx *c); /* its allocator serves several threads at a time: malloc */

#endif
