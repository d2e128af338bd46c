/* SPDX-License-Identifier: MIT */
/* The executor: bits do not depend on threads, steps allocate nothing, any allocation may fail, the first bad tensor is named, plans do not
 * overlap. labels: core threads */
#include "check.h"

#include "graph/private.h"
#include "optim/optim.h"

#include <math.h>

static const char *const mlp = "linear 24 | batchnorm | relu | dropout 0.2 | linear 16 | tanh | linear";
static const char *const cnn = "conv2d 8 kernel_size=3 padding=1 | batchnorm | relu | residual ( conv2d 8 kernel_size=3 padding=1 | batchnorm | relu | "
                               "conv2d 8 kernel_size=3 padding=1 | batchnorm ) | relu | maxpool 2 | conv2d 16 kernel_size=3 stride=2 | gelu | "
                               "residual ( conv2d 16 kernel_size=1 | silu ) shortcut ( conv2d 16 kernel_size=1 bias=false ) | global_avgpool | "
                               "dropout 0.1 | linear";

static const char *const norms = "conv2d 8 padding=1 weight_standardization=true | groupnorm 4 | relu | squeeze_excite 2 | "
                                 "conv2d 16 bias=false | batchnorm ghost=7 momentum=none | relu | instancenorm track_running_stats=true | "
                                 "conv_transpose2d 4 stride=2 | batchnorm track_running_stats=false | relu | flatten start_dim=2 | "
                                 "transpose | layernorm 4 | transpose | flatten | linear 9 | batchnorm ghost=13 | rmsnorm | linear";

typedef struct subject {
    sft_ctx   *c;
    sft_arena  a;
    sft_net   *n;
    sft_update u;
    sft_group  all;
    real      *x;
    int32_t   *y;
    int64_t    batch;
} subject;

static bool try_open(subject *s, const char *text, sft_shape shape, int64_t batch, int shards)
{
    sft__arena_open(&s->a, s->c);
    sft_layer *layers = NULL;
    if (sft__stack_parse(&s->a, text, strlen(text), (sft_pos){ "test", 1, 1 }, &layers))
        return false;
    sft_net_config k = { .model = layers, .batch = batch, .shards = shards, .seed = 7, .facts = { .shape = shape, .outputs = 5 } };
    s->n = sft__net_make(s->c, &k);
    if (!s->n)
        return false;
    s->batch = batch;
    int64_t size = batch * sft__count(shape);
    s->x = sft__arena_alloc(&s->a, (size_t)size * sizeof(real));
    s->y = sft__arena_alloc(&s->a, (size_t)batch * sizeof *s->y);
    const sft_optimizer *o = sft__optimizer_find("adam");
    void *conf = sft__arena_alloc(&s->a, o->conf_size);
    if (sft__failed(s->c))
        return false;
    sft__fields_defaults(o->fields, conf, &s->a);
    sft_stream r = sft__stream(sft__key(1, SFT_FOR_TEST), 0, 0, 0);
    for (int64_t i = 0; i < size; i++)
        s->x[i] = (real)sft__normal(&r);
    for (int64_t i = 0; i < batch; i++)
        s->y[i] = (int32_t)sft__below(&r, 5);
    s->all = (sft_group){ 0, s->n->n_params, 1, true };
    return sft__update_open(s->c, &s->a, &s->u, o, conf, s->n->w.base, s->n->g.base, s->n->n_params, &s->all, 1) == SFT_OK;
}

static void close_subject(subject *s)
{
    sft__update_close(&s->u);
    sft_net_free(s->n);
    sft__arena_close(&s->a);
}

static sft_status step(subject *s, int k, int64_t rows, sft_outcome *o)
{
    sft_batch b = { .rows = rows, .x = s->x, .label = s->y };
    sft_status st = sft__net_train(s->n, &b, (uint64_t)k, o);
    if (st == SFT_OK)
        sft__update_step(&s->u, sft__ctx_team(s->c), k + 1, 1e-2, 1);
    return st;
}

/* Five steps, the last of them ragged; the hash of the weights. */
static void hash_after(const char *text, sft_shape shape, int threads, bool reference, char hex[65])
{
    subject s = { .c = check_open_threads(threads, reference) };
    assert_true(try_open(&s, text, shape, 48, 8));
    sft_outcome o;
    for (int k = 0; k < 5; k++)
        assert_int_equal(step(&s, k, k == 4 ? 31 : 48, &o), SFT_OK);
    sft_net_hash(s.n, hex);
    close_subject(&s);
    sft_close(s.c);
}

