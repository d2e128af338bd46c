/* SPDX-License-Identifier: MIT */
/* labels: core */
/* Optimisers: PyTorch's walks, minima reached, groups, threads, records. */
#include "golden.h"
#include "optim_bench.h"

#include <math.h>

/* ---- PyTorch's walks ------------------------------------------------------------------------ */

/* Twenty roundings of weights below 3.5 to 24 bits sum up to less than 4e-6; the file has nine
 * digits. */
static void walk(void *user, const char *name)
{
    const golden *f = user;
    golden_tensor w = golden_get(f, "w"), g = golden_get(f, "g"), want = golden_get(f, "%s", name);
    double        tolerance = sizeof(real) == sizeof(double) ? 2e-8 : 4e-6;
    bench         b = { 0 };
    begin(&b, golden_text(f, "%s/optimizer", name), w.count);
    for (int64_t i = 0; i < w.count; i++) b.w[i] = (real)w.v[i];
    for (int64_t k = 0; k < g.shape.dim[0]; k++) {
        for (int64_t i = 0; i < w.count; i++) b.g[i] = (real)g.v[k * w.count + i];
        step(&b, k + 1);
        for (int64_t i = 0; i < w.count; i++)
            if (!(fabs((double)b.w[i] - want.v[k * w.count + i]) <= tolerance))
                fail_msg("%s: weight %d behind step %d is %.9g, PyTorch has %.9g", name, (int)i,
                         (int)k + 1, (double)b.w[i], want.v[k * w.count + i]);
    }
    end(&b);
}

static void walks_are_pytorchs(void **state)
{
    (void)state;
    golden *g = golden_open("optim");
    golden_each(g, "cases", walk, g);
    golden_close(g);
}

static void defaults_are_pytorchs(void **state)
{
    (void)state;
    bench sgd = { 0 }, adam = { 0 }, adamw = { 0 };
    begin(&sgd, "sgd", 1);
    begin(&adam, "adam", 1);
    begin(&adamw, "adamw", 1);
    assert_true(option(&sgd, "lr") == 1e-3 && option(&sgd, "momentum") == 0);
    assert_true(option(&sgd, "dampening") == 0 && option(&sgd, "weight_decay") == 0);
    assert_true(option(&adam, "lr") == 1e-3 && option(&adam, "eps") == 1e-8);
    assert_true(option(&adam, "weight_decay") == 0 && option(&adamw, "weight_decay") == 1e-2);
    const sft_field *betas = sft__field_find(adam.optimizer->fields, "betas");
    const sft_reals *v = (const sft_reals *)((const char *)adam.conf + betas->offset);
    assert_true(v->n == 2 && v->v[0] == 0.9 && v->v[1] == 0.999);
    end(&sgd);
    end(&adam);
    end(&adamw);
}

/* ---- minima --------------------------------------------------------------------------------- */

/* Every record needs a row. Those that decay by default without it: that moves the minimum, and rightly so. */
static const struct minimum {
    const char *name, *bowl, *rosenbrock;
    bool        falls; /* the rate falls to zero along the way: where steps have a length of their own */
} minima[] = {
    { "sgd", "sgd lr=0.05 momentum=0.9", "sgd lr=1e-3 momentum=0.9", false },
    { "adam", "adam lr=0.05", "adam lr=0.01", false },
    { "adamw", "adamw lr=0.05 weight_decay=0", "adamw lr=0.01 weight_decay=0", false },
    { "momentum", "momentum lr=0.05", "momentum lr=1e-3", false },
    { "nesterov", "nesterov lr=0.05", "nesterov lr=1e-3", false },
    { "rmsprop", "rmsprop lr=1e-3", "rmsprop lr=1e-3", false },
    { "adagrad", "adagrad lr=0.5", "adagrad lr=0.5", false },
    { "adadelta", "adadelta lr=0.1", "adadelta lr=0.02", false }, /* at lr=1 its step does not die down */
    { "amsgrad", "amsgrad lr=0.05", "amsgrad lr=0.01", false },
    { "nadam", "nadam lr=0.05", "nadam lr=0.01", false },
    { "radam", "radam lr=0.05", "radam lr=2e-3", false }, /* its first five steps are plain gradients: more is thrown out */
    { "adamax", "adamax lr=0.05", "adamax lr=0.02", false },
    { "lion", "lion lr=1e-3", "lion lr=1e-3", true },
    { "rprop", "rprop", "rprop", false },
    { "muon", "muon lr=4e-3 weight_decay=0", "muon lr=4e-3 weight_decay=0", true },
    { "lamb", "lamb lr=0.01 weight_decay=0", "lamb lr=0.01 weight_decay=0", true },
    { "lars", "lars lr=10", "lars lr=1", false },
};

enum { N_MINIMA = sizeof minima / sizeof *minima };

static void step_at(bench *b, int64_t k, double share)
{
    sft__update_step(&b->update, NULL, k, share * option(b, "lr"), 1);
}

