/* SPDX-License-Identifier: MIT */
/* What lr-find leaves in a folder: the curve as CSV, a gnuplot script beside it, and the pictures it draws. */
#include "cli.h"

#include <errno.h>
#include <math.h>
#include <unistd.h>

/* From a little below the lowest loss to above the plateau that the test begins on; divergence leaves the picture. */
void cli_lr_range(const cli_lr_curve *c, double *low, double *high)
{
    int at = 0;
    double top = 0;
    for (int i = 0; i < c->n; i++)
        at = c->smooth[i] < c->smooth[at] ? i : at;
    for (int i = 0; i <= at && i < c->n; i++)
        top = fmax(top, c->smooth[i]);
    double span = c->n ? top - c->smooth[at] : 1;
    span = span > 0 ? span : fabs(top) > 0 ? fabs(top) : 1;
    *low = (c->n ? c->smooth[at] : 0) - 0.05 * span;
    *high = top + 0.25 * span;
}

static int write_csv(cli *a, const cli_lr_curve *c, const char *path)
{
    FILE *f = fopen(path, "w");
    if (!f)
        return cli_fail_io(a, errno, "cannot write %s", path);
    fputs("step,lr,loss,smooth\n", f);
    for (int i = 0; i < c->n; i++)
        fprintf(f, "%d,%.9g,%.9g,%.9g\n", i + 1, c->lr[i], c->loss[i], c->smooth[i]);
    bool failed = ferror(f) != 0;
    failed = fclose(f) != 0 || failed;
    return failed ? cli_fail_io(a, errno, "cannot write %s", path) : SFT_OK;
}

static void put_mark(FILE *f, double x, const char *name, double top, const char *color)
{
    if (isnan(x))
        return;
    fprintf(f, "set arrow from %.9g, graph 0 to %.9g, graph 1 nohead dashtype 2 linecolor rgb '%s'\n", x, x, color);
    fprintf(f, "set label '%s %.2g' at %.9g, graph %.3g offset 0.5, 0 textcolor rgb '%s'\n", name, x, x, top, color);
}

static int write_script(cli *a, const cli_lr_curve *c, const sft_lr_found *found, const char *path)
{
    double low, high;
    FILE *f = fopen(path, "w");
    if (!f)
        return cli_fail_io(a, errno, "cannot write %s", path);
    cli_lr_range(c, &low, &high);
    for (int i = 0; i < c->n; i++) /* batches lie below their lagging mean */
        low = c->loss[i] < low ? c->loss[i] - 0.02 * (high - c->loss[i]) : low;
    fputs("# A range test of the learning rate. Change what you like and run: gnuplot lr-find.gp\n"
          "set datafile separator ','\n"
          "set logscale x\n"
          "set format x '10^{%L}'\n"
          "set xlabel 'learning rate'\n"
          "set ylabel 'loss'\n"
          "set grid linecolor rgb '#dddddd'\n"
          "set key bottom left\n", f);
    fprintf(f, "set yrange [%.9g:%.9g]\n", low, high);
    put_mark(f, found->valley, "valley", 0.95, "#0a7d32");
    put_mark(f, found->steep, "steep", 0.89, "#b3541e");
    fputs("set terminal svg size 800,500 background 'white'\n"
          "set output 'lr-find.svg'\n"
          "plot 'lr-find.csv' every ::1 using 2:3 with points pointtype 7 pointsize 0.4 linecolor rgb '#9ab8d6' title 'loss of a batch', \\\n"
          "     '' every ::1 using 2:4 with lines linewidth 2 linecolor rgb '#1f4e8c' title 'smoothed'\n"
          "if (strstrt(GPVAL_TERMINALS, 'pngcairo') > 0) {\n"
          "    set terminal pngcairo size 800,500 background 'white'\n"
          "    set output 'lr-find.png'\n"
          "    replot\n"
          "}\n", f);
    bool failed = ferror(f) != 0;
    failed = fclose(f) != 0 || failed;
    return failed ? cli_fail_io(a, errno, "cannot write %s", path) : SFT_OK;
}

int cli_lr_write(cli *a, const char *folder, const cli_lr_curve *c, const sft_lr_found *found, cli_lr_files *files)
{
    char script[4200];
    snprintf(files->csv, sizeof files->csv, "%s/lr-find.csv", folder);
    snprintf(files->svg, sizeof files->svg, "%s/lr-find.svg", folder);
    snprintf(files->png, sizeof files->png, "%s/lr-find.png", folder);
    snprintf(script, sizeof script, "%s/lr-find.gp", folder);
    int code = write_csv(a, c, files->csv);
    code = code ? code : write_script(a, c, found, script);
    if (code)
        return code;
    unlink(files->svg);         /* of a test before: it must not pass for this one's */
    unlink(files->png);
    int drawn = c->n > 1 ? cli_gnuplot(folder, "lr-find.gp") : 126;
    files->drawn = drawn == 0 && cli_is_file(files->svg);
    if (!files->drawn && c->n > 1)
        cli_not_drawn(a, drawn, folder, "lr-find.gp");
    return SFT_OK;
}
