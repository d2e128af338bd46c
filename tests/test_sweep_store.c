/* SPDX-License-Identifier: MIT */
/* sweep.db: what is put is read back bit by bit, also while it is written; what is no sweep is refused; 10,000 trials are quick. */
#include "check.h"

#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "sweep/store.h"
#ifdef SFT_HAVE_SQLITE
#include <sqlite3.h>

static const char plan_text[] =
    "recipe:\n  data: digits\n  split: {validation: 0.2}\n  model: flatten | linear\n  optimizer: sgd lr=0.1\n  train: {epochs: 1}\n"
    "vary:\n  optimizer.lr: {min: 0.001, max: 1, log: true}\n  optimizer.momentum: [0, 0.5, 0.9]\n"
    "seeds: 2\nsampler: random\nbudget: {trials: 20000}\nrank_by: val_accuracy\n";

typedef struct fixture {
    sft_ctx  *c;
    sft_arena arena;
    sft_plan  plan;
    char      folder[64], path[96];
} fixture;

static int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    f->c = check_open();
    sft__arena_open(&f->arena, f->c);
    strcpy(f->folder, "/tmp/surefoot-store-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/sweep.db", f->folder);
    sft__plan_parse(f->c, &f->arena, "plan", plan_text, sizeof plan_text - 1, NULL, &f->plan);
    CHECK_OK(f->c);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
    int gone = system(command);
    sft__arena_close(&f->arena);
    sft_close(f->c);
    free(f);
    return gone;
}

/* ---- trials ----------------------------------------------------------------------------------------- */

/* Trial i of its own kind: each field differs from trial to trial, some are absent. */
static sft_attempt some_trial(fixture *f, int64_t i)
{
    double *u = sft__arena_alloc(&f->arena, 2 * sizeof *u);
    const int64_t point = i / 2;
    u[0] = fmod(0.1 + 0.6180339887498949 * (double)point, 1);
    u[1] = point % 7 ? (double)(point % 3) / 3 + 1.0 / 6 : NAN;
    sft_attempt t = { .number = i, .point = point, .seed = i % 2, .u = u, .state = (sft_trial_state)(i % 5), .epochs = i + 1,
                      .steps = 10 * i, .planned_steps = 20 * i, .best_epoch = i / 2, .seconds = 0.1 * (double)i,
                      .started = 1e9 + (double)i / 3,
                      .rank = i % 5 == 4 ? NAN : 1 / (1 + (double)(i * 7919 % 1009)), .val_loss = (double)i / 3,
                      .val_accuracy = 1.0 / (double)(i + 1),
                      .test_loss = NAN, .test_accuracy = i % 3 ? NAN : 0.3,
                      .folder = sft__arena_printf(&f->arena, SFT_TRIAL_FOLDER, (long long)i),
                      .failure = i % 5 == 4 ? "a \"sentence\" — with marks" : NULL, .exit_code = i % 5 == 4 ? 6 : 0, .rung = (int)(i % 3),
                      .deaths = (int)(i % 2), .note = i % 4 ? "" : "diverged at step 3" };
    sft__attempt_values(&f->plan, &f->arena, &t);
    return t;
}

static sft_sweep_store *new_store(fixture *f)
{
    sft_sweep_store *s = sft__store_open(f->c, f->folder, SFT_STORE_WRITE);
    sft__store_begin(s, &f->plan, "surefoot 0", 123.5);
    CHECK_OK(f->c);
    return s;
}

static void put_some(fixture *f, sft_sweep_store *s, int64_t from, int64_t to)
{
    for (int64_t i = from; i < to; i++) {
        sft_attempt t = some_trial(f, i);
        sft__store_put(s, &f->plan, &t);
    }
    CHECK_OK(f->c);
}

static void same_number(double a, double b)
{
    assert_true((isnan(a) && isnan(b)) || !memcmp(&a, &b, sizeof a));
}

static void same_trial(const sft_attempt *a, const sft_attempt *b)
{
    const double x[] = { a->u[0], a->u[1], a->seconds, a->started, a->rank, a->val_loss, a->val_accuracy, a->test_loss, a->test_accuracy };
    const double y[] = { b->u[0], b->u[1], b->seconds, b->started, b->rank, b->val_loss, b->val_accuracy, b->test_loss, b->test_accuracy };
    for (size_t i = 0; i < sizeof x / sizeof *x; i++)
        same_number(x[i], y[i]);
    assert_int_equal(a->number, b->number);
    assert_int_equal(a->point, b->point);
    assert_int_equal(a->seed, b->seed);
    assert_int_equal(a->state, b->state);
    assert_int_equal(a->epochs, b->epochs);
    assert_int_equal(a->steps, b->steps);
    assert_int_equal(a->planned_steps, b->planned_steps);
    assert_int_equal(a->best_epoch, b->best_epoch);
    assert_int_equal(a->exit_code, b->exit_code);
    assert_int_equal(a->rung, b->rung);
    assert_int_equal(a->deaths, b->deaths);
    assert_string_equal(a->folder, b->folder);
    assert_string_equal(a->note, b->note);
    assert_string_equal(a->failure ? a->failure : "none", b->failure ? b->failure : "none");
    for (int i = 0; i < 2; i++)
        assert_string_equal(a->value[i] ? a->value[i] : "none", b->value[i] ? b->value[i] : "none");
}

