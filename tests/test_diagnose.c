/* SPDX-License-Identifier: MIT */
/* The doctor for callers: findings, signals, JSON; looking changes nothing; what fails, fails cleanly. labels: core */
#include "check.h"

#include <math.h>

typedef struct visit {
    sft_ctx       *c;
    sft_recipe    *r;
    sft_data      *d;
    sft_diagnosis *x;
} visit;

static const char sick[] = "data: digits\nmodel: flatten | linear 32 | relu | linear\ninit: constant value=0.05\noptimizer: sgd lr=0.1\n"
                           "train: {epochs: 2, batch: 64}\n";
static const char well[] = "data: digits\nmodel: flatten | linear 32 | batchnorm | relu | dropout 0.2 | linear\noptimizer: adam lr=0.003\n"
                           "augment: noise\ntrain: {epochs: 2, batch: 64}\n";

static visit open_recipe(const char *text)
{
    visit v = { .c = check_open() };
    v.r = sft_recipe_parse(v.c, "r.yaml", text, strlen(text));
    v.d = sft_data_open(v.c, v.r);
    CHECK_OK(v.c);
    return v;
}

static void close_visit(visit *v)
{
    sft_diagnosis_free(v->x);
    sft_data_free(v->d);
    sft_recipe_free(v->r);
    sft_close(v->c);
}

static bool finds(const sft_diagnosis *x, const char *symptom, sft_finding_facts *f)
{
    for (int i = 0; sft_diagnosis_finding(x, i, f); i++)
        if (!strcmp(f->symptom, symptom)) return true;
    return false;
}

/* ---- what is told ----------------------------------------------------------------------------- */

static void the_start_alone_shows_equal_units(void **state)
{
    (void)state;
    visit               v = open_recipe(sick);
    sft_diagnosis_facts all;
    sft_finding_facts   f;
    sft_signal_facts    s;
    v.x = sft_diagnose(v.c, v.r, v.d, &(sft_doctor_options){ .steps = 0 });
    CHECK_OK(v.c);
    assert_int_equal(sft_diagnosis_facts_of(v.x, &all), SFT_OK);
    assert_true(all.steps == 0 && isnan(all.end_loss) && all.trials == 0 && !all.failed);
    CHECK_NEAR(all.prior, 2.3025, 1e-3);
    CHECK_NEAR(all.start_loss, all.prior, 0.2);
    assert_true(finds(v.x, "symmetric_units", &f));
    assert_int_equal(f.severity, SFT_FATAL);
    assert_string_equal(f.layer, "1");
    assert_string_equal(f.op, "linear");
    assert_null(f.cause);
    assert_string_equal(f.remedy, "default_init");
    assert_true(f.edits == 1 && !strcmp(f.edit[0], "init=auto"));
    assert_false(sft_diagnosis_finding(v.x, all.findings, &f));
    assert_false(sft_diagnosis_finding(v.x, -1, &f));
    assert_null(sft_diagnosis_recipe(v.x));
    int n = 0;
    for (; sft_diagnosis_signal(v.x, false, n, &s); n++)
        if (!strcmp(s.op, "relu")) assert_true(s.dead == 0 && s.slope > 0.1 && s.slope < 0.9 && s.gradient > 0 && s.gain > 0.2);
    assert_int_equal(n, 5); /* the input too */
    close_visit(&v);
}

static void a_probe_run_is_watched(void **state)
{
    (void)state;
    visit               v = open_recipe(well);
    sft_diagnosis_facts all;
    sft_signal_facts    s;
    int                 moved = 0;
    v.x = sft_diagnose(v.c, v.r, v.d, &(sft_doctor_options){ .steps = 40 });
    CHECK_OK(v.c);
    sft_diagnosis_facts_of(v.x, &all);
    assert_int_equal(all.steps, 40);
    assert_true(all.planned > 40 && all.end_loss < all.start_loss && !all.stopped);
    for (int i = 0; sft_diagnosis_signal(v.x, true, i, &s); i++) moved += s.update > 0;
    assert_true(moved >= 2);
    const char *json = sft_diagnosis_json(v.x);
    assert_non_null(json);
    assert_non_null(strstr(json, "\"schema\": 1"));
    assert_non_null(strstr(json, "\"signals_end\": ["));
    assert_ptr_equal(json, sft_diagnosis_json(v.x));
    close_visit(&v);
}

