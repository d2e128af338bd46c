/* SPDX-License-Identifier: MIT */
/* sweep.db: opened, made, its plan and clock; transactions. Rows of trials are in store_rows.c. */
#include "sweep/store_sql.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#ifdef SFT_HAVE_SQLITE

static const char schema[] =
    "CREATE TABLE plan(id INTEGER PRIMARY KEY CHECK(id=1), name TEXT NOT NULL, text TEXT NOT NULL, recipe TEXT NOT NULL,"
    " axes TEXT NOT NULL, seeds INTEGER NOT NULL, rank_by TEXT NOT NULL, maximize INTEGER NOT NULL, version TEXT NOT NULL,"
    " created REAL NOT NULL, wall_seconds REAL NOT NULL DEFAULT 0, workers INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE trials(number INTEGER PRIMARY KEY, point INTEGER NOT NULL, seed INTEGER NOT NULL, u TEXT NOT NULL,"
    " params TEXT NOT NULL, state TEXT NOT NULL CHECK(state IN('waiting','running','done','pruned','failed')),"
    " folder TEXT NOT NULL, failure TEXT, exit_code INTEGER NOT NULL, rung INTEGER NOT NULL, deaths INTEGER NOT NULL,"
    " epochs INTEGER NOT NULL, steps INTEGER NOT NULL, planned_steps INTEGER NOT NULL, best_epoch INTEGER NOT NULL,"
    " seconds REAL NOT NULL, started REAL, rank REAL, val_loss REAL, val_accuracy REAL, test_loss REAL, test_accuracy REAL,"
    " note TEXT NOT NULL);"
    "CREATE TABLE rungs(trial INTEGER NOT NULL REFERENCES trials(number), rung INTEGER NOT NULL, epochs INTEGER NOT NULL,"
    " value REAL, PRIMARY KEY(trial, rung)) WITHOUT ROWID;"
    "CREATE TABLE events(id INTEGER PRIMARY KEY, time REAL NOT NULL, trial INTEGER, kind TEXT NOT NULL, text TEXT NOT NULL);"
    "PRAGMA application_id=0x53667377; PRAGMA user_version=1;"; /* "Sfsw" */

enum { APPLICATION = 0x53667377 };

/* One line a statement, in the order of the enum in store_sql.h. */
static const char *const sql[SFT_SQL] = {
    [SFT_SQL_PUT] = ("INSERT OR REPLACE INTO trials VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,"
                     "?22,?23)"),
    [SFT_SQL_RUNG] = "INSERT OR REPLACE INTO rungs VALUES(?1,?2,?3,?4)",
    [SFT_SQL_EVENT] = "INSERT INTO events(time,trial,kind,text) VALUES(?1,?2,?3,?4)",
    [SFT_SQL_CLOCK] = "UPDATE plan SET wall_seconds=?1, workers=?2",
    [SFT_SQL_PLAN] = ("INSERT INTO plan(id,name,text,recipe,axes,seeds,rank_by,maximize,version,created) "
                      "VALUES(1,?1,?2,?3,?4,?5,?6,?7,?8,?9)"),
    [SFT_SQL_HEAD] = "SELECT name,text,version,created,wall_seconds,workers FROM plan",
    [SFT_SQL_TRIALS] = ("SELECT number,point,seed,u,state,folder,failure,exit_code,rung,deaths,epochs,steps,planned_steps,best_epoch,"
                       "seconds,started,rank,val_loss,val_accuracy,test_loss,test_accuracy,note FROM trials ORDER BY number"),
    [SFT_SQL_RUNGS] = "SELECT trial,rung,value FROM rungs",
    [SFT_SQL_BEGIN] = "BEGIN IMMEDIATE",
    [SFT_SQL_COMMIT] = "COMMIT",
};

/* ---- failing ---------------------------------------------------------------------------------- */

static sft_status fail_of_disk(sft_sweep_store *s, int rc)
{
    const bool room = (rc & 0xff) == SQLITE_FULL, denied = (rc & 0xff) == SQLITE_READONLY || (rc & 0xff) == SQLITE_PERM;
    return sft__fail(s->ctx, room ? SFT_E330 : denied ? SFT_E331 : SFT_E333, "%s: %s — %s", s->path, sqlite3_errstr(rc),
                     room ? "free some space; what was finished is kept, go on with --resume"
                          : denied ? "choose a folder that may be written" : "check the path and the disk");
}

