/* SPDX-License-Identifier: MIT */
/* sweep.yaml: every form of the grammar, the plan's text as a fixed point, and every mistake at its place. labels: core */
#include "check.h"

#include <math.h>
#include <unistd.h>

#include "base/fields.h"
#include "base/text.h"
#include "sweep/sweep.h"

/* A recipe of six lines, so that what follows it begins on line 7. */
#define BASE                                                                                                                                 \
    "recipe:\n  data: mnist1d\n  model: flatten | linear 10 | relu | linear\n  optimizer: sgd lr=0.1 momentum=0.5\n"                         \
    "  train: {epochs: 9, batch: 100, seed: 4}\n  metrics: [top5]\n"

typedef struct held {
    sft_ctx  *c;
    sft_arena arena;
    sft_plan  plan;
} held;

static int setup(void **state)
{
    held *h = calloc(1, sizeof *h);
    h->c = check_open();
    sft__arena_open(&h->arena, h->c);
    *state = h;
    return 0;
}

static int teardown(void **state)
{
    held *h = *state;
    sft__arena_close(&h->arena);
    sft_close(h->c);
    free(h);
    return 0;
}

static sft_plan *parse(held *h, const char *yaml)
{
    sft__plan_parse(h->c, &h->arena, "dir/s.yaml", yaml, strlen(yaml), NULL, &h->plan);
    return &h->plan;
}

/* The plan behind BASE and `vary:` */
static sft_plan *vary(held *h, const char *yaml)
{
    char all[4096];
    snprintf(all, sizeof all, BASE "vary:\n%s", yaml);
    parse(h, all);
    CHECK_OK(h->c);
    return &h->plan;
}

static const char *text_at(const sft_axis *a, int i)
{
    static char buf[64];
    return sft__axis_text(a, sft__axis_at(a, i), buf, sizeof buf);
}

/* ---- forms ------------------------------------------------------------------------------------- */

static void lists_are_axes_and_numbers_are_written_one_way(void **state)
{
    const sft_plan *p = vary(*state, "  optimizer.lr: [1e-1, .01, 1]\n  optimizer.nesterov: [true, false]\n");
    const sft_axis *a = p->space.axis;
    assert_int_equal(p->space.n, 2);
    assert_string_equal(a[0].key, "optimizer.lr");
    assert_int_equal(a[0].kind, SFT_AXIS_VALUES);
    assert_int_equal(a[0].n, 3);
    assert_string_equal(a[0].value[0], "0.1");
    assert_string_equal(a[0].label[1], "0.01");
    assert_true(a[0].number[2] == 1);
    assert_int_equal(a[0].pos.line, 8);
    assert_int_equal(a[0].pos.col, 3);
    assert_null(a[1].number);
    assert_int_equal(a[1].parent, -1);
}

static void ranges_have_the_kind_of_the_option(void **state)
{
    const sft_plan *p = vary(*state, "  optimizer.lr: {min: 1, max: 2}\n  train.batch: {min: 16, max: 512, log: true}\n"
                                     "  optimizer.momentum: {min: 0, max: 0.9, step: 0.3}\n  train.epochs: {min: 1, max: 64, log: true, step: 2}\n"
                                     "  train.clip_norm: {min: 1, max: 4, int: true}\n");
    const sft_axis *a = p->space.axis;
    assert_int_equal(a[0].kind, SFT_AXIS_REAL); /* whole ends do not make a rate whole */
    assert_int_equal(a[0].n, 0);
    assert_int_equal(a[1].kind, SFT_AXIS_INT);
    assert_true(a[1].log && a[1].low == 16 && a[1].high == 512);
    assert_int_equal(a[2].n, 4);
    assert_string_equal(text_at(&a[2], 3), "0.9");
    assert_int_equal(a[3].n, 7);
    assert_string_equal(text_at(&a[3], 6), "64");
    assert_int_equal(a[4].kind, SFT_AXIS_INT);
}

static void keys_go_by_their_own_names(void **state)
{
    const sft_plan *p = vary(*state, "  opt.learning_rate: [1, 2]\n  train.batch_size: [1, 2]\n  net: {a: linear, b: relu | linear}\n");
    assert_string_equal(p->space.axis[0].key, "optimizer.lr");
    assert_string_equal(p->space.axis[1].key, "train.batch");
    assert_string_equal(p->space.axis[2].key, "model");
}

static void blocks_have_labels(void **state)
{
    const sft_plan *p = vary(*state, "  model:\n    small: linear 8 | relu | linear\n    large: |\n      linear 64 |\n      relu | linear\n"
                                     "  optimizer: [sgd lr=0.5, {name: adamw, lr: 1e-3, betas: [0.8, 0.9]}]\n"
                                     "  train: [{epochs: 3, batch: 10}, epochs=5]\n");
    const sft_axis *a = p->space.axis;
    assert_string_equal(a[0].label[0], "small");
    assert_string_equal(a[0].value[0], "linear 8 | relu | linear");
    assert_string_equal(a[1].value[1], "adamw lr=1e-3 betas=[0.8, 0.9]");
    assert_string_equal(a[1].label[1], a[1].value[1]);
    assert_string_equal(a[2].value[0], "epochs=3 batch=10");
}