/* f = sum of i x_i^2 / 2 for i = 1 .. 10: curvatures from 1 to 10. */
static void down_the_bowl(const char *text, bool falls)
{
    bench b = { .n_parts = 1, .part = { { 0, 10, 5, 2, true } } };
    begin(&b, text, 10);
    for (int i = 0; i < 10; i++) b.w[i] = (real)(i % 2 ? 1.0 : -1.5);
    for (int64_t k = 1; k <= 3000; k++) {
        for (int i = 0; i < 10; i++) b.g[i] = (real)(i + 1) * b.w[i];
        step_at(&b, k, falls ? 1 - (double)k / 3000 : 1);
    }
    for (int i = 0; i < 10; i++)
        if (!(fabs((double)b.w[i]) <= 1e-3))
            fail_msg("%s: ends at %g in the bowl", text, (double)b.w[i]);
    end(&b);
}

/* f = (1 - x)^2 + 100 (y - x^2)^2 from (-1.2, 1), minimum at (1, 1). */
static void along_the_banana(const char *text, bool falls)
{
    bench b = { .n_parts = 1, .part = { { 0, 2, 2, 1, true } } };
    begin(&b, text, 2);
    b.w[0] = (real)-1.2;
    b.w[1] = 1;
    for (int64_t k = 1; k <= 20000; k++) {
        double x = (double)b.w[0], y = (double)b.w[1];
        b.g[0] = (real)(-2 * (1 - x) - 400 * x * (y - x * x));
        b.g[1] = (real)(200 * (y - x * x));
        step_at(&b, k, falls ? 1 - (double)k / 20000 : 1);
    }
    if (!(fabs((double)b.w[0] - 1) <= 1e-2 && fabs((double)b.w[1] - 1) <= 2e-2))
        fail_msg("%s: ends at (%g, %g) in the valley", text, (double)b.w[0], (double)b.w[1]);
    end(&b);
}

static void every_optimizer_reaches_minima(void **state)
{
    (void)state;
    for (int i = 0; sft__optimizer_at(i); i++) {
        int row = 0;
        if (!sft__optimizer_at(i)->chain) continue; /* lbfgs: test_lbfgs.c */
        while (row < N_MINIMA && strcmp(minima[row].name, sft__optimizer_at(i)->name) != 0) row++;
        if (row == N_MINIMA)
            fail_msg("optimizer %s has no row in minima[]", sft__optimizer_at(i)->name);
        const struct minimum *m = &minima[row];
        down_the_bowl(m->bowl, m->falls);
        along_the_banana(m->rosenbrock, m->falls);
    }
}

/* ---- groups --------------------------------------------------------------------------------- */

/* Without a gradient only decay moves weights, so a group without it stands still to the bit. */
static void decay_spares_groups_without_it(void **state)
{
    (void)state;
    for (int i = 0; sft__optimizer_at(i); i++) {
        bench b = { .n_groups = 2, .group = { { 0, 5, 1, true }, { 5, 4, 1, false } } };
        char  text[64];
        if (!sft__field_find(sft__optimizer_at(i)->fields, "weight_decay")) continue;
        snprintf(text, sizeof text, "%s lr=0.1 weight_decay=0.1", sft__optimizer_at(i)->name);
        begin(&b, text, 9);
        for (int k = 0; k < 9; k++) b.w[k] = (real)0.7;
        for (int64_t k = 1; k <= 3; k++) step(&b, k);
        for (int k = 0; k < 9; k++)
            assert_true(k < 5 ? b.w[k] < (real)0.6999 : b.w[k] == (real)0.7);
        end(&b);
    }
}

static void groups_scale_the_rate(void **state)
{
    (void)state;
    bench b = { .n_groups = 3,
                .group = { { 0, 1, 1, true }, { 1, 1, 0.25, true }, { 2, 1, 0, true } } };
    begin(&b, "sgd lr=0.5", 3);
    b.g[0] = b.g[1] = b.g[2] = 1;
    step(&b, 1);
    assert_true(b.w[0] == (real)-0.5 && b.w[1] == (real)-0.125 && b.w[2] == 0);
    end(&b);
}

static void the_scale_multiplies_the_gradient(void **state)
{
    (void)state;
    for (int i = 0; sft__optimizer_at(i); i++) {
        bench a = { 0 }, b = { 0 };
        begin(&a, sft__optimizer_at(i)->name, 3000);
        begin(&b, sft__optimizer_at(i)->name, 3000);
        for (int64_t k = 1; k <= 3; k++) {
            for (int j = 0; j < 3000; j++) {
                b.g[j] = (real)sin(j + (double)k);
                a.g[j] = b.g[j] / 4; /* exact */
            }
            sft__update_step(&a.update, NULL, k, 0.1, 1);
            sft__update_step(&b.update, NULL, k, 0.1, 0.25);
        }
        assert_memory_equal(a.w, b.w, 3000 * sizeof(real));
        end(&a);
        end(&b);
    }
}

/* ---- bits ----------------------------------------------------------------------------------- */

enum { MANY = 150001 };

