/* SPDX-License-Identifier: MIT */
/* The self-test of kernels rejects wrong ones, and its memory is only a memory.
 * labels: core
 */
#include "stage.h"

#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- kernels that are wrong on purpose ----------------------------------------------------- */

static const sft_kernel *sound;

static void forward_loses_one(const sft_node *n, const sft_pass *p)
{
    sound->forward(n, p);
    p->out[p->rows * sft__count(n->out) - 1] += 1;
}

static void forward_is_nan(const sft_node *n, const sft_pass *p)
{
    sound->forward(n, p);
    p->out[0] = (real)NAN;
}

static void forward_is_inexact(const sft_node *n, const sft_pass *p)
{
    sound->forward(n, p);
    for (int64_t i = 0; i < p->rows * sft__count(n->out); i++) p->out[i] *= (real)1.001;
}

static void backward_never_adds(const sft_node *n, const sft_pass *p)
{
    sft_pass q = *p;
    q.add[0] = false;
    sound->backward(n, &q);
}

static void backward_always_adds(const sft_node *n, const sft_pass *p)
{
    sft_pass q = *p;
    q.add[0] = true;
    sound->backward(n, &q);
}

static void backward_forgets_activation(const sft_node *n, const sft_pass *p)
{
    sft_node m = *n;
    m.act = NULL;
    sound->backward(&m, p);
}

static void backward_loses_a_sample(const sft_node *n, const sft_pass *p)
{
    sft_pass q = *p;
    int64_t  out = sft__count(n->out);
    memset(q.dout + (p->rows - 1) * out, 0, (size_t)out * sizeof(real));
    sound->backward(n, &q);
}

static void backward_spoils_bias(const sft_node *n, const sft_pass *p)
{
    sound->backward(n, p);
    p->dparam[1][0] += p->dout[0];
}

static void pack_swaps_two(const sft_node *n, int i, const real *plain, real *stored)
{
    sound->pack(n, i, plain, stored);
    real first = stored[0];
    stored[0] = stored[1];
    stored[1] = first;
}

static void wrong_kernels_are_distrusted(void **state)
{
    (void)state;
    no_cache();
    static const struct {
        const char *name;
        void (*forward)(const sft_node *, const sft_pass *);
        void (*backward)(const sft_node *, const sft_pass *);
        void (*pack)(const sft_node *, int, const real *, real *);
    } wrong[] = {
        { "loses one output", forward_loses_one, NULL, NULL },
        { "NaN", forward_is_nan, NULL, NULL },
        { "off by a thousandth", forward_is_inexact, NULL, NULL },
        { "never adds", NULL, backward_never_adds, NULL },
        { "always adds", NULL, backward_always_adds, NULL },
        { "forgets the activation", NULL, backward_forgets_activation, NULL },
        { "loses a sample", NULL, backward_loses_a_sample, NULL },
        { "spoils the bias", NULL, backward_spoils_bias, NULL },
        { "swaps two weights", NULL, NULL, pack_swaps_two },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        stage s;
        assert_true(open_stage(&s, "linear", "20", sft__shape1(12), "relu", 9, true));
        sound = s.node.kernel;
        sft_kernel mutant = *sound;
        mutant.name = wrong[i].name;
        mutant.forward = wrong[i].forward ? wrong[i].forward : sound->forward;
        mutant.backward = wrong[i].backward ? wrong[i].backward : sound->backward;
        mutant.pack = wrong[i].pack ? wrong[i].pack : sound->pack;
        s.node.kernel = &mutant;
        if (sft__kernel_trusted(s.c, &s.node, 9))
            fail_msg("a kernel that is wrong (%s) was trusted", wrong[i].name);
        CHECK_OK(s.c);
        assert_int_equal(s.notes, 1);
        s.node.kernel = sound;
        assert_true(sft__kernel_trusted(s.c, &s.node, 9));
        close_stage(&s);
    }
}

/* ---- what was learned is kept -------------------------------------------------------------- */

static void put(const char *path, const void *data, size_t n)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, n, f), n);
    fclose(f);
}

static bool verdict(const sft_kernel *kernel)
{
    stage s;
    assert_true(open_stage(&s, "linear", "7", sft__shape1(6), NULL, 4, true));
    sound = s.node.kernel;
    s.node.kernel = kernel ? kernel : sound;
    bool trusted = sft__kernel_trusted(s.c, &s.node, 4);
    CHECK_OK(s.c);
    s.node.kernel = sound;
    close_stage(&s);
    return trusted;
}

static void verdicts_are_remembered(void **state)
{
    (void)state;
    char folder[] = "/tmp/surefoot-cache-XXXXXX", path[160], sub[64];
    assert_non_null(mkdtemp(folder));
    snprintf(sub, sizeof sub, "%s/surefoot", folder);
    snprintf(path, sizeof path, "%s/kernels.txt", sub);
    setenv("XDG_CACHE_HOME", folder, 1);

    assert_true(verdict(NULL));
    sft_kernel mutant = *sound;
    mutant.forward = forward_loses_one;
    assert_true(verdict(&mutant)); /* same name: it was found right before */
    remove(path);
    assert_false(verdict(&mutant));
    assert_false(verdict(NULL)); /* and wrong, now */

    static const char nuls[300] = { 0 };
    static const struct {
        const char *data;
        size_t      n;
    } spoilt[] = {
        { "", 0 },
        { "right", 5 },
        { "right \n\n\nwrong \n", 16 },
        { nuls, sizeof nuls },
        { "\xff\xfe\x80garbage\nmore", 15 },
    };
    for (size_t i = 0; i < sizeof spoilt / sizeof *spoilt; i++) {
        put(path, spoilt[i].data, spoilt[i].n);
        assert_true(verdict(NULL));
        assert_true(verdict(&mutant)); /* and it was written down all the same */
    }
    remove(path);
    mkdir(path, 0700); /* a folder where the file should be */
    assert_true(verdict(NULL));
    assert_false(verdict(&mutant));
    rmdir(path);
    rmdir(sub);
    put(sub, "", 0); /* a file where the folder should be */
    assert_true(verdict(NULL));
    remove(sub);
    rmdir(folder);
    no_cache();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_kernels_are_distrusted),
        cmocka_unit_test(verdicts_are_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
