/* SPDX-License-Identifier: MIT */
/* The signal of every layer as a picture: sizes forward and backward, and how much of each layer is alive. */
#include "cli.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

typedef struct picture {
    char folder[4096], name[256]; /* of the file, without its end */
    bool png;
    int  layers;
} picture;

static bool take_apart(const char *path, picture *p)
{
    const char  *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path, *dot = strrchr(base, '.');
    const size_t n = dot ? (size_t)(dot - base) : 0;
    *p = (picture){ .png = dot && !strcmp(dot, ".png") };
    if (n == 0 || n >= sizeof p->name || (!p->png && strcmp(dot, ".svg"))) return false;
    snprintf(p->folder, sizeof p->folder, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
    if (slash == path) strcpy(p->folder, "/");
    memcpy(p->name, base, n);
    return !strpbrk(p->name, "'\\\n");
}

static void put_number(FILE *f, double v)
{
    if (isfinite(v)) fprintf(f, " %.6g", v);
    else fputs(" NaN", f);
}

static void put_layers(FILE *f, const sft_diagnosis *d, picture *p)
{
    sft_signal_facts s;
    fputs("$layers << EOD\n", f);
    for (; sft_diagnosis_signal(d, false, p->layers, &s); p->layers++) {
        if (strcmp(s.layer, s.op)) fprintf(f, "\"%s %s\"", s.layer, s.op);
        else fprintf(f, "\"%s\"", s.op);
        put_number(f, s.rms > 0 ? s.rms : NAN);
        put_number(f, s.gradient > 0 ? s.gradient : NAN);
        put_number(f, s.dead);
        put_number(f, s.slope);
        fputc('\n', f);
    }
    fputs("EOD\n", f);
}

/* One above the other, with the layers' names below the last. */
static void put_panel(FILE *f, double top, double bottom, const char *label, const char *plot)
{
    fprintf(f, "set tmargin at screen %g\nset bmargin at screen %g\nset ylabel '%s'\nplot %s\n", top, bottom, label, plot);
}

static void put_plots(FILE *f, const picture *p)
{
    const int width = p->layers > 24 ? 20 * p->layers + 320 : 800;
    fprintf(f, "set terminal %s size %d,800 background 'white'\n", p->png ? "pngcairo" : "svg", width);
    fprintf(f, "set output '%s.%s'\n", p->name, p->png ? "png" : "svg");
    fprintf(f, "set multiplot title 'the signal at initialisation'\nset xrange [-0.7:%g]\n", p->layers - 0.3);
    fprintf(f, "set lmargin at screen %g\nset rmargin at screen %g\n", 90.0 / width, 1 - 20.0 / width);
    fputs("set grid xtics ytics linecolor rgb '#cccccc'\n"
          "set xtics 1 format ''\n"
          "set logscale y\n"
          "set format y '10^{%L}'\n", f);
    put_panel(f, 0.94, 0.72, "rms of the output",
              "$layers using 0:2 with linespoints pointtype 7 pointsize 0.6 linewidth 2 linecolor rgb '#1f4e8c' notitle");
    put_panel(f, 0.69, 0.49, "rms of the gradient",
              "$layers using 0:3 with linespoints pointtype 7 pointsize 0.6 linewidth 2 linecolor rgb '#b3541e' notitle");
    fputs("unset logscale y\n"
          "set format y '%g'\n"
          "set yrange [0:1.3]\n"
          "set ytics 0,0.25,1\n"
          "set xtics rotate by 90 right noenhanced\n"
          "set boxwidth 0.4\n"
          "set style fill solid 0.7\n"
          "set key inside top center horizontal\n", f);
    put_panel(f, 0.46, 0.26, "share",
              "$layers using 0:(NaN):xtic(1) notitle, '' using ($0 - 0.2):5 with boxes linecolor rgb '#0a7d32' title 'mean slope / largest', "
              "'' using ($0 + 0.2):4 with boxes linecolor rgb '#666666' title 'dead units'");
    fputs("unset multiplot\n", f);
}

bool cli_is_picture(const char *path)
{
    picture p;
    return take_apart(path, &p);
}

int cli_signal_picture(cli *a, const sft_diagnosis *d, const char *path)
{
    picture p;
    char    script[300], at[4400];
    take_apart(path, &p);
    snprintf(script, sizeof script, "%s.gp", p.name);
    snprintf(at, sizeof at, "%s/%s", p.folder, script);
    FILE *f = fopen(at, "w");
    if (!f) return cli_fail_io(a, errno, "cannot write %s", at);
    fprintf(f, "# Change what you like and run: gnuplot %s\n", script);
    put_layers(f, d, &p);
    put_plots(f, &p);
    bool failed = ferror(f) != 0;
    failed = fclose(f) != 0 || failed;
    if (failed) return cli_fail_io(a, errno, "cannot write %s", at);
    unlink(path);               /* of a check before: it must not pass for this one's */
    const int drawn = cli_gnuplot(p.folder, script);
    if (drawn != 0 || !cli_is_file(path)) cli_not_drawn(a, drawn, p.folder, script);
    return SFT_OK;
}
