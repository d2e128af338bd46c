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

static void visit_for(visit *v, const char *recipe, int64_t steps)
{
    *v = (visit){ .c = check_open() };
    v->r = sft_recipe_parse(v->c, "r.yaml", recipe, strlen(recipe));
    v->d = sft_data_open(v->c, v->r);
    v->chart = sft__chart_open(v->c, v->r, v->d, steps);
    CHECK_OK(v->c);
    assert_non_null(v->chart);
    v->n = sft__judge(v->chart, v->list);
    CHECK_OK(v->c);
}

static void visit_open(visit *v, const char *recipe)
{
    visit_for(v, recipe, STEPS);
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

/* Nets that look odd and are well: deep and critical, sparse, normalised, residual, with large rates, with a last layer at zero,
 * with a layer that is meant to stay, and trained until nothing is left to learn. */
static const char *const healthy[] = {
    "data: digits\nmodel: flatten | repeat 20 ( linear 64 | relu ) | linear\noptimizer: adam lr=3e-4\n"
    "train: {epochs: 10, batch: 64}\n",
    "data: digits\nmodel: flatten | repeat 20 ( linear 64 | tanh ) | linear\ninit: orthogonal\noptimizer: sgd lr=0.05\n"
    "train: {epochs: 10, batch: 64}\n",
    "data: digits\nmodel: flatten | repeat 20 ( linear 32 | batchnorm | sigmoid ) | linear\noptimizer: sgd lr=0.1 momentum=0.9\n"
    "train: {epochs: 10, batch: 64}\n",
    "data: digits\nmodel: |\n  flatten | linear 128 | batchnorm | relu | dropout 0.3 |\n"
    "  repeat 2 ( linear 128 | batchnorm | relu | dropout 0.3 ) | linear\noptimizer: adamw lr=3e-3 weight_decay=0.01\n"
    "schedule: cosine warmup=50\ntrain: {epochs: 40, batch: 32}\n",
    "data: digits\nmodel: resnet20 depth=8 width=4\noptimizer: sgd lr=0.1 momentum=0.9 weight_decay=1e-4\n"
    "train: {steps: 60, batch: 32}\n",
    "data: digits\nmodel: flatten | linear 64 | repeat 4 ( residual ( batchnorm | relu | linear 64 ) ) | linear\n"
    "optimizer: sgd lr=0.1 momentum=0.9\ntrain: {epochs: 10, batch: 64}\n",
    "data: mnist1d\nmodel: |\n  conv1d 16 kernel_size=5 stride=2 padding=1 | relu |\n"
    "  conv1d 16 kernel_size=3 stride=2 padding=1 | relu | flatten | linear\ninit: pytorch\noptimizer: adam lr=1e-2\n"
    "train: {steps: 150, batch: 50}\n",
    "data: mnist1d\nmodel: flatten | linear 100 | relu | linear 100 | relu | linear\noptimizer: adam lr=2e-3\n"
    "train: {epochs: 10, batch: 100}\n",
    "data: spirals classes=3\nmodel: linear 100 | relu | linear\noptimizer: sgd lr=1.0\ntrain: {epochs: 60, batch: 256}\n",
    "data: digits\nmodel: flatten | linear 512 | relu | linear\ninit_layers: {\"1.bias\": constant value=-0.5}\n"
    "optimizer: adam lr=1e-3\ntrain: {epochs: 10, batch: 64}\n",
    "data: digits\nmodel: flatten | linear 64 | relu | linear 64 | relu | linear\ninit_layers: {\"5.weight\": zeros}\n"
    "optimizer: adam lr=1e-3\ntrain: {epochs: 10, batch: 64}\n",
    "data: digits\nmodel: flatten | linear 64 | relu | linear 64 | relu | linear\ngroups: {\"1.*\": {lr: 0}}\n"
    "optimizer: sgd lr=0.1\ntrain: {epochs: 10, batch: 64}\n",
    "data: digits\nmodel: flatten | repeat 3 ( linear 64 | sigmoid ) | linear\noptimizer: adam lr=1e-2\n"
    "train: {epochs: 10, batch: 64}\n",
    "data: xor\nmodel: linear 8 | tanh | linear 8 | tanh | linear\noptimizer: adam lr=3e-2\ntrain: {epochs: 100, batch: 32}\n",
    "data: blobs\nmodel: linear 32 | relu | linear 32 | relu | linear\noptimizer: sgd lr=0.1 momentum=0.9\n"
    "train: {epochs: 100, batch: 32}\n",
    "data: regression-1d\nmodel: linear 32 | tanh | linear 32 | tanh | linear\noptimizer: adam lr=1e-2\n"
    "train: {epochs: 50, batch: 32}\n",
    "data: digits\nmodel: flatten | linear\noptimizer: sgd lr=0.1\ntrain: {epochs: 10, batch: 64}\n",
    NULL
};

static void healthy_nets_have_nothing(void **state)
{
    (void)state;
    int bad = 0;
    for (int i = 0; healthy[i]; i++) {
        visit v;
        visit_open(&v, healthy[i]);
        for (int k = 0; k < v.n; k++)
            if (v.list[k].severity > SFT_ADVISORY) {
                print_message("%s stands on a healthy net: %s\n%s", v.list[k].symptom->name, v.list[k].evidence, healthy[i]);
                bad++;
            }
        visit_close(&v);
    }
    assert_int_equal(bad, 0);
}

/* Running averages trail behind weights that move fast: a fault where the rate stays or the plan ends, none where the rate is yet to
 * fall. The gap is made up. */
static void averages_catch_up_as_the_rate_falls(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        char        recipe[300];
        visit       v;
        sft_finding f = { .severity = SFT_FAULT };
        snprintf(recipe, sizeof recipe, "data: digits\nmodel: flatten | linear 8 | batchnorm | relu | linear\noptimizer: sgd lr=0.1\n"
                 "schedule: %s\ntrain: {steps: %d, batch: 64}\n", i ? "cosine warmup=10" : "constant", i == 2 ? 110 : 300);
        visit_for(&v, recipe, 100);
        v.chart->course.eval_mode_loss = 3 * v.chart->course.end_loss + v.chart->course.start_loss;
        assert_int_equal(sft__symptom_find("stale_batchnorm")->judge(v.chart, &f), i != 1);
        visit_close(&v);
    }
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
        cmocka_unit_test(healthy_nets_have_nothing), cmocka_unit_test(averages_catch_up_as_the_rate_falls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
