/* SPDX-License-Identifier: MIT */
/* labels: core */
/* Initialisers: mean, variance and range within five sigma of sampling, biases, and numbers that
 * depend on nothing but seed and tensor. */
#include "check.h"
#include "golden.h"
#include "init/init.h"

#include <math.h>

enum { FAN_IN = 400, FAN_OUT = 300, COUNT = FAN_IN * FAN_OUT };

typedef struct drawn {
    double mean, variance, fourth,
        largest; /* fourth: central moment, for the error of the variance */
} drawn;

/* Runs the initialiser that `text` names; v has room for count numbers. */
static void fill(const char *text, sft_init_call call, uint64_t seed, uint32_t tensor)
{
    sft_ctx  *c = check_open();
    sft_arena arena;
    sft_spec  spec;
    sft__arena_open(&arena, c);
    sft__spec_parse(&arena, text, strlen(text), (sft_pos){ 0 }, &spec);
    const sft_init *init = sft__init_find(spec.name);
    assert_non_null(init);
    void *conf = sft__arena_alloc(&arena, init->conf_size);
    sft__fields_bind(&arena, init->fields, conf, &spec, text);
    CHECK_OK(c);
    sft_stream stream = sft__stream(sft__key(seed, SFT_FOR_INIT), tensor, 0, 0);
    call.random = &stream;
    call.work = sft__arena_alloc(&arena, (size_t)(call.count + 1) * sizeof *call.work);
    init->fill(conf, &call);
    sft__arena_close(&arena);
    sft_close(c);
}

static sft_init_call weights(real *v, double gain)
{
    return (sft_init_call){ .values = v,
                            .count = COUNT,
                            .shape = sft__shape2(FAN_OUT, FAN_IN),
                            .fan_in = FAN_IN,
                            .fan_out = FAN_OUT,
                            .gain = gain };
}

static real *room(int64_t n)
{
    real *v = malloc((size_t)n * sizeof *v);
    assert_non_null(v);
    for (int64_t i = 0; i < n; i++) v[i] = (real)NAN;
    return v;
}

static drawn measure(const real *v, int64_t n)
{
    drawn d = { 0 };
    for (int64_t i = 0; i < n; i++) {
        d.mean += (double)v[i] / (double)n;
        d.largest = fmax(d.largest, fabs((double)v[i]));
        assert_true(isfinite((double)v[i]));
    }
    for (int64_t i = 0; i < n; i++) {
        double e = (double)v[i] - d.mean;
        d.variance += e * e / (double)n;
        d.fourth += e * e * e * e / (double)n;
    }
    return d;
}

/* The sample mean has deviation s / sqrt n, the sample variance sqrt((m4 - s^4) / n).
 * bound 0: a normal distribution. */
static void has_moments(const char *text, const real *v, int64_t n, double mean, double std,
                        double bound)
{
    drawn  d = measure(v, n);
    double m4 = bound > 0 ? 1.8 * pow(std, 4) : 3 * pow(std, 4);
    if (!(fabs(d.mean - mean) <= 5 * std / sqrt((double)n)))
        fail_msg("%s: mean %g, want %g", text, d.mean, mean);
    if (!(fabs(d.variance - std * std) <= 5 * sqrt((m4 - pow(std, 4)) / (double)n)))
        fail_msg("%s: variance %g, want %g", text, d.variance, std * std);
    if (!(fabs(d.fourth - m4) <= 0.1 * m4))
        fail_msg("%s: fourth moment %g, want %g", text, d.fourth, m4);
    if (bound > 0 && !(d.largest <= bound * (1 + 1e-6) && d.largest >= 0.99 * bound))
        fail_msg("%s: reaches to %g, want %g", text, d.largest, bound);
    if (bound == 0 && !(d.largest > 3.5 * std && d.largest < 7 * std))
        fail_msg("%s: reaches to %g at deviation %g", text, d.largest, std);
}

/* ---- against the papers and PyTorch --------------------------------------------------------- */

typedef struct expected {
    const char *text;
    double      gain; /* of the activation that follows */
    double      std;
    bool        uniform;
} expected;

