/* SPDX-License-Identifier: MIT */
/* The inside of a run folder, for the files that write it. */
#ifndef SFT_TRAIN_FOLDER_H
#define SFT_TRAIN_FOLDER_H

#include "train/train.h"

#include <stdio.h>

enum { SFT_PATH = 4096 };

struct sft_folder {
    sft_ctx     *ctx;
    sft_trainer *trainer;
    char         path[SFT_PATH - 128]; /* room for names below it */
    int          lock;          /* descriptor held by flock; -1: none */
    sft_arena    arena;         /* names of columns */
    FILE        *metrics, *signals; /* NULL: not begun */
    const char **column;        /* of metrics.csv, behind the fixed ones: names of metrics */
    int          n_columns;
    bool         resumed;
    bool         begun;         /* the folder tells of this run: run.json may be rewritten */
    double       started, last_save; /* seconds on the steady clock */
    long long    start_time, resume_step;
    int64_t      best_written;  /* net->kept_serial of the weights in best.safetensors; -1: none */
    sft_metric   last[SFT_SPLITS]; /* newest row a split, for run.json */
    double       last_seconds;  /* of the newest row */
};

/* "DIR/name"; buf of SFT_PATH characters. */
const char *sft__folder_file(const sft_folder *f, const char *name, char *buf);
extern const char *const sft__split_word[SFT_SPLITS];  /* of metrics.csv: "train", "validation", "test"; metrics_log.c */
/* metrics_log.c: opens metrics.csv; rows beyond last_step are dropped. */
sft_status  sft__metrics_open(sft_folder *f, int64_t last_step);
/* signals_log.c: signals.csv without rows beyond last_step; 0: a new run, which has none. */
sft_status  sft__signals_trim(sft_folder *f, int64_t last_step);
/* A row for each layer of a look. */
sft_status  sft__signals_log(sft_folder *f, int64_t step, int64_t epoch, const sft_signal_facts *layer, int layers);
/* One more line of events.jsonl. */
sft_status  sft__event_log(sft_folder *f, const char *line);

/* log_lines.c: lines of a log that grows by whole lines */
size_t      sft__line_length(const char *text, size_t n); /* of the line at text, which has n, without its end */
/* Does it begin with a step that is at most last_step? */
bool        sft__line_up_to(const char *line, size_t n, int64_t last_step);
typedef void sft_line_fn(void *user, const char *line, size_t n);
/* Each line but a last one that a crash tore, which is told. */
void        sft__whole_lines(sft_folder *f, const char *name, const char *text, size_t size, sft_line_fn *each, void *user);
void        sft__put_field(FILE *out, double v);        /* ",v"; nothing behind the comma where it is no number */

/* status: running, finished, stopped, failed; result NULL while there is none. */
sft_status sft__write_run_json(sft_folder *f, const char *status, const char *message,
                               const sft_result *result);
/* Steps of the folder's checkpoints, newest first, *n of them; NULL only when memory is out. */
int64_t    *sft__list_checkpoints(const sft_folder *f, sft_arena *a, int *n);
/* Takes a former run's checkpoints and weights out of the folder. */
void        sft__folder_clear(const sft_folder *f);
/* From here on the folder tells of this run: recipe.yaml, metrics.csv up to the trainer's step,
 * run.json. */
sft_status  sft__folder_begin(sft_folder *f);

#endif
