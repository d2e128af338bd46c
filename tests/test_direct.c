/* SPDX-License-Identifier: MIT */
/* The direct convolution on each instruction set that runs here, also where a library would serve. What "agrees" means is in
 * test_backend.c.
 * labels: core
 */
#include "conv_cases.h"
#include "shards.h"

#include "backend/simd/direct.h"
#include "ops/conf.h"

#ifndef SFT_REAL_DOUBLE

extern const sft_kernel sft_kernel_direct_conv2d, sft_kernel_direct_conv1d;

/* The node on the direct kernel, whatever kernel would be chosen; false: it does not serve this node. */
static bool open_direct(stage *s, const char *op, const char *options, sft_shape in, const char *act, int64_t rows, bool trained)
{
    open_stage(s, op, options, in, act, rows, trained);
    sft_node *n = &s->node;
    if (n->kernel) n->kernel->release(s->c, n);
    n->kernel = op[4] == '2' ? &sft_kernel_direct_conv2d : &sft_kernel_direct_conv1d;
    n->work_fixed = n->work_row = n->saved_fixed = n->saved_row = 0;
    for (int i = 0; i < n->n_param; i++) n->param[i].stored = n->param[i].count;
    if (!n->kernel->serves(s->c, n, SFT_PLAIN, &s->input.layout, &n->layout)) return false;
    assert_int_equal(n->kernel->prepare(s->c, n, &rows, 1), SFT_OK);
    return true;
}

/* Runs the case on every set of tiles whose vectors fit the blocks that were chosen; returns how many. */
static int check_sets(int i, bool trained)
{
    stage s;
    int   sets = 0;
    if (open_direct(&s, conv_case[i].op, conv_case[i].options, conv_case[i].in, conv_case[i].act, conv_case[i].rows, trained)) {
        int64_t                 lane = sft__view(s.node.out, s.node.layout).lane;
        const sft_direct_tiles *t = NULL;
        for (int k = 0; (t = sft__direct_tiles(k)); k++) {
            if (lane % t->lane) continue;
            s.node.plan = (void *)(uintptr_t)t;
            check_stage(&s, conv_case[i].options, conv_case[i].act, conv_case[i].rows);
            sets++;
        }
    }
    close_stage(&s);
    return sets;
}

static void agrees(void **state)
{
    (void)state;
    no_cache();
    int first = 0, later = 0;
    for (int i = 0; conv_case[i].op; i++) {
        first += check_sets(i, false) > 0;
        later += check_sets(i, true) > 0;
    }
    assert_true(first >= 20 && later >= 15); /* cases that it serves */
}

static void shards_together(void **state)
{
    (void)state;
    no_cache();
    stage s;
    assert_true(open_direct(&s, "conv2d", "32 kernel_size=3 stride=2 padding=1", sft__shape3(16, 7, 6), "relu", SHARD_ROWS, true));
    check_shards(&s);
    close_stage(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(agrees), cmocka_unit_test(shards_together) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void) { return 0; } /* the tiles are floats */

#endif