static int64_t read_all(fixture *f)
{
    sft_study s;
    sft__study_open(f->c, f->folder, &s);
    CHECK_OK(f->c);
    for (int64_t i = 0; i < s.n; i++) {
        sft_attempt t = some_trial(f, i);
        same_trial(&t, &s.attempt[i]);
    }
    const int64_t n = s.n;
    assert_string_equal(s.plan.text, f->plan.text);
    same_number(s.created, 123.5);
    sft__study_close(&s);
    return n;
}

static void test_what_is_put_is_read(void **state)
{
    fixture *f = *state;
    sft_sweep_store *s = new_store(f);
    put_some(f, s, 0, 50);
    sft__store_clock(s, 7.25, 3);
    sft__store_rung(s, 3, 1, 9, 0.75);
    sft__store_rung(s, 4, 0, 3, NAN);
    sft__store_event(s, -1, "started", "here");
    sft__store_commit(s);
    double rungs[50][SFT_MOST_RUNGS];
    sft__store_load_rungs(s, 50, rungs);
    sft__store_close(s);
    CHECK_OK(f->c);
    same_number(rungs[3][1], 0.75);
    same_number(rungs[3][0], NAN);
    same_number(rungs[4][0], NAN);
    assert_int_equal(read_all(f), 50);
}

/* A reader beside the writer sees what is committed, all of a commit, and nothing of the next. */
static void test_read_while_written(void **state)
{
    fixture *f = *state;
    sft_sweep_store *s = new_store(f);
    put_some(f, s, 0, 10);
    sft__store_commit(s);
    assert_int_equal(read_all(f), 10);
    put_some(f, s, 10, 20);
    assert_int_equal(read_all(f), 10);
    sft__store_commit(s);
    assert_int_equal(read_all(f), 20);
    put_some(f, s, 20, 30);
    sft__store_close(s);        /* not committed */
    assert_int_equal(read_all(f), 20);
    s = sft__store_open(f->c, f->folder, SFT_STORE_WRITE);
    put_some(f, s, 15, 16);     /* the row of its number, not another one */
    sft__store_commit(s);
    sft__store_close(s);
    assert_int_equal(read_all(f), 20);
}

/* ---- what is no sweep --------------------------------------------------------------------------------- */

static void run_sql(fixture *f, const char *text)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void refused(fixture *f, const char *id, const char *part)
{
    sft_study s;
    sft__study_open(f->c, f->folder, &s);
    CHECK_FAILS(f->c, id, part);
}

static void ready(fixture *f)
{
    sft_sweep_store *s = new_store(f);
    put_some(f, s, 0, 100);
    sft__store_commit(s);
    sft__store_close(s);
}

static void test_refusals(void **state)
{
    fixture *f = *state;
    refused(f, "E299", "no sweep there");
    FILE *out = fopen(f->path, "w");
    fclose(out);
    refused(f, "E299", "never began");
    run_sql(f, "CREATE TABLE other(x)");
    refused(f, "E342", "another program");
    unlink(f->path);
    ready(f);
    run_sql(f, "PRAGMA user_version=2");
    refused(f, "E342", "newer surefoot");
    run_sql(f, "PRAGMA user_version=1; DELETE FROM trials WHERE number=7");
    refused(f, "E342", "trial 7 is missing");
    unlink(f->path);
    ready(f);
    run_sql(f, "UPDATE trials SET u='0.5' WHERE number=7");
    refused(f, "E342", "point of trial 7");
    run_sql(f, "UPDATE trials SET u='0.5 1.5' WHERE number=7");
    refused(f, "E342", "point of trial 7");
    run_sql(f, "DROP TABLE trials");
    refused(f, "E342", "damaged");
    out = fopen(f->path, "w");
    for (int i = 0; i < 1000; i++)
        fputs("this is no database. ", out);
    fclose(out);
    refused(f, "E342", "damaged");
}

/* Cut anywhere, or with a page overwritten, it is refused or read as it was; never something else. */
static void test_damage(void **state)
{
    fixture *f = *state;
    ready(f);
    sft_bytes whole;
    assert_int_equal(sft__read_file(f->c, f->path, 1 << 24, &whole), SFT_IO_OK);
    int refusals = 0;
    for (size_t page = 0; page * 4096 < whole.size; page++) {
        for (int cut = 0; cut < 2; cut++) {
            FILE *out = fopen(f->path, "w");
            const size_t from = page * 4096, to = from + 4096 < whole.size ? from + 4096 : whole.size;
            char noise[4096];
            memset(noise, 0x5a, sizeof noise);
            fwrite(whole.data, 1, from, out);
            if (!cut) {
                fwrite(noise, 1, to - from, out);
                fwrite(whole.data + to, 1, whole.size - to, out);
            }
            fclose(out);
            sft_study s;
            if (sft__study_open(f->c, f->folder, &s) == SFT_OK) {
                assert_int_equal(s.n, 100);
                sft__study_close(&s);
            } else {
                assert_true(!strcmp(sft_error_id(f->c), "E342") || !strcmp(sft_error_id(f->c), "E299"));
                refusals++;
            }
            sft_clear(f->c);
        }
    }
    assert_true(refusals > 5);
    sft__bytes_free(f->c, &whole);
}

