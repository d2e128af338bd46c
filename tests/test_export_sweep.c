/* SPDX-License-Identifier: MIT */
/* Exports of sweeps: a row a trial, hyperparameters of trials, seeds of a point in one group. */
#include "event_reader.h"

#include <math.h>

static const char *const norms[] = { "batchnorm", "layernorm | dropout 0.1" };
static const char *const norm_labels[] = { "batch", "layer, dropout" };
static sft_axis          axes[] = {
    { .key = "optimizer.lr", .kind = SFT_AXIS_REAL, .log = true, .low = 1e-4, .high = 1, .parent = -1 },
    { .key = "model.norm", .kind = SFT_AXIS_VALUES, .n = 2, .value = norms, .label = norm_labels, .parent = -1 },
};

/* Two points by two seeds: the second point's last trial failed, and has no files. */
static void make_study(const char *folder, sft_study *s, sft_attempt t[4], const char *values[4][2])
{
    static const char *const names[] = { "t0", "t1", "t2", "t3" };
    *s = (sft_study){ .folder = folder, .n = 4, .attempt = t, .created = 1000, .plan = { .name = "s", .rank_by = "loss", .seeds = 2,
                      .space = { .n = 2, .axis = axes } } };
    for (int i = 0; i < 4; i++) {
        values[i][0] = i < 2 ? "0.001" : "0.1";
        values[i][1] = i < 2 ? norms[1] : NULL;
        t[i] = (sft_attempt){ .number = i, .point = i / 2, .seed = i % 2, .value = values[i], .state = SFT_TRIAL_DONE, .folder = names[i],
                              .steps = 30, .epochs = 2, .planned_steps = 30, .best_epoch = 1, .seconds = 3, .started = 5000 + i, .rank = 1.25,
                              .val_loss = 1.25, .val_accuracy = 0.625, .test_loss = 0.1, .test_accuracy = NAN, .note = "" };
        if (i < 3) make_run(folder, names[i], NULL);
    }
    t[3].state = SFT_TRIAL_FAILED;
    t[3].failure = "loss is \"nan\", step 3";
    t[3].rank = t[3].val_loss = t[3].val_accuracy = t[3].test_loss = NAN;
}

typedef struct sweep {
    char           folder[64];
    sft_ctx       *c;
    sft_study      study;
    sft_attempt    trial[4];
    const char    *values[4][2];
    sft_export_run run[4];
    sft_export_options o;
    sft_export_job x;
} sweep;

static void open_sweep(sweep *w)
{
    static const char *const names[] = { "t0", "t1", "t2", "t3" };
    memset(w, 0, sizeof *w);
    w->c = check_open();
    folder_make(w->folder);
    make_study(w->folder, &w->study, w->trial, w->values);
    w->x = (sft_export_job){ .ctx = w->c, .o = &w->o, .n_studies = 1, .study = &w->study, .n = 4, .run = w->run };
    sft__arena_open(&w->x.arena, w->c);
    for (int i = 0; i < 4; i++)
        w->run[i] = (sft_export_run){ names[i], sft__arena_printf(&w->x.arena, "%s/%s", w->folder, names[i]), &w->study, &w->trial[i] };
}

static void close_sweep(sweep *w)
{
    sft__arena_close(&w->x.arena);
    folder_remove(w->folder);
    sft_close(w->c);
}

static void a_table_has_a_row_a_trial(void **state)
{
    (void)state;
    sweep      w;
    sft_string s;
    char       cell[5][32][200];
    bool       last = false;
    int        rows = 0, columns = 0;
    open_sweep(&w);
    sft__string_open(&s, w.c);
    w.o = (sft_export_options){ .write = take_bytes, .user = &s };
    sft__export_csv.write(&w.x);
    CHECK_OK(w.c);
    for (const char *at = s.text; *at && rows < 5; rows++)
        for (int i = 0; i == 0 || !last; i++) {
            at = csv_field(at, cell[rows][i], &last);
            if (last && !rows) columns = i + 1;
            if (last) assert_int_equal(i + 1, columns);
        }
    assert_int_equal(rows, 5);
    assert_string_equal(cell[0][4], "optimizer.lr");
    assert_string_equal(cell[1][4], "0.001");
    assert_string_equal(cell[1][5], norms[1]);
    assert_string_equal(cell[3][5], "");
    assert_string_equal(cell[2][2], "1");
    assert_string_equal(cell[2][3], "done");
    assert_string_equal(cell[4][3], "failed");
    assert_string_equal(cell[1][6], "1.25");
    assert_string_equal(cell[4][6], "");
    assert_string_equal(cell[4][columns - 1], w.trial[3].failure);
    sft__string_close(&s);
    close_sweep(&w);
}

/* A folder a trial that has files, an experiment on top. */
static void trials_are_runs_with_hyperparameters(void **state)
{
    (void)state;
    sweep      w;
    char       out[200];
    event_file f;
    open_sweep(&w);
    snprintf(out, sizeof out, "%s/out", w.folder);
    w.o = (sft_export_options){ .path = out, .no_signals = true };
    sft__export_tensorboard.write(&w.x);
    CHECK_OK(w.c);
    assert_int_equal(w.x.facts.runs, 3);
    assert_int_equal(w.x.facts.files, 4);
    for (int i = 0; i < 3; i++) {
        read_events(out, w.run[i].name, &f);
        assert_int_equal(f.n, 12);
        assert_string_equal(f.plugin[0], "_hparams_/session_start_info");
        assert_string_equal(f.plugin[1], "_hparams_/session_end_info");
        /* point and label of the value */
        assert_non_null(strstr(f.plugin_data[0], i < 2 ? "s point 0" : "s point 1"));
        assert_true((strstr(f.plugin_data[0], "layer, dropout") != NULL) == (i < 2));
    }
    read_events(out, "", &f);
    assert_string_equal(f.plugin[0], "_hparams_/experiment");
    assert_non_null(strstr(f.plugin_data[0], "optimizer.lr"));
    assert_non_null(strstr(f.plugin_data[0], "model.norm"));
    close_sweep(&w);
}

static void a_table_is_of_one_sweep(void **state)
{
    (void)state;
    sweep w;
    open_sweep(&w);
    sft_export_run more[5];
    memcpy(more, w.run, sizeof w.run);
    more[4] = (sft_export_run){ .name = "r", .folder = w.run[0].folder };
    w.x.run = more;
    w.x.n = 5;
    sft_string s;
    sft__string_open(&s, w.c);
    w.o = (sft_export_options){ .write = take_bytes, .user = &s };
    sft__export_csv.write(&w.x);
    CHECK_FAILS(w.c, "E002", "curves");
    w.o.curves = true;
    sft__export_csv.write(&w.x);
    CHECK_OK(w.c);
    assert_non_null(strstr(s.text, "\nr,10,1,train,loss,1.5\n"));
    assert_non_null(strstr(s.text, "\nt2,10,1,train,loss,1.5\n"));
    sft__string_close(&s);
    close_sweep(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_has_a_row_a_trial),
        cmocka_unit_test(trials_are_runs_with_hyperparameters),
        cmocka_unit_test(a_table_is_of_one_sweep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
