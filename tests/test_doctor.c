/* SPDX-License-Identifier: MIT */
/* labels: core */
/* Each symptom stands on its sick experiment and is silent on its well one, and on every other symptom's well one. */
#include "check.h"

#include "doctor/doctor.h"

#include <string.h>

enum { MOST = 128, STEPS = 200 };

typedef struct visit {
    sft_ctx    *c;
    sft_recipe *r;
    sft_data   *d;
    sft_chart  *chart;
    sft_finding list[MOST];
    int         n;
} visit;

static void visit_open(visit *v, const char *recipe)
{
    *v = (visit){ .c = check_open() };
    v->r = sft_recipe_parse(v->c, "r.yaml", recipe, strlen(recipe));
    v->d = sft_data_open(v->c, v->r);
    v->chart = sft__chart_open(v->c, v->r, v->d, STEPS);
    CHECK_OK(v->c);
    assert_non_null(v->chart);
    v->n = sft__judge(v->chart, v->list);
    CHECK_OK(v->c);
}

static void visit_close(visit *v)
{
    sft__chart_close(v->chart);
    sft_data_free(v->d);
    sft_recipe_free(v->r);
    sft_close(v->c);
}

static const sft_finding *found(const visit *v, const sft_symptom *s)
{
    for (int i = 0; i < v->n; i++)
        if (v->list[i].symptom == s) return &v->list[i];
    return NULL;
}

static void sick_ones_show_it(void **state)
{
    (void)state;
    for (int i = 0; sft__symptom_at(i); i++) {
        const sft_symptom *s = sft__symptom_at(i);
        visit              v;
        visit_open(&v, s->sick);
        const sft_finding *f = found(&v, s);
        if (!f) fail_msg("%s does not stand on its sick experiment", s->name);
        assert_true(strlen(f->evidence) > 20);
        for (int k = 0; k < v.n; k++)
            if (v.list[k].symptom != s && v.list[k].severity > SFT_ADVISORY && !v.list[k].cause && v.list[k].symptom->origin <= s->origin)
                print_message("%s: %s stands beside it: %s\n", s->name, v.list[k].symptom->name, v.list[k].evidence);
        visit_close(&v);
    }
}

static void well_ones_show_nothing(void **state)
{
    (void)state;
    int bad = 0;
    for (int i = 0; sft__symptom_at(i); i++) {
        visit v;
        visit_open(&v, sft__symptom_at(i)->well);
        for (int k = 0; k < v.n; k++)
            if (v.list[k].severity > SFT_ADVISORY || v.list[k].symptom == sft__symptom_at(i)) {
                print_message("%s stands on the well experiment of %s: %s\n", v.list[k].symptom->name, sft__symptom_at(i)->name,
                              v.list[k].evidence);
                bad++;
            }
        visit_close(&v);
    }
    assert_int_equal(bad, 0);
}

/* Names that records refer to exist, and every record says what it must. */
static void records_are_whole(void **state)
{
    (void)state;
    for (int i = 0; sft__symptom_at(i); i++) {
        const sft_symptom *s = sft__symptom_at(i);
        assert_true(s->doc && s->math && s->source && s->judge && s->sick && s->well && s->remedies);
        assert_ptr_equal(sft__symptom_find(s->name), s);
        char words[400], *save = NULL;
        snprintf(words, sizeof words, "%s", s->remedies);
        for (char *w = strtok_r(words, " ", &save); w; w = strtok_r(NULL, " ", &save))
            if (!sft__remedy_find(w)) fail_msg("%s names the remedy %s, which is not in the list", s->name, w);
        snprintf(words, sizeof words, "%s", s->explains ? s->explains : "");
        for (char *w = strtok_r(words, " ", &save); w; w = strtok_r(NULL, " ", &save))
            if (strcmp(w, "*") != 0 && !sft__symptom_find(w)) fail_msg("%s explains %s, which is not in the list", s->name, w);
    }
    for (int i = 0; sft__remedy_at(i); i++) {
        const sft_remedy *r = sft__remedy_at(i);
        assert_true(r->doc && r->math && r->edit);
        assert_ptr_equal(sft__remedy_find(r->name), r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_whole),
        cmocka_unit_test(sick_ones_show_it),
        cmocka_unit_test(well_ones_show_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
