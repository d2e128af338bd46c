/* SPDX-License-Identifier: MIT */
/* A CSV file as numbers and labels, and labels as targets. */
#ifndef SFT_DATA_CSV_TABLE_H
#define SFT_DATA_CSV_TABLE_H

#include "data/csv_read.h"
#include "data/samples.h"

enum sft_csv_header { SFT_HEADER_AUTO, SFT_HEADER_YES, SFT_HEADER_NO };
enum sft_csv_task { SFT_TASK_AUTO, SFT_TASK_CLASSES, SFT_TASK_BINARY, SFT_TASK_REGRESSION };
enum sft_csv_missing { SFT_MISSING_ERROR, SFT_MISSING_MEAN, SFT_MISSING_DROP };

typedef struct sft_csv_conf { /* the rows of `data: csv:FILE` */
    const char *label, *test;
    int         header, task, separator, missing;
} sft_csv_conf;

typedef struct sft_csv_label { /* one sample's label as it stands in the file */
    const char *p;
    uint32_t    n;
    bool        escaped, number;
    double      value;
    int64_t     row, line; /* sample number; line in the file */
} sft_csv_label;

typedef struct sft_csv_table {
    const char        *path;
    char               separator;
    bool               header;
    int64_t            columns, features, labels; /* labels 0: samples to predict */
    int64_t           *label_column; /* of each label, from 0 */
    int64_t           *label_of;     /* of each column: its label; -1: a feature */
    const char *const *names;        /* of the columns, or NULL without a header */
    int64_t            rows, room, dropped;
    float             *floats;       /* room x features; NaN: missing, to be filled */
    sft_csv_label     *label;        /* room, up to one label; points into the bytes that were parsed */
    float             *targets;      /* room x labels, where there are several */
    sft_pos            odd;          /* of the first target that is neither 0 nor 1; file NULL: none */
    int64_t            odd_label;    /* which label it is of */
    float              odd_value;
    sft_pos            not_one_hot;  /* of the first line whose targets are not all 0 but for one 1 */
} sft_csv_table;

/* Columns, header and labels, which must be those of train (NULL: none). r stands at the start, and does again. */
sft_status sft__csv_layout(sft_arena *a, sft_csv_reader *r, const sft_csv_conf *k,
                           const sft_csv_table *train, sft_csv_table *t);
/* The names and numbers of `bytes`, which must outlive the table. train: the table whose columns
 * this one must have, or NULL. On failure (E202, E230 to E237, E245, E247) nothing stays
 * allocated. */
sft_status sft__csv_parse(sft_arena *a, const char *path, const uint8_t *bytes, size_t size,
                          const sft_csv_conf *k, const sft_csv_table *train, sft_csv_table *t);
void       sft__csv_table_free(sft_ctx *c, sft_csv_table *t);

/* Turns both tables (test->rows 0: none) into raw's samples: numbers move, labels become classes
 * or targets. */
sft_status sft__csv_targets(sft_ctx *c, const sft_csv_conf *k, sft_csv_table *train,
                            sft_csv_table *test, sft_raw *raw);
/* Its part for several labels: yes-or-no answers, numbers to predict, or the one that is yes as a class. */
sft_status sft__csv_many_targets(sft_ctx *c, const sft_csv_conf *k, sft_csv_table *train,
                                 sft_csv_table *test, sft_raw *raw);
/* Moves the features, cut to the table's rows. */
sft_status sft__csv_take(sft_ctx *c, sft_csv_table *t, sft_samples *s);

#endif