static void bits_do_not_depend_on_threads(void **state)
{
    (void)state;
    const struct {
        const char *text;
        sft_shape   shape;
    } net[] = { { mlp, sft__shape1(30) }, { cnn, sft__shape3(3, 12, 12) }, { norms, sft__shape3(3, 7, 6) } };
    for (int i = 0; i < 3; i++)
        for (int reference = 0; reference < 2; reference++) {
            char one[65], many[65];
            hash_after(net[i].text, net[i].shape, 1, reference, one);
            for (int threads = 2; threads <= 5; threads++) {
                hash_after(net[i].text, net[i].shape, threads, reference, many);
                assert_string_equal(one, many);
            }
        }
}

/* Slices of ghost batches follow the batch: any number of shards trains the same net, but for rounding. */
static void ghosts_do_not_see_shards(void **state)
{
    (void)state;
    double loss[3][3], eval[3];
    for (int i = 0; i < 3; i++) {
        subject     s = { .c = check_open_threads(2, true) };
        sft_outcome o;
        assert_true(try_open(&s, norms, sft__shape3(3, 7, 6), 48, 1 << 2 * i));
        for (int k = 0; k < 3; k++) {
            assert_int_equal(step(&s, k, k == 1 ? 31 : 48, &o), SFT_OK);
            loss[i][k] = o.loss_sum;
        }
        sft_batch b = { .rows = 48, .x = s.x, .label = s.y };
        assert_int_equal(sft__net_eval(s.n, &b, &o, NULL), SFT_OK);
        eval[i] = o.loss_sum;
        for (int k = 0; k < 3; k++)
            CHECK_NEAR(loss[i][k], loss[0][k], 1e-3 * loss[0][k]);
        CHECK_NEAR(eval[i], eval[0], 1e-2 * eval[0]);
        close_subject(&s);
        sft_close(s.c);
    }
}

static void a_step_allocates_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        check_memory m = { 0 };
        subject s = { .c = sft_open(&(sft_config){ .threads = 2, .realloc = check_realloc, .realloc_user = &m }) };
        assert_true(try_open(&s, i > 1 ? norms : i ? cnn : mlp, i ? sft__shape3(3, 12, 12) : sft__shape1(30), 32, 4));
        int64_t sizes[] = { 32, 21 };
        sft__net_prepare(s.n, sizes, 2);
        int64_t before = m.calls;
        m.fails = m.calls + 1;  /* from here on every call would fail */
        sft_outcome o;
        for (int k = 0; k < 6; k++)
            assert_int_equal(step(&s, k, k % 2 ? 21 : 32, &o), SFT_OK);
        assert_int_equal(m.calls, before);
        close_subject(&s);
        sft_close(s.c);
        assert_int_equal(m.in_use, 0);
    }
}

/* The n-th allocation fails, for every n until everything works: always a clean E004 and no byte lost. */
static void fail_each_allocation(const char *text, sft_shape shape)
{
    bool done = false;
    for (int64_t n = 1; !done && n < 20000; n++) {
        check_memory m = { .fails = n, .once = true };
        subject s = { .c = sft_open(&(sft_config){ .threads = 1, .realloc = check_realloc, .realloc_user = &m }) };
        if (!s.c)
            continue;
        sft_outcome o;
        done = try_open(&s, text, shape, 8, 2) && step(&s, 0, 8, &o) == SFT_OK && sft_net_remember(s.n) == SFT_OK && m.calls < n;
        if (sft__failed(s.c) && sft_code(s.c) != SFT_MEMORY)
            fail_msg("allocation %lld failed and the context says: %s", (long long)n, sft_message(s.c));
        close_subject(&s);
        sft_close(s.c);
        assert_int_equal(m.in_use, 0);
    }
    assert_true(done);
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    fail_each_allocation(mlp, sft__shape1(30));
    fail_each_allocation(cnn, sft__shape3(3, 12, 12));
}

/* A linear layer that meets images first takes their pixels as features, under PyTorch's names. */
static void images_meet_a_linear_layer(void **state)
{
    (void)state;
    subject s = { .c = check_open_threads(1, true) };
    assert_true(try_open(&s, "linear 8 | relu | linear", sft__shape3(2, 3, 4), 8, 1));
    assert_int_equal(sft__net_find(s.n, "0.weight"), 0);
    assert_int_equal(sft__net_tensor_count(s.n, 0), 8 * 24);
    sft_outcome o;
    assert_int_equal(step(&s, 0, 8, &o), SFT_OK);
    close_subject(&s);
    sft_close(s.c);
}

