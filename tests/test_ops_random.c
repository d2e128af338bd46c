/* SPDX-License-Identifier: MIT */
/* Ops that drop at random: what they drop, how often, and that the mean over masks is what evaluation computes.
 * labels: core gradient */
#include "check.h"

#include "graph/private.h"
#include "graph/solo.h"

#include <math.h>

enum { ROWS = 16 };

static void open_solo(sft_solo *s, sft_ctx *c, const char *op, const char *options, sft_shape in)
{
    sft__solo_open(s, c, &(sft_solo_config){ .op = sft__op_find(op), .options = options, .in = in, .rows = ROWS, .shards = 2 });
    CHECK_OK(c);
    sft_stream r = sft__stream(sft__key(3, SFT_FOR_TEST), 0, 0, 0);
    for (int64_t i = 0; i < s->in_count; i++)
        s->in[0][i] = (real)(1 + sft__uniform(&r));
    for (int k = 0; k < s->node.n_param; k++)
        for (int64_t i = 0; i < s->node.param[k].count; i++)
            s->param[k][i] = (real)sft__normal(&r);
}

/* E over masks of the output in training is the output in evaluation: within 5 standard errors, of each number and of their mean. */
static void mean_is_evaluation(const char *op, const char *options, sft_shape in)
{
    enum { STEPS = 3000 };
    sft_ctx *c = check_open();
    sft_solo s;
    open_solo(&s, c, op, options, in);
    int64_t n = s.out_count;
    double *sum = calloc((size_t)n, sizeof *sum), *squares = calloc((size_t)n, sizeof *squares);
    assert_true(sum && squares);
    for (s.step = 0; s.step < STEPS; s.step++) {
        sft__solo_forward(&s, true);
        for (int64_t i = 0; i < n; i++) {
            sum[i] += (double)s.out[i];
            squares[i] += (double)s.out[i] * (double)s.out[i];
        }
    }
    sft__solo_forward(&s, false);
    for (int64_t i = 0; i < n; i++) {
        double mean = sum[i] / STEPS, error = sqrt((squares[i] / STEPS - mean * mean) / STEPS);
        assert_true(error > 0); /* it is random */
        CHECK_NEAR(mean, s.out[i], 5 * error);
    }
    free(sum);
    free(squares);
    sft__solo_close(&s);
    sft_close(c);
}

static void means_are_evaluations(void **state)
{
    (void)state;
    mean_is_evaluation("dropout", "0.3", sft__shape1(6));
    mean_is_evaluation("dropout2d", "0.3", sft__shape3(3, 2, 2));
    mean_is_evaluation("dropconnect", "4 p=0.3", sft__shape1(5));
    mean_is_evaluation("stochastic_depth", "0.3", sft__shape3(2, 2, 1));
}

/* Parts of `size` numbers are dropped whole or scaled whole by 1/(1-p); the share that is dropped is p. */
static void drops_whole(const char *op, sft_layout layout, sft_shape in, int64_t size, bool last_axis)
{
    enum { STEPS = 200 };
    sft_ctx *c = check_open();
    sft_solo s;
    sft__solo_open(&s, c, &(sft_solo_config){ .op = sft__op_find(op), .options = "0.25", .in = in, .rows = ROWS, .shards = 4,
                                              .layout = layout });
    CHECK_OK(c);
    int64_t parts = s.out_count / size, dropped = 0;
    for (int64_t i = 0; i < s.in_count; i++)
        s.in[0][i] = 3;
    for (s.step = 0; s.step < STEPS; s.step++) {
        sft__solo_forward(&s, true);
        for (int64_t k = 0; k < parts; k++) {
            int64_t sample = sft__count(in), channels = sample / size;
            int64_t at = last_axis ? k / channels * sample + k % channels : k * size, gap = last_axis ? channels : 1;
            for (int64_t i = 0; i < size; i++)
                assert_true(s.out[at + i * gap] == s.out[at]);
            assert_true(s.out[at] == 0 || fabs((double)s.out[at] - 4) < 1e-6);
            dropped += s.out[at] == 0;
        }
    }
    double n = (double)(parts * STEPS);
    CHECK_NEAR((double)dropped / n, 0.25, 5 * sqrt(0.25 * 0.75 / n));
    sft__solo_close(&s);
    sft_close(c);
}

