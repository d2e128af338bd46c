/* SPDX-License-Identifier: MIT */
/* What every sampler keeps to: same history, same point; new and allowed points only; a finite space to its last point. labels: core */
#include "sweep_race.h"

static const char *const methods[] = { "sgd", "adam", "lion" }, *const flags[] = { "false", "true" };
static const char *const numbers[] = { "0", "0.5", "0.9" };
static const double      values[] = { 0, 0.5, 0.9 };

/* Lists, ranges, whole numbers, steps, a condition and a constraint. */
static sft_axis mixed_axes[] = {
    { .key = "optimizer", .n = 3, .value = methods, .parent = -1 },
    { .key = "optimizer.lr", .kind = SFT_AXIS_REAL, .log = true, .low = 1e-4, .high = 1, .parent = -1 },
    { .key = "optimizer.momentum", .n = 3, .value = numbers, .number = values, .parent = 0, .when = { 1 } },
    { .key = "optimizer.nesterov", .n = 2, .value = flags, .parent = 2, .when = { 6 } },
    { .key = "train.batch", .kind = SFT_AXIS_INT, .log = true, .low = 16, .high = 256, .step = 2, .n = 5, .parent = -1 },
    { .key = "model.width", .kind = SFT_AXIS_INT, .low = 1, .high = 100, .parent = -1 },
};
static sft_limit       mixed_limit = { .text = "lr * batch <= 10", .n = 2, .axis = { 1, 4 }, .relation = 'l', .right = 10 };
static const sft_space mixed = { 6, mixed_axes, 1, &mixed_limit };

/* (2 + 1 + 2 x 2) methods x 5 batches x 3 widths = 105 points, of which 84 are allowed. */
static sft_axis few_axes[] = {
    { .key = "optimizer", .n = 3, .value = methods, .parent = -1 },
    { .key = "optimizer.momentum", .n = 3, .value = numbers, .number = values, .parent = 0, .when = { 1 } },
    { .key = "optimizer.nesterov", .n = 2, .value = flags, .parent = 1, .when = { 6 } },
    { .key = "train.batch", .kind = SFT_AXIS_INT, .log = true, .low = 16, .high = 256, .step = 2, .n = 5, .parent = -1 },
    { .key = "model.width", .kind = SFT_AXIS_INT, .low = 1, .high = 3, .parent = -1 },
};
static sft_limit       few_limit = { .text = "batch * width <= 256", .n = 2, .axis = { 3, 4 }, .relation = 'l', .right = 256 };
static const sft_space few = { 5, few_axes, 1, &few_limit };

typedef struct history {
    sft_search search;
    sft_sample sample[200];
    double     u[200][SFT_MOST_AXES];
    double     conf[16];
} history;

static sft_ctx *open_history(history *h, const char *sampler, const sft_space *space, uint64_t seed)
{
    sft_ctx           *c = check_open();
    sft_arena          a;
    const sft_sampler *m = sft__sampler_find(sampler);
    memset(h, 0, sizeof *h);
    assert_true(m->conf_size <= sizeof h->conf);
    sft__arena_open(&a, c);
    sft__fields_defaults(m->fields, h->conf, &a);
    sft__arena_close(&a);
    h->search = (sft_search){ .space = space, .conf = h->conf, .seed = seed, .sample = h->sample };
    return c;
}

/* Some value of a point: smooth in the numbers, another for each choice. */
static double some_value(const sft_space *space, const double *u)
{
    double y = 0;
    for (int i = 0; i < space->n; i++) y += isnan(u[i]) ? 0.1 : (u[i] - 0.3) * (u[i] - 0.3) * (i + 1);
    return y;
}

/* Asks for the next point and enters it; false: there is none. */
static bool ask(sft_ctx *c, history *h, const char *sampler, sft_known known)
{
    const int64_t n = h->search.n;
    bool          done = false;
    assert_int_equal(sft__sampler_next(c, sft__sampler_find(sampler), &h->search, h->u[n], &done), SFT_OK);
    if (done) return false;
    h->sample[n] = (sft_sample){ h->u[n], known, some_value(h->search.space, h->u[n]), 1 };
    h->search.n++;
    return true;
}

static const char *const endless_samplers[] = { "random", "sobol", "tpe", "gp", NULL };
#define EACH_SAMPLER(name) for (const char *const *list = endless_samplers, *name; (name = *list) != NULL; list++)

