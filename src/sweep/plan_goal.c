/* SPDX-License-Identifier: MIT */
/* What a sweep is ranked by, how long it may go on, and which trials go on. */
#include <math.h>
#include <string.h>

#include "sweep/plan.h"

/* ---- rank_by ------------------------------------------------------------------------------------- */

static const char *const directions[] = { "min", "max", "minimize", "maximize", NULL };

typedef struct goal {
    int direction;
} goal;

static const sft_field goal_rows[] = {
    { .name = "goal", .kind = SFT_WORD, .offset = offsetof(goal, direction), .text = "min", .words = directions,
      .doc = "whether less or more is better", .flags = SFT_MAIN, .aliases = "direction" },
    SFT_FIELD_END
};

static sft_status read_direction(sft_draft *d, const sft_spec *s, const char *what)
{
    goal g;
    if (sft__fields_bind(d->arena, goal_rows, &g, s, what)) return sft_code(d->ctx);
    d->plan->maximize = g.direction % 2 == 1;
    return SFT_OK;
}

/* val_accuracy, val/accuracy, validation_accuracy and accuracy are one. */
static const char *without_split(const char *name)
{
    static const char *const before[] = { "validation_", "validation/", "valid_", "val_", "val/", NULL };
    for (int i = 0; before[i]; i++)
        if (!strncmp(name, before[i], strlen(before[i])) && name[strlen(before[i])]) return name + strlen(before[i]);
    return name;
}

/* Only what is measured can be ranked by. */
static sft_status measure_too(sft_draft *d, const sft_measure_record *m)
{
    const sft_measure_record *list[SFT_METRIC_ROOM];
    const char               *names = d->base->metrics_conf.names;
    int                       n = 0;
    if (sft__text_is(m->name, "accuracy")) return SFT_OK;
    if (names && sft__metrics_read(d->ctx, d->base->metrics.pos, names, -1, list, &n)) return sft_code(d->ctx);
    const char *text = "metrics=[";
    for (int i = 0; i < n; i++) {
        if (list[i] == m) return SFT_OK;
        text = sft__arena_printf(d->arena, "%s%s, ", text, list[i]->name);
        if (!text) return sft_code(d->ctx);
    }
    text = sft__arena_printf(d->arena, "%s%s]", text, m->name);
    if (!text) return sft_code(d->ctx);
    if (sft_recipe_set(d->base, text) || sft_recipe_resolve(d->base)) return sft_code(d->ctx);
    return SFT_OK;
}

static sft_status set_metric(sft_draft *d, const char *name, sft_pos pos)
{
    const char               *bare = without_split(name);
    const sft_measure_record *m = sft__measure_find(bare);
    d->plan->rank_by = "loss";
    d->plan->maximize = false;
    if (sft__text_is(bare, "loss")) return SFT_OK;
    if (sft__text_is(bare, "acc")) m = sft__measure_find("accuracy");
    if (m) {
        d->plan->rank_by = m->name;
        d->plan->maximize = !m->lower;
        return measure_too(d, m);
    }
    sft_near near = sft__near(bare);
    sft__near_try(&near, "loss");
    for (int i = 0; sft__measure_at(i); i++) sft__near_try(&near, sft__measure_at(i)->name);
    const char *best = sft__near_best(&near);
    return sft__fail_at(d->ctx, pos, SFT_E132, "`%.60s` is no measure of the validation samples — val_loss, val_accuracy or a metric%s%s%s", name,
                        best ? "; did you mean `val_" : "", best ? best : "", best ? "`?" : "");
}

/* W&B's {name: val_accuracy, goal: maximize}. */
static sft_status metric_map(sft_draft *d, const sft_yaml_node *x)
{
    sft_spec s;
    if (sft__node_spec(d, x, "metric", true, &s)) return sft_code(d->ctx);
    if (!*s.name) return sft__node_wrong(d, x, "metric", "a name, as in {name: val_accuracy, goal: maximize}");
    if (set_metric(d, s.name, s.pos)) return sft_code(d->ctx);
    return s.n > 0 ? read_direction(d, &s, "metric") : SFT_OK;
}