static void parts_are_dropped_whole(void **state)
{
    (void)state;
    drops_whole("dropout2d", SFT_PLAIN, sft__shape3(8, 3, 2), 6, false);
    drops_whole("dropout2d", SFT_CHANNELS_LAST, sft__shape3(8, 3, 2), 6, true);
    drops_whole("stochastic_depth", SFT_PLAIN, sft__shape3(2, 3, 2), 12, false);
}

/* Another sample, another mask: Wan et al. 2013, section 3. */
static void dropconnect_draws_for_each_sample(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    sft_solo s;
    open_solo(&s, c, "dropconnect", "8", sft__shape1(32));
    for (int64_t i = 0; i < s.in_count; i++)
        s.in[0][i] = s.in[0][i % 32];
    sft__solo_forward(&s, false);
    assert_memory_equal(s.out, s.out + 8, 8 * sizeof(real));
    sft__solo_forward(&s, true);
    for (int64_t r = 1; r < ROWS; r++)
        assert_memory_not_equal(s.out, s.out + 8 * r, 8 * sizeof(real));
    sft__solo_close(&s);
    sft_close(c);
}

/* Huang et al. 2016, equation 4: of four blocks the i-th drops with p i / 4. */
static void depth_decays_linearly(void **state)
{
    (void)state;
    enum { BATCH = 64, STEPS = 60, BLOCKS = 4 };
    static const char *const decay[] = { "none", "linear" };
    for (int d = 0; d < 2; d++) {
        sft_ctx   *c = check_open();
        sft_arena  a;
        sft_layer *layers = NULL;
        char       text[128];
        real       x[BATCH * 2];
        int32_t    y[BATCH] = { 0 };
        sft__arena_open(&a, c);
        snprintf(text, sizeof text, "repeat %d ( residual ( stochastic_depth 0.8 decay=%s ) ) | linear", BLOCKS, decay[d]);
        sft__stack_parse(&a, text, strlen(text), (sft_pos){ "test", 1, 1 }, &layers);
        sft_net *n = sft__net_make(c, &(sft_net_config){ .model = layers, .batch = BATCH, .shards = 2,
                                                         .facts = { .shape = sft__shape1(2), .outputs = 2 } });
        CHECK_OK(c);
        for (int i = 0; i < 2 * BATCH; i++)
            x[i] = 1;
        int dropped[BLOCKS] = { 0 };
        for (uint64_t step = 0; step < STEPS; step++) {
            sft_outcome o;
            sft__net_train(n, &(sft_batch){ .rows = BATCH, .x = x, .label = y }, step, &o);
            CHECK_OK(c);
            for (int i = 1, block = 0; i < n->n_nodes; i++) {
                if (strcmp(n->node[i]->op->name, "stochastic_depth") != 0)
                    continue;
                for (int s = 0; s < 2; s++)
                    for (int r = 0; r < BATCH / 2; r++)
                        dropped[block] += ((real *)sft__pass_of(n, i, s, 0)->saved)[r] == 0;
                block++;
            }
        }
        for (int i = 0; i < BLOCKS; i++) {
            double p = d ? 0.8 * (i + 1) / BLOCKS : 0.8, count = BATCH * STEPS;
            CHECK_NEAR(dropped[i] / count, p, 5 * sqrt(p * (1 - p) / count));
        }
        sft_net_free(n);
        sft__arena_close(&a);
        sft_close(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(means_are_evaluations),
        cmocka_unit_test(parts_are_dropped_whole),
        cmocka_unit_test(dropconnect_draws_for_each_sample),
        cmocka_unit_test(depth_decays_linearly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