static void the_list_is_found_by_name_and_alias(void **state)
{
    (void)state;
    int n = 0;
    for (const sft_sampler *m; (m = sft__sampler_at(n)) != NULL; n++) {
        assert_ptr_equal(sft__sampler_find(m->name), m);
        assert_true(m->doc && m->math && m->source && m->fields && m->next);
    }
    assert_int_equal(n, 5);
    assert_null(sft__sampler_at(-1));
    assert_ptr_equal(sft__sampler_find("bayes"), sft__sampler_find("gp"));
    assert_null(sft__sampler_find("oracle"));
    assert_null(sft__sampler_find(NULL));
}

static void same_history_and_seed_give_the_same_point(void **state)
{
    (void)state;
    EACH_SAMPLER(name) {
        history  a, b, other;
        sft_ctx *c = open_history(&a, name, &mixed, 5), *d = open_history(&b, name, &mixed, 5), *e = open_history(&other, name, &mixed, 6);
        int      differ = 0;
        for (int i = 0; i < 25; i++) {
            ask(c, &a, name, SFT_KNOWN_VALUE);
            ask(d, &b, name, SFT_KNOWN_VALUE);
            ask(e, &other, name, SFT_KNOWN_VALUE);
            assert_true(sft__space_same(&mixed, a.u[i], b.u[i]));
            differ += !sft__space_same(&mixed, a.u[i], other.u[i]);
        }
        assert_true(differ > 20);
        sft_close(c), sft_close(d), sft_close(e);
    }
}

static void points_are_snapped_allowed_and_new(void **state)
{
    (void)state;
    EACH_SAMPLER(name) {
        history  h;
        sft_ctx *c = open_history(&h, name, &mixed, 1);
        for (int i = 0; i < 60; i++) {
            double again[SFT_MOST_AXES];
            assert_true(ask(c, &h, name, i % 7 == 3 ? SFT_KNOWN_FAILED : i % 5 == 4 ? SFT_KNOWN_RUNNING : SFT_KNOWN_VALUE));
            memcpy(again, h.u[i], sizeof again);
            sft__space_snap(&mixed, again);
            assert_true(sft__space_same(&mixed, again, h.u[i]));
            assert_true(sft__space_allows(&mixed, h.u[i]));
            for (int k = 0; k < i; k++) assert_false(sft__space_same(&mixed, h.u[i], h.u[k]));
        }
        sft_close(c);
    }
}

/* All are running (as many workers as points) or all are known (one worker): the first eight points are the same. */
static void first_points_do_not_depend_on_what_runs(void **state)
{
    (void)state;
    EACH_SAMPLER(name) {
        history  running, known;
        sft_ctx *c = open_history(&running, name, &mixed, 3), *d = open_history(&known, name, &mixed, 3);
        for (int i = 0; i < 8; i++) {
            ask(c, &running, name, SFT_KNOWN_RUNNING);
            ask(d, &known, name, SFT_KNOWN_VALUE);
            assert_true(sft__space_same(&mixed, running.u[i], known.u[i]));
        }
        sft_close(c), sft_close(d);
    }
}

static void a_finite_space_is_given_out_once_to_its_last_point(void **state)
{
    (void)state;
    static const char *const all[] = { "grid", "random", "sobol", "tpe", "gp" };
    assert_int_equal(sft__space_size(&few), 105);
    for (int s = 0; s < 5; s++) {
        history  h;
        sft_ctx *c = open_history(&h, all[s], &few, 2);
        while (h.search.n < 150 && ask(c, &h, all[s], SFT_KNOWN_VALUE)) {
            const int64_t last = h.search.n - 1;
            assert_true(sft__space_allows(&few, h.u[last]));
            for (int64_t k = 0; k < last; k++) assert_false(sft__space_same(&few, h.u[last], h.u[k]));
        }
        assert_int_equal(h.search.n, 7 * (5 + 4 + 3)); /* width 1: 16..256, 2: 16..128, 3: 16..64 */
        sft_close(c);
    }
}

static void a_grid_goes_in_order_and_past_what_was_told(void **state)
{
    (void)state;
    history         h;
    sft_space       plain = { 2, (sft_axis[]){ few_axes[0], few_axes[4] }, 0, NULL };
    sft_ctx        *c = open_history(&h, "grid", &plain, 0);
    const int       want[8][2] = { { 0, 0 }, { 0, 2 }, { 1, 0 }, { 1, 1 }, { 1, 2 }, { 2, 0 }, { 2, 1 }, { 2, 2 } };
    static double   foreign[2] = { 0.1, 0.5 }; /* given from outside before: sgd, 2 */
    sft__space_snap(&plain, foreign);
    h.sample[0] = (sft_sample){ foreign, SFT_KNOWN_VALUE, 1, 1 };
    h.search.n = 1;
    for (int i = 0; i < 8; i++) {
        assert_true(ask(c, &h, "grid", SFT_KNOWN_RUNNING));
        assert_int_equal(sft__axis_index(&plain.axis[0], h.u[i + 1][0]), want[i][0]);
        assert_int_equal(sft__axis_number(&plain.axis[1], h.u[i + 1][1]), want[i][1] + 1);
    }
    assert_false(ask(c, &h, "grid", SFT_KNOWN_RUNNING));
    sft_close(c);
}

