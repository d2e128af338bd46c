/* SPDX-License-Identifier: MIT */
/* labels: core */
/* Schedules: PyTorch's rates to all the digits stored, the formulas to rounding, and what must
 * hold of each at any time. */
#include "check.h"
#include "golden.h"
#include "optim/optim.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

typedef struct bound { /* a schedule out of its text, as a recipe gives it */
    sft_ctx            *c;
    sft_arena           arena;
    const sft_schedule *schedule;
    void               *conf;
    sft_warmup          warmup;
} bound;

static bool is_warmup(const char *key) { return key && sft__field_find(sft__warmup_fields, key); }

static void open_text(bound *b, const char *text)
{
    *b = (bound){ .c = check_open() };
    sft__arena_open(&b->arena, b->c);
    sft_spec spec, own, common;
    assert_int_equal(sft__spec_parse(&b->arena, text, strlen(text), (sft_pos){ 0 }, &spec), SFT_OK);
    own = (sft_spec){ .name = spec.name };
    common = (sft_spec){ 0 };
    for (int i = 0; i < spec.n; i++)
        sft__spec_put(&b->arena, is_warmup(spec.arg[i].key) ? &common : &own, spec.arg[i].key,
                      spec.arg[i].value, (sft_pos){ 0 }, false);
    b->schedule = sft__schedule_find(spec.name);
    assert_non_null(b->schedule);
    b->conf = sft__arena_alloc(&b->arena, b->schedule->conf_size);
    sft__fields_bind(&b->arena, b->schedule->fields, b->conf, &own, text);
    sft__fields_bind(&b->arena, sft__warmup_fields, &b->warmup, &common, text);
    CHECK_OK(b->c);
}

static void close_text(bound *b)
{
    sft__arena_close(&b->arena);
    sft_close(b->c);
}

static double rate(const bound *b, double lr, int64_t step, int64_t steps, int64_t epoch)
{
    return sft__rate(b->schedule, b->conf, &b->warmup, lr, (sft_when){ .step = step, .steps = steps, .steps_per_epoch = epoch });
}

/* The rate at a step of 300 with base rate 0.1, by the formulas at the head of the golden file. */
static double formula(const char *label, int64_t step)
{
    int64_t w = strstr(label, "_warmup") ? 20 : 0;
    double  t = (double)(step - w), span = (double)(300 - w);
    if (step < w) return 0.1 * (double)(step + 1) / (double)w;
    if (strncmp(label, "cosine", 6) == 0)
        return 0.0001 + (0.1 - 0.0001) * (1 + cos(pi * t / span)) / 2;
    return strncmp(label, "step", 4) == 0 ? 0.1 * pow(0.5, floor(t / 50)) : 0.1;
}

/* The file has nine digits, so it tells half a unit of the ninth (5e-9 relative); the formula tells
 * the rest. */
static void follows(const golden *g, const char *label)
{
    bound         b;
    golden_tensor want = golden_get(g, "%s", label);
    int64_t       steps = (int64_t)golden_scalar(g, "steps");
    double        lr = golden_scalar(g, "base");
    assert_int_equal(want.count, steps);
    open_text(&b, golden_text(g, "schedule/%s", label));
    for (int64_t k = 0; k < steps; k++) {
        double got = rate(&b, lr, k, steps, 10), exact = formula(label, k);
        if (!(fabs(got - want.v[k]) <= 5.1e-9 * want.v[k]))
            fail_msg("%s step %d: %.17g, PyTorch %.17g", label, (int)k, got, want.v[k]);
        if (!(fabs(got - exact) <= 1e-12 * exact))
            fail_msg("%s step %d: %.17g, by the formula %.17g", label, (int)k, got, exact);
    }
    close_text(&b);
}

static void rates_are_pytorchs(void **state)
{
    (void)state;
    golden     *g = golden_open("schedules");
    const char *labels[] = { "constant",    "constant_warmup", "step",
                             "step_warmup", "cosine",          "cosine_warmup" };
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) follows(g, labels[i]);
    golden_close(g);
}

/* Also past the planned end, for runs of one step, and with warm-up as long as the run. */
static void every_rate_is_between_zero_and_lr(void **state)
{
    (void)state;
    const int64_t lengths[] = { 1, 2, 3, 7, 100 };
    const char *tails[] = { "", " warmup=3", " warmup_epochs=0.5 warmup_start=0.1", " warmup=100" };
    for (int i = 0; sft__schedule_at(i); i++)
        for (int n = 0; n < 5; n++)
            for (int k = 0; k < 4; k++) {
                char  text[256];
                bound b;
                snprintf(text, sizeof text, "%s%s", sft__schedule_at(i)->name, tails[k]);
                open_text(&b, text);
                for (int64_t step = 0; step < lengths[n] + 5; step++) {
                    double got = rate(&b, 0.3, step, lengths[n], 4);
                    if (!(got >= 0 && got <= 0.3 * (1 + 1e-12)))
                        fail_msg("%s, step %d of %d: %g", text, (int)step, (int)lengths[n], got);
                }
                close_text(&b);
            }
}

