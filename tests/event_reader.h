/* SPDX-License-Identifier: MIT */
/* For tests: TensorBoard's event files, read by the letter of their format. */
#ifndef SFT_TESTS_EVENT_READER_H
#define SFT_TESTS_EVENT_READER_H

#include "export_run.h"

#include "report/tfrecord.h"

static inline uint64_t little(const uint8_t *p, int bytes)
{
    uint64_t v = 0;
    for (int i = 0; i < bytes; i++) v |= (uint64_t)p[i] << 8 * i;
    return v;
}

/* The mask undone: what a reader does. */
static inline uint32_t unmasked(const uint8_t *p)
{
    const uint32_t rotated = (uint32_t)little(p, 4) - 0xa282ead8u;
    return (rotated >> 17) | (rotated << 15);
}

typedef struct record {         /* a record of a TFRecord file */
    const uint8_t *data;
    size_t         n;
} record;

/* The next record; false at the end. All checksums must be right. */
static inline bool next_record(const uint8_t **at, const uint8_t *end, record *r)
{
    if (*at == end) return false;
    assert_true(end - *at >= 16);
    r->n = (size_t)little(*at, 8);
    r->data = *at + 12;
    assert_true((size_t)(end - *at) >= 16 + r->n);
    assert_int_equal(unmasked(*at + 8), sft__crc32c(*at, 8));
    assert_int_equal(unmasked(r->data + r->n), sft__crc32c(r->data, r->n));
    *at = r->data + r->n + 4;
    return true;
}

/* ---- protocol buffers -------------------------------------------------------------------------------- */

typedef struct field {          /* of a message */
    int      number, type;
    uint64_t value;             /* of types 0, 1 and 5 */
    record   bytes;             /* of type 2 */
} field;

static inline uint64_t varint(record *m)
{
    uint64_t v = 0;
    for (int shift = 0;; shift += 7) {
        assert_true(m->n > 0 && shift < 64);
        const uint8_t b = *m->data++;
        m->n--;
        v |= (uint64_t)(b & 0x7f) << shift;
        if (!(b & 0x80)) return v;
    }
}

static inline bool next_field(record *m, field *f)
{
    if (!m->n) return false;
    const uint64_t tag = varint(m);
    size_t         n = 0;
    *f = (field){ .number = (int)(tag >> 3), .type = (int)(tag & 7) };
    if (f->type == 0) f->value = varint(m);
    else if (f->type == 2) n = (size_t)varint(m);
    else {
        n = f->type == 1 ? 8 : 4;
        assert_true(f->type == 1 || f->type == 5);
    }
    assert_true(n <= m->n);
    if (f->type == 2) f->bytes = (record){ m->data, n };
    else if (n) f->value = little(m->data, (int)n);
    m->data += n;
    m->n -= n;
    return true;
}

/* Field `number` of a message; it must be there. */
static inline field the_field(record m, int number)
{
    field f = { 0 };
    while (next_field(&m, &f))
        if (f.number == number) return f;
    fail_msg("no field %d", number);
    return f;
}

static inline double as_double(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, 8);
    return v;
}

static inline float as_float(uint64_t bits)
{
    const uint32_t low = (uint32_t)bits;
    float          v;
    memcpy(&v, &low, 4);
    return v;
}

typedef struct scalar {
    char    tag[80];
    int64_t step;
    double  wall;
    float   value;
} scalar;

typedef struct event_file {
    int    n, plugins;          /* scalars; other values */
    scalar list[64];
    char   plugin[8][80], plugin_data[8][600]; /* tags; their data without NULs */
} event_file;

static inline bool is_text(record r, const char *text)
{
    return r.n == strlen(text) && !memcmp(r.data, text, r.n);
}

static inline void take_value(event_file *f, record value, double wall, int64_t step)
{
    field  v = { 0 };
    record rest = value, tag = the_field(value, 1).bytes;
    bool   found = false;
    while (next_field(&rest, &v)) {
        if (v.number != 2) continue;
        scalar *s = &f->list[f->n++];
        assert_true(f->n <= 64 && tag.n < sizeof s->tag);
        *s = (scalar){ .step = step, .wall = wall, .value = as_float(v.value) };
        memcpy(s->tag, tag.data, tag.n);
        found = true;
    }
    if (found) return;
    assert_true(f->plugins < 8 && tag.n < sizeof f->plugin[0]);
    memcpy(f->plugin[f->plugins], tag.data, tag.n);
    f->plugin[f->plugins][tag.n] = 0;
    rest = the_field(the_field(value, 9).bytes, 1).bytes;
    const record data = the_field(rest, 2).bytes;
    for (size_t i = 0, n = 0; i < data.n && n < 599; i++)
        if (data.data[i]) f->plugin_data[f->plugins][n++] = (char)data.data[i];
    f->plugins++;
}

static inline void read_events(const char *folder, const char *name, event_file *f)
{
    char   path[300];
    size_t n = 0;
    record r = { 0 };
    field  v = { 0 };
    snprintf(path, sizeof path, "%s%sevents.out.tfevents.0.surefoot", name, *name ? "/" : "");
    char *text = read_all(folder, path, &n);
    assert_non_null(text);
    memset(f, 0, sizeof *f);
    const uint8_t *at = (uint8_t *)text, *end = at + n;
    assert_true(next_record(&at, end, &r));
    assert_true(is_text(the_field(r, 3).bytes, "brain.Event:2"));
    while (next_record(&at, end, &r)) {
        record       rest = the_field(r, 5).bytes;
        const double wall = as_double(the_field(r, 1).value);
        while (next_field(&rest, &v)) take_value(f, v.bytes, wall, (int64_t)the_field(r, 2).value);
    }
    free(text);
}

static const scalar *find_scalar(const event_file *f, const char *tag, int64_t step)
{
    const scalar *found = NULL;
    for (int i = 0; i < f->n; i++) {
        if (strcmp(f->list[i].tag, tag) || f->list[i].step != step) continue;
        if (found) fail_msg("%s is there twice at step %d", tag, (int)step);
        found = &f->list[i];
    }
    return found;
}

static inline void check_scalar(const event_file *f, const char *tag, int64_t step, double value, double wall)
{
    const scalar *s = find_scalar(f, tag, step);
    if (!s) fail_msg("no %s at step %d", tag, (int)step);
    if (s->value != (float)value) fail_msg("%s at step %d is %g, not %g", tag, (int)step, (double)s->value, value);
    CHECK_NEAR(s->wall, wall, 1e-6);
}

#endif
