/* SPDX-License-Identifier: MIT */
/* Data sets that can be fetched: their files, pinned by SHA-256, and the cache folder that keeps them. The library itself
 * never uses the network. */
#ifndef SFT_DATA_REMOTE_H
#define SFT_DATA_REMOTE_H

#include "data/data.h"

typedef struct sft_remote_file {
    const char *name; /* NULL ends a list */
    const char *url[2];
    int64_t     size;
    const char *sha256;
    const char *const
        *members; /* a .tar.gz: the files taken out of it; NULL: the file is kept as it is */
} sft_remote_file;

/* Folder of a set in the cache, in the arena: $XDG_CACHE_HOME/surefoot/data/SET, else ~/.cache/…; E331 where neither is
 * known. */
const char *sft__remote_folder(sft_arena *a, const char *set);
/* Opens the set that lies in the cache by the source `format`; E200 with the command that fetches it. */
sft_status sft__open_cached(sft_ctx *c, const char *set, const sft_source *format, sft_pos pos,
                            sft_raw *raw);
/* Writes the files named in `members` out of a tar archive in memory into a folder: E228 for a damaged one, and where one of
 * them is missing. */
sft_status sft__tar_unpack(sft_ctx *c, const char *path, const uint8_t *bytes, size_t size,
                           const char *const *members, const char *folder);

#endif