static void a_grid_refuses_a_line_or_puts_places_on_it_with_both_ends(void **state)
{
    (void)state;
    history   h;
    sft_space line = { 1, &mixed_axes[1], 0, NULL };
    sft_ctx  *c = open_history(&h, "grid", &line, 0);
    bool      done;
    double    u;
    assert_int_not_equal(sft__sampler_next(c, sft__sampler_find("grid"), &h.search, &u, &done), SFT_OK);
    CHECK_FAILS(c, "E142", "optimizer.lr");
    memcpy(h.conf, &(int64_t){ 5 }, sizeof(int64_t));
    const char *want[] = { "0.0001", "0.001", "0.01", "0.1", "1" };
    for (int i = 0; i < 5; i++) {
        double at;
        assert_true(ask(c, &h, "grid", SFT_KNOWN_VALUE));
        sscanf(want[i], "%lf", &at);
        assert_true(sft__axis_number(&line.axis[0], h.u[i][0]) == at);
    }
    assert_false(ask(c, &h, "grid", SFT_KNOWN_VALUE));
    sft_close(c);
}

static void constraints_that_nothing_fits_are_an_error(void **state)
{
    (void)state;
    static const char *const all[] = { "grid", "random", "sobol", "tpe", "gp" };
    sft_limit never = { .text = "batch < 1", .n = 1, .axis = { 0 }, .relation = '<', .right = 1 };
    sft_limit unlikely = { .text = "lr > 1", .n = 1, .axis = { 0 }, .relation = '>', .right = 1 };
    sft_space finite = { 1, &mixed_axes[4], 1, &never }, endless = { 1, &mixed_axes[1], 1, &unlikely };
    for (int s = 0; s < 5; s++) {
        for (int e = s == 0; e < 2; e++) { /* a grid has no endless axis */
            history  h;
            sft_ctx *c = open_history(&h, all[s], e ? &finite : &endless, 0);
            bool     done;
            assert_int_not_equal(sft__sampler_next(c, sft__sampler_find(all[s]), &h.search, h.u[0], &done), SFT_OK);
            CHECK_FAILS(c, "E143", e ? "batch < 1" : "lr > 1");
            sft_close(c);
        }
    }
}

/* Six workers that ask while nothing comes back are not sent to one place: over seeds, the two nearest of their points are typically
 * further apart than a hundredth of the axis, on a function with waves. (A process that knows a parabola knows its minimum, and stays.) */
static void running_points_keep_others_away(void **state)
{
    (void)state;
    enum { SEEDS = 11, KNOWN = 10, RUNNING = 6 };
    static const char *const learners[] = { "tpe", "gp" };
    sft_axis                 other = { .key = "b", .kind = SFT_AXIS_REAL, .high = 1, .parent = -1 };
    sft_space                square = { 2, (sft_axis[]){ mixed_axes[1], other }, 0, NULL };
    for (int s = 0; s < 2; s++) {
        double nearest[SEEDS];
        for (int seed = 0; seed < SEEDS; seed++) {
            history  h;
            sft_ctx *c = open_history(&h, learners[s], &square, (uint64_t)seed);
            nearest[seed] = INFINITY;
            for (int i = 0; i < KNOWN + RUNNING; i++) {
                ask(c, &h, learners[s], i < KNOWN ? SFT_KNOWN_VALUE : SFT_KNOWN_RUNNING);
                h.sample[i].value += 0.5 * cos(25 * h.u[i][0]) * cos(25 * h.u[i][1]);
                for (int k = KNOWN; k < i; k++) nearest[seed] = fmin(nearest[seed], hypot(h.u[i][0] - h.u[k][0], h.u[i][1] - h.u[k][1]));
            }
            sft_close(c);
        }
        assert_true(race_median(nearest, SEEDS) > 0.01);
    }
}

