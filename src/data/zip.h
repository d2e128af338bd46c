/* SPDX-License-Identifier: MIT */
/* ZIP archives in memory, as far as numpy.savez writes them: stored and deflated members. */
#ifndef SFT_DATA_ZIP_H
#define SFT_DATA_ZIP_H

#include "base/io.h"

#define SFT_ZIP_MEMBERS_MOST 4096

typedef struct sft_zip_member {
    const char *name;
    int64_t     header, end; /* of its local header; of its packed bytes */
    int64_t     packed, size;
    uint32_t    crc;
    bool        deflated;
} sft_zip_member;

typedef struct sft_zip {
    const char     *path; /* for messages */
    const uint8_t  *bytes;
    size_t          size;
    int             n;
    sft_zip_member *member; /* by name, ascending */
} sft_zip;

/* Reads and checks the directory. Encrypted members: E224, a name twice: E225, members that overlap: E226, names that
 * lead out of the archive: E227, damage and what is not supported: E228, sizes beyond any data set: E229. */
sft_status sft__zip_open(sft_arena *a, const char *path, const uint8_t *bytes, size_t size,
                         sft_zip *zip);
/* Unpacks a member and checks its sum; to be freed by sft__bytes_free. */
sft_status sft__zip_read(sft_ctx *c, const sft_zip *zip, const sft_zip_member *m, sft_bytes *out);

#endif
