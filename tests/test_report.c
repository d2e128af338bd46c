/* SPDX-License-Identifier: MIT */
/* Reports: notes of curves, studies of run folders, points, effects, sentences, files. labels: core */
#include "check.h"
#include "data_folder.h"
#include "report_runs.h"

#include <math.h>

#include "report/report.h"

enum { PATHS = 80 };

typedef struct shelf {          /* run folders of a test */
    sft_ctx    *c;
    char        root[64];
    int         n;
    char        path[PATHS][100];
    const char *paths[PATHS];
} shelf;

static shelf *shelf_open(void)
{
    shelf *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->c = check_open();
    folder_make(s->root);
    return s;
}

static const char *put(shelf *s, report_curve k)
{
    assert_true(s->n < PATHS);
    snprintf(s->path[s->n], sizeof s->path[s->n], "%s/r%02d", s->root, s->n);
    s->paths[s->n] = s->path[s->n];
    report_run(s->path[s->n], &k);
    return s->path[s->n++];
}

static void shelf_close(shelf *s)
{
    folder_remove(s->root);
    sft_close(s->c);
    free(s);
}

static void holds(const char *text, const char *part)
{
    if (!text || !strstr(text, part)) fail_msg("lacks `%s`: %s", part, text ? text : "(none)");
}

/* ---- notes ------------------------------------------------------------------------------------------------ */

static sft_remark judge(shelf *s, sft_arena *a, report_curve k, sft_trial_state state, const sft_yardstick *y)
{
    sft_run_look      look;
    const sft_attempt t = { .state = state, .epochs = k.epochs };
    assert_int_equal(sft__run_look(s->c, a, put(s, k), "accuracy", &look), SFT_OK);
    assert_true(look.found);
    return sft__remark(a, &t, &look, y);
}

static void test_each_fate_is_told_from_its_curve(void **state)
{
    (void)state;
    shelf              *s = shelf_open();
    sft_arena           a;
    const sft_yardstick best = { .lowest = 0.1, .prior = NAN };
    sft__arena_open(&a, s->c);
    sft_remark m = judge(s, &a, (report_curve){ .epochs = 12, .fall = 4 }, SFT_TRIAL_DONE, &best);
    assert_int_equal(m.fate, SFT_FATE_WELL);
    assert_string_equal(m.text, "");
    m = judge(s, &a, (report_curve){ .epochs = 3, .fall = 1, .nan_step = 37 }, SFT_TRIAL_FAILED, &best);
    assert_string_equal(m.text, "diverged at step 37");
    assert_int_equal(m.fate, SFT_FATE_DIVERGED);
    m = judge(s, &a, (report_curve){ .epochs = 3, .fall = 1, .failure = "error[E330]: writing `x`: No space left — delete something" },
              SFT_TRIAL_FAILED, &best);
    assert_string_equal(m.text, "failed: writing `x`: No space left");
    m = judge(s, &a, (report_curve){ .epochs = 12, .fall = 1, .lost = 7 }, SFT_TRIAL_DONE, &best);
    assert_int_equal(m.fate, SFT_FATE_DIVERGED);
    assert_string_equal(m.text, "lost what it had learned at step 70");
    m = judge(s, &a, (report_curve){ .epochs = 12, .fall = 0, .floor = 10 }, SFT_TRIAL_DONE, &best);
    assert_int_equal(m.fate, SFT_FATE_DIVERGED);
    m = judge(s, &a, (report_curve){ .epochs = 12, .fall = 0, .floor = 0.01 }, SFT_TRIAL_DONE, &best);
    assert_string_equal(m.text, "does not learn");
    m = judge(s, &a, (report_curve){ .epochs = 16, .fall = 20, .floor = 1.5, .swing = 0.1 }, SFT_TRIAL_DONE, &best);
    assert_int_equal(m.fate, SFT_FATE_OSCILLATES);
    holds(m.text, "oscillates (loss moves by 20 % an epoch)");
    m = judge(s, &a, (report_curve){ .epochs = 24, .fall = 1, .turn = 11 }, SFT_TRIAL_DONE, &best);
    assert_string_equal(m.text, "overfits from epoch 12 (loss, not accuracy)");
    assert_true(m.number == 12);
    sft__arena_close(&a);
    shelf_close(s);
}

