/* SPDX-License-Identifier: MIT */
/* The verbs and their help. */
#include "cli.h"

#include <string.h>

const cli_verb *cli_verb_at(int i)
{
    static const cli_verb *const verbs[] = {
#define X(word) &cli_verb_##word,
        CLI_VERBS(X)
#undef X
        NULL
    };
    return i >= 0 && i < (int)(sizeof verbs / sizeof *verbs) ? verbs[i] : NULL;
}

const cli_verb *cli_find_verb(const char *name)
{
    for (int i = 0; cli_verb_at(i); i++)
        if (!strcmp(cli_verb_at(i)->name, name))
            return cli_verb_at(i);
    return NULL;
}

static void print_flags(const cli_flag *rows, FILE *out)
{
    for (; rows && rows->name; rows++) {
        char left[64];
        snprintf(left, sizeof left, "%s--%s%s%s", rows->letter ? (char[]){ '-', rows->letter, ',', ' ', 0 } : "    ", rows->name,
                 rows->value ? " " : "", rows->value ? rows->value : "");
        fprintf(out, "  %-26s %s\n", left, rows->doc);
    }
}

static void program_help(FILE *out)
{
    fputs("surefoot trains deep networks and keeps their footing.\n\nusage: surefoot VERB [flags] [arguments] [key=value …]\n\n", out);
    for (int i = 0; cli_verb_at(i); i++)
        fprintf(out, "  %-10s %s\n", cli_verb_at(i)->name, cli_verb_at(i)->doc);
    fputs("\nIn every verb:\n", out);
    print_flags(cli_common_flags(), out);
    fputs("\nExit codes: 0 ok, 1 internal, 2 usage, 3 recipe, 4 data, 5 checkpoint, 6 training failed, 7 input or output,\n"
          "8 out of memory, 9 locked, 11 sweep with failed trials, 130 and 143 stopped by SIGINT or SIGTERM after a checkpoint.\n\n"
          "Start here:  surefoot train recipes/quickstart.yaml      then:  surefoot list\n", out);
}

void cli_help(const cli_verb *verb, FILE *out)
{
    if (!verb) {
        program_help(out);
        return;
    }
    fprintf(out, "%s\n\nusage: surefoot %s\n", verb->doc, verb->usage);
    if (verb->flags && verb->flags->name) {
        fputs("\n", out);
        print_flags(verb->flags, out);
    }
    fputs("\nIn every verb:\n", out);
    print_flags(cli_common_flags(), out);
    if (verb->examples)
        fprintf(out, "\nExamples:\n%s", verb->examples);
}