static void the_first_bad_tensor_is_named(void **state)
{
    (void)state;
    subject s = { .c = check_open_threads(1, true) };
    assert_true(try_open(&s, "linear 8 | relu | linear 8 | relu | linear", sft__shape1(30), 8, 1));
    sft_outcome o;
    real *w = s.n->w.base, keep = w[3];
    char before[65], after[65];
    w[3] = (real)INFINITY;
    sft_net_hash(s.n, before);
    assert_int_equal(step(&s, 0, 8, &o), SFT_TRAINING);
    sft_failure why;
    sft__set_aside(s.c, &why);
    assert_non_null(strstr(why.message, "weights 0.weight"));
    sft_net_hash(s.n, after);
    assert_string_equal(before, after);
    w[3] = keep;
    s.x[5] = (real)NAN;
    assert_int_equal(step(&s, 0, 8, &o), SFT_TRAINING);
    CHECK_FAILS(s.c, "E350", "input");
    s.x[5] = (real)0;
    for (int i = 0; i < s.n->n_params; i++)
        w[i] = (real)1e30;      /* finite weights whose second product is not */
    assert_int_equal(step(&s, 0, 8, &o), SFT_TRAINING);
    CHECK_FAILS(s.c, "E350", "output of linear (layer ");
    close_subject(&s);
    sft_close(s.c);
}

/* Buffers that live at the same time never share a byte; the slab is not larger than all buffers together. */
static void plans_do_not_overlap(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    sft_arena a;
    sft__arena_open(&a, c);
    sft_stream r = sft__stream(sft__key(5, SFT_FOR_TEST), 0, 0, 0);
    for (int round = 0; round < 200; round++) {
        sft_interval list[40];
        int n = 1 + (int)sft__below(&r, 40);
        int64_t all = 0;
        for (int i = 0; i < n; i++) {
            int start = (int)sft__below(&r, 50);
            list[i] = (sft_interval){ .size = 64 * (1 + (int64_t)sft__below(&r, 30)), .start = start, .end = start + (int)sft__below(&r, 20) };
            all += list[i].size;
        }
        int64_t total = sft__plan(&a, list, n);
        assert_true(total <= all);
        for (int i = 0; i < n; i++) {
            assert_true(list[i].offset >= 0 && list[i].offset + list[i].size <= total);
            for (int j = 0; j < i; j++) {
                bool together = list[i].start <= list[j].end && list[j].start <= list[i].end;
                bool overlap = list[i].offset < list[j].offset + list[j].size && list[j].offset < list[i].offset + list[i].size;
                assert_false(together && overlap);
            }
        }
    }
    sft__arena_close(&a);
    sft_close(c);
}

static void shapes_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    const struct {
        const char *text, *id, *part;
        sft_shape   shape;
    } bad[] = {
        { "linear 8 | relu", "E129", "5 classes in the data, 8 outputs", { 1, { 30 } } },
        { "conv2d 8 kernel_size=3", "E129", "flatten | linear", { 3, { 3, 12, 12 } } },
        { "residual ( linear 7 ) | linear", "E123", "shapes must be equal", { 1, { 30 } } },
        { "liner 8 | linear", "E132", "did you mean `linear`", { 1, { 30 } } },
        { "conv2d 8 kernel_size=5 | linear", "E124", "", { 3, { 3, 4, 4 } } },
        { "linear 2000000000 | linear 2000000000 | linear", "E", "", { 1, { 1000000000 } } },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        subject s = { .c = check_open_threads(1, true) };
        assert_false(try_open(&s, bad[i].text, bad[i].shape, 8, 1));
        if (strncmp(sft_error_id(s.c), bad[i].id, strlen(bad[i].id)) || !strstr(sft_message(s.c), bad[i].part))
            fail_msg("%s: %s", bad[i].text, sft_message(s.c));
        close_subject(&s);
        sft_close(s.c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_do_not_depend_on_threads),   cmocka_unit_test(ghosts_do_not_see_shards), cmocka_unit_test(a_step_allocates_nothing),
        cmocka_unit_test(any_allocation_may_fail),         cmocka_unit_test(the_first_bad_tensor_is_named),
        cmocka_unit_test(images_meet_a_linear_layer),      cmocka_unit_test(plans_do_not_overlap),
        cmocka_unit_test(shapes_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
