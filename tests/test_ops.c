/* SPDX-License-Identifier: MIT */
/* What holds for every op: layouts, shards, memory in place, NaN; and what dropout, batchnorm, pooling and losses promise.
 * labels: core gradient */
#include "check.h"

#include <math.h>

#include "graph/solo.h"
#include "ops/conf.h"

#define ROUNDING (sizeof(real) == sizeof(double) ? 1e-12 : 1e-5)

/* Numbers that look random, in [-2, 2] without 0. */
static void fill(real *x, int64_t n, int seed)
{
    sft_stream r = sft__stream(sft__key((uint64_t)seed, SFT_FOR_TEST), 0, 0, 0);
    for (int64_t i = 0; i < n; i++)
        x[i] = (real)(4 * sft__uniform(&r) - 1.999);
}

static void fill_normal(real *x, int64_t n, int seed)
{
    sft_stream r = sft__stream(sft__key((uint64_t)seed, SFT_FOR_TEST), 0, 0, 0);
    for (int64_t i = 0; i < n; i++)
        x[i] = (real)sft__normal(&r);
}

static void open_solo(sft_solo *s, sft_ctx *c, const sft_solo_config *k)
{
    sft__solo_open(s, c, k);
    CHECK_OK(c);
    for (int i = 0; i < s->node.n_in; i++)
        fill(s->in[i], s->in_count, 1 + i);
    for (int i = 0; i < s->node.n_param; i++)
        fill(s->param[i], s->node.param[i].count, 3 + i);
    fill(s->dout, s->out_count, 5);
    s->seed = 9;
    s->step = (UINT64_C(1) << 32) + 4;
}

static void close_to(const char *op, const char *what, const real *a, const real *b, int64_t n, double tolerance)
{
    double scale = 1;
    for (int64_t i = 0; i < n; i++)
        scale = fmax(scale, fabs((double)b[i]));
    for (int64_t i = 0; i < n; i++)
        if (!(fabs((double)a[i] - (double)b[i]) <= tolerance * scale))
            fail_msg("%s: %s[%d] is %.9g and %.9g", op, what, (int)i, (double)a[i], (double)b[i]);
}

/* Options under which an op runs on images and sequences of 32 channels. */
static const char *options_of(const sft_op *op)
{
    bool conv = strncmp(op->name, "conv", 4) == 0;
    bool wide = strcmp(op->name, "linear") == 0 || strcmp(op->name, "dropconnect") == 0 || strcmp(op->name, "groupnorm") == 0;
    if (strcmp(op->name, "subsample") == 0)
        return "40";
    return conv || wide ? "8" : "";
}

static bool takes(const sft_op *op, int rank)
{
    if (strcmp(op->name, "linear") == 0 || strcmp(op->name, "dropconnect") == 0)
        return rank == 1;
    if (strstr(op->name, "glu") || strcmp(op->name, "dropout2d") == 0) /* glu halves the channels, and 33 is odd */
        return rank > 1;
    if (strstr(op->name, "1d") || strcmp(op->name, "transpose") == 0)
        return rank == 2;
    if (strstr(op->name, "2d"))
        return rank == 3;
    return rank > 1 || (!strstr(op->name, "pool") && strcmp(op->name, "instancenorm") != 0 &&
                        strcmp(op->name, "squeeze_excite") != 0 && strcmp(op->name, "subsample") != 0 &&
                        strcmp(op->name, "groupnorm") != 0);
}

static const sft_shape samples[] = { { 1, { 33 } }, { 2, { 32, 21 } }, { 3, { 32, 5, 7 } } };

/* ---- all ops ------------------------------------------------------------------------------- */

/* No alias belongs to an op before it in the list. */
static void aliases_are_its_own(const sft_op *op)
{
    char word[64];
    for (const char *at = op->aliases; at && *at; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");
        assert_true(n < sizeof word);
        memcpy(word, at, n);
        word[n] = '\0';
        assert_ptr_equal(sft__op_find(word), op);
        at += n;
    }
}

