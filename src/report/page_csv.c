/* SPDX-License-Identifier: MIT */
/* Cutting the CSV files of a run folder. */
#include "report/page_csv.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

/* Parts the fields of one line; how many. */
static int cut(char *line, char *end)
{
    int fields = 1;
    for (char *p = line; p < end; p++)
        if (*p == ',') {
            *p = '\0';
            fields++;
        }
    *end = '\0';
    return fields;
}

static void read_head(sft_page_csv *t, char *line, int fields)
{
    t->columns = fields < SFT_PAGE_COLUMNS ? fields : SFT_PAGE_COLUMNS;
    for (int i = 0; i < t->columns; i++, line += strlen(line) + 1)
        t->name[i] = line;
}

static bool keep(sft_page_csv *t, const char *line)
{
    if (t->n == t->room) {
        int64_t      more = t->room ? 2 * t->room : 256;
        const char **row = sft__realloc(t->ctx, t->row, (size_t)t->room * sizeof *row, (size_t)more * sizeof *row);
        if (!row) return false;
        t->row = row;
        t->room = more;
    }
    t->row[t->n++] = line;
    return true;
}

void sft__page_csv_open(sft_page_csv *t, sft_ctx *c, sft_bytes *file)
{
    *t = (sft_page_csv){ .ctx = c };
    char *p = (char *)file->data, *end = p ? p + file->size : NULL;
    int   wanted = 0;
    while (p < end) {
        char *line = p, *stop = memchr(p, '\n', (size_t)(end - p));
        if (!stop) break;       /* a line without its end was not written whole */
        p = stop + 1;
        if (stop > line && stop[-1] == '\r') stop--;
        int fields = cut(line, stop);
        if (!wanted) {
            wanted = fields;
            read_head(t, line, fields);
        } else if (fields == wanted && !keep(t, line)) {
            break;
        }
    }
}

void sft__page_csv_close(sft_page_csv *t)
{
    sft__free(t->ctx, t->row, (size_t)t->room * sizeof *t->row);
    *t = (sft_page_csv){ .ctx = t->ctx };
}

int sft__page_csv_column(const sft_page_csv *t, const char *name)
{
    for (int i = 0; i < t->columns; i++)
        if (!strcmp(t->name[i], name)) return i;
    return -1;
}

const char *sft__page_csv_text(const sft_page_csv *t, int64_t row, int column)
{
    if (column < 0) return "";
    const char *p = t->row[row];
    while (column--)
        p += strlen(p) + 1;
    return p;
}

double sft__page_csv_number(const sft_page_csv *t, int64_t row, int column)
{
    const char *p = sft__page_csv_text(t, row, column);
    double      v;
    return sft__parse_real(p, strlen(p), &v) ? v : NAN;
}
