/* SPDX-License-Identifier: MIT */
/* Names, aliases and "did you mean". */
#include "base/fields.h"

#include <stdio.h>
#include <string.h>

#define LONGEST 48 /* longer words have no neighbours */

bool sft__named(const char *name, const char *word, const char *aliases)
{
    if (!name || !*name)
        return false;
    if (word && strcmp(name, word) == 0)
        return true;
    size_t n = strlen(name);
    for (const char *at = aliases; at && *at;) {
        size_t length = strcspn(at, " ");
        if (length == n && memcmp(at, name, n) == 0)
            return true;
        at += length + strspn(at + length, " ");
    }
    return false;
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: insertions, deletions, changes, and two neighbours swapped; letters in either case are
 * one. row[i % 3][j] is the distance of the first i letters of a to the first j of b. */
static int distance(const char *a, int na, const char *b, int nb)
{
    int row[3][LONGEST + 1];
    for (int j = 0; j <= nb; j++)
        row[0][j] = j;
    for (int i = 1; i <= na; i++) {
        int *now = row[i % 3], *above = row[(i - 1) % 3], *above2 = row[(i + 1) % 3];
        now[0] = i;
        for (int j = 1; j <= nb; j++) {
            int change = above[j - 1] + (lower(a[i - 1]) != lower(b[j - 1]));
            now[j] = least(change, 1 + least(above[j], now[j - 1]));
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
                now[j] = least(now[j], above2[j - 2] + 1);
        }
    }
    return row[na % 3][nb];
}

sft_near sft__near(const char *word)
{
    return (sft_near){ .word = word };
}

void sft__near_try(sft_near *n, const char *candidate)
{
    if (!n->word || !candidate)
        return;
    size_t a = strlen(n->word), b = strlen(candidate);
    if (a == 0 || b == 0 || a > LONGEST || b > LONGEST)
        return;
    int d = distance(n->word, (int)a, candidate, (int)b);
    if (!n->best || d < n->distance) {
        n->best = candidate;
        n->distance = d;
    }
}

const char *sft__near_best(const sft_near *n)
{
    if (!n->best || n->distance > 1 + (int)strlen(n->word) / 3)
        return NULL;
    return n->best;
}

const char *sft__near_hint(const sft_near *n, char buf[SFT_NEAR_ROOM])
{
    const char *best = sft__near_best(n);
    buf[0] = 0;
    if (best)
        snprintf(buf, SFT_NEAR_ROOM, " — did you mean `%s`?", best);
    return buf;
}