/* ---- what stays ------------------------------------------------------------------------------- */

static void fit(visit *v, char hash[65])
{
    sft_net   *n = sft_net_new(v->c, v->r, v->d);
    sft_result result;
    sft_fit(v->c, v->r, v->d, n, NULL, &result);
    CHECK_OK(v->c);
    memcpy(hash, result.weights_sha256, 65);
    sft_net_free(n);
}

static void looking_changes_nothing(void **state)
{
    (void)state;
    char  alone[65], after[65], again[65];
    visit v = open_recipe(well);
    fit(&v, alone);
    close_visit(&v);
    v = open_recipe(well);
    v.x = sft_diagnose(v.c, v.r, v.d, &(sft_doctor_options){ .steps = 30, .verify = true, .seeds = 1, .budget = 0.2 });
    CHECK_OK(v.c);
    fit(&v, after);
    assert_string_equal(alone, after);
    sft_diagnosis_free(v.x);
    v.x = NULL;
    fit(&v, again);
    assert_string_equal(alone, again);
    close_visit(&v);
}

/* ---- ends before the end ---------------------------------------------------------------------- */

static bool enough(void *user, const char *what, double share)
{
    int *calls = user;
    assert_true(what && *what && share >= 0 && share <= 1);
    return ++*calls < 5;
}

static void the_callback_ends_it(void **state)
{
    (void)state;
    visit               v = open_recipe(well);
    int                 calls = 0;
    sft_diagnosis_facts all;
    v.x = sft_diagnose(v.c, v.r, v.d, &(sft_doctor_options){ .steps = -1, .verify = true, .progress = enough, .user = &calls });
    CHECK_OK(v.c);
    sft_diagnosis_facts_of(v.x, &all);
    assert_true(all.stopped && all.steps < 10 && all.trials == 0);
    close_visit(&v);
}

static void numbers_that_are_not_finite_are_a_finding(void **state)
{
    (void)state;
    visit               v = open_recipe(well);
    sft_diagnosis_facts all;
    sft_recipe_set(v.r, "model=flatten | linear 32 | relu | linear");
    sft_recipe_set(v.r, "optimizer=sgd lr=1e6");
    v.x = sft_diagnose(v.c, v.r, v.d, &(sft_doctor_options){ .steps = 50 });
    CHECK_OK(v.c);
    sft_diagnosis_facts_of(v.x, &all);
    assert_true(all.failed && all.failure && all.steps < 50);
    assert_non_null(sft_diagnosis_json(v.x));
    close_visit(&v);
}

/* An output that cannot reach the targets hides a rate at which a free one diverges: only both together help. */
static void faults_behind_faults_are_cured(void **state)
{
    (void)state;
    visit       v = open_recipe("data: regression-1d n=512\nmodel: linear 32 | relu | linear 32 | relu | linear 1 | softplus\n"
                                "loss: mse\noptimizer: momentum lr=0.7\ntrain: {epochs: 60, batch: 32}\n");
    const char *edit[SFT_DOCTOR_EDITS], *text;
    v.x = sft_diagnose(v.c, v.r, v.d, NULL);
    CHECK_OK(v.c);
    assert_int_equal(sft_diagnosis_edits(v.x, edit), 2);
    text = sft_diagnosis_recipe(v.x);
    assert_non_null(text);
    assert_true(strstr(text, "# loss_mismatch: ") && strstr(text, "# rate_too_high: "));
    const char *first = strstr(text, "#   optimizer.lr=");
    assert_true(first && !strstr(first + 1, "#   optimizer.lr="));
    assert_null(strstr(text, "softplus\n"));
    assert_int_equal(sft_diagnosis_edits(NULL, edit), 0);
    close_visit(&v);
}

