/* SPDX-License-Identifier: MIT */
/* surefoot list: the whole vocabulary, from the records that the code runs on. */
#include "cli.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

enum { TEXT = 1024 };

static const struct kind {
    const char *word, *title;
} kinds[] = {
    { "op", "Layers" },
    { "preset", "Presets: whole networks" },
    { "loss", "Losses" },
    { "metric", "Metrics" },
    { "init", "Initialisers" },
    { "optimizer", "Optimisers" },
    { "schedule", "Learning-rate schedules" },
    { "wrapper", "Wrappers of the optimiser's step" },
    { "average", "Averages of the weights" },
    { "data", "Data" },
    { "augmentation", "Augmentations" },
    { "symptom", "Symptoms: what the doctor looks for" },
    { "remedy", "Remedies: what it tries" },
    { "sampler", "Samplers of a sweep: which point is tried next" },
    { "measure", "Measures of a lab: numbers of a training" },
    { "function", "Functions in the expressions of a lab" },
    { "figure", "Figures of a lab" },
    { "section", "Sections of a recipe" },
    { NULL, NULL },
};

/* "op", and "ops" too; "remedies". */
static const struct kind *find_kind(const char *word)
{
    size_t n = strlen(word);
    for (const struct kind *k = kinds; k->word; k++) {
        size_t m = strlen(k->word);
        if (!strncmp(word, k->word, m) && (n == m || !strcmp(word + m, "s") || !strcmp(word + m, "es")))
            return k;
        if (n == m + 2 && !strncmp(word, k->word, m - 1) && k->word[m - 1] == 'y' && !strcmp(word + m - 1, "ies"))
            return k;
    }
    return NULL;
}

static bool in_words(const char *words, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = words; *at; at += strspn(at, " ")) {
        size_t m = strcspn(at, " ");
        if (n == m && !strncmp(at, word, n))
            return true;
        at += m;
    }
    return false;
}

static bool wanted(const sft_record_facts *r, const struct kind *kind, const char *name)
{
    if (kind)
        return !strcmp(r->kind, kind->word);
    return !name || !strcmp(r->name, name) || in_words(r->aliases, name);
}

