/* SPDX-License-Identifier: MIT */
/* labels: core */
/* Initialisers beyond the basic ones: moments and ranges within five sigma of sampling, orthogonality, identity, zeros where they
 * are promised, and signals that keep their variance over twenty layers. */
#include "check.h"
#include "init/init.h"
#include "ops/op.h"
#include "surefoot.h"

#include <math.h>

/* Fills v (count numbers) of a layer of this shape; fans as PyTorch counts them. */
static void fill(const char *text, sft_shape shape, int64_t groups, real *v)
{
    sft_ctx  *c = check_open();
    sft_arena arena;
    sft_spec  spec;
    int64_t   count = sft__count(shape);
    sft__arena_open(&arena, c);
    sft__spec_parse(&arena, text, strlen(text), (sft_pos){ 0 }, &spec);
    const sft_init *init = sft__init_find(spec.name);
    assert_non_null(init);
    void *conf = sft__arena_alloc(&arena, init->conf_size + 1);
    real *work = sft__arena_alloc(&arena, (size_t)count * sizeof *work);
    sft__fields_bind(&arena, init->fields, conf, &spec, text);
    CHECK_OK(c);
    sft_stream    stream = sft__stream(sft__key(5, SFT_FOR_INIT), 2, 0, 0);
    int64_t       taps = count / (shape.dim[0] * shape.dim[1]);
    sft_init_call call = { .values = v, .work = work, .count = count, .shape = shape, .groups = groups, .gain = 1.5,
                           .fan_in = shape.dim[1] * taps, .fan_out = shape.dim[0] * taps, .random = &stream };
    init->fill(conf, &call);
    sft__arena_close(&arena);
    sft_close(c);
}

static real *room(int64_t n)
{
    real *v = malloc((size_t)n * sizeof *v);
    assert_non_null(v);
    return v;
}

/* ---- moments -------------------------------------------------------------------------------- */

/* The standard normal distribution between -a and a: its variance, and its fourth moment. */
static double cut_variance(double a)
{
    return 1 - 2 * a * exp(-a * a / 2) / sqrt(2 * 3.14159265358979323846) / erf(a / sqrt(2));
}

static double cut_fourth(double a)
{
    return 3 - 2 * a * (a * a + 3) * exp(-a * a / 2) / sqrt(2 * 3.14159265358979323846) / erf(a / sqrt(2));
}

/* The sample mean has deviation s / sqrt n, the sample variance sqrt((m4 - s^4) / n). range 0: none. */
static void has(const char *text, double mean, double variance, double fourth, double range)
{
    const sft_shape shape = sft__shape2(300, 400);
    const int64_t   n = 300 * 400;
    real           *v = room(n);
    double          m = 0, m2 = 0, far = 0;
    fill(text, shape, 1, v);
    for (int64_t i = 0; i < n; i++) {
        double d = (double)v[i] - mean;
        m += d / (double)n;
        m2 += d * d / (double)n;
        far = fmax(far, fabs(d));
    }
    if (!(fabs(m) <= 5 * sqrt(variance / (double)n)))
        fail_msg("%s: mean is off by %g", text, m);
    if (!(fabs(m2 - variance) <= 5 * sqrt((fourth - variance * variance) / (double)n)))
        fail_msg("%s: variance %g, want %g", text, m2, variance);
    if (range > 0 && !(far <= range * (1 + 1e-6) && far >= 0.98 * range))
        fail_msg("%s: reaches to %g, want %g", text, far, range);
    free(v);
}

static void normal(const char *text, double variance)
{
    has(text, 0, variance, 3 * variance * variance, 0);
}

static void uniform(const char *text, double variance)
{
    has(text, 0, variance, 1.8 * variance * variance, sqrt(3 * variance));
}

/* Cut at two deviations and widened, so that the variance is that of the rule. */
static void cut(const char *text, double variance)
{
    double wide = variance / cut_variance(2);
    has(text, 0, variance, wide * wide * cut_fourth(2), 2 * sqrt(wide));
}