static void distributions_are_the_papers(void **state)
{
    (void)state;
    const double   in = FAN_IN, out = FAN_OUT, both = FAN_IN + FAN_OUT;
    const expected rows[] = {
        { "xavier_uniform", 1.7, sqrt(2 / both), true },
        { "xavier_normal", 1.7, sqrt(2 / both), false },
        { "xavier_normal gain=3", 1.7, 3 * sqrt(2 / both), false },
        { "kaiming_uniform", 1.7, 1.7 / sqrt(in), true },
        { "kaiming_normal", 1.7, 1.7 / sqrt(in), false },
        { "kaiming_normal mode=fan_out", 1.7, 1.7 / sqrt(out), false },
        { "kaiming_uniform nonlinearity=relu", 1.7, sqrt(2 / in), true },
        { "kaiming_normal nonlinearity=tanh", 1.7, 5 / (3 * sqrt(in)), false },
        { "kaiming_normal nonlinearity=leaky_relu a=0.5", 1.7, sqrt(2 / (1 + 0.25) / in), false },
        { "kaiming_normal nonlinearity=linear", 1.7, sqrt(1 / in), false },
        { "pytorch", 1.7, 1 / sqrt(3 * in), true },
        { "auto", 1.7, 1.7 / sqrt(in), false },
        { "uniform low=-0.3 high=0.3", 1.7, 0.3 / sqrt(3), true },
        { "normal std=0.2", 1.7, 0.2, false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        real *v = room(COUNT);
        fill(rows[i].text, weights(v, rows[i].gain), 7, 3);
        has_moments(rows[i].text, v, COUNT, 0, rows[i].std,
                    rows[i].uniform ? sqrt(3) * rows[i].std : 0);
        free(v);
    }
}

static void shifted_distributions_keep_their_mean(void **state)
{
    (void)state;
    real *v = room(COUNT);
    fill("normal mean=2 std=0.5", weights(v, 1), 1, 1);
    drawn d = measure(v, COUNT);
    CHECK_NEAR(d.mean, 2, 5 * 0.5 / sqrt(COUNT));
    fill("uniform low=1 high=3", weights(v, 1), 1, 1);
    d = measure(v, COUNT);
    CHECK_NEAR(d.mean, 2, 5 * 2 / sqrt(12.0 * COUNT));
    CHECK_NEAR(d.variance, 4 / 12.0, 5 * sqrt(0.8 / 9 / COUNT));
    free(v);
}

static void auto_follows_the_activation(void **state)
{
    (void)state;
    real         *v = room(COUNT);
    sft_init_call call = weights(v, 5.0 / 3);
    call.saturating = true;
    double std = 5.0 / 3 * sqrt(2.0 / (FAN_IN + FAN_OUT));
    fill("auto", call, 5, 2);
    has_moments("auto before tanh", v, COUNT, 0, std, sqrt(3) * std);
    free(v);
}

/* Deviations and bounds of torch.nn.init for real layers, groups and rectangles among them. */
static void agrees_with_pytorch(void *user, const char *name)
{
    const golden *g = user;
    const char   *kinds[] = { "pytorch", "xavier_uniform", "xavier_normal", "kaiming_uniform",
                              "kaiming_normal" };
    real         *v = room(COUNT);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        sft_init_call call = weights(v, golden_scalar(g, "gain/relu"));
        call.fan_in = (int64_t)golden_scalar(g, "%s/fan_in", name);
        call.fan_out = (int64_t)golden_scalar(g, "%s/fan_out", name);
        bool uniform = golden_has(g, "%s/%s/bound", name, kinds[i]);
        fill(kinds[i], call, 11, (uint32_t)i);
        has_moments(kinds[i], v, COUNT, 0, golden_scalar(g, "%s/%s/std", name, kinds[i]),
                    uniform ? golden_scalar(g, "%s/%s/bound", name, kinds[i]) : 0);
        call.bias = true;
        fill(kinds[i], call, 11, (uint32_t)i);
        if (i == 0)
            CHECK_NEAR(measure(v, COUNT).largest, golden_scalar(g, "%s/pytorch/bias_bound", name),
                       1e-5);
        else
            assert_true(measure(v, COUNT).largest == 0);
    }
    free(v);
}

static void deviations_are_pytorchs(void **state)
{
    (void)state;
    golden *g = golden_open("init");
    golden_each(g, "cases", agrees_with_pytorch, g);
    golden_close(g);
}

static void gains_are_pytorchs(void **state)
{
    (void)state;
    golden     *g = golden_open("init");
    const char *acts[] = { "linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu" };
    real       *v = room(COUNT), *unit = room(COUNT);
    fill("kaiming_normal nonlinearity=linear", weights(unit, 9), 3, 4);
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        char text[80];
        snprintf(text, sizeof text, "kaiming_normal nonlinearity=%s", acts[i]);
        fill(text, weights(v, 9), 3, 4);
        for (int k = 0; k < 100; k++) /* the same draws, only scaled */
            CHECK_NEAR(v[k] / unit[k], golden_scalar(g, "gain/%s", acts[i]), 1e-6);
    }
    free(v);
    free(unit);
    golden_close(g);
}

