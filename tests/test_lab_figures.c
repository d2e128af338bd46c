/* SPDX-License-Identifier: MIT */
/* Figures of labs: each kind gives a script, a table with the numbers that were asked for, and a picture. */
#include "lab_draw.h"

/* ---- tools --------------------------------------------------------------------------------------------------- */

static bool has_gnuplot(void)
{
    return system("command -v gnuplot >/dev/null 2>&1") == 0;
}

/* Number `column` of line `row` (from 0, without the head) of block `block` of the table. */
static double number_in(const char *table, int block, int row, int column)
{
    const char *at = table;
    double      v = NAN;
    for (int i = 0; i < block; i++) {
        at = strstr(at, "\n\n\n#");
        if (!at) fail_msg("the table has no block %d", block);
        at += 3;
    }
    for (int i = 0; i <= row; i++) at = strchr(at, '\n') + 1;
    for (int i = 0; i < column; i++) at = strchr(at, '\t') + 1;
    assert_int_equal(sscanf(at, "%lf", &v), 1);
    return v;
}

static char *table_of(lab_draw *x, const char *name, const char *call)
{
    const sft_drawing *d = lab_draw_figure(x, name, call);
    if (d->record->check) d->record->check(&x->lab, d);
    CHECK_OK(x->c);
    sft__lab_draw(&x->lab);
    CHECK_OK(x->c);
    const sft_figure *f = &x->lab.figures.figure[x->lab.figures.n - 1];
    assert_int_equal(x->lab.figures.n, x->lab.n_drawings);
    assert_string_equal(f->name, name);
    assert_non_null(strstr(f->caption, "A caption."));
    free(lab_draw_file(x, name, "gp"));
    if (has_gnuplot()) {
        if (!f->drawn) fail_msg("%s", x->lab.figures.skipped);
        char *svg = lab_draw_file(x, name, "svg");
        assert_non_null(strstr(svg, "<svg"));
        free(svg);
    }
    return lab_draw_file(x, name, "tsv");
}

static void wrong(lab_draw *x, const char *call, const char *id, const char *part)
{
    const sft_drawing *d = lab_draw_figure(x, "bad", call);
    assert_int_not_equal(d->record->check(&x->lab, d), SFT_OK);
    if (!strstr(sft_message(x->c), "claim.yaml:7")) fail_msg("no place in: %s", sft_message(x->c));
    CHECK_FAILS(x->c, id, part);
    x->lab.n_drawings--;
}

/* ---- made by hand ---------------------------------------------------------------------------------------------- */

static double linear(int a, int b, int seed)
{
    return 10 * a + b + seed;
}

/* One cell is not known for the second seed. */
static double holed(int a, int b, int seed)
{
    return a == 1 && b == 0 && seed == 1 ? NAN : pow(10, -b) * (1 + 0.2 * seed);
}

static void open_table(lab_draw *x)
{
    lab_draw_open(x);
    sft_experiment *e = lab_draw_experiment(x, "table", "model.act: tanh relu", "optimizer.lr: 0.01 0.1 1", 3);
    lab_draw_take(x, "height", e, linear);
    lab_draw_take(x, "hole", e, holed);
}

/* Seeds 0, 1, 2 add 0, 1, 2: mean + 1, and Student's t of two degrees times 1 / sqrt 3. */
static void lines_are_means_with_their_intervals(void **state)
{
    (void)state;
    lab_draw x;
    open_table(&x);
    char        *t = table_of(&x, "lines", "lines x=lr y=height per=act log=x x_label=rate y_label=\"height (m)\" law=lr law_label=theory");
    const double half = 4.302652729911275 / sqrt(3);
    for (int a = 0; a < 2; a++)
        for (int b = 0; b < 3; b++) {
            CHECK_NEAR(number_in(t, a, b, 0), pow(10, b - 2), 1e-15);
            CHECK_NEAR(number_in(t, a, b, 1), 10 * a + b + 1, 1e-12);
            CHECK_NEAR(number_in(t, a, b, 2), 10 * a + b + 1 - half, 1e-9);
            CHECK_NEAR(number_in(t, a, b, 3), 10 * a + b + 1 + half, 1e-9);
            CHECK_NEAR(number_in(t, a, b, 4), 3, 0);
        }
    CHECK_NEAR(number_in(t, 2, 1, 1), 0.1, 1e-15); /* the law */
    free(t);
    char *script = lab_draw_file(&x, "lines", "gp");
    assert_non_null(strstr(script, "set xlabel 'rate'"));
    assert_non_null(strstr(script, "set ylabel 'height (m)'"));
    assert_non_null(strstr(script, "set logscale x"));
    assert_null(strstr(script, "set logscale y"));
    assert_non_null(strstr(script, "title 'theory'"));
    free(script);
    lab_draw_close(&x);
}

