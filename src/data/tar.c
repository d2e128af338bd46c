/* SPDX-License-Identifier: MIT */
/* Takes named files out of a tar archive in memory (POSIX ustar: blocks of 512 bytes, sizes in octal). */
#include "data/remote.h"

#include <string.h>

#define BLOCK 512

static sft_status damaged(sft_ctx *c, const char *path, const char *what)
{
    return sft__fail_at(c, (sft_pos){ .file = path }, SFT_E228,
                        "tar archive is damaged: %s — fetch it again", what);
}

static bool octal(const uint8_t *p, int n, int64_t *value)
{
    int i = 0;
    *value = 0;
    while (i < n && p[i] == ' ') i++;
    int first = i;
    for (; i < n && p[i] >= '0' && p[i] <= '7'; i++) *value = *value * 8 + (p[i] - '0');
    return i > first && (i == n || p[i] == ' ' || p[i] == '\0');
}

/* The sum of all bytes of a header, its own field taken as blanks. */
static bool sum_is_right(const uint8_t *h)
{
    int64_t want, sum = 0;
    for (int i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? ' ' : h[i];
    return octal(h + 148, 8, &want) && want == sum;
}

/* Which member a name stands for, whatever folder it has in the archive; -1: none. */
static int member_of(const uint8_t *h, const char *const *members)
{
    char name[101];
    memcpy(name, h, 100);
    name[100] = '\0';
    const char *slash = strrchr(name, '/'), *last = slash ? slash + 1 : name;
    for (int i = 0; members[i]; i++)
        if (!strcmp(last, members[i])) return i;
    return -1;
}

static sft_status write_member(sft_ctx *c, const char *folder, const char *name,
                               const uint8_t *bytes, int64_t size)
{
    sft_arena a;
    sft__arena_open(&a, c);
    const char *path = sft__arena_printf(&a, "%s/%s", folder, name);
    if (path) sft__write_file(c, path, &(sft_part){ bytes, (size_t)size }, 1);
    sft__arena_close(&a);
    return sft_code(c);
}

sft_status sft__tar_unpack(sft_ctx *c, const char *path, const uint8_t *bytes, size_t size,
                           const char *const *members, const char *folder)
{
    int64_t at = 0, length, found = 0, wanted = 0;
    while (members[wanted]) wanted++;
    for (; at + BLOCK <= (int64_t)size && bytes[at];
         at += BLOCK + (length + BLOCK - 1) / BLOCK * BLOCK) {
        const uint8_t *h = bytes + at;
        if (!sum_is_right(h) || !octal(h + 124, 12, &length))
            return damaged(c, path, "a header makes no sense");
        if (length > (int64_t)size - at - BLOCK) return damaged(c, path, "it ends too early");
        int k = h[156] == '0' || h[156] == '\0' ? member_of(h, members) : -1;
        if (k >= 0 && write_member(c, folder, members[k], h + BLOCK, length)) return sft_code(c);
        found += k >= 0;
    }
    return found < wanted ? damaged(c, path, "a file that belongs in it is missing") : SFT_OK;
}
