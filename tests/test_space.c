/* SPDX-License-Identifier: MIT */
/* The space of a sweep: text and cube agree both ways, conditions, constraints, sizes. labels: core */
#include "check.h"

#include <math.h>

#include "base/random.h"
#include "base/text.h"
#include "sweep/space.h"

static const char *const colours[] = { "red", "green", "blue" };
static const char *const numbers[] = { "0", "0.5", "0.9" }, *const labels[] = { "none", "some", "much" };
static const double      values[] = { 0, 0.5, 0.9 };

static const sft_axis kinds[] = {
    { .key = "a", .n = 3, .value = colours, .parent = -1 },
    { .key = "b", .n = 3, .value = numbers, .label = labels, .number = values, .parent = -1 },
    { .key = "c", .kind = SFT_AXIS_REAL, .low = -3, .high = 7, .parent = -1 },
    { .key = "d", .kind = SFT_AXIS_REAL, .log = true, .low = 1e-6, .high = 10, .parent = -1 },
    { .key = "e", .kind = SFT_AXIS_REAL, .low = 0, .high = 0.3, .step = 0.1, .n = 4, .parent = -1 },
    { .key = "f", .kind = SFT_AXIS_REAL, .log = true, .low = 1e-4, .high = 1, .step = 10, .n = 5, .parent = -1 },
    { .key = "g", .kind = SFT_AXIS_INT, .low = -2, .high = 9, .parent = -1 },
    { .key = "h", .kind = SFT_AXIS_INT, .log = true, .low = 1, .high = 1000, .parent = -1 },
    { .key = "i", .kind = SFT_AXIS_INT, .log = true, .low = 16, .high = 256, .step = 2, .n = 5, .parent = -1 },
    { .key = "j", .kind = SFT_AXIS_REAL, .low = 1000000, .high = 1000001, .parent = -1 },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static void text_found_again_is_the_same_point_to_the_bit(void **state)
{
    (void)state;
    sft_stream random = sft__stream(sft__key(1, SFT_FOR_TEST), 0, 0, 0);
    for (int k = 0; k < KINDS; k++) {
        sft_axis  axis = kinds[k];
        sft_space space = { .n = 1, .axis = &axis };
        for (int i = 0; i < 2000; i++) {
            char   buf[64];
            double number, u = i == 0 ? 0 : i == 1 ? 1 - 0x1p-53 : sft__uniform(&random), again;
            sft__space_snap(&space, &u);
            again = u;
            sft__space_snap(&space, &again);
            assert_true(again == u);
            const char *text = sft__axis_text(&axis, u, buf, sizeof buf);
            assert_true(sft__axis_find(&axis, text) == u);
            if (axis.kind == SFT_AXIS_VALUES) continue;
            assert_true(sft__parse_real(text, strlen(text), &number));
            assert_true(number == sft__axis_number(&axis, u));
            assert_true(number >= axis.low && number <= axis.high + 1e-12);
        }
    }
}

static void check_text(int k, double u, const char *want)
{
    char text[64];
    assert_string_equal(sft__axis_text(&kinds[k], u, text, sizeof text), want);
}

static void ends_and_cells_are_those_of_the_plan(void **state)
{
    (void)state;
    const double last = 1 - 0x1p-53;
    check_text(0, 0.5, "green");
    check_text(2, 0, "-3");
    check_text(2, last, "7");
    check_text(3, 0, "1e-6");
    check_text(3, last, "10");
    check_text(4, last, "0.3"); /* not 0.30000000000000004 */
    check_text(5, 0.5, "0.01");
    check_text(6, 0, "-2");
    check_text(6, last, "9");
    check_text(8, 0.3, "32");
}

static void whole_numbers_are_as_likely_as_each_other(void **state)
{
    (void)state;
    int count[12] = { 0 };
    for (int i = 0; i < 12000; i++) count[(int)sft__axis_number(&kinds[6], (i + 0.5) / 12000) + 2]++;
    for (int i = 0; i < 12; i++) assert_int_equal(count[i], 1000);
}

static void a_logarithmic_axis_gives_each_decade_its_share(void **state)
{
    (void)state;
    int below = 0;
    for (int i = 0; i < 7000; i++) below += sft__axis_number(&kinds[3], (i + 0.5) / 7000) < 1e-5;
    CHECK_NEAR(below, 1000, 1);
}

static void values_that_are_not_on_the_axis_are_not_found(void **state)
{
    (void)state;
    static const struct { int k; const char *text; } none[] = {
        { 0, "yellow" }, { 1, "0.7" }, { 2, "7.1" }, { 2, "x" }, { 2, "nan" }, { 4, "0.15" },
        { 5, "0.02" }, { 6, "1.5" }, { 6, "10" }, { 8, "24" }, { 8, "512" },
    };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_true(isnan(sft__axis_find(&kinds[none[i].k], none[i].text)));
    assert_true(sft__axis_find(&kinds[1], "much") == sft__axis_find(&kinds[1], "9e-1"));
    assert_true(sft__axis_index(&kinds[1], sft__axis_find(&kinds[1], "0.90")) == 2);
}

static void labels_are_short_and_values_without_numbers_have_no_order(void **state)
{
    (void)state;
    char text[64];
    assert_string_equal(sft__axis_label(&kinds[1], 0.99, text, sizeof text), "much");
    assert_string_equal(sft__axis_label(&kinds[2], 0.123456789, text, sizeof text), "-1.765");
    assert_string_equal(sft__axis_label(&kinds[2], NAN, text, sizeof text), "");
    static const double mixed[] = { 0, 0.9, 0.5 };
    sft_axis            shuffled = kinds[1];
    shuffled.number = mixed;
    assert_false(sft__axis_ordered(&kinds[0]));
    assert_true(sft__axis_ordered(&kinds[1]));
    assert_false(sft__axis_ordered(&shuffled));
}

/* optimizer: sgd or adam; momentum (3) with sgd; nesterov (2) with the last two momenta; width 4 ints. */
static const char *const methods[] = { "sgd", "adam" }, *const flags[] = { "false", "true" };
static sft_axis          tree[] = {
    { .key = "model.width", .kind = SFT_AXIS_INT, .low = 1, .high = 4, .parent = -1 },
    { .key = "optimizer", .n = 2, .value = methods, .parent = -1 },
    { .key = "optimizer.momentum", .n = 3, .value = numbers, .number = values, .parent = 1, .when = { 1 } },
    { .key = "optimizer.nesterov", .n = 2, .value = flags, .parent = 2, .when = { 6 } },
};

static void axes_that_do_not_matter_are_nan_all_the_way_down(void **state)
{
    (void)state;
    const sft_space space = { .n = 4, .axis = tree };
    double          adam[4] = { 0.1, 0.9, 0.9, 0.9 }, plain[4] = { 0.1, 0.1, 0.1, 0.9 }, all[4] = { 0.1, 0.1, 0.5, 0.9 };
    sft__space_snap(&space, adam);
    sft__space_snap(&space, plain);
    sft__space_snap(&space, all);
    assert_true(isnan(adam[2]) && isnan(adam[3]));
    assert_true(!isnan(plain[2]) && isnan(plain[3]));
    assert_true(!isnan(all[2]) && !isnan(all[3]));
    double other[4] = { 0.2, 0.7, 0.1, NAN };
    sft__space_snap(&space, other);
    assert_true(sft__space_same(&space, adam, other));
    assert_false(sft__space_same(&space, adam, plain));
}

static void size_counts_conditions_once(void **state)
{
    (void)state;
    const sft_space space = { .n = 4, .axis = tree };
    assert_int_equal(sft__space_size(&space), 4 * (1 + (1 + 2 + 2)));
    sft_axis        endless[] = { kinds[0], kinds[2] }, huge[8];
    const sft_space line = { .n = 2, .axis = endless }, much = { .n = 8, .axis = huge };
    assert_int_equal(sft__space_size(&line), 0);
    for (int i = 0; i < 8; i++) huge[i] = (sft_axis){ .key = "x", .kind = SFT_AXIS_INT, .low = 0, .high = 1e9, .parent = -1 };
    assert_true(sft__space_size(&much) == INT64_MAX);
}

static void overrides_name_sections_first_and_leave_out_what_does_not_matter(void **state)
{
    (void)state;
    sft_ctx        *c = check_open();
    sft_arena       a;
    const char     *text[4];
    const sft_space space = { .n = 4, .axis = tree };
    double          sgd[4] = { 0.3, 0.1, 0.9, 0.9 }, adam[4] = { 0.9, 0.9, 0.9, 0.9 };
    sft__arena_open(&a, c);
    sft__space_snap(&space, sgd);
    sft__space_snap(&space, adam);
    assert_int_equal(sft__space_overrides(&space, sgd, &a, text), 4);
    assert_string_equal(text[0], "optimizer=sgd");
    assert_string_equal(text[1], "model.width=2");
    assert_string_equal(text[2], "optimizer.momentum=0.9");
    assert_string_equal(text[3], "optimizer.nesterov=true");
    assert_int_equal(sft__space_overrides(&space, adam, &a, text), 2);
    sft__arena_close(&a);
    sft_close(c);
}

/* optimizer.momentum is set on the optimizer that optimizer.name has put there. */
static void overrides_name_records_before_their_options_and_values_in_whole(void **state)
{
    (void)state;
    static const char long_stack[] = "linear 100 | relu | linear 100 | relu | linear 100 | relu | linear 100 | relu | "
                                     "linear 100 | relu | linear 100 | relu | linear";
    static const char *const stacks[] = { "linear", long_stack };
    sft_ctx   *c = check_open();
    sft_arena  a;
    const char *text[3];
    char       buf[64];
    sft_axis   axes[] = {
        { .key = "optimizer.momentum", .n = 3, .value = numbers, .number = values, .parent = -1 },
        { .key = "optimizer.name", .n = 2, .value = methods, .parent = -1 },
        { .key = "model", .n = 2, .value = stacks, .label = stacks, .parent = -1 },
    };
    const sft_space space = { .n = 3, .axis = axes };
    sft__arena_open(&a, c);
    assert_int_equal(sft__space_overrides(&space, (double[]){ 0.9, 0.1, 0.9 }, &a, text), 3);
    assert_true(strlen(text[0]) == strlen("model=") + strlen(long_stack));
    assert_string_equal(text[1], "optimizer.name=sgd");
    assert_string_equal(text[2], "optimizer.momentum=0.9");
    assert_string_equal(sft__axis_text(&axes[2], 0.9, buf, sizeof buf), long_stack);
    assert_string_equal(sft__axis_label(&axes[2], 0.9, buf, sizeof buf), long_stack);
    sft__arena_close(&a);
    sft_close(c);
}

static void constraints_are_products_and_hold_where_nothing_matters(void **state)
{
    (void)state;
    sft_limit limit[] = {
        { .text = "c / g <= 1", .n = 2, .axis = { 0, 1 }, .divide = { false, true }, .relation = 'l', .right = 1 },
        { .text = "c > -3", .n = 1, .axis = { 0 }, .relation = '>', .right = -3 },
    };
    sft_axis        axis[] = { kinds[2], kinds[6] };
    const sft_space space = { .n = 2, .axis = axis, .n_limits = 2, .limit = limit };
    double          u[2] = { sft__axis_find(&axis[0], "3"), sft__axis_find(&axis[1], "3") };
    assert_true(sft__space_allows(&space, u));
    u[1] = sft__axis_find(&axis[1], "2");
    assert_false(sft__space_allows(&space, u));
    u[1] = NAN;
    assert_true(sft__space_allows(&space, u));
    u[0] = sft__axis_find(&axis[0], "-3");
    assert_false(sft__space_allows(&space, u));
    /* as written in decimals, not as doubles multiply: 0.1 x 3 <= 0.3 */
    sft_limit       product = { .text = "e * g <= 0.3", .n = 2, .axis = { 0, 1 }, .relation = 'l', .right = 0.3 };
    sft_axis        tenths[] = { kinds[4], kinds[6] };
    const sft_space small = { .n = 2, .axis = tenths, .n_limits = 1, .limit = &product };
    double          v[2] = { sft__axis_find(&tenths[0], "0.1"), sft__axis_find(&tenths[1], "3") };
    assert_true(sft__space_allows(&small, v));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_found_again_is_the_same_point_to_the_bit),
        cmocka_unit_test(ends_and_cells_are_those_of_the_plan),
        cmocka_unit_test(whole_numbers_are_as_likely_as_each_other),
        cmocka_unit_test(a_logarithmic_axis_gives_each_decade_its_share),
        cmocka_unit_test(values_that_are_not_on_the_axis_are_not_found),
        cmocka_unit_test(labels_are_short_and_values_without_numbers_have_no_order),
        cmocka_unit_test(axes_that_do_not_matter_are_nan_all_the_way_down),
        cmocka_unit_test(size_counts_conditions_once),
        cmocka_unit_test(overrides_name_sections_first_and_leave_out_what_does_not_matter),
        cmocka_unit_test(overrides_name_records_before_their_options_and_values_in_whole),
        cmocka_unit_test(constraints_are_products_and_hold_where_nothing_matters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
