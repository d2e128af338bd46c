/* SPDX-License-Identifier: MIT */
/* What a run folder tells of its run before the doctor looks: how it ended, and the faults that were told while it trained. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The text of a key in one line of events.jsonl, which is our own: no escapes but of quotes and backslashes are undone. */
static const char *text_of(const char *line, const char *key, char *buf, size_t size)
{
    char   mark[40];
    size_t n = 0;
    snprintf(mark, sizeof mark, "\"%s\": \"", key);
    const char *at = strstr(line, mark);
    for (at = at ? at + strlen(mark) : ""; *at && *at != '"' && n + 1 < size; at++) {
        if (*at == '\\' && at[1]) at++;
        buf[n++] = *at;
    }
    buf[n] = 0;
    return buf;
}

static void print_fault(const char *line)
{
    char symptom[64], severity[16], layer[64], evidence[900], text[1100];
    text_of(line, "symptom", symptom, sizeof symptom);
    text_of(line, "severity", severity, sizeof severity);
    text_of(line, "layer", layer, sizeof layer);
    text_of(line, "evidence", evidence, sizeof evidence);
    snprintf(text, sizeof text, "step %lld: %s, %s%s%s — %s", strtoll(line + strcspn(line, "0123456789"), NULL, 10), severity, symptom,
             *layer ? " at " : "", layer, evidence);
    cli_wrap(text, "          ", cli_width(STDOUT_FILENO));
}

void cli_print_past(const char *folder)
{
    char   path[4400], status[32], message[400];
    double steps = 0, planned = 0;
    if (!cli_summary_text(folder, "status", status, sizeof status)) return;
    cli_summary_number(folder, "steps", &steps);
    cli_summary_number(folder, "steps_planned", &planned);
    printf("run       %s after %.0f of %.0f steps\n", status, steps, planned);
    if (cli_summary_text(folder, "message", message, sizeof message)) cli_wrap(message, "          ", cli_width(STDOUT_FILENO));
    snprintf(path, sizeof path, "%.4100s/events.jsonl", folder);
    char *text = cli_read_text(path);
    for (char *line = text ? strtok(text, "\n") : NULL; line; line = strtok(NULL, "\n"))
        if (strstr(line, "\"event\": \"fault\"")) print_fault(line);
    free(text);
}