/* ---- what holds of every one ---------------------------------------------------------------- */

static void constants_are_constant(void **state)
{
    (void)state;
    const struct {
        const char *text;
        double      value;
    } rows[] = {
        { "zeros", 0 }, { "ones", 1 }, { "constant 0.25", 0.25 }, { "constant value=-3", -3 }
    };
    real *v = room(COUNT);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int bias = 0; bias < 2; bias++) {
            sft_init_call call = weights(v, 1);
            call.bias = bias;
            fill(rows[i].text, call, 0, 0);
            for (int k = 0; k < COUNT; k++) assert_true((double)v[k] == rows[i].value);
        }
    free(v);
}

static void only_constants_and_pytorch_fill_biases(void **state)
{
    (void)state;
    real *v = room(COUNT);
    for (int i = 0; sft__init_at(i); i++) {
        const char   *name = sft__init_at(i)->name;
        sft_init_call call = weights(v, 1);
        call.bias = true;
        fill(name, call, 3, 4);
        bool filled = strcmp(name, "ones") == 0 || strcmp(name, "pytorch") == 0;
        assert_true((measure(v, COUNT).largest != 0) == filled);
    }
    free(v);
}

static bool is_random(const char *name)
{
    return strcmp(name, "zeros") != 0 && strcmp(name, "ones") != 0 && strcmp(name, "constant") != 0 &&
           strcmp(name, "dirac") != 0;
}

static void numbers_depend_on_seed_and_tensor_alone(void **state)
{
    (void)state;
    size_t size = COUNT * sizeof(real);
    real  *a = room(COUNT), *b = room(COUNT);
    for (int i = 0; sft__init_at(i); i++) {
        const char *name = sft__init_at(i)->name;
        fill(name, weights(a, 1), 1, 2);
        fill(name, weights(b, 1), 1, 2);
        assert_memory_equal(a, b, size);
        fill(name, weights(b, 1), 2, 2);
        assert_true((memcmp(a, b, size) != 0) == is_random(name));
        fill(name, weights(b, 1), 1, 3);
        assert_true((memcmp(a, b, size) != 0) == is_random(name));
    }
    free(a);
    free(b);
}

static void nothing_is_written_past_the_end(void **state)
{
    (void)state;
    real v[8];
    for (int i = 0; sft__init_at(i); i++)
        for (int n = 0; n < 7; n++) {
            for (int k = 0; k < 8; k++) v[k] = 77;
            sft_init_call call = weights(v, 1);
            call.count = n;
            call.shape = sft__shape1(n);
            call.fan_in = call.fan_out = n; /* a fan of nothing divides by nothing */
            fill(sft__init_at(i)->name, call, 1, 1);
            for (int k = 0; k < 8; k++) assert_true(k < n ? fabs((double)v[k]) < 76 : v[k] == 77);
        }
}

static void records_are_found_by_name_and_alias(void **state)
{
    (void)state;
    const char *same[][2] = { { "glorot_uniform", "xavier_uniform" },
                              { "xavier", "xavier_uniform" },
                              { "xavier_normal_", "xavier_normal" },
                              { "he_normal", "kaiming_normal" },
                              { "he", "kaiming_normal" },
                              { "kaiming_uniform_", "kaiming_uniform" },
                              { "zero", "zeros" },
                              { "torch", "pytorch" } };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        assert_non_null(sft__init_find(same[i][0]));
        assert_ptr_equal(sft__init_find(same[i][0]), sft__init_find(same[i][1]));
    }
    for (int i = 0; sft__init_at(i); i++)
        assert_ptr_equal(sft__init_find(sft__init_at(i)->name), sft__init_at(i));
    assert_null(sft__init_find("kaiming_norm"));
    assert_null(sft__init_at(-1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distributions_are_the_papers),
        cmocka_unit_test(shifted_distributions_keep_their_mean),
        cmocka_unit_test(auto_follows_the_activation),
        cmocka_unit_test(deviations_are_pytorchs),
        cmocka_unit_test(gains_are_pytorchs),
        cmocka_unit_test(constants_are_constant),
        cmocka_unit_test(only_constants_and_pytorch_fill_biases),
        cmocka_unit_test(numbers_depend_on_seed_and_tensor_alone),
        cmocka_unit_test(nothing_is_written_past_the_end),
        cmocka_unit_test(records_are_found_by_name_and_alias),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
