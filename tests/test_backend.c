/* SPDX-License-Identifier: MIT */
/* Fast kernels against their references over many shapes.
 * labels: core
 *
 * "Agrees" means what sft__kernel_trusted means: forward, backward, and backward onto another consumer's gradient, each within
 * 32 u sqrt(K) of the reference's size (src/backend/trust.c derives it). test_trust.c shows that this bound has teeth. */
#include "conv_cases.h"
#include "stage.h"

#include <math.h>
#include <sys/wait.h>
#include <unistd.h>

static void check_placed(const char *op, const char *options, sft_shape in, const char *act,
                         int64_t rows, bool trained)
{
    stage s;
    if (open_stage(&s, op, options, in, act, rows, trained)) check_stage(&s, options, act, rows);
    close_stage(&s);
}

/* As the first layer and as a later one. */
static void check_kernel(const char *op, const char *options, sft_shape in, const char *act,
                         int64_t rows)
{
    check_placed(op, options, in, act, rows, false);
    check_placed(op, options, in, act, rows, true);
}

static void linear_agrees(void **state)
{
    (void)state;
    no_cache();
    static const int64_t ins[] = { 1, 5, 40, 100, 257, 784 },
                         outs[] = { 1, 3, 8, 10, 16, 17, 25, 100, 128 };
    static const int64_t     rows[] = { 1, 2, 7, 8, 9, 16, 31, 32, 50, 64 };
    static const char *const acts[] = { NULL, "relu", "tanh" };
    int                      turn = 0;
    for (size_t i = 0; i < sizeof ins / sizeof *ins; i++)
        for (size_t o = 0; o < sizeof outs / sizeof *outs; o++, turn++) {
            char options[64];
            snprintf(options, sizeof options, "%lld bias=%s", (long long)outs[o],
                     turn % 3 ? "true" : "false");
            check_kernel("linear", options, sft__shape1(ins[i]), acts[turn % 2 + turn % 3 / 2],
                         rows[turn % 10]);
            check_kernel("linear", options, sft__shape1(ins[i]), acts[turn % 3],
                         rows[(turn + 3) % 10]);
        }
}

static void conv_agrees(void **state)
{
    (void)state;
    no_cache();
    for (int i = 0; conv_case[i].op; i++)
        check_kernel(conv_case[i].op, conv_case[i].options, conv_case[i].in, conv_case[i].act, conv_case[i].rows);
}

static void maxpool_agrees(void **state)
{
    (void)state;
    no_cache();
    check_kernel("maxpool", "2", sft__shape3(8, 6, 8), NULL, 3);
    check_kernel("maxpool", "2", sft__shape3(32, 7, 9), NULL, 2);
    check_kernel("maxpool", "3 stride=2 padding=1", sft__shape3(16, 9, 8), NULL, 2);
    check_kernel("maxpool", "2 stride=3", sft__shape3(24, 8, 11), NULL, 1);
    check_kernel("maxpool", "3x2 stride=1x2", sft__shape3(8, 5, 7), NULL, 2);
    check_kernel("maxpool", "2", sft__shape2(16, 12), NULL, 5);
    check_kernel("maxpool", "2", sft__shape3(6, 28, 28), NULL, 3); /* planes */
    check_kernel("maxpool", "2", sft__shape3(5, 2, 10), NULL, 4);
}

/* oneDNN 2.6.3 on AVX2 crashes, hangs or is silently wrong in backward weights of a 1x1 kernel with stride 2 on 3, 4, 5 or 7
 * channels that lie last: we never lay them so. */