/* L = 2.3 exp(-fall e / 4) + 0.1: what is left is known exactly, by another trial or by Aitken's rule, which is exact for exponentials. */
static void test_slow_says_how_much_is_to_come(void **state)
{
    (void)state;
    shelf              *s = shelf_open();
    sft_arena           a;
    const sft_yardstick best = { .lowest = 0.1, .prior = NAN };
    const report_curve  k = { .epochs = 16, .fall = 0.1, .floor = 0.1 };
    const double        prior = log(10), now = 2.3 * exp(-0.4) + 0.2;
    sft__arena_open(&a, s->c);
    sft_remark m = judge(s, &a, k, SFT_TRIAL_DONE, &best);
    assert_int_equal(m.fate, SFT_FATE_SLOW);
    const double start = fmax(prior, 2.3 * exp(-0.025) + 0.1);
    CHECK_NEAR(m.number, (now - 0.1) / (start - 0.1), 1e-12);
    holds(m.text, "slow: 73 % of the loss drop still to come");
    m = judge(s, &a, k, SFT_TRIAL_DONE, NULL);
    assert_int_equal(m.fate, SFT_FATE_SLOW);
    /* quarters of exponentials fall by exp(-fall) each, so the rest below the last quarter's mean is what it lies above 0.2 */
    const double fourth = (exp(-0.025 * 13) + exp(-0.025 * 14) + exp(-0.025 * 15) + exp(-0.025 * 16)) / 4 * 2.3;
    CHECK_NEAR(m.number, fourth / (start - now + fourth), 1e-9);
    m = judge(s, &a, (report_curve){ .epochs = 16, .fall = 2, .floor = 0.1 }, SFT_TRIAL_DONE, NULL);
    assert_int_equal(m.fate, SFT_FATE_WELL);
    m = judge(s, &a, k, SFT_TRIAL_PRUNED, &best);   /* who is stopped cannot be slow */
    assert_int_equal(m.fate, SFT_FATE_WELL);
    m = judge(s, &a, k, SFT_TRIAL_RUNNING, &best);
    assert_int_equal(m.fate, SFT_FATE_WELL);
    sft__arena_close(&a);
    shelf_close(s);
}

static void test_the_doctor_is_heard(void **state)
{
    (void)state;
    shelf       *s = shelf_open();
    sft_arena    a;
    sft_run_look look;
    const sft_attempt t = { .state = SFT_TRIAL_DONE };
    sft__arena_open(&a, s->c);
    const char *folder = put(s, (report_curve){ .epochs = 12, .fall = 4, .lr = 0.5 });
    folder_text(folder, "diagnosis.json",
                "{\"prior\": 2.2, \"curvature\": {\"sharpness\": 12.4, \"limit\": 4}, \"findings\": [{\"symptom\": \"rate_oscillates\", "
                "\"severity\": \"fault\", \"layer\": null}]}");
    sft__run_look(s->c, &a, folder, NULL, &look);
    CHECK_OK(s->c);
#ifdef SFT_HAVE_JANSSON
    CHECK_NEAR(look.prior, 2.2, 0);
    assert_string_equal(sft__remark(&a, &t, &look, NULL).text, "oscillates (sharpness 3.1 × 2/η)");
    look.sharpness = 1.7;                               /* below the limit it is no evidence */
    assert_string_equal(sft__remark(&a, &t, &look, NULL).text, "oscillates");
    folder_text(folder, "diagnosis.json", "{\"findings\": [{\"symptom\": \"dead_units\", \"severity\": \"fault\", \"layer\": \"2\"}]}");
    assert_string_equal(sft__attempt_note(s->c, &a, folder, &t, NULL), "doctor: dead_units at layer 2");
    folder_text(folder, "diagnosis.json", "{\"findings\": [{\"symptom\": \"dead_units\", \"severity\": \"advisory\", \"layer\": \"2\"}]}");
    assert_string_equal(sft__attempt_note(s->c, &a, folder, &t, NULL), "");
    folder_text(folder, "diagnosis.json", "{\"findings\": [{]");
    assert_string_equal(sft__attempt_note(s->c, &a, folder, &t, NULL), "");
#endif
    CHECK_OK(s->c);
    sft__arena_close(&a);
    shelf_close(s);
}

