/* SPDX-License-Identifier: MIT */
/* Every symptom is asked; then what stands upstream explains what stands downstream. */
#include "base/text.h"
#include "doctor/doctor.h"

#include <string.h>

/* Is the word one of a list? */
static bool lists(const char *words, const char *word)
{
    const size_t n = strlen(word);
    for (const char *at = strstr(words, word); at; at = strstr(at + 1, word))
        if ((at == words || at[-1] == ' ') && (at[n] == 0 || at[n] == ' ')) return true;
    return false;
}

static bool explains(const sft_symptom *up, const sft_symptom *down)
{
    if (up == down || up->origin > down->origin) return false;
    if (down->follows) return true;
    return up->explains && ((up->origin < down->origin && lists(up->explains, "*")) || lists(up->explains, down->name));
}

/* The most upstream finding that is no advice: advice explains nothing. */
static void find_causes(sft_finding *list, int n)
{
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n && !list[i].cause; k++)
            if (list[k].severity > SFT_ADVISORY && explains(list[k].symptom, list[i].symptom)) list[i].cause = list[k].symptom;
}

/* By origin, and within one the worse one first; otherwise as the list has them. */
static bool before(const sft_finding *a, const sft_finding *b)
{
    if (a->symptom->origin != b->symptom->origin) return a->symptom->origin < b->symptom->origin;
    return a->severity > b->severity;
}

int sft__judge(const sft_chart *c, sft_finding *list)
{
    int n = 0;
    for (int i = 0; sft__symptom_at(i); i++) {
        sft_finding f = { .symptom = sft__symptom_at(i), .severity = SFT_FAULT };
        if (!f.symptom->judge(c, &f)) continue;
        int at = n++;
        for (; at > 0 && before(&f, &list[at - 1]); at--) list[at] = list[at - 1];
        list[at] = f;
    }
    find_causes(list, n);
    return n;
}