static void lists_find_by_name_and_alias(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        { "dense", "linear" }, { "Linear", "linear" }, { "conv", "conv2d" }, { "Conv2d", "conv2d" }, { "bn", "batchnorm" },
        { "BatchNorm2d", "batchnorm" }, { "batch_norm", "batchnorm" }, { "swish", "silu" }, { "MaxPool2d", "maxpool" },
        { "max_pool", "maxpool" }, { "global_average_pooling", "global_avgpool" }, { "gap", "global_avgpool" },
        { "Flatten", "flatten" }, { "ReLU", "relu" }, { "Dropout", "dropout" },
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        assert_ptr_equal(sft__op_find(pairs[i][0]), sft__op_find(pairs[i][1]));
    assert_null(sft__op_find("nothing"));
    assert_null(sft__op_at(-1));
    assert_null(sft__loss_at(99));
    assert_non_null(sft__loss_find("CrossEntropyLoss"));
    for (int i = 0; sft__op_at(i); i++) {
        const sft_op *op = sft__op_at(i);
        assert_true(op->name && op->doc && op->math && op->shape && op->forward && op->backward);
        assert_ptr_equal(sft__op_find(op->name), op);
        aliases_are_its_own(op);
        assert_true(!(op->traits & SFT_ACTIVATION) || (op->apply && op->derive));
        assert_true(!op->gather == !op->merge && (op->gather || !op->gather_back));
        assert_false((op->traits & SFT_IN_PLACE) && (op->traits & SFT_READS_IN));
    }
}

/* The same samples in another layout give the same outputs and gradients in that layout. */
static void same_in_layout(const sft_op *op, sft_shape sample, sft_layout layout, const sft_op *act)
{
    sft_ctx        *c = check_open();
    sft_solo        a, b;
    sft_solo_config k = { .op = op, .options = options_of(op), .in = sample, .rows = 5, .shards = 2, .act = act };
    open_solo(&a, c, &k);
    k.layout = layout;
    open_solo(&b, c, &k);
    sft_shape out = a.node.out;
    real     *way = sft__alloc(c, (size_t)(a.in_count + a.out_count) * sizeof *way);
    for (int i = 0; i < a.node.n_in; i++)
        sft__relayout(5, sample, SFT_PLAIN, a.in[i], layout, b.in[i]);
    sft__relayout(5, out, SFT_PLAIN, a.dout, layout, b.dout);
    for (int train = 0; train < 2; train++) {
        sft__solo_forward(&a, train);
        sft__solo_forward(&b, train);
        sft__relayout(5, out, layout, b.out, SFT_PLAIN, way);
        close_to(op->name, "y", way, a.out, a.out_count, ROUNDING);
    }
    sft__solo_backward(&a);
    sft__solo_backward(&b);
    for (int i = 0; i < a.node.n_in; i++) {
        sft__relayout(5, sample, layout, b.din[i], SFT_PLAIN, way);
        close_to(op->name, "dx", way, a.din[i], a.in_count, ROUNDING);
    }
    for (int i = 0; i < a.node.n_param; i++)
        close_to(op->name, "dparam", b.dparam[i], a.dparam[i], a.node.param[i].count, ROUNDING);
    sft__free(c, way, (size_t)(a.in_count + a.out_count) * sizeof *way);
    sft__solo_close(&a);
    sft__solo_close(&b);
    sft_close(c);
}

static void every_layout_is_plain_in_disguise(void **state)
{
    (void)state;
    int checked = 0;
    for (int i = 0; sft__op_at(i); i++) {
        const sft_op *op = sft__op_at(i);
        if (!(op->traits & SFT_ANY_LAYOUT) || (op->traits & SFT_RANDOM))
            continue;
        for (int rank = 2; rank <= 3; rank++)
            for (sft_layout l = SFT_BLOCK8; l <= SFT_CHANNELS_LAST; l++, checked++)
                same_in_layout(op, samples[rank - 1], l, op->traits & SFT_FUSES && rank == 3 ? sft__op_find("relu") : NULL);
    }
    assert_true(checked > 50);
}

/* What an op computes does not depend on how the batch is cut. */
static void shards_make_no_difference(void **state)
{
    (void)state;
    for (int i = 0; sft__op_at(i); i++)
        for (int rank = 1; rank <= 3; rank++) {
            const sft_op *op = sft__op_at(i);
            if (!takes(op, rank))
                continue;
            sft_ctx *c = check_open();
            sft_solo a, b;
            sft_solo_config k = { .op = op, .options = options_of(op), .in = samples[rank - 1], .rows = 11, .shards = 1 };
            open_solo(&a, c, &k);
            k.shards = 4;
            open_solo(&b, c, &k);
            sft__solo_forward(&a, true);
            sft__solo_forward(&b, true);
            sft__solo_backward(&a);
            sft__solo_backward(&b);
            close_to(op->name, "y", b.out, a.out, a.out_count, op->gather ? ROUNDING : 0);
            close_to(op->name, "dx", b.din[0], a.din[0], a.in_count, op->gather ? ROUNDING : 0);
            for (int j = 0; j < a.node.n_param; j++)
                close_to(op->name, "dparam", b.dparam[j], a.dparam[j], a.node.param[j].count, ROUNDING);
            sft__solo_close(&a);
            sft__solo_close(&b);
            sft_close(c);
        }
}

