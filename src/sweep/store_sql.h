/* SPDX-License-Identifier: MIT */
/* The inside of the store, for store.c and store_rows.c. */
#ifndef SFT_SWEEP_STORE_SQL_H
#define SFT_SWEEP_STORE_SQL_H

#include "base/text.h"
#include "sweep/store.h"

#ifdef SFT_HAVE_SQLITE
#include <sqlite3.h>

enum {
    SFT_SQL_PUT, SFT_SQL_RUNG, SFT_SQL_EVENT, SFT_SQL_CLOCK, SFT_SQL_PLAN, SFT_SQL_HEAD, SFT_SQL_TRIALS, SFT_SQL_RUNGS, SFT_SQL_BEGIN,
    SFT_SQL_COMMIT,
    SFT_SQL
};

struct sft_sweep_store {
    sft_ctx      *ctx;
    char          path[4200];
    sqlite3      *db;
    sqlite3_stmt *stmt[SFT_SQL]; /* prepared at first use */
    bool          in_transaction;
};

sft_status    sft__sql_fail(sft_sweep_store *s, int rc);
sqlite3_stmt *sft__sql(sft_sweep_store *s, int which);        /* NULL after a failure */
sft_status    sft__sql_run(sft_sweep_store *s, int which);    /* one that gives no rows */
const char   *sft__sql_text(sqlite3_stmt *q, int column, sft_arena *a); /* NULL stays NULL */
sft_status    sft__store_open_transaction(sft_sweep_store *s);

#endif
#endif
