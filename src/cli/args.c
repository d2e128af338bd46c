/* SPDX-License-Identifier: MIT */
/* The command line: flags, positional arguments, key=value overrides. */
#include "cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const cli_flag common[] = {
    { "json", 0, NULL, "results as JSON on standard output" },
    { "quiet", 'q', NULL, "only results and errors" },
    { "verbose", 'v', NULL, "say more" },
    { "threads", 0, "N", "size of the thread team (default: one a core); results do not depend on it" },
    { "reference", 0, NULL, "only reference kernels, no oneDNN" },
    { "color", 0, "WHEN", "auto, always or never; NO_COLOR is obeyed" },
    { "set", 0, "KEY=VALUE", "override a key of the recipe; a bare KEY=VALUE does the same" },
    { "help", 'h', NULL, "this text" },
    { 0 },
};

const cli_flag *cli_common_flags(void)
{
    return common;
}

int cli_usage(cli *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("surefoot: error[E001]: ", stderr);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\nusage: surefoot %s — `surefoot %s%s--help` tells more\n", a->verb ? a->verb->usage : "VERB …",
            a->verb ? a->verb->name : "", a->verb ? " " : "");
    return SFT_USAGE;
}

static const cli_flag *find_in(const cli_flag *rows, const char *name, size_t n, char letter)
{
    for (; rows && rows->name; rows++)
        if (letter ? rows->letter == letter : strlen(rows->name) == n && !strncmp(rows->name, name, n))
            return rows;
    return NULL;
}

static const cli_flag *find_flag(const cli *a, const char *name, size_t n, char letter)
{
    const cli_flag *f = find_in(a->verb->flags, name, n, letter);
    return f ? f : find_in(common, name, n, letter);
}

/* How far two words are apart: single insertions, deletions and replacements. */
static int distance(const char *a, const char *b)
{
    int row[64], n = (int)strlen(b);
    if (n > 60)
        return 99;
    for (int j = 0; j <= n; j++)
        row[j] = j;
    for (int i = 0; a[i]; i++) {
        int diagonal = row[0];
        row[0] = i + 1;
        for (int j = 0; j < n; j++) {
            int best = diagonal + (a[i] != b[j]);
            diagonal = row[j + 1];
            best = row[j + 1] + 1 < best ? row[j + 1] + 1 : best;
            best = row[j] + 1 < best ? row[j] + 1 : best;
            row[j + 1] = best;
        }
    }
    return row[n];
}

void cli_near_try(cli_near *n, const char *candidate)
{
    const int far = distance(n->word, candidate);
    if (far >= (n->best ? n->distance : 3))
        return;
    n->best = candidate;
    n->distance = far;
}

const char *cli_nearest_verb(const char *name)
{
    cli_near near = { .word = name };
    for (int i = 0; cli_verb_at(i); i++)
        cli_near_try(&near, cli_verb_at(i)->name);
    return near.best;
}

static int unknown_flag(cli *a, const char *text)
{
    cli_near near = { .word = text + strspn(text, "-") };
    const cli_flag *tables[] = { a->verb->flags, common };
    for (int t = 0; t < 2; t++)
        for (const cli_flag *f = tables[t]; f && f->name; f++)
            cli_near_try(&near, f->name);
    return near.best ? cli_usage(a, "unknown flag `%s` — did you mean `--%s`?", text, near.best) : cli_usage(a, "unknown flag `%s`", text);
}

static int take_flag(cli *a, int argc, char **argv, int *at)
{
    const char *text = argv[*at], *value = NULL;
    bool is_long = text[1] == '-';
    const char *name = text + 2, *equals = is_long ? strchr(name, '=') : NULL;
    size_t n = equals ? (size_t)(equals - name) : strlen(is_long ? name : "");
    const cli_flag *f = find_flag(a, name, n, is_long ? 0 : text[1]);
    if (!f || (!is_long && text[2] && !f->value))
        return unknown_flag(a, text);
    if (f->value) {
        value = equals ? equals + 1 : !is_long && text[2] ? text + 2 : *at + 1 < argc ? argv[++*at] : NULL;
        if (!value)
            return cli_usage(a, "`%s` wants a value: %s", text, f->value);
    } else if (equals)
        return cli_usage(a, "`--%s` takes no value", f->name);
    if (a->n_flags == CLI_MAX)
        return cli_usage(a, "more than %d flags", CLI_MAX);
    a->flag[a->n_flags].flag = f;
    a->flag[a->n_flags++].value = value ? value : "";
    if (f == find_in(common, "set", 3, 0) && a->n_sets < CLI_MAX)
        a->set[a->n_sets++] = value;
    return 0;
}

/* key=value, +key=value, ~key: a dotted name in front of the equals sign, as Hydra has it. */
static bool is_override(const char *text)
{
    size_t lead = strspn(text, "+");
    if (text[0] == '~')
        return true;
    size_t n = strspn(text + lead, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.*?");
    return n > 0 && text[lead + n] == '=';
}

static int take_word(cli *a, const char *text)
{
    int *n = is_override(text) ? &a->n_sets : &a->n_args;
    const char **list = is_override(text) ? a->set : a->arg;
    if (*n == CLI_MAX)
        return cli_usage(a, "more than %d arguments", CLI_MAX);
    list[(*n)++] = text;
    return 0;
}

int cli_parse(cli *a, int argc, char **argv)
{
    bool only_words = false;
    for (int i = 2; i < argc; i++) {
        const char *text = argv[i];
        int failed = 0;
        if (!only_words && !strcmp(text, "--"))
            only_words = true;
        else if (!only_words && text[0] == '-' && text[1] && !strchr("0123456789.", text[1])) /* -0.5 is a number */
            failed = take_flag(a, argc, argv, &i);
        else
            failed = take_word(a, text);
        if (failed)
            return failed;
    }
    a->json = cli_has(a, "json");
    a->quiet = cli_has(a, "quiet");
    for (int i = 0; i < a->n_flags; i++)
        a->verbose += !strcmp(a->flag[i].flag->name, "verbose");
    return 0;
}

const char *cli_value(const cli *a, const char *flag)
{
    for (int i = a->n_flags - 1; i >= 0; i--)
        if (!strcmp(a->flag[i].flag->name, flag))
            return a->flag[i].value;
    return NULL;
}

bool cli_has(const cli *a, const char *flag)
{
    return cli_value(a, flag) != NULL;
}
