/* SPDX-License-Identifier: MIT */
/* Samples in characters: images as a ramp from dark to bright, side by side; sequences as a line; rows as numbers. */
#include "cli.h"

#include <math.h>
#include <string.h>

static const char ramp[] = " .:-=+*#%@";

typedef struct image {          /* how a sample is laid out on the screen */
    int64_t channels, high, wide;
    bool    doubled;            /* small images: two characters a pixel; others: two rows of pixels a line */
    double  low, span;
} image;

/* The mean over channels. */
static double pixel(const image *m, const float *x, int64_t row, int64_t column)
{
    double sum = 0;
    for (int64_t c = 0; c < m->channels; c++)
        sum += (double)x[(c * m->high + row) * m->wide + column];
    return sum / (double)m->channels;
}

static void measure(image *m, const float *x)
{
    double low = INFINITY, high = -INFINITY;
    for (int64_t i = 0; i < m->high * m->wide; i++) {
        double v = pixel(m, x, i / m->wide, i % m->wide);
        low = v < low ? v : low;
        high = v > high ? v : high;
    }
    m->low = low;
    m->span = high > low ? high - low : 1;
}

static char shade(const image *m, double v)
{
    int i = (int)((v - m->low) / m->span * (double)(sizeof ramp - 2) + 0.5);
    return ramp[i < 0 ? 0 : i > (int)sizeof ramp - 2 ? (int)sizeof ramp - 2 : i];
}

static void put_line(const image *m, const float *x, int64_t line)
{
    for (int64_t i = 0; i < m->wide; i++) {
        if (m->doubled) {
            char c = shade(m, pixel(m, x, line, i));
            printf("%c%c", c, c);
            continue;
        }
        int64_t below = 2 * line + 1 < m->high ? 2 * line + 1 : 2 * line;
        putchar(shade(m, (pixel(m, x, 2 * line, i) + pixel(m, x, below, i)) / 2));
    }
}

static void put_images(const float *const *x, int samples, image m, const char *indent)
{
    int64_t lines = m.doubled ? m.high : (m.high + 1) / 2;
    for (int64_t line = 0; line < lines; line++) {
        fputs(indent, stdout);
        for (int k = 0; k < samples; k++) {
            measure(&m, x[k]);
            put_line(&m, x[k], line);
            fputs(k + 1 < samples ? "  " : "\n", stdout);
        }
    }
}

static void put_sequence(const float *x, int64_t n, const char *indent)
{
    double v[120];
    int m = n < 120 ? (int)n : 120;
    for (int i = 0; i < m; i++)
        v[i] = (double)x[i];
    fputs(indent, stdout);
    cli_sparkline(stdout, v, m, m);
    putchar('\n');
}

static void put_row(const float *x, int64_t n, const char *indent)
{
    fputs(indent, stdout);
    for (int64_t i = 0; i < n && i < 8; i++)
        printf("%s%.3g", i ? " " : "", (double)x[i]);
    puts(n > 8 ? " …" : "");
}

void cli_art(const float *const *x, int samples, sft_shape shape, const char *indent)
{
    if (shape.rank >= 2 && shape.dim[shape.rank - 1] <= 100 && shape.dim[shape.rank - 2] > 1) {
        image m = { .channels = shape.rank == 3 ? shape.dim[0] : 1, .high = shape.dim[shape.rank - 2], .wide = shape.dim[shape.rank - 1] };
        m.doubled = m.wide <= 16;
        if (shape.rank <= 3) {
            put_images(x, samples, m, indent);
            return;
        }
    }
    for (int k = 0; k < samples; k++) {
        if (shape.rank >= 2)
            put_sequence(x[k], shape.dim[shape.rank - 1], indent);
        else
            put_row(x[k], shape.rank ? shape.dim[0] : 1, indent);
    }
}