static bool has_option(int record, const char *name)
{
    sft_option_facts o;
    char buf[TEXT];
    for (int i = 0; sft_list_option(record, i, &o, buf, sizeof buf); i++)
        if (!strcmp(o.name, name) || in_words(o.aliases, name))
            return true;
    return false;
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void json_words(cli_json *j, const char *key, const char *words)
{
    char word[128];
    cli_json_begin(j, key, '[');
    for (const char *at = words; *at; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");
        snprintf(word, sizeof word, "%.*s", (int)n, at);
        cli_json_text(j, NULL, word);
        at += n;
    }
    cli_json_end(j, ']');
}

static void json_option(cli_json *j, const sft_option_facts *o)
{
    cli_json_begin(j, NULL, '{');
    cli_json_text(j, "name", o->name);
    cli_json_text(j, "kind", o->kind);
    cli_json_text(j, "default", o->def);
    cli_json_text(j, "range", o->range);
    cli_json_text(j, "doc", o->doc);
    json_words(j, "aliases", o->aliases);
    cli_json_end(j, '}');
}

static void json_record(cli_json *j, int record, const sft_record_facts *r)
{
    sft_option_facts o;
    char buf[TEXT];
    cli_json_begin(j, NULL, '{');
    cli_json_text(j, "kind", r->kind);
    cli_json_text(j, "name", r->name);
    json_words(j, "aliases", r->aliases);
    cli_json_text(j, "doc", r->doc);
    cli_json_text(j, "math", r->math);
    cli_json_begin(j, "options", '[');
    for (int i = 0; sft_list_option(record, i, &o, buf, sizeof buf); i++)
        json_option(j, &o);
    cli_json_end(j, ']');
    cli_json_end(j, '}');
    fputs("\n", j->out);
}

static void print_json(const struct kind *kind, const char *name)
{
    cli_json j;
    sft_record_facts r;
    cli_json_open(&j, stdout);
    cli_json_begin(&j, NULL, '[');
    for (int i = 0; sft_list(i, &r); i++)
        if (wanted(&r, kind, name))
            json_record(&j, i, &r);
    cli_json_end(&j, ']');
    cli_json_close(&j);
}

/* ---- Markdown -------------------------------------------------------------------------------- */

/* A bar would end the cell of a table. */
static void put_cell(const char *text, bool code)
{
    fputs(code && *text ? " `" : " ", stdout);
    for (; *text; text++) {
        if (*text == '|')
            putchar('\\');
        putchar(*text);
        if (!text[1] && code)
            putchar('`');
    }
    fputs(" |", stdout);
}

static void markdown_options(int record)
{
    sft_option_facts o;
    char buf[TEXT];
    for (int i = 0; sft_list_option(record, i, &o, buf, sizeof buf); i++) {
        if (i == 0)
            puts("| option | kind | default | range | what | other spellings |\n|---|---|---|---|---|---|");
        putchar('|');
        put_cell(o.name, true);
        put_cell(o.kind, false);
        put_cell(o.def, true);
        put_cell(o.range, true);
        put_cell(o.doc, false);
        put_cell(o.aliases, true);
        putchar('\n');
        if (!sft_list_option(record, i + 1, &o, buf, sizeof buf))
            putchar('\n');
    }
}

static void markdown_record(int record, const sft_record_facts *r)
{
    printf("### %s\n\n%c%s.\n\n", r->name, toupper((unsigned char)r->doc[0]), r->doc[0] ? r->doc + 1 : "");
    if (*r->math)
        printf("    %s\n\n", r->math);
    if (*r->aliases)
        printf("Also written: `%s`\n\n", r->aliases);
    markdown_options(record);
}

static void print_markdown(const struct kind *kind, const char *name)
{
    sft_record_facts r;
    if (!kind && !name)
        puts("# Reference\n\nEverything that a recipe can name, printed by `surefoot list --markdown` from the rows that the code runs on.\n");
    for (const struct kind *k = kinds; k->word; k++) {
        bool titled = false;
        for (int i = 0; sft_list(i, &r); i++) {
            if (strcmp(r.kind, k->word) != 0 || !wanted(&r, kind, name))
                continue;
            if (!titled)
                printf("## %s (%s)\n\n", k->title, k->word);
            titled = true;
            markdown_record(i, &r);
        }
    }
}

/* ---- text ------------------------------------------------------------------------------------ */

static void print_options(const cli *a, int record)
{
    sft_option_facts o;
    cli_table t;
    char buf[TEXT];
    cli_table_open(&t, "option|default|range|what it does");
    for (int i = 0; sft_list_option(record, i, &o, buf, sizeof buf); i++) {
        cli_table_add(&t, "%s", o.name);
        cli_table_add(&t, "%s", *o.def ? o.def : "-");
        cli_table_add(&t, "%s", *o.range ? o.range : o.kind);
        cli_table_add(&t, *o.aliases ? "%s (also %s)" : "%s", o.doc, o.aliases);
    }
    putchar('\n');
    cli_table_print(&t, a, "  ");
}

static void print_record(const cli *a, int record, const sft_record_facts *r)
{
    int width = cli_width(STDOUT_FILENO);
    printf("%s%s%s (%s)\n", a->color_out ? "\033[1m" : "", r->name, a->color_out ? "\033[0m" : "", r->kind);
    cli_wrap(r->doc, "  ", width);
    if (*r->math)
        printf("  %s\n", r->math);
    if (*r->aliases)
        printf("  also written: %s\n", r->aliases);
    if (!strcmp(r->kind, "symptom"))
        cli_print_symptom(r->name);
    if (r->options)
        print_options(a, record);
}

static void print_kind(const cli *a, const struct kind *k, bool with_math)
{
    sft_record_facts r;
    cli_table t;
    cli_table_open(&t, with_math ? "name|formula|what it is" : "name|what it is");
    for (int i = 0; sft_list(i, &r); i++) {
        if (strcmp(r.kind, k->word) != 0)
            continue;
        cli_table_add(&t, "%s", r.name);
        if (with_math)
            cli_table_add(&t, "%s", r.math);
        cli_table_add(&t, "%s", r.doc);
    }
    printf("%s (%s)\n", k->title, k->word);
    cli_table_print(&t, a, "  ");
}

static void print_all(const cli *a)
{
    for (const struct kind *k = kinds; k->word; k++) {
        print_kind(a, k, false);
        putchar('\n');
    }
    if (!a->quiet)
        fputs("`surefoot list NAME` shows a formula and all options\n", stderr);
}

/* Records of that name; where there are none, those that have an option of that name. */
static void print_named(const cli *a, const char *name)
{
    sft_record_facts r;
    int found = 0;
    for (int i = 0; sft_list(i, &r); i++) {
        if (!wanted(&r, NULL, name))
            continue;
        if (found++)
            putchar('\n');
        print_record(a, i, &r);
    }
    for (int i = 0; !found && sft_list(i, &r); i++)
        if (has_option(i, name))
            printf("`%s` is an option of %s %s\n", name, r.kind, r.name);
}

static bool known(const char *name)
{
    sft_record_facts r;
    for (int i = 0; sft_list(i, &r); i++)
        if (wanted(&r, NULL, name) || has_option(i, name))
            return true;
    return false;
}

static int run(cli *a)
{
    const char *name = a->n_args ? a->arg[0] : NULL;
    const struct kind *kind = name ? find_kind(name) : NULL;
    if (a->n_args > 1)
        return cli_usage(a, "list takes one kind or one name");
    if (name && !kind && !known(name)) {
        const char *near = sft_nearest(name);
        return near ? cli_usage(a, "nothing is called `%s` — did you mean `%s`?", name, near) : cli_usage(a, "nothing is called `%s`", name);
    }
    if (cli_has(a, "pages"))
        return kind && !strcmp(kind->word, "symptom") ? cli_write_pages(a, cli_value(a, "pages"))
                                                      : cli_usage(a, "pages are of symptoms: list symptom --pages DIR");
    if (a->json)
        print_json(kind, name);
    else if (cli_has(a, "markdown"))
        print_markdown(kind, name);
    else if (kind)
        print_kind(a, kind, true);
    else if (name)
        print_named(a, name);
    else
        print_all(a);
    return SFT_OK;
}

static const cli_flag flags[] = {
    { "markdown", 0, NULL, "as pages of the reference" },
    { "pages", 0, "DIR", "with symptom: a page of each into this folder" },
    { 0 },
};

const cli_verb cli_verb_list = {
    .name = "list", .usage = "list [KIND|NAME]", .doc = "show what a recipe can name: layers, optimisers, data …", .flags = flags, .run = run,
    .examples = "  surefoot list                 everything, by kind\n"
                "  surefoot list op              one kind, with formulas\n"
                "  surefoot list adamw           one name, with its options\n"
                "  surefoot list --json\n",
};
