/* SPDX-License-Identifier: MIT */
/* labels: core gradient */
/* Gradient accumulation: k batches of b samples are one batch of k b, the ragged end of an epoch included. */
#include "check.h"
#include "data_folder.h"

#include "train/train.h"

#include <math.h>

enum { SAMPLES = 107, FEATURES = 6, CLASSES = 3, STEPS = 11, MOST = 1024 };

typedef struct run {
    sft_ctx     *c;
    sft_recipe  *r;
    sft_data    *d;
    sft_net     *n;
    sft_trainer *t;
    kept_notes   notes;
} run;

/* sections: lines of the recipe beside these. */
static void open_run(run *x, int threads, const char *model, const char *train, const char *sections)
{
    static float x_of[SAMPLES * FEATURES], y_of[SAMPLES];
    char         text[512];
    for (int i = 0; i < SAMPLES * FEATURES; i++) x_of[i] = (float)sin(0.7 * i * i + i);
    for (int i = 0; i < SAMPLES; i++) y_of[i] = (float)((i * i + i / 5) % CLASSES);
    x->c = check_open_threads(threads, true);
    sft_on_note(x->c, keep_note, &x->notes);
    int n = snprintf(text, sizeof text,
                     "data: digits\nmodel: %s\n%s\ntrain: {seed: 5, %s}\n%s\n", model,
                     strstr(sections, "optimizer") ? "" : "optimizer: sgd lr=0.2 momentum=0.9", train, sections);
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

/* Both walk side by side, and report the same on the way; so do the averaged weights at the end. */
static void walk_with(const char *sections, const char *model, const char *small, const char *large)
{
    run a = { 0 }, b = { 0 };
    open_run(&a, 1, model, small, sections);
    open_run(&b, 1, model, large, sections);
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
    sft_trainer_average(a.t, true);
    sft_trainer_average(b.t, true);
    same_weights(&a, &b, STEPS);
    close_run(&a);
    close_run(&b);
}

static void walk_together(const char *model, const char *small, const char *large)
{
    walk_with("", model, small, large);
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
    open_run(&x, 1, "linear", "batch: 50, accumulate: 3, drop_last: true", "");
    assert_null(x.t);
    assert_string_equal(sft_error_id(x.c), "E246");
    assert_non_null(strstr(sft_message(x.c), "accumulate"));
    close_run(&x);
}

/* What is dropped is a function of the sample's place in the step, whatever batch it comes in; augmentation one of the sample. */
static void chance_is_the_same(void **state)
{
    (void)state;
    walk_together("linear 16 | relu | dropout 0.5 | linear", "batch: 8, accumulate: 4", "batch: 32");
    walk_with("augment: noise 0.3", "linear 16 | relu | linear", "batch: 8, accumulate: 4", "batch: 32");
}

/* Each batch counts by what its samples weigh in the loss, also where that is nothing. */
static void weighted_losses_add_up(void **state)
{
    (void)state;
    const char *mlp = "linear 16 | tanh | linear", *small = "batch: 8, accumulate: 4", *large = "batch: 32";
    walk_with("loss: cross_entropy class_weights=[1,5,0.25]", mlp, small, large);
    walk_with("loss: cross_entropy class_weights=balanced label_smoothing=0.1", mlp, small, large);
    walk_with("loss: cross_entropy class_weights=[1,0,3]", mlp, "batch: 1, accumulate: 30", "batch: 30");
    walk_with("loss: cross_entropy class_weights=[0,0,3]", mlp, "batch: 1, accumulate: 2, shuffle: false",
              "batch: 2, shuffle: false");
    walk_with("loss: focal gamma=1 class_weights=[1,5,0.25]", mlp, small, large);
    walk_with("loss: hinge class_weights=[1,5,0.25]", mlp, small, large);
    walk_with("", mlp, "batch: 8, accumulate: 4, sampler: weighted", "batch: 32, sampler: weighted");
}

/* Slices of ghost batches are the same whatever batch they come in, and so are their running averages. */
static void ghost_batches_are_the_same(void **state)
{
    (void)state;
    const char *net = "linear 16 | batchnorm ghost=8 | relu | linear";
    walk_together(net, "batch: 8, accumulate: 4", "batch: 32");
    walk_together(net, "batch: 16, accumulate: 2, shards: 4", "batch: 32, shards: 2");
    walk_together("linear 16 | batchnorm ghost=4 momentum=none | relu | linear", "batch: 8, accumulate: 4",
                  "batch: 32");
    walk_with("loss: cross_entropy class_weights=[1,5,0.25]", net, "batch: 8, accumulate: 4", "batch: 32");
}

/* Running averages counted anew take each slice once: with ghost batches that does not depend on the batch either. */
static void averages_of_ghost_batches_are_the_same(void **state)
{
    (void)state;
    const char *net = "linear 16 | batchnorm ghost=8 | relu | linear";
    walk_with("average: swa start=0.1 every=2", net, "batch: 8, accumulate: 4", "batch: 32");
    walk_with("average: ema decay=0.8", net, "batch: 8, accumulate: 4", "batch: 32");
}

/* What cannot be the same, or does nothing, is said; what is right is not remarked on. */
static void odd_pairs_are_remarked_on(void **state)
{
    (void)state;
    static const struct {
        const char *model, *train, *sections, *says; /* NULL: nothing */
    } rows[] = {
        { "linear 9 | batchnorm | relu | linear", "batch: 8, accumulate: 4", "", "W135]: batchnorm (layer 1)" },
        { "linear 9 | batchnorm ghost=3 | linear", "batch: 8, accumulate: 4", "", "W135]" },
        { "linear 9 | batchnorm ghost=4 | linear", "batch: 8, accumulate: 4", "", NULL },
        { "linear 9 | batchnorm | relu | linear", "batch: 8", "", NULL },
        { "linear 9 | layernorm | relu | linear", "batch: 8, accumulate: 4", "", NULL },
        { "linear 9 | batchnorm | relu | linear", "batch: 1, accumulate: 32", "", "W134]: batchnorm (layer 1)" },
        { "linear 9 | batchnorm ghost=1 | linear", "batch: 8", "", "W134]: batchnorm (layer 1) normalises one" },
        { "linear 9 | batchnorm | linear", "batch: 53", "", "one sample at the end of an epoch" },
        { "linear 9 | batchnorm | linear", "batch: 53, drop_last: true", "", NULL },
        { "linear 9 | batchnorm ghost=7 | linear", "batch: 8", "", "one sample at the end of each batch" },
        { "linear", "batch: 50, accumulate: 4", "", "W246]: train.accumulate=4 is more than the 3 batches" },
        { "linear 5 | tanh | linear", "batch: 50, accumulate: 4", "optimizer: lbfgs", NULL },
        { "linear 5 | dropout | linear", "batch: 50, accumulate: 4", "optimizer: lbfgs", "W136]: optimizer lbfgs" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        run x = { 0 };
        open_run(&x, 1, rows[i].model, rows[i].train, rows[i].sections);
        CHECK_OK(x.c);
        if (rows[i].says ? !strstr(x.notes.text, rows[i].says) : x.notes.text[0] != 0)
            fail_msg("%s, %s: it says `%s`", rows[i].model, rows[i].train, x.notes.text);
        close_run(&x);
    }
}

/* Wrappers take their second gradient over the same batches. */
static void wrappers_see_the_whole_step(void **state)
{
    (void)state;
    const char *net = "linear 16 | batchnorm ghost=8 | tanh | linear";
    walk_with("wrap: sam rho=0.1", net, "batch: 8, accumulate: 4", "batch: 32");
    walk_with("wrap: lookahead k=3", net, "batch: 8, accumulate: 4", "batch: 32");
}

/* The weights of one epoch on several threads, and the activations' memory. */
static void bits_do_not_depend_on_threads(void **state)
{
    (void)state;
    char one[65], more[65];
    for (int threads = 1; threads <= 4; threads++) {
        run x = { 0 };
        open_run(&x, threads, "linear 400 | relu | linear 120 | relu | linear", "batch: 16, accumulate: 2, shards: 4",
                 "");
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
    open_run(&a, 1, "linear 64 | relu | linear", "batch: 8, accumulate: 4", "");
    open_run(&b, 1, "linear 64 | relu | linear", "batch: 8", "");
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
        cmocka_unit_test(chance_is_the_same),
        cmocka_unit_test(weighted_losses_add_up),
        cmocka_unit_test(ghost_batches_are_the_same),
        cmocka_unit_test(averages_of_ghost_batches_are_the_same),
        cmocka_unit_test(odd_pairs_are_remarked_on),
        cmocka_unit_test(wrappers_see_the_whole_step),
        cmocka_unit_test(bits_do_not_depend_on_threads),
        cmocka_unit_test(memory_is_that_of_one_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
