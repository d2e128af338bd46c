/* SPDX-License-Identifier: MIT */
/* labels: core */
/* The range test leaves no trace, stops where it should, and finds rates that train. */
#include "fit_run.h"

#include <math.h>

typedef struct run {
    sft_ctx     *c;
    sft_recipe  *r;
    sft_data    *d;
    sft_net     *n;
    sft_trainer *t;
} run;

/* BatchNorm and dropout: averages to put back, masks that hang on the step. */
static void open_run(run *x, const char *optimizer, const char *schedule)
{
    char text[400];
    snprintf(text, sizeof text,
             "data: digits\nmodel: flatten | linear 16 | batchnorm | relu | dropout 0.2 | linear\n"
             "optimizer: %s\nschedule: %s\ntrain: {epochs: 4, batch: 64, seed: 3, shards: 2}\n",
             optimizer, schedule);
    *x = (run){ .c = check_open() };
    x->r = sft_recipe_parse(x->c, "r.yaml", text, strlen(text));
    x->d = sft_data_open(x->c, x->r);
    x->n = sft_net_new(x->c, x->r, x->d);
    x->t = sft_trainer_new(x->c, x->r, x->d, x->n);
    CHECK_OK(x->c);
}

static void close_run(run *x)
{
    sft_trainer_free(x->t);
    sft_net_free(x->n);
    sft_data_free(x->d);
    sft_recipe_free(x->r);
    sft_close(x->c);
}

static void steps(run *x, int n)
{
    for (int i = 0; i < n; i++) sft_step(x->t, NULL);
    CHECK_OK(x->c);
}

/* A checkpoint holds all there is: weights, averages, slots, step, what plateau saw. */
static char *state_of(run *x, const char *folder, size_t *size)
{
    char path[256];
    snprintf(path, sizeof path, "%s/state.safetensors", folder);
    sft_trainer_save(x->t, path, NULL);
    CHECK_OK(x->c);
    return fit_text(folder, "state.safetensors", size);
}

static void same_state(run *x, run *y)
{
    char   folder[64];
    size_t n = 0, m = 0;
    folder_make(folder);
    char *a = state_of(x, folder, &n), *b = state_of(y, folder, &m);
    assert_int_equal(n, m);
    assert_memory_equal(a, b, n);
    free(a);
    free(b);
    folder_remove(folder);
}

static const char *const optimizers[] = { "adamw lr=0.01", "sgd lr=0.1 momentum=0.9 nesterov=true",
                                          "adam lr=0.01 weight_decay=0.001", "sgd lr=0.1", "adamw lr=0.01" };
static const char *const schedules[] = { "cosine warmup=10", "one_cycle", "plateau patience=0",
                                         "constant\nwrap: lookahead k=3\naverage: ema decay=0.9",
                                         "constant\nwrap: sam rho=0.05\naverage: swa start=0" };

/* Before the first step, in mid-epoch, and after a test that diverged. */
static void no_trace_is_left(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        run with, without;
        open_run(&with, optimizers[i], schedules[i]);
        open_run(&without, optimizers[i], schedules[i]);
        const sft_lr_options far = { .from = 1e-3, .to = 1e6, .steps = 40, .diverge = 1.5 };
        sft_lr_found         found;
        sft_lr_find(with.t, NULL, NULL);
        same_state(&with, &without);
        for (int k = 0; k < 3; k++) {
            steps(&with, 13);
            steps(&without, 13);
            sft_lr_find(with.t, &far, &found);
            CHECK_OK(with.c);
            assert_true(found.diverged && found.points < 40);
            same_state(&with, &without);
        }
        steps(&with, 13);
        steps(&without, 13);
        same_state(&with, &without);
        close_run(&with);
        close_run(&without);
    }
}