/* Damaged and half-written files are read as far as they go. */
static void test_torn_metrics(void **state)
{
    (void)state;
    shelf       *s = shelf_open();
    sft_arena    a;
    sft_run_look look;
    sft__arena_open(&a, s->c);
    folder_text(s->root, "metrics.csv", "step,epoch,split,loss,accuracy,lr,grad_norm,seconds,rmse\n10,1,train,1.5,,0.1,,0.1,\n"
                                        "10,1,validation,,,0.1,,0.1,7\n"
                                        "rubbish\n20,2,valid\n20,x,train,1,1,1,1,1\n20,2,train,1.25");
    sft__run_look(s->c, &a, s->root, "rmse", &look);
    CHECK_OK(s->c);
    assert_true(look.found);
    assert_int_equal(look.curve[SFT_TRAIN].n, 1);
    CHECK_NEAR(look.curve[SFT_TRAIN].loss[0], 1.5, 0);
    assert_true(isnan(look.curve[SFT_TRAIN].accuracy[0]));
    assert_int_equal(look.curve[SFT_VALIDATION].n, 1);
    assert_true(isnan(look.curve[SFT_VALIDATION].loss[0]));
    CHECK_NEAR(look.curve[SFT_VALIDATION].rank[0], 7, 0);
    sft__run_look(s->c, &a, "/nowhere/at/all", "rmse", &look);
    CHECK_OK(s->c);
    assert_false(look.found);
    sft__arena_close(&a);
    shelf_close(s);
}

/* ---- studies of runs -------------------------------------------------------------------------------------------- */

static void test_differing_keys_are_axes_and_seeds_points(void **state)
{
    (void)state;
    shelf        *s = shelf_open();
    sft_study     study;
    sft_run_look *looks;
    for (int i = 0; i < 12; i++)
        put(s, (report_curve){ .lr = i / 6 ? 0.02 : 1e-4, .batch = i / 3 % 2 ? 50 : 100, .seed = i % 3, .epochs = 4, .accuracy =
                              0.1 * (i / 3), .fall = 1 });
    assert_int_equal(sft__study_of_runs(s->c, s->n, s->paths, NULL, &study, &looks), SFT_OK);
    assert_int_equal(study.plan.space.n, 2);
    assert_string_equal(study.plan.space.axis[0].key, "optimizer.lr");
    assert_string_equal(study.plan.space.axis[1].key, "train.batch");
    assert_true(study.plan.space.axis[0].log);
    assert_int_equal(study.plan.space.axis[1].n, 2);
    CHECK_NEAR(study.plan.space.axis[1].number[0], 50, 0); /* rising, not as given */
    CHECK_NEAR(study.attempt[0].u[1], 0.75, 0);
    assert_int_equal(study.plan.seeds, 3);
    assert_int_equal(study.n, 12);
    assert_int_equal(study.attempt[11].point, 3);
    assert_string_equal(study.plan.rank_by, "accuracy");
    assert_true(study.plan.maximize);
    assert_int_equal(study.attempt[5].best_epoch, 2);   /* the first of equal ones */
    sft__study_close(&study);
    s->paths[s->n++] = s->paths[0];                     /* once more: counts once */
    assert_int_equal(sft__study_of_runs(s->c, s->n, s->paths, "loss", &study, &looks), SFT_OK);
    assert_int_equal(study.n, 12);
    assert_false(study.plan.maximize);
    assert_int_equal(study.attempt[5].best_epoch, 4);
    sft__study_close(&study);
    sft__study_of_runs(s->c, 1, s->paths, "f1_macr", &study, &looks);
    CHECK_FAILS(s->c, "E132", "f1_macr");
    sft__study_close(&study);
    shelf_close(s);
}

/* ---- reports --------------------------------------------------------------------------------------------------------- */

static const double rates[] = { 0.001, 0.01, 0.1, 1, 10 };

/* A score that depends on the effective rate only: a hill in log η/(1-β) with its top at 1. */
static double hill(double lr, double momentum)
{
    const double x = log10(lr / (1 - momentum));
    return 0.9 - 0.1 * fabs(x);
}

