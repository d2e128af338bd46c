/* SPDX-License-Identifier: MIT */
/* labels: core */
/* Numbers to predict in units of their own: the same training as on targets that were scaled by hand, and everything that comes out
 * is in the data's units: predictions, metrics, files. */
#include "fit_run.h"

#include "graph/graph.h"
#include "train/safetensors.h"
#include "train/train.h"

#include <math.h>

enum { COUNT = 96, OUTPUTS = 2 };

#define MODEL "model: linear 8 | tanh | linear\noptimizer: adam lr=0.01\ntrain: {epochs: 6, batch: 16, seed: 1}\n"
static const char recipe[] = "data: regression-1d\n" MODEL; /* the data come from memory */
static const char far_off[] = "data: regression-1d curve=cubic range=10\nsplit: {standardize_targets: true}\n" MODEL;
static const char *const units_on[] = { "split.standardize_targets=true", NULL };

/* Two targets of very different size; the second never changes where `flat`. */
static void make_samples(float *x, float *y, bool flat)
{
    for (int i = 0; i < COUNT; i++) {
        x[i] = (float)(i % 16) / 8 - 1;
        y[2 * i] = 5000 + 300 * x[i] * x[i];
        y[2 * i + 1] = flat ? 7 : (float)(0.001 * sin(3 * (double)x[i]));
    }
}

static sft_data *from_memory(sft_ctx *c, const float *x, const float *y, const uint8_t *split)
{
    return sft_data_from(c, x, (sft_shape){ 1, { 1 } }, y, SFT_REGRESSION, OUTPUTS, COUNT, split);
}

typedef struct fitted {         /* a trained network of data from memory */
    sft_ctx    *c;
    sft_recipe *r;
    sft_data   *d;
    sft_net    *n;
    sft_trainer *t;
    float       x[COUNT], y[OUTPUTS * COUNT], out[OUTPUTS * COUNT];
    sft_net_facts facts;
} fitted;

static void train(fitted *k, const char *const *set, int steps)
{
    uint8_t split[COUNT];
    for (int i = 0; i < COUNT; i++) split[i] = i % 3 == 2 ? SFT_VALIDATION : SFT_TRAIN;
    k->c = check_open();
    k->r = sft_recipe_parse(k->c, "recipe.yaml", recipe, strlen(recipe));
    for (int i = 0; set && set[i]; i++) sft_recipe_set(k->r, set[i]);
    k->d = from_memory(k->c, k->x, k->y, split);
    k->n = sft_net_new(k->c, k->r, k->d);
    k->t = sft_trainer_new(k->c, k->r, k->d, k->n);
    for (int i = 0; i < steps; i++) sft_step(k->t, NULL);
    sft_net_predict(k->n, k->x, COUNT, k->out);
    sft_net_facts_of(k->n, &k->facts);
    CHECK_OK(k->c);
}

static void end(fitted *k)
{
    sft_trainer_free(k->t);
    sft_net_free(k->n);
    sft_data_free(k->d);
    sft_recipe_free(k->r);
    sft_close(k->c);
}

static void it_is_training_on_scaled_targets(void **state)
{
    (void)state;
    fitted own, hand;
    char   a[65], b[65];
    make_samples(own.x, own.y, false);
    train(&own, units_on, 24);
    memcpy(hand.x, own.x, sizeof own.x);
    for (int i = 0; i < OUTPUTS * COUNT; i++)
        hand.y[i] = (float)(((double)own.y[i] - own.facts.target_mean[i % 2]) / own.facts.target_deviation[i % 2]);
    train(&hand, NULL, 24);
    assert_null(hand.facts.target_mean);
    sft_net_hash(own.n, a);
    sft_net_hash(hand.n, b);
    if (sizeof(real) == sizeof(float)) assert_string_equal(a, b);
    for (int i = 0; i < OUTPUTS * COUNT; i++)
        CHECK_NEAR(own.out[i], (double)hand.out[i] * own.facts.target_deviation[i % 2] + own.facts.target_mean[i % 2],
                   1e-6 * fabs((double)own.out[i]) + 1e-9);
    sft_scores mine, theirs;
    sft_evaluate(own.t, SFT_VALIDATION, &mine);
    sft_evaluate(hand.t, SFT_VALIDATION, &theirs);
    CHECK_NEAR(mine.loss, theirs.loss, 1e-6 * theirs.loss);
    end(&own);
    end(&hand);
}