/* Samples are looked at in equal steps: of classes that come in turn these may be one class, whose neighbours say nothing. */
static void classes_that_come_in_turn_are_not_random(void **state)
{
    (void)state;
    enum { ROWS = 2000 };
    static float      x[ROWS], y[ROWS];
    sft_finding_facts f;
    visit             v = { .c = check_open() };
    const char       *text = "data: circles\nmodel: linear 4 | relu | linear\noptimizer: sgd lr=0.1\ntrain: {epochs: 2, batch: 64}\n";
    for (int i = 0; i < ROWS; i++) x[i] = (float)(i % 2 ? 1 : -1) + (float)i / ROWS, y[i] = (float)(i % 2);
    v.r = sft_recipe_parse(v.c, "r.yaml", text, strlen(text));
    v.d = sft_data_from(v.c, x, (sft_shape){ 1, { 1 } }, y, SFT_CLASSES, 2, ROWS, NULL);
    v.x = sft_diagnose(v.c, v.r, v.d, &(sft_doctor_options){ .steps = 0 });
    CHECK_OK(v.c);
    assert_false(finds(v.x, "random_labels", &f));
    close_visit(&v);
}

/* Outputs for classes that never come make those that come no less equal. */
static void equal_classes_are_balanced(void **state)
{
    (void)state;
    enum { ROWS = 600 };
    static float      x[ROWS], y[ROWS];
    sft_finding_facts f;
    visit             v = { .c = check_open() };
    const char       *text = "data: blobs\nmodel: linear 8 | relu | linear\noptimizer: sgd lr=0.1\ntrain: {epochs: 2, batch: 60}\n";
    for (int i = 0; i < ROWS; i++) y[i] = (float)(i * 7 % 4), x[i] = y[i] - 1.5f;
    v.r = sft_recipe_parse(v.c, "r.yaml", text, strlen(text));
    v.d = sft_data_from(v.c, x, (sft_shape){ 1, { 1 } }, y, SFT_CLASSES, 20, ROWS, NULL);
    v.x = sft_diagnose(v.c, v.r, v.d, &(sft_doctor_options){ .steps = 0 });
    CHECK_OK(v.c);
    assert_true(finds(v.x, "degenerate_labels", &f));
    assert_false(finds(v.x, "class_imbalance", &f));
    close_visit(&v);
}

/* With dropout off BatchNorm takes its running averages; as long as these are young, dropout is not to blame for what they say. */
static void young_averages_are_not_blamed_on_dropout(void **state)
{
    (void)state;
    enum { ROWS = 512, WIDTH = 800 };
    sft_finding_facts f;
    visit             v = { .c = check_open() };
    const char       *text = "data: blobs\nmodel: linear 16 | batchnorm momentum=0.01 | relu | dropout 0.5 | linear\n"
                             "optimizer: sgd lr=1e-4\ntrain: {epochs: 100, batch: 64}\n";
    float            *x = calloc(ROWS * WIDTH, sizeof *x), *y = calloc(ROWS, sizeof *y);
    assert_true(x && y);
    for (int i = 0; i < ROWS * WIDTH; i++) x[i] = (float)(((unsigned)i * 7919u + (unsigned)(i / WIDTH) * 1049u) % 2003u) / 1001.5f - 1;
    for (int i = 0; i < ROWS; i++) y[i] = (float)(i % 3 > 0);
    v.r = sft_recipe_parse(v.c, "r.yaml", text, strlen(text));
    v.d = sft_data_from(v.c, x, (sft_shape){ 1, { WIDTH } }, y, SFT_CLASSES, 2, ROWS, NULL);
    v.x = sft_diagnose(v.c, v.r, v.d, &(sft_doctor_options){ .steps = 120 });
    CHECK_OK(v.c);
    assert_false(finds(v.x, "over_regularised", &f));
    free(x);
    free(y);
    close_visit(&v);
}