static void a_seed_without_a_number_is_marked(void **state)
{
    (void)state;
    lab_draw x;
    open_table(&x);
    char *t = table_of(&x, "lines", "lines x=act y=hole per=lr log=y");
    CHECK_NEAR(number_in(t, 0, 1, 4), 2, 0);       /* relu at 0.01: two seeds are left */
    CHECK_NEAR(number_in(t, 3, 0, 2), 1, 0);       /* and one is marked, in the block behind the three lines */
    free(t);
    lab_draw_close(&x);
}

static void heat_has_a_cell_for_each_pair(void **state)
{
    (void)state;
    lab_draw x;
    open_table(&x);
    char *t = table_of(&x, "heat", "heat x=lr y=act z=height z_label=height");
    for (int i = 0; i < 6; i++) {
        CHECK_NEAR(number_in(t, 0, i, 0), i % 3, 0);
        CHECK_NEAR(number_in(t, 0, i, 1), i / 3, 0);
        CHECK_NEAR(number_in(t, 0, i, 2), 10 * (i / 3) + i % 3 + 1, 1e-12);
    }
    free(t);
    lab_draw_close(&x);
}

/* height = 10 a + b: variances 25 and 2/3, and nothing by interaction. */
static void shares_are_those_of_the_variance(void **state)
{
    (void)state;
    lab_draw x;
    open_table(&x);
    char        *t = table_of(&x, "shares", "shares height");
    const double all = 25 + 2.0 / 3;
    CHECK_NEAR(number_in(t, 0, 0, 1), 100 * 25 / all, 1e-9);
    CHECK_NEAR(number_in(t, 0, 1, 1), 100 * (2.0 / 3) / all, 1e-9);
    CHECK_NEAR(number_in(t, 0, 2, 1), 0, 1e-9);
    free(t);
    lab_draw_close(&x);
}

static void what_is_not_there_fails_at_its_place(void **state)
{
    (void)state;
    lab_draw x;
    open_table(&x);
    wrong(&x, "lines x=lrr y=height per=act", "E115", "did you mean `lr`");
    wrong(&x, "lines x=lr y=hight per=act", "E132", "did you mean `height`");
    wrong(&x, "lines x=lr y=height", "E115", "act");
    wrong(&x, "lines x=lr y=height where=\"act=tanhh\"", "E115", "did you mean `tanh`");
    wrong(&x, "lines x=lr y=height where=act", "E115", "AXIS=VALUE");
    wrong(&x, "heat x=lr y=acts z=height", "E115", "did you mean `act`");
    wrong(&x, "curves loss per=act", "E115", "`lr`");
    wrong(&x, "curves loss per=act experiment=tabel", "E115", "did you mean `table`");
    wrong(&x, "layers rms per=act where=\"lr=1\" at=middle", "E115", "neither start nor end");
    wrong(&x, "contours per=act where=\"lr=1\" range=[1,0,0,1]", "E115", "rising");
    wrong(&x, "fit per=act", "E115", "lr");
    wrong(&x, "regions per=act", "E115", "lr");
    wrong(&x, "shares 1", "E115", "no measure");
    lab_draw_close(&x);
}

/* ---- of runs --------------------------------------------------------------------------------------------------- */

static void curves_layers_and_regions_are_those_of_the_runs(void **state)
{
    (void)state;
    lab_draw x;
    lab_draw_open(&x);
    sft_experiment *e = lab_draw_experiment(&x, "runs", "optimizer.lr: 0.03 0.3", NULL, 2);
    lab_draw_train(&x, e, "data: moons samples=120\nsplit: {validation: 0.3, test: 0}\n"
                   "model: linear 16 | tanh | linear 16 | tanh | linear\noptimizer: sgd lr=0.1\ntrain: {epochs: 12, batch: 20}\n"
                   "probe: {every: 5}\n");
    char            *t = table_of(&x, "curves", "curves loss per=lr split=both");
    const sft_curve *a = &e->look[0].curve[SFT_VALIDATION], *b = &e->look[1].curve[SFT_VALIDATION];
    for (int i = 0; i < a->n; i++) {                /* blocks: training of both rates, then validation */
        CHECK_NEAR(number_in(t, 2, i, 0), (double)a->epoch[i], 0);
        CHECK_NEAR(number_in(t, 2, i, 1), (a->loss[i] + b->loss[i]) / 2, 1e-12);
        CHECK_NEAR(number_in(t, 2, i, 2), fmin(a->loss[i], b->loss[i]), 0);
        CHECK_NEAR(number_in(t, 2, i, 3), fmax(a->loss[i], b->loss[i]), 0);
    }
    free(t);
    t = table_of(&x, "layers", "layers gradient per=lr at=start op=linear log=y");
    for (int i = 0; i < 3; i++) CHECK_NEAR(number_in(t, 0, i, 0), i + 1, 0);
    sft_signal_rows rows;
    char            path[128];
    double          sum = 0;
    for (int s = 0; s < 2; s++) {
        snprintf(path, sizeof path, "%s/%s", x.folder, e->study.attempt[s].folder);
        sft__signal_rows(x.c, &x.lab.arena, path, &rows);
        int i = 0;
        while (strcmp(rows.row[i].op, "linear")) i++;
        sum += rows.row[i].gradient;
    }
    CHECK_NEAR(number_in(t, 0, 0, 1), sum / 2, 1e-12 * sum);
    free(t);
    t = table_of(&x, "regions", "regions per=lr");
    for (int i = 0; i < 8100; i += 101) CHECK_NEAR(number_in(t, 0, i, 5) + number_in(t, 0, i, 6), 1, 1e-9);
    free(t);
    lab_draw_close(&x);
}