/* top: the score without momentum at a rate of 10 */
static void put_hills(shelf *s, double top)
{
    for (int m = 0; m < 2; m++)
        for (int i = 0; i < 5; i++)
            for (int seed = 0; seed < 2; seed++) {
                const double momentum = m ? 0.9 : 0;
                report_curve k = { .lr = rates[i], .momentum = momentum, .seed = seed, .epochs = 8, .fall = 4,
                                   .accuracy = hill(rates[i], momentum) + (seed ? 0.002 : -0.002) };
                if (rates[i] / (1 - momentum) > 20) k.nan_step = 5 + 10 * seed;
                if (!m && i == 4) k.accuracy = top + (seed ? 0.002 : -0.002);
                put(s, k);
            }
}

static void test_points_are_sorted_and_averaged(void **state)
{
    (void)state;
    shelf        *s = shelf_open();
    sft_study     study;
    sft_run_look *looks;
    sft_report    r;
    put_hills(s, hill(10, 0));
    sft__study_of_runs(s->c, s->n, s->paths, NULL, &study, &looks);
    assert_int_equal(sft__report_open(s->c, &study, looks, s->root, &r), SFT_OK);
    assert_int_equal(r.n_points, 10);
    assert_string_equal(r.point[0].label[0], "1");
    CHECK_NEAR(r.point[0].rank.mean, 0.9, 1e-12);
    CHECK_NEAR(r.point[0].rank.std, 0.002 * sqrt(2), 1e-12);
    CHECK_NEAR(r.point[0].test.mean, 0.89, 1e-12);
    assert_int_equal(r.point[0].rank.n, 2);
    assert_string_equal(r.point[0].note, "best");
    for (int i = 1; i < 9; i++) assert_true(r.point[i].rank.mean <= r.point[i - 1].rank.mean + 1e-12);
    assert_int_equal(r.point[9].failed, 2);             /* diverged: last, although its first epochs had scores */
    assert_string_equal(r.point[9].note, "diverged at steps 5 to 15");
    assert_int_equal(r.test_elsewhere, 0);
    assert_int_equal(r.n_effects, 2);
    const sft_effect *lr = &r.effect[0];
    assert_int_equal(lr->n, 5);
    assert_int_equal(lr->best, 3);
    assert_int_equal(lr->from, 2);                      /* 0.1 with momentum 0.9 is as good */
    assert_int_equal(lr->to, 3);
    assert_int_equal(lr->level[4].fates[SFT_FATE_DIVERGED], 2);
    CHECK_NEAR(lr->level[3].mean.mean, (0.9 + 0.8) / 2, 1e-12);
    holds(lr->sentence, "The best learning rate is 1: Val Acc 90.00 ± 0.28 % (Table 2, row 1).");
    holds(lr->sentence, "From 0.1 to 1 it stays within 1 point of that.");
    holds(lr->sentence, "Above 1 (Table 2, row 10), 2 of 4 trials diverge; the best is 80.00 ± 0.28 %.");
    assert_int_equal(r.n_pairs, 1);
    holds(r.pair[0].sentence, "The best learning rate shifts with the momentum (Table 4, the best of each column): 1 at momentum 0, 0.1 at momentum 0.9.");
    holds(r.pair[0].sentence, "the best at momentum 0 and at 0.9 are 1 and 1");
    holds(r.pair[0].sentence, "at equal effective rates by 0.0 points");
    holds(r.pair[0].sentence, "mostly as a rate 1/(1−β) times as large");
    holds(r.pair[0].sentence, "nothing diverges is 10 at momentum 0, 1 at momentum 0.9");
    assert_int_equal(r.n_answers, 4);
    holds(r.answer[0].text, "learning rate 1, momentum 0 (Table 1, row 1)");
    holds(r.answer[0].text, "1 other configuration is within 1 point of it");
    holds(r.answer[1].text, "rates above 1 are too high: 2 of 4 trials diverge (Table 2, row 10)");
    holds(r.answer[1].text, "at step 5, with learning rate 10 (Table 1, row 10)");
    sft__report_close(&r);
    sft__study_close(&study);
    shelf_close(s);
}

