/* SPDX-License-Identifier: MIT */
/* The race: TPE and the Gaussian process find in 40 trials what random search finds in 100; Sobol beats random. labels: slow
 *
 * Five standard functions and one with lists, whole numbers and a condition; 20 seeds; medians. List and limits were written down before
 * the first run. */
#include "sweep_race.h"

enum { SEEDS = 20, RANDOM_TRIALS = 100, LIMIT = 40 };

static const double pi = 3.14159265358979323846;

/* On [0, 1]^2, moved to [-5, 10] x [0, 15] */
static double branin(const double *x)
{
    const double a = 15 * x[0] - 5, b = 15 * x[1];
    const double q = b - 5.1 / (4 * pi * pi) * a * a + 5 / pi * a - 6;
    return q * q + 10 * (1 - 1 / (8 * pi)) * cos(a) + 10;
}

static const double hartmann_height[4] = { 1, 1.2, 3, 3.2 };

static double hartmann3(const double *x)
{
    static const double a[4][3] = { { 3, 10, 30 }, { 0.1, 10, 35 }, { 3, 10, 30 }, { 0.1, 10, 35 } };
    static const double p[4][3] = {
        { 0.3689, 0.1170, 0.2673 }, { 0.4699, 0.4387, 0.7470 }, { 0.1091, 0.8732, 0.5547 }, { 0.0381, 0.5743, 0.8828 }
    };
    double y = 0;
    for (int i = 0; i < 4; i++) {
        double e = 0;
        for (int j = 0; j < 3; j++) e += a[i][j] * (x[j] - p[i][j]) * (x[j] - p[i][j]);
        y -= hartmann_height[i] * exp(-e);
    }
    return y;
}

static double hartmann6(const double *x)
{
    static const double a[4][6] = {
        { 10, 3, 17, 3.5, 1.7, 8 }, { 0.05, 10, 17, 0.1, 8, 14 }, { 3, 3.5, 1.7, 10, 17, 8 }, { 17, 8, 0.05, 10, 0.1, 14 }
    };
    static const double p[4][6] = {
        { 0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886 }, { 0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991 },
        { 0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650 }, { 0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381 }
    };
    double y = 0;
    for (int i = 0; i < 4; i++) {
        double e = 0;
        for (int j = 0; j < 6; j++) e += a[i][j] * (x[j] - p[i][j]) * (x[j] - p[i][j]);
        y -= hartmann_height[i] * exp(-e);
    }
    return y;
}

static double rosenbrock4(const double *x)
{
    double y = 0;
    for (int i = 0; i < 3; i++) y += 100 * pow(x[i + 1] - x[i] * x[i], 2) + pow(1 - x[i], 2);
    return log1p(y);
}

static double ackley5(const double *x)
{
    double square = 0, wave = 0;
    for (int i = 0; i < 5; i++) {
        square += x[i] * x[i] / 5;
        wave += cos(2 * pi * x[i]) / 5;
    }
    return -20 * exp(-0.2 * sqrt(square)) - exp(wave) + 20 + exp(1);
}

