/* SPDX-License-Identifier: MIT */
/* labels: core */
/* A thousand rates and momenta of every schedule are PyTorch's; plateau falls where PyTorch's does. */
#include "check.h"
#include "golden.h"
#include "optim/optim.h"
#include "recipe/recipe.h"

#include <math.h>

/* The file has eight digits: half a unit of the last is 5e-8 of the value. */
static const double tolerance = 6e-8;

typedef struct plan { /* of the file, and a recipe that has the schedule */
    const golden *g;
    sft_ctx      *c;
    sft_recipe   *r;
    const char   *label;
    double        lr;
    int64_t       steps, epoch;
} plan;

static void open_plan(plan *p, const golden *g, const char *label, const char *tail)
{
    char text[512];
    snprintf(text, sizeof text, "data: digits\nmodel: linear\nschedule: %s%s\n",
             golden_text(g, "%s", label), tail);
    *p = (plan){ .g = g, .c = check_open(), .label = label, .lr = golden_scalar(g, "base"),
                 .steps = (int64_t)golden_scalar(g, "steps"),
                 .epoch = (int64_t)golden_scalar(g, "epoch") };
    p->r = sft_recipe_parse(p->c, label, text, strlen(text));
    sft_recipe_resolve(p->r);
    CHECK_OK(p->c);
}

static void close_plan(plan *p)
{
    sft_recipe_free(p->r);
    sft_close(p->c);
}

static sft_when when(const plan *p, int64_t step)
{
    return (sft_when){ .step = step, .steps = p->steps, .steps_per_epoch = p->epoch };
}

static void same_rate(const plan *p, int64_t step, double want)
{
    double got = sft__rate(p->r->schedule_record, p->r->schedule_conf, &p->r->warmup, p->lr,
                           when(p, step));
    if (!(fabs(got - want) <= tolerance * fabs(want) + 1e-17))
        fail_msg("%s step %d: %.17g, PyTorch %.17g", p->label, (int)step, got, want);
}

/* Value `step` of a tensor with a value a step, or pairs of a step and what begins there. */
static double value_at(const golden_tensor *t, int64_t step)
{
    if (t->shape.rank == 1) return t->v[step];
    int64_t i = 0;
    while (i + 1 < t->shape.dim[0] && t->v[2 * (i + 1)] <= (double)step) i++;
    return t->v[2 * i + 1];
}

static void follows(void *user, const char *label)
{
    const golden *g = user;
    plan          p;
    open_plan(&p, g, label, "");
    if (golden_has(g, "%s/thin", label)) {
        golden_tensor thin = golden_get(g, "%s/thin", label);
        int64_t       sparse = (int64_t)golden_scalar(g, "sparse");
        assert_int_equal(thin.count, (p.steps + sparse - 1) / sparse);
        for (int64_t i = 0; i < thin.count; i++) same_rate(&p, i * sparse, thin.v[i]);
    } else {
        golden_tensor all = golden_get(g, "%s/lr", label);
        for (int64_t k = 0; k < p.steps; k++) same_rate(&p, k, value_at(&all, k));
    }
    close_plan(&p);
}

static void a_thousand_rates_are_pytorchs(void **state)
{
    golden_each(*state, "cases", follows, *state);
}

static void momentum_follows(void *user, const char *label)
{
    const golden *g = user;
    plan          p;
    open_plan(&p, g, label, "");
    int64_t stride = (int64_t)golden_scalar(g, "stride");
    bool    cycles = golden_has(g, "%s/momentum", label);
    for (int64_t k = 0; k < p.steps; k += stride) {
        double got = sft__momentum(p.r->schedule_record, p.r->schedule_conf, &p.r->warmup, when(&p, k));
        double want = cycles ? golden_get(g, "%s/momentum", label).v[k / stride] : 0;
        if (cycles ? !(fabs(got - want) <= tolerance) : !isnan(got))
            fail_msg("%s step %d: momentum %.17g, PyTorch %.17g", label, (int)k, got, want);
    }
    close_plan(&p);
}

static void momenta_are_pytorchs(void **state)
{
    golden_each(*state, "cases", momentum_follows, *state);
}