static void trap_is_fenced(void **state)
{
    (void)state;
    no_cache();
    static const int64_t channels[] = { 3, 4, 5, 7, 8, 12 };
    for (size_t i = 0; i < sizeof channels / sizeof *channels; i++)
        for (int64_t size = 7; size <= 16; size += 3) {
            check_kernel("conv2d", "16 kernel_size=1 stride=2",
                         sft__shape3(channels[i], size, size), NULL, 3);
            check_kernel("conv2d", "6 kernel_size=1 stride=2 bias=false",
                         sft__shape3(channels[i], size, size), NULL, 2);
            stage s;
            if (open_stage(&s, "conv2d", "16 kernel_size=1 stride=2",
                           sft__shape3(channels[i], size, size), NULL, 3, true))
                assert_true(s.input.layout != SFT_CHANNELS_LAST &&
                            s.node.layout != SFT_CHANNELS_LAST);
            close_stage(&s);
        }
}

/* Gradients are written, not added to, also where the stored layout is filled up with zeros. With a parameter frozen the other
 * gradient has the same bits. */
static void parameter_gradients(void **state)
{
    (void)state;
    no_cache();
    static const struct {
        const char *op, *options;
        sft_shape   in;
        bool        trained;
    } t[] = {
        { "linear", "20", { 1, { 12 } }, true },
        { "conv2d", "8 padding=1", { 3, { 8, 6, 6 } }, true },
        { "conv2d", "16", { 3, { 1, 7, 7 } }, false },
        { "conv2d", "16", { 3, { 3, 7, 7 } }, false },
        { "conv2d", "1 kernel_size=1", { 3, { 1, 1, 1 } }, true },
        { "conv2d", "6 kernel_size=1", { 3, { 5, 4, 4 } }, true },
        { "conv1d", "25 kernel_size=3", { 2, { 25, 9 } }, true },
    };
    enum { ROWS = 3, ROOM = 1 << 13 };
    for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
        stage s;
        if (open_stage(&s, t[i].op, t[i].options, t[i].in, NULL, ROWS, t[i].trained)) {
            const sft_kernel *k = s.node.kernel;
            real             *x = sft__arena_alloc(&s.arena, 9 * ROOM * sizeof *x);
            assert_non_null(x);
            for (int64_t j = 0; j < 9 * ROOM; j++)
                x[j] = j < 4 * ROOM ? (real)(j % 13) - 6 : (real)NAN;
            real *plain = x + 2 * ROOM, *w = x + 4 * ROOM, *dw = x + 5 * ROOM, *db = x + 6 * ROOM,
                 *other = x + 7 * ROOM;
            size_t n_w = (size_t)s.node.param[0].stored * sizeof(real),
                   n_b = (size_t)s.node.param[1].stored * sizeof(real);
            assert_true(s.node.param[0].stored <= ROOM);
            k->pack(&s.node, 0, plain, w);
            sft_pass p = { .rows = ROWS,
                           .batch = ROWS,
                           .train = true,
                           .in = { x },
                           .out = x + 8 * ROOM,
                           .param = { w, x + 3 * ROOM },
                           .dout = x + ROOM,
                           .dparam = { dw, db },
                           .saved = sft__arena_alloc(
                               &s.arena, (size_t)(s.node.saved_row * ROWS + s.node.saved_fixed)),
                           .work = sft__arena_alloc(
                               &s.arena, (size_t)(s.node.work_row * ROWS + s.node.work_fixed)) };
            k->forward(&s.node, &p);
            k->backward(&s.node, &p);
            k->unpack(&s.node, 0, dw, plain);
            k->pack(&s.node, 0, plain, other);
            assert_memory_equal(dw, other, n_w); /* what fills up is zero */
            for (int64_t j = 0; j < s.node.param[0].stored; j++) assert_true(isfinite(dw[j]));
            p.dparam[0] = NULL;
            p.dparam[1] = other;
            k->backward(&s.node, &p);
            assert_memory_equal(db, other, n_b);
            p.dparam[0] = other;
            p.dparam[1] = NULL;
            k->backward(&s.node, &p);
            assert_memory_equal(dw, other, n_w);
        }
        close_stage(&s);
    }
}

