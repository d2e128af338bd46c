/* SPDX-License-Identifier: MIT */
/* TFRecord framing and the wire format of protocol buffers. A checksum that lies beside its data is masked, so that data which hold records
 * have no checksum of a checksum: rotated right by 15, plus a constant. */
#include "report/tfrecord.h"

#include <string.h>

/* Half a byte at a time: what four steps of the register make of its low bits. */
uint32_t sft__crc32c(const void *data, size_t n)
{
    static const uint32_t step[16] = {
        0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1,
        0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
        0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
        0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
    };
    const uint8_t *p = data;
    uint32_t       crc = 0xffffffffu;
    for (size_t i = 0; i < n; i++) {
        crc ^= p[i];
        crc = (crc >> 4) ^ step[crc & 15];
        crc = (crc >> 4) ^ step[crc & 15];
    }
    return ~crc;
}

static void put_little(sft_string *out, uint64_t value, int bytes)
{
    char b[8];
    for (int i = 0; i < bytes; i++) b[i] = (char)((value >> (8 * i)) & 0xff);
    sft__string_addn(out, b, (size_t)bytes);
}

static void put_masked(sft_string *out, const void *data, size_t n)
{
    const uint32_t crc = sft__crc32c(data, n);
    put_little(out, ((crc >> 15) | (crc << 17)) + 0xa282ead8u, 4);
}

void sft__tfrecord_add(sft_string *out, const void *data, size_t n)
{
    const size_t at = out->n;
    put_little(out, n, 8);
    if (!out->text) return;     /* memory is out */
    uint8_t length[8];
    memcpy(length, out->text + at, 8);
    put_masked(out, length, 8);
    sft__string_addn(out, data, n);
    put_masked(out, data, n);
}

/* ---- protocol buffers ----------------------------------------------------------------------------- */

enum { VARINT = 0, EIGHT = 1, LENGTH = 2, FOUR = 5 };

/* Seven bits a byte, the lowest first; the high bit says that more follow. */
static void put_varint(sft_string *m, uint64_t value)
{
    char   b[10];
    size_t n = 0;
    for (; value > 0x7f; value >>= 7) b[n++] = (char)((value & 0x7f) | 0x80);
    b[n++] = (char)value;
    sft__string_addn(m, b, n);
}

static void put_tag(sft_string *m, int field, int type)
{
    put_varint(m, (uint64_t)field << 3 | (uint64_t)type);
}

void sft__proto_int(sft_string *m, int field, uint64_t value)
{
    put_tag(m, field, VARINT);
    put_varint(m, value);
}

void sft__proto_double(sft_string *m, int field, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, 8);
    put_tag(m, field, EIGHT);
    put_little(m, bits, 8);
}

void sft__proto_float(sft_string *m, int field, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, 4);
    put_tag(m, field, FOUR);
    put_little(m, bits, 4);
}

void sft__proto_bytes(sft_string *m, int field, const void *data, size_t n)
{
    put_tag(m, field, LENGTH);
    put_varint(m, n);
    sft__string_addn(m, data, n);
}

/* Readers refuse a message whose text is not UTF-8. */
void sft__proto_text(sft_string *m, int field, const char *text)
{
    if (!text) return;
    if (sft__utf8_fault(text, strlen(text)) < 0) {
        sft__proto_bytes(m, field, text, strlen(text));
        return;
    }
    sft_string good;
    sft__string_open(&good, m->ctx);
    for (size_t left = strlen(text); left;) {
        const int64_t bad = sft__utf8_fault(text, left);
        const size_t  n = bad < 0 ? left : (size_t)bad;
        sft__string_addn(&good, text, n);
        if (bad >= 0) sft__string_add(&good, "\xEF\xBF\xBD");
        text += n + (bad >= 0);
        left -= n + (bad >= 0);
    }
    sft__proto_message(m, field, &good);
    sft__string_close(&good);
}

void sft__proto_message(sft_string *m, int field, const sft_string *inner)
{
    sft__proto_bytes(m, field, inner->text ? inner->text : "", inner->n);
}
