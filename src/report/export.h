/* SPDX-License-Identifier: MIT */
/* Logs for other programs: what runs and sweeps wrote, read a row at a time and written in the form that others read. Whatever the length
 * of a run, only a row of it is held. */
#ifndef SFT_REPORT_EXPORT_H
#define SFT_REPORT_EXPORT_H

#include "base/io.h"
#include "report/report.h"

#include <stdio.h>

/* ---- where it goes: export_sink.c --------------------------------------------------------------- */

typedef struct sft_sink {
    sft_ctx      *ctx;
    sft_string    text;         /* added, and not written yet */
    const char   *path;         /* NULL: goes to `write` */
    char          temporary[4200]; /* "": path is no file, and is written as it is */
    int           fd;
    bool          lazy;         /* not synced: one of many files, which a loss of power may take and an export gives again */
    sft_write_fn *write;
    void         *user;
} sft_sink;

/* Folders on the way to path are made. */
sft_status sft__sink_open(sft_ctx *c, sft_sink *s, const char *path, sft_write_fn *write, void *user);
sft_status sft__sink_flush(sft_sink *s);                /* behind each record: a block of text is written when it is full */
/* path holds all that was added, or, after a failure, what it held before. */
sft_status sft__sink_close(sft_sink *s);

/* ---- rows of metrics.csv and signals.csv: export_log.c --------------------------------------------- */

enum { SFT_LOG_LINE = 1 << 16, SFT_LOG_COLUMNS = 512 }; /* bytes of a line; columns */

typedef struct sft_log {
    sft_ctx    *ctx;
    FILE       *in;             /* NULL: there is no such file, or it is at its end */
    char        path[4200];
    char       *head, *line;    /* SFT_LOG_LINE each */
    int         lead, columns;  /* lead: step, epoch and one or two texts */
    int64_t     number;         /* of the line */
    const char *name[SFT_LOG_COLUMNS]; /* of the columns behind lead */
    /* the row at hand */
    int64_t     step, epoch;
    const char *text[2];
    double      value[SFT_LOG_COLUMNS]; /* NaN: empty */
} sft_log;

/* head: the columns that are always there, "step,epoch,split,…", of which the first `lead` are no numbers. A file that is not there
 * has no rows. E230 to E234: it is damaged, and where. Close it in any case. */
sft_status sft__log_open(sft_ctx *c, sft_log *l, const char *folder, const char *name, const char *head, int lead);
bool       sft__log_next(sft_log *l);                   /* false: no more whole lines, or a failure */
void       sft__log_close(sft_log *l);

/* ---- run.json: export_run_json.c -------------------------------------------------------------------- */

typedef struct sft_run_json {
    sft_bytes   text;           /* JSON; size 0: there is none, it is damaged, or this build has no jansson */
    char        status[16];     /* "finished" …; "": unknown */
    double      begin, end;     /* Unix times: when `seconds` was 0, when it was written; NaN */
} sft_run_json;

sft_status sft__run_json_read(sft_ctx *c, const char *folder, sft_run_json *out);
void       sft__run_json_free(sft_ctx *c, sft_run_json *j);

/* ---- what is exported: export_runs.c ------------------------------------------------------------------- */

typedef struct sft_export_run {
    const char        *name;    /* in what is written, unlike all others; may have a slash */
    const char        *folder;
    const sft_study   *study;   /* NULL: a run that no sweep made */
    const sft_attempt *attempt;
} sft_export_run;

typedef struct sft_export_key { /* a key in which runs differ */
    const char *key;
    const char *first;          /* of run folders: the value of the first */
    bool        differs, numbers, flags; /* all values are numbers; are true or false */
} sft_export_key;

typedef struct sft_export_job {
    sft_ctx                  *ctx;
    sft_arena                 arena;
    const sft_export_options *o;
    int                       n_studies;
    sft_study                *study;
    int64_t                   n;
    sft_export_run           *run;
    int                       n_keys, room_keys;
    sft_export_key           *key;  /* those that differ */
    sft_export_facts          facts;
} sft_export_job;

/* Paths of run folders and sweeps. E299: it is neither. Close it in any case. */
sft_status sft__export_open(sft_ctx *c, int n, const char *const *paths, const sft_export_options *o, sft_export_job *x);
sft_status sft__export_keys(sft_export_job *x);             /* fills x->key */
void       sft__export_close(sft_export_job *x);

typedef struct sft_export_recipe { /* recipe.yaml of a run; n 0: it cannot be read, which was noted */
    sft_arena    arena;
    int          n;
    const char **key, **value, *yaml;
} sft_export_recipe;

sft_status  sft__export_recipe_open(sft_ctx *c, const sft_export_run *run, sft_export_recipe *r);
void        sft__export_recipe_close(sft_export_recipe *r);
/* The value of a key in which runs differ; r may be NULL for a trial. NULL: the run has none. */
const char *sft__export_value(const sft_export_run *run, const sft_export_recipe *r, const char *key);

/* ---- a run, row by row: export.c ------------------------------------------------------------------------- */

typedef struct sft_export_row {
    int64_t      step, epoch;
    double       seconds;       /* since the run's begin; of looks, which do not say, between the evaluations around them */
    const char  *split;         /* of metrics.csv; NULL: of signals.csv */
    const char  *layer, *op;    /* of signals.csv */
    int          n;
    const char *const *name;    /* n columns */
    const double *value;        /* n; NaN: none */
} sft_export_row;

typedef sft_status sft_export_row_fn(void *user, const sft_export_row *row);
enum { SFT_EXPORT_METRICS = 1, SFT_EXPORT_SIGNALS = 2 };

/* Both files, merged by step; a look comes before the evaluation at its step. */
sft_status  sft__export_walk(sft_ctx *c, const char *folder, unsigned what, sft_export_row_fn *each, void *user);
/* "signal/0.linear/rms" */
const char *sft__signal_tag(const sft_export_row *row, int i, char *buf, size_t size);

/* ---- formats ------------------------------------------------------------------------------------------------ */

typedef struct sft_exporter {
    const char *name, *doc;
    bool        folder;         /* writes a folder, not one file */
    sft_status (*write)(sft_export_job *x);
} sft_exporter;

/* The list: one word each; the record sft__export_WORD stands at the bottom of its file. */
#define SFT_EXPORTERS(X) X(tensorboard) X(csv) X(json)
#define X(word) extern const sft_exporter sft__export_##word;
SFT_EXPORTERS(X)
#undef X
const sft_exporter *sft__exporter_at(int i);            /* NULL past the end */

#endif