/* Where curves fall off beyond their best rate is no matter of effective rates: momentum is stable for longer. */
static void test_momentum_is_judged_where_curves_rise(void **state)
{
    (void)state;
    shelf        *s = shelf_open();
    sft_study     study;
    sft_run_look *looks;
    sft_report    r;
    put_hills(s, 0.1);
    sft__study_of_runs(s->c, s->n, s->paths, NULL, &study, &looks);
    assert_int_equal(sft__report_open(s->c, &study, looks, s->root, &r), SFT_OK);
    holds(r.pair[0].sentence, "the two differ by 10.0 points on average (3 rates), at equal effective rates by 0.0 points (3 rates;");
    holds(r.pair[0].sentence, "mostly as a rate 1/(1−β) times as large");
    sft__report_close(&r);
    sft__study_close(&study);
    shelf_close(s);
}

/* Of a point whose seeds did not all finish, the mean of the others is no recommendation. */
static void test_lucky_seeds_do_not_win(void **state)
{
    (void)state;
    shelf        *s = shelf_open();
    sft_study     study;
    sft_run_look *looks;
    sft_report    r;
    for (int seed = 0; seed < 3; seed++) {
        put(s, (report_curve){ .lr = 0.1, .seed = seed, .epochs = 8, .fall = 4, .accuracy = 0.8 });
        put(s, (report_curve){ .lr = 1, .seed = seed, .epochs = 8, .fall = 4, .accuracy = 0.95, .nan_step = seed == 2 ? 9 : 0 });
    }
    sft__study_of_runs(s->c, s->n, s->paths, NULL, &study, &looks);
    assert_int_equal(sft__report_open(s->c, &study, looks, s->root, &r), SFT_OK);
    assert_string_equal(r.point[0].label[0], "0.1");
    assert_string_equal(r.point[1].note, "diverged in 1 of 3 seeds");
    assert_true(r.point[1].rank.mean > r.point[0].rank.mean);
    assert_int_equal(r.effect[0].best, 0);
    sft__report_close(&r);
    sft__study_close(&study);
    shelf_close(s);
}

static char *text_of(const char *folder, const char *name)
{
    char path[4300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    char  *text = calloc(1, 1 << 20);
    size_t n = fread(text, 1, (1 << 20) - 1, f);
    assert_true(n > 0);
    fclose(f);
    return text;
}

static void test_the_files_are_written(void **state)
{
    (void)state;
    shelf           *s = shelf_open();
    sft_report_facts facts;
    char             out[100];
    put_hills(s, hill(10, 0));
    snprintf(out, sizeof out, "%s/report/here", s->root);
    assert_int_equal(sft_report_write(s->c, s->n, s->paths, &(sft_report_options){ .folder = out }, &facts), SFT_OK);
    CHECK_OK(s->c);
    assert_string_equal(facts.folder, out);
    assert_int_equal(facts.trials, 20);
    assert_int_equal(facts.failed, 2);
    assert_int_equal(facts.points, 10);
    CHECK_NEAR(facts.best_validation, 0.9, 1e-12);
    assert_string_equal(facts.best, s->paths[6]);
    static const char *const want[][2] = {
        { "table.md", "| 10 |            10 |      0.9 |" }, { "table.csv", "\n1,1,0,2,2,0,0,0.9" }, { "table.tex",
                "90.00\\,$\\pm$\\,0.28" },
        { "effects.md", "Table 2: Effect of learning rate on performance" }, { "answers.md",
                                                                              "### What happens when the learning rate is too low?" },
        { "report.md", "20 trials of 10 configurations: 18 done, 2 failed." }, { "report.json", "\"key\": \"optimizer.momentum\"" },
    };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        char *text = text_of(out, want[i][0]);
        holds(text, want[i][1]);
        free(text);
    }
    sft_report_write(s->c, 2, s->paths, NULL, NULL);
    CHECK_FAILS(s->c, "E002", "folder");
    const char *none[] = { s->root };
    sft_report_write(s->c, 1, none, NULL, NULL);
    CHECK_FAILS(s->c, "E299", "not a run folder");
    shelf_close(s);
}