sft_status sft__plan_goal(sft_draft *d, const sft_yaml_node *rank, const sft_yaml_node *direction)
{
    sft_spec   s;
    sft_status status;
    if (!rank || rank->kind == SFT_YAML_NULL) status = set_metric(d, sft__monitors[d->base->stop_conf.monitor], (sft_pos){ 0 });
    else if (rank->kind == SFT_YAML_MAP) status = metric_map(d, rank);
    else if (rank->kind == SFT_YAML_SCALAR) status = set_metric(d, rank->text, rank->pos);
    else status = sft__node_wrong(d, rank, rank->key, "a name such as val_accuracy");
    if (status != SFT_OK || !direction || direction->kind == SFT_YAML_NULL) return status;
    return sft__node_spec(d, direction, "direction", false, &s) ? sft_code(d->ctx) : read_direction(d, &s, "direction");
}

/* ---- budget -------------------------------------------------------------------------------------- */

typedef struct budget {
    int64_t trials;
    double  hours, minutes, seconds;
} budget;

#define BUDGET(member) offsetof(budget, member)
#define LONGEST 1e9
static const sft_field budget_rows[] = {
    { .name = "trials", .kind = SFT_INT, .offset = BUDGET(trials), .low = 0, .high = 1e6, .flags = SFT_MAIN,
      .doc = "trainings, each seed one", .aliases = "run_cap runs" },
    { .name = "minutes", .kind = SFT_REAL, .offset = BUDGET(minutes), .low = 0, .high = LONGEST, .doc = "of the clock, all runs of the manager together" },
    { .name = "hours", .kind = SFT_REAL, .offset = BUDGET(hours), .low = 0, .high = LONGEST, .doc = "the same" },
    { .name = "seconds", .kind = SFT_REAL, .offset = BUDGET(seconds), .low = 0, .high = LONGEST, .doc = "the same" },
    SFT_FIELD_END
};

static sft_status no_zero(sft_draft *d, const sft_spec *s)
{
    double x;
    for (int i = 0; i < s->n; i++)
        if (sft__parse_real(s->arg[i].value, strlen(s->arg[i].value), &x) && x == 0)
            return sft__fail_at(d->ctx, s->arg[i].pos, SFT_E147, "a budget of zero trains nothing — raise `%s`, or leave it out for no end",
                                s->arg[i].key ? s->arg[i].key : "trials");
    return SFT_OK;
}

static sft_status read_budget(sft_draft *d, const sft_yaml_node *x, const char *what)
{
    sft_spec s;
    budget   b;
    if (!x || x->kind == SFT_YAML_NULL) return SFT_OK;
    if (sft__node_spec(d, x, what, false, &s) || sft__fields_bind(d->arena, budget_rows, &b, &s, what) || no_zero(d, &s)) return sft_code(d->ctx);
    if (b.trials > 0) d->plan->max_trials = b.trials;
    d->plan->max_seconds += b.hours * 3600 + b.minutes * 60 + b.seconds;
    return SFT_OK;
}

sft_status sft__plan_budget(sft_draft *d, const sft_yaml_node *x, const sft_yaml_node *run_cap)
{
    return read_budget(d, run_cap, "run_cap") || read_budget(d, x, "budget") ? sft_code(d->ctx) : SFT_OK;
}

/* ---- halving ------------------------------------------------------------------------------------- */

typedef struct halving {
    double  eta;
    int64_t min_epochs, max_epochs, brackets, s;
    int     type;
    bool    strict;
} halving;

#define HALVING(member) offsetof(halving, member)
static const char *const types[] = { "hyperband", NULL };
#define ETA                                                                                                                              \
    { .name = "eta", .kind = SFT_REAL, .offset = HALVING(eta), .def = 3, .low = 1, .high = 64, .flags = SFT_MAIN | SFT_ABOVE_LOW,         \
      .doc = "one in eta goes on at each rung", .aliases = "reduction_factor" }
