/* SPDX-License-Identifier: MIT */
/* Data named on the command line: `digits`, `csv:FILE label=name`, or just a table's file. */
#include "cli.h"

#include <string.h>

static bool ends_with(const char *text, const char *tail)
{
    size_t n = strlen(text), m = strlen(tail);
    return n > m && !strcmp(text + n - m, tail);
}

static bool is_table(const char *text)
{
    static const char *const tails[] = { ".csv", ".tsv", ".csv.gz", ".tsv.gz" };
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++)
        if (ends_with(text, tails[i]))
            return !strchr(text, ':') || cli_is_file(text);
    return false;
}

bool cli_is_recipe(const char *text)
{
    return ends_with(text, ".yaml") || ends_with(text, ".yml") || (cli_is_file(text) && !is_table(text));
}

const char *cli_source(const char *text, char *buf, size_t size)
{
    snprintf(buf, size, is_table(text) && strpbrk(text, " \t") ? "\"csv:%s\"" : is_table(text) ? "csv:%s" : "%s", text);
    return buf;
}

sft_recipe *cli_recipe_around(cli *a, const char *source, bool overrides)
{
    static const char rest[] = "model: linear\n";
    char text[4200], assignment[4300];
    sft_recipe *r = sft_recipe_parse(a->ctx, "command line", rest, sizeof rest - 1);
    snprintf(assignment, sizeof assignment, "data=%s", cli_source(source, text, sizeof text));
    sft_recipe_set(r, assignment);
    for (int i = 0; overrides && i < a->n_sets; i++)
        sft_recipe_set(r, a->set[i]);
    if (!sft_code(a->ctx))
        return r;
    sft_recipe_free(r);
    return NULL;
}
