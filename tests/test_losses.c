/* SPDX-License-Identifier: MIT */
/* Losses beyond single values: mixed targets, class weights, means over shards, PyTorch's numbers.
 * labels: core gradient threads */
#include "check.h"

#include "golden.h"
#include "graph/private.h"

#include <math.h>

enum { ROWS = 6, CLASSES = 4, COUNT = ROWS * CLASSES };

typedef struct bench {
    sft_ctx        *c;
    sft_arena       a;
    const sft_loss *loss;
    void           *conf;
    sft_task        task;
    real            out[COUNT], dout[COUNT];
    double          sum, right, weight;
} bench;

static const int64_t counts[CLASSES] = { 1, 2, 4, 9 };

static sft_status bind(bench *b, const char *text)
{
    sft_spec      spec = { 0 };
    sft_loss_data data = { .outputs = CLASSES, .task = b->task, .class_count = counts };
    sft__spec_parse(&b->a, text, strlen(text), (sft_pos){ 0 }, &spec);
    CHECK_OK(b->c);
    b->loss = sft__loss_find(spec.name);
    assert_non_null(b->loss);
    b->conf = sft__arena_alloc(&b->a, b->loss->conf_size + 1);
    if (b->loss->fields && sft__fields_bind(&b->a, b->loss->fields, b->conf, &spec, spec.name))
        return sft_code(b->c);
    return b->loss->prepare ? b->loss->prepare(b->c, &b->a, b->conf, &data) : SFT_OK;
}

static void open_for(bench *b, const char *text, sft_task task)
{
    *b = (bench){ .c = check_open(), .task = task };
    sft__arena_open(&b->a, b->c);
    bind(b, text);
    CHECK_OK(b->c);
    sft_stream r = sft__stream(sft__key(5, SFT_FOR_TEST), 0, 0, 0);
    for (int i = 0; i < COUNT; i++)
        b->out[i] = (real)(3 * sft__uniform(&r) - 1.5);
}

static void open_bench(bench *b, const char *text)
{
    open_for(b, text, SFT_CLASSES);
}

static void close_bench(bench *b)
{
    sft__arena_close(&b->a);
    sft_close(b->c);
}

static void run(bench *b, sft_loss_pass p)
{
    p.rows = ROWS;
    p.outputs = CLASSES;
    p.out = b->out;
    p.dout = b->dout;
    p.scale = 1;
    b->sum = b->right = 0;
    b->weight = b->loss->weight ? b->loss->weight(b->conf, &p) : ROWS;
    b->loss->eval(b->conf, &p, &b->sum, &b->right);
}

static const int32_t first[ROWS] = { 0, 3, 1, 2, 2, 0 }, second[ROWS] = { 1, 3, 0, 0, 1, 2 };

/* Mixup's loss is the mixture of two losses (Zhang et al. 2018, section 2), and so is its gradient. */
static void a_mixed_target_is_a_mixture_of_losses(void **state)
{
    (void)state;
    static const char *const text[] = { "cross_entropy", "cross_entropy label_smoothing=0.1 class_weights=[1,2,0.5,3]" };
    static const real        shares[] = { 1, (real)0.75, (real)0.25, 0 };
    for (int t = 0; t < 2; t++)
        for (int k = 0; k < 4; k++) {
            bench b;
            real  mix[ROWS], d[3][COUNT];
            open_bench(&b, text[t]);
            for (int r = 0; r < ROWS; r++)
                mix[r] = shares[k];
            run(&b, (sft_loss_pass){ .label = first });
            double one = b.sum, right = b.right, weight = b.weight;
            memcpy(d[0], b.dout, sizeof b.dout);
            run(&b, (sft_loss_pass){ .label = second });
            double two = b.sum, right2 = b.right, weight2 = b.weight;
            memcpy(d[1], b.dout, sizeof b.dout);
            run(&b, (sft_loss_pass){ .label = first, .label2 = second, .mix = mix });
            double m = (double)shares[k];
            CHECK_NEAR(b.sum, m * one + (1 - m) * two, 2e-5);
            CHECK_NEAR(b.weight, m * weight + (1 - m) * weight2, 1e-12);
            CHECK_NEAR(b.right, m >= 0.5 ? right : right2, 0); /* against the larger part */
            for (int i = 0; i < COUNT; i++)
                CHECK_NEAR(b.dout[i], m * (double)d[0][i] + (1 - m) * (double)d[1][i], 1e-6);
            close_bench(&b);
        }
}

static void weights_of_one_change_nothing(void **state)
{
    (void)state;
    bench a, b;
    open_bench(&a, "cross_entropy 0.1");
    open_bench(&b, "cross_entropy 0.1 class_weights=[1,1,1,1]");
    run(&a, (sft_loss_pass){ .label = first });
    run(&b, (sft_loss_pass){ .label = first });
    CHECK_NEAR(a.sum, b.sum, 1e-5);
    CHECK_NEAR(b.weight, ROWS, 0);
    for (int i = 0; i < COUNT; i++)
        CHECK_NEAR(a.dout[i], b.dout[i], 1e-6);
    close_bench(&a);
    close_bench(&b);
}

