/* SPDX-License-Identifier: MIT */
/* The claims of a lab as a table, and how many hold. */
#include "lab/page.h"

#include <stdio.h>

sft_lab_tally sft__lab_tally(const sft_lab *lab)
{
    sft_lab_tally t = { 0 };
    for (int i = 0; i < lab->n_claims; i++) {
        const sft_claim *k = &lab->claim[i];
        switch (k->verdict) {
        case SFT_CLAIM_HOLDS: ++*(k->instead ? &t.stronger : &t.holds); break;
        case SFT_CLAIM_FAILS: ++*(k->instead ? &t.too_strong : &t.fails); break;
        case SFT_CLAIM_OPEN: t.open++; break;
        case SFT_CLAIM_LEFT_OUT: t.left_out++; break;
        default: t.unknown++;
        }
    }
    return t;
}

static void count(sft_string *out, int n, const char *one, const char *many, bool *first)
{
    if (n == 0) return;
    sft__string_addf(out, "%s%d %s%s", *first ? "" : ", ", n, *first ? n == 1 ? "claim " : "claims " : "", n == 1 ? one : many);
    *first = false;
}

void sft__page_tally(sft_string *out, const sft_lab_tally *t)
{
    bool first = true;
    count(out, t->holds, "holds", "hold", &first);
    count(out, t->too_strong, "is too strong as said", "are too strong as said", &first);
    count(out, t->fails, "does not hold", "do not hold", &first);
    count(out, t->stronger, "holds, though it was said to be too strong", "hold, though they were said to be too strong", &first);
    count(out, t->open, "is not decided", "are not decided", &first);
    count(out, t->unknown, "is not measured", "are not measured", &first);
    count(out, t->left_out, "is left out", "are left out", &first);
    if (first) sft__string_add(out, "no claims");
}

/* ---- the table ------------------------------------------------------------------------------------- */

static const char *colour_of(const sft_claim *k)
{
    switch (k->verdict) {
    case SFT_CLAIM_HOLDS: return k->instead ? "bad" : "good";
    case SFT_CLAIM_FAILS: return k->instead ? "warn" : "bad";
    case SFT_CLAIM_OPEN: return "warn";
    case SFT_CLAIM_LEFT_OUT: return "soft";
    default: return "bad";
    }
}

static void put_cell(sft_string *out, const char *class, const char *name, const char *text)
{
    sft__string_addf(out, "<td class=\"%s\" data-name=\"%s\">", class, name);
    sft__html_text(out, text);
    sft__string_add(out, "</td>");
}

static void put_says(sft_string *out, const sft_claim *k)
{
    sft__string_add(out, "<td class=\"says\">");
    sft__html_text(out, k->says);
    sft__string_add(out, "<code class=\"expression\">");
    sft__html_text(out, k->text);
    sft__string_add(out, "</code></td>");
}

/* A row of its own below the claim's. */
static void put_instead(sft_string *out, const sft_claim *k)
{
    sft__string_add(out, "<tr><td colspan=\"5\"><p class=\"instead\">The sentence is too strong. What is true instead: ");
    sft__html_text(out, k->instead);
    sft__string_add(out, "</p></td></tr>\n");
}

void sft__page_claims(sft_string *out, sft_lab *lab)
{
    sft__string_add(out, "<h3>Claims</h3>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"claims\">"
                         "<table class=\"claims\">"
                         "<thead><tr><th scope=\"col\">Claim</th><th scope=\"col\">Measured</th><th scope=\"col\">Bound</th>"
                         "<th scope=\"col\">Verdict</th><th scope=\"col\">Why this bound</th></tr></thead><tbody>\n");
    for (int i = 0; i < lab->n_claims; i++) {
        const sft_claim *k = &lab->claim[i];
        char             class[32];
        snprintf(class, sizeof class, "verdict %s", colour_of(k));
        const bool instead = k->instead && k->verdict != SFT_CLAIM_HOLDS && k->verdict != SFT_CLAIM_LEFT_OUT;
        sft__string_add(out, instead ? "<tr class=\"too-strong\">" : "<tr>");
        put_says(out, k);
        put_cell(out, "number", "measured", sft__claim_measured(lab, k));
        put_cell(out, "number", "bound", sft__claim_bound(lab, k));
        put_cell(out, class, "verdict", sft__claim_verdict_name(k->verdict));
        put_cell(out, "why", "why this bound", k->because);
        sft__string_add(out, "</tr>\n");
        if (instead) put_instead(out, k);
    }
    sft__string_add(out, "</tbody></table></div>\n");
}
