/* SPDX-License-Identifier: MIT */
/* A picture in memory: small images, curves and words on it. */
#ifndef SFT_CLI_SHEET_H
#define SFT_CLI_SHEET_H

#include "cli.h"

enum { CLI_LETTER_WIDE = 8, CLI_LETTER_HIGH = 10 }; /* the space between letters included */

typedef struct cli_sheet {
    int      wide, high;
    uint8_t *rgb; /* high x wide x 3 */
} cli_sheet;

typedef struct cli_cell { /* a place on the sheet, and how values become brightness or height */
    int    left, top, wide, high;
    double low, range; /* high = low + range */
} cli_cell;

bool cli_sheet_open(cli_sheet *s, int wide, int high); /* white; false: no memory */
void cli_sheet_close(cli_sheet *s);
void cli_sheet_text(cli_sheet *s, int left, int top, const char *text,
                    size_t most); /* at most so many letters */
/* An image of 1, 3 or more channels (their mean) at whole multiples of its size. */
void cli_sheet_image(cli_sheet *s, const cli_cell *c, const float *x, sft_shape shape);
/* A sequence as curves, a colour a channel. */
void cli_sheet_curve(cli_sheet *s, const cli_cell *c, const float *x, sft_shape shape);
int  cli_png_write(cli *a, const char *path, const cli_sheet *s); /* exit code */

#endif
