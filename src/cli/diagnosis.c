/* SPDX-License-Identifier: MIT */
/* A diagnosis in words and tables: how the signal stands, what was found, what was tried. */
#include "cli.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

enum {
    SIDE = 5,                   /* characters of a bar on each side of 1 */
    SHOWN = 44,                 /* of an edit, in the table */
    EDIT = 4096
};

/* ---- how the signal stands ------------------------------------------------------------------- */

/* A bar to the left or the right of 1, a character for each factor of `step`. */
static const char *bar(double v, double step, char *buf, size_t size)
{
    const char  *block = cli_utf8() ? "█" : "#", *middle = cli_utf8() ? "┆" : "|";
    const double marks = v > 0 ? log(v) / log(step) : v == 0 ? -SIDE : NAN;
    size_t       at = 0;
    buf[0] = 0;
    if (isnan(marks)) return buf;
    for (int i = -SIDE; i <= SIDE && at < size; i++) {
        const bool  full = i < 0 ? marks <= i + 0.5 : marks >= i - 0.5;
        const char *put = i == 0 ? middle : full ? block : " ";
        at += (size_t)snprintf(buf + at, size - at, "%s", put);
    }
    return buf;
}

static void add_number(cli_table *t, const char *format, double v)
{
    if (isnan(v))
        cli_table_add(t, "-");
    else
        cli_table_add(t, format, v);
}

static void add_signal(cli_table *t, const sft_signal_facts *s, bool trained)
{
    char buf[64];
    cli_table_add(t, "%s", *s->layer ? s->layer : "-");
    cli_table_add(t, "%s", s->op);
    add_number(t, "%.3g", s->rms);
    cli_table_add(t, "%s", bar(s->rms, sqrt(10), buf, sizeof buf));
    add_number(t, "%.3g", s->gain);
    cli_table_add(t, "%s", bar(s->gain, sqrt(2), buf, sizeof buf));
    add_number(t, "%.3g", s->gradient);
    add_number(t, "%.2f", s->alike);
    add_number(t, "%.0f %%", 100 * s->dead);
    add_number(t, "%.2f", s->slope);
    if (trained) add_number(t, "%.1e", s->update);
}

void cli_print_signals(const cli *a, const sft_diagnosis *d, bool end, const char *title)
{
    sft_diagnosis_facts f;
    sft_signal_facts    s;
    cli_table           t;
    sft_diagnosis_facts_of(d, &f);
    const bool trained = end && f.steps > 0;
    cli_table_open(&t, trained ? "layer|op|>rms|1e-2 … 1e2|>gain|1/5 … 5|>gradient|>alike|>dead|>slope|>step/weight"
                               : "layer|op|>rms|1e-2 … 1e2|>gain|1/5 … 5|>gradient|>alike|>dead|>slope");
    for (int i = 0; sft_diagnosis_signal(d, end, i, &s); i++) add_signal(&t, &s, trained);
    printf("\nsignal %s\n", title);
    cli_table_print(&t, a, "  ");
}

/* ---- what was found -------------------------------------------------------------------------- */

char *cli_edits(int n, const char *const *edit, char *buf, size_t size)
{
    size_t at = 0;
    buf[0] = 0;
    for (int i = 0; i < n && at < size; i++) {
        const bool blanks = strpbrk(edit[i], " |()*\"$") != NULL;
        at += (size_t)snprintf(buf + at, size - at, blanks ? "%s'%s'" : "%s%s", i ? " " : "", edit[i]);
    }
    return buf;
}

static const char *colored(const cli *a, sft_severity s)
{
    static const char *const codes[] = { [SFT_ADVISORY] = "\033[36m", [SFT_FAULT] = "\033[33m", [SFT_FATAL] = "\033[31m" };
    return a->color_out ? codes[s] : "";
}