static void conditions_name_values_or_labels(void **state)
{
    const sft_plan *p = vary(*state, "  optimizer: {plain: sgd lr=0.1, fancy: adamw lr=0.1}\n"
                                     "  optimizer.momentum: {values: [0, 0.9], when: {optimizer: plain}}\n"
                                     "  optimizer.nesterov: {values: [true, false], when: {optimizer.momentum: [.9]}}\n"
                                     "  optimizer.amsgrad: {value: true, when: {optimizer: [adamw lr=0.1]}}\n");
    const sft_axis *a = p->space.axis;
    assert_int_equal(a[1].parent, 0);
    assert_true(a[1].when[0] == 1);
    assert_int_equal(a[2].parent, 1);
    assert_true(a[2].when[0] == 2);
    assert_int_equal(a[3].n, 1);
    assert_true(a[3].when[0] == 2);
}

static void what_is_fixed_goes_into_the_recipe(void **state)
{
    held           *h = *state;
    const sft_plan *p = vary(h, "  optimizer.momentum: {value: 0.9}\n  optimizer: sgd\n  train.batch: [50]\n  optimizer.lr: [1, 2]\n");
    assert_int_equal(p->space.n, 1);
    sft_recipe *r = sft__plan_recipe(h->c, p, (double[]){ 0.75 }, 17);
    CHECK_OK(h->c);
    assert_string_equal(sft_recipe_get(r, "optimizer.momentum"), "0.9");
    assert_string_equal(sft_recipe_get(r, "optimizer.lr"), "2");
    assert_string_equal(sft_recipe_get(r, "train.batch"), "50");
    assert_string_equal(sft_recipe_get(r, "train.seed"), "17");
    sft_recipe_free(r);
}

static void wandb_sweeps_are_read(void **state)
{
    held *h = *state;
    parse(h, BASE "program: train.py\nmethod: random\nmetric: {name: val/acc, goal: maximize}\nrun_cap: 30\n"
                  "early_terminate: {type: hyperband, min_iter: 2, eta: 2}\n"
                  "parameters:\n"
                  "  optimizer:\n    parameters:\n"
                  "      lr: {distribution: log_uniform_values, min: 1e-4, max: 1}\n"
                  "      momentum: {distribution: q_uniform, min: 0, max: 0.8, q: 0.2}\n"
                  "  train.batch: {distribution: q_log_uniform_values, min: 32, max: 256, q: 8}\n"
                  "  train.epochs: {distribution: int_uniform, min: 3, max: 9}\n"
                  "  train.clip_norm: {distribution: constant, value: 1.5}\n"
                  "  train.shuffle: {distribution: categorical, values: [true, false]}\n"
                  "  train.layer_decay: {distribution: uniform, min: 0.5, max: 1.0}\n");
    CHECK_OK(h->c);
    const sft_axis *a = h->plan.space.axis;
    assert_int_equal(h->plan.space.n, 6);
    assert_true(a[0].log && a[0].kind == SFT_AXIS_REAL && a[0].n == 0);
    assert_int_equal(a[1].n, 5);
    assert_string_equal(a[2].value[0], "32");
    assert_string_equal(a[2].value[1], "40");
    for (int i = 1; i < a[2].n; i++) assert_true(fmod(a[2].number[i], 8) == 0 && a[2].number[i] > a[2].number[i - 1] && a[2].number[i] <= 256);
    assert_int_equal(a[3].kind, SFT_AXIS_INT);
    assert_string_equal(h->plan.sampler.record->name, "random");
    assert_string_equal(h->plan.rank_by, "accuracy");
    assert_true(h->plan.maximize);
    assert_int_equal(h->plan.max_trials, 30);
    assert_true(h->plan.halving.eta == 2 && h->plan.halving.min_epochs == 2 && h->plan.halving.max_epochs == 9);
}

static void bayes_is_a_gaussian_process(void **state)
{
    held *h = *state;
    assert_string_equal(parse(h, BASE "vary: {optimizer.lr: [1, 2]}\nmethod: bayes\n")->sampler.record->name, "gp");
}

static void seeds_follow_the_recipe_or_a_list(void **state)
{
    held *h = *state;
    parse(h, BASE "vary: {optimizer.lr: [1, 2]}\nseeds: 3\n");
    CHECK_OK(h->c);
    assert_int_equal(h->plan.seeds, 3);
    assert_int_equal(h->plan.seed[0], 4);
    assert_int_equal(h->plan.seed[2], 6);
    parse(h, BASE "vary: {optimizer.lr: [1, 2]}\nseeds: [7, 3]\n");
    assert_int_equal(h->plan.seeds, 2);
    assert_int_equal(h->plan.seed[1], 3);
}