static void units_are_those_of_training_samples(void **state)
{
    (void)state;
    fitted k;
    double mean = 0, square = 0;
    int    n = 0;
    make_samples(k.x, k.y, true);
    train(&k, units_on, 0);
    for (int i = 0; i < COUNT; i++)
        if (i % 3 != 2) mean += (double)k.y[2 * i], n++;
    mean /= n;
    for (int i = 0; i < COUNT; i++)
        if (i % 3 != 2) square += ((double)k.y[2 * i] - mean) * ((double)k.y[2 * i] - mean);
    CHECK_NEAR(k.facts.target_mean[0], mean, 1e-9 * mean);
    CHECK_NEAR(k.facts.target_deviation[0], sqrt(square / n), 1e-9 * mean);
    assert_true(k.facts.target_mean[1] == 7 && k.facts.target_deviation[1] == 1); /* never changes: only centred */
    end(&k);
}

/* rmse and r2 from the predictions, by hand. */
static void metrics_are_in_the_units_of_the_data(void **state)
{
    (void)state;
    fitted       k;
    sft_scores   scores;
    sft_measures m;
    double       square[OUTPUTS] = { 0 };
    int          n = 0;
    make_samples(k.x, k.y, false);
    train(&k, (const char *const[]){ "split.standardize_targets=true", "metrics=[rmse]", NULL }, 24);
    for (int i = 2; i < COUNT; i += 3, n++)
        for (int j = 0; j < OUTPUTS; j++)
            square[j] += pow((double)k.out[2 * i + j] - (double)k.y[2 * i + j], 2);
    assert_int_equal(sft_measure(k.t, SFT_VALIDATION, &scores, &m), SFT_OK);
    const double want = (sqrt(square[0] / n) + sqrt(square[1] / n)) / 2;
    assert_string_equal(m.name[0], "rmse");
    CHECK_NEAR(m.value[0], want, 1e-4 * want);
    assert_true(m.value[0] > 10 && scores.loss < 3); /* hundreds, and about 1 */
    float y[OUTPUTS];
    sft_data_sample(k.d, SFT_TRAIN, 0, NULL, y);
    assert_true(y[0] > 5000);   /* the data stay as they are */
    end(&k);
}

/* A file brings the units of its weights along, to networks of other data and recipes as well. */
static void files_hold_the_units(void **state)
{
    (void)state;
    fitted k, other, plain;
    char   folder[64], with[128], without[128];
    snprintf(with, sizeof with, "%s/with.safetensors", folder_make(folder));
    snprintf(without, sizeof without, "%s/without.safetensors", folder);
    make_samples(k.x, k.y, false);
    train(&k, units_on, 24);
    sft_net_save(k.n, with);
    make_samples(other.x, other.y, false);
    for (int i = 0; i < OUTPUTS * COUNT; i++) other.y[i] *= 3;
    train(&other, units_on, 3);
    make_samples(plain.x, plain.y, false);
    train(&plain, NULL, 3);
    sft_net_save(plain.n, without);
    fitted *const to[] = { &other, &plain };
    float         out[OUTPUTS * COUNT];
    for (int i = 0; i < 2; i++) {
        sft_net_load(to[i]->n, with);
        sft_net_predict(to[i]->n, k.x, COUNT, out);
        CHECK_OK(to[i]->c);
        assert_memory_equal(out, k.out, sizeof out);
    }
    sft_net_load(k.n, without);
    sft_net_predict(k.n, k.x, COUNT, out);
    CHECK_OK(k.c);
    assert_memory_equal(out, plain.out, sizeof out);
    folder_remove(folder);
    end(&k);
    end(&other);
    end(&plain);
}

