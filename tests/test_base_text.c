/* SPDX-License-Identifier: MIT */
/* Numbers survive text bit for bit in any locale; strings and UTF-8 hold. labels: core */
#include "check.h"

#include "base/random.h"
#include "base/text.h"

#include <float.h>
#include <locale.h>
#include <math.h>

static bool parse(const char *text, double *v)
{
    return sft__parse_real(text, strlen(text), v);
}

static double from_bits(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* Digits that carry the value: no zeros on either side. */
static int significant(const char *text)
{
    int n = 0, zeros = 0;
    for (; *text && *text != 'e'; text++) {
        if (*text < '0' || *text > '9' || (n == 0 && *text == '0'))
            continue;
        zeros = *text == '0' ? zeros + 1 : 0;
        n++;
    }
    return n - zeros;
}

static void check_round_trip(double v)
{
    char buf[32], shorter[400];
    double back = 0;
    assert_ptr_equal(sft__print_real(v, buf, sizeof buf), buf);
    assert_null(strchr(buf, ','));
    assert_true(parse(buf, &back));
    if (memcmp(&v, &back, sizeof v) != 0)
        fail_msg("%a prints as %s and reads as %a", v, buf, back);
    int digits = significant(buf);
    if (digits < 2)
        return;
    snprintf(shorter, sizeof shorter, "%.*g", digits - 1, v);
    if (strtod(shorter, NULL) == v)
        fail_msg("%s would do for %s", shorter, buf);
}

static void doubles_survive(void)
{
    sft_stream s = sft__stream(sft__key(1, SFT_FOR_TEST), 0, 0, 0);
    for (int i = 0; i < 20000; i++) {
        double v = from_bits((uint64_t)sft__next(&s) << 32 | sft__next(&s));
        if (isfinite(v))
            check_round_trip(v);
        check_round_trip(floor(sft__uniform(&s) * 1e6) / 1000.0);
        check_round_trip(from_bits((uint64_t)sft__next(&s) >> (i % 32))); /* subnormal */
    }
    const double edges[] = { 0.0, -0.0, 0.1, 1.0 / 3, DBL_MAX, DBL_MIN, -DBL_MIN, 5e-324, 1e22, 1e23, 9007199254740993.0,
                             2.2250738585072011e-308, 1e-5, 123456789012345680.0 };
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
        check_round_trip(edges[i]);
}

static void doubles_survive_text(void **state)
{
    (void)state;
    doubles_survive();
}

static void doubles_survive_text_where_the_comma_rules(void **state)
{
    (void)state;
    static const char *const names[] = { "de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE", "fr_FR", "nl_NL.UTF-8",
                                         "ps_AF.UTF-8" };
    bool found = false;
    for (size_t i = 0; i < sizeof names / sizeof *names && !found; i++)
        found = setlocale(LC_ALL, names[i]) && strcmp(localeconv()->decimal_point, ".") != 0;
    if (!found) {
        printf("skipped: no locale with a decimal comma is installed\n");
        setlocale(LC_ALL, "C");
        return;
    }
    doubles_survive();
    double v;
    assert_true(parse("0.1", &v) && v == 1.0 / 10);
    assert_true(parse("0.12345678901234567891", &v));
    assert_false(parse("0,1", &v));
    setlocale(LC_ALL, "C");
}

static void singles_survive_text(void **state)
{
    (void)state;
    sft_stream s = sft__stream(sft__key(2, SFT_FOR_TEST), 0, 0, 0);
    for (int i = 0; i < 50000; i++) {
        uint32_t bits = sft__next(&s) >> (i % 3 ? 0 : i % 32);
        float v, back;
        double d;
        char buf[32];
        memcpy(&v, &bits, sizeof v);
        if (!isfinite(v))
            continue;
        sft__print_single(v, buf, sizeof buf);
        assert_true(strlen(buf) <= 15);
        assert_true(parse(buf, &d));
        back = (float)d;
        assert_memory_equal(&v, &back, sizeof v);
    }
    char buf[32];
    assert_string_equal(sft__print_single(0.1f, buf, sizeof buf), "0.1");
    assert_string_equal(sft__print_single(3e-45f, buf, sizeof buf), "3e-45");
}

static void printing_is_the_shortest(void **state)
{
    (void)state;
    char buf[32];
    static const struct {
        double      v;
        const char *text;
    } cases[] = { { 0.1, "0.1" },     { 100000, "100000" },  { 1e15, "1e15" },   { 1e-5, "1e-5" },
                  { 0.0001, "0.0001" }, { -2.5e-10, "-2.5e-10" }, { 5e-324, "5e-324" }, { 1e100, "1e100" },
                  { -0.0, "-0" },     { 0.3, "0.3" } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(sft__print_real(cases[i].v, buf, sizeof buf), cases[i].text);
    assert_string_equal(sft__print_real((double)NAN, buf, sizeof buf), "nan");
    assert_string_equal(sft__print_real((double)INFINITY, buf, sizeof buf), "inf");
    assert_string_equal(sft__print_real(-(double)INFINITY, buf, sizeof buf), "-inf");
}

/* Against strtod in the C locale, which glibc, musl and macOS round correctly. */
static void parsing_equals_strtod(void **state)
{
    (void)state;
    sft_stream s = sft__stream(sft__key(3, SFT_FOR_TEST), 0, 0, 0);
    for (int i = 0; i < 50000; i++) {
        char text[128];
        size_t n = 0;
        int digits = 1 + (int)sft__below(&s, 30), point = (int)sft__below(&s, 31);
        for (int d = 0; d < digits; d++) {
            if (d == point)
                text[n++] = '.';
            text[n++] = (char)('0' + sft__below(&s, 10));
        }
        snprintf(text + n, sizeof text - n, "e%d", (int)sft__below(&s, 640) - 320);
        double v;
        assert_true(parse(text, &v));
        if (v != strtod(text, NULL))
            fail_msg("%s reads as %a, not %a", text, v, strtod(text, NULL));
    }
}

/* 1 + 2^-53 lies halfway between two doubles; a digit far behind it decides. */
static void a_far_digit_decides_a_tie(void **state)
{
    (void)state;
    char text[3000];
    double v;
    int n = snprintf(text, sizeof text, "1.00000000000000011102230246251565404236316680908203125");
    assert_true(parse(text, &v) && v == 1.0);
    memset(text + n, '0', 2000);
    text[n + 2000] = '\0';
    assert_true(parse(text, &v) && v == 1.0);
    text[n + 1999] = '1';
    assert_true(parse(text, &v) && v == 1.0 + DBL_EPSILON);
    memset(text, '0', 2999); /* zeros in front cost nothing */
    memcpy(text + 2990, "7.5", 4);
    assert_true(parse(text, &v) && v == 7.5);
}

static void numbers_and_what_only_looks_like_one(void **state)
{
    (void)state;
    double v;
    static const char *const good[] = { "0", "1.", ".5", "+3", "-3e+2", "1E5", "1e-400", "1e400", "00012" };
    static const double value[] = { 0, 1, 0.5, 3, -300, 1e5, 0, (double)INFINITY, 12 };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(parse(good[i], &v));
        assert_true(v == value[i]);
    }
    static const char *const bad[] = { "", "-", ".", "e5", "1e", "1e+", "0x10", "1 ", " 1", "1,5", "1_000", "--1", "1.2.3",
                                       "infinite", "nanx", "1f", "+-1", "e", "1e5.0", "..inf" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (parse(bad[i], &v))
            fail_msg("`%s` reads as %g", bad[i], v);
    static const char *const infinite[] = { "inf", ".inf", ".Inf", "+.INF", "Inf" };
    for (size_t i = 0; i < sizeof infinite / sizeof *infinite; i++)
        assert_true(parse(infinite[i], &v) && isinf(v) && v > 0);
    assert_true(parse("-.inf", &v) && isinf(v) && v < 0);
    assert_true(parse("nan", &v) && isnan(v));
    assert_true(parse(".NaN", &v) && isnan(v));
    assert_true(sft__parse_real("12345", 2, &v) && v == 12);
}

static void integers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t     v;
    } good[] = { { "0", 0 },       { "-0", 0 },      { "32.0", 32 }, { "1e3", 1000 }, { "1.5e1", 15 },
                 { "+7", 7 },      { "0.00e99", 0 }, { "1000e-3", 1 }, { "9223372036854775807", INT64_MAX },
                 { "-9223372036854775808", INT64_MIN } };
    int64_t v;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(sft__parse_int(good[i].text, strlen(good[i].text), &v));
        assert_true(v == good[i].v);
    }
    static const char *const bad[] = { "1.5", "9223372036854775808", "-9223372036854775809", "1e19", "99999999999999999999",
                                       "nan", "inf", "", "0x1", "1e-1", "1e999999999999" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (sft__parse_int(bad[i], strlen(bad[i]), &v))
            fail_msg("`%s` reads as %lld", bad[i], (long long)v);
}