static void moments_are_those_of_the_formula(void **state)
{
    (void)state;
    const double in = 400, out = 300;
    normal("lecun_normal", 1 / in);
    uniform("lecun_uniform", 1 / in);
    cut("variance_scaling", 1 / in);
    cut("variance_scaling scale=2 mode=fan_out", 2 / out);
    cut("variance_scaling mode=fan_avg", 2 / (in + out));
    normal("variance_scaling 2 distribution=untruncated_normal", 2 / in);
    uniform("variance_scaling scale=1 mode=fan_avg distribution=uniform", 2 / (in + out));
    has("truncated_normal 0.5", 0, 0.25 * cut_variance(2), 0.0625 * cut_fourth(2), 1);
    has("truncated_normal mean=3 std=0.5 a=2.5 b=3.5", 3, 0.25 * cut_variance(1), 0.0625 * cut_fourth(1), 0.5);
    has("truncated_normal std=1 a=-6 b=6", 0, cut_variance(6), cut_fourth(6), 0);
}

/* One side only, and a cut far from the mean: E x = mean + std (phi(a) - phi(b)) / (Phi(b) - Phi(a)). */
static void a_lopsided_cut_moves_the_mean(void **state)
{
    (void)state;
    const int64_t n = 300 * 400;
    real         *v = room(n);
    double        mean = 0, a = 0.5, b = 2, root = sqrt(2 * 3.14159265358979323846);
    fill("truncated_normal std=1 a=0.5 b=2", sft__shape2(300, 400), 1, v);
    for (int64_t i = 0; i < n; i++) {
        assert_true((double)v[i] >= a && (double)v[i] <= b);
        mean += (double)v[i] / (double)n;
    }
    double share = 0.5 * (erf(b / sqrt(2)) - erf(a / sqrt(2))), want = (exp(-a * a / 2) - exp(-b * b / 2)) / root / share;
    CHECK_NEAR(mean, want, 5 * 0.45 / sqrt((double)n)); /* the deviation within 1.5 is below 0.45 */
    free(v);
}

/* ---- structure ------------------------------------------------------------------------------ */

/* The vectors along the shorter side are orthonormal times gain. */
static void orthonormal(const real *m, int64_t rows, int64_t cols, double gain)
{
    bool    tall = rows > cols;
    int64_t k = tall ? cols : rows, n = tall ? rows : cols;
    for (int64_t a = 0; a < k; a++)
        for (int64_t b = a; b < k; b++) {
            double dot = 0;
            for (int64_t i = 0; i < n; i++)
                dot += tall ? (double)m[i * cols + a] * (double)m[i * cols + b] : (double)m[a * cols + i] * (double)m[b * cols + i];
            CHECK_NEAR(dot, a == b ? gain * gain : 0, 2e-6 * gain * gain);
        }
}

static void orthogonal_matrices_are_orthogonal(void **state)
{
    (void)state;
    const sft_shape shapes[] = { { 2, { 64, 64 } }, { 2, { 20, 90 } }, { 2, { 90, 20 } }, { 4, { 16, 3, 3, 3 } }, { 2, { 1, 1 } },
                                 { 2, { 7, 1 } } };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        int64_t count = sft__count(shapes[i]), rows = shapes[i].dim[0];
        real   *v = room(count);
        fill("orthogonal", shapes[i], 1, v);
        orthonormal(v, rows, count / rows, 1);
        fill("orthogonal gain=2 nonlinearity=next", shapes[i], 1, v);
        orthonormal(v, rows, count / rows, 3);
        fill("orthogonal nonlinearity=relu", shapes[i], 1, v);
        orthonormal(v, rows, count / rows, sqrt(2));
        free(v);
    }
}

/* No direction is preferred: entries of Q of 200 rows have mean 0 and variance 1 / 200, signs of the diagonal are fair. */
static void orthogonal_matrices_are_uniform(void **state)
{
    (void)state;
    enum { N = 200 };
    real  *v = room(N * N);
    double mean = 0, up = 0;
    fill("orthogonal", sft__shape2(N, N), 1, v);
    for (int i = 0; i < N * N; i++)
        mean += (double)v[i] / (N * N);
    for (int i = 0; i < N; i++)
        up += v[i * N + i] > 0;
    CHECK_NEAR(mean, 0, 5 * sqrt(1.0 / N) / N);
    CHECK_NEAR(up, N / 2, 5 * sqrt(N) / 2);
    free(v);
}