/* A file of another program: its weights are taken, its units if they are some. */
static void wrong_units_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = { "1", "1 x", "1 2 3", "", "1 0", "1 -2", "1 nan" };
    static const float       values[8 * OUTPUTS + 8 * 2 + OUTPUTS];
    fitted                   k;
    char                     folder[64], path[128];
    snprintf(path, sizeof path, "%s/x.safetensors", folder_make(folder));
    make_samples(k.x, k.y, false);
    train(&k, units_on, 1);
    const sft_st_out tensor[] = {
        { .name = "0.weight", .dtype = SFT_F32, .shape = { 2, { 8, 1 } }, .data = values, .bytes = 32 },
        { .name = "0.bias", .dtype = SFT_F32, .shape = { 1, { 8 } }, .data = values, .bytes = 32 },
        { .name = "2.weight", .dtype = SFT_F32, .shape = { 2, { OUTPUTS, 8 } }, .data = values, .bytes = 64 },
        { .name = "2.bias", .dtype = SFT_F32, .shape = { 1, { OUTPUTS } }, .data = values, .bytes = 8 },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const sft_st_meta meta[] = { { "target_mean", "1 2" }, { "target_deviation", wrong[i] } };
        sft__st_write(k.c, path, tensor, 4, meta, 2);
        sft_net_load(k.n, path);
        CHECK_FAILS(k.c, "E305", "target_deviation");
    }
    sft__st_write(k.c, path, tensor, 4, NULL, 0);
    sft_net_load(k.n, path);    /* zeros: the mean, in the data's units */
    sft_net_predict(k.n, k.x, COUNT, k.out);
    CHECK_OK(k.c);
    CHECK_NEAR(k.out[0], k.facts.target_mean[0], 1e-2);
    folder_remove(folder);
    end(&k);
}

static void training_goes_on_to_the_bit(void **state)
{
    (void)state;
    char whole[64], folder[64], want[65], hash[65];
    fit_whole(folder_make(whole), false, 0, far_off, NULL, want);
    fit_vanish(folder_make(folder), false, 0, far_off, (const char *const[]){ "checkpoint.min_seconds=0", "checkpoint.every_steps=7", NULL }, 40);
    fit_whole(folder, true, 0, far_off, NULL, hash);
    assert_string_equal(hash, want);
    fit_run x;
    fit_open(&x, 0, far_off, (const char *const[]){ "split.standardize_targets=false", "train.epochs=8", NULL });
    fit_go(&x, folder, true);
    CHECK_FAILS(x.c, "E317", "split.standardize_targets=true");
    fit_close(&x);
    folder_remove(whole);
    folder_remove(folder);
}

/* Targets up to a thousand: without units of their own, six epochs go by before the outputs have grown. */
static void it_learns_what_lies_far_off(void **state)
{
    (void)state;
    double r2[2];
    for (int i = 0; i < 2; i++) {
        fit_run x;
        fit_open(&x, 0, far_off, (const char *const[]){ i ? "split.standardize_targets=true" : "split.standardize_targets=false", "metrics=[r2]", NULL });
        fit_go(&x, NULL, false);
        CHECK_OK(x.c);
        r2[i] = x.result.measures[SFT_TEST].value[0];
        fit_close(&x);
    }
    assert_true(r2[0] < 0.2);
    assert_true(r2[1] > 0.8);
}

static void it_is_for_numbers_only(void **state)
{
    (void)state;
    static const char *const texts[] = { "data: digits\nmodel: flatten | linear\n", "data: moons\nmodel: linear\n",
                                         "data: regression-1d\nmodel: linear\nloss: poisson\n", "data: regression-1d\nmodel: linear\nloss: kl\n" };
    static const char *const parts[] = { "class labels", "labels", "poisson", "kl" };
    for (int i = 0; i < 4; i++) {
        sft_ctx    *c = check_open();
        sft_recipe *r = sft_recipe_parse(c, "recipe.yaml", texts[i], strlen(texts[i]));
        sft_recipe_set(r, units_on[0]);
        sft_data *d = sft_data_open(c, r);
        CHECK_OK(c);
        assert_null(sft_net_new(c, r, d));
        CHECK_FAILS(c, "E113", parts[i]);
        sft_data_free(d);
        sft_recipe_free(r);
        sft_close(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_training_on_scaled_targets),
        cmocka_unit_test(units_are_those_of_training_samples),
        cmocka_unit_test(metrics_are_in_the_units_of_the_data),
        cmocka_unit_test(files_hold_the_units),
        cmocka_unit_test(wrong_units_are_refused),
        cmocka_unit_test(training_goes_on_to_the_bit),
        cmocka_unit_test(it_learns_what_lies_far_off),
        cmocka_unit_test(it_is_for_numbers_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
