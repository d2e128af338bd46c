/* SPDX-License-Identifier: MIT */
/* The two layers below an event file of TensorBoard: records with checksums (TFRecord), and protocol buffers as far as needed. */
#ifndef SFT_REPORT_TFRECORD_H
#define SFT_REPORT_TFRECORD_H

#include "base/text.h"

/* CRC-32C (Castagnoli) of RFC 3720: reflected, polynomial 0x1edc6f41. */
uint32_t sft__crc32c(const void *data, size_t n);
/* A record: length, checksum of the length, data, checksum of the data; little-endian, checksums masked. */
void     sft__tfrecord_add(sft_string *out, const void *data, size_t n);

/* Fields of a message, behind those that are in it. */
void sft__proto_int(sft_string *m, int field, uint64_t value);
void sft__proto_double(sft_string *m, int field, double value);
void sft__proto_float(sft_string *m, int field, float value);
void sft__proto_bytes(sft_string *m, int field, const void *data, size_t n); /* a message within, too */
void sft__proto_text(sft_string *m, int field, const char *text); /* what is not UTF-8 becomes U+FFFD; NULL: no field */
void sft__proto_message(sft_string *m, int field, const sft_string *inner);

#endif
