/* SPDX-License-Identifier: MIT */
#include "backend/simd/direct_weights.h"
#include "backend/simd/sets.h"

#include <string.h>

#ifndef SFT_REAL_DOUBLE

static int64_t stored_at(const sft_window *w, int64_t lane, int64_t filter, int64_t channel, int64_t tap)
{
    return sft__panel_place(lane, sft__direct_taps(w) * w->in_channels, sft__direct_columns(w->out_channels, lane),
                            tap * w->in_channels + channel, filter);
}

void sft__direct_pack(const sft_window *w, int64_t lane, const float *plain, float *stored)
{
    memset(stored, 0, (size_t)sft__direct_stored(w, lane) * sizeof *stored);
    for (int64_t f = 0; f < w->out_channels; f++)
        for (int64_t c = 0; c < w->in_channels; c++)
            for (int64_t t = 0; t < sft__direct_taps(w); t++) stored[stored_at(w, lane, f, c, t)] = *plain++;
}

void sft__direct_unpack(const sft_window *w, int64_t lane, const float *stored, float *plain)
{
    for (int64_t f = 0; f < w->out_channels; f++)
        for (int64_t c = 0; c < w->in_channels; c++)
            for (int64_t t = 0; t < sft__direct_taps(w); t++) *plain++ = stored[stored_at(w, lane, f, c, t)];
}

static int64_t at_most(int64_t a, int64_t b) { return a < b ? a : b; }

void sft__direct_turn(const sft_window *w, int64_t lane, const float *stored, float *turned)
{
    const int64_t taps = sft__direct_taps(w), wide = 2 * lane, from = sft__direct_columns(w->out_channels, lane),
                  to = sft__direct_columns(w->in_channels, lane);
    memset(turned, 0, (size_t)sft__direct_turned(w, lane) * sizeof *turned);
    for (int64_t t = 0; t < taps; t++)
        for (int64_t f = 0; f < w->out_channels; f += wide)
            for (int64_t c = 0; c < w->in_channels; c += wide)
                sft__simd_transpose(at_most(wide, w->in_channels - c), at_most(wide, w->out_channels - f),
                                    stored + stored_at(w, lane, f, c, t), at_most(wide, from - f),
                                    turned + sft__panel_place(lane, taps * w->out_channels, to, t * w->out_channels + f, c),
                                    at_most(wide, to - c), false);
}

#endif
