/* SPDX-License-Identifier: MIT */
/* What the doctor says of rates that still learn: too high for the units they kill, too low for the plan there is. labels: core */
#include "check.h"

#include <stdio.h>

typedef struct seen {
    bool              stands;
    sft_finding_facts f;
    char              evidence[512];
} seen;

/* Is the symptom found in a probe run of so many steps (below 0: the usual ones)? */
static seen look_for(const char *symptom, const char *recipe, int seed, int64_t steps)
{
    seen           s = { .stands = false };
    char           set[32];
    sft_ctx       *c = check_open();
    sft_recipe    *r = sft_recipe_parse(c, "r.yaml", recipe, strlen(recipe));
    snprintf(set, sizeof set, "train.seed=%d", seed);
    sft_recipe_set(r, set);
    sft_data      *d = sft_data_open(c, r);
    sft_diagnosis *x = sft_diagnose(c, r, d, &(sft_doctor_options){ .steps = steps });
    CHECK_OK(c);
    for (int i = 0; !s.stands && sft_diagnosis_finding(x, i, &s.f); i++) s.stands = !strcmp(s.f.symptom, symptom);
    if (s.stands) snprintf(s.evidence, sizeof s.evidence, "%s", s.f.evidence);
    sft_diagnosis_free(x);
    sft_data_free(d);
    sft_recipe_free(r);
    sft_close(c);
    return s;
}

#define NARROW(rate)                                                                                                                     \
    "data: digits\nmodel: linear 64 | relu | linear 64 | relu | linear\ninit: kaiming_normal\noptimizer: adam lr=" rate                  \
    "\ntrain: {epochs: 30, batch: 32}\n"

/* Adam at fifty times its usual rate learns the digits, with half of its units. */
static void a_rate_that_kills_units_is_too_high(void **state)
{
    (void)state;
    for (int seed = 0; seed < 4; seed++) {
        const seen s = look_for("rate_too_high", NARROW("0.05"), seed, -1);
        assert_true(s.stands);
        assert_int_equal(s.f.severity, SFT_FAULT);
        assert_non_null(s.f.layer);
        assert_non_null(strstr(s.evidence, "killed"));
        assert_string_equal(s.f.remedy, "lower_rate");
    }
}

static void the_usual_rate_kills_none(void **state)
{
    (void)state;
    for (int seed = 0; seed < 4; seed++) assert_false(look_for("rate_too_high", NARROW("0.001"), seed, -1).stands);
}

/* Units that never lived were not killed by the rate. */
static void units_dead_from_the_start_are_not_the_rates_doing(void **state)
{
    (void)state;
    static const char dead[] = "data: digits\nmodel: linear 64 | relu | linear 64 | relu | linear\ninit_layers: {\"0.bias\": constant value=-1.5}\n"
                               "optimizer: adam lr=0.01\ntrain: {epochs: 10, batch: 32}\n";
    assert_true(look_for("dead_units", dead, 0, -1).stands);
    assert_false(look_for("rate_too_high", dead, 0, -1).stands);
}

/* By these seeds the course bends early enough for its forecast to look better than its end: only the whole plan shows it. */
static void a_rate_too_low_for_its_plan_is_seen_at_the_end(void **state)
{
    (void)state;
    static const char slow[] = "data: digits\nmodel: linear 64 | relu | linear 64 | relu | linear\ninit: kaiming_normal\n"
                               "optimizer: momentum lr=1e-5\ntrain: {epochs: 30, batch: 32}\n";
    for (int seed = 0; seed < 4; seed++) assert_true(look_for("rate_too_low", slow, seed, 100000).stands);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rate_that_kills_units_is_too_high), cmocka_unit_test(the_usual_rate_kills_none),
        cmocka_unit_test(units_dead_from_the_start_are_not_the_rates_doing),
        cmocka_unit_test(a_rate_too_low_for_its_plan_is_seen_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
