/* SPDX-License-Identifier: MIT */
/* Drawing on a picture in memory. Letters are three pixels by five, drawn at twice that. */
#include "sheet.h"

#include <stdlib.h>
#include <string.h>

bool cli_sheet_open(cli_sheet *s, int wide, int high)
{
    size_t size = (size_t)wide * (size_t)high * 3;
    *s = (cli_sheet){ .wide = wide, .high = high, .rgb = malloc(size) };
    if (s->rgb) memset(s->rgb, 255, size);
    return s->rgb != NULL;
}

void cli_sheet_close(cli_sheet *s) { free(s->rgb); }

static void put(cli_sheet *s, int x, int y, const uint8_t color[3])
{
    if (x >= 0 && x < s->wide && y >= 0 && y < s->high)
        memcpy(s->rgb + ((size_t)y * (size_t)s->wide + (size_t)x) * 3, color, 3);
}

static void block(cli_sheet *s, int left, int top, int size, const uint8_t color[3])
{
    for (int i = 0; i < size * size; i++) put(s, left + i % size, top + i / size, color);
}

/* ---- letters --------------------------------------------------------------------------------- */

/* An octal digit a row, the highest bit at the left. */
static unsigned glyph(char c)
{
    static const unsigned letters[26] = { 025755, 065656, 034443, 065556, 074647, 074644, 034553,
                                          055755, 072227, 011152, 055655, 044447, 057755, 065555,
                                          025552, 065644, 025563, 065655, 034216, 072222, 055557,
                                          055522, 055775, 055255, 055222, 071247 };
    static const unsigned digits[10] = { 075557, 026227, 061247, 061216, 055711,
                                         074616, 034757, 071222, 075757, 075716 };
    static const char     marks[] = " -_.:/,()+=%'";
    static const unsigned mark[] = { 0,      000700, 000007, 000002, 002020, 011244, 000024,
                                     012221, 042224, 002720, 007070, 051245, 022000 };
    const char           *at = strchr(marks, c);
    if (c >= 'a' && c <= 'z') return letters[c - 'a'];
    if (c >= 'A' && c <= 'Z') return letters[c - 'A'];
    if (c >= '0' && c <= '9') return digits[c - '0'];
    return c && at ? mark[at - marks] : 061202; /* a question mark */
}

void cli_sheet_text(cli_sheet *s, int left, int top, const char *text, size_t most)
{
    static const uint8_t ink[3] = { 40, 40, 40 };
    for (size_t k = 0; text[k] && k < most; k++, left += CLI_LETTER_WIDE)
        for (int i = 0; i < 15; i++)
            if (glyph(text[k]) >> (14 - i) & 1) block(s, left + i % 3 * 2, top + i / 3 * 2, 2, ink);
}

/* ---- samples --------------------------------------------------------------------------------- */

static uint8_t shade(const cli_cell *c, double v)
{
    double t = (v - c->low) / c->range;
    return (uint8_t)(t <= 0 ? 0 : t >= 1 ? 255 : t * 255 + 0.5);
}

static void pixel(const cli_cell *c, const float *x, int64_t plane, int64_t channels,
                  uint8_t color[3])
{
    double sum = 0;
    for (int64_t k = 0; k < channels; k++) sum += (double)x[k * plane];
    for (int k = 0; k < 3; k++)
        color[k] = shade(c, channels == 3 ? (double)x[k * plane] : sum / (double)channels);
}

void cli_sheet_image(cli_sheet *s, const cli_cell *c, const float *x, sft_shape shape)
{
    int64_t channels = shape.dim[0], high = shape.dim[1], wide = shape.dim[2];
    int     size = c->wide / (int)wide;
    uint8_t color[3];
    for (int64_t i = 0; i < high * wide; i++) {
        pixel(c, x + i, high * wide, channels, color);
        block(s, c->left + (int)(i % wide) * size, c->top + (int)(i / wide) * size, size, color);
    }
}

static int row_of(const cli_cell *c, double v)
{
    double t = (v - c->low) / c->range;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return c->top + (int)((1 - t) * (c->high - 1) + 0.5);
}

/* Column by column: from the height before to the height here. */
static void curve(cli_sheet *s, const cli_cell *c, const float *x, int64_t n,
                  const uint8_t color[3])
{
    int before = row_of(c, (double)x[0]);
    for (int i = 0; i < c->wide; i++) {
        double  at = c->wide > 1 ? (double)i * (double)(n - 1) / (c->wide - 1) : 0;
        int64_t k = (int64_t)at < n - 1 ? (int64_t)at : n - 1, next = k + 1 < n ? k + 1 : k;
        double  v = (double)x[k] + (at - (double)k) * ((double)x[next] - (double)x[k]);
        int     row = row_of(c, v), step = row < before ? -1 : 1;
        for (int y = before; y != row; y += step) put(s, c->left + i, y, color);
        put(s, c->left + i, row, color);
        before = row;
    }
}

void cli_sheet_curve(cli_sheet *s, const cli_cell *c, const float *x, sft_shape shape)
{
    static const uint8_t colors[][3] = {
        { 31, 119, 180 }, { 214, 39, 40 }, { 44, 160, 44 }, { 148, 103, 189 }
    };
    static const uint8_t frame[3] = { 210, 210, 210 };
    for (int i = 0; i < c->wide; i++) {
        put(s, c->left + i, c->top, frame);
        put(s, c->left + i, c->top + c->high - 1, frame);
    }
    for (int64_t k = 0; k < shape.dim[0]; k++)
        curve(s, c, x + k * shape.dim[1], shape.dim[1], colors[k % 4]);
}
