/* SPDX-License-Identifier: MIT */
/* Remedies against each other and against doing nothing. */
#ifndef SFT_DOCTOR_TOURNAMENT_H
#define SFT_DOCTOR_TOURNAMENT_H

#include "doctor/trial.h"

enum { SFT_MOST_ENTRIES = 16, SFT_MOST_SEEDS = 8, SFT_FINALISTS = 2 /* behind the first seed */ };

/* Columns of the table of arms, a row a seed: doing nothing in two ways, both with a tail and with a whole schedule; then the
 * entries; behind them the chart of one that was accepted. */
enum { SFT_NOTHING, SFT_NOTHING_ELSE, SFT_WHOLE, SFT_WHOLE_ELSE, SFT_FIRST_ENTRY };

typedef struct sft_entry {
    sft_trial *trial;
    double     ratio;           /* its planned steps / the recipe's */
    bool       by_skill;        /* its loss is another one: what is compared is skill */
    bool       whole;           /* its schedule is another one: a tail would make both alike */
    bool       out;             /* no longer, or never, in the race */
    bool       accepted;
    bool       barred;          /* it gains, but leaves the symptom or brings another: longer arms change nothing in that */
} sft_entry;

typedef struct sft_tournament {
    sft_ward  ward;
    int       seeds;            /* that choose; one more confirms */
    int       n, tried;         /* entries; the first so many are tried */
    int       pair, of[2];      /* that of two finalists together, and these; -1: none */
    sft_trial *list;            /* of all entries */
    int       room;
    sft_entry entry[SFT_MOST_ENTRIES];
    int64_t   budget;
    int       columns;
    sft_arm  *table;            /* seeds + 1 rows */
    size_t    table_size;
} sft_tournament;

/* Steps, were those of the first `k` entries that are not out tried in arms of `horizon`. verify.c */
double sft__trial_cost(const sft_tournament *t, int k, int64_t horizon);

/* Runs the arms and writes verdicts and reasons. */
void sft__play(sft_tournament *t);

/* ---- src/doctor/compare.c --------------------------------------------------------------------- */

typedef struct sft_contest {    /* an entry against doing nothing */
    int    seeds;
    double before, after;
    double gain, se;            /* see sft_trial */
    double noise, floor;        /* mean and root of the mean square of what two ways of doing nothing differ by */
} sft_contest;

bool        sft__by_skill(const sft_tournament *t, const sft_entry *x);
/* Of the rows from .. from + seeds - 1, as far as they are done. */
sft_contest sft__compare(const sft_tournament *t, const sft_entry *x, int from, int seeds);
bool        sft__is_better(const sft_tournament *t, const sft_entry *x, const sft_contest *k);
bool        sft__is_worse(const sft_tournament *t, const sft_entry *x, const sft_contest *k);
const char *sft__measure_name(const sft_tournament *t, const sft_entry *x);
sft_arm    *sft__arm_of(const sft_tournament *t, int seed, int column);

#endif