static const sft_field halving_rows[] = {
    ETA,
    { .name = "min_epochs", .kind = SFT_INT, .offset = HALVING(min_epochs), .def = 1, .low = 1, .high = 1e9, .doc = "epochs to the first rung",
      .aliases = "min_resource grace_period min_iter" },
    { .name = "brackets", .kind = SFT_INT, .offset = HALVING(brackets), .def = 1, .low = 1, .high = SFT_MOST_RUNGS,
      .doc = "1: ASHA; more: hyperband, whose brackets begin later and later" },
    SFT_FIELD_END
};
/* W&B's: rungs at min_iter eta^k, or at max_iter / eta^s and up. */
static const sft_field early_rows[] = {
    ETA,
    { .name = "type", .kind = SFT_WORD, .offset = HALVING(type), .text = "hyperband", .words = types, .doc = "the only one" },
    { .name = "min_iter", .kind = SFT_INT, .offset = HALVING(min_epochs), .def = 1, .low = 1, .high = 1e9, .doc = "epochs to the first rung" },
    { .name = "max_iter", .kind = SFT_INT, .offset = HALVING(max_epochs), .low = 0, .high = 1e9, .doc = "epochs to the last rung" },
    { .name = "s", .kind = SFT_INT, .offset = HALVING(s), .low = 0, .high = SFT_MOST_RUNGS, .doc = "rungs below max_iter" },
    { .name = "strict", .kind = SFT_FLAG, .offset = HALVING(strict), .doc = "is always so" },
    SFT_FIELD_END
};

/* The longest training of the space, in epochs; 0: it is told in steps. */
static int64_t longest(sft_draft *d)
{
    const sft_space *s = &d->plan->space;
    double           most = (double)d->base->train_conf.epochs;
    if (d->base->train_conf.steps > 0 || sft__plan_find(d->plan, "train.steps") >= 0) return 0;
    const int epochs = sft__plan_find(d->plan, "train.epochs");
    if (epochs < 0) return (int64_t)most;
    const sft_axis *a = &s->axis[epochs];
    most = a->kind == SFT_AXIS_VALUES ? 0 : a->high;
    for (int i = 0; a->kind == SFT_AXIS_VALUES && a->number && i < a->n; i++) most = fmax(most, a->number[i]);
    return (int64_t)most;
}

static sft_status check_halving(sft_draft *d, const halving *h, sft_pos pos)
{
    sft_halving *out = &d->plan->halving;
    *out = (sft_halving){ h->eta, h->min_epochs, longest(d), h->brackets };
    if (h->max_epochs > 0 && h->s > 0) out->min_epochs = (int64_t)fmax(1, ceil((double)h->max_epochs / pow(h->eta, (double)h->s)));
    if (out->max_epochs == 0)
        return sft__fail_at(d->ctx, pos, SFT_E113, "halving counts epochs, and the recipe trains by `train.steps` — give `train.epochs` instead");
    if (sft__plan_find(d->plan, "train") >= 0)
        return sft__fail_at(d->ctx, pos, SFT_E113, "halving needs to know how many epochs there are — vary `train.epochs` instead of `train` as a whole");
    if (out->min_epochs >= out->max_epochs)
        return sft__fail_at(d->ctx, pos, SFT_E113, "halving begins at %lld epochs, and training ends at %lld — lower min_epochs, or leave halving out",
                            (long long)out->min_epochs, (long long)out->max_epochs);
    return SFT_OK;
}

sft_status sft__plan_halving(sft_draft *d, const sft_yaml_node *x, const sft_yaml_node *early)
{
    halving  h = { .brackets = 1 };
    sft_spec s;
    bool     ours = x && x->kind != SFT_YAML_NULL;
    if (!ours) x = early;
    if (!x || x->kind == SFT_YAML_NULL) return SFT_OK;
    if (sft__node_spec(d, x, x->key, false, &s) || sft__fields_bind(d->arena, ours ? halving_rows : early_rows, &h, &s, x->key))
        return sft_code(d->ctx);
    return check_halving(d, &h, x->pos);
}