/* scikit-learn's: 16 samples / (4 classes x 1, 2, 4, 9); every class then weighs the same in the training set. */
static void balanced_is_inverse_frequency(void **state)
{
    (void)state;
    bench   b;
    int32_t label[ROWS] = { 0, 0, 0, 0, 0, 0 };
    open_bench(&b, "cross_entropy class_weights=balanced");
    static const double want[CLASSES] = { 4, 2, 1, 4.0 / 9 };
    for (int c = 0; c < CLASSES; c++) {
        for (int r = 0; r < ROWS; r++)
            label[r] = c;
        run(&b, (sft_loss_pass){ .label = label });
        CHECK_NEAR(b.weight, ROWS * want[c], 1e-12);
    }
    close_bench(&b);
}

static void class_weights_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } bad[] = {
        { "cross_entropy class_weights=[1,2,3]", "3 numbers and the data 4 classes" },
        { "cross_entropy class_weights=[1,2,3,-4]", "not negative" },
        { "cross_entropy class_weights=[0,0,0,0]", "not negative" },
        { "cross_entropy class_weights=balance", "it takes none, balanced" },
        { "cross_entropy class_weights=[1,2,3,nan]", "it takes none, balanced" },
    };
    bench b;
    open_bench(&b, "cross_entropy");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        bind(&b, bad[i].text);
        CHECK_FAILS(b.c, "E113", bad[i].part);
    }
    close_bench(&b);
}

/* ---- the mean over a batch ------------------------------------------------------------------- */

static double step_with(const char *options, int threads, int shards, real *gradient, int64_t room)
{
    enum { BATCH = 22, SAMPLE = 5 };
    bench     b = { .c = check_open_threads(threads, true) };
    real      x[BATCH * SAMPLE];
    int32_t   label[BATCH];
    sft_layer *layers = NULL;
    const char *text = "linear 16 | tanh | linear";
    sft__arena_open(&b.a, b.c);
    bind(&b, options);
    sft__stack_parse(&b.a, text, strlen(text), (sft_pos){ "test", 1, 1 }, &layers);
    sft_net *n = sft__net_make(b.c, &(sft_net_config){ .model = layers, .batch = BATCH, .shards = shards, .loss = b.loss,
                                                       .loss_conf = b.conf, .class_count = counts,
                                                       .facts = { .shape = sft__shape1(SAMPLE), .outputs = CLASSES } });
    CHECK_OK(b.c);
    sft_stream r = sft__stream(sft__key(1, SFT_FOR_TEST), 0, 0, 0);
    for (int i = 0; i < BATCH * SAMPLE; i++)
        x[i] = (real)sft__normal(&r);
    for (int i = 0; i < BATCH; i++)
        label[i] = (int32_t)sft__below(&r, CLASSES);
    sft_outcome o;
    sft__net_train(n, &(sft_batch){ .rows = BATCH, .x = x, .label = label }, 0, &o);
    CHECK_OK(b.c);
    assert_true(n->n_params <= room);
    memcpy(gradient, n->g.base, (size_t)n->n_params * sizeof(real));
    double mean = o.loss_sum / o.weight;
    sft_net_free(n);
    close_bench(&b);
    return mean;
}

/* Shards have different sums of weights: the normaliser is that of the whole batch. */
static void a_weighted_mean_is_over_the_whole_batch(void **state)
{
    (void)state;
    enum { ROOM = 1024 };
    static real one[ROOM], other[ROOM];
    const char *options = "cross_entropy class_weights=balanced";
    double      want = step_with(options, 1, 1, one, ROOM);
    for (int shards = 2; shards <= 8; shards *= 2) {
        CHECK_NEAR(step_with(options, 1, shards, other, ROOM), want, 1e-6);
        for (int i = 0; i < ROOM; i++)
            CHECK_NEAR(other[i], one[i], 1e-6);
    }
    for (int threads = 1; threads <= 4; threads++) {
        static real same[ROOM];
        double      got = step_with(options, threads, 8, same, ROOM);
        step_with(options, 1, 8, other, ROOM);
        assert_memory_equal(same, other, sizeof same);
        CHECK_NEAR(got, want, 1e-6);
    }
}

/* ---- PyTorch's numbers ----------------------------------------------------------------------- */

#ifdef SFT_REAL_DOUBLE
static const double tolerance = 1e-7; /* the file has nine digits */
#else
static const double tolerance = 1e-5;
#endif

