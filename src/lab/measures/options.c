/* SPDX-License-Identifier: MIT */
/* What options of measures mean: a layer, a step. */
#include "lab/measures/measures.h"

#include <string.h>

const char *const sft__moment_words[] = { "start", "best", "end", NULL };

static int counted(int64_t i, int n)
{
    if (i < 0) i += n;
    return i >= 0 && i < n ? (int)i : -1;
}

sft_status sft__lab_pick(sft_ctx *c, const char *what, const char *word, int n, const char *const *path, int *at)
{
    int64_t i = 0;
    bool    known = sft__text_is(word, "first") || sft__parse_int(word, strlen(word), &i);
    if (sft__text_is(word, "last")) {
        known = true;
        i = -1;
    }
    *at = known ? counted(i, n) : -1;
    for (int k = 0; k < n && !known; k++)
        if (sft__text_is(word, path[k])) {
            known = true;
            *at = k;
        }
    if (known || !n) return sft_code(c);
    return sft__fail(c, SFT_E132, "measure %s: there is no layer `%s` — write first, last, a number from 0, or one of the paths %s to %s",
                     what, word, path[0], path[n - 1]);
}

sft_status sft__lab_step(sft_ctx *c, const char *what, const char *word, int64_t *step)
{
    *step = sft__text_is(word, "end") ? INT64_MAX : 0;
    if (*step || sft__text_is(word, "start") || (sft__parse_int(word, strlen(word), step) && *step >= 0)) return sft_code(c);
    return sft__fail(c, SFT_E132, "measure %s: `at` is start, end or a step, got `%s`", what, word);
}