static void defaults_are_the_grid_or_a_search(void **state)
{
    held *h = *state;
    parse(h, BASE "vary: {optimizer.lr: [1, 2]}\n");
    assert_string_equal(h->plan.sampler.record->name, "grid");
    assert_string_equal(h->plan.name, "s");
    assert_string_equal(h->plan.rank_by, "loss");
    assert_false(h->plan.maximize);
    assert_int_equal(h->plan.seeds, 1);
    assert_int_equal(h->plan.max_trials, 0);
    assert_true(h->plan.max_seconds == 0 && h->plan.halving.eta == 0);
    assert_int_equal(h->plan.watch, SFT_WATCH_FIRST);
    parse(h, BASE "vary: {optimizer.lr: {min: 1, max: 2}}\n");
    assert_string_equal(h->plan.sampler.record->name, "tpe");
    parse(h, BASE "vary: {optimizer.lr: [1, 2, 3]}\nbudget: 5\nseeds: 2\n");
    assert_string_equal(h->plan.sampler.record->name, "tpe");
}

static void ends_and_words(void **state)
{
    held *h = *state;
    parse(h, BASE "vary: {optimizer.lr: {min: 1, max: 2}}\nbudget: {trials: 100, minutes: 30}\nhalving: {eta: 3, min_epochs: 2, brackets: 2}\n"
                  "watch: all\nname: my sweep\nrank_by: top5\nsampler_seed: 5\nsampler: {name: tpe, startup: 12}\ndirection: min\n");
    CHECK_OK(h->c);
    assert_int_equal(h->plan.max_trials, 100);
    assert_true(h->plan.max_seconds == 1800);
    assert_true(h->plan.halving.eta == 3 && h->plan.halving.min_epochs == 2 && h->plan.halving.brackets == 2);
    assert_int_equal(h->plan.watch, SFT_WATCH_ALL);
    assert_string_equal(h->plan.name, "my sweep");
    assert_string_equal(h->plan.rank_by, "top5");
    assert_false(h->plan.maximize);
    assert_int_equal(h->plan.sampler_seed, 5);
    const sft_field *row = sft__field_find(h->plan.sampler.record->fields, "startup");
    char             buf[32];
    assert_string_equal(sft__field_print(row, h->plan.sampler.conf, buf, sizeof buf), "12");
}

static void metrics_that_rank_are_measured(void **state)
{
    held *h = *state;
    parse(h, BASE "vary: {optimizer.lr: [1, 2]}\nrank_by: val_f1_macro\n");
    CHECK_OK(h->c);
    sft_recipe *r = sft__plan_recipe(h->c, &h->plan, (double[]){ 0.25 }, 0);
    assert_string_equal(sft_recipe_get(r, "metrics.names"), "[top5, f1_macro]");
    assert_string_equal(sft_recipe_get(r, "early_stop.monitor"), "f1_macro");
    sft_recipe_free(r);
}

/* ---- constraints --------------------------------------------------------------------------------- */

static void constraints_are_turned_to_one_form(void **state)
{
    static const struct {
        const char *given, *kept;
    } cases[] = {
        { "optimizer.lr * train.batch <= 10", "optimizer.lr * train.batch <= 10" },
        { "10 >= opt.lr*train.batch_size", "optimizer.lr * train.batch <= 10" },
        { "2 * optimizer.lr / train.batch > 1e-3", "optimizer.lr / train.batch > 0.0005" },
        { "optimizer.lr < train.batch / 64", "optimizer.lr / train.batch < 0.015625" },
        { "optimizer.lr * train.epochs >= 1", "optimizer.lr >= 0.1111111111111111" }, /* nine epochs, which do not vary */
        { "-1 * optimizer.lr < -0.5", "optimizer.lr > 0.5" },
        { "1 / optimizer.lr <= 4", "1 / optimizer.lr <= 4" },
    };
    held *h = *state;
    char  yaml[2048];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(yaml, sizeof yaml, BASE "vary: {optimizer.lr: {min: 0.01, max: 1}, train.batch: [10, 100]}\nconstraints: ['%s']\n", cases[i].given);
        parse(h, yaml);
        CHECK_OK(h->c);
        assert_string_equal(h->plan.space.limit[0].text, cases[i].kept);
    }
}

static void constraints_hold_for_points(void **state)
{
    held           *h = *state;
    const sft_plan *p = parse(h, BASE "vary: {optimizer.lr: [0.1, 1], train.batch: [10, 100]}\nconstraints: 10 >= train.batch * optimizer.lr\n");
    CHECK_OK(h->c);
    int allowed = 0;
    for (int i = 0; i < 4; i++) allowed += sft__space_allows(&p->space, (double[]){ i < 2 ? 0.25 : 0.75, i % 2 ? 0.25 : 0.75 });
    assert_int_equal(allowed, 3);
}

/* ---- points -------------------------------------------------------------------------------------- */