/* Every allocation of serves, prepare and self-test refused once: a clean failure, and nothing left behind. */
static void allocations_fail(void **state)
{
    (void)state;
    no_cache();
    for (int64_t fails = 1; fails < 400; fails++) {
        check_memory m = { .fails = fails, .once = true };
        sft_ctx     *c =
            sft_open(&(sft_config){ .threads = 2, .realloc = check_realloc, .realloc_user = &m });
        if (!c) continue;
        sft_arena a;
        sft__arena_open(&a, c);
        sft_node input = {
            .path = "0", .label = "input", .out = sft__shape3(8, 6, 6), .n_param = 1, .consumers = 1
        };
        sft_node   node = { .op = sft__op_find("conv2d"),
                            .path = "1",
                            .label = "conv2d",
                            .n_in = 1,
                            .in = { &input },
                            .index = 1 };
        sft_spec   spec = { 0 };
        int64_t    rows[] = { 4, 3 };
        sft_layout want, give;
        sft__spec_parse(&a, "conv2d 16", 9, (sft_pos){ 0 }, &spec);
        node.conf = sft__arena_alloc(&a, node.op->conf_size);
        if (node.conf &&
            sft__fields_bind(&a, node.op->fields, node.conf, &spec, "conv2d") == SFT_OK &&
            node.op->shape(c, &node) == SFT_OK)
            node.kernel = sft__kernel_for(c, &node, SFT_PLAIN, &want, &give);
        bool done = !node.kernel; /* a build without oneDNN */
        for (int i = 0; i < node.n_param; i++)
            node.param[i].stored = node.param[i].count = sft__count(node.param[i].shape);
        if (node.kernel) {
            input.layout = want;
            node.layout = give;
            if (node.kernel->prepare(c, &node, rows, 2) == SFT_OK)
                done = sft__kernel_trusted(c, &node, 4);
            node.kernel->release(c, &node);
        }
        bool failed = sft__failed(c);
        if (failed) assert_string_equal(sft_error_id(c), "E004");
        sft__arena_close(&a);
        sft_close(c);
        assert_int_equal(m.in_use, 0);
        assert_true(done || failed);
        if (m.calls < fails) return; /* all of them were refused once */
    }
    fail_msg("more allocations than expected");
}

/* ---- other instruction sets ---------------------------------------------------------------- */

#ifdef SFT_HAVE_ONEDNN
/* oneDNN takes its instruction set from the environment when it starts: the convolutions again, in a process of their own. */
static void other_instruction_sets(void **state)
{
    (void)state;
    static const char *const sets[] = { "SSE41", "AVX2" };
    for (int i = 0; i < 2; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            setenv("ONEDNN_MAX_CPU_ISA", sets[i], 1);
            execl("/proc/self/exe", "test_backend", "convolutions", (char *)NULL);
            _exit(127);
        }
        int status = -1;
        assert_int_equal(waitpid(child, &status, 0), child);
        if (!(WIFEXITED(status) && WEXITSTATUS(status) == 0))
            fail_msg("convolutions with ONEDNN_MAX_CPU_ISA=%s: status %d", sets[i], status);
    }
}
#endif

/* A word on the command line: the convolutions only. */
int main(int words, char **word)
{
    (void)word;
    const struct CMUnitTest convolutions[] = {
        cmocka_unit_test(conv_agrees),
        cmocka_unit_test(trap_is_fenced),
        cmocka_unit_test(parameter_gradients),
    };
    if (words > 1) return cmocka_run_group_tests(convolutions, NULL, NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linear_agrees),          cmocka_unit_test(conv_agrees),
        cmocka_unit_test(trap_is_fenced),         cmocka_unit_test(maxpool_agrees),
        cmocka_unit_test(parameter_gradients),    cmocka_unit_test(allocations_fail),
#ifdef SFT_HAVE_ONEDNN
        cmocka_unit_test(other_instruction_sets),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