/* Trials may be made again, of a diagnosis that had none or has some: they are the same. */
static void trials_can_be_made_again(void **state)
{
    (void)state;
    visit               v = open_recipe(sick);
    sft_diagnosis_facts f[3];
    sft_trial_facts     x;
    char                text[3][64];
    v.x = sft_diagnose(v.c, v.r, v.d, &(sft_doctor_options){ .steps = 20 });
    for (int i = 0; i < 3; i++) {
        assert_int_equal(sft_diagnosis_facts_of(v.x, &f[i]), SFT_OK);
        snprintf(text[i], sizeof *text, "%s", sft_diagnosis_trial(v.x, 0, &x) ? x.remedy : "none");
        sft_diagnosis_verify(v.x, &(sft_doctor_options){ .steps = 20 });
        CHECK_OK(v.c);
    }
    assert_int_equal(f[0].trials, 0);
    assert_true(f[1].trials > 0 && f[1].trials == f[2].trials && f[1].spent == f[2].spent);
    assert_string_equal(text[1], text[2]);
    assert_string_not_equal(text[1], "none");
    close_visit(&v);
}

/* A budget that is asked for holds over all rounds, the looks between them included. */
static void the_budget_holds_over_rounds(void **state)
{
    (void)state;
    static const double budgets[] = { 0.1, 0.3, 0.5, 1, 2 };
    for (size_t i = 0; i < sizeof budgets / sizeof *budgets; i++) {
        visit v = open_recipe("data: regression-1d n=512\nmodel: linear 32 | relu | linear 32 | relu | linear 1 | softplus\n"
                              "loss: mse\noptimizer: adam lr=1e-5\ntrain: {epochs: 60, batch: 32}\n");
        sft_diagnosis_facts f;
        v.x = sft_diagnose(v.c, v.r, v.d, &(sft_doctor_options){ .steps = -1, .verify = true, .budget = budgets[i] });
        CHECK_OK(v.c);
        assert_int_equal(sft_diagnosis_facts_of(v.x, &f), SFT_OK);
        if ((double)f.spent > budgets[i] * (double)f.planned)
            fail_msg("%lld steps of %g x %lld", (long long)f.spent, budgets[i], (long long)f.planned);
        close_visit(&v);
    }
}

/* The remedy of the fault makes no recipe, as a pattern of groups then matches nothing: that is no reason to fail. */
static void cures_that_make_no_recipe_are_left(void **state)
{
    (void)state;
    visit v = open_recipe("data: circles n=1000\nmodel: linear 32 | linear 32 | linear\ngroups: {\"1.*\": {decay: 0}}\n"
                          "optimizer: sgd lr=0.1\ntrain: {epochs: 20, batch: 32}\n");
    sft_finding_facts f;
    v.x = sft_diagnose(v.c, v.r, v.d, NULL);
    CHECK_OK(v.c);
    assert_non_null(v.x);
    assert_true(finds(v.x, "no_nonlinearity", &f));
    close_visit(&v);
}

/* Large targets before a relu: scaled ones would be negative as often as not, so the relu comes first. */
static void outputs_come_before_the_scale_of_targets(void **state)
{
    (void)state;
    static const char *const last[] = { "relu", "identity" }, *const first[] = { "loss_mismatch", "raw_targets" };
    for (int i = 0; i < 2; i++) {
        char              text[300];
        sft_finding_facts f;
        snprintf(text, sizeof text, "data: regression-1d curve=cubic range=10\nmodel: linear 32 | tanh | linear 1 | %s\nloss: mse\n"
                 "optimizer: adam lr=0.001\ntrain: {epochs: 10, batch: 64}\n", last[i]);
        visit v = open_recipe(text);
        v.x = sft_diagnose(v.c, v.r, v.d, &(sft_doctor_options){ .steps = 0 });
        CHECK_OK(v.c);
        assert_true(finds(v.x, first[i], &f));
        assert_true(f.severity >= SFT_FAULT && !f.cause);
        close_visit(&v);
    }
}

