/* SPDX-License-Identifier: MIT */
/* labels: core gradient */
/* Gradient accumulation: k batches of b samples are one batch of k b, the ragged end of an epoch included. */
#include "check.h"

#include "train/train.h"

#include <math.h>

enum { SAMPLES = 107, FEATURES = 6, CLASSES = 3, STEPS = 11, MOST = 1024 };

typedef struct run {
    sft_ctx     *c;
    sft_recipe  *r;
    sft_data    *d;
    sft_net     *n;
    sft_trainer *t;
} run;

static void open_run(run *x, int threads, const char *model, const char *train)
{
    static float x_of[SAMPLES * FEATURES], y_of[SAMPLES];
    char         text[512];
    for (int i = 0; i < SAMPLES * FEATURES; i++) x_of[i] = (float)sin(0.7 * i * i + i);
    for (int i = 0; i < SAMPLES; i++) y_of[i] = (float)((i * i + i / 5) % CLASSES);
    x->c = check_open_threads(threads, true);
    int n = snprintf(text, sizeof text, "data: digits\nmodel: %s\noptimizer: sgd lr=0.2 momentum=0.9\ntrain: {seed: 5, %s}\n",
                     model, train);
    x->r = sft_recipe_parse(x->c, "r.yaml", text, (size_t)n);
    x->d = sft_data_from(x->c, x_of, (sft_shape){ 1, { FEATURES } }, y_of, SFT_CLASSES, CLASSES, SAMPLES, NULL);
    x->n = sft_net_new(x->c, x->r, x->d);
    x->t = sft_trainer_new(x->c, x->r, x->d, x->n);
}

static void close_run(run *x)
{
    sft_trainer_free(x->t);
    sft_net_free(x->n);
    sft_data_free(x->d);
    sft_recipe_free(x->r);
    sft_close(x->c);
}

static void same_weights(const run *a, const run *b, int64_t step)
{
    sft_tensor_facts f;
    for (int i = 0; sft_net_tensor(a->n, i, &f) == SFT_OK; i++) {
        float v[MOST], w[MOST];
        assert_true(f.count <= MOST);
        sft_net_get(a->n, f.name, v, f.count);
        sft_net_get(b->n, f.name, w, f.count);
        for (int64_t k = 0; k < f.count; k++)
            if (!(fabs((double)(v[k] - w[k])) <= 1e-6 * fmax(1, fabs((double)w[k]))))
                fail_msg("%s[%d] behind step %d: %.9g accumulated, %.9g at once", f.name, (int)k, (int)step,
                         (double)v[k], (double)w[k]);
    }
}

/* Both walk side by side, and report the same on the way. */
static void walk_together(const char *model, const char *small, const char *large)
{
    run a = { 0 }, b = { 0 };
    open_run(&a, 1, model, small);
    open_run(&b, 1, model, large);
    CHECK_OK(a.c);
    CHECK_OK(b.c);
    sft_trainer_facts p, q;
    sft_trainer_facts_of(a.t, &p);
    sft_trainer_facts_of(b.t, &q);
    assert_int_equal(p.steps, q.steps);
    assert_int_equal(p.steps_per_epoch, q.steps_per_epoch);
    for (int64_t k = 1; k <= STEPS; k++) {
        sft_step_facts f, g;
        sft_step(a.t, &f);
        sft_step(b.t, &g);
        CHECK_OK(a.c);
        CHECK_OK(b.c);
        assert_true(f.step == g.step && f.epoch == g.epoch && f.epoch_end == g.epoch_end && f.lr == g.lr);
        assert_int_equal(f.batch.count, g.batch.count);
        CHECK_NEAR(f.batch.loss, g.batch.loss, 1e-6);
        CHECK_NEAR(f.batch.accuracy, g.batch.accuracy, 1e-12);
        CHECK_NEAR(f.grad_norm, g.grad_norm, 1e-6);
        same_weights(&a, &b, k);
    }
    close_run(&a);
    close_run(&b);
}

/* 107 samples: 32 + 32 + 32 + 11, the last as 8 + 3. */
static void accumulated_is_at_once(void **state)
{
    (void)state;
    const char *mlp = "linear 16 | tanh | linear";
    walk_together(mlp, "batch: 8, accumulate: 4", "batch: 32");
    walk_together(mlp, "batch: 16, accumulate: 2, shards: 4", "batch: 32, shards: 1");
    walk_together(mlp, "batch: 1, accumulate: 30", "batch: 30");
    walk_together(mlp, "batch: 7, accumulate: 5, shuffle: false", "batch: 35, shuffle: false");
    walk_together(mlp, "batch: 8, accumulate: 4, clip_norm: 0.1", "batch: 32, clip_norm: 0.1");
}

static void a_short_window_is_dropped_with_drop_last(void **state)
{
    (void)state;
    walk_together("linear 16 | tanh | linear", "batch: 8, accumulate: 4, drop_last: true",
                  "batch: 32, drop_last: true");
    run x = { 0 };
    open_run(&x, 1, "linear", "batch: 50, accumulate: 3, drop_last: true");
    assert_null(x.t);
    assert_string_equal(sft_error_id(x.c), "E246");
    assert_non_null(strstr(sft_message(x.c), "accumulate"));
    close_run(&x);
}

/* What is dropped is a function of the sample's place in the step, whatever batch it comes in. */
static void dropout_draws_the_same(void **state)
{
    (void)state;
    walk_together("linear 16 | relu | dropout 0.5 | linear", "batch: 8, accumulate: 4", "batch: 32");
}

/* The weights of one epoch on several threads, and the activations' memory. */
static void bits_do_not_depend_on_threads(void **state)
{
    (void)state;
    char one[65], more[65];
    for (int threads = 1; threads <= 4; threads++) {
        run x = { 0 };
        open_run(&x, threads, "linear 400 | relu | linear 120 | relu | linear", "batch: 16, accumulate: 2, shards: 4");
        for (int k = 0; k < 4; k++) sft_step(x.t, NULL);
        sft_net_hash(x.n, threads == 1 ? one : more);
        CHECK_OK(x.c);
        if (threads > 1) assert_string_equal(one, more);
        close_run(&x);
    }
}

/* Memory is that of one small batch and one gradient more. */
static void memory_is_that_of_one_batch(void **state)
{
    (void)state;
    run a = { 0 }, b = { 0 };
    sft_net_facts f, g;
    open_run(&a, 1, "linear 64 | relu | linear", "batch: 8, accumulate: 4");
    open_run(&b, 1, "linear 64 | relu | linear", "batch: 8");
    sft_net_facts_of(a.n, &f);
    sft_net_facts_of(b.n, &g);
    assert_int_equal(f.activation_bytes, g.activation_bytes);
    assert_int_equal(f.optimizer_bytes - g.optimizer_bytes, f.weight_bytes);
    close_run(&a);
    close_run(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accumulated_is_at_once),
        cmocka_unit_test(a_short_window_is_dropped_with_drop_last),
        cmocka_unit_test(dropout_draws_the_same),
        cmocka_unit_test(bits_do_not_depend_on_threads),
        cmocka_unit_test(memory_is_that_of_one_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
