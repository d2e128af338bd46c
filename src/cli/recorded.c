/* SPDX-License-Identifier: MIT */
/* signals.csv of a run: what was seen of its layers while it trained. */
#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES = 9 };            /* of a row, behind step, epoch, layer and op */

typedef struct row {
    long long step, epoch;
    char      layer[64], op[32];
    double    v[VALUES];
} row;

/* An empty field is no number. */
static bool take_row(const char *line, row *r)
{
    int at = 0;
    r->layer[0] = 0;
    if (sscanf(line, "%lld,%lld,%n", &r->step, &r->epoch, &at) != 2 || !at) return false;
    const char  *comma = strchr(line + at, ',');
    const size_t n = comma ? (size_t)(comma - line) - (size_t)at : 0;
    if (!comma || n >= sizeof r->layer) return false;
    memcpy(r->layer, line + at, n);
    r->layer[n] = 0;
    if (sscanf(comma, ",%31[^,]", r->op) != 1) return false;
    const char *field = strchr(comma + 1, ',');
    for (int i = 0; i < VALUES; i++) {
        char *end = NULL;
        if (!field) return false;
        r->v[i] = strtod(field + 1, &end);
        if (end == field + 1) r->v[i] = NAN;
        field = strchr(field + 1, ',');
    }
    return true;
}

static row *read_rows(const char *path, int *n)
{
    char  *text = cli_read_text(path);
    size_t lines = 1;
    *n = 0;
    for (const char *c = text; c && *c; c++) lines += *c == '\n';
    row *list = text ? malloc(lines * sizeof *list) : NULL;
    for (char *line = list ? strtok(text, "\n") : NULL; line; line = strtok(NULL, "\n"))
        if (take_row(line, &list[*n])) ++*n;
    free(text);
    return list;
}

static sft_signal_facts facts_of(const row *r)
{
    return (sft_signal_facts){ .layer = r->layer, .op = r->op, .rms = r->v[0], .mean = r->v[1], .gain = r->v[2], .alike = r->v[3],
                               .dead = r->v[4], .slope = r->v[5], .gradient = r->v[6], .weight = r->v[7], .update = r->v[8] };
}

/* ---- text ------------------------------------------------------------------------------------ */

/* The loss of a look is not in the file: the mean of the epoch is in metrics.csv. */
static void print_looks(const row *list, int n, sft_signal_facts *room, bool last_only)
{
    cli_signal_course k = { .out = stdout, .no_loss = true };
    for (int i = 0, next; i < n; i = next) {
        sft_signals s = { .step = list[i].step, .epoch = list[i].epoch, .loss = NAN, .grad_norm = NAN, .layer = room };
        for (next = i; next < n && list[next].step == list[i].step; next++) room[s.layers++] = facts_of(&list[next]);
        cli_signals_add(&k, &s);
        if (next == n || !last_only) cli_signals_print(&k, &s);
    }
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void json_row(cli_json *j, const row *r)
{
    static const char *const names[VALUES] = { "rms", "mean", "gain", "alike", "dead", "slope", "gradient", "weight", "update" };
    cli_json_begin(j, NULL, '{');
    cli_json_int(j, "step", r->step);
    cli_json_int(j, "epoch", r->epoch);
    cli_json_text(j, "layer", r->layer);
    cli_json_text(j, "op", r->op);
    for (int i = 0; i < VALUES; i++) cli_json_number(j, names[i], r->v[i]);
    cli_json_end(j, '}');
}

static void print_json(const char *folder, const row *list, int n)
{
    cli_json j;
    cli_json_open(&j, stdout);
    cli_json_begin(&j, NULL, '{');
    cli_json_int(&j, "schema", 1);
    cli_json_text(&j, "run", folder);
    cli_json_begin(&j, "signals", '[');
    for (int i = 0; i < n; i++) json_row(&j, &list[i]);
    cli_json_end(&j, ']');
    cli_json_end(&j, '}');
    cli_json_close(&j);
}

bool cli_print_recorded(const cli *a, const char *folder)
{
    char path[4200];
    int  n = 0;
    snprintf(path, sizeof path, "%.4100s/signals.csv", folder);
    if (!cli_is_file(path)) return false;
    row              *list = read_rows(path, &n);
    sft_signal_facts *room = malloc(((size_t)n + 1) * sizeof *room);
    const bool        any = list && room && n > 0;
    if (any && a->json) print_json(folder, list, n);
    else if (any) {
        printf("recorded  %s\n", path);
        print_looks(list, n, room, !a->verbose);
    }
    free(room);
    free(list);
    return any;
}