static void utf8(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t     fault;
    } cases[] = { { "", -1 },
                  { "plain", -1 },
                  { "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x90\x8E", -1 },
                  { "a\xFF", 1 },
                  { "\xC0\x80", 0 },         /* overlong */
                  { "\xE0\x9F\xBF", 0 },
                  { "\xF0\x8F\xBF\xBF", 0 },
                  { "ab\xED\xA0\x80", 2 },   /* surrogate */
                  { "\xF4\x90\x80\x80", 0 }, /* past U+10FFFF */
                  { "\xF5\x80\x80\x80", 0 },
                  { "x\xE2\x82", 1 },        /* cut off */
                  { "\x80", 0 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(sft__utf8_fault(cases[i].text, strlen(cases[i].text)), cases[i].fault);
}

static void strings_grow(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    sft_string s;
    sft__string_open(&s, c);
    for (int i = 0; i < 1000; i++)
        sft__string_addf(&s, "%d,", i % 10);
    assert_int_equal(s.n, 2000);
    assert_int_equal(strlen(s.text), 2000);
    sft__string_close(&s);
    sft__string_add(&s, "");
    assert_string_equal(s.text, "");
    sft__string_json(&s, "a\"b\\\n\t\x01\xC3\xA9\xFFz");
    assert_string_equal(s.text, "\"a\\\"b\\\\\\n\\t\\u0001\xC3\xA9\xEF\xBF\xBDz\"");
    sft__string_close(&s);
    sft__string_json(&s, NULL);
    sft__string_number(&s, 0.5);
    sft__string_number(&s, (double)NAN);
    sft__string_number(&s, -(double)INFINITY);
    assert_string_equal(s.text, "null0.5nullnull");
    sft__string_close(&s);
    assert_true(sft__text_is("a", "a") && !sft__text_is("a", "b") && !sft__text_is(NULL, "a") && sft__text_is(NULL, NULL));
    sft_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubles_survive_text),
        cmocka_unit_test(doubles_survive_text_where_the_comma_rules),
        cmocka_unit_test(singles_survive_text),
        cmocka_unit_test(printing_is_the_shortest),
        cmocka_unit_test(parsing_equals_strtod),
        cmocka_unit_test(a_far_digit_decides_a_tie),
        cmocka_unit_test(numbers_and_what_only_looks_like_one),
        cmocka_unit_test(integers),
        cmocka_unit_test(utf8),
        cmocka_unit_test(strings_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
