/* SPDX-License-Identifier: MIT */
/* Pictures of studies that are made up here: what is drawn, what its numbers are, and what happens without gnuplot. */
/* They stay in tests/figures of the build, to be looked at. */
#include "check.h"

#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/random.h"
#include "base/text.h"
#include "report/figures.h"

/* ---- studies ------------------------------------------------------------------------------------- */

typedef struct made {
    sft_ctx        *ctx;
    sft_axis        axis[5];
    sft_study       study;
    sft_figure_list list;
    char            folder[64];
} made;

static const int64_t seed_list[] = { 0, 1, 2, 3, 4 };

/* The axes are there. */
static void make(made *m, const char *name, int axes, int seeds, int points)
{
    sft_ctx *c = m->ctx = check_open();
    snprintf(m->folder, sizeof m->folder, "tests/figures/%s", name);
    m->study = (sft_study){ .ctx = c, .folder = m->folder, .n = (int64_t)points * seeds };
    m->study.plan = (sft_plan){ .name = name, .space = { .n = axes, .axis = m->axis }, .seeds = seeds, .seed = seed_list };
    m->study.plan.rank_by = "accuracy";
    m->study.plan.maximize = true;
    sft__arena_open(&m->study.arena, c);
    m->study.attempt = sft__arena_alloc(&m->study.arena, (size_t)m->study.n * sizeof *m->study.attempt + 1);
    for (int64_t i = 0; i < m->study.n; i++) {
        sft_attempt *t = &m->study.attempt[i];
        *t = (sft_attempt){ .number = i, .point = i / seeds, .seed = i % seeds, .state = SFT_TRIAL_DONE, .epochs = 30, .rank = NAN,
                            .note = "", .folder = sft__arena_printf(&m->study.arena, "trials/%05d", (int)i) };
        t->u = i % seeds ? m->study.attempt[i - 1].u : sft__arena_alloc(&m->study.arena, (size_t)axes * sizeof *t->u);
    }
    sft__make_folder(c, m->folder);
    CHECK_OK(c);
}

/* The pictures by what the trials left, as a report reads it. */
static void write_into(made *m, const char *folder)
{
    sft_run_look *look = sft__arena_alloc(&m->study.arena, (size_t)m->study.n * sizeof *look + 1);
    char          path[256];
    for (int64_t i = 0; i < m->study.n; i++) {
        sft__trial_path(&m->study, &m->study.attempt[i], path, sizeof path);
        sft__run_look(m->ctx, &m->study.arena, path, m->study.plan.rank_by, &look[i]);
    }
    CHECK_OK(m->ctx);
    sft__figures_write(&m->study, look, folder, &m->list);
}

/* There are that many. */
static void write_figures(made *m, int pictures)
{
    write_into(m, m->folder);
    CHECK_OK(m->ctx);
    assert_int_equal(m->list.n, pictures);
}

static void drop(made *m)
{
    sft__figures_close(&m->list);
    sft__arena_close(&m->study.arena);
    sft_close(m->ctx);
}

static double *u_of(made *m, int64_t trial)
{
    return (double *)(uintptr_t)m->study.attempt[trial].u;
}

/* A course of training that ends at `accuracy`; a rate too high climbs away at epoch 4. */
static void write_metrics(made *m, const sft_attempt *t, double speed, sft_stream *random)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", m->folder, t->folder);
    sft__make_folder(m->ctx, path);
    strcat(path, "/metrics.csv");
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("step,epoch,split,loss,accuracy,lr,grad_norm,seconds\n", f);
    for (int e = 0; e <= (int)t->epochs; e++) {
        const bool   away = isnan(t->rank);
        const double done = 1 - exp(-speed * e), best = away ? 0.1 : t->rank, noise = 0.01 * sft__normal(random);
        const double loss = away ? 2.3 * exp(1.5 * e) : 2.3 * (1 - done) + done * 2.0 * (1 - best) + 0.02 + fabs(noise);
        if (away && e > 4) break;
        if (e > 0) fprintf(f, "%d,%d,train,%.6g,%.6g,0.1,1,%d\n", 32 * e, e, loss * 0.9, 0.1 + done * (best - 0.05), e);
        fprintf(f, "%d,%d,validation,%.6g,%.6g,0.1,,%d\n", 32 * e, e, loss, 0.1 + done * (best - 0.1) + noise, e);
    }
    fclose(f);
}