static void delta_orthogonal_is_one_tap(void **state)
{
    (void)state;
    const struct {
        sft_shape shape;
        int64_t   groups;
        int       middle;
    } rows[] = { { { 4, { 12, 8, 3, 3 } }, 1, 4 }, { { 3, { 8, 8, 5 } }, 1, 2 }, { { 4, { 12, 2, 1, 3 } }, 3, 1 }, { { 2, { 6, 9 } }, 1, 0 } };
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        const sft_shape *s = &rows[r].shape;
        int64_t          count = sft__count(*s), each = s->dim[0] / rows[r].groups, in = s->dim[1], taps = count / (s->dim[0] * in);
        real            *v = room(count), *m = room(s->dim[0] * in);
        fill("delta_orthogonal gain=0.5", *s, rows[r].groups, v);
        for (int64_t i = 0; i < count; i++)
            if (i % taps == rows[r].middle)
                m[i / taps] = v[i];
            else
                assert_true(v[i] == 0);
        for (int64_t g = 0; g < rows[r].groups; g++)
            orthonormal(m + g * each * in, each, in, 0.5);
        free(v);
        free(m);
    }
}

/* As torch.nn.init.dirac_: one in the middle of filter i, channel i of each group, zero elsewhere. */
static void dirac_is_the_identity(void **state)
{
    (void)state;
    enum { OUT = 6, IN = 2, TAPS = 12 }; /* 3x4: the middle is (1,2) */
    real v[OUT * IN * TAPS];
    fill("dirac", (sft_shape){ 4, { OUT, IN, 3, 4 } }, 2, v);
    for (int o = 0; o < OUT; o++)
        for (int i = 0; i < IN; i++)
            for (int t = 0; t < TAPS; t++)
                assert_true(v[(o * IN + i) * TAPS + t] == (real)(o % 3 == i && t == 6));
    fill("eye", sft__shape2(4, 5), 1, v);
    for (int o = 0; o < 4; o++)
        for (int i = 0; i < 5; i++)
            assert_true(v[o * 5 + i] == (real)(o == i));
}

/* ceil(sparsity rows) zeros in every column, any place as likely as any other; the others normal. */
static void sparse_columns_have_their_zeros(void **state)
{
    (void)state;
    enum { ROWS = 25, COLS = 4000 };
    real  *v = room(ROWS * COLS);
    double in_row[ROWS] = { 0 }, square = 0;
    fill("sparse 0.7 std=2", sft__shape2(ROWS, COLS), 1, v);
    for (int c = 0; c < COLS; c++) {
        int zeros = 0;
        for (int r = 0; r < ROWS; r++) {
            zeros += v[r * COLS + c] == 0;
            in_row[r] += v[r * COLS + c] == 0;
            square += (double)v[r * COLS + c] * (double)v[r * COLS + c];
        }
        assert_int_equal(zeros, 18); /* ceil(17.5) */
    }
    for (int r = 0; r < ROWS; r++)
        CHECK_NEAR(in_row[r], COLS * 0.72, 5 * sqrt(COLS * 0.72 * 0.28));
    CHECK_NEAR(square / (7 * COLS), 4, 5 * 4 * sqrt(2.0 / (7 * COLS)));
    free(v);
}

/* ---- twenty layers -------------------------------------------------------------------------- */

typedef struct depth {
    const char *init, *model;
    sft_shape   in;
    int64_t     outputs;
    int         rows, seeds;
    double      std;            /* of the input */
    double      tolerance;
} depth;

/* Mean square of the net's outputs over samples and seeds, by that of its inputs. */
static double carried(const depth *k)
{
    int64_t count = k->rows * sft__count(k->in);
    float  *x = malloc((size_t)count * sizeof *x), *target = calloc((size_t)(k->rows * k->outputs), sizeof *target);
    float  *y = malloc((size_t)(k->rows * k->outputs) * sizeof *y);
    double  before = 0, after = 0;
    for (int seed = 0; seed < k->seeds; seed++) {
        char       text[64];
        sft_ctx   *c = check_open();
        sft_stream r = sft__stream(sft__key((uint64_t)seed, SFT_FOR_TEST), 0, 0, 0);
        for (int64_t i = 0; i < count; i++)
            before += pow(x[i] = (float)(k->std * sft__normal(&r)), 2) / (double)count;
        sft_recipe *recipe = sft_recipe_parse(c, "depth", NULL, 0);
        sft_recipe_set(recipe, "data=digits"); /* not used */
        snprintf(text, sizeof text, "train.batch=%d", k->rows);
        sft_recipe_set(recipe, text);
        snprintf(text, sizeof text, "train.seed=%d", seed);
        sft_recipe_set(recipe, text);
        sft_recipe_set(recipe, k->model);
        sft_recipe_set(recipe, k->init);
        sft_data *d = sft_data_from(c, x, k->in, target, SFT_REGRESSION, k->outputs, k->rows, NULL);
        sft_net  *n = sft_net_new(c, recipe, d);
        sft_net_predict(n, x, k->rows, y);
        CHECK_OK(c);
        for (int64_t i = 0; i < k->rows * k->outputs; i++)
            after += (double)y[i] * (double)y[i] / (double)(k->rows * k->outputs);
        sft_net_free(n);
        sft_data_free(d);
        sft_recipe_free(recipe);
        sft_close(c);
    }
    free(x);
    free(y);
    free(target);
    return after / before;
}