/* Where the upper half of an axis crashes, of 30 points learnt less than a quarter go there (evenly: a half). */
static void learners_leave_the_place_where_trials_fail(void **state)
{
    (void)state;
    static const char *const learners[] = { "tpe", "gp" };
    sft_axis                 other = { .key = "b", .kind = SFT_AXIS_REAL, .high = 1, .parent = -1 };
    sft_space                square = { 2, (sft_axis[]){ mixed_axes[1], other }, 0, NULL };
    for (int s = 0; s < 2; s++) {
        history  h;
        sft_ctx *c = open_history(&h, learners[s], &square, 4);
        int      lost = 0;
        for (int i = 0; i < 40; i++) {
            ask(c, &h, learners[s], SFT_KNOWN_VALUE);
            if (h.u[i][0] < 0.5) continue;
            h.sample[i].known = SFT_KNOWN_FAILED;
            lost += i >= 10;
        }
        assert_true(lost < 8);
        sft_close(c);
    }
}

/* Values of trials that halving stopped early do not mix with those of whole ones: 0.1 after a tenth of the training is no 0.1. */
static void trials_stopped_early_rank_behind_those_that_went_on(void **state)
{
    (void)state;
    sft_ctx    *c = check_open();
    sft_arena   a;
    sft_ranking r;
    double      u = 0.5;
    sft_sample  sample[] = { { &u, SFT_KNOWN_VALUE, 0.1, 0.1 }, { &u, SFT_KNOWN_FAILED, 0, 1 },     { &u, SFT_KNOWN_VALUE, 0.5, 1 },
                             { &u, SFT_KNOWN_RUNNING, 0, 0.1 }, { &u, SFT_KNOWN_VALUE, 0.4, 1 },    { &u, SFT_KNOWN_VALUE, NAN, 1 },
                             { &u, SFT_KNOWN_VALUE, 0.05, 0.1 } };
    sft__arena_open(&a, c);
    const sft_search s = { .n = 7, .sample = sample, .scratch = &a };
    assert_int_equal(sft__search_rank(&s, &r), SFT_OK);
    const int64_t want[] = { 4, 2, 6, 0, 1, 5 };
    assert_int_equal(r.n, 6);
    assert_int_equal(r.values, 4);
    for (int i = 0; i < 6; i++) assert_int_equal(r.best[i], want[i]);
    assert_true(r.running == 1 && r.now[0] == 3);
    sft__arena_close(&a);
    sft_close(c);
}

static void memory_that_runs_out_is_an_error_and_nothing_leaks(void **state)
{
    (void)state;
    static const char *const all[] = { "grid", "random", "sobol", "tpe", "gp" };
    for (int s = 0; s < 5; s++) {
        history      h;
        sft_ctx     *plain = open_history(&h, all[s], &few, 2);
        check_memory memory = { 0 };
        sft_ctx     *c = sft_open(&(sft_config){ .threads = 1, .realloc = check_realloc, .realloc_user = &memory });
        double       u[SFT_MOST_AXES];
        bool         done;
        for (int i = 0; i < 12; i++) ask(plain, &h, all[s], SFT_KNOWN_VALUE);
        const int64_t open = memory.in_use;
        for (int64_t n = 1;; n++) {
            memory.fails = memory.calls + n;
            memory.once = true;
            const sft_status status = sft__sampler_next(c, sft__sampler_find(all[s]), &h.search, u, &done);
            assert_true(memory.in_use == open);
            if (memory.calls < memory.fails) {
                assert_int_equal(status, SFT_OK);
                break;
            }
            CHECK_FAILS(c, "E004", "");
        }
        memory.fails = 0;
        sft_close(c), sft_close(plain);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_is_found_by_name_and_alias),
        cmocka_unit_test(same_history_and_seed_give_the_same_point),
        cmocka_unit_test(points_are_snapped_allowed_and_new),
        cmocka_unit_test(first_points_do_not_depend_on_what_runs),
        cmocka_unit_test(a_finite_space_is_given_out_once_to_its_last_point),
        cmocka_unit_test(a_grid_goes_in_order_and_past_what_was_told),
        cmocka_unit_test(a_grid_refuses_a_line_or_puts_places_on_it_with_both_ends),
        cmocka_unit_test(constraints_that_nothing_fits_are_an_error),
        cmocka_unit_test(running_points_keep_others_away),
        cmocka_unit_test(learners_leave_the_place_where_trials_fail),
        cmocka_unit_test(trials_stopped_early_rank_behind_those_that_went_on),
        cmocka_unit_test(memory_that_runs_out_is_an_error_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