/* Whatever allocation fails, the report says so and everything is given back. */
static void test_memory_runs_out(void **state)
{
    (void)state;
    shelf *s = shelf_open();
    char   out[100];
    for (int seed = 0; seed < 2; seed++)
        for (int i = 0; i < 2; i++) put(s, (report_curve){ .lr = rates[i], .seed = seed, .epochs = 5, .fall = 4, .accuracy =
                                                          0.5 + 0.1 * i });
    snprintf(out, sizeof out, "%s/report", s->root);
    bool done = false;
    for (int64_t at = 1; !done; at += at < 60 ? 1 : at / 7) {
        check_memory m = { .fails = at };
        sft_ctx     *c = sft_open(&(sft_config){ .threads = 1, .reference = true, .realloc = check_realloc, .realloc_user = &m });
        if (c) {
            done = sft_report_write(c, s->n, s->paths, &(sft_report_options){ .folder = out }, NULL) == SFT_OK;
            if (!done && strcmp(sft_error_id(c), "E004") != 0) fail_msg("allocation %lld: %s", (long long)at, sft_message(c));
        }
        sft_close(c);
        assert_int_equal(m.in_use, 0);
    }
    shelf_close(s);
}

/* ---- printing ------------------------------------------------------------------------------------------------------------ */

static void test_numbers_are_printed_without_the_locale(void **state)
{
    (void)state;
    char b[64];
    assert_string_equal(sft__fixed(72.404999, 2, b, sizeof b), "72.40");
    assert_string_equal(sft__fixed(-0.001, 2, b, sizeof b), "0.00");
    assert_string_equal(sft__fixed(-1.5, 0, b, sizeof b), "-2");
    assert_string_equal(sft__fixed(0.05, 1, b, sizeof b), "0.1");
    assert_string_equal(sft__fixed(NAN, 2, b, sizeof b), "-");
    assert_string_equal(sft__brief(62376.12, 3, b, sizeof b), "62400");
    assert_string_equal(sft__brief(0.1, 3, b, sizeof b), "0.1");
    assert_string_equal(sft__brief(0, 3, b, sizeof b), "0");
    assert_string_equal(sft__brief(1234567e-12, 2, b, sizeof b), "1.2e-6");
}

static void test_cells_are_escaped(void **state)
{
    (void)state;
    sft_ctx   *c = check_open();
    sft_arena  a;
    sft_rows   t;
    sft_string s;
    const char *cell[] = { "a|b", "50 % & _x" };
    sft__arena_open(&a, c);
    sft__rows_open(&t, &a, "Table 1: C_1", "c", 2);
    sft__rows_head(&t, 0, "k", false);
    sft__rows_head(&t, 1, "v", true);
    sft__rows_add(&t, cell);
    sft__string_open(&s, c);
    sft__rows_md(&t, &s, 0);
    holds(s.text, "| a\\|b | 50 % & _x |");
    sft__string_close(&s);
    sft__string_open(&s, c);
    sft__rows_tex(&t, &s, 0);
    holds(s.text, "a$|$b & 50 \\% \\& \\_x \\\\");
    holds(s.text, "\\caption{C\\_1}");
    sft__string_close(&s);
    sft__string_open(&s, c);
    sft__csv_field(&s, "a \"b\", c", true);
    assert_string_equal(s.text, "\"a \"\"b\"\", c\"");
    sft__string_close(&s);
    sft__arena_close(&a);
    sft_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_fate_is_told_from_its_curve),
        cmocka_unit_test(test_slow_says_how_much_is_to_come),
        cmocka_unit_test(test_the_doctor_is_heard),
        cmocka_unit_test(test_torn_metrics),
        cmocka_unit_test(test_differing_keys_are_axes_and_seeds_points),
        cmocka_unit_test(test_points_are_sorted_and_averaged),
        cmocka_unit_test(test_momentum_is_judged_where_curves_rise),
        cmocka_unit_test(test_lucky_seeds_do_not_win),
        cmocka_unit_test(test_the_files_are_written),
        cmocka_unit_test(test_memory_runs_out),
        cmocka_unit_test(test_numbers_are_printed_without_the_locale),
        cmocka_unit_test(test_cells_are_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