static const char *const rates[] = { "0.0001", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1", "10" };
static const double      rate_numbers[] = { 1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1, 10 };
static const char *const momenta[] = { "0", "0.9" };
static const double      betas[] = { 0, 0.9 };

/* The 54 trials of the coursework: nine rates, two momenta, three seeds; what counts is the effective rate. */
static void make_table(made *m, const char *name)
{
    sft_stream random = sft__stream(sft__key(1, SFT_FOR_TEST), 0, 0, 0);
    m->axis[0] = (sft_axis){ .key = "optimizer.lr", .n = 9, .value = rates, .label = rates, .number = rate_numbers, .parent = -1 };
    m->axis[1] = (sft_axis){ .key = "optimizer.momentum", .n = 2, .value = momenta, .label = momenta, .number = betas, .parent = -1 };
    make(m, name, 2, 3, 18);
    for (int64_t i = 0; i < m->study.n; i++) {
        sft_attempt *t = &m->study.attempt[i];
        const int    rate = (int)(t->point / 2), momentum = (int)(t->point % 2);
        const double effective = rate_numbers[rate] / (1 - betas[momentum]), off = log10(effective) + 0.4;
        u_of(m, i)[0] = (rate + 0.5) / 9;
        u_of(m, i)[1] = (momentum + 0.5) / 2;
        t->rank = effective > 2 ? NAN : 0.1 + 0.58 * exp(-off * off / 3) + 0.015 * sft__normal(&random);
        t->state = effective > 2 ? SFT_TRIAL_FAILED : SFT_TRIAL_DONE;
        write_metrics(m, t, 0.02 + 0.4 * effective, &random);
    }
}

static const char *const models[] = { "linear 32 | relu | linear", "linear 256 | relu | linear", "linear 512 | batchnorm | relu | linear" };
static const char *const model_labels[] = { "small", "large, it's wide", "normalised; and of a long, long name" };

/* Random search by loss over endless, whole, conditional and named axes. */
static void make_search(made *m, int points, const char *name)
{
    sft_stream random = sft__stream(sft__key(2, SFT_FOR_TEST), 0, 0, 0);
    m->axis[0] = (sft_axis){ .key = "optimizer.lr", .kind = SFT_AXIS_REAL, .log = true, .low = 1e-4, .high = 1, .parent = -1 };
    m->axis[1] = (sft_axis){ .key = "model", .kind = SFT_AXIS_VALUES, .n = 3, .value = models, .label = model_labels, .parent = -1 };
    m->axis[2] = (sft_axis){ .key = "train.batch", .kind = SFT_AXIS_INT, .log = true, .low = 8, .high = 512, .parent = -1 };
    m->axis[3] = (sft_axis){ .key = "optimizer.weight_decay", .kind = SFT_AXIS_REAL, .low = 0, .high = 0.1, .parent = -1 };
    m->axis[4] = (sft_axis){ .key = "model.dropout", .kind = SFT_AXIS_REAL, .low = 0, .high = 0.5, .parent = 1, .when = { 6 } };
    make(m, name, 5, 1, points);
    m->study.plan.rank_by = "loss";
    m->study.plan.maximize = false;
    for (int64_t i = 0; i < m->study.n; i++) {
        sft_attempt *t = &m->study.attempt[i];
        double      *u = u_of(m, i);
        for (int a = 0; a < 5; a++) u[a] = sft__uniform(&random);
        sft__space_snap(&m->study.plan.space, u);
        const double off = u[0] - 0.6 - 0.25 * (u[2] - 0.5), model = sft__axis_index(&m->axis[1], u[1]);
        t->rank = exp(-2 + 9 * off * off + 0.3 * model * (u[0] > 0.7) + (isnan(u[4]) ? 0.5 : u[4] * 0.4) + 0.1 * sft__normal(&random));
        if (u[0] > 0.93) t->rank = NAN, t->state = SFT_TRIAL_FAILED;
    }
}

/* Halving in three brackets. */
static void make_halving(made *m)
{
    sft_stream random = sft__stream(sft__key(3, SFT_FOR_TEST), 0, 0, 0);
    m->axis[0] = (sft_axis){ .key = "optimizer.lr", .kind = SFT_AXIS_REAL, .log = true, .low = 1e-4, .high = 1, .parent = -1 };
    m->axis[1] = (sft_axis){ .key = "optimizer.momentum", .kind = SFT_AXIS_REAL, .low = 0, .high = 0.99, .parent = -1 };
    make(m, "halving", 2, 1, 90);
    m->study.plan.halving = (sft_halving){ .eta = 3, .min_epochs = 1, .max_epochs = 27, .brackets = 3 };
    for (int64_t i = 0; i < m->study.n; i++) {
        sft_attempt *t = &m->study.attempt[i];
        int64_t      rung[SFT_MOST_RUNGS];
        const int    n = sft__rungs(&m->study.plan.halving, sft__bracket(&m->study.plan.halving, i), rung);
        u_of(m, i)[0] = sft__uniform(&random);
        u_of(m, i)[1] = sft__uniform(&random);
        const double merit = exp(-6 * pow(u_of(m, i)[0] - 0.7 + 0.2 * u_of(m, i)[1], 2));
        int          r = 0;
        while (r + 1 < n && merit > 1 - pow(0.6, r + 1)) r++;
        t->epochs = rung[r];
        t->state = r + 1 < n ? SFT_TRIAL_PRUNED : SFT_TRIAL_DONE;
        t->rank = 0.1 + 0.8 * merit * (1 - exp(-0.5 * (double)t->epochs));
    }
}

/* ---- looking ------------------------------------------------------------------------------------- */

static bool has_gnuplot(void)
{
    return system("command -v gnuplot >/dev/null 2>&1") == 0;
}

static const sft_figure *find(const made *m, const char *name)
{
    const sft_figure_list *l = &m->list;
    for (int i = 0; i < l->n; i++)
        if (!strcmp(l->figure[i].name, name)) return &l->figure[i];
    return NULL;
}

static void read_part(const made *m, const sft_figure *f, const char *end, sft_bytes *b)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s.%s", m->folder, f->stem, end);
    if (sft__read_file(m->ctx, path, (size_t)1 << 26, b) != SFT_IO_OK) fail_msg("%s is missing", path);
}

