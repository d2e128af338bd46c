/* SPDX-License-Identifier: MIT */
/* Every op and loss gives PyTorch's values and gradients: tests/golden/ops.txt, layers.txt and activations.txt, from tools/golden.py,
 * golden_layers.py and golden_activations.py.
 * labels: core gradient */
#include "check.h"

#include <math.h>

#include "golden.h"
#include "graph/solo.h"

#ifdef SFT_REAL_DOUBLE
static const double tolerance = 1e-7; /* the file has nine digits */
#else
static const double tolerance = 1e-5;
#endif

/* Relative to the largest number of the tensor. */
static void same(const char *name, const char *what, const real *got, golden_tensor want)
{
    double scale = 1e-3;
    for (int64_t i = 0; i < want.count; i++)
        scale = fmax(scale, fabs(want.v[i]));
    for (int64_t i = 0; i < want.count; i++)
        if (!(fabs((double)got[i] - want.v[i]) <= tolerance * scale))
            fail_msg("%s: %s[%d] = %.9g, PyTorch has %.9g", name, what, (int)i, (double)got[i], want.v[i]);
}

static void copy(real *to, golden_tensor from)
{
    for (int64_t i = 0; i < from.count; i++)
        to[i] = (real)from.v[i];
}

/* Splits "conv2d 3 kernel=3" into op and options. NULL: a residual block, which is several ops. */
static const sft_op *op_of(const char *stack, const char **options)
{
    char   word[32];
    size_t n = strcspn(stack, " ");
    assert_true(n < sizeof word);
    memcpy(word, stack, n);
    word[n] = '\0';
    *options = stack + n + strspn(stack + n, " ");
    return strcmp(word, "residual") == 0 ? NULL : sft__op_find(word);
}

static void compare(const golden *g, const char *name, sft_solo *s)
{
    const sft_node *n = &s->node;
    golden_tensor   y = golden_get(g, "%s/y", name);
    assert_int_equal(y.count, s->out_count);
    same(name, "y", s->out, y);
    same(name, "dx", s->din[0], golden_get(g, "%s/dx", name));
    for (int i = 0; i < n->n_param; i++)
        same(name, n->param[i].name, s->dparam[i], golden_get(g, "%s/grad/0.%s", name, n->param[i].name));
    for (int i = 0; i < n->n_state; i++)
        same(name, n->state[i].name, s->state[i], golden_get(g, "%s/state/0.%s", name, n->state[i].name));
}

static void run_case(void *user, const char *name)
{
    const golden *g = user;
    const char   *options;
    const sft_op *op = op_of(golden_text(g, "%s/stack", name), &options);
    golden_tensor x = golden_get(g, "%s/x", name);
    if (!op)
        return;
    sft_ctx  *c = check_open();
    sft_shape sample = { .rank = x.shape.rank - 1 };
    for (int i = 0; i < sample.rank; i++)
        sample.dim[i] = x.shape.dim[i + 1];
    for (int shards = 1; shards <= 4; shards *= 2) {
        sft_solo s;
        sft__solo_open(&s, c, &(sft_solo_config){ .op = op, .options = options, .in = sample, .rows = x.shape.dim[0],
                                                  .shards = shards });
        CHECK_OK(c);
        copy(s.in[0], x);
        copy(s.dout, golden_get(g, "%s/dy", name));
        for (int i = 0; i < s.node.n_param; i++) {
            golden_tensor w = golden_get(g, "%s/param/0.%s", name, s.node.param[i].name);
            assert_true(sft__same_shape(w.shape, s.node.param[i].shape));
            copy(s.param[i], w);
        }
        sft__solo_forward(&s, true);
        sft__solo_commit(&s);
        sft__solo_backward(&s);
        compare(g, name, &s);
        sft__solo_close(&s);
    }
    sft_close(c);
}

static void all_cases_of(const char *file)
{
    golden *g = golden_open(file);
    golden_each(g, "ops", run_case, g);
    golden_close(g);
}

static void ops_as_pytorch(void **state)
{
    (void)state;
    all_cases_of("ops");
}

static void layers_as_pytorch(void **state)
{
    (void)state;
    all_cases_of("layers");
}

static void activations_as_pytorch(void **state)
{
    (void)state;
    all_cases_of("activations");
}

static void run_loss(void *user, const char *name)
{
    const golden   *g = user;
    const sft_loss *loss = sft__loss_find(golden_text(g, "%s/loss", name));
    golden_tensor   x = golden_get(g, "%s/x", name), t = golden_get(g, "%s/target", name);
    enum { ROOM = 64 };
    real    out[ROOM], target[ROOM], dout[ROOM];
    int32_t label[ROOM];
    double  conf[8] = { 0 }, sum = 0, right = 0;
    bool    classes = t.shape.rank == 1;
    assert_non_null(loss);
    assert_true(x.count <= ROOM && loss->conf_size <= sizeof conf);
    copy(out, x);
    copy(target, t);
    for (int64_t i = 0; i < t.count; i++)
        label[i] = (int32_t)t.v[i];
    int64_t rows = x.shape.dim[0];
    loss->eval(conf, &(sft_loss_pass){ .rows = rows, .outputs = x.shape.dim[1], .out = out, .label = classes ? label : NULL,
                                       .target = classes ? NULL : target, .scale = 1 / (double)rows, .dout = dout },
               &sum, &right);
    double mean = sum / (double)rows, want = golden_scalar(g, "%s/y", name);
    CHECK_NEAR(mean, want, tolerance * fmax(1, fabs(want)));
    same(name, "dx", dout, golden_get(g, "%s/dx", name));
}

static void losses_as_pytorch(void **state)
{
    (void)state;
    golden *g = golden_open("ops");
    golden_each(g, "losses", run_loss, g);
    golden_close(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(ops_as_pytorch), cmocka_unit_test(layers_as_pytorch),
                                        cmocka_unit_test(activations_as_pytorch), cmocka_unit_test(losses_as_pytorch) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