sft_status sft__sql_fail(sft_sweep_store *s, int rc)
{
    switch (rc & 0xff) {
    case SQLITE_NOMEM:
        return sft__fail(s->ctx, SFT_E004, "%s: out of memory", s->path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return sft__fail(s->ctx, SFT_E344, "%s is being written by another program — wait for it or close it", s->path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR:          /* tables that are not ours */
    case SQLITE_SCHEMA:
        return sft__fail(s->ctx, SFT_E342,
                         "%s is damaged (%s) — the trials' folders are as they were: move it away and start the sweep again, or try "
                         "`sqlite3 %s .recover`", s->path, sqlite3_errmsg(s->db), s->path);
    default:
        return fail_of_disk(s, rc);
    }
}

sqlite3_stmt *sft__sql(sft_sweep_store *s, int which)
{
    if (sft__failed(s->ctx))
        return NULL;
    if (!s->stmt[which]) {
        int rc = sqlite3_prepare_v3(s->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT, &s->stmt[which], NULL);
        if (rc) {
            sft__sql_fail(s, rc);
            return NULL;
        }
    }
    return s->stmt[which];
}

sft_status sft__sql_run(sft_sweep_store *s, int which)
{
    int rc = sqlite3_step(s->stmt[which]);
    sqlite3_reset(s->stmt[which]);
    return rc == SQLITE_DONE ? SFT_OK : sft__sql_fail(s, rc);
}

static sft_status run(sft_sweep_store *s, int which)
{
    return sft__sql(s, which) ? sft__sql_run(s, which) : sft_code(s->ctx);
}

sft_status sft__store_open_transaction(sft_sweep_store *s)
{
    if (!s->in_transaction && run(s, SFT_SQL_BEGIN) == SFT_OK)
        s->in_transaction = true;
    return sft_code(s->ctx);
}

sft_status sft__store_commit(sft_sweep_store *s)
{
    if (!s->in_transaction || sft__failed(s->ctx))
        return sft_code(s->ctx);
    s->in_transaction = false;
    return run(s, SFT_SQL_COMMIT);
}

/* ---- opening ---------------------------------------------------------------------------------- */

static int64_t number_of(sft_sweep_store *s, const char *pragma)
{
    sqlite3_stmt *q = NULL;
    int64_t v = -1;
    int rc = sqlite3_prepare_v2(s->db, pragma, -1, &q, NULL);
    if (!rc && (rc = sqlite3_step(q)) == SQLITE_ROW)
        v = sqlite3_column_int64(q, 0);
    else
        sft__sql_fail(s, rc);
    sqlite3_finalize(q);
    return v;
}

static sft_status execute(sft_sweep_store *s, const char *text)
{
    int rc = sqlite3_exec(s->db, text, NULL, NULL, NULL);
    return rc ? sft__sql_fail(s, rc) : SFT_OK;
}

/* Nothing in it yet: made by us just now, or by a sweep that was killed before it had begun. */
static sft_status make(sft_sweep_store *s)
{
    if (execute(s, "BEGIN IMMEDIATE") == SFT_OK && execute(s, schema) == SFT_OK)
        execute(s, "COMMIT");
    return sft_code(s->ctx);
}

static sft_status check_version(sft_sweep_store *s, sft_store_mode mode)
{
    int64_t version = number_of(s, "PRAGMA user_version"), whose = number_of(s, "PRAGMA application_id");
    if (sft__failed(s->ctx))
        return sft_code(s->ctx);
    const bool blank = !version && !whose && !number_of(s, "SELECT count(*) FROM sqlite_master");
    if (blank && mode == SFT_STORE_WRITE)
        return make(s);
    if (blank)
        return sft__fail(s->ctx, SFT_E299, "%s is empty: a sweep that never began — start it with `surefoot sweep`", s->path);
    if (whose != APPLICATION || version < 1)
        return sft__fail(s->ctx, SFT_E342, "%s is no sweep of surefoot but a database of another program — choose another folder", s->path);
    if (version > SFT_STORE_SCHEMA)
        return sft__fail(s->ctx, SFT_E342, "%s was written by a newer surefoot (schema %lld, this one reads up to %d) — update surefoot",
                         s->path, (long long)version, SFT_STORE_SCHEMA);
    return sft_code(s->ctx);
}

/* A folder that may not be written has no place for the index of the log that readers share: then the file is read as it stands. */
static int open_read_only(sft_sweep_store *s)
{
    char uri[4400];
    int rc = sqlite3_open_v2(s->path, &s->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    if (!rc)
        rc = sqlite3_exec(s->db, "SELECT 1 FROM sqlite_master", NULL, NULL, NULL);
    if ((rc & 0xff) != SQLITE_CANTOPEN && (rc & 0xff) != SQLITE_READONLY)
        return rc;
    sqlite3_close(s->db);
    snprintf(uri, sizeof uri, "file:%s?immutable=1", s->path);
    return sqlite3_open_v2(uri, &s->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, NULL);
}

/* NORMAL: a commit is one write. After a loss of power the last ones may be missing, and their trials are trained again. */
static sft_status open_write(sft_sweep_store *s)
{
    int rc = sqlite3_open_v2(s->path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc)
        return sft__sql_fail(s, rc);
    sqlite3_busy_timeout(s->db, 5000);
    return execute(s, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL");
}

sft_sweep_store *sft__store_open(sft_ctx *c, const char *folder, sft_store_mode mode)
{
    sft_sweep_store *s = sft__failed(c) ? NULL : sft__alloc(c, sizeof *s);
    struct stat st;
    if (!s)
        return NULL;
    s->ctx = c;
    snprintf(s->path, sizeof s->path, "%s/sweep.db", folder);
    if (mode == SFT_STORE_READ && stat(s->path, &st))
        sft__fail(c, SFT_E299, "%s: no sweep there (no sweep.db) — `surefoot sweep SWEEP.yaml -o %s` makes one", folder, folder);
    else if (mode == SFT_STORE_WRITE)
        open_write(s);
    else {
        int rc = open_read_only(s);
        if (rc)
            sft__sql_fail(s, rc);
        else
            sqlite3_busy_timeout(s->db, 5000);
    }
    if (!sft__failed(c) && check_version(s, mode) == SFT_OK)
        return s;
    sft__store_close(s);
    return NULL;
}

void sft__store_close(sft_sweep_store *s)
{
    if (!s)
        return;
    for (int i = 0; i < SFT_SQL; i++)
        sqlite3_finalize(s->stmt[i]);
    sqlite3_close(s->db);
    sft__free(s->ctx, s, sizeof *s);
}

/* ---- the plan and the clock ------------------------------------------------------------------------ */

sft_status sft__store_begin(sft_sweep_store *s, const sft_plan *p, const char *version, double created)
{
    sft_string axes;
    sft__string_open(&axes, s->ctx);
    sft__string_add(&axes, "[");
    for (int i = 0; i < p->space.n; i++) {
        sft__string_add(&axes, i ? "," : "");
        sft__string_json(&axes, p->space.axis[i].key);
    }
    sft__string_add(&axes, "]");
    sqlite3_stmt *q = sft__store_open_transaction(s) ? NULL : sft__sql(s, SFT_SQL_PLAN);
    if (q) {
        const char *text[] = { p->name, p->text, p->recipe_text, axes.text };
        for (int i = 0; i < 4; i++)
            sqlite3_bind_text(q, i + 1, text[i] ? text[i] : "", -1, SQLITE_STATIC);
        sqlite3_bind_int(q, 5, p->seeds);
        sqlite3_bind_text(q, 6, p->rank_by, -1, SQLITE_STATIC);
        sqlite3_bind_int(q, 7, p->maximize);
        sqlite3_bind_text(q, 8, version, -1, SQLITE_STATIC);
        sqlite3_bind_double(q, 9, created);
        sft__sql_run(s, SFT_SQL_PLAN);
    }
    sft__string_close(&axes);
    return sft_code(s->ctx);
}

sft_status sft__store_clock(sft_sweep_store *s, double wall_seconds, int workers)
{
    sqlite3_stmt *q = sft__store_open_transaction(s) ? NULL : sft__sql(s, SFT_SQL_CLOCK);
    if (!q)
        return sft_code(s->ctx);
    sqlite3_bind_double(q, 1, wall_seconds);
    sqlite3_bind_int(q, 2, workers);
    return sft__sql_run(s, SFT_SQL_CLOCK);
}

bool sft__store_head(sft_sweep_store *s, sft_arena *a, sft_store_head *head)
{
    sqlite3_stmt *q = sft__sql(s, SFT_SQL_HEAD);
    int rc = q ? sqlite3_step(q) : SQLITE_DONE;
    if (rc == SQLITE_ROW) {
        *head = (sft_store_head){ .name = sft__sql_text(q, 0, a), .text = sft__sql_text(q, 1, a), .version = sft__sql_text(q, 2, a),
                                  .created = sqlite3_column_double(q, 3), .wall_seconds = sqlite3_column_double(q, 4),
                                  .workers = sqlite3_column_int(q, 5) };
    } else if (rc != SQLITE_DONE)
        sft__sql_fail(s, rc);
    if (q)
        sqlite3_reset(q);
    return rc == SQLITE_ROW && !sft__failed(s->ctx);
}

#endif
