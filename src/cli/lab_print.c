/* SPDX-License-Identifier: MIT */
/* A lab as text and as JSON: its sentence, its claims, what was measured. */
#include "lab.h"

#include <string.h>
#include <unistd.h>

static const char *colour(const cli *a, const sft_claim_facts *k)
{
    if (!a->color_out)
        return "";
    if (!k->as_said)
        return "\033[31m";
    return k->instead || strcmp(k->verdict, "holds") ? "\033[33m" : "\033[32m";
}

static void print_claim(const cli *a, const sft_claim_facts *k, bool measured, int width)
{
    if (measured)
        printf("  %s%s%s: %s%s\n", colour(a, k), k->verdict, a->color_out ? "\033[0m" : "", k->name,
               k->as_said ? "" : k->instead ? " — but it was said not to" : " — it should");
    else
        printf("  %s\n", k->name);
    cli_wrap(k->says, "    ", width);
    if (measured && strcmp(k->verdict, "left out"))
        printf("    measured: %s, bound: %s, %d seed%s\n", k->measured, k->bound, k->seeds, k->seeds == 1 ? "" : "s");
    if (!measured)
        printf("    bound: %s\n", k->bound);
    if (!measured)
        cli_wrap(k->because, "    because: ", width);
    if (k->instead) {
        printf("    the sentence is too strong; what is true instead:\n");
        cli_wrap(k->instead, "      ", width);
    }
}

void cli_lab_print(const cli *a, sft_lab *lab, bool measured)
{
    const int width = cli_width(STDOUT_FILENO);
    sft_lab_facts f;
    sft_claim_facts k;
    if (sft_lab_facts_of(lab, &f))
        return;
    printf("%s: %s (slide “%s”)\n", f.name, f.title, f.slide);
    cli_wrap(f.sentence, "  ", width);
    for (int i = 0; sft_lab_claim(lab, i, &k); i++)
        print_claim(a, &k, measured, width);
}

void cli_lab_json(cli_json *j, sft_lab *lab, bool measured)
{
    sft_lab_facts f;
    sft_claim_facts k;
    if (sft_lab_facts_of(lab, &f))
        return;
    cli_json_begin(j, NULL, '{');
    cli_json_text(j, "name", f.name);
    cli_json_text(j, "title", f.title);
    cli_json_text(j, "slide", f.slide);
    cli_json_text(j, "sentence", f.sentence);
    if (measured) {
        cli_json_text(j, "folder", f.folder);
        cli_json_int(j, "trials", f.trials);
        cli_json_int(j, "wrong", f.wrong);
        cli_json_number(j, "seconds", f.seconds);
    }
    cli_json_begin(j, "claims", '[');
    for (int i = 0; sft_lab_claim(lab, i, &k); i++) {
        cli_json_begin(j, NULL, '{');
        cli_json_text(j, "name", k.name);
        cli_json_text(j, "says", k.says);
        cli_json_text(j, "bound", k.bound);
        cli_json_text(j, "because", k.because);
        cli_json_text(j, "instead", k.instead);
        if (measured) {
            cli_json_text(j, "verdict", k.verdict);
            cli_json_flag(j, "as_said", k.as_said);
            cli_json_number(j, "mean", k.mean);
            cli_json_number(j, "low", k.from);
            cli_json_number(j, "high", k.to);
            cli_json_int(j, "seeds", k.seeds);
        }
        cli_json_end(j, '}');
    }
    cli_json_end(j, ']');
    cli_json_end(j, '}');
}
