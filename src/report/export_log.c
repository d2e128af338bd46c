/* SPDX-License-Identifier: MIT */
/* metrics.csv and signals.csv, a row at a time. Our own files have no quotes; a last line without its end is still being written. */
#include "report/export.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* The next whole line without its end; false: there is none, or a failure. */
static bool read_line(sft_log *l, char *to)
{
    size_t n = 0;
    int    ch;
    l->number++;
    while ((ch = getc(l->in)) != EOF && ch != '\n') {
        const long long number = l->number;
        if (ch == 0) sft__fail(l->ctx, SFT_E233, "%s, line %lld: a NUL byte — the file is damaged", l->path, number);
        else if (n == SFT_LOG_LINE - 1)
            sft__fail(l->ctx, SFT_E234, "%s, line %lld: longer than %d bytes — the file is damaged", l->path, number, SFT_LOG_LINE);
        else {
            to[n++] = (char)ch;
            continue;
        }
        return false;
    }
    if (ferror(l->in)) sft__fail(l->ctx, SFT_E333, "%s: %s — check the disk", l->path, strerror(errno));
    n -= n > 0 && to[n - 1] == '\r';
    to[n] = 0;
    return ch == '\n';
}

static int fields_of(const char *line)
{
    int n = 1;
    for (; *line; line++) n += *line == ',';
    return n;
}

/* The field at *at, ended by NUL; *at goes on to the next. */
static char *take(char **at)
{
    char  *field = *at;
    size_t n = strcspn(field, ",");
    *at = field + n + (field[n] == ',');
    field[n] = 0;
    return field;
}

static sft_status read_head(sft_log *l, const char *head)
{
    const size_t n = strlen(head);
    if (!read_line(l, l->head)) {               /* nothing is written yet */
        fclose(l->in);
        l->in = NULL;
        return sft_code(l->ctx);
    }
    if (strncmp(l->head, head, n) || (l->head[n] && l->head[n] != ','))
        return sft__fail(l->ctx, SFT_E230, "%s, line 1: its columns are not %s — it is no file of surefoot, or damaged", l->path, head);
    const int fields = fields_of(l->head);
    if (fields - l->lead > SFT_LOG_COLUMNS)
        return sft__fail(l->ctx, SFT_E237, "%s: more than %d columns of numbers", l->path, SFT_LOG_COLUMNS);
    char *at = l->head;
    for (int i = 0; i < l->lead; i++) take(&at);
    l->columns = fields - l->lead;
    for (int i = 0; i < l->columns; i++) l->name[i] = take(&at);
    return SFT_OK;
}

sft_status sft__log_open(sft_ctx *c, sft_log *l, const char *folder, const char *name, const char *head, int lead)
{
    *l = (sft_log){ .ctx = c, .lead = lead };
    if (sft__failed(c)) return sft_code(c);
    snprintf(l->path, sizeof l->path, "%.4100s/%s", folder, name);
    l->head = sft__alloc(c, SFT_LOG_LINE);
    l->line = sft__alloc(c, SFT_LOG_LINE);
    if (!l->head || !l->line) return sft_code(c);
    l->in = fopen(l->path, "re");
    if (!l->in && errno != ENOENT && errno != ENOTDIR)
        return sft__fail(c, SFT_E333, "reading `%s`: %s — check the path and its permissions", l->path, strerror(errno));
    return l->in ? read_head(l, head) : SFT_OK;
}

static bool no_number(sft_log *l, const char *text, const char *column)
{
    sft__fail(l->ctx, SFT_E231, "%s, line %lld: `%.40s` is no number (%s) — the file is damaged", l->path, (long long)l->number, text,
              column);
    return false;
}

static bool take_whole(sft_log *l, char **at, const char *column, int64_t *to)
{
    const char *text = take(at);
    return (sft__parse_int(text, strlen(text), to) && *to >= 0) || no_number(l, text, column);
}

static bool take_row(sft_log *l)
{
    char *at = l->line;
    if (!take_whole(l, &at, "step", &l->step) || !take_whole(l, &at, "epoch", &l->epoch)) return false;
    for (int i = 2; i < l->lead; i++) l->text[i - 2] = take(&at);
    for (int i = 0; i < l->columns; i++) {
        const char *text = take(&at);
        l->value[i] = NAN;
        if (*text && !sft__parse_real(text, strlen(text), &l->value[i])) return no_number(l, text, l->name[i]);
        if (!isfinite(l->value[i])) l->value[i] = NAN;
    }
    return true;
}

bool sft__log_next(sft_log *l)
{
    if (!l->in || sft__failed(l->ctx)) return false;
    if (!read_line(l, l->line)) {
        fclose(l->in);
        l->in = NULL;
        return false;
    }
    const int fields = fields_of(l->line);
    if (fields != l->lead + l->columns) {
        sft__fail(l->ctx, SFT_E230, "%s, line %lld: %d fields, its head has %d — the file is damaged", l->path, (long long)l->number,
                  fields, l->lead + l->columns);
        return false;
    }
    return take_row(l);
}

void sft__log_close(sft_log *l)
{
    if (l->in) fclose(l->in);
    sft__free(l->ctx, l->head, SFT_LOG_LINE);
    sft__free(l->ctx, l->line, SFT_LOG_LINE);
    l->in = NULL;
    l->head = l->line = NULL;
}
