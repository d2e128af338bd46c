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

/* The node on these tiles, whatever kernel would be chosen: activations in blocks where channels fill them and `blocks` says so, else in
 * planes. False: the kernel is not for this node. */
static bool open_direct(stage *s, int i, const sft_direct_tiles *t, bool blocks, bool trained)
{
    int64_t rows = conv_case[i].rows, block = t->lane < 8 ? 8 : t->lane;
    open_stage(s, conv_case[i].op, conv_case[i].options, conv_case[i].in, conv_case[i].act, rows, trained);
    sft_node *n = &s->node;
    if (n->kernel) n->kernel->release(s->c, n);
    n->kernel = conv_case[i].op[4] == '2' ? &sft_kernel_direct_conv2d : &sft_kernel_direct_conv1d;
    n->work_fixed = n->work_row = n->saved_fixed = n->saved_row = 0;
    for (int k = 0; k < n->n_param; k++) n->param[k].stored = n->param[k].count;
    if (((const sft_conv_conf *)n->conf)->groups > 1) return false;
    sft_layout in_blocks = block == 16 ? SFT_BLOCK16 : SFT_BLOCK8;
    s->input.layout = blocks && s->input.out.dim[0] % block == 0 ? in_blocks : SFT_PLAIN;
    n->layout = blocks && n->out.dim[0] % block == 0 ? in_blocks : SFT_PLAIN;
    n->plan = (void *)(uintptr_t)t;
    assert_int_equal(n->kernel->prepare(s->c, n, &rows, 1), SFT_OK);
    return true;
}

static void agrees(void **state)
{
    (void)state;
    no_cache();
    const sft_direct_tiles *t = NULL;
    for (int set = 0; (t = sft__direct_tiles(set)); set++)
        for (int i = 0; conv_case[i].op; i++)
            for (int how = 0; how < 4; how++) {
                stage s;
                if (open_direct(&s, i, t, how & 1, how & 2)) check_stage(&s, conv_case[i].options, conv_case[i].act, conv_case[i].rows);
                close_stage(&s);
            }
}

static void shards_together(void **state)
{
    (void)state;
    no_cache();
    for (int how = 0; how < 2; how++) {
        stage s;
        int   i = 0;
        while (strcmp(conv_case[i].options, "32 padding=1 stride=2 bias=false") || conv_case[i].rows != SHARD_ROWS) i++;
        assert_true(open_direct(&s, i, sft__direct_tiles(0), how, true));
        check_shards(&s);
        close_stage(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(agrees), cmocka_unit_test(shards_together) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void) { return 0; } /* the tiles are floats */

#endif