static void as_pytorch(void *user, const char *name)
{
    const golden *g = user;
    golden_tensor x = golden_get(g, "%s/x", name), t = golden_get(g, "%s/target", name), d = golden_get(g, "%s/dx", name);
    bench         b;
    real          out[COUNT], target[COUNT], dout[COUNT];
    int32_t       label[COUNT];
    double        sum = 0, right = 0, scale = 1e-3, want = golden_scalar(g, "%s/y", name);
    assert_true(x.count <= COUNT && x.shape.dim[1] == CLASSES);
    bool          classes = t.shape.rank == 1;
    open_for(&b, golden_text(g, "%s/loss", name), classes ? SFT_CLASSES : SFT_BINARY);
    for (int64_t i = 0; i < x.count; i++)
        out[i] = (real)x.v[i];
    for (int64_t i = 0; i < t.count; i++) {
        label[i] = (int32_t)t.v[i];
        target[i] = (real)t.v[i];
    }
    sft_loss_pass p = { .rows = x.shape.dim[0], .outputs = CLASSES, .out = out, .label = classes ? label : NULL,
                        .target = classes ? NULL : target, .dout = dout };
    double weight = b.loss->weight ? b.loss->weight(b.conf, &p) : (double)p.rows;
    p.scale = 1 / weight;
    b.loss->eval(b.conf, &p, &sum, &right);
    CHECK_NEAR(sum / weight, want, tolerance * fmax(1, fabs(want)));
    for (int64_t i = 0; i < d.count; i++)
        scale = fmax(scale, fabs(d.v[i]));
    for (int64_t i = 0; i < d.count; i++)
        if (!(fabs((double)dout[i] - d.v[i]) <= tolerance * scale))
            fail_msg("%s: dx[%d] = %.9g, PyTorch has %.9g", name, (int)i, (double)dout[i], d.v[i]);
    close_bench(&b);
}

static void losses_as_pytorch(void **state)
{
    (void)state;
    golden *g = golden_open("losses");
    golden_each(g, "cases", as_pytorch, g);
    golden_close(g);
}

/* ---- edges ----------------------------------------------------------------------------------- */

static void losses_bear_large_outputs(void **state)
{
    (void)state;
    static const char *const text[] = { "focal", "focal gamma=0.5", "hinge p=2", "cross_entropy class_weights=balanced", "bce 3", "kl" };
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        bench b;
        real  target[COUNT];
        open_bench(&b, text[i]);
        bool labels = b.loss->tasks >> SFT_CLASSES & 1;
        for (int k = 0; k < COUNT; k++) {
            b.out[k] = (real)(k % 3 ? 1000 : -1000);
            target[k] = (real)(k % 4 == 1);
        }
        run(&b, (sft_loss_pass){ .label = labels ? first : NULL, .target = labels ? NULL : target });
        assert_true(isfinite(b.sum) && b.sum >= 0);
        assert_true(sft__all_finite(b.dout, COUNT));
        close_bench(&b);
    }
}

/* Focal is cross entropy where gamma is 0 (and bce, where targets say yes or no), and less the surer the answer. */
static void focal_without_gamma_is_cross_entropy(void **state)
{
    (void)state;
    static const char *const text[2][2] = { { "focal gamma=0", "cross_entropy" }, { "focal gamma=0", "bce" } };
    for (int t = 0; t < 2; t++) {
        bench a, b;
        real  target[COUNT];
        for (int k = 0; k < COUNT; k++)
            target[k] = (real)(k % 3 == 0);
        sft_loss_pass p = { .label = t ? NULL : first, .target = t ? target : NULL };
        open_bench(&a, text[t][0]);
        open_bench(&b, text[t][1]);
        run(&a, p);
        run(&b, p);
        CHECK_NEAR(a.sum, b.sum, 1e-5);
        CHECK_NEAR(a.right, b.right, 0);
        for (int i = 0; i < COUNT; i++)
            CHECK_NEAR(a.dout[i], b.dout[i], 1e-6);
        close_bench(&a);
        close_bench(&b);
    }
}

static void kl_of_the_same_distribution_is_nothing(void **state)
{
    (void)state;
    bench b;
    real  target[COUNT];
    open_bench(&b, "kl");
    for (int r = 0; r < ROWS; r++) {
        double z = 0;
        for (int i = 0; i < CLASSES; i++)
            z += exp((double)b.out[r * CLASSES + i]);
        for (int i = 0; i < CLASSES; i++)
            target[r * CLASSES + i] = (real)(exp((double)b.out[r * CLASSES + i]) / z);
    }
    run(&b, (sft_loss_pass){ .target = target });
    CHECK_NEAR(b.sum, 0, 1e-6);
    for (int i = 0; i < COUNT; i++)
        CHECK_NEAR(b.dout[i], 0, 1e-6);
    close_bench(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mixed_target_is_a_mixture_of_losses),
        cmocka_unit_test(weights_of_one_change_nothing),
        cmocka_unit_test(balanced_is_inverse_frequency),
        cmocka_unit_test(class_weights_that_make_no_sense_are_refused),
        cmocka_unit_test(losses_as_pytorch),
        cmocka_unit_test(losses_bear_large_outputs),
        cmocka_unit_test(focal_without_gamma_is_cross_entropy),
        cmocka_unit_test(kl_of_the_same_distribution_is_nothing),
        cmocka_unit_test(a_weighted_mean_is_over_the_whole_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