/* Where theory says that a net keeps the mean square, it does. With rectifiers the mean over all nets is kept while a single one
 * strays as a log-normal number of variance 5 x layers / width: 500 nets of width 128 know it to 5 %. */
static void twenty_layers_keep_the_signal(void **state)
{
    (void)state;
    const depth rows[] = {
        { "init=kaiming_uniform", "model=repeat 20 ( linear 128 bias=false | relu )", { 1, { 128 } }, 128, 16, 500, 1, 0.1 },
        { "init=lecun_normal", "model=repeat 20 ( linear 256 | selu )", { 1, { 256 } }, 256, 32, 6, 1, 0.1 },
        { "init=auto", "model=repeat 20 ( linear 256 | selu )", { 1, { 256 } }, 256, 32, 6, 1, 0.1 },
        { "init=xavier_normal", "model=repeat 20 ( linear 256 | tanh )", { 1, { 256 } }, 256, 64, 6, 0.01, 0.1 },
        { "init=xavier_uniform", "model=repeat 20 ( linear 256 )", { 1, { 256 } }, 256, 64, 6, 1, 0.1 },
        { "init=lecun_uniform", "model=repeat 20 ( linear 256 )", { 1, { 256 } }, 256, 64, 6, 1, 0.1 },
        { "init=variance_scaling", "model=repeat 20 ( linear 256 )", { 1, { 256 } }, 256, 64, 6, 1, 0.1 },
        { "init=orthogonal", "model=repeat 20 ( linear 64 )", { 1, { 64 } }, 64, 8, 2, 1, 1e-4 },
        { "init=orthogonal", "model=repeat 20 ( linear 64 | tanh )", { 1, { 64 } }, 64, 8, 2, 0.001, 1e-4 },
        { "init=delta_orthogonal", "model=repeat 20 ( conv2d 16 kernel_size=3 padding=1 ) | flatten", { 3, { 16, 4, 4 } }, 256, 8, 2, 1, 1e-4 },
        { "init=dirac", "model=repeat 20 ( conv2d 4 kernel_size=3 padding=1 ) | flatten", { 3, { 4, 3, 3 } }, 36, 8, 2, 1, 1e-6 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double ratio = carried(&rows[i]);
        printf("%-24s %-70s %.4f\n", rows[i].init, rows[i].model, ratio);
        if (!(fabs(ratio - 1) <= rows[i].tolerance))
            fail_msg("%s, %s: the mean square becomes %g of what it was", rows[i].init, rows[i].model, ratio);
    }
}

/* And where theory says that it does not: He's rule without its factor two halves the signal of rectifiers in each layer. */
static void the_wrong_rule_loses_it(void **state)
{
    (void)state;
    const depth k = { "init=lecun_normal", "model=repeat 20 ( linear 256 bias=false | relu )", { 1, { 256 } }, 256, 8, 4, 1, 0 };
    double      ratio = carried(&k);
    assert_true(ratio > pow(0.5, 23) && ratio < pow(0.5, 17));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_those_of_the_formula),
        cmocka_unit_test(a_lopsided_cut_moves_the_mean),
        cmocka_unit_test(orthogonal_matrices_are_orthogonal),
        cmocka_unit_test(orthogonal_matrices_are_uniform),
        cmocka_unit_test(delta_orthogonal_is_one_tap),
        cmocka_unit_test(dirac_is_the_identity),
        cmocka_unit_test(sparse_columns_have_their_zeros),
        cmocka_unit_test(twenty_layers_keep_the_signal),
        cmocka_unit_test(the_wrong_rule_loses_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
