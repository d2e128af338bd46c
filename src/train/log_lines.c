/* SPDX-License-Identifier: MIT */
/* Logs of the run folder grow by a line at a time; a run that goes on keeps the whole lines up to its step. */
#include "base/text.h"
#include "train/folder.h"

#include <math.h>
#include <string.h>

size_t sft__line_length(const char *text, size_t n)
{
    const char *end = n ? memchr(text, '\n', n) : NULL;
    n = end ? (size_t)(end - text) : n;
    return n - (n > 0 && text[n - 1] == '\r');
}

bool sft__line_up_to(const char *line, size_t n, int64_t last_step)
{
    int64_t step = 0;
    size_t  digits = 0;
    while (digits < n && line[digits] >= '0' && line[digits] <= '9') digits++;
    return sft__parse_int(line, digits, &step) && step <= last_step;
}

void sft__whole_lines(sft_folder *f, const char *name, const char *text, size_t size, sft_line_fn *each, void *user)
{
    for (size_t at = 0; at < size;) {
        const char *end = memchr(text + at, '\n', size - at);
        if (!end) {
            sft__note(f->ctx, SFT_NOTE, "W340", "the last line of %s was torn; dropped", name);
            return;
        }
        each(user, text + at, sft__line_length(text + at, size - at));
        at = (size_t)(end - text) + 1;
    }
}

void sft__put_field(FILE *out, double v)
{
    char buf[40];
    fprintf(out, ",%s", isfinite(v) ? sft__print_real(v, buf, sizeof buf) : "");
}
