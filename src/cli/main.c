/* SPDX-License-Identifier: MIT */
/* surefoot, the program: finds the verb, reads flags, opens a context, runs. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void cli_say(void *user, sft_level level, const char *sentence)
{
    cli *a = user;
    if (a->muted || (a->quiet && level == SFT_NOTE))
        return;
    cli_progress_clear(a);
    fprintf(stderr, "%s\n", sentence);
}

/* https://no-color.org: NO_COLOR wins when it is not empty; then --color, CLICOLOR_FORCE, a terminal that can. */
static bool want_color(const cli *a, int fd)
{
    const char *when = cli_value(a, "color"), *no = getenv("NO_COLOR"), *force = getenv("CLICOLOR_FORCE"), *term = getenv("TERM");
    if (when && strcmp(when, "auto") != 0)
        return !strcmp(when, "always");
    if (no && *no)
        return false;
    if (force && *force && strcmp(force, "0") != 0)
        return true;
    return isatty(fd) && term && strcmp(term, "dumb") != 0;
}

static int open_and_run(cli *a)
{
    const char *when = cli_value(a, "color"), *threads = cli_value(a, "threads");
    if (when && strcmp(when, "auto") && strcmp(when, "always") && strcmp(when, "never"))
        return cli_usage(a, "--color takes auto, always or never, not `%s`", when);
    char *end = NULL;
    long n = threads ? strtol(threads, &end, 10) : a->verb->threads;
    if (threads && (*end || end == threads || n < 1 || n > 1024))
        return cli_usage(a, "--threads takes a number from 1 to 1024, not `%s`", threads);
    a->color = want_color(a, STDERR_FILENO);
    a->color_out = want_color(a, STDOUT_FILENO);
    sft_config config = { .threads = (int)n, .reference = cli_has(a, "reference") };
    a->ctx = sft_open(&config);
    if (!a->ctx) {
        fputs("surefoot: error[E004]: out of memory\n", stderr);
        return SFT_MEMORY;
    }
    sft_on_note(a->ctx, cli_say, a);
    int code = a->verb->run(a);
    sft_close(a->ctx);
    return code;
}

static int unknown_verb(cli *a, const char *word)
{
    const char *near = cli_nearest_verb(word);
    return near ? cli_usage(a, "unknown command `%s` — did you mean `%s`?", word, near) : cli_usage(a, "unknown command `%s`", word);
}

int main(int argc, char **argv)
{
    cli a = { .ctx = NULL };
    const char *word = argc > 1 ? argv[1] : NULL;
    if (!word) {
        cli_help(NULL, stderr);
        return SFT_USAGE;
    }
    if (!strcmp(word, "--help") || !strcmp(word, "-h") || !strcmp(word, "help")) {
        a.verb = argc > 2 ? cli_find_verb(argv[2]) : NULL;
        if (argc > 2 && !a.verb)
            return unknown_verb(&a, argv[2]);
        cli_help(a.verb, stdout);
        return SFT_OK;
    }
    if (!strcmp(word, "--version") || !strcmp(word, "version")) {
        puts(sft_version());
        return SFT_OK;
    }
    a.verb = cli_find_verb(word);
    if (!a.verb)
        return unknown_verb(&a, word);
    int code = cli_parse(&a, argc, argv);
    if (code)
        return code;
    if (cli_has(&a, "help")) {
        cli_help(a.verb, stdout);
        return SFT_OK;
    }
    code = open_and_run(&a);
    /* Output that could not be written (a full disk behind a pipe) is not success. */
    if ((fflush(stdout) || ferror(stdout)) && code == SFT_OK)
        code = SFT_IO;
    return code;
}
