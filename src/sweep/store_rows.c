/* SPDX-License-Identifier: MIT */
/* Rows of sweep.db: trials, rungs, events. A number that is none is NULL there. */
#include "base/io.h"
#include "sweep/store_sql.h"

#include <math.h>
#include <string.h>

static const char *const states[] = { "waiting", "running", "done", "pruned", "failed" };

const char *sft__state_name(sft_trial_state state)
{
    return states[state];
}

sft_trial_state sft__state_find(const char *name)
{
    for (int i = 0; name && i < (int)(sizeof states / sizeof *states); i++)
        if (!strcmp(name, states[i]))
            return (sft_trial_state)i;
    return SFT_TRIAL_WAITING;
}

sft_status sft__attempt_values(const sft_plan *p, sft_arena *a, sft_attempt *t)
{
    char buf[64];
    t->value = sft__arena_alloc(a, sizeof *t->value * (size_t)(p->space.n + 1));
    for (int i = 0; t->value && i < p->space.n; i++)
        t->value[i] = isnan(t->u[i]) ? NULL : sft__arena_text(a, sft__axis_text(&p->space.axis[i], t->u[i], buf, sizeof buf));
    return sft_code(a->ctx);
}

#ifdef SFT_HAVE_SQLITE

const char *sft__sql_text(sqlite3_stmt *q, int column, sft_arena *a)
{
    const unsigned char *text = sqlite3_column_text(q, column);
    return text ? sft__arena_text(a, (const char *)text) : NULL;
}

/* ---- writing ---------------------------------------------------------------------------------- */

static void bind_number(sqlite3_stmt *q, int column, double v)
{
    if (isfinite(v))
        sqlite3_bind_double(q, column, v);
    else
        sqlite3_bind_null(q, column);
}

/* "0.25 - 0.5": the point, by its bits; "-": does not matter there. */
static void point_text(sft_string *s, const sft_plan *p, const double *u)
{
    char buf[40];
    sft__string_add(s, "");
    for (int i = 0; i < p->space.n; i++) {
        sft__string_add(s, i ? " " : "");
        sft__string_add(s, isnan(u[i]) ? "-" : sft__print_real(u[i], buf, sizeof buf));
    }
}

/* {"optimizer.lr":"0.1"}: for other programs; what does not matter is left out. */
static void params_text(sft_string *s, const sft_plan *p, const sft_attempt *t)
{
    const char *comma = "";
    sft__string_add(s, "{");
    for (int i = 0; i < p->space.n; i++) {
        if (!t->value[i])
            continue;
        sft__string_add(s, comma);
        sft__string_json(s, p->space.axis[i].key);
        sft__string_add(s, ":");
        sft__string_json(s, t->value[i]);
        comma = ",";
    }
    sft__string_add(s, "}");
}

static void bind_trial(sqlite3_stmt *q, const sft_attempt *t, const char *u, const char *params)
{
    const int64_t whole[] = { t->exit_code, t->rung, t->deaths, t->epochs, t->steps, t->planned_steps, t->best_epoch };
    const double scores[] = { t->rank, t->val_loss, t->val_accuracy, t->test_loss, t->test_accuracy };
    sqlite3_bind_int64(q, 1, t->number);
    sqlite3_bind_int64(q, 2, t->point);
    sqlite3_bind_int64(q, 3, t->seed);
    sqlite3_bind_text(q, 4, u, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 5, params, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 6, states[t->state], -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 7, t->folder ? t->folder : "", -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 8, t->failure, -1, SQLITE_STATIC); /* NULL binds NULL */
    for (int i = 0; i < 7; i++)
        sqlite3_bind_int64(q, 9 + i, whole[i]);
    sqlite3_bind_double(q, 16, isfinite(t->seconds) ? t->seconds : 0);
    bind_number(q, 17, t->started > 0 ? t->started : NAN);
    for (int i = 0; i < 5; i++)
        bind_number(q, 18 + i, scores[i]);
    sqlite3_bind_text(q, 23, t->note ? t->note : "", -1, SQLITE_STATIC);
}

sft_status sft__store_put(sft_sweep_store *s, const sft_plan *p, const sft_attempt *t)
{
    sft_string u, params;
    sft__string_open(&u, s->ctx);
    sft__string_open(&params, s->ctx);
    point_text(&u, p, t->u);
    params_text(&params, p, t);
    sqlite3_stmt *q = sft__store_open_transaction(s) ? NULL : sft__sql(s, SFT_SQL_PUT);
    if (q) {
        bind_trial(q, t, u.text, params.text);
        sft__sql_run(s, SFT_SQL_PUT);
    }
    sft__string_close(&u);
    sft__string_close(&params);
    return sft_code(s->ctx);
}