static void nothing_comes_of_nothing(void **state)
{
    (void)state;
    visit             v = open_recipe(well);
    sft_finding_facts f;
    sft_signal_facts  s;
    sft_trial_facts   t;
    assert_null(sft_diagnose(v.c, NULL, v.d, NULL));
    CHECK_FAILS(v.c, "E002", "recipe");
    assert_null(sft_diagnose(NULL, v.r, v.d, NULL));
    assert_false(sft_diagnosis_finding(NULL, 0, &f) || sft_diagnosis_signal(NULL, false, 0, &s) || sft_diagnosis_trial(NULL, 0, &t));
    assert_null(sft_diagnosis_json(NULL));
    assert_null(sft_diagnosis_recipe(NULL));
    sft_diagnosis_free(NULL);
    sft_recipe_set(v.r, "optimizer.lr=none");
    assert_null(sft_diagnose(v.c, v.r, v.d, NULL));
    assert_int_equal(sft_code(v.c), SFT_USAGE);
    close_visit(&v);
}

/* Every allocation that fails is told, and nothing is lost. */
static void memory_runs_out(void **state)
{
    (void)state;
    check_memory m = { 0 };
    int          failed = 0;
    sft_ctx     *c = sft_open(&(sft_config){ .threads = 1, .reference = true, .realloc = check_realloc, .realloc_user = &m });
    sft_recipe  *r = sft_recipe_parse(c, "r.yaml", sick, strlen(sick));
    sft_data    *d = sft_data_open(c, r);
    const int64_t before = m.calls;
    sft_diagnosis *x = sft_diagnose(c, r, d, &(sft_doctor_options){ .steps = 2 });
    CHECK_OK(c);
    const int64_t calls = m.calls - before;
    sft_diagnosis_free(x);
    for (int64_t i = 1; i <= calls; i += 1 + calls / 60) {
        m.fails = m.calls + i;
        x = sft_diagnose(c, r, d, &(sft_doctor_options){ .steps = 2 });
        failed += x == NULL;
        assert_true((x != NULL) == (sft_code(c) == SFT_OK));
        m.fails = 0;
        sft_clear(c);
        sft_diagnosis_free(x);
    }
    assert_true(failed > 10);
    sft_data_free(d);
    sft_recipe_free(r);
    sft_close(c);
    assert_int_equal(m.in_use, 0);
}

/* ---- the lists -------------------------------------------------------------------------------- */

static void symptoms_are_listed(void **state)
{
    (void)state;
    sft_symptom_facts s;
    sft_record_facts  r;
    int               n = 0, records = 0, remedies = 0;
    for (; sft_list_symptom(n, &s); n++)
        assert_true(*s.name && *s.doc && *s.math && *s.source && *s.origin && *s.sick && *s.well && s.explains && s.remedies);
    for (int i = 0; sft_list(i, &r); i++) {
        records += !strcmp(r.kind, "symptom");
        remedies += !strcmp(r.kind, "remedy");
    }
    assert_true(n > 0 && remedies > 0);
    assert_int_equal(n, records);
    assert_false(sft_list_symptom(-1, &s) || sft_list_symptom(0, NULL));
    assert_string_equal(sft_severity_name(SFT_FATAL), "fatal");
    assert_string_equal(sft_verdict_name(SFT_WON), "won");
    assert_string_equal(sft_verdict_name((sft_verdict)99), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_start_alone_shows_equal_units), cmocka_unit_test(a_probe_run_is_watched),
        cmocka_unit_test(looking_changes_nothing), cmocka_unit_test(the_callback_ends_it),
        cmocka_unit_test(numbers_that_are_not_finite_are_a_finding), cmocka_unit_test(faults_behind_faults_are_cured),
        cmocka_unit_test(outputs_come_before_the_scale_of_targets),
        cmocka_unit_test(cures_that_make_no_recipe_are_left), cmocka_unit_test(the_budget_holds_over_rounds), cmocka_unit_test(trials_can_be_made_again), cmocka_unit_test(nothing_comes_of_nothing),
        cmocka_unit_test(classes_that_come_in_turn_are_not_random), cmocka_unit_test(equal_classes_are_balanced),
        cmocka_unit_test(young_averages_are_not_blamed_on_dropout),
        cmocka_unit_test(memory_runs_out), cmocka_unit_test(symptoms_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