/* Every record needs a row: may its rate rise after the warm-up, and what share of lr is left at the
 * end of a run of 100 steps, 4 an epoch, without options? */
static const struct {
    const char *name;
    bool        rises;
    double      left;
} shapes[] = {
    { "constant", false, 1 },
    { "step", false, 0.1 * 0.1 },
    { "multistep", false, 0.1 * 0.1 },
    { "exponential", false, 0.012022644346174129 }, /* 0.01^(24/25) */
    { "polynomial", false, 0.01 },
    { "linear", false, 0.01 },
    { "cosine", false, 2.4671981713420017e-04 }, /* (1 + cos(0.99 pi)) / 2 */
    { "cosine_restarts", true, 0.003942649342761062 }, /* (1 + cos(0.96 pi)) / 2 */
    { "one_cycle", true, 1.0 / 25 / 1e4 },
    { "cyclic", true, 0.25 + 0.75 * 3 / 8 }, /* of a cycle of 16: 3 behind the sixth */
    { "inverse_sqrt", false, 0.30289126640769 }, /* sqrt(10 / 109) */
    { "inverse_time", false, 10.0 / 109 },
    { "wsd", false, 0.05 },
    { "plateau", false, 1 },
    { "piecewise", false, 0.01 },
};

enum { N_SHAPES = sizeof shapes / sizeof *shapes };

static void every_record_has_its_shape(void **state)
{
    (void)state;
    for (int i = 0; sft__schedule_at(i); i++) {
        const char *name = sft__schedule_at(i)->name;
        int         row = 0;
        bound       b;
        while (row < N_SHAPES && strcmp(shapes[row].name, name) != 0) row++;
        if (row == N_SHAPES) fail_msg("schedule %s has no row in shapes[]", name);
        open_text(&b, name);
        int rises = 0;
        for (int64_t step = 1; step < 100; step++)
            rises += rate(&b, 0.3, step, 100, 4) > rate(&b, 0.3, step - 1, 100, 4);
        if ((rises > 0) != shapes[row].rises) fail_msg("%s: the rate rises %d times", name, rises);
        double last = rate(&b, 0.3, 99, 100, 4) / 0.3;
        if (!(fabs(last - shapes[row].left) <= 1e-12))
            fail_msg("%s: %.17g of lr is left", name, last);
        close_text(&b);
    }
}

static void warmup_begins_at_its_start_and_ends_at_lr(void **state)
{
    (void)state;
    bound b;
    open_text(&b, "constant warmup=10 warmup_start=0.2");
    double first = 0.3 * (0.2 + 0.8 / 10), fifth = 0.3 * (0.2 + 0.8 * 5 / 10);
    assert_true(fabs(rate(&b, 0.3, 0, 100, 4) - first) <= 1e-15);
    assert_true(fabs(rate(&b, 0.3, 4, 100, 4) - fifth) <= 1e-15);
    assert_true(fabs(rate(&b, 0.3, 9, 100, 4) - 0.3) <= 1e-15);
    close_text(&b);
}

static void epochs_mean_steps_per_epoch(void **state)
{
    (void)state;
    bound steps, epochs;
    open_text(&steps, "step 50 unit=step gamma=0.5 warmup=20");
    open_text(&epochs, "step 2 gamma=0.5 warmup_epochs=0.8");
    for (int64_t k = 0; k < 300; k++)
        assert_true(rate(&steps, 0.1, k, 300, 25) == rate(&epochs, 0.1, k, 300, 25));
    assert_int_equal(sft__warmup_steps(&epochs.warmup, 25), 20);
    close_text(&steps);
    close_text(&epochs);
}

static void step_alone_falls_every_third_of_the_run(void **state)
{
    (void)state;
    bound b;
    open_text(&b, "step");
    assert_true(rate(&b, 1, 99, 300, 25) == 1);
    assert_true(fabs(rate(&b, 1, 100, 300, 25) - 0.1) <= 1e-15);
    assert_true(fabs(rate(&b, 1, 299, 300, 25) - 0.01) <= 1e-15);
    close_text(&b);
}

static void records_are_found_by_name_and_alias(void **state)
{
    (void)state;
    assert_ptr_equal(sft__schedule_find("none"), sft__schedule_find("constant"));
    assert_ptr_equal(sft__schedule_find("CosineAnnealingLR"), sft__schedule_find("cosine"));
    assert_null(sft__schedule_find("cosin"));
    assert_null(sft__schedule_at(-1));
    for (int i = 0; sft__schedule_at(i); i++)
        assert_ptr_equal(sft__schedule_find(sft__schedule_at(i)->name), sft__schedule_at(i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_are_pytorchs),
        cmocka_unit_test(every_rate_is_between_zero_and_lr),
        cmocka_unit_test(every_record_has_its_shape),
        cmocka_unit_test(warmup_begins_at_its_start_and_ends_at_lr),
        cmocka_unit_test(epochs_mean_steps_per_epoch),
        cmocka_unit_test(step_alone_falls_every_third_of_the_run),
        cmocka_unit_test(records_are_found_by_name_and_alias),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
