/* SPDX-License-Identifier: MIT */
/* Progress on stderr: a bar with the time left on a terminal, one line an epoch (at most one a second) elsewhere. */
#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BAR = 20 };

bool cli_can_draw(void)
{
    const char *term = getenv("TERM");
    return isatty(STDERR_FILENO) && !(term && !strcmp(term, "dumb"));
}

void cli_draw_bar(cli *a, int width, double share, char *text)
{
    char bar[BAR + 1];
    for (int i = 0; i < BAR; i++)
        bar[i] = i < (int)(share * BAR) ? '=' : i == (int)(share * BAR) ? '>' : ' ';
    bar[BAR] = 0;
    if (width > BAR + 12 && (size_t)(width - BAR - 9) < strlen(text))
        text[width - BAR - 9] = 0;
    a->drawn = true;
    fprintf(stderr, "\r[%s] %3.0f%% %s\033[K", bar, 100 * share, text);
    fflush(stderr);
}

void cli_progress_open(cli_progress *p, cli *a)
{
    *p = (cli_progress){ .a = a, .bar = cli_can_draw(), .width = cli_width(STDERR_FILENO), .last = -1 };
}

static int add_scores(char *text, size_t size, const char *name, const sft_scores *s)
{
    if (!(s->count > 0))
        return 0;
    return isfinite(s->accuracy) ? snprintf(text, size, "  %s %.4f %5.2f%%", name, s->loss, 100 * s->accuracy)
                                 : snprintf(text, size, "  %s %.4f", name, s->loss);
}

static void line(const sft_progress *now, char *text, size_t size)
{
    char eta[24];
    int n = snprintf(text, size, "epoch %lld/%lld", (long long)now->step.epoch, (long long)now->plan.epochs);
    n += add_scores(text + n, size - (size_t)n, "train", &now->train);
    n += add_scores(text + n, size - (size_t)n, "val", &now->validation);
    snprintf(text + n, size - (size_t)n, "  lr %.3g  ETA %s", now->step.lr, cli_time(now->eta, eta, sizeof eta));
}

static void draw_bar(const cli_progress *p, const sft_progress *now)
{
    char text[400];
    line(now, text, sizeof text);
    cli_draw_bar(p->a, p->width, now->plan.steps ? (double)now->step.step / (double)now->plan.steps : 0, text);
}

bool cli_progress_step(void *progress, const sft_progress *now)
{
    cli_progress *p = progress;
    p->steps++;
    bool last = now->step.step == now->plan.steps, quiet = p->a->quiet;
    if (!quiet && p->bar && (last || now->seconds - p->last > 0.1)) {
        draw_bar(p, now);
        p->last = now->seconds;
    }
    if (!quiet && !p->bar && now->step.epoch_end && (last || p->last < 0 || now->seconds - p->last > 1.0)) {
        char text[400];
        line(now, text, sizeof text);
        fprintf(stderr, "%s\n", text);
        p->last = now->seconds;
    }
    return atomic_load(&p->a->signal) == 0;
}

void cli_progress_close(cli_progress *p)
{
    if (p->a->drawn)
        fputc('\n', stderr);
    p->a->drawn = false;
}

void cli_progress_clear(cli *a)
{
    if (a->drawn)
        fputs("\r\033[K", stderr);
    a->drawn = false;
}
