/* SPDX-License-Identifier: MIT */
/* The recipe with the edits that won; what was changed, and why, stands in front as comments. */
#include "doctor/doctor.h"

#include "base/text.h"

#include <string.h>

/* Evidence is the chart's: it is judged once more rather than kept in every trial. */
static const char *evidence(const sft_finding *list, int n, const sft_symptom *s)
{
    for (int i = 0; i < n; i++)
        if (list[i].symptom == s) return list[i].evidence ? list[i].evidence : s->doc;
    return s->doc;
}

/* "optimizer.lr=0.1 (it was 1)"; what is removed or a whole section says enough by itself. */
static void say_edit(sft_string *out, sft_recipe *r, const char *edit)
{
    char         key[64];
    const size_t n = strcspn(edit, "=");
    const char  *was = NULL;
    if (edit[n] && n < sizeof key) {
        memcpy(key, edit, n);
        key[n] = 0;
        was = sft_recipe_get(r, key);
    }
    sft__string_addf(out, was ? "#   %s (it was %s)\n" : "#   %s\n", edit, was);
}

/* A later winner of `n` trials may have changed the same again. */
static bool stays(const sft_trial *x, int n, const char *edit)
{
    for (int i = 1; i < n; i++)
        for (int k = 0; x[i].verdict == SFT_WON && k < x[i].edits.n; k++)
            if (sft__same_key(x[i].edits.edit[k], edit)) return false;
    return true;
}

/* x: the first of the `n` trials that are left. */
static void say_why(sft_string *out, sft_recipe *r, const sft_trial *x, int n, const char *why)
{
    sft__string_addf(out, "# %s: %s\n", x->symptom->name, why);
    for (int k = 0; k < x->edits.n; k++)
        if (stays(x, n, x->edits.edit[k])) say_edit(out, r, x->edits.edit[k]);
    if (x->reason) sft__string_addf(out, "#   %s\n", x->reason);
}

/* A copy: the chart's recipe stays as it was given. */
static const char *edited(sft_chart *c, const sft_trial *won, int n)
{
    const char *text = sft_recipe_text(c->recipe), *kept = NULL;
    sft_recipe *r = text ? sft_recipe_parse(c->ctx, c->recipe->file, text, strlen(text)) : NULL;
    for (int i = 0; r && i < n; i++)
        for (int k = 0; won[i].verdict == SFT_WON && k < won[i].edits.n; k++) sft_recipe_set(r, won[i].edits.edit[k]);
    text = r ? sft_recipe_text(r) : NULL;
    if (text) kept = sft__arena_text(&c->arena, text);
    sft_recipe_free(r);
    return kept;
}

const char *sft__repaired_recipe(sft_chart *c, const sft_trial *won, int n)
{
    int room = 1, any = 0;
    while (sft__symptom_at(room - 1)) room++;
    for (int i = 0; i < n; i++) any += won[i].verdict == SFT_WON;
    sft_finding *list = any ? sft__arena_alloc(&c->arena, (size_t)room * sizeof *list) : NULL;
    const char  *text = list ? edited(c, won, n) : NULL, *kept = NULL;
    if (!text) return NULL;
    const int  found = sft__judge(c, list);
    sft_string out;
    sft__string_open(&out, c->ctx);
    sft__string_add(&out, "# changed by `surefoot doctor`; everything else is as it was\n");
    for (int i = 0; i < n; i++)
        if (won[i].verdict == SFT_WON) say_why(&out, c->recipe, &won[i], n - i, evidence(list, found, won[i].symptom));
    sft__string_add(&out, text);
    if (!sft__failed(c->ctx)) kept = sft__arena_text(&c->arena, out.text);
    sft__string_close(&out);
    return kept;
}
