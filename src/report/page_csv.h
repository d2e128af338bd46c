/* SPDX-License-Identifier: MIT */
/* The CSV files of a run folder, which know no quotes: cut into rows where they stand. */
#ifndef SFT_REPORT_PAGE_CSV_H
#define SFT_REPORT_PAGE_CSV_H

#include "base/io.h"

enum { SFT_PAGE_COLUMNS = 32 };

typedef struct sft_page_csv {
    sft_ctx     *ctx;
    int          columns;
    const char  *name[SFT_PAGE_COLUMNS];
    int64_t      n, room;
    const char **row;           /* its text, fields parted by NUL */
} sft_page_csv;

/* Cuts `file`, which must live as long. A row of another length than the head, as a kill leaves one, is left out. */
void        sft__page_csv_open(sft_page_csv *t, sft_ctx *c, sft_bytes *file);
void        sft__page_csv_close(sft_page_csv *t);
int         sft__page_csv_column(const sft_page_csv *t, const char *name);          /* -1: none */
const char *sft__page_csv_text(const sft_page_csv *t, int64_t row, int column);     /* "" for column -1 */
double      sft__page_csv_number(const sft_page_csv *t, int64_t row, int column);   /* NaN: none */

#endif
