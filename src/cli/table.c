/* SPDX-License-Identifier: MIT */
/* Tables on standard output, as wide as the terminal. */
#include "cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int cli_width(int fd)
{
    struct winsize w;
    const char *columns = getenv("COLUMNS");
    if (!isatty(fd))
        return 0;
    if (columns && atoi(columns) > 20)
        return atoi(columns);
    return ioctl(fd, TIOCGWINSZ, &w) == 0 && w.ws_col > 20 ? w.ws_col : 80;
}

/* Characters, not bytes: continuation bytes of UTF-8 do not count. */
static int length(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

static void no_memory(void)
{
    fputs("surefoot: error[E004]: out of memory\n", stderr);
    exit(SFT_MEMORY);
}

static void add(cli_table *t, const char *text, size_t n)
{
    if (t->cells == t->room) {
        t->room = t->room ? 2 * t->room : 64;
        char **more = realloc(t->cell, (size_t)t->room * sizeof *more);
        if (!more)
            no_memory();
        t->cell = more;
    }
    char *copy = malloc(n + 1);
    if (!copy)
        no_memory();
    memcpy(copy, text, n);
    copy[n] = 0;
    t->cell[t->cells++] = copy;
}

void cli_table_open(cli_table *t, const char *heads)
{
    *t = (cli_table){ 0 };
    for (const char *at = heads; *at && t->columns < CLI_COLUMNS;) {
        size_t n = strcspn(at, "|");
        bool right = *at == '>';
        t->right[t->columns++] = right;
        add(t, at + right, n - right);
        at += n + (at[n] == '|');
    }
}

void cli_table_add(cli_table *t, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    add(t, text, strlen(text));
}

/* Words on as many lines as they need; lines after the first begin with `left` blanks behind the indent. */
static void put_wrapped(const char *text, const char *indent, int left, int width)
{
    int at = left, room = width - length(indent);
    if (width <= 0 || room - left < 16) {
        fputs(text, stdout);
        return;
    }
    while (*text) {
        size_t n = strcspn(text, " ");
        char word[1024];
        snprintf(word, sizeof word, "%.*s", (int)n, text);
        if (at > left && at + 1 + length(word) > room) {
            printf("\n%s%*s", indent, left, "");
            at = left;
        } else if (at > left) {
            putchar(' ');
            at++;
        }
        fputs(word, stdout);
        at += length(word);
        text += n + strspn(text + n, " ");
    }
}

void cli_wrap(const char *text, const char *indent, int width)
{
    fputs(indent, stdout);
    put_wrapped(text, indent, 0, width);
    putchar('\n');
}

static void put_row(const cli_table *t, int row, const int *wide, const char *indent, int width)
{
    int left = 0, end = t->columns;
    while (end > 0 && !*t->cell[row * t->columns + end - 1])
        end--;
    fputs(indent, stdout);
    for (int c = 0; c < end; c++) {
        const char *text = t->cell[row * t->columns + c];
        int pad = wide[c] - length(text);
        if (t->right[c])
            printf("%*s", pad, "");
        if (c + 1 == t->columns)
            put_wrapped(text, indent, left, t->right[c] ? 0 : width);
        else
            printf("%s%*s", text, c + 1 == end ? 0 : 2 + (t->right[c] ? 0 : pad), "");
        left += wide[c] + 2;
    }
}

void cli_table_print(cli_table *t, const cli *a, const char *indent)
{
    int wide[CLI_COLUMNS] = { 0 }, rows = t->columns ? t->cells / t->columns : 0, width = cli_width(STDOUT_FILENO);
    for (int i = 0; i < rows * t->columns; i++)
        if (length(t->cell[i]) > wide[i % t->columns])
            wide[i % t->columns] = length(t->cell[i]);
    for (int row = 0; row < rows; row++) {
        bool head = row == 0 && a->color_out;
        fputs(head ? "\033[1m" : "", stdout);
        put_row(t, row, wide, indent, width);
        fputs(head ? "\033[0m\n" : "\n", stdout);
    }
    for (int i = 0; i < t->cells; i++)
        free(t->cell[i]);
    free(t->cell);
    *t = (cli_table){ 0 };
}
