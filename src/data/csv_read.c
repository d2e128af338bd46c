/* SPDX-License-Identifier: MIT */
/* Cuts a CSV text into records and fields. */
#include "base/text.h"
#include "data/csv_read.h"

#include <limits.h>
#include <math.h>
#include <string.h>
#include <strings.h>

static sft_pos here(const sft_csv_reader *r, const char *p)
{
    int line = r->line < INT_MAX ? (int)r->line : INT_MAX;
    return (sft_pos){ r->path, line, (int)(p - r->line_start) + 1 };
}

sft_pos sft__csv_pos(const sft_csv_reader *r, int64_t field)
{
    int line = r->record_line < INT_MAX ? (int)r->record_line : INT_MAX;
    return (sft_pos){ r->path, line, (int)(r->field[field].p - r->record_start) + 1 };
}

bool sft__csv_missing(const sft_csv_field *f)
{
    static const char *const words[] = {
        "", "na", "n/a", "nan", "null", "none", "?", "-nan", "+nan"
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == f->n && !strncasecmp(words[i], f->p, f->n)) return true;
    return false;
}

bool sft__csv_number(const sft_csv_field *f, double *value)
{
    return sft__parse_real(f->p, f->n, value) && !isnan(*value);
}

/* ---- beginning ----------------------------------------------------------------------------- */

static char guess_separator(const char *p, const char *end)
{
    const char marks[] = ",;\t";
    int64_t    count[3] = { 0 };
    bool       quoted = false;
    for (; p < end && (quoted || (*p != '\n' && *p != '\r')); p++) {
        quoted ^= *p == '"';
        for (int k = 0; k < 3 && !quoted; k++) count[k] += *p == marks[k];
    }
    int best = count[1] > count[0] ? 1 : 0;
    return marks[count[2] > count[best] ? 2 : best];
}

void sft__csv_open(sft_csv_reader *r, sft_ctx *c, const char *path, const uint8_t *bytes,
                   size_t size, char separator)
{
    const char *text = (const char *)bytes;
    size_t      mark = size >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3) ? 3 : 0;
    *r = (sft_csv_reader){ .ctx = c, .path = path, .start = text + mark, .end = text + size };
    r->separator = separator ? separator : guess_separator(r->start, r->end);
    sft__csv_rewind(r);
}

void sft__csv_rewind(sft_csv_reader *r)
{
    r->at = r->line_start = r->record_start = r->start;
    r->line = 1;
    r->record_line = r->n = 0;
    r->line_end = 0;
}

void sft__csv_close(sft_csv_reader *r)
{
    sft__free(r->ctx, r->field, (size_t)r->room * sizeof *r->field);
    *r = (sft_csv_reader){ 0 };
}

/* ---- fields -------------------------------------------------------------------------------- */

static sft_status add_field(sft_csv_reader *r, sft_csv_field f)
{
    if (r->n == SFT_CSV_COLUMNS_MOST)
        return sft__fail_at(r->ctx, here(r, f.p), SFT_E237,
                            "more than %d columns — is it a CSV file, is the separator right?",
                            SFT_CSV_COLUMNS_MOST);
    if (r->n == r->room) {
        int64_t        room = r->room ? 2 * r->room : 32;
        sft_csv_field *field =
            sft__realloc(r->ctx, r->field, (size_t)r->room * sizeof f, (size_t)room * sizeof f);
        if (!field) return sft_code(r->ctx);
        r->field = field;
        r->room = room;
    }
    r->field[r->n++] = f;
    return SFT_OK;
}

static bool blank(const sft_csv_reader *r, char ch)
{
    return ch == ' ' || (ch == '\t' && r->separator != '\t');
}

static bool ends_field(const sft_csv_reader *r, const char *p)
{
    return p == r->end || *p == r->separator || *p == '\n' || *p == '\r';
}

static sft_status bad_byte(sft_csv_reader *r, const char *p)
{
    if (*p == '\0')
        return sft__fail_at(r->ctx, here(r, p), SFT_E233,
                            "a NUL byte in CSV text — is it binary, or UTF-16? save it as UTF-8");
    return sft__fail_at(r->ctx, here(r, p), SFT_E236,
                        "a lone quote — put a field with quotes in quotes and double those inside: "
                        "\"say \"\"so\"\"\"");
}

