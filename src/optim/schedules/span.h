/* SPDX-License-Identifier: MIT */
/* What the schedules' rows and formulas share: lengths in steps or epochs, and where a rate ends. */
#ifndef SFT_OPTIM_SCHEDULES_SPAN_H
#define SFT_OPTIM_SCHEDULES_SPAN_H

#include "optim/optim.h"

enum { SFT_UNIT_EPOCH, SFT_UNIT_STEP };
extern const char *const sft__units[]; /* the words, in this order */

/* What lengths are counted in. PyTorch counts calls of step(): by habit one an epoch or one a batch. */
#define SFT_UNIT_FIELD(type, usual)                                                                \
    {                                                                                              \
        "unit", SFT_WORD, offsetof(type, unit), .doc = "what lengths are counted in",              \
            .text = usual, .words = sft__units                                                     \
    }

#define SFT_MIN_FIELD(type, when)                                                                  \
    {                                                                                              \
        "min", SFT_REAL, offsetof(type, min), 0, 0, 1e6, .doc = "rate " when,                      \
            .aliases = "eta_min min_lr lr_min end_learning_rate", .flags = SFT_LOG                 \
    }

/* A length in steps; auto (NaN) is the given share of the run. Never below one step. */
double sft__span(double length, int unit, double share, sft_when t);
/* a at 0, b at 1, along a line or half a cosine; s is kept within 0 and 1. */
double sft__along_line(double a, double b, double s);
double sft__along_cosine(double a, double b, double s);
/* E113 unless v rises: the places where a schedule changes. */
sft_status sft__check_rising(sft_ctx *c, sft_pos pos, const char *what, const sft_reals *v);

#endif
