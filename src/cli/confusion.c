/* SPDX-License-Identifier: MIT */
/* Confusion matrices: printed, and written as csv. */
#include "cli.h"

#include <string.h>

/* A class by its name, or its number. */
static const char *class_name(const cli_confusion *k, int64_t i, char *buf, size_t size)
{
    if (k->names && k->names[i])
        snprintf(buf, size, "%s", k->names[i]);
    else
        snprintf(buf, size, "%lld", (long long)i);
    return buf;
}

static int width_of(const cli_confusion *k, const int64_t *counts, bool with_names)
{
    char buf[64];
    int  width = 3;
    for (int64_t i = 0; i < k->n * k->n; i++) {
        int n = snprintf(buf, sizeof buf, "%lld", (long long)counts[i]);
        width = n > width ? n : width;
    }
    for (int64_t i = 0; with_names && i < k->n; i++) {
        int n = (int)strlen(class_name(k, i, buf, sizeof buf));
        width = n > width ? n : width;
    }
    return width;
}

static void print_one(const cli_confusion *k, const char *split, const int64_t *counts)
{
    char buf[64];
    int  wide = width_of(k, counts, true), width = wide > 12 ? width_of(k, counts, false) : wide;
    printf("\n%s: rows are true, columns predicted\n  %*s", split, wide, "");
    for (int64_t i = 0; i < k->n; i++)
        printf(" %*.*s", width, width, class_name(k, i, buf, sizeof buf));
    for (int64_t r = 0; r < k->n; r++) {
        printf("\n  %*s", wide, class_name(k, r, buf, sizeof buf));
        for (int64_t i = 0; i < k->n; i++)
            printf(" %*lld", width, (long long)counts[r * k->n + i]);
    }
    putchar('\n');
}

void cli_print_confusion(const cli_confusion *k)
{
    for (int s = 0; s < SFT_SPLITS; s++)
        if (k->counts[s])
            print_one(k, cli_split_name((sft_split)s), k->counts[s]);
}

/* A field that a comma or a quote would break. */
static void put_field(FILE *out, const char *text)
{
    bool plain = !text[strcspn(text, ",\"\n\r")];
    if (!plain)
        fputc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    if (!plain)
        fputc('"', out);
}

bool cli_write_confusion(const cli_confusion *k, const char *path)
{
    char  buf[64];
    FILE *out = fopen(path, "w");
    if (!out)
        return false;
    fputs("split,true,predicted,count\n", out);
    for (int s = 0; s < SFT_SPLITS; s++)
        for (int64_t i = 0; k->counts[s] && i < k->n * k->n; i++) {
            fprintf(out, "%s,", cli_split_name((sft_split)s));
            put_field(out, class_name(k, i / k->n, buf, sizeof buf));
            fputc(',', out);
            put_field(out, class_name(k, i % k->n, buf, sizeof buf));
            fprintf(out, ",%lld\n", (long long)k->counts[s][i]);
        }
    bool good = !ferror(out);
    return fclose(out) == 0 && good;
}