static void warmed_follows(void *user, const char *label)
{
    const golden *g = user;
    char          tail[64];
    if (!golden_has(g, "%s/warmed", label)) return;
    golden_tensor want = golden_get(g, "%s/warmed", label);
    int64_t       stride = (int64_t)golden_scalar(g, "stride");
    for (int epochs = 0; epochs < 2; epochs++) {
        plan p;
        snprintf(tail, sizeof tail, epochs ? " warmup_epochs=%g" : " warmup=%g",
                 golden_scalar(g, "warmup") / (epochs ? golden_scalar(g, "epoch") : 1));
        open_plan(&p, g, label, tail);
        for (int64_t i = 0; i < want.count; i++) same_rate(&p, i * stride, want.v[i]);
        close_plan(&p);
    }
}

static void behind_a_warmup_too(void **state)
{
    golden_each(*state, "cases", warmed_follows, *state);
}

/* The series of tools/golden_schedules.py. */
static double loss_of(int i)
{
    return i == 31 ? (double)NAN : 2.3 * exp(-i / 25.0) + 0.15 * sin(1.7 * i) + 0.3;
}

static void plateau_follows(void *user, const char *label)
{
    const golden *g = user;
    plan          p;
    open_plan(&p, g, label, "");
    golden_tensor       want = golden_get(g, "%s/lr", label);
    const sft_schedule *s = p.r->schedule_record;
    sft_seen            seen = sft__seen_start;
    sft_when            now = when(&p, 500);
    now.seen = &seen;
    for (int i = 0; i < 100; i++) {
        s->observe(p.r->schedule_conf, p.lr, &seen, loss_of(i), 1 - loss_of(i) / 4);
        double got = sft__rate(s, p.r->schedule_conf, &p.r->warmup, p.lr, now);
        if (!(fabs(got - value_at(&want, i)) <= tolerance * got))
            fail_msg("%s, evaluation %d: %.17g, PyTorch %.17g", label, i, got, value_at(&want, i));
    }
    close_plan(&p);
}

static void plateau_falls_where_pytorchs_does(void **state)
{
    golden_each(*state, "plateaus", plateau_follows, *state);
}

typedef struct search {
    const char *name;
    bool        found;
} search;

static void named(void *user, const char *label)
{
    search *s = user;
    s->found |= strcmp(label, s->name) == 0;
}

/* Every record is held against PyTorch, or against its formula written in Python. */
static void every_record_has_a_case(void **state)
{
    for (int i = 0; sft__schedule_at(i); i++) {
        search s = { sft__schedule_at(i)->name, false };
        golden_each(*state, "cases", named, &s);
        golden_each(*state, "plateaus", named, &s);
        if (!s.found) fail_msg("schedule %s has no case in the golden file", s.name);
    }
}

static void parts_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "piecewise boundaries=[3] factors=[1,0.5,0.1]",
        "piecewise boundaries=[3,2] factors=[1,0.5,0.1]",
        "piecewise boundaries=[0,3,5] values=[0.1,0.2] shape=linear",
        "multistep milestones=[30,20]",
        "one_cycle pct_start=1.5",
        "cyclic triangular3",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char     text[256];
        sft_ctx *c = check_open();
        snprintf(text, sizeof text, "data: digits\nmodel: linear\nschedule: %s\n", texts[i]);
        sft_recipe *r = sft_recipe_parse(c, "r.yaml", text, strlen(text));
        assert_int_equal(sft_recipe_resolve(r), SFT_RECIPE);
        assert_non_null(strstr(sft_message(c), "r.yaml:3:"));
        sft_recipe_free(r);
        sft_close(c);
    }
}

static int open_file(void **state)
{
    *state = golden_open("schedules_torch");
    return 0;
}

static int close_file(void **state)
{
    golden_close(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thousand_rates_are_pytorchs),
        cmocka_unit_test(momenta_are_pytorchs),
        cmocka_unit_test(behind_a_warmup_too),
        cmocka_unit_test(plateau_falls_where_pytorchs_does),
        cmocka_unit_test(every_record_has_a_case),
        cmocka_unit_test(parts_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, open_file, close_file);
}
