/* SPDX-License-Identifier: MIT */
/* A sweep folder as it stands, for those who only read: reports, rankings. */
#include "sweep/store.h"

#include <string.h>

static sft_status fill(sft_sweep_store *store, sft_study *s)
{
    sft_store_head head;
    if (!sft__store_head(store, &s->arena, &head))
        return sft__fail(s->ctx, SFT_E299, "%s: a sweep that never began — start it with `surefoot sweep`", s->folder);
    if (sft__plan_parse(s->ctx, &s->arena, head.name, head.text, strlen(head.text), NULL, &s->plan))
        return sft_code(s->ctx);
    s->created = head.created;
    s->wall_seconds = head.wall_seconds;
    s->workers = head.workers;
    s->version = head.version;
    return sft__store_load(store, &s->plan, &s->arena, &s->n, &s->attempt);
}

sft_status sft__study_open(sft_ctx *c, const char *folder, sft_study *s)
{
    *s = (sft_study){ .ctx = c };
    sft__arena_open(&s->arena, c);
    s->folder = sft__arena_text(&s->arena, folder);
    sft_sweep_store *store = s->folder ? sft__store_open(c, folder, SFT_STORE_READ) : NULL;
    if (store)
        fill(store, s);
    sft__store_close(store);
    if (sft__failed(c))
        sft__study_close(s);
    return sft_code(c);
}

void sft__study_close(sft_study *s)
{
    if (s->ctx)
        sft__arena_close(&s->arena);
    s->n = 0;
    s->attempt = NULL;
    s->ctx = NULL;
}
