/* SPDX-License-Identifier: MIT */
/* Norms over several batches: running averages and evaluation as PyTorch's; ghost batches do not see shards or threads; what each
 * refuses.
 * labels: core gradient threads */
#include "check.h"

#include <math.h>

#include "golden.h"
#include "graph/solo.h"
#include "stage.h"

#ifdef SFT_REAL_DOUBLE
static const double tolerance = 1e-7; /* the file has nine digits */
#else
static const double tolerance = 1e-5;
#endif

static void same(const char *name, const char *what, int step, const real *got, golden_tensor want)
{
    double scale = 1;
    for (int64_t i = 0; i < want.count; i++)
        scale = fmax(scale, fabs(want.v[i]));
    for (int64_t i = 0; i < want.count; i++)
        if (!(fabs((double)got[i] - want.v[i]) <= tolerance * scale))
            fail_msg("%s: %s of step %d [%d] = %.9g, PyTorch has %.9g", name, what, step, (int)i, (double)got[i], want.v[i]);
}

static void copy(real *to, golden_tensor from)
{
    for (int64_t i = 0; i < from.count; i++)
        to[i] = (real)from.v[i];
}

/* One batch, in a solo of its own size: states go in and out by hand. */
static void run_batch(const golden *g, const char *name, int step, int shards, real state[SFT_MAX_STATE][64])
{
    const char   *stack = golden_text(g, "%s/stack", name);
    golden_tensor x = golden_get(g, "%s/x%d", name, step);
    char          word[32] = "";
    sft_ctx      *c = check_open();
    sft_solo      s;
    sft_shape     sample = { .rank = x.shape.rank - 1 };
    for (int i = 0; i < sample.rank; i++)
        sample.dim[i] = x.shape.dim[i + 1];
    sscanf(stack, "%31s", word);
    sft__solo_open(&s, c, &(sft_solo_config){ .op = sft__op_find(word), .options = stack + strlen(word), .in = sample,
                                              .rows = x.shape.dim[0], .shards = shards });
    CHECK_OK(c);
    copy(s.in[0], x);
    for (int i = 0; i < s.node.n_param; i++)
        copy(s.param[i], golden_get(g, "%s/param/%s", name, s.node.param[i].name));
    for (int i = 0; i < s.node.n_state && step > 0; i++)
        memcpy(s.state[i], state[i], (size_t)s.node.state[i].count * sizeof(real));
    sft__solo_forward(&s, true);
    sft__solo_commit(&s);
    same(name, "y", step, s.out, golden_get(g, "%s/y%d", name, step));
    for (int i = 0; i < s.node.n_state; i++) {
        same(name, s.node.state[i].name, step, s.state[i], golden_get(g, "%s/state%d/%s", name, step, s.node.state[i].name));
        memcpy(state[i], s.state[i], (size_t)s.node.state[i].count * sizeof(real));
    }
    sft__solo_forward(&s, false);
    same(name, "evaluation", step, s.out, golden_get(g, "%s/eval%d", name, step));
    sft__solo_close(&s);
    sft_close(c);
}

static void run_case(void *user, const char *name)
{
    const golden *g = user;
    for (int shards = 1; shards <= 4; shards *= 2) {
        real state[SFT_MAX_STATE][64];
        int  step = 0;
        for (; golden_has(g, "%s/x%d", name, step); step++)
            run_batch(g, name, step, shards, state);
        assert_true(step >= 4);
    }
}

static void running_averages_as_pytorch(void **state)
{
    (void)state;
    golden *g = golden_open("norms");
    golden_each(g, "cases", run_case, g);
    golden_close(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(running_averages_as_pytorch) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
