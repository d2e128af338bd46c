/* SPDX-License-Identifier: MIT */
/* Arenas and slabs are aligned, zeroed and given back; the n-th allocation failing for every n ends cleanly. labels: core */
#include "check.h"

#include "base/fields.h"
#include "base/text.h"

#include <math.h>

static bool all_zero(const void *p, size_t n)
{
    const unsigned char *b = p;
    for (size_t i = 0; i < n; i++)
        if (b[i])
            return false;
    return true;
}

static void sizes_overflow_is_seen(void **state)
{
    (void)state;
    int64_t v = 7;
    assert_true(sft__mul(3, 4, &v) && v == 12);
    assert_true(sft__mul(0, INT64_MAX, &v) && v == 0);
    assert_true(sft__mul(INT64_MAX, 1, &v) && v == INT64_MAX);
    assert_false(sft__mul(INT64_MAX, 2, &v));
    assert_false(sft__mul((int64_t)1 << 32, (int64_t)1 << 31, &v));
    assert_false(sft__mul(-1, 3, &v));
    assert_false(sft__mul(3, -1, &v));
    assert_true(sft__add(INT64_MAX - 1, 1, &v) && v == INT64_MAX);
    assert_false(sft__add(INT64_MAX, 1, &v));
    assert_false(sft__add(-1, 1, &v));
    assert_false(sft__add(1, -1, &v));
}

static void arenas_give_zeroed_aligned_blocks_that_do_not_overlap(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    sft_arena a;
    sft__arena_open(&a, c);
    unsigned char *block[500];
    size_t size[500];
    for (size_t i = 0; i < 500; i++) {
        size[i] = i * i % 977 * (i % 50 == 0 ? 100 : 1);
        block[i] = sft__arena_alloc(&a, size[i]);
        assert_non_null(block[i]);
        assert_int_equal((uintptr_t)block[i] % 16, 0);
        assert_true(all_zero(block[i], size[i]));
        memset(block[i], (int)i & 0xFF, size[i]);
    }
    for (size_t i = 0; i < 500; i++)
        for (size_t j = 0; j < size[i]; j++)
            assert_int_equal(block[i][j], i & 0xFF);
    assert_string_equal(sft__arena_text(&a, "text"), "text");
    assert_string_equal(sft__arena_textn(&a, "text", 2), "te");
    assert_string_equal(sft__arena_textn(&a, "", 0), "");
    assert_string_equal(sft__arena_printf(&a, "%d %s", 5, "x"), "5 x");
    sft__arena_close(&a);
    sft__arena_close(&a);
    CHECK_OK(c);
    sft_close(c);
}

static void slabs_start_on_cache_lines(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    for (size_t size = 0; size < 5000; size = size * 2 + 3) {
        sft_slab s;
        assert_int_equal(sft__slab_open(c, &s, size), SFT_OK);
        assert_int_equal((uintptr_t)s.base % SFT_ALIGN, 0);
        assert_int_equal(s.size, size);
        assert_true(all_zero(s.base, size));
        memset(s.base, 1, size);
        sft__slab_close(c, &s);
        assert_null(s.base);
        sft__slab_close(c, &s);
    }
    sft_close(c);
}

static void absurd_sizes_fail_with_the_size_named(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    sft_arena a;
    sft_slab s;
    sft__arena_open(&a, c);
    assert_null(sft__arena_alloc(&a, SIZE_MAX));
    CHECK_FAILS(c, "E004", "out of memory");
    assert_null(sft__arena_alloc(&a, SIZE_MAX - 100));
    CHECK_FAILS(c, "E004", "bytes");
    assert_int_equal(sft__slab_open(c, &s, SIZE_MAX - 3), SFT_MEMORY);
    assert_null(s.base);
    CHECK_FAILS(c, "E004", "bytes");
    sft__arena_close(&a);
    sft_close(c);
}

typedef struct options {
    double      rate;
    const char *file;
    sft_reals   betas;
} options;

static const sft_field rows[] = {
    { .name = "rate", .kind = SFT_REAL, .offset = offsetof(options, rate), .low = 0, .high = INFINITY, .aliases = "lr" },
    { .name = "file", .kind = SFT_TEXT, .offset = offsetof(options, file), .flags = SFT_MAIN },
    { .name = "betas", .kind = SFT_REALS, .offset = offsetof(options, betas), .text = "0.9" },
    SFT_FIELD_END,
};

/* A little of everything that allocates. The last spec is wrong on purpose: its message needs memory too. */
static void script(sft_ctx *c)
{
    sft_arena a;
    sft_slab slab;
    sft_spec s;
    options o;
    sft_string text;
    static const char good[] = "x \"a file\" lr=0.5 betas=[0.1, 0.2]", bad[] = "x raet=1";
    sft__arena_open(&a, c);
    sft__string_open(&text, c);
    for (int i = 0; i < 8 && sft__arena_alloc(&a, 50000); i++)
        sft__string_addf(&text, "%0500d", i);
    sft__string_json(&text, "\x01\"x");
    sft__slab_open(c, &slab, 100000);
    if (!sft__spec_parse(&a, good, sizeof good - 1, (sft_pos){ 0 }, &s)) {
        for (char key[2] = "a"; key[0] <= 'z'; key[0]++)
            sft__spec_put(&a, &s, key, "1", (sft_pos){ 0 }, false);
        s.n = s.n < 3 ? s.n : 3;
        if (!sft__fields_bind(&a, rows, &o, &s, "x") && o.betas.n == 2)
            sft__fields_text(&a, rows, &o);
    }
    if (!sft__failed(c) && !sft__spec_parse(&a, bad, sizeof bad - 1, (sft_pos){ 0 }, &s)) {
        sft__fields_bind(&a, rows, &o, &s, "x");
        if (strcmp(sft_error_id(c), "E110") == 0)
            sft_clear(c);
    }
    sft__string_close(&text);
    sft__slab_close(c, &slab);
    sft__arena_close(&a);
}

static void run_script(bool once)
{
    check_memory m = { 0 };
    for (int64_t n = 1;; n++) {
        m = (check_memory){ .fails = n, .once = once };
        sft_ctx *c = sft_open(&(sft_config){ .threads = 1, .realloc = check_realloc, .realloc_user = &m });
        assert_true(c || n == 1);
        if (c)
            script(c);
        bool complete = m.calls < n;
        assert_int_equal(sft_code(c), complete ? SFT_OK : SFT_MEMORY);
        sft_close(c);
        assert_int_equal(m.in_use, 0);
        if (complete) {
            assert_true(n > 15); /* the script does allocate */
            return;
        }
        assert_true(n < 1000);
    }
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    run_script(false);
    run_script(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_overflow_is_seen),
        cmocka_unit_test(arenas_give_zeroed_aligned_blocks_that_do_not_overlap),
        cmocka_unit_test(slabs_start_on_cache_lines),
        cmocka_unit_test(absurd_sizes_fail_with_the_size_named),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