static void in_place_is_the_same(void **state)
{
    (void)state;
    int checked = 0;
    for (int i = 0; sft__op_at(i); i++) {
        const sft_op *op = sft__op_at(i);
        if (!(op->traits & SFT_IN_PLACE))
            continue;
        sft_ctx *c = check_open();
        sft_solo a, b;
        sft_solo_config k = { .op = op, .options = "", .in = samples[2], .rows = 3, .shards = 1 };
        k.act = op->traits & SFT_FUSES ? sft__op_find("tanh") : NULL;
        open_solo(&a, c, &k);
        open_solo(&b, c, &k);
        b.in_place = true;
        sft__solo_forward(&a, true);
        sft__solo_forward(&b, true);
        sft__solo_backward(&a);
        sft__solo_backward(&b);
        close_to(op->name, "y", b.out, a.out, a.out_count, 0);
        for (int j = 0; j < a.node.n_in; j++)
            close_to(op->name, "dx", b.din[j], a.din[j], a.in_count, 0);
        sft__solo_close(&a);
        sft__solo_close(&b);
        sft_close(c);
        checked++;
    }
    assert_true(checked >= 8);
}

/* One NaN that comes in goes out again: nothing hides it from whoever looks at outputs. */
static void nan_goes_through(void **state)
{
    (void)state;
    for (int i = 0; sft__op_at(i); i++)
        for (int rank = 1; rank <= 3; rank++)
            for (int train = 0; train < 2; train++) {
                const sft_op *op = sft__op_at(i);
                sft_ctx      *c = check_open();
                sft_solo      s;
                if (takes(op, rank) && !((op->traits & SFT_RANDOM) && train)) {
                    open_solo(&s, c, &(sft_solo_config){ .op = op, .options = options_of(op), .in = samples[rank - 1],
                                                         .rows = 4, .shards = 2, .act = op->traits & SFT_FUSES ? sft__op_find("relu") : NULL });
                    sft__solo_forward(&s, train);
                    assert_true(sft__all_finite(s.out, s.out_count));
                    s.in[0][s.in_count / 2] = (real)NAN;
                    sft__solo_forward(&s, train);
                    if (sft__all_finite(s.out, s.out_count) || sft__tensor_stats(s.out, s.out_count).bad == 0)
                        fail_msg("%s on rank %d hides a NaN", op->name, rank);
                    sft__solo_close(&s);
                }
                sft_close(c);
            }
}

/* ---- dropout ------------------------------------------------------------------------------- */

static void dropout_keeps_the_mean(void **state)
{
    (void)state;
    const double chance[] = { 0, 0.1, 0.5, 0.9 };
    for (int i = 0; i < 4; i++) {
        char     options[16];
        sft_ctx *c = check_open();
        sft_solo s;
        snprintf(options, sizeof options, "%g", chance[i]);
        open_solo(&s, c, &(sft_solo_config){ .op = sft__op_find("dropout"), .options = options, .in = { 1, { 1003 } },
                                             .rows = 100, .shards = 4 });
        int64_t kept = 0;
        for (int64_t j = 0; j < s.in_count; j++)
            s.in[0][j] = 1;
        sft__solo_forward(&s, true);
        for (int64_t j = 0; j < s.in_count; j++) {
            kept += s.out[j] != 0;
            assert_true(s.out[j] == 0 || s.out[j] == (real)(1 / (1 - chance[i])));
        }
        double p = 1 - chance[i], n = (double)s.in_count;
        CHECK_NEAR(kept, n * p, 5 * sqrt(n * p * (1 - p)));
        sft__solo_forward(&s, false);
        assert_memory_equal(s.out, s.in[0], (size_t)s.in_count * sizeof(real));
        sft__solo_close(&s);
        sft_close(c);
    }
}