static void print_finding(const cli *a, const sft_finding_facts *f, const char *lead)
{
    char text[EDIT + 400], indent[32], edits[EDIT];
    snprintf(text, sizeof text, "%s%s", f->layer ? " at " : "", f->layer ? f->layer : "");
    printf("%s%s%s%s  %s%s", lead, colored(a, f->severity), sft_severity_name(f->severity), a->color_out ? "\033[0m" : "", f->symptom, text);
    printf(f->op ? " (%s)\n" : "\n", f->op);
    snprintf(indent, sizeof indent, "%*s", f->cause ? 8 : 4, "");
    cli_wrap(f->evidence, indent, cli_width(STDOUT_FILENO));
    if (!f->edits || f->cause) return;
    snprintf(text, sizeof text, "try: %s   (%s)", cli_edits(f->edits, f->edit, edits, sizeof edits), f->remedy_doc);
    cli_wrap(text, indent, cli_width(STDOUT_FILENO));
}

/* A cause, and below it what it explains. */
static void print_group(const cli *a, const sft_diagnosis *d, const sft_finding_facts *cause)
{
    sft_finding_facts f;
    print_finding(a, cause, "  ");
    for (int i = 0; sft_diagnosis_finding(d, i, &f); i++)
        if (f.cause && !strcmp(f.cause, cause->symptom)) print_finding(a, &f, cli_utf8() ? "    └ " : "    - ");
}

static bool is_found(const sft_diagnosis *d, const char *symptom, bool root)
{
    sft_finding_facts f;
    for (int i = 0; sft_diagnosis_finding(d, i, &f); i++)
        if (!strcmp(f.symptom, symptom) && (!root || !f.cause)) return true;
    return false;
}

/* What explains a finding may itself be explained: then the finding stands in the list by itself, with a word about it. Advice comes
 * behind what is wrong. */
void cli_print_findings(const cli *a, const sft_diagnosis *d, const char *when)
{
    sft_finding_facts f;
    sft_diagnosis_facts all;
    sft_diagnosis_facts_of(d, &all);
    printf(all.findings ? "\nfindings %s\n" : "\nfindings %s: none\n", when);
    for (int advice = 0; advice < 2; advice++)
        for (int i = 0; sft_diagnosis_finding(d, i, &f); i++)
            if ((f.severity == SFT_ADVISORY) == advice && (!f.cause || !is_found(d, f.cause, true))) print_group(a, d, &f);
}

/* ---- what was tried -------------------------------------------------------------------------- */

/* A model as stack text may be long; JSON and the repaired recipe have all of it. */
static const char *shortened(char *text)
{
    size_t at = SHOWN;
    if (strlen(text) <= SHOWN + 3) return text;
    while (at > 0 && ((unsigned char)text[at] & 0xC0) == 0x80) at--;
    memcpy(text + at, "…", sizeof "…");
    return text;
}

/* Some that are not tried to the end were measured as far as they went. */
static void add_measured(cli_table *t, const sft_trial_facts *x)
{
    if (!x->seeds) {
        for (int i = 0; i < 5; i++) cli_table_add(t, "-");
        return;
    }
    cli_table_add(t, "%s", x->measure ? x->measure : "");
    add_number(t, "%.4g", x->before);
    add_number(t, "%.4g", x->after);
    if (isnan(x->gain))
        cli_table_add(t, "-");
    else if (x->seeds < 2)      /* one difference has no error */
        cli_table_add(t, "%+.3g", x->gain);
    else
        cli_table_add(t, "%+.3g ± %.2g", x->gain, x->se);
    cli_table_add(t, "%d x %lld", x->seeds, (long long)x->steps);
}

void cli_print_trials(const cli *a, const sft_diagnosis *d)
{
    sft_diagnosis_facts all;
    sft_trial_facts     x;
    cli_table           t;
    char                edits[EDIT];
    cli_table_open(&t, "remedy|edit|measure|>nothing|>remedy|>gain|>seeds x steps|verdict|why");
    for (int i = 0; sft_diagnosis_trial(d, i, &x); i++) {
        cli_table_add(&t, "%s", x.remedy);
        cli_table_add(&t, "%s", shortened(cli_edits(x.edits, x.edit, edits, sizeof edits)));
        add_measured(&t, &x);
        cli_table_add(&t, "%s", x.verdict == SFT_NOT_TRIED && x.seeds ? "set aside" : sft_verdict_name(x.verdict));
        cli_table_add(&t, "%s", x.reason ? x.reason : "");
    }
    sft_diagnosis_facts_of(d, &all);
    printf("\nremedies against doing nothing, %lld steps in all\n", (long long)all.spent);
    cli_table_print(&t, a, "  ");
}