sft_status sft__store_rung(sft_sweep_store *s, int64_t trial, int rung, int64_t epochs, double value)
{
    sqlite3_stmt *q = sft__store_open_transaction(s) ? NULL : sft__sql(s, SFT_SQL_RUNG);
    if (!q)
        return sft_code(s->ctx);
    sqlite3_bind_int64(q, 1, trial);
    sqlite3_bind_int(q, 2, rung);
    sqlite3_bind_int64(q, 3, epochs);
    bind_number(q, 4, value);
    return sft__sql_run(s, SFT_SQL_RUNG);
}

sft_status sft__store_event(sft_sweep_store *s, int64_t trial, const char *kind, const char *text)
{
    sqlite3_stmt *q = sft__store_open_transaction(s) ? NULL : sft__sql(s, SFT_SQL_EVENT);
    if (!q)
        return sft_code(s->ctx);
    sqlite3_bind_double(q, 1, sft__unix_time());
    if (trial < 0)
        sqlite3_bind_null(q, 2);
    else
        sqlite3_bind_int64(q, 2, trial);
    sqlite3_bind_text(q, 3, kind, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 4, text, -1, SQLITE_STATIC);
    return sft__sql_run(s, SFT_SQL_EVENT);
}

/* ---- reading ---------------------------------------------------------------------------------- */

/* False: not as many numbers of [0, 1) as there are axes. */
static bool read_point(const char *text, int axes, double *u)
{
    for (int i = 0; i < axes; i++) {
        size_t n = text ? strcspn(text, " ") : 0;
        if (n == 1 && *text == '-')
            u[i] = NAN;
        else if (!n || !sft__parse_real(text, n, &u[i]) || !(u[i] >= 0 && u[i] < 1))
            return false;
        text += n;
        text += *text == ' ';
    }
    return !text || !*text;
}

static double number_or_nan(sqlite3_stmt *q, int column)
{
    return sqlite3_column_type(q, column) == SQLITE_NULL ? NAN : sqlite3_column_double(q, column);
}

static sft_status read_trial(sft_sweep_store *s, sqlite3_stmt *q, const sft_plan *p, sft_arena *a, sft_attempt *t)
{
    double *u = sft__arena_alloc(a, sizeof *u * (size_t)(p->space.n + 1));
    const char *note = sft__sql_text(q, 21, a), *folder = sft__sql_text(q, 5, a);
    *t = (sft_attempt){ .number = sqlite3_column_int64(q, 0), .point = sqlite3_column_int64(q, 1), .seed = sqlite3_column_int64(q, 2),
                        .u = u, .state = sft__state_find((const char *)sqlite3_column_text(q, 4)), .folder = folder ? folder : "",
                        .failure = sft__sql_text(q, 6, a), .exit_code = sqlite3_column_int(q, 7), .rung = sqlite3_column_int(q, 8),
                        .deaths = sqlite3_column_int(q, 9), .epochs = sqlite3_column_int64(q, 10), .steps = sqlite3_column_int64(q, 11),
                        .planned_steps = sqlite3_column_int64(q, 12), .best_epoch = sqlite3_column_int64(q, 13),
                        .seconds = sqlite3_column_double(q, 14), .started = sqlite3_column_double(q, 15),
                        .rank = number_or_nan(q, 16), .val_loss = number_or_nan(q, 17), .val_accuracy = number_or_nan(q, 18),
                        .test_loss = number_or_nan(q, 19), .test_accuracy = number_or_nan(q, 20), .note = note ? note : "" };
    if (!u || !read_point((const char *)sqlite3_column_text(q, 3), p->space.n, u))
        return sft__fail(s->ctx, SFT_E342, "%s: the point of trial %lld does not fit the plan — the database is damaged", s->path,
                         (long long)t->number);
    return sft__attempt_values(p, a, t);
}

