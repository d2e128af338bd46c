/* SPDX-License-Identifier: MIT */
/* A plan while it is read; for plan*.c. */
#ifndef SFT_SWEEP_PLAN_H
#define SFT_SWEEP_PLAN_H

#include "base/text.h"
#include "recipe/sections.h"
#include "recipe/yaml_tree.h"
#include "sweep/sweep.h"

typedef struct sft_axis_draft { /* what an axis needs beside its record until it is checked */
    const sft_yaml_node *when;          /* NULL: always */
    sft_pos              pos;           /* of what it varies over, ranges */
    const sft_pos       *value_pos;     /* of each value, lists */
} sft_axis_draft;

typedef struct sft_plan_draft {
    sft_ctx        *ctx;
    sft_arena      *arena;      /* of the plan */
    const char     *folder;     /* NULL: the text is no file, and may name none */
    sft_plan       *plan;
    sft_recipe     *base;       /* resolved, with what `vary` holds fixed */
    sft_axis_draft  axis[SFT_MOST_AXES];
} sft_plan_draft;

/* ---- plan_node.c: from the tree to values ---------------------------------------------------- */

/* A mapping, or text in the one grammar, as a call. `named`: its first word is a name; otherwise it is the main value. */
sft_status  sft__node_spec(sft_plan_draft *d, const sft_yaml_node *x, const char *what, bool named, sft_spec *out);
/* Scalars and lists as the recipe would write them; a mapping {name: sgd, lr: 1} as the call `sgd lr=1`. NULL after a failure. */
const char *sft__node_text(sft_plan_draft *d, const sft_yaml_node *x, const char *what);
sft_yaml_node *sft__node_child(const sft_yaml_node *map, const char *key);  /* NULL: none */
sft_status  sft__node_wrong(sft_plan_draft *d, const sft_yaml_node *x, const char *what, const char *wanted); /* E111 */
/* The context's failure, of an override, said again as one of the sweep's own at `pos`: E144 as E140, E145 as E111. */
sft_status  sft__plan_blame(sft_ctx *c, sft_pos pos, const char *behind);

/* ---- plan_vary.c, plan_axis.c: the space ----------------------------------------------------- */

sft_status sft__plan_vary(sft_plan_draft *d, const sft_yaml_node *vary);
/* One entry of `vary`, which is not fixed, into the next axis. */
sft_status sft__plan_axis(sft_plan_draft *d, const char *key, const sft_yaml_node *x);
bool       sft__axis_described(const sft_yaml_node *x); /* {min: …}, {values: …}; otherwise a mapping is of labels */
/* The condition, once all axes are known. */
sft_status sft__plan_when(sft_plan_draft *d, int axis);

/* "opt.learning_rate" as "optimizer.lr", and its option row if there is one (NULL: a whole section, or no row's). */
const char *sft__plan_key(sft_plan_draft *d, const char *key, const sft_field **row);
int         sft__plan_find(const sft_plan *p, const char *key); /* the axis, or -1 */

/* plan_place.c: paths of data that are beside the sweep, as seen from the current folder: in the base recipe and in values of `data`. */
sft_status sft__plan_places(sft_plan_draft *d);

/* ---- plan_limit.c, plan_check.c, plan_goal.c, plan_text.c -------------------------------------- */

sft_status sft__plan_limits(sft_plan_draft *d, const sft_yaml_node *list);
/* Sets values of every axis on the base recipe. */
sft_status sft__plan_check_axes(sft_plan_draft *d);
/* Whether grid can be had, and a point that fits the constraints. */
sft_status sft__plan_check_space(sft_plan_draft *d, sft_pos constraints);
sft_status sft__plan_goal(sft_plan_draft *d, const sft_yaml_node *rank, const sft_yaml_node *direction);
sft_status sft__plan_budget(sft_plan_draft *d, const sft_yaml_node *budget, const sft_yaml_node *run_cap);
sft_status sft__plan_halving(sft_plan_draft *d, const sft_yaml_node *halving, const sft_yaml_node *early_terminate);
/* A resolved recipe as the plan's base. Where `optimizer.name` is varied, the options that only this recipe's optimiser has do not stay. */
sft_status sft__plan_base(sft_arena *a, sft_plan *p, sft_recipe *base);
/* Into p->text; from the rest of the plan alone, so one with another recipe_text is that sweep with this recipe. */
sft_status sft__plan_text(sft_arena *a, sft_plan *p);

/* ---- plan_words.c: NULL stands for a key that is not there -------------------------------------- */

sft_status sft__plan_seeds(sft_plan_draft *d, const sft_yaml_node *x);
sft_status sft__plan_sampler(sft_plan_draft *d, const sft_yaml_node *x, const sft_yaml_node *seed);
sft_status sft__plan_watch(sft_plan_draft *d, const sft_yaml_node *x);
extern const char *const sft__watched[]; /* in the order of sft_watched, then NULL */
sft_status sft__plan_name(sft_plan_draft *d, const sft_yaml_node *x);

#endif