/* A loss that is not finite ends the test and is no failure. */
static void infinity_is_an_end(void **state)
{
    (void)state;
    run                  x;
    sft_lr_found         found;
    const sft_lr_options o = { .from = 1e-2, .to = 1e6, .steps = 30, .diverge = 1e300 };
    static const char text[] = "data: digits\nmodel: flatten | linear 64 | relu | linear 64 | relu | "
                               "linear 64 | relu | linear\noptimizer: sgd lr=0.1\n";
    x = (run){ .c = check_open() };
    x.r = sft_recipe_parse(x.c, "r.yaml", text, sizeof text - 1);
    x.d = sft_data_open(x.c, x.r);
    x.n = sft_net_new(x.c, x.r, x.d);
    x.t = sft_trainer_new(x.c, x.r, x.d, x.n);
    sft_lr_find(x.t, &o, &found);
    CHECK_OK(x.c);
    assert_true(found.diverged && found.points > 1 && found.points < 30);
    steps(&x, 3);
    close_run(&x);
}

typedef struct seen {
    int64_t n, enough;
    double  first, last, ratio, worst;
} seen;

static bool look(void *user, const sft_lr_point *p)
{
    seen *s = user;
    if (s->n == 0) s->first = p->lr;
    if (s->n == 1) s->ratio = p->lr / s->last;
    if (s->n > 1) s->worst = fmax(s->worst, fabs(p->lr / s->last / s->ratio - 1));
    s->last = p->lr;
    assert_int_equal(p->step, ++s->n);
    return s->n != s->enough;
}

static void rates_grow_by_one_factor(void **state)
{
    (void)state;
    run            x;
    seen           s = { 0 };
    sft_lr_found   found;
    sft_lr_options o = { .from = 1e-6, .to = 1e-2, .steps = 50, .each = look, .user = &s };
    open_run(&x, optimizers[0], schedules[0]);
    sft_lr_find(x.t, &o, &found);
    assert_true(found.points == 50 && s.n == 50 && !found.stopped);
    assert_true(s.first == 1e-6 && fabs(s.last / 1e-2 - 1) < 1e-12 && s.worst < 1e-12);
    s = (seen){ .enough = 20 };
    sft_lr_find(x.t, &o, &found);
    assert_true(found.points == 20 && found.stopped && !found.diverged);
    close_run(&x);
}

static double loss_after(const char *format, double lr)
{
    char       optimizer[64];
    run        x;
    sft_scores s = { 0 };
    snprintf(optimizer, sizeof optimizer, format, lr);
    open_run(&x, optimizer, "constant");
    steps(&x, 66);
    sft_evaluate(x.t, SFT_VALIDATION, &s);
    CHECK_OK(x.c);
    close_run(&x);
    return s.loss;
}

/* Three epochs at the suggested rate end below those at a hundredth and at a hundred times of it. */
static void suggestions_train(void **state)
{
    (void)state;
    static const char *const formats[] = { "adamw lr=%.9g", "sgd lr=%.9g momentum=0.9" };
    for (int i = 0; i < 2; i++) {
        run          x;
        char         optimizer[64];
        sft_lr_found found;
        snprintf(optimizer, sizeof optimizer, formats[i], 1.0);
        open_run(&x, optimizer, "constant");
        sft_lr_find(x.t, NULL, &found);
        CHECK_OK(x.c);
        close_run(&x);
        assert_true(found.valley > 1e-4 && found.valley < 1);
        assert_true(found.steep > 1e-4 && found.steep < found.lowest && found.lowest <= 10);
        double at = loss_after(formats[i], found.valley);
        assert_true(at < loss_after(formats[i], found.valley / 100));
        assert_true(at < loss_after(formats[i], found.valley * 100));
    }
}

static void wrong_options_are_refused(void **state)
{
    (void)state;
    const sft_lr_options wrong[] = { { .from = 1, .to = 0.1 }, { .from = 20 },
                                     { .to = 1e9 },            { .steps = 5 },
                                     { .steps = SFT_LR_STEPS + 1 }, { .smoothing = 1 }, { .diverge = 0.5 } };
    run x;
    open_run(&x, optimizers[0], schedules[0]);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(sft_lr_find(x.t, &wrong[i], NULL), SFT_USAGE);
        sft_clear(x.c);
    }
    assert_int_equal(sft_lr_find(NULL, NULL, NULL), SFT_USAGE);
    steps(&x, 1);
    close_run(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_trace_is_left),
        cmocka_unit_test(infinity_is_an_end),
        cmocka_unit_test(rates_grow_by_one_factor),
        cmocka_unit_test(suggestions_train),
        cmocka_unit_test(wrong_options_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