/* Rows come by number: the one at place i is trial i, or something was taken out. */
static sft_status read_trials(sft_sweep_store *s, sqlite3_stmt *q, const sft_plan *p, sft_arena *a, int64_t *n, sft_attempt **list)
{
    int64_t room = 0;
    int rc;
    while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
        if (*n == room) {
            sft_attempt *more = sft__arena_alloc(a, sizeof *more * (size_t)(room = room ? 2 * room : 256));
            if (!more)
                return sft_code(s->ctx);
            if (*n)
                memcpy(more, *list, sizeof *more * (size_t)*n);
            *list = more;
        }
        sft_attempt *t = &(*list)[*n];
        if (read_trial(s, q, p, a, t))
            return sft_code(s->ctx);
        if (t->number != *n || t->point != t->number / p->seeds)
            return sft__fail(s->ctx, SFT_E342, "%s: trial %lld is missing — rows were taken out of the database", s->path, (long long)*n);
        ++*n;
    }
    return rc == SQLITE_DONE ? SFT_OK : sft__sql_fail(s, rc);
}

sft_status sft__store_load(sft_sweep_store *s, const sft_plan *p, sft_arena *a, int64_t *n, sft_attempt **list)
{
    sqlite3_stmt *q = sft__sql(s, SFT_SQL_TRIALS);
    *n = 0;
    *list = NULL;
    if (!q)
        return sft_code(s->ctx);
    read_trials(s, q, p, a, n, list);
    sqlite3_reset(q);
    return sft_code(s->ctx);
}

sft_status sft__store_load_rungs(sft_sweep_store *s, int64_t n, double (*value)[SFT_MOST_RUNGS])
{
    sqlite3_stmt *q = sft__sql(s, SFT_SQL_RUNGS);
    int rc = SQLITE_DONE;
    for (int64_t i = 0; i < n; i++)
        for (int k = 0; k < SFT_MOST_RUNGS; k++)
            value[i][k] = NAN;
    while (q && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        int64_t trial = sqlite3_column_int64(q, 0), rung = sqlite3_column_int64(q, 1);
        if (trial >= 0 && trial < n && rung >= 0 && rung < SFT_MOST_RUNGS)
            value[trial][rung] = number_or_nan(q, 2);
    }
    if (q)
        sqlite3_reset(q);
    return q && rc != SQLITE_DONE ? sft__sql_fail(s, rc) : sft_code(s->ctx);
}

#else

struct sft_sweep_store { int nothing; };

sft_sweep_store *sft__store_open(sft_ctx *c, const char *folder, sft_store_mode mode)
{
    (void)folder, (void)mode;
    sft__fail(c, SFT_E002,
              "this build of surefoot cannot keep sweeps: it was made without SQLite — install libsqlite3-dev and build it again");
    return NULL;
}

/* None of these is reached: there is no store. */

void sft__store_close(sft_sweep_store *s) { (void)s; }

bool sft__store_head(sft_sweep_store *s, sft_arena *a, sft_store_head *h)
{
    (void)s, (void)a, (void)h;
    return false;
}

sft_status sft__store_begin(sft_sweep_store *s, const sft_plan *p, const char *version, double created)
{
    (void)s, (void)p, (void)version, (void)created;
    return SFT_USAGE;
}

sft_status sft__store_clock(sft_sweep_store *s, double wall, int workers)
{
    (void)s, (void)wall, (void)workers;
    return SFT_USAGE;
}

sft_status sft__store_load(sft_sweep_store *s, const sft_plan *p, sft_arena *a, int64_t *n, sft_attempt **list)
{
    (void)s, (void)p, (void)a, (void)n, (void)list;
    return SFT_USAGE;
}

sft_status sft__store_load_rungs(sft_sweep_store *s, int64_t n, double (*value)[SFT_MOST_RUNGS])
{
    (void)s, (void)n, (void)value;
    return SFT_USAGE;
}

sft_status sft__store_put(sft_sweep_store *s, const sft_plan *p, const sft_attempt *t)
{
    (void)s, (void)p, (void)t;
    return SFT_USAGE;
}

sft_status sft__store_rung(sft_sweep_store *s, int64_t trial, int rung, int64_t epochs, double value)
{
    (void)s, (void)trial, (void)rung, (void)epochs, (void)value;
    return SFT_USAGE;
}

sft_status sft__store_event(sft_sweep_store *s, int64_t trial, const char *kind, const char *text)
{
    (void)s, (void)trial, (void)kind, (void)text;
    return SFT_USAGE;
}

sft_status sft__store_commit(sft_sweep_store *s)
{
    (void)s;
    return SFT_USAGE;
}

#endif
