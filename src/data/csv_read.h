/* SPDX-License-Identifier: MIT */
/* Records of a CSV text (RFC 4180), one at a time, without copying. */
#ifndef SFT_DATA_CSV_READ_H
#define SFT_DATA_CSV_READ_H

#include "base/memory.h"

#define SFT_CSV_LINE_MOST    ((size_t)1 << 20)
#define SFT_CSV_COLUMNS_MOST 65536

typedef struct sft_csv_field {
    const char *p; /* without quotes and, when not quoted, without blanks around */
    uint32_t    n;
    bool        quoted;
    bool        escaped; /* holds "" for " */
} sft_csv_field;

typedef struct sft_csv_reader {
    sft_ctx       *ctx;
    const char    *path; /* for messages */
    const char    *start, *at, *end;
    char           separator;
    char           line_end; /* '\n' or '\r' (for CR LF), 0 before the first */
    int64_t        line;     /* number of the line at `at`, from 1 */
    const char    *line_start;
    int64_t        record_line; /* where the current record begins */
    const char    *record_start;
    int64_t        n, room; /* fields of the record; room in `field` */
    sft_csv_field *field;
} sft_csv_reader;

/* separator 0: whichever of , ; and tab is most frequent in the first line. A byte order mark is
 * skipped. */
void sft__csv_open(sft_csv_reader *r, sft_ctx *c, const char *path, const uint8_t *bytes,
                   size_t size, char separator);
/* The next record, empty lines left out; false at the end or after E233 to E237. */
bool sft__csv_next(sft_csv_reader *r);
void sft__csv_rewind(sft_csv_reader *r);
void sft__csv_close(sft_csv_reader *r);
/* The place of field `field` (from 0) of the current record, to fail at. */
sft_pos sft__csv_pos(const sft_csv_reader *r, int64_t field);
/* Empty, NA, NaN, null, none and ?. */
bool sft__csv_missing(const sft_csv_field *f);
/* *value is not NaN. */
bool sft__csv_number(const sft_csv_field *f, double *value);
/* A field's text in the arena, "" undone. */
const char *sft__csv_text(sft_arena *a, const char *p, size_t n, bool escaped);

#endif
