/* SPDX-License-Identifier: MIT */
/* What verbs share: failures, recipes with overrides, signals, human numbers. */
#include "cli.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int tell(cli *a, const char *id, const char *message, int code)
{
    const char *red = a->color ? "\033[31m" : "", *plain = a->color ? "\033[0m" : "";
    if (a->json) {
        cli_json j;
        cli_json_open(&j, stdout);
        cli_json_begin(&j, NULL, '{');
        cli_json_text(&j, "error", id);
        cli_json_text(&j, "message", message);
        cli_json_int(&j, "exit", code);
        cli_json_end(&j, '}');
        cli_json_close(&j);
    }
    fprintf(stderr, "%ssurefoot: %s%s\n", red, message, plain);
    return code;
}

int cli_fail(cli *a)
{
    return tell(a, sft_error_id(a->ctx), sft_message(a->ctx), (int)sft_code(a->ctx));
}

int cli_fail_as(cli *a, const char *id, int code, const char *format, ...)
{
    char what[4200], message[4400];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    snprintf(message, sizeof message, "error[%s]: %s", id, what);
    return tell(a, id, message, code);
}

int cli_fail_io(cli *a, int error, const char *format, ...)
{
    const char *id = error == ENOSPC ? "E330" : error == EROFS || error == EACCES || error == EPERM ? "E331" : error == EDQUOT ? "E332" : "E333";
    char what[4200], message[4400];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    snprintf(message, sizeof message, "error[%s]: %s (%s)", id, what, strerror(error));
    return tell(a, id, message, SFT_IO);
}

sft_recipe *cli_recipe(cli *a, const char *path)
{
    sft_recipe *r = sft_recipe_read(a->ctx, path);
    for (int i = 0; r && i < a->n_sets; i++)
        sft_recipe_set(r, a->set[i]);
    if (r && sft_recipe_resolve(r) == SFT_OK)
        return r;
    sft_recipe_free(r);
    return NULL;
}

int cli_write_text(cli *a, const char *path, const char *text)
{
    char beside[4500];
    snprintf(beside, sizeof beside, "%.4400s.new", path);
    FILE *out = fopen(beside, "w");
    if (!out)
        return cli_fail_io(a, errno, "cannot write %s", path);
    bool ok = fputs(text, out) >= 0;
    ok = fflush(out) == 0 && ok;
    ok = fsync(fileno(out)) == 0 && ok;
    const int error = errno;
    if (fclose(out) == 0 && ok && rename(beside, path) == 0)
        return SFT_OK;
    const int code = cli_fail_io(a, ok ? errno : error, "cannot write %s", path);
    unlink(beside);
    return code;
}

bool cli_number(cli *a, const char *flag, double low, double high, double *to)
{
    const char *text = cli_value(a, flag);
    char *end = NULL;
    double v = text ? strtod(text, &end) : *to;
    if (text && (end == text || *end || !(v >= low && v <= high))) {
        cli_usage(a, "--%s takes a number from %g to %g, not `%s`", flag, low, high, text);
        return false;
    }
    *to = v;
    return true;
}

/* ---- signals --------------------------------------------------------------------------------- */

static void signals_of_interest(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGUSR1);
}

static void take_signal(cli *a, int got, const char *written)
{
    int none = 0;
    if (!atomic_compare_exchange_strong(&a->signal, &none, got))
        _exit(128 + (got == SIGUSR1 ? SIGTERM : got));
    if (!a->quiet)
        fprintf(stderr, "\nsurefoot: stopping — %s being written; once more stops at once\n", written);
}

/* A thread of its own waits for signals, so that nothing runs in a handler and nothing is global. */
static void *wait_for_signals(void *arg)
{
    sigset_t set;
    signals_of_interest(&set);
    for (int got;;)
        if (sigwait(&set, &got) == 0)
            take_signal(arg, got, "a checkpoint is");
    return NULL;
}

void cli_hold_signals(void)
{
    sigset_t set;
    signals_of_interest(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);   /* a file-size limit becomes an error of write, like a full disk */
}

bool cli_held_signal(cli *a)
{
    sigset_t set, pending;
    int got;
    signals_of_interest(&set);
    while (sigpending(&pending) == 0 && (sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1 ||
                                         sigismember(&pending, SIGUSR1) == 1)) {
        if (sigwait(&set, &got))
            break;
        take_signal(a, got, "checkpoints are");
    }
    return atomic_load(&a->signal) != 0;
}

void cli_watch_signals(cli *a)
{
    pthread_t thread;
    cli_hold_signals();
    if (pthread_create(&thread, NULL, wait_for_signals, a) == 0)
        pthread_detach(thread);
}

/* ---- folders --------------------------------------------------------------------------------- */

/* runs/NAME-001, runs/NAME-002 …: made here so that two programs never share one. */
int cli_new_folder(cli *a, const char *recipe, const char *tail, char *path, size_t size)
{
    const char *base = strrchr(recipe, '/');
    base = base ? base + 1 : recipe;
    const char *dot = strrchr(base, '.');
    int n = dot && dot > base ? (int)(dot - base) : (int)strlen(base);
    if (mkdir("runs", 0777) && errno != EEXIST)
        return cli_fail_io(a, errno, "cannot make the folder `runs` here — use -o DIR");
    for (int i = 1; i < 100000; i++) {
        snprintf(path, size, "runs/%.*s%s-%03d", n > 200 ? 200 : n, base, tail, i);
        if (mkdir(path, 0777) == 0)
            return 0;
        if (errno != EEXIST)
            return cli_fail_io(a, errno, "cannot make the run folder %s — use -o DIR", path);
    }
    return cli_usage(a, "there are 99,999 runs of this name already — use -o DIR");
}

const char *cli_shape(sft_shape s, char *buf, size_t size)
{
    size_t used = 0;
    buf[0] = 0;
    for (int i = 0; i < s.rank && used < size; i++) {
        int w = snprintf(buf + used, size - used, "%s%lld", i ? "x" : "", (long long)s.dim[i]);
        used += w > 0 ? (size_t)w : 0;
    }
    return buf;
}

static const char *scaled(double n, double base, const char *const *unit, char *buf, size_t size)
{
    int i = 0;
    while (fabs(n) >= base && unit[i + 1]) {
        n /= base;
        i++;
    }
    snprintf(buf, size, i == 0 ? "%.0f%s" : "%.1f%s", n, unit[i]);
    return buf;
}

const char *cli_count(double n, char *buf, size_t size)
{
    static const char *const unit[] = { "", "k", "M", "G", "T", NULL };
    return scaled(n, 1000, unit, buf, size);
}

const char *cli_bytes(double n, char *buf, size_t size)
{
    static const char *const unit[] = { " B", " KiB", " MiB", " GiB", " TiB", NULL };
    return scaled(n, 1024, unit, buf, size);
}

const char *cli_time(double seconds, char *buf, size_t size)
{
    long long s = seconds > 0 && seconds < 1e12 ? (long long)(seconds + 0.5) : 0;
    if (s >= 3600)
        snprintf(buf, size, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
    else
        snprintf(buf, size, "%lld:%02lld", s / 60, s % 60);
    return buf;
}