static sft_recipe *recipe_at(held *h, int first, int second, int third)
{
    const sft_space *s = &h->plan.space;
    double           u[3] = { 0 };
    const int        i[3] = { first, second, third };
    for (int k = 0; k < s->n; k++) u[k] = sft__axis_at(&s->axis[k], i[k]);
    sft__space_snap(s, u);
    sft_recipe *r = sft__plan_recipe(h->c, &h->plan, u, 1);
    CHECK_OK(h->c);
    return r;
}

static void sections_come_before_their_options(void **state)
{
    held *h = *state;
    vary(h, "  optimizer: [sgd, adamw]\n  optimizer.lr: [0.5, 0.25]\n"
            "  optimizer.momentum: {values: [0, 0.9], when: {optimizer: sgd}}\n");
    sft_recipe *r = recipe_at(h, 0, 1, 1);
    assert_string_equal(sft_recipe_get(r, "optimizer.momentum"), "0.9");
    assert_string_equal(sft_recipe_get(r, "optimizer.lr"), "0.25");
    assert_string_equal(sft_recipe_get(r, "train.epochs"), "9");
    sft_recipe_free(r);
    r = recipe_at(h, 1, 0, 1);
    assert_string_equal(sft_recipe_get(r, "optimizer.name"), "adamw");
    assert_string_equal(sft_recipe_get(r, "optimizer.lr"), "0.5");
    sft_recipe_free(r);
}

/* Only the options that the base recipe gives stay where another optimiser takes the place of its own. */
static void names_of_records_are_varied(void **state)
{
    held *h = *state;
    parse(h, "recipe: {data: digits, model: linear, optimizer: sgd lr=0.125}\nvary:\n"
             "  optimizer.name: [adamw, sgd]\n  optimizer.momentum: {values: [0, 0.9], when: {optimizer.name: sgd}}\n");
    CHECK_OK(h->c);
    sft_recipe *r = recipe_at(h, 0, 0, 0);
    assert_string_equal(sft_recipe_get(r, "optimizer.name"), "adamw");
    assert_string_equal(sft_recipe_get(r, "optimizer.lr"), "0.125");
    sft_recipe_free(r);
    r = recipe_at(h, 1, 1, 0);
    assert_string_equal(sft_recipe_get(r, "optimizer.momentum"), "0.9");
    sft_recipe_free(r);
}

/* ---- the text --------------------------------------------------------------------------------------- */

static const char *const forms[] = {
    BASE "vary: {optimizer.lr: [1e-1, .01, 1], optimizer.nesterov: [true, false], train.shuffle: [yes, no]}\n",
    BASE "vary:\n  optimizer.lr: {min: 1e-7, max: 1, log: true}\n  train.batch: {min: 1, max: 9}\n  train.clip_norm: {min: 1, max: 3, step: 0.1}\n"
         "  train.epochs: {min: 1, max: 64, log: true, step: 2}\nsampler: sobol\n",
    BASE "vary:\n  model: {small: linear 8 | linear, 'a: b': \"flatten |\\n linear out_features=3\", null: linear}\n  optimizer: [sgd, {name: adamw, eps: 1e-9}]\n"
         "  optimizer.momentum: {min: 0, max: 0.9, step: 0.3, when: {optimizer: sgd}}\n"
         "  optimizer.nesterov: {values: [true, false], when: {optimizer.momentum: [0.3, 0.6, 0.9]}}\n",
    BASE "vary: {optimizer.lr: {min: 0.01, max: 1}, train.batch: [10, 100]}\nconstraints: ['optimizer.lr < train.batch / 64', 0.5 >= optimizer.lr]\n",
    BASE "vary: {optimizer.lr: {min: 0.01, max: 1}}\nbudget: {trials: 7, minutes: 0.1}\nhalving: 2.5\nwatch: none\nname: '7: x'\nrank_by: val_acc\nseeds: 3\n",
    BASE "vary: {train.batch: {distribution: q_log_uniform_values, min: 32, max: 256, q: 8}, optimizer.momentum: [0, 0.9]}\n",
    ("recipe: {data: digits, model: mlp depth=2 width=8, optimizer: sgd lr=0.125, augment: flip | cutout size=3}\n"
    "vary: {optimizer.name: [adamw, sgd], model.width: {min: 4, max: 64, log: true}, augment.cutout.size: [2, 3], groups.0.*: [lr=0.1, lr=1]}\n"),
};

static void texts_read_back_as_the_same_plan(void **state)
{
    held *h = *state;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        parse(h, forms[i]);
        CHECK_OK(h->c);
        const sft_plan once = h->plan;
        sft__plan_parse(h->c, &h->arena, "other.yaml", once.text, strlen(once.text), NULL, &h->plan);
        CHECK_OK(h->c);
        assert_string_equal(h->plan.text, once.text);
        assert_string_equal(h->plan.name, once.name);
        assert_int_equal(h->plan.space.n, once.space.n);
        assert_int_equal(sft__space_size(&h->plan.space), sft__space_size(&once.space));
        assert_true(h->plan.max_seconds == once.max_seconds);
    }
}