/* Its vectorised generator is Philox: number i of row r is kept when word i mod 4 of counter (step, r, i / 4) says so. */
static void dropout_draws_philox(void **state)
{
    (void)state;
    enum { N = 150, ROWS = 6 };
    sft_ctx *c = check_open();
    sft_solo s;
    open_solo(&s, c, &(sft_solo_config){ .op = sft__op_find("dropout"), .options = "0.25", .in = { 1, { N } }, .rows = ROWS,
                                         .shards = 4 });
    for (s.step = UINT32_MAX - 1; s.step < (UINT64_C(1) << 32) + 2; s.step++) {
        sft__solo_forward(&s, true);
        for (uint32_t r = 0; r < ROWS; r++)
            for (uint32_t i = 0; i < N; i++) {
                sft_key     key = sft__key(s.seed, SFT_FOR_LAYER + (uint32_t)s.node.index);
                sft_random4 v = sft__philox(key, (uint32_t)s.step, (uint32_t)(s.step >> 32), r, i / 4);
                assert_int_equal(s.out[r * N + i] != 0, v.v[i % 4] >= UINT32_C(1) << 30);
            }
    }
    sft__solo_close(&s);
    sft_close(c);
}

/* ---- batchnorm ----------------------------------------------------------------------------- */

/* Mean 1e4, deviation 1: the variance is right to a thousandth, and the output is normal. */
static void batchnorm_bears_a_large_mean(void **state)
{
    (void)state;
    const sft_layout layouts[] = { SFT_PLAIN, SFT_BLOCK8, SFT_BLOCK16, SFT_CHANNELS_LAST };
    for (int rank = 1; rank <= 3; rank++)
        for (int l = 0; l < 4; l++) {
            sft_ctx   *c = check_open();
            sft_solo   s;
            sft_stream r = sft__stream(sft__key(1, SFT_FOR_TEST), 0, 0, 0);
            open_solo(&s, c, &(sft_solo_config){ .op = sft__op_find("batchnorm"), .options = "momentum=1 affine=false",
                                                 .in = samples[rank - 1], .layout = layouts[l], .rows = 256, .shards = 8 });
            sft_view v = sft__view(samples[rank - 1], layouts[l]);
            int64_t  f = samples[rank - 1].dim[0], each = v.blocks * v.spatial * v.lane;
            double   mean[64] = { 0 }, m2[64] = { 0 }, n = (double)(256 * v.spatial);
            for (int64_t i = 0; i < s.in_count; i++)
                s.in[0][i] = (real)(1e4 + sft__normal(&r));
            for (int pass = 0; pass < 2; pass++)
                for (int64_t i = 0; i < s.in_count; i++) {
                    int64_t at = i % each, ch = at / (v.spatial * v.lane) * v.lane + at % v.lane;
                    double  d = (double)s.in[0][i] - mean[ch];
                    *(pass ? &m2[ch] : &mean[ch]) += pass ? d * d : (double)s.in[0][i] / n;
                }
            sft__solo_forward(&s, true);
            sft__solo_commit(&s);
            for (int64_t ch = 0; ch < f; ch++) {
                CHECK_NEAR(s.state[0][ch], mean[ch], 1e-3);
                CHECK_NEAR(s.state[1][ch], m2[ch] / (n - 1), 1e-3 * m2[ch] / (n - 1));
            }
            sft_tensor_stats t = sft__tensor_stats(s.out, s.out_count);
            CHECK_NEAR(t.mean, 0, 1e-3);
            CHECK_NEAR(t.rms, 1, 1e-3);
            sft__solo_close(&s);
            sft_close(c);
        }
}

/* Running averages: momentum times the new batch, the variance unbiased; evaluation uses them. */
static void batchnorm_remembers(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    sft_solo s;
    open_solo(&s, c, &(sft_solo_config){ .op = sft__op_find("batchnorm"), .options = "momentum=0.25 eps=0.5", .in = { 1, { 1 } },
                                         .rows = 4, .shards = 2 });
    const real x[] = { 1, 2, 3, 6 };
    memcpy(s.in[0], x, sizeof x); /* mean 3, sum of squares about it 14 */
    s.param[0][0] = 2;
    s.param[1][0] = (real)-0.5;
    sft__solo_forward(&s, true);
    sft__solo_commit(&s);
    CHECK_NEAR(s.out[3], 2 * 3 / sqrt(3.5 + 0.5) - 0.5, 1e-6);
    CHECK_NEAR(s.state[0][0], 0.25 * 3, 1e-6);
    CHECK_NEAR(s.state[1][0], 0.75 + 0.25 * 14 / 3, 1e-6);
    sft__solo_forward(&s, false);
    CHECK_NEAR(s.out[3], 2 * (6 - 0.75) / sqrt(0.75 + 0.25 * 14 / 3 + 0.5) - 0.5, 1e-5);
    sft__solo_close(&s);
    sft_close(c);
}