static const race_function functions[] = {
    { "branin", 2, 0, 1, branin },           { "hartmann3", 3, 0, 1, hartmann3 },       { "hartmann6", 6, 0, 1, hartmann6 },
    { "rosenbrock4", 4, -5, 10, rosenbrock4 }, { "ackley5", 5, -32.768, 32.768, ackley5 },
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

#define RACE_AT(name)                                                                              \
    static double at_##name(const sft_space *s, const double *u)                                   \
    {                                                                                              \
        double x[SFT_MOST_AXES];                                                                   \
        for (int i = 0; i < s->n; i++) x[i] = sft__axis_number(&s->axis[i], u[i]);                 \
        return name(x);                                                                            \
    }
RACE_AT(branin)
RACE_AT(hartmann3)
RACE_AT(hartmann6)
RACE_AT(rosenbrock4)
RACE_AT(ackley5)

static double (*const values[FUNCTIONS])(const sft_space *, const double *) = {
    at_branin, at_hartmann3, at_hartmann6, at_rosenbrock4, at_ackley5
};

/* A training as one might be: method, its rate, momentum where the method has one, width, depth, batch. */
static const char *const methods[] = { "adam", "sgd", "rprop" }, *const norms[] = { "none", "batch", "layer", "group" };
static sft_axis          training[] = {
    { .key = "optimizer", .n = 3, .value = methods, .parent = -1 },
    { .key = "optimizer.lr", .kind = SFT_AXIS_REAL, .log = true, .low = 1e-5, .high = 10, .parent = -1 },
    { .key = "optimizer.momentum", .kind = SFT_AXIS_REAL, .low = 0, .high = 0.99, .parent = 0, .when = { 2 } },
    { .key = "model.width", .kind = SFT_AXIS_INT, .log = true, .low = 8, .high = 512, .parent = -1 },
    { .key = "model.depth", .kind = SFT_AXIS_INT, .low = 1, .high = 8, .step = 1, .n = 8, .parent = -1 },
    { .key = "model.norm", .n = 4, .value = norms, .parent = -1 },
};

static double trained(const sft_space *s, const double *u)
{
    const int    method = sft__axis_index(&s->axis[0], u[0]), norm = sft__axis_index(&s->axis[5], u[5]);
    const double lr = log10(sft__axis_number(&s->axis[1], u[1])), width = log2(sft__axis_number(&s->axis[3], u[3]));
    const double depth = sft__axis_number(&s->axis[4], u[4]), momentum = method == 1 ? sft__axis_number(&s->axis[2], u[2]) : 0;
    const double best = method == 0 ? -2.7 : method == 1 ? log10(0.3 * (1 - momentum)) : -1;
    const double far = lr - best, norm_loss[] = { 0.12, 0, 0.04, 0.06 };
    if (far > 2) return 1e6 * pow(10, far); /* diverged */
    return 0.3 + 0.1 * far * far * (norm ? 0.6 : 1) + 0.02 * pow(width - 7, 2) + 0.015 * pow(depth - 4, 2) + norm_loss[norm] +
           (method == 2 ? 0.2 : method == 1 ? 0.03 + 0.2 * pow(momentum - 0.9, 2) : 0.05);
}

static const bool scramble = true;

/* The sampler's options as they are when nothing is said. */
static const void *defaults(sft_ctx *c, const sft_sampler *m, void *room, size_t size)
{
    sft_arena a;
    assert_true(m->conf_size <= size);
    sft__arena_open(&a, c);
    sft__fields_defaults(m->fields, room, &a);
    sft__arena_close(&a);
    return room;
}


static double random_target(sft_ctx *c, const sft_space *space, double (*value)(const sft_space *, const double *))
{
    double best[RACE_MOST], last[SEEDS];
    for (int s = 0; s < SEEDS; s++) {
        race_run(c, space, value, sft__sampler_find("random"), NULL, (uint64_t)s, RANDOM_TRIALS, 1, best);
        last[s] = best[RANDOM_TRIALS - 1];
    }
    return race_median(last, SEEDS);
}

static double median_until(sft_ctx *c, const sft_space *space, double (*value)(const sft_space *, const double *), const char *sampler,
                           double target)
{
    enum { PATIENCE = LIMIT + 10 };
    const sft_sampler *m = sft__sampler_find(sampler);
    double             best[RACE_MOST], until[SEEDS], room[16];
    for (int s = 0; s < SEEDS; s++) {
        race_run(c, space, value, m, defaults(c, m, room, sizeof room), (uint64_t)s, PATIENCE, 1, best);
        until[s] = race_until(best, PATIENCE, target);
    }
    return race_median(until, SEEDS);
}

static void race(const char *sampler)
{
    sft_ctx *c = check_open();
    int      late = 0;
    for (int f = 0; f <= FUNCTIONS; f++) {
        sft_axis  axis[SFT_MOST_AXES];
        sft_space space = { .n = sizeof training / sizeof *training, .axis = training };
        if (f < FUNCTIONS) race_space(&functions[f], axis, &space);
        double (*value)(const sft_space *, const double *) = f < FUNCTIONS ? values[f] : trained;
        const double target = random_target(c, &space, value), until = median_until(c, &space, value, sampler, target);
        printf("%-5s %-12s random's best of 100: %10.4f, reached after %4.1f\n", sampler,
               f < FUNCTIONS ? functions[f].name : "training", target, until);
        late += !(until <= LIMIT);
    }
    assert_int_equal(late, 0);
    sft_close(c);
}

static void tpe_needs_40_trials_where_random_needs_100(void **state)
{
    (void)state;
    race("tpe");
}

static void gp_needs_40_trials_where_random_needs_100(void **state)
{
    (void)state;
    race("gp");
}

/* Of all pairs of a seed of Sobol and a seed of random, on all functions: in how many is Sobol's best of 100 the lower? */
static void sobol_beats_random_on_average(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    double   mean = 0;
    for (int f = 0; f < FUNCTIONS; f++) {
        double    sobol[SEEDS], chance[SEEDS], best[RACE_MOST];
        sft_axis  axis[SFT_MOST_AXES];
        sft_space space;
        int       wins = 0;
        race_space(&functions[f], axis, &space);
        for (int s = 0; s < SEEDS; s++) {
            race_run(c, &space, values[f], sft__sampler_find("sobol"), &scramble, (uint64_t)s, RANDOM_TRIALS, 1, best);
            sobol[s] = best[RANDOM_TRIALS - 1];
            race_run(c, &space, values[f], sft__sampler_find("random"), NULL, (uint64_t)s, RANDOM_TRIALS, 1, best);
            chance[s] = best[RANDOM_TRIALS - 1];
        }
        for (int i = 0; i < SEEDS * SEEDS; i++) wins += sobol[i / SEEDS] < chance[i % SEEDS];
        printf("sobol %-12s better in %.3f of the pairs\n", functions[f].name, wins / (double)(SEEDS * SEEDS));
        mean += wins / (double)(SEEDS * SEEDS * FUNCTIONS);
    }
    printf("sobol on average better in %.3f of the pairs\n", mean);
    assert_true(mean > 0.5);
    sft_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sobol_beats_random_on_average),
        cmocka_unit_test(tpe_needs_40_trials_where_random_needs_100),
        cmocka_unit_test(gp_needs_40_trials_where_random_needs_100),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
