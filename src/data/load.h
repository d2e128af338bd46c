/* SPDX-License-Identifier: MIT */
/* Whole data files in memory, unpacked where they are gzip. */
#ifndef SFT_DATA_LOAD_H
#define SFT_DATA_LOAD_H

#include "base/io.h"

#define SFT_FILE_MOST     ((size_t)1 << 40)
#define SFT_UNPACKED_MOST ((size_t)2 << 30)

/* Reads a file; one whose name ends in ".gz" is unpacked. Missing: E200, unreadable: E201, gzip:
 * E214, E215, E216. pos is where the recipe names the data. */
sft_status sft__load(sft_ctx *c, sft_pos pos, const char *path, sft_bytes *out);

/* All members of a gzip stream, at most `limit` bytes (more is E216). `path` stands in messages. */
sft_status sft__gunzip(sft_ctx *c, const char *path, const uint8_t *packed, size_t size,
                       size_t limit, sft_bytes *out);

/* "DIR/NAME" or "DIR/NAME.gz", whichever exists, in the arena; NULL when neither does. */
const char *sft__find_file(sft_arena *a, const char *folder, const char *name);

#endif