/* ---- losses and gains ---------------------------------------------------------------------- */

static void losses_bear_large_logits(void **state)
{
    (void)state;
    real    out[] = { 1e30f, -1e30f, 0, 200, -200, 90 }, dout[6];
    int32_t label[] = { 0, 1 };
    double  sum = 0, right = 0, conf[4] = { 0 };
    sft__loss_find("cross_entropy")->eval(conf, &(sft_loss_pass){ .rows = 2, .outputs = 3, .out = out, .label = label,
                                                                  .scale = 1, .dout = dout }, &sum, &right);
    CHECK_NEAR(sum, 400, 1e-3);
    CHECK_NEAR(right, 1, 0);
    assert_true(sft__all_finite(dout, 6));
    real target[] = { 1, 0, 1, 1, 0, 1 };
    sum = right = 0;
    sft__loss_find("bce")->eval(conf, &(sft_loss_pass){ .rows = 2, .outputs = 3, .out = out, .target = target, .scale = 1,
                                                        .dout = dout }, &sum, &right);
    CHECK_NEAR(sum, log(2) / 3, 1e-6);
    CHECK_NEAR(right, 1, 0);    /* 0 is not above 0, so the first sample has one wrong */
    assert_true(sft__all_finite(dout, 6));
}

/* One class more than the room for exponentials, without a gradient: the same value as with one. */
static void cross_entropy_over_many_classes(void **state)
{
    (void)state;
    enum { N = 5000 };
    static real out[N], dout[N];
    int32_t     label = N - 1;
    double      with = 0, without = 0, right = 0, conf[4] = { 0 };
    fill(out, N, 8);
    sft_loss_pass p = { .rows = 1, .outputs = N, .out = out, .label = &label, .scale = 1 };
    sft__loss_find("cross_entropy")->eval(conf, &p, &without, &right);
    p.dout = dout;
    sft__loss_find("cross_entropy")->eval(conf, &p, &with, &right);
    CHECK_NEAR(with, without, 1e-6);
    double z = 0;
    for (int i = 0; i < N; i++)
        z += exp((double)out[i]);
    CHECK_NEAR(with, log(z) - (double)out[N - 1], 1e-5);
}

static double gain_of(const char *name, double option)
{
    const sft_op *op = sft__op_find(name);
    double        conf[4] = { option, 20 };
    return op->gain ? op->gain(op->conf_size ? conf : NULL) : 1;
}

static void gains(void **state)
{
    (void)state;
    CHECK_NEAR(gain_of("relu", 0), sqrt(2), 1e-12);
    CHECK_NEAR(gain_of("leaky_relu", 0.2), sqrt(2 / 1.04), 1e-12);
    CHECK_NEAR(gain_of("tanh", 0), 5.0 / 3, 1e-12);
    CHECK_NEAR(gain_of("sigmoid", 0), 1, 1e-12);
    /* E elu(z)^2 = 1/2 + e^2 P(-2) - 2 sqrt(e) P(-1) + 1/2, P the normal distribution */
    double below2 = 0.5 * erfc(sqrt(2)), below1 = 0.5 * erfc(sqrt(0.5));
    CHECK_NEAR(gain_of("elu", 1), 1 / sqrt(1 + exp(2) * below2 - 2 * exp(0.5) * below1), 1e-5);
    CHECK_NEAR(gain_of("gelu", 0), 1.5335, 1e-3);
    CHECK_NEAR(gain_of("silu", 0), 1.6765, 1e-3);
    CHECK_NEAR(gain_of("selu", 0), 0.75, 1e-12); /* torch.nn.init.calculate_gain */
    CHECK_NEAR(gain_of("celu", 1), gain_of("elu", 1), 1e-6);
    CHECK_NEAR(gain_of("hardsigmoid", 0), 1, 0); /* as sigmoid's */
    /* E relu6(z)^2 = 1/2 but for 1e-9 of tail */
    CHECK_NEAR(gain_of("relu6", 0), sqrt(2), 1e-4);
    /* E hardtanh(z)^2 = E z^2 within one deviation, and 1 outside; trapezoids of 0.01 meet its kinks */
    double inside = 1 - 2 * below1 - 2 * exp(-0.5) / sqrt(2 * 3.14159265358979323846);
    CHECK_NEAR(sft__act_gain(sft__op_find("hardtanh"), (double[]){ -1, 1 }), 1 / sqrt(inside + 2 * below1), 1e-4);
}