static bool begins(const made *m, const sft_figure *f, const char *end, const char *with)
{
    sft_bytes b;
    read_part(m, f, end, &b);
    const bool is = b.size >= strlen(with) && !memcmp(b.data, with, strlen(with));
    sft__bytes_free(m->ctx, &b);
    return is;
}

/* All that is named is drawn, and no more: each has its texts and its files, and the pictures are what their names say. */
static void draw_all(made *m, const char *const *names)
{
    const sft_figure_list *l = &m->list;
    int                    wanted = 0;
    while (names[wanted]) wanted++;
    write_figures(m, wanted);
    for (int i = 0; i < wanted; i++)
        if (!find(m, names[i])) fail_msg("%s: no picture `%s`", m->folder, names[i]);
    for (int i = 0; i < l->n; i++) {
        const sft_figure *f = &l->figure[i];
        assert_true(strlen(f->title) > 5 && strlen(f->caption) > 20 && f->caption[strlen(f->caption) - 1] == '.');
        print_message("%s: %s\n", f->stem, f->caption);
        assert_true(begins(m, f, "gp", "# ") && begins(m, f, "tsv", "# "));
        assert_int_equal(f->drawn, has_gnuplot());
        if (f->drawn) assert_true(begins(m, f, "svg", "<?xml") && begins(m, f, "png", "\x89PNG") && begins(m, f, "pdf", "%PDF"));
    }
    assert_true(has_gnuplot() == !l->skipped);
}

/* Line `row` of block `block` of a table. */
static const char *line_of(const char *text, int block, int row)
{
    for (; block > 0 && text; block--) text = strstr(text, "\n\n\n") ? strstr(text, "\n\n\n") + 3 : NULL;
    for (; text && *text == '#';) text = strchr(text, '\n') + 1;
    for (; row > 0 && text; row--) text = strchr(text, '\n') ? strchr(text, '\n') + 1 : NULL;
    assert_non_null(text);
    return text;
}

/* ---- tests --------------------------------------------------------------------------------------- */

static void test_table(void **state)
{
    static const char *const names[] = { "curves-loss", "curves-accuracy", "metric-optimizer-lr", "metric-optimizer-momentum", "heat",
                                         "effective-rate", "importance", "parallel", "best-so-far", NULL };
    made      m;
    sft_bytes b;
    (void)state;
    make_table(&m, "table");
    draw_all(&m, names);
    read_part(&m, find(&m, "heat"), "tsv", &b); /* its first cell is the mean of its three trials, in per cent */
    double x, y, mean, want = 0;
    assert_int_equal(sscanf(line_of((char *)b.data, 0, 0), "%lf %lf %lf", &x, &y, &mean), 3);
    for (int i = 0; i < 3; i++) want += 100 * m.study.attempt[i].rank / 3;
    CHECK_NEAR(x, 0.5 / 9, 1e-12);
    CHECK_NEAR(y, 0.25, 1e-12);
    CHECK_NEAR(mean, want, 1e-9);
    sft__bytes_free(m.ctx, &b);
    drop(&m);
}

static void test_search(void **state)
{
    static const char *const names[] = { "metric-optimizer-lr", "metric-model", "metric-train-batch", "metric-optimizer-weight_decay",
                                         "metric-model-dropout", "heat", "importance", "parallel", "best-so-far", NULL };
    made m;
    (void)state;
    make_search(&m, 120, "search");
    draw_all(&m, names);
    drop(&m);
}

