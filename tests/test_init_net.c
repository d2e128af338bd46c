/* SPDX-License-Identifier: MIT */
/* labels: core threads */
/* First values that look at the network or at data: lsuv, fixup, zero_gamma. */
#include "check.h"
#include "data/data.h"

#include <math.h>

typedef struct made {
    sft_ctx    *c;
    sft_recipe *r;
    sft_data   *d;
    sft_net    *n;
} made;

static made make(const char *model, const char *init, int threads, bool reference)
{
    made m = { .c = check_open_threads(threads, reference) };
    m.r = sft_recipe_parse(m.c, "test", NULL, 0);
    sft_recipe_set(m.r, "data=digits");
    sft_recipe_set(m.r, "train.batch=256");
    sft_recipe_set(m.r, model);
    sft_recipe_set(m.r, init);
    m.d = sft_data_open(m.c, m.r);
    m.n = sft_net_new(m.c, m.r, m.d);
    return m;
}

static void drop(made *m)
{
    sft_net_free(m->n);
    sft_data_free(m->d);
    sft_recipe_free(m->r);
    sft_close(m->c);
}

typedef struct moments {
    int64_t count;
    double  mean, square, largest;
} moments;

static moments look(const made *m, const char *name)
{
    sft_tensor_facts t;
    for (int i = 0; sft_net_tensor(m->n, i, &t) == SFT_OK; i++) {
        if (strcmp(t.name, name)) continue;
        float  *v = malloc((size_t)t.count * sizeof *v);
        moments o = { .count = t.count };
        sft_net_get(m->n, name, v, t.count);
        for (int64_t k = 0; k < t.count; k++) {
            o.mean += (double)v[k] / (double)t.count;
            o.square += (double)v[k] * (double)v[k] / (double)t.count;
            o.largest = fmax(o.largest, fabs((double)v[k]));
        }
        free(v);
        return o;
    }
    fail_msg("no tensor %s", name);
    return (moments){ 0 };
}

/* He's variance over `shrink` squared, within five deviations. */
static void is_he(const made *m, const char *name, double fan_in, double shrink)
{
    moments o = look(m, name);
    double  want = 2 / fan_in * shrink * shrink;
    if (!(fabs(o.square - want) <= 5 * want * sqrt(2.0 / (double)o.count)))
        fail_msg("%s: variance %g, want %g", name, o.square, want);
}

static void is_all(const made *m, const char *name, double value)
{
    moments o = look(m, name);
    CHECK_NEAR(o.mean, value, 1e-9);
    CHECK_NEAR(o.square, value * value, 1e-9);
}

/* Three branches of two layers and one of three: L = 4, m = 2 or 3. */
static void fixup_follows_the_paper(void **state)
{
    (void)state;
    made m = make("model=conv2d 32 kernel_size=3 padding=1 | relu | "
             "repeat 3 ( residual ( conv2d 32 kernel_size=3 padding=1 | relu | conv2d 32 kernel_size=3 padding=1 ) | relu ) | "
             "residual ( conv2d 32 kernel_size=3 padding=1 | relu | conv2d 32 kernel_size=3 padding=1 | relu | "
             "conv2d 32 kernel_size=3 padding=1 ) shortcut ( conv2d 32 kernel_size=1 | relu ) | relu | global_avgpool | linear",
             "init=fixup", 1, true);
    CHECK_OK(m.c);
    is_he(&m, "0.weight", 9, 1);
    is_he(&m, "2.body.0.weight", 288, pow(4, -0.5));
    is_he(&m, "6.body.0.weight", 288, pow(4, -0.5));
    is_he(&m, "8.body.0.weight", 288, pow(4, -0.25));
    is_he(&m, "8.body.2.weight", 288, pow(4, -0.25));
    is_he(&m, "8.shortcut.0.weight", 32, 1);
    is_all(&m, "2.body.2.weight", 0);
    is_all(&m, "8.body.4.weight", 0);
    is_all(&m, "11.weight", 0);
    is_all(&m, "2.body.0.bias", 0);
    drop(&m);
}

static const char *const with_norms = "model=conv2d 8 kernel_size=3 padding=1 | batchnorm | relu | residual ( conv2d 8 kernel_size=3 padding=1 | batchnorm | relu | "
                                      "conv2d 8 kernel_size=3 padding=1 | batchnorm | dropout 0.1 ) | relu | residual ( conv2d 16 kernel_size=3 padding=1 | batchnorm ) "
                                      "shortcut ( conv2d 16 kernel_size=1 | batchnorm ) | relu | flatten | linear";

