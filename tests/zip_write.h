/* SPDX-License-Identifier: MIT */
/* For tests of data: NPY files and ZIP archives made byte by byte, right or wrong. */
#ifndef SFT_TESTS_ZIP_WRITE_H
#define SFT_TESTS_ZIP_WRITE_H

#include "data_folder.h"

typedef struct made_bytes {
    size_t  n;
    uint8_t p[65536];
} made_bytes;

static inline void made_add(made_bytes *m, const void *p, size_t n)
{
    assert_true(m->n + n <= sizeof m->p);
    memcpy(m->p + m->n, p, n);
    m->n += n;
}

static inline void made_little(made_bytes *m, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) made_add(m, &(uint8_t){ (uint8_t)(value >> 8 * i) }, 1);
}

/* An NPY file of version 1: the header's literal as it stands, then `size` bytes of values. */
static inline void made_npy(made_bytes *m, const char *literal, const void *values, size_t size)
{
    size_t n = strlen(literal);
    m->n = 0;
    made_add(m, "\x93NUMPY\1\0", 8);
    made_little(m, n, 2);
    made_add(m, literal, n);
    made_add(m, values, size);
}

/* One member of an archive, and what may be wrong with it. */
typedef struct made_member {
    const char *name, *local_name; /* local_name NULL: the same */
    const void *data;
    size_t      n, size; /* bytes in the archive; unpacked, 0: the same */
    unsigned    flags, method;
    uint32_t    crc;
    int32_t     move; /* added to the place in the directory */
} made_member;

static inline uint32_t made_crc(const uint8_t *p, size_t n)
{
    uint32_t crc = 0xFFFFFFFFu;
    for (size_t i = 0; i < n; i++) {
        crc ^= p[i];
        for (int k = 0; k < 8; k++) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return ~crc;
}

static inline void made_zip(made_bytes *z, const made_member *m, int count)
{
    uint32_t place[16];
    z->n = 0;
    for (int i = 0; i < count; i++) {
        const char *name = m[i].local_name ? m[i].local_name : m[i].name;
        place[i] = (uint32_t)z->n;
        made_add(z, "PK\3\4\x14\0", 6);
        made_little(z, m[i].flags, 2);
        made_little(z, m[i].method, 2);
        made_little(z, 0, 4 + 4); /* time and date; the sum is only in the directory */
        made_little(z, m[i].n, 4);
        made_little(z, m[i].size ? m[i].size : m[i].n, 4);
        made_little(z, strlen(name), 4);
        made_add(z, name, strlen(name));
        made_add(z, m[i].data, m[i].n);
    }
    size_t directory = z->n;
    for (int i = 0; i < count; i++) {
        made_add(z, "PK\1\2\x14\0\x14\0", 8);
        made_little(z, m[i].flags, 2);
        made_little(z, m[i].method, 2);
        made_little(z, 0, 4);
        made_little(z, m[i].crc ? m[i].crc : made_crc(m[i].data, m[i].n), 4);
        made_little(z, m[i].n, 4);
        made_little(z, m[i].size ? m[i].size : m[i].n, 4);
        made_little(z, strlen(m[i].name), 2);
        made_little(z, 0, 8); /* lengths of extra and comment, disk, attributes */
        made_little(z, 0, 4);
        made_little(z, place[i] + (uint32_t)m[i].move, 4);
        made_add(z, m[i].name, strlen(m[i].name));
    }
    size_t end = z->n;
    made_add(z, "PK\5\6\0\0\0\0", 8);
    made_little(z, (uint64_t)count, 2);
    made_little(z, (uint64_t)count, 2);
    made_little(z, end - directory, 4);
    made_little(z, directory, 4);
    made_little(z, 0, 2);
}

#endif
