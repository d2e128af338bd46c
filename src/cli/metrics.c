/* SPDX-License-Identifier: MIT */
/* metrics.csv of a run folder, and a series drawn in one line. */
#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Every line is at most one row, so the number of lines is room enough. */
static bool make_room(cli_series *s, size_t lines)
{
    s->loss = malloc(lines * sizeof *s->loss);
    s->accuracy = malloc(lines * sizeof *s->accuracy);
    s->step = malloc(lines * sizeof *s->step);
    s->epoch = malloc(lines * sizeof *s->epoch);
    return s->loss && s->accuracy && s->step && s->epoch;
}

/* An empty field is a number that was not finite. */
static double number(const char *text)
{
    char *end;
    double v = strtod(text, &end);
    return end == text ? NAN : v;
}

static void take_line(const char *line, cli_series series[SFT_SPLITS])
{
    long long step, epoch;
    char split[16];
    int at = 0;
    if (sscanf(line, "%lld,%lld,%15[a-z],%n", &step, &epoch, split, &at) != 3 || !at)
        return;
    const char *comma = strchr(line + at, ',');
    for (int s = 0; s < SFT_SPLITS; s++) {
        if (strcmp(split, cli_split_name((sft_split)s)) != 0)
            continue;
        cli_series *to = &series[s];
        to->step[to->n] = step;
        to->epoch[to->n] = epoch;
        to->loss[to->n] = line[at] == ',' ? NAN : number(line + at);
        to->accuracy[to->n++] = comma && comma[1] != ',' ? number(comma + 1) : NAN;
    }
}

bool cli_metrics_read(const char *folder, cli_series series[SFT_SPLITS])
{
    char path[4200];
    size_t lines = 1;
    snprintf(path, sizeof path, "%s/metrics.csv", folder);
    memset(series, 0, SFT_SPLITS * sizeof *series);
    char *text = cli_read_text(path);
    if (!text)
        return false;
    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    bool good = true;
    for (int s = 0; s < SFT_SPLITS; s++)
        good = make_room(&series[s], lines) && good;
    for (char *line = strtok(text, "\n"); good && line; line = strtok(NULL, "\n"))
        take_line(line, series);
    free(text);
    return good;
}

void cli_metrics_free(cli_series series[SFT_SPLITS])
{
    for (int s = 0; s < SFT_SPLITS; s++) {
        free(series[s].loss);
        free(series[s].accuracy);
        free(series[s].step);
        free(series[s].epoch);
    }
}

/* The mean of what falls into column i of `width`; not finite where any of it is. */
static double column(const double *v, int n, int width, int i)
{
    int from = (int)((int64_t)n * i / width), to = (int)((int64_t)n * (i + 1) / width);
    double sum = 0;
    for (int k = from; k < to || k == from; k++)
        sum += v[k];
    return sum / (to > from ? to - from : 1);
}

void cli_sparkline(FILE *out, const double *v, int n, int width)
{
    static const char *const bars[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
    double low = INFINITY, high = -INFINITY;
    width = width < n ? width : n;
    for (int i = 0; i < width; i++) {
        double x = column(v, n, width, i);
        low = x < low ? x : low;
        high = x > high && isfinite(x) ? x : high;
    }
    for (int i = 0; i < width; i++) {
        double x = column(v, n, width, i), share = high > low ? (x - low) / (high - low) : 0;
        fputs(isfinite(x) ? bars[(int)(share * 7.999)] : "!", out);
    }
}
