/* SPDX-License-Identifier: MIT */
/* A worker's life: jobs come, replies go, until the manager closes its end or is no more. */
#include "recipe/sections.h"
#include "sweep/manager.h"

#include <math.h>
#include <unistd.h>

bool sft__axis_changes_data(const sft_axis *a)
{
    const char *option;
    const int section = sft__section_of(a->key, &option);
    return section == SFT_DATA_SECTION || section == SFT_SPLIT_SECTION || section == SFT_AUGMENT_SECTION ||
           section == SFT_LOSS_SECTION; /* of a loss depends how targets are read */
}

/* The manager's data are read only from here on, and their pages are shared; what is allocated for reading them is this worker's. */
static void adopt(sft_bench *b)
{
    b->data = b->sweep->data;
    if (b->data)
        b->data->ctx = b->ctx;
    for (int i = 0; i < SFT_MOST_AXES; i++)
        b->data_at[i] = NAN;
}

void sft__worker_live(sft_sweep *s, int fd)
{
    sft_bench b = { .sweep = s, .fd = fd, .ctx = sft__ctx_beside(s->ctx) };
    sft_job job;
    if (!b.ctx)
        _exit(SFT_MEMORY);
    adopt(&b);
    while (sft__receive(fd, &job, sizeof job)) {
        sft_reply reply = { 0 };
        sft__job_do(&b, &job, &reply);
        if (!sft__send(fd, &reply, sizeof reply))
            break;
        if (reply.kind == SFT_REPLY_STOPPED)
            break;
    }
    _exit(0);
}
