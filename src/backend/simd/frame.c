/* SPDX-License-Identifier: MIT */
#include "backend/simd/frame.h"
#include "backend/simd/sets.h"

#include <string.h>

#ifndef SFT_REAL_DOUBLE

sft_frame sft__frame(int64_t channels, int64_t lane, const int64_t in[2], bool planes)
{
    sft_frame f = { .channels = channels, .lane = lane, .planes = planes };
    for (int i = 0; i < 2; i++) f.in[i] = f.size[i] = in[i];
    return f;
}

static bool padded(const sft_frame *f) { return f->size[0] != f->in[0] || f->size[1] != f->in[1]; }

bool sft__frame_is_sample(const sft_frame *f) { return !padded(f) && (!f->planes || f->lane == 1); }

/* Channels in block b. */
static int64_t channels_in(const sft_frame *f, int64_t b)
{
    int64_t left = f->channels - b * f->lane;
    return left < f->lane ? left : f->lane;
}

const float *sft__frame_fill(const sft_frame *f, const float *x, float *room)
{
    if (sft__frame_is_sample(f)) return x;
    const int64_t all = f->in[0] * f->in[1], rows = padded(f) ? f->in[0] : 1, width = all / rows;
    for (int64_t b = 0; b < sft__frame_blocks(f); b++)
        for (int64_t h = 0; h < rows; h++) {
            const float *from = x + b * f->lane * all;
            float       *to = room + b * sft__frame_plane(f) + sft__frame_place(f, h + f->before[0], f->before[1]);
            if (f->planes && f->lane > 1)
                sft__simd_transpose(channels_in(f, b), width, from + h * width, all, to, f->lane, false);
            else
                memcpy(to, from + h * width * f->lane, (size_t)(width * f->lane) * sizeof *to);
        }
    return room;
}

void sft__frame_spill(const sft_frame *f, const float *room, float *x, bool add)
{
    const int64_t all = f->in[0] * f->in[1];
    for (int64_t b = 0; b < sft__frame_blocks(f); b++)
        sft__simd_transpose(all, channels_in(f, b), room + b * sft__frame_plane(f), f->lane, x + b * f->lane * all, all, add);
}

#endif