/* What no closed form is at hand for: the definition 1 / sqrt(E f(z)^2) over drawn numbers, within five deviations. */
static void gains_are_what_keeps_a_normal_signal(void **state)
{
    (void)state;
    enum { N = 200000 };
    static real x[2 * N], y[N];
    const char *names[] = { "mish", "hardswish", "softsign", "tanhshrink", "gelu", "silu", "softplus", "elu", "glu", "swiglu" };
    fill_normal(x, 2 * N, 12);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        sft_ctx *c = check_open();
        sft_solo s;
        bool     gated = strstr(names[i], "glu") != NULL;
        sft__solo_open(&s, c, &(sft_solo_config){ .op = sft__op_find(names[i]), .options = "", .in = sft__shape1(gated ? 2 * N : N),
                                                  .rows = 1, .shards = 1 });
        CHECK_OK(c);
        memcpy(s.in[0], x, (size_t)s.in_count * sizeof *x);
        sft__solo_forward(&s, false);
        memcpy(y, s.out, sizeof y);
        double square = 0, fourth = 0, want = s.node.op->gain(s.node.conf);
        for (int k = 0; k < N; k++) {
            double v = (double)y[k] * (double)y[k];
            square += v / N;
            fourth += v * v / N;
        }
        double error = 5 * sqrt((fourth - square * square) / N);
        want = 1 / (want * want);
        if (!(fabs(square - want) <= error))
            fail_msg("%s: E f^2 is %g +- %g, its gain says %g", names[i], square, error, want);
        sft__solo_close(&s);
        sft_close(c);
    }
}

/* One slope for all and one a channel, in every layout: checked against the formula. */
static void prelu_has_slopes_of_channels(void **state)
{
    (void)state;
    const char *options[] = { "", "0 init=-0.5" };
    for (int k = 0; k < 2; k++)
        for (sft_layout l = SFT_PLAIN; l <= SFT_CHANNELS_LAST; l++) {
            sft_ctx *c = check_open();
            sft_solo s;
            open_solo(&s, c, &(sft_solo_config){ .op = sft__op_find("prelu"), .options = options[k], .in = samples[2], .layout = l,
                                                 .rows = 2, .shards = 2 });
            sft_view v = sft__view(samples[2], l);
            double   slope[32] = { 0 };
            assert_int_equal(s.node.param[0].count, k ? 32 : 1);
            CHECK_NEAR(s.node.op->gain(s.node.conf), sqrt(2 / (1 + (k ? 0.25 : 0.0625))), 1e-12);
            sft__solo_forward(&s, true);
            for (int64_t i = 0; i < s.in_count; i++) {
                int64_t at = i % (32 * v.spatial), channel = at / (v.spatial * v.lane) * v.lane + at % v.lane;
                real    x = s.in[0][i];
                assert_true(s.out[i] == (x > 0 ? x : s.param[0][k ? channel : 0] * x));
                slope[k ? channel : 0] += x > 0 ? 0 : (double)x * (double)s.dout[i];
            }
            sft__solo_backward(&s);
            for (int j = 0; j < s.node.param[0].count; j++)
                CHECK_NEAR(s.dparam[0][j], slope[j], 1e-5 * (1 + fabs(slope[j])));
            sft__solo_close(&s);
            sft_close(c);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_find_by_name_and_alias),
        cmocka_unit_test(every_layout_is_plain_in_disguise),
        cmocka_unit_test(shards_make_no_difference),
        cmocka_unit_test(in_place_is_the_same),
        cmocka_unit_test(nan_goes_through),
        cmocka_unit_test(dropout_keeps_the_mean),
        cmocka_unit_test(dropout_draws_philox),
        cmocka_unit_test(batchnorm_bears_a_large_mean),
        cmocka_unit_test(batchnorm_remembers),
        cmocka_unit_test(losses_bear_large_logits),
        cmocka_unit_test(cross_entropy_over_many_classes),
        cmocka_unit_test(gains),
        cmocka_unit_test(gains_are_what_keeps_a_normal_signal),
        cmocka_unit_test(prelu_has_slopes_of_channels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