/* Two spellings of one sweep are one. */
static void words_do_not_change_the_text(void **state)
{
    held       *h = *state;
    const char *ours = parse(h, BASE "vary: {optimizer.lr: {min: 0.1, max: 1, log: true}}\nsampler: random\nrank_by: val_accuracy\nbudget: {trials: 5}\n")->text;
    const char *theirs = parse(h, BASE "run_cap: 5\nmethod: random\nmetric: {goal: maximize, name: accuracy}\n"
                                       "parameters: {optimizer.lr: {distribution: log_uniform_values, max: 1.0, min: 1e-1}}\n")->text;
    CHECK_OK(h->c);
    assert_string_equal(ours, theirs);
}

/* ---- files ------------------------------------------------------------------------------------------ */

static void write_text(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void recipes_lie_beside_the_sweep(void **state)
{
    held *h = *state;
    char  folder[] = "/tmp/sft-plan-XXXXXX", sweep[64], recipe[64];
    assert_non_null(mkdtemp(folder));
    snprintf(sweep, sizeof sweep, "%s/lr.yaml", folder);
    snprintf(recipe, sizeof recipe, "%s/base.yaml", folder);
    write_text(sweep, "recipe: base.yaml\nvary: {optimizer.lr: [1, 2]}\n");
    write_text(recipe, "data: digits\nmodel: linear\noptimizer: sgd\n");
    sft__plan_read(h->c, &h->arena, sweep, &h->plan);
    CHECK_OK(h->c);
    assert_string_equal(h->plan.name, "lr");
    assert_string_equal(h->plan.space.axis[0].pos.file, sweep);
    write_text(recipe, "data: digits\nmodel: linear\noptimizer: sdg\n");
    sft__plan_read(h->c, &h->arena, sweep, &h->plan);
    CHECK_FAILS(h->c, "E132", "base.yaml:3:12: error[E132]: unknown optimizer `sdg`");
    unlink(recipe);
    sft__plan_read(h->c, &h->arena, sweep, &h->plan);
    CHECK_FAILS(h->c, "E152", "base.yaml: error[E152]: no such recipe");
    unlink(sweep);
    sft__plan_read(h->c, &h->arena, sweep, &h->plan);
    CHECK_FAILS(h->c, "E152", "lr.yaml: error[E152]: no such sweep file");
    sft__plan_read(h->c, &h->arena, folder, &h->plan);
    CHECK_FAILS(h->c, "E150", "folder");
    rmdir(folder);
}

/* ---- errors ----------------------------------------------------------------------------------------- */

typedef struct bad {
    const char *yaml, *id, *part;
} bad;

#define V BASE "vary:\n"
static const bad bads[] = {
    { "", "E100", "dir/s.yaml: error[E100]: sweep is empty" },
    { "- recipe\n", "E111", "s.yaml:1:1: error[E111]: a sweep is a mapping" },
    { "recipe: [\n", "E103", "s.yaml:2:1: error[E103]" },
    { "vary: {optimizer.lr: [1, 2]}\n", "E114", "s.yaml: error[E114]: `recipe` is required" },
    { "recipe: base.yaml\nvary: {a: [1, 2]}\n", "E111", "s.yaml:1:9: error[E111]: `recipe` must be a mapping" },
    { "recipe: {data: digits, modle: linear}\n", "E110", "s.yaml:1:24: error[E110]: unknown section `modle`" },
    { "recipe: {data: digits, model: linear, optimizer: {lr: x}}\nvary: {optimizer.lr: [1, 2]}\n", "E111", "s.yaml:1:51: error[E111]: `lr`" },
    { BASE, "E146", "s.yaml: error[E146]: nothing to vary" },
    { BASE "vary:\n", "E146", "s.yaml:7:1: error[E146]" },
    { BASE "vary: {optimizer.lr: 0.1, train.batch: [20]}\n", "E146", "s.yaml:7:1: error[E146]" },
    { BASE "vray: {optimizer.lr: 0.1}\n", "E110", "s.yaml:7:1: error[E110]: unknown key `vray`" },
    { BASE "vray: {optimizer.lr: 0.1}\n", "E110", "did you mean `vary`?" },
    { BASE "train: {epochs: 3}\n", "E110", "s.yaml:7:1: error[E110]: `train` belongs to the recipe" },
    { BASE "vary: {optimizer.lr: [1, 2]}\nparameters: {}\n", "E104", "s.yaml:8:1: error[E104]: `vary` given twice: 7:1 and 8:1" },
    { V "  optimizer.lr: [1, 2]\n  opt.learning_rate: [1, 2]\n", "E104", "s.yaml:9:3: error[E104]: `optimizer.lr` given twice: 8:3 and 9:3" },
    { V "  optimizer.lr: [0.1, 0.3, 1e-1]\n", "E104", "s.yaml:8:28: error[E104]: `0.1` of `optimizer.lr` given twice" },
    /* keys */
    { V "  optimizer.lrr: [1, 2]\n", "E140", "s.yaml:8:3: error[E140]: unknown key `optimizer.lrr` — did you mean `optimizer.lr`?" },
    { V "  optimzer.lr: [1, 2]\n", "E140", "s.yaml:8:3: error[E140]: unknown section `optimzer`" },
    { V "  optimzer.lr: [1, 2]\n", "E140", "did you mean `optimizer`?" },
    { V "  learning_rate: [1, 2]\n", "E140", "did you mean `optimizer.lr`?" },
    { V "  optimizer.batch: [1, 2]\n", "E140", "did you mean `train.batch`?" },
    { V "  optimizer.lrr: 1\n", "E140", "s.yaml:8:3: error[E140]: unknown key" },
    { V "  model.width: [1, 2]\n", "E140", "s.yaml:8:3: error[E140]: unknown key `model.width`" },
    { V "  train.seed: [1, 2]\n", "E140", "s.yaml:8:3: error[E140]: `train.seed` is no choice — write `seeds: [0, 1, 2]`" },
    { V "  optimizer: [sgd, adamw]\n  optimizer.momentum: [0, 0.9]\n", "E140",
      "s.yaml:9:3: error[E140]: unknown key `optimizer.momentum`" },
    { V "  optimizer: [sgd, adamw]\n  optimizer.momentum: [0, 0.9]\n", "E140", "where `optimizer` is `adamw`" },
    /* values */
    { V "  optimizer.lr: [1, two]\n", "E111", "s.yaml:8:21: error[E111]: `lr` in `optimizer` wants a number" },
    { V "  optimizer.lr: []\n", "E111", "s.yaml:8:17: error[E111]: `optimizer.lr` has no values" },
    { V "  optimizer.lr:\n", "E111", "s.yaml:8:3: error[E111]: `optimizer.lr` has no values" },
    { V "  optimizer.lr: [1, ~]\n", "E111", "s.yaml:8:21: error[E111]: `optimizer.lr` wants a value, got nothing" },
    { V "  optimizer.lr: two\n", "E111", "s.yaml:8:17: error[E111]" },
    { V "  train.batch: [10, 0]\n", "E111", "s.yaml:8:21: error[E111]: `batch` in `train` must be in 1..1048576" },
    { V "  train.batch: [10, 2.5]\n", "E111", "s.yaml:8:21: error[E111]: `batch` in `train` wants an integer" },
    { V "  model:\n    a: linear\n    b: linaer\n", "E132", "s.yaml:10:8: error[E132]: unknown" },
    { V "  optimizer: [sgd, {name: adamw, lrr: 1}]\n", "E140", "unknown key `lrr`" },
    { V "  optimizer: [sgd, {name: adamw, betas: {a: 1}}]\n", "E111", "s.yaml:8:41: error[E111]: `betas` wants one value" },
    { V "  train.steps: [3, 4]\n  schedule: [constant, cosine warmup=9]\n", "", "" },
    { V "  train: [steps=5, steps=50]\n  schedule.warmup: {values: [0, 20], when: {train: steps=5}}\n", "E131", "s.yaml:9:33: error[E131]: warm-up of 20" },
    /* ranges */
    { V "  optimizer.lr: {min: 1, max: 1}\n", "E141", "s.yaml:8:23: error[E141]: `optimizer.lr`: min 1 is not below max 1" },
    { V "  optimizer.lr: {max: 1, min: 2}\n", "E141", "s.yaml:8:31: error[E141]" },
    { V "  optimizer.lr: {min: 0, max: 1, log: true}\n", "E141", "s.yaml:8:23: error[E141]: `optimizer.lr`: a logarithmic range begins above 0" },
    { V "  optimizer.lr: {distribution: log_uniform_values, min: -1, max: 1}\n", "E141", "s.yaml:8:57: error[E141]" },
    { V "  optimizer.lr: {min: 1}\n", "E111", "s.yaml:8:17: error[E111]: `optimizer.lr` has no max" },
    { V "  optimizer.lr: {min: 1, max: 2, values: [1, 2]}\n", "E111", "s.yaml:8:17: error[E111]" },
    { V "  optimizer.lr: {min: 1, max: 2, lgo: true}\n", "E110", "s.yaml:8:34: error[E110]: unknown key `lgo`" },
    { V "  optimizer.lr: {min: 1, max: 2, lgo: true}\n", "E110", "did you mean `log`?" },
    { V "  optimizer.lr: {min: one, max: 2}\n", "E111", "s.yaml:8:18: error[E111]: `min` in `optimizer.lr` wants a number" },
    { V "  optimizer.lr: {min: 0, max: .inf}\n", "E112", "s.yaml:8:26: error[E112]" },
    { V "  optimizer.lr: {min: 1, max: 2, distribution: normal}\n", "E132", "s.yaml:8:34: error[E132]: unknown distribution `normal`" },
    { V "  optimizer.lr: {min: 0, max: 1, step: 0}\n", "E113", "s.yaml:8:40: error[E113]: `step` of `optimizer.lr` must be above 0" },
    { V "  optimizer.lr: {min: 1, max: 9, step: 1, log: true}\n", "E113", "s.yaml:8:40: error[E113]: `step` of `optimizer.lr` must be above 1" },
    { V "  optimizer.lr: {min: 0, max: 1, step: 2}\n", "E113", "makes 1 values" },
    { V "  train.batch: {min: 1.5, max: 9}\n", "E111", "s.yaml:8:22: error[E111]: `train.batch` takes whole numbers" },
    { V "  train.batch: {min: 1, max: 9, int: false}\n", "E111", "s.yaml:8:38: error[E111]" },
    { V "  optimizer.momentum: {min: 0, max: 1.5}\n", "E111", "s.yaml:8:23: error[E111]: `momentum`" },
    { V "  train.batch: {distribution: q_log_uniform_values, min: 3, max: 5, q: 8}\n", "E141", "s.yaml:8:16: error[E141]" },
    /* conditions */
    { V "  optimizer.lr: {values: [1, 2], when: {optimizer.momentum: 0}}\n", "E140", "s.yaml:8:41: error[E140]: `when` names `optimizer.momentum`, which is not varied" },
    { V "  optimizer.lr: {values: [1, 2], when: {optimizer.momentum: 0}}\n  optimizer.momentum: [0, 0.9]\n", "E140",
      "s.yaml:8:41: error[E140]: `optimizer.momentum` stands below `optimizer.lr`" },
    { V "  optimizer.lr: {values: [1, 2], when: {optimizer.lr: 1}}\n", "E140", "s.yaml:8:41: error[E140]: `optimizer.lr` cannot depend on itself" },
    { V "  optimizer.momentum: [0, 0.9]\n  optimizer.lr: {values: [1, 2], when: {optimizer.momentum: [0, 0.8]}}\n", "E111",
      "s.yaml:9:65: error[E111]: `0.8` is no value of `optimizer.momentum`" },
    { V "  optimizer.momentum: {min: 0, max: 0.9}\n  optimizer.lr: {values: [1, 2], when: {optimizer.momentum: 0}}\n", "E111", "s.yaml:9:41: error[E111]" },
    { V "  optimizer.lr: {values: [1, 2], when: 3}\n", "E111", "s.yaml:8:40: error[E111]: `when` wants" },
    /* constraints */
    { BASE "vary: {optimizer.lr: [1, 2]}\nconstraints: [optimizer.lr < 0.5]\n", "E143", "s.yaml:8:1: error[E143]: the constraints leave no point" },
    { BASE "vary: {optimizer.lr: {min: 1, max: 2}}\nconstraints: [optimizer.lr < 0.5]\n", "E143", "s.yaml:8:1: error[E143]" },
    { BASE "vary: {optimizer.lr: [1, 2]}\nconstraints: [optimizer.rl < 0.5]\n", "E140", "s.yaml:8:15: error[E140]: `optimizer.rl` is neither" },
    { BASE "vary: {optimizer.lr: [1, 2]}\nconstraints: [optimizer.rl < 0.5]\n", "E140", "did you mean `optimizer.lr`?" },
    { BASE "vary: {optimizer.lr: [1, 2]}\nconstraints: [optimizer.lr + 1 < 5]\n", "E115", "s.yaml:8:28: error[E115]" },
    { BASE "vary: {optimizer.lr: [1, 2]}\nconstraints: [optimizer.lr = 5]\n", "E115", "s.yaml:8:28: error[E115]" },
    { BASE "vary: {optimizer.lr: [1, 2]}\nconstraints: [3 < 5]\n", "E115", "no key that is varied" },
    { BASE "vary: {optimizer.lr: [1, 2], optimizer: [sgd, adamw]}\nconstraints: [optimizer < 5]\n", "E111", "s.yaml:8:15: error[E111]" },
    { BASE "vary: {optimizer.lr: [1, 2], optimizer.momentum: [0, 0.9]}\nconstraints: [optimizer.lr <= optimizer.momentum]\n", "E111",
      "s.yaml:8:31: error[E111]: `optimizer.momentum` may be zero" },
    /* the rest */
    { BASE "vary: {optimizer.lr: {min: 1, max: 2}}\nsampler: grid\n", "E142", "s.yaml:7:8: error[E142]: grid needs steps: `optimizer.lr`" },
    { BASE "vary: {optimizer.lr: [1, 2]}\nsampler: tep\n", "E132", "s.yaml:8:10: error[E132]: unknown sampler `tep`" },
    { BASE "vary: {optimizer.lr: [1, 2]}\nsampler: tep\n", "E132", "did you mean `tpe`?" },
    { BASE "vary: {optimizer.lr: [1, 2]}\nsampler: tpe start=3\n", "E110", "s.yaml:8:14: error[E110]: unknown key `start` in `sampler tpe`" },
    { BASE "vary: {optimizer.lr: [1, 2]}\nseeds: 0\n", "E113", "s.yaml:8:8: error[E113]: `seeds`" },
    { BASE "vary: {optimizer.lr: [1, 2]}\nseeds: [1, 2, 1]\n", "E104", "s.yaml:8:15: error[E104]: seed 1 given twice" },
    { BASE "vary: {optimizer.lr: [1, 2]}\nseeds: [1, x]\n", "E111", "s.yaml:8:12: error[E111]" },
    { BASE "vary: {optimizer.lr: [1, 2]}\nrank_by: val_acuracy\n", "E132", "s.yaml:8:10: error[E132]: `val_acuracy` is no measure" },
    { BASE "vary: {optimizer.lr: [1, 2]}\nrank_by: val_acuracy\n", "E132", "did you mean `val_accuracy`?" },
    { BASE "vary: {optimizer.lr: [1, 2]}\nmetric: {name: loss, goal: up}\n", "E132", "s.yaml:8:22: error[E132]: unknown goal `up`" },
    { BASE "vary: {optimizer.lr: [1, 2]}\nbudget: {trials: 0}\n", "E147", "s.yaml:8:10: error[E147]: a budget of zero" },
    { BASE "vary: {optimizer.lr: [1, 2]}\nbudget: {minutes: 0.0}\n", "E147", "s.yaml:8:10: error[E147]" },
    { BASE "vary: {optimizer.lr: [1, 2]}\nrun_cap: 0\n", "E147", "s.yaml:8:10: error[E147]" },
    { BASE "vary: {optimizer.lr: [1, 2]}\nbudget: {trials: -1}\n", "E113", "s.yaml:8:10: error[E113]" },
    { BASE "vary: {optimizer.lr: [1, 2]}\nbudget: {trails: 1}\n", "E110", "did you mean `trials`?" },
    { BASE "vary: {optimizer.lr: [1, 2]}\nhalving: {eta: 1}\n", "E113", "s.yaml:8:11: error[E113]: `eta`" },
    { BASE "vary: {optimizer.lr: [1, 2]}\nhalving: {min_epochs: 9}\n", "E113", "s.yaml:8:10: error[E113]: halving begins at 9 epochs, and training ends at 9" },
    { BASE "vary: {optimizer.lr: [1, 2], train.steps: 50}\nhalving: 3\n", "E113", "s.yaml:8:10: error[E113]: halving counts epochs" },
    { BASE "vary: {optimizer.lr: [1, 2]}\nearly_terminate: {type: median}\n", "E132", "s.yaml:8:19: error[E132]" },
    { BASE "vary: {optimizer.lr: [1, 2]}\nwatch: some\n", "E132", "s.yaml:8:8: error[E132]: unknown watch `some`" },
    { BASE "vary: {optimizer.lr: [1, 2]}\nname: [a]\n", "E111", "s.yaml:8:7: error[E111]: `name` wants text" },
};

static void mistakes_are_shown_where_they_are(void **state)
{
    held *h = *state;
    for (size_t i = 0; i < sizeof bads / sizeof *bads; i++) {
        parse(h, bads[i].yaml);
        if (strcmp(sft_error_id(h->c), bads[i].id) != 0 || !strstr(sft_message(h->c), bads[i].part)) {
            print_error("%s--\n", bads[i].yaml);
            CHECK_FAILS(h->c, bads[i].id, bads[i].part);
        }
        sft_clear(h->c);
    }
}

/* Wherever memory ends, nothing of the plan is lost or freed twice. */
static void memory_may_end_anywhere(void **state)
{
    (void)state;
    const char *yaml = forms[3];
    for (int64_t fails = 1, more = 1; more; fails += fails / 16 + 1) {
        check_memory m = { .fails = fails };
        sft_ctx     *c = sft_open(&(sft_config){ .threads = 1, .reference = true, .realloc = check_realloc, .realloc_user = &m });
        if (!c) continue;
        sft_arena arena;
        sft_plan  plan;
        sft__arena_open(&arena, c);
        sft__plan_parse(c, &arena, "s.yaml", yaml, strlen(yaml), NULL, &plan);
        more = sft_code(c) != SFT_OK;
        if (more) assert_int_equal(sft_code(c), SFT_MEMORY);
        sft__arena_close(&arena);
        sft_close(c);
        assert_int_equal(m.in_use, 0);
    }
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(lists_are_axes_and_numbers_are_written_one_way),
        T(ranges_have_the_kind_of_the_option),
        T(keys_go_by_their_own_names),
        T(blocks_have_labels),
        T(conditions_name_values_or_labels),
        T(what_is_fixed_goes_into_the_recipe),
        T(wandb_sweeps_are_read),
        T(bayes_is_a_gaussian_process),
        T(seeds_follow_the_recipe_or_a_list),
        T(defaults_are_the_grid_or_a_search),
        T(ends_and_words),
        T(metrics_that_rank_are_measured),
        T(constraints_are_turned_to_one_form),
        T(constraints_hold_for_points),
        T(sections_come_before_their_options),
        T(names_of_records_are_varied),
        T(texts_read_back_as_the_same_plan),
        T(words_do_not_change_the_text),
        T(recipes_lie_beside_the_sweep),
        T(mistakes_are_shown_where_they_are),
        T(memory_may_end_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