static sft_status too_long(sft_csv_reader *r)
{
    return sft__fail_at(r->ctx, (sft_pos){ r->path, here(r, r->at).line, 0 }, SFT_E234,
                        "a line of more than %zu bytes — is it a "
                        "CSV file? is a quote left open?",
                        SFT_CSV_LINE_MOST);
}

static sft_status read_plain(sft_csv_reader *r, const char *p)
{
    const char *from = p;
    for (; !ends_field(r, p); p++)
        if (*p == '"' || *p == '\0') return bad_byte(r, p);
    const char *to = p;
    while (to > from && blank(r, to[-1])) to--;
    r->at = p;
    if ((size_t)(p - from) > SFT_CSV_LINE_MOST) return too_long(r);
    return add_field(r, (sft_csv_field){ .p = from, .n = (uint32_t)(to - from) });
}

/* p: behind the opening quote. Line ends within quotes belong to the field. */
static sft_status read_quoted(sft_csv_reader *r, const char *p)
{
    sft_csv_field f = { .p = p, .quoted = true };
    const char   *from = p, *open = p - 1;
    sft_pos       opened = here(r, open);
    for (;; p++) {
        if ((size_t)(p - from) > SFT_CSV_LINE_MOST) return too_long(r);
        if (p == r->end)
            return sft__fail_at(r->ctx, opened, SFT_E236,
                                "a lone quote — it opens a field that never ends");
        if (*p == '\0') return bad_byte(r, p);
        if (*p == '\n') {
            r->line++;
            r->line_start = p + 1;
        }
        if (*p != '"') continue;
        if (p + 1 == r->end || p[1] != '"') break;
        f.escaped = true;
        p++;
    }
    f.n = (uint32_t)(p - from);
    for (p++; p < r->end && blank(r, *p);) p++;
    if (!ends_field(r, p)) return bad_byte(r, p[0] ? p - 1 : p);
    r->at = p;
    return add_field(r, f);
}

/* At the end of a record: LF or CR LF, the same in the whole file. */
static sft_status read_line_end(sft_csv_reader *r)
{
    if (r->at == r->end) return SFT_OK;
    char kind = *r->at;
    if (kind == '\r' && (r->at + 1 == r->end || r->at[1] != '\n'))
        return sft__fail_at(r->ctx, here(r, r->at), SFT_E235,
                            "a carriage return without a line feed — convert the line ends to LF");
    if (r->line_end && r->line_end != kind)
        return sft__fail_at(r->ctx, here(r, r->at), SFT_E235,
                            "line ends are mixed — this line ends in %s, those before in %s — "
                            "convert them with dos2unix",
                            kind == '\r' ? "CR LF" : "LF", kind == '\r' ? "LF" : "CR LF");
    r->line_end = kind;
    r->at += kind == '\r' ? 2 : 1;
    r->line++;
    r->line_start = r->at;
    return SFT_OK;
}

static sft_status read_field(sft_csv_reader *r)
{
    const char *p = r->at;
    while (p < r->end && blank(r, *p)) p++;
    return p < r->end && *p == '"' ? read_quoted(r, p + 1) : read_plain(r, p);
}

static sft_status read_record(sft_csv_reader *r)
{
    const char *from = r->record_start = r->at;
    r->n = 0;
    r->record_line = r->line;
    for (;;) {
        if (read_field(r)) return sft_code(r->ctx);
        if ((size_t)(r->at - from) > SFT_CSV_LINE_MOST) return too_long(r);
        if (r->at == r->end || *r->at != r->separator) break;
        r->at++;
    }
    return read_line_end(r);
}

bool sft__csv_next(sft_csv_reader *r)
{
    while (r->at < r->end && (*r->at == '\n' || *r->at == '\r')) /* empty lines */
        if (read_line_end(r)) return false;
    return r->at < r->end && read_record(r) == SFT_OK;
}

const char *sft__csv_text(sft_arena *a, const char *p, size_t n, bool escaped)
{
    char *text = sft__arena_textn(a, p, n);
    if (!text || !escaped) return text;
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        text[k++] = text[i];
        i += text[i] == '"'; /* the second of two */
    }
    text[k] = '\0';
    return text;
}