/* ---- many ------------------------------------------------------------------------------------------------ */

/* The order is that of a plain search for the best mean of two seeds. */
static void test_ten_thousand(void **state)
{
    fixture *f = *state;
    enum { MANY = 10000 };
    sft_sweep_store *s = new_store(f);
    for (int64_t i = 0; i < MANY; i++) {
        sft_attempt t = some_trial(f, i);
        t.state = SFT_TRIAL_DONE;
        t.rank = (double)(i * 7919 % 10007) / 10007;
        sft__store_put(s, &f->plan, &t);
    }
    sft__store_commit(s);
    sft__store_close(s);
    CHECK_OK(f->c);
    double best = -1;
    for (int64_t i = 0; i < MANY; i += 2)
        best = fmax(best, ((double)(i * 7919 % 10007) + (double)((i + 1) * 7919 % 10007)) / 10007 / 2);
    const double started = sft__now();
    sft_sweep *w = sft_sweep_open(f->c, NULL, &(sft_sweep_options){ .folder = f->folder, .resume = true });
    sft_point_facts p;
    sft_sweep_facts facts;
    assert_true(sft_sweep_point(w, 0, &p));
    sft_sweep_facts_of(w, &facts);
    const double seconds = sft__now() - started;
    CHECK_OK(f->c);
    CHECK_NEAR(p.rank, best, 1e-12);
    assert_int_equal(facts.done, MANY);
    assert_int_equal(facts.best_point, p.point);
    for (int64_t i = 1; i < 50; i++) {
        sft_point_facts q;
        assert_true(sft_sweep_point(w, i, &q));
        assert_true(q.rank <= p.rank);
        p = q;
    }
    sft_sweep_close(w);
    print_message("10,000 trials opened and ranked in %.0f ms\n", 1000 * seconds);
    assert_true(seconds < 1);
}

/* ---- halving, with workers ----------------------------------------------------------------------------- */

/* Every trial stops at the end of a rung or is done; some are lifted, and few train to the end. */
static void test_halving(void **state)
{
    fixture *f = *state;
    static const char text[] =
        "recipe:\n  data: digits\n  split: {validation: 0.2}\n  model: flatten | linear\n  optimizer: sgd lr=0.1\n  train: {epochs: 8}\n"
        "vary:\n  optimizer.lr: {min: 0.0001, max: 1, log: true}\nsampler: random\nbudget: {trials: 16}\nrank_by: val_loss\n"
        "halving: {eta: 2, min_epochs: 1}\nwatch: none\n";
    char path[128];
    snprintf(path, sizeof path, "%s/plan.yaml", f->folder);
    sft__write_file(f->c, path, &(sft_part){ text, sizeof text - 1 }, 1);
    sft_sweep *s = sft_sweep_open(f->c, path, &(sft_sweep_options){ .folder = f->folder, .workers = 2 });
    sft_sweep_run(s);
    CHECK_OK(f->c);
    sft_sweep_facts facts;
    sft_sweep_facts_of(s, &facts);
    assert_true(facts.complete);
    assert_int_equal(facts.trials, 16);
    assert_int_equal(facts.done + facts.pruned, 16);
    assert_in_range(facts.done, 1, 8);
    int64_t epochs = 0, lifted = 0;
    for (int64_t i = 0; i < 16; i++) {
        sft_attempt_facts t;
        assert_true(sft_sweep_trial(s, i, &t));
        epochs += t.epochs;
        lifted += t.epochs > 1;
        assert_true(t.epochs == 1 || t.epochs == 2 || t.epochs == 4 || t.epochs == 8);
        assert_true(!strcmp(t.state, "done") == (t.epochs == 8));
        assert_true(isfinite(t.rank) && isfinite(t.test_loss) == (t.epochs == 8));
    }
    assert_in_range(lifted, 8, 15);
    assert_true(epochs < 16 * 8 * 6 / 10);
    sft_sweep_close(s);
    CHECK_OK(f->c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_is_put_is_read, setup, teardown),
        cmocka_unit_test_setup_teardown(test_read_while_written, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refusals, setup, teardown),
        cmocka_unit_test_setup_teardown(test_damage, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ten_thousand, setup, teardown),
        cmocka_unit_test_setup_teardown(test_halving, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

static void test_without_sqlite(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    sft_study s;
    sft__study_open(c, "anywhere", &s);
    CHECK_FAILS(c, "E002", "without SQLite");
    sft_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_without_sqlite) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
