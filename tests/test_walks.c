/* SPDX-License-Identifier: MIT */
/* labels: core gradient */
/* Every optimiser under two schedules follows PyTorch's walk of a hundred steps, or its paper's in
 * float64 (tools/golden_optim.py), and goes on to the bit from its saved state. */
#include "golden.h"
#include "optim_bench.h"

#include <math.h>

enum { STEPS = 100, N = 16, EVERY = 10 };

typedef struct bound_schedule {
    const sft_schedule *schedule;
    void               *conf;
} bound_schedule;

static bound_schedule read_schedule(bench *b, const char *text)
{
    sft_spec spec;
    assert_int_equal(sft__spec_parse(&b->arena, text, strlen(text), (sft_pos){ 0 }, &spec), SFT_OK);
    bound_schedule s = { .schedule = sft__schedule_find(spec.name) };
    assert_non_null(s.schedule);
    s.conf = sft__arena_alloc(&b->arena, s.schedule->conf_size);
    sft__fields_bind(&b->arena, s.schedule->fields, s.conf, &spec, text);
    CHECK_OK(b->c);
    return s;
}

/* The gradient of sum a_i log cosh(w_i - t_i) + c/2 (sum w)^2. */
static void slope(bench *b, const golden *f)
{
    golden_tensor a = golden_get(f, "a"), target = golden_get(f, "target");
    double        sum = 0, c = golden_scalar(f, "coupling");
    for (int i = 0; i < N; i++) sum += (double)b->w[i];
    for (int i = 0; i < N; i++)
        b->g[i] = (real)(a.v[i] * tanh((double)b->w[i] - target.v[i]) + c * sum);
}

static void go(bench *b, const golden *f, const bound_schedule *s, int64_t from, int64_t to)
{
    static const sft_warmup none = { 0 };
    for (int64_t k = from; k < to; k++) {
        slope(b, f);
        double lr = sft__rate(s->schedule, s->conf, &none, option(b, "lr"),
                              (sft_when){ .step = k, .steps = STEPS, .steps_per_epoch = STEPS });
        sft__update_step(&b->update, NULL, k + 1, lr, 1);
    }
}

/* A matrix (4,3) and a vector (4). */
static void start(bench *b, const golden *f, const char *text)
{
    golden_tensor w = golden_get(f, "w");
    *b = (bench){ .n_groups = 1,
                  .group = { { 0, N, 1, 1 } },
                  .n_parts = 2,
                  .part = { { 0, 12, 4, 3, true }, { 12, 4, 4, 1, false } } };
    begin(b, text, N);
    for (int i = 0; i < N; i++) b->w[i] = (real)w.v[i];
}

/* "adam/cosine": the weights behind every tenth step, within 1e-5 of their size or of 1. */
static void walk(void *user, const char *name)
{
    const golden *f = user;
    golden_tensor want = golden_get(f, "%s", name);
    double        tolerance = sizeof(real) == sizeof(double) ? 1e-9 : 1e-5;
    char          which[64];
    snprintf(which, sizeof which, "%s", name);
    char *slash = strchr(which, '/');
    *slash = 0;
    bench b;
    start(&b, f, golden_text(f, "%s", which));
    bound_schedule s = read_schedule(&b, golden_text(f, "%s", slash + 1));
    for (int64_t k = 0; k < STEPS; k += EVERY) {
        go(&b, f, &s, k, k + EVERY);
        for (int i = 0; i < N; i++) {
            double w = want.v[k / EVERY * N + i];
            if (!(fabs((double)b.w[i] - w) <= tolerance * fmax(1, fabs(w))))
                fail_msg("%s: weight %d behind step %d is %.10g, the reference has %.10g", name, i,
                         (int)k + EVERY, (double)b.w[i], w);
        }
    }
    end(&b);
}

static void walks_are_followed(void **state)
{
    (void)state;
    golden *f = golden_open("walks");
    golden_each(f, "cases", walk, f);
    golden_close(f);
}

static void every_record_has_a_walk(void **state)
{
    (void)state;
    golden *f = golden_open("walks");
    for (int i = 0; sft__optimizer_at(i); i++) {
        const sft_optimizer *o = sft__optimizer_at(i);
        if (!o->method /* test_methods.c walks these */ &&
            (!golden_has(f, "%s/cosine", o->name) || !golden_has(f, "%s/step", o->name)))
            fail_msg("optimizer %s has no walk in tools/golden_optim.py", o->name);
    }
    golden_close(f);
}

/* Half of the walk, then the weights and the slots carried over to a fresh optimiser. */
static void state_goes_on(void *user, const char *name)
{
    const golden *f = user;
    char          which[64];
    snprintf(which, sizeof which, "%s", name);
    *strchr(which, '/') = 0;
    bench whole, first, second;
    start(&whole, f, golden_text(f, "%s", which));
    start(&first, f, golden_text(f, "%s", which));
    start(&second, f, golden_text(f, "%s", which));
    bound_schedule s = read_schedule(&whole, golden_text(f, "step"));
    go(&whole, f, &s, 0, 60);
    go(&first, f, &s, 0, 29);
    memcpy(second.w, first.w, N * sizeof(real));
    for (int slot = 0; slot < first.update.n_slots; slot++)
        memcpy(sft__update_slot(&second.update, slot), sft__update_slot(&first.update, slot),
               N * sizeof(real));
    go(&second, f, &s, 29, 60);
    assert_memory_equal(whole.w, second.w, N * sizeof(real));
    end(&whole);
    end(&first);
    end(&second);
}

static void saved_state_goes_on_to_the_bit(void **state)
{
    (void)state;
    golden *f = golden_open("walks");
    golden_each(f, "cases", state_goes_on, f);
    golden_close(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walks_are_followed),
        cmocka_unit_test(every_record_has_a_walk),
        cmocka_unit_test(saved_state_goes_on_to_the_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
