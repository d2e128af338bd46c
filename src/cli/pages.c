/* SPDX-License-Identifier: MIT */
/* Symptoms on pages of their own: docs/doctor, and `surefoot list NAME`. */
#include "cli.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static bool symptom_of(const char *name, sft_symptom_facts *s)
{
    for (int i = 0; sft_list_symptom(i, s); i++)
        if (!strcmp(s->name, name)) return true;
    return false;
}

static bool remedy_of(const char *name, sft_record_facts *r)
{
    for (int i = 0; sft_list(i, r); i++)
        if (!strcmp(r->kind, "remedy") && !strcmp(r->name, name)) return true;
    return false;
}

/* The next word of a list into `word`, and where the list goes on; NULL past the end. */
static const char *next_word(const char *list, char *word, size_t size)
{
    const size_t n = strcspn(list, " ");
    if (!n) return NULL;
    snprintf(word, size, "%.*s", (int)n, list);
    return list + n + strspn(list + n, " ");
}

static const char *when(const char *origin)
{
    static const char *const words[][2] = {
        { "data", "the data" }, { "contract", "what the last layer gives and the loss wants" }, { "start", "network and first values" },
        { "pace", "rate, momentum, batch and schedule" }, { "signal", "values and gradients on their way" }, { "result", "what came of it" },
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(words[i][0], origin)) return words[i][1];
    return origin;
}

/* ---- in the terminal ------------------------------------------------------------------------- */

static void print_recipe(const char *title, const char *recipe)
{
    printf("\n  %s\n", title);
    for (const char *at = recipe; *at;) {
        const size_t n = strcspn(at, "\n");
        printf("    %.*s\n", (int)n, at);
        at += n + (at[n] == '\n');
    }
}

void cli_print_symptom(const char *name)
{
    sft_symptom_facts s;
    if (!symptom_of(name, &s)) return;
    printf("  source: %s\n  about: %s\n", s.source, when(s.origin));
    if (*s.explains == '*') printf("  explains: everything downstream%s\n", s.explains + 1);
    else if (*s.explains) printf("  explains: %s\n", s.explains);
    if (*s.remedies) printf("  remedies: %s\n", s.remedies);
    print_recipe("a sick one", s.sick);
    print_recipe("a well one", s.well);
}

/* ---- pages ----------------------------------------------------------------------------------- */

static void put_links(FILE *out, const char *words)
{
    char word[128];
    const char *between = "Where it stands it explains ";
    for (const char *at = next_word(words, word, sizeof word); at; at = next_word(at, word, sizeof word)) {
        fprintf(out, !strcmp(word, "*") ? "%severything downstream" : "%s[%s](%s.md)", between, word, word);
        between = ", ";
    }
    if (*words) fputs(".\n\n", out);
}

static void put_causes(FILE *out, const sft_symptom_facts *s)
{
    sft_symptom_facts other;
    char              word[128];
    bool              any = false;
    for (int i = 0; sft_list_symptom(i, &other); i++)
        for (const char *at = next_word(other.explains, word, sizeof word); at; at = next_word(at, word, sizeof word))
            if (!strcmp(word, s->name)) {
                fprintf(out, "%s[%s](%s.md)", any ? ", " : "May be explained by ", other.name, other.name);
                any = true;
            }
    if (any) fputs(".\n\n", out);
}

static void put_remedies(FILE *out, const sft_symptom_facts *s)
{
    sft_record_facts r;
    char             word[128];
    int              n = 0;
    if (!*s->remedies) return;
    fputs("## Remedies\n\nIn the order in which they are tried, where they fit the recipe:\n\n", out);
    for (const char *at = next_word(s->remedies, word, sizeof word); at; at = next_word(at, word, sizeof word))
        fprintf(out, "%d. `%s`: %s\n", ++n, word, remedy_of(word, &r) ? r.doc : "");
    fputc('\n', out);
}

static void put_page(FILE *out, const sft_symptom_facts *s)
{
    fprintf(out, "# %s\n\n%c%s.\n\n    %s\n\n", s->name, toupper((unsigned char)s->doc[0]), s->doc + 1, s->math);
    fprintf(out, "About: %s. Source: %s.\n\n", when(s->origin), s->source);
    put_links(out, s->explains);
    put_causes(out, s);
    put_remedies(out, s);
    fprintf(out, "## To see it\n\n`surefoot doctor` finds it in\n\n```yaml\n%s```\n\nand does not in\n\n```yaml\n%s```\n", s->sick, s->well);
}

static void put_index(FILE *out)
{
    sft_symptom_facts s;
    char              origin[32] = "";
    fputs("# Symptoms\n\nWhat `surefoot doctor` and `surefoot check` look for, upstream first; printed by `surefoot list symptom --pages` from the\n"
          "records that the code runs on. How it looks, judges, prescribes and verifies: [../doctor.md](../doctor.md).\n", out);
    for (int i = 0; sft_list_symptom(i, &s); i++) {
        if (strcmp(origin, s.origin) != 0) fprintf(out, "\n%c%s:\n\n", toupper((unsigned char)when(s.origin)[0]), when(s.origin) + 1);
        snprintf(origin, sizeof origin, "%s", s.origin);
        fprintf(out, "- [%s](%s.md): %s\n", s.name, s.name, s.doc);
    }
}

static int page(cli *a, const char *folder, const char *name, const sft_symptom_facts *s)
{
    char path[4400];
    snprintf(path, sizeof path, "%.4000s/%.300s.md", folder, name);
    FILE *out = fopen(path, "w");
    if (!out) return cli_fail_io(a, errno, "cannot write %s", path);
    if (s)
        put_page(out, s);
    else
        put_index(out);
    const bool bad = ferror(out) != 0;
    return fclose(out) || bad ? cli_fail_io(a, errno, "cannot write %s", path) : SFT_OK;
}

int cli_write_pages(cli *a, const char *folder)
{
    sft_symptom_facts s;
    if (mkdir(folder, 0777) && errno != EEXIST) return cli_fail_io(a, errno, "cannot make the folder %s", folder);
    int code = page(a, folder, "README", NULL);
    for (int i = 0; !code && sft_list_symptom(i, &s); i++) code = page(a, folder, s.name, &s);
    return code;
}