/* Five steps on ragged groups; the weights are the caller's to free. */
static real *walk_with(const char *text, int threads)
{
    bench b = { .n_groups = 5,
                .group = { { 0, 1, 1, true },
                           { 1, 70000, 1, true },
                           { 70001, 0, 1, true },
                           { 70001, 777, 0.5, false },
                           { 70778, MANY - 70778, 1, true } },
                .n_parts = 5,
                .part = { { 0, 1, 1, 1, false },
                          { 1, 64 * 900, 64, 900, true },
                          { 1 + 64 * 900, 12399, 12399, 1, false },
                          { 70001, 777, 37, 21, true },
                          { 70778, MANY - 70778, MANY - 70778, 1, false } } };
    begin(&b, text, MANY);
    sft_team *team = sft__team_new(b.c, threads);
    assert_non_null(team);
    for (int i = 0; i < MANY; i++) b.w[i] = (real)cos(i);
    for (int64_t k = 1; k <= 5; k++) {
        for (int i = 0; i < MANY; i++) b.g[i] = (real)sin(0.37 * i * (double)k);
        sft__update_step(&b.update, team, k, 0.01, 0.9);
    }
    sft__team_free(team);
    real *w = b.w;
    b.w = NULL;
    end(&b);
    return w;
}

static void bits_do_not_depend_on_threads(void **state)
{
    (void)state;
    for (int i = 0; sft__optimizer_at(i); i++) {
        char text[64];
        bool decays = sft__field_find(sft__optimizer_at(i)->fields, "weight_decay");
        snprintf(text, sizeof text, "%s%s", sft__optimizer_at(i)->name,
                 decays ? " weight_decay=1e-3" : "");
        real *one = walk_with(text, 1);
        for (int threads = 2; threads <= 4; threads++) {
            real *more = walk_with(text, threads);
            assert_memory_equal(one, more, MANY * sizeof(real));
            free(more);
        }
        free(one);
    }
}

/* An element's walk is the same wherever it lies: in a vector, in a loop's remainder, in a second
 * block. */
static void bits_do_not_depend_on_the_place(void **state)
{
    (void)state;
    for (int i = 0; sft__optimizer_at(i); i++) {
        bench b = { 0 };
        begin(&b, sft__optimizer_at(i)->name, SFT_BLOCK + 37);
        for (int j = 0; j < b.n; j++) b.w[j] = (real)0.3;
        for (int64_t k = 1; k <= 20; k++) {
            for (int j = 0; j < b.n; j++) b.g[j] = (real)sin((double)k);
            step(&b, k);
        }
        for (int j = 1; j < b.n; j++) assert_memory_equal(&b.w[0], &b.w[j], sizeof(real));
        end(&b);
    }
}

/* ---- records -------------------------------------------------------------------------------- */

static void slots_have_pytorchs_names_and_hold_the_state(void **state)
{
    (void)state;
    bench b = { 0 };
    begin(&b, "adam", 3);
    assert_int_equal(b.update.n_slots, 2);
    assert_string_equal(b.update.slot_name[0], "exp_avg");
    assert_string_equal(b.update.slot_name[1], "exp_avg_sq");
    b.g[2] = 2;
    step(&b, 1);
    CHECK_NEAR(sft__update_slot(&b.update, 0)[2], 0.2, 1e-7);
    CHECK_NEAR(sft__update_slot(&b.update, 1)[2], 0.004, 1e-9);
    end(&b);
    b = (bench){ 0 };
    begin(&b, "sgd momentum=0.9", 3);
    assert_int_equal(b.update.n_slots, 1);
    assert_string_equal(b.update.slot_name[0], "momentum_buffer");
    end(&b);
    b = (bench){ 0 };
    begin(&b, "sgd", 3);
    assert_int_equal(b.update.n_slots, 0);
    end(&b);
}

static void records_are_found_by_name_and_alias(void **state)
{
    (void)state;
    assert_ptr_equal(sft__optimizer_find("AdamW"), sft__optimizer_find("adamw"));
    assert_null(sft__optimizer_find("admw"));
    assert_null(sft__optimizer_at(-1));
    for (int i = 0; sft__optimizer_at(i); i++) {
        const sft_optimizer *o = sft__optimizer_at(i);
        assert_ptr_equal(sft__optimizer_find(o->name), o);
        assert_string_equal(o->fields[0].name, "lr");
        assert_true(o->fields[0].flags & SFT_LOG && o->fields[0].flags & SFT_ABOVE_LOW);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walks_are_pytorchs),
        cmocka_unit_test(defaults_are_pytorchs),
        cmocka_unit_test(every_optimizer_reaches_minima),
        cmocka_unit_test(decay_spares_groups_without_it),
        cmocka_unit_test(groups_scale_the_rate),
        cmocka_unit_test(the_scale_multiplies_the_gradient),
        cmocka_unit_test(bits_do_not_depend_on_threads),
        cmocka_unit_test(bits_do_not_depend_on_the_place),
        cmocka_unit_test(slots_have_pytorchs_names_and_hold_the_state),
        cmocka_unit_test(records_are_found_by_name_and_alias),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