static void test_halving(void **state)
{
    static const char *const names[] = { "metric-optimizer-lr", "metric-optimizer-momentum", "heat", "effective-rate", "importance",
                                         "parallel", "halving", "best-so-far", NULL };
    made m;
    (void)state;
    make_halving(&m);
    draw_all(&m, names);
    drop(&m);
}

/* The mean over all orders of five values, counted out, is what the table of best-so-far has. */
static void test_expectation(void **state)
{
    enum { N = 5 };
    made      m = { .axis = { { .key = "optimizer.lr", .kind = SFT_AXIS_REAL, .log = true, .low = 1e-4, .high = 1, .parent = -1 } } };
    sft_bytes b;
    double    sum[N] = { 0 };
    int       orders = 0;
    (void)state;
    make(&m, "five", 1, 1, N);
    for (int i = 0; i < N; i++) {
        u_of(&m, i)[0] = (i + 0.5) / N;
        m.study.attempt[i].rank = (i * i % 7) / 10.0 + 0.1;
    }
    for (int code = 0; code < N * N * N * N * N; code++) {
        int    order[N], used = 0;
        double best = 0;
        for (int i = 0, rest = code; i < N; i++, rest /= N) used |= 1 << (order[i] = rest % N);
        if (used != (1 << N) - 1) continue;
        for (int k = 0; k < N; k++) {
            best = fmax(best, 100 * m.study.attempt[order[k]].rank);
            sum[k] += best;
        }
        orders++;
    }
    write_into(&m, m.folder);
    CHECK_OK(m.ctx);
    read_part(&m, find(&m, "best-so-far"), "tsv", &b);
    for (int k = 0; k < N; k++) {
        double x, mean;
        assert_int_equal(sscanf(line_of((char *)b.data, 2, k), "%lf %lf", &x, &mean), 2);
        CHECK_NEAR(x, k + 1, 0);
        CHECK_NEAR(mean, sum[k] / orders, 1e-9);
    }
    sft__bytes_free(m.ctx, &b);
    drop(&m);
}

/* gnuplot absent: scripts and numbers are there, pictures of before are not, and one sentence says why. */
static void test_without_gnuplot(void **state)
{
    made  m;
    char *path = strdup(getenv("PATH") ? getenv("PATH") : "");
    (void)state;
    make_table(&m, "bare");
    sft__make_folder(m.ctx, "tests/figures/bare/figures");
    fclose(fopen("tests/figures/bare/figures/heat.svg", "w"));
    setenv("PATH", "/nowhere", 1);
    write_into(&m, m.folder);
    setenv("PATH", path, 1);
    CHECK_OK(m.ctx);
    assert_non_null(m.list.skipped);
    assert_non_null(strstr(m.list.skipped, "gnuplot is not installed"));
    assert_int_equal(m.list.n, 9);
    for (int i = 0; i < m.list.n; i++) {
        assert_false(m.list.figure[i].drawn);
        assert_true(begins(&m, &m.list.figure[i], "gp", "# ") && begins(&m, &m.list.figure[i], "tsv", "# "));
    }
    assert_false(sft__exists("tests/figures/bare/figures/heat.svg"));
    free(path);
    drop(&m);
}

/* Sweeps that are stopped early, that have nothing, one point, or only failures. */
static void test_little(void **state)
{
    made m;
    (void)state;
    make_table(&m, "little");
    m.study.n = 0;
    write_figures(&m, 0);
    sft__figures_close(&m.list);
    m.study.n = 3;              /* one point: only its curves */
    write_figures(&m, 2);
    sft__figures_close(&m.list);
    m.study.n = 54;
    for (int i = 0; i < 54; i++) m.study.attempt[i].rank = NAN, m.study.attempt[i].state = i < 30 ? SFT_TRIAL_FAILED : SFT_TRIAL_WAITING;
    write_figures(&m, 0);
    drop(&m);
}

static void test_refused(void **state)
{
    made m;
    (void)state;
    make_table(&m, "refused");
    write_into(&m, "tests/figures/refused/trials/00000/metrics.csv"); /* a file, no folder */
    assert_int_equal(sft_code(m.ctx), SFT_IO);
    sft_clear(m.ctx);
    drop(&m);
}

/* A thousand trials, which a report must have done in 5 seconds, the rest of it included. */
static void test_thousand(void **state)
{
    made m;
    (void)state;
    make_search(&m, 1000, "thousand");
    const double begun = sft__now();
    write_figures(&m, 9);
    print_message("1,000 trials: %.2f s\n", sft__now() - begun);
    drop(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),           cmocka_unit_test(test_search), cmocka_unit_test(test_halving),
        cmocka_unit_test(test_expectation),     cmocka_unit_test(test_without_gnuplot), cmocka_unit_test(test_little),
        cmocka_unit_test(test_refused),         cmocka_unit_test(test_thousand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
