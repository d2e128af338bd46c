/* SPDX-License-Identifier: MIT */
/* labels: core */
/* Optimisers that are given what they cannot use: bad gradients, options, groups, no memory. */
#include "optim_bench.h"

#include <math.h>

static bool uses_norms(const bench *b)
{
    bool norms = false;
    for (int i = 0; i < b->update.n_links; i++)
        norms |= b->update.link[i].transform->norms;
    return norms;
}

static void bad_gradients_are_not_hidden(void **state)
{
    (void)state;
    const double bad[] = { NAN, INFINITY, -INFINITY };
    for (int i = 0; sft__optimizer_at(i); i++)
        for (int j = 0; j < 3; j++)
            for (int at = 0; at < 40; at += 13) {
                bench b = { 0 };
                begin(&b, sft__optimizer_at(i)->name, 40);
                for (int k = 0; k < 40; k++) b.g[k] = 1;
                b.g[at] = (real)bad[j];
                step(&b, 1);
                for (int k = 0; k < 40; k++) /* by the norm one weight is known to all */
                    assert_true(isfinite((double)b.w[k]) == (k != at && !uses_norms(&b)));
                end(&b);
            }
}

static void bad_options_are_refused(void **state)
{
    (void)state;
    const struct {
        const char *text, *part;
    } bad[] = {
        { "sgd nesterov=true", "momentum" },
        { "sgd nesterov=true momentum=0.9 dampening=0.1", "dampening" },
        { "adam betas=[0.9]", "betas" },
        { "adamw betas=[0.9,0.99,0.999]", "betas" },
        { "lion betas=[0.9]", "betas" },
        { "rprop etas=[0.5]", "etas" },
        { "rprop step_sizes=[1,0.1]", "shortest" },
        { "muon ns_coefficients=[1,2]", "polynomial" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        bench b = { .c = check_open() };
        sft__arena_open(&b.arena, b.c);
        read_text(&b, bad[i].text);
        assert_int_equal(bind_weights(&b, 3), SFT_RECIPE);
        CHECK_FAILS(b.c, "E113", bad[i].part);
        end(&b);
    }
}

static void groups_with_gaps_are_refused(void **state)
{
    (void)state;
    bench b = { .c = check_open(),
                .n_groups = 2,
                .group = { { 0, 4, 1, true }, { 5, 5, 1, true } } };
    sft__arena_open(&b.arena, b.c);
    read_text(&b, "sgd");
    assert_int_equal(bind_weights(&b, 10), SFT_INTERNAL);
    CHECK_FAILS(b.c, "E003", "cover 4 of 10");
    end(&b);
}

/* The first, second … allocation fails: no crash, E004, nothing kept. */
static void no_memory_is_survived(void **state)
{
    (void)state;
    bool done = false;
    for (int64_t fails = 1; !done; fails++) {
        check_memory m = { 0 };
        bench        b = { .c = sft_open(&(sft_config){
                               .threads = 1, .realloc = check_realloc, .realloc_user = &m }) };
        assert_non_null(b.c);
        sft__arena_open(&b.arena, b.c);
        read_text(&b, "muon");
        m.fails = m.calls + fails;
        done = bind_weights(&b, 100) == SFT_OK;
        if (!done)
            CHECK_FAILS(b.c, "E004", "");
        else
            assert_true(fails > 1);
        end(&b);
        assert_int_equal(m.in_use, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_gradients_are_not_hidden),
        cmocka_unit_test(bad_options_are_refused),
        cmocka_unit_test(groups_with_gaps_are_refused),
        cmocka_unit_test(no_memory_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