/* Targets are 1 + 2 x without noise, and a straight line is learned: what is drawn is that line. */
static void a_fit_is_the_network_in_the_datas_units(void **state)
{
    (void)state;
    lab_draw x;
    lab_draw_open(&x);
    char csv[4096] = "x,y\n", text[512];
    for (int i = 0; i < 40; i++) sprintf(csv + strlen(csv), "%g,%g\n", 0.25 * i, 1 + 2 * 0.25 * i + 1e-9);
    folder_write(x.folder, "line.csv", csv, strlen(csv));
    sft_experiment *e = lab_draw_experiment(&x, "line", "optimizer.lr: 0.1 0.3", NULL, 1);
    snprintf(text, sizeof text, "data: {name: \"csv:%s/line.csv\", task: regression}\nsplit: {validation: 0, test: 0}\nmodel: linear\n"
             "optimizer: sgd lr=0.1\ntrain: {epochs: 100, batch: 40}\n", x.folder);
    lab_draw_train(&x, e, text);
    char *t = table_of(&x, "fit", "fit per=lr");
    for (int i = 0; i < 240; i += 7) CHECK_NEAR(number_in(t, 1, i, 1), 1 + 2 * number_in(t, 1, i, 0), 1e-3);
    free(t);
    lab_draw_close(&x);
}

/* Mean square of a x1 + b x2 over samples (1, 0) and (0, 3): a valley in a^2 + 9 b^2, whose paths are known. */
static void contours_are_the_loss_and_paths_the_steps(void **state)
{
    (void)state;
    lab_draw   x;
    char       text[512];
    const char csv[] = "p,q,y\n1,0,0\n0,3,0\n";
    lab_draw_open(&x);
    folder_write(x.folder, "valley.csv", csv, sizeof csv - 1);
    sft_experiment *e = lab_draw_experiment(&x, "valley", "optimizer.lr: 0.02 0.2 10", NULL, 1);
    snprintf(text, sizeof text, "data: {name: \"csv:%s/valley.csv\", task: regression}\nsplit: {validation: 0, test: 0, standardize: none, "
             "standardize_targets: false}\nmodel: linear bias=false\ninit: constant value=1\noptimizer: sgd lr=0.1\n"
             "train: {epochs: 20, batch: 2, shuffle: false}\n", x.folder);
    lab_draw_train(&x, e, text);
    char        *t = table_of(&x, "contours", "contours per=lr range=[-2,2,-2,2]");
    const double scale = number_in(t, 0, 0, 2) / (4 + 9 * 4); /* of the loss: half or not, mean or sum */
    for (int i = 0; i < 101 * 101; i += 97) {
        const double a = number_in(t, 0, i, 0), b = number_in(t, 0, i, 1);
        CHECK_NEAR(number_in(t, 0, i, 2), scale * (a * a + 9 * b * b), 1e-4);
    }
    for (int i = 0; i < 21; i++) {                  /* a step multiplies a by 1 - 2 lr scale, b by 1 - 18 lr scale */
        CHECK_NEAR(number_in(t, 2, i, 0), pow(1 - 2 * 0.02 * scale, i), 1e-4);
        CHECK_NEAR(number_in(t, 2, i, 1), pow(1 - 18 * 0.02 * scale, i), 1e-4);
    }
    free(t);
    lab_draw_close(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_means_with_their_intervals),
        cmocka_unit_test(a_seed_without_a_number_is_marked),
        cmocka_unit_test(heat_has_a_cell_for_each_pair),
        cmocka_unit_test(shares_are_those_of_the_variance),
        cmocka_unit_test(what_is_not_there_fails_at_its_place),
        cmocka_unit_test(curves_layers_and_regions_are_those_of_the_runs),
        cmocka_unit_test(a_fit_is_the_network_in_the_datas_units),
        cmocka_unit_test(contours_are_the_loss_and_paths_the_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