static void zero_gamma_takes_the_last_norm_of_a_branch(void **state)
{
    (void)state;
    made m = make(with_norms, "init=auto zero_gamma=true", 1, false);
    CHECK_OK(m.c);
    is_all(&m, "1.weight", 1);
    is_all(&m, "3.body.1.weight", 1);
    is_all(&m, "3.body.4.weight", 0);
    is_all(&m, "5.body.1.weight", 0);
    is_all(&m, "5.shortcut.1.weight", 1);
    assert_true(look(&m, "3.body.3.weight").largest > 0);
    drop(&m);
    m = make(with_norms, "init=auto", 1, false);
    is_all(&m, "3.body.4.weight", 1);
    drop(&m);
    m = make(with_norms, "init=kaiming zero_init_residual=true", 1, false); /* torchvision's word */
    is_all(&m, "3.body.4.weight", 0);
    drop(&m);
}

static void hear(void *user, sft_level level, const char *sentence)
{
    *(int *)user += level == SFT_WARN && strstr(sentence, "zero_gamma") != NULL;
}

static void zero_gamma_without_branches_is_told(void **state)
{
    (void)state;
    int  heard = 0;
    made m = make("model=linear 8 | batchnorm | relu | linear", "init=auto zero_gamma=true", 1, true);
    sft_on_note(m.c, hear, &heard);
    sft_net_free(m.n);
    m.n = sft_net_new(m.c, m.r, m.d);
    assert_int_equal(heard, 1);
    is_all(&m, "1.weight", 1);
    drop(&m);
}

/* ---- lsuv ----------------------------------------------------------------------------------- */

/* The variance of the outputs over the first batch of training, the one that scales. */
static double variance_behind(const char *model, const char *init)
{
    made              m = make(model, init, 1, false);
    sft_loader       *l = sft__loader_new(m.d, &(sft_loader_conf){ .split = SFT_TRAIN, .batch = 256, .shuffle = true });
    const sft_batch  *b = sft__loader_get(l, 0, 0);
    sft_tensor_stats s;
    static float      x[256 * 64], y[256 * 10];
    static real       z[256 * 10];
    for (int i = 0; i < 256 * 64; i++)
        x[i] = (float)b->x[i];
    sft_net_predict(m.n, x, 256, y);
    CHECK_OK(m.c);
    for (int i = 0; i < 256 * 10; i++)
        z[i] = (real)y[i];
    s = sft__tensor_stats(z, 256 * 10);
    sft__loader_free(l);
    drop(&m);
    return s.rms * s.rms - s.mean * s.mean;
}

/* The last layer's outputs are within the tolerance of the option, whatever activation and depth. */
static void lsuv_gives_unit_variance(void **state)
{
    (void)state;
    const char *models[] = { "model=linear 10", "model=repeat 10 ( linear 48 | relu ) | linear", "model=repeat 10 ( linear 48 | tanh ) | linear",
                             "model=repeat 3 ( linear 48 | swiglu ) | linear",
                             "model=conv2d 8 kernel_size=3 | relu | residual ( conv2d 8 kernel_size=3 padding=1 | gelu ) | flatten | linear" };
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        double v = variance_behind(models[i], "init=lsuv");
        if (!(fabs(v - 1) < 0.0101))
            fail_msg("%s: variance %g", models[i], v);
        v = variance_behind(models[i], "init=lsuv std=2 tol=1e-4");
        if (!(fabs(v / 4 - 1) < 1.1e-4))
            fail_msg("%s: variance %g for std=2", models[i], v);
    }
}

/* Scaled orthogonal matrices, the same bits for any number of threads and for any kernels. */
static void lsuv_depends_on_nothing_else(void **state)
{
    (void)state;
    char        first[65], hex[65];
    const char *model = "model=conv2d 8 kernel_size=3 | batchnorm | relu | flatten | linear 32 | relu | dropout 0.3 | linear";
    made        m = make(model, "init=lsuv", 1, true);
    sft_net_hash(m.n, first);
    drop(&m);
    for (int threads = 1; threads <= 4; threads++) {
        m = make(model, "init=lsuv", threads, false);
        CHECK_OK(m.c);
        sft_net_hash(m.n, hex);
        assert_string_equal(hex, first);
        drop(&m);
    }
}

/* Only the layers that ask for it are scaled. */
static void lsuv_by_name(void **state)
{
    (void)state;
    made m = make("model=linear 64 | relu | linear 64 | relu | linear", "init_layers.2=lsuv", 1, true);
    CHECK_OK(m.c);
    is_he(&m, "0.weight", 64, 1);
    moments o = look(&m, "2.weight");
    assert_true(fabs(o.square * 64 - 1) > 0.05); /* orthogonal would be 1 */
    drop(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixup_follows_the_paper),
        cmocka_unit_test(zero_gamma_takes_the_last_norm_of_a_branch),
        cmocka_unit_test(zero_gamma_without_branches_is_told),
        cmocka_unit_test(lsuv_gives_unit_variance),
        cmocka_unit_test(lsuv_depends_on_nothing_else),
        cmocka_unit_test(lsuv_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
