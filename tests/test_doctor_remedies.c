/* SPDX-License-Identifier: MIT */
/* labels: core */
/* Remedies edit what they are meant to and nothing else. */
#include "check.h"

#include "doctor/doctor.h"

#include <string.h>

#define DIGITS "data: digits\n"
#define MIXER  DIGITS "model: mlp_mixer 2 width=8 image_size=8 patch_size=2 token_width=8 channel_width=16"
#define MLP    "model: flatten | linear 16 | relu | linear\n"

typedef struct remedy_case {
    const char *name, *recipe;
    const char *edits;          /* joined by "; " */
    bool        once;           /* it is refused on the recipe that it has changed */
} remedy_case;

static const remedy_case cases[] = {
    { "standardize_inputs", DIGITS MLP "split: {standardize: none}", "split.standardize=auto", true },
    { "standardize_targets", "data: regression-1d\nmodel: linear 8 | tanh | linear", "split.standardize_targets=true", true },
    { "unfreeze", DIGITS MLP "groups: {\"1.*\": lr=0, \"3.bias\": lr=1e-5}", "~groups", true },
    { "unfreeze", DIGITS MLP "groups: {\"1.*\": lr=0 decay=2, linear: lr=1e-4, \"3.bias\": lr=0.1}\ntrain: {layer_decay: 1e-4}",
      "groups.1.*=lr=1 decay=2; groups.linear=lr=1 decay=auto; train.layer_decay=1", true },
    { "default_loss", DIGITS MLP "loss: hinge", "loss=auto", true },
    { "linear_output", DIGITS "model: flatten | linear 16 | relu | linear 10 | sigmoid",
      "model=flatten | linear 16 | relu | linear 10", true },
    { "linear_output", DIGITS "model: flatten | linear 16 | softmax | linear 10 | softmax",
      "model=flatten | linear 16 | softmax | linear 10", true },
    { "shuffle", DIGITS MLP "train: {shuffle: false}", "train.shuffle=true", true },
    { "class_weights", DIGITS MLP, "loss=cross_entropy class_weights=balanced", true },
    { "class_weights", DIGITS MLP "loss: cross_entropy label_smoothing=0.1", "loss.class_weights=balanced", true },
    { "label_smoothing", DIGITS MLP, "loss=cross_entropy label_smoothing=0.1", true },
    { "label_smoothing", DIGITS MLP "loss: cross_entropy class_weights=balanced", "loss.label_smoothing=0.1", true },
    { "relu_between", DIGITS "model: flatten | repeat 2 ( linear 16 ) | batchnorm | linear",
      "model=flatten | repeat 2 ( linear 16 | relu ) | batchnorm | linear", true },
    { "relu_between", DIGITS "model: flatten | linear 16 | batchnorm | dropout 0.1 | residual ( linear 16 | batchnorm ) | linear",
      "model=flatten | linear 16 | batchnorm | relu | dropout 0.1 | residual ( linear 16 | batchnorm | relu ) | linear", true },
    { "default_init", DIGITS MLP "init: zeros", "init=auto", true },
    { "default_init", DIGITS MLP "init: ones\ninit_layers: {\"3.weight\": zeros}", "init=auto; ~init_layers", true },
    { "lower_rate", DIGITS MLP "optimizer: sgd lr=0.3", "optimizer.lr=0.1", false },
    { "higher_rate", DIGITS MLP "optimizer: sgd lr=0.003", "optimizer.lr=0.03", false },
    { "gentler_rates", DIGITS MLP "optimizer: sgd lr=0.3", "optimizer.lr=0.03", false },
    { "larger_batch", DIGITS MLP "train: {batch: 2}", "train.batch=32", false },
    { "larger_batch", DIGITS MLP "train: {batch: 32}", "train.batch=128", false },
    { "smaller_batch", DIGITS MLP "train: {batch: 512}", "train.batch=128", false },
    { "smaller_batch", DIGITS MLP "train: {batch: 16}", "train.batch=8", true },
    { "add_batchnorm", DIGITS "model: mlp depth=2 width=16",
      "model=flatten | repeat 2 ( linear 16 | batchnorm | relu ) | linear", true },
    { "residual_blocks", DIGITS "model: mlp depth=4 width=16",
      "model=flatten | linear 16 | relu | repeat 3 ( residual ( linear 16 | relu ) ) | linear", true },
    { "residual_blocks",
      DIGITS "model: conv2d 8 padding=1 | relu | conv2d 8 padding=1 | batchnorm | relu | conv2d 8 | relu | flatten | linear",
      "model=conv2d 8 padding=1 | relu | residual ( conv2d 8 padding=1 | batchnorm | relu ) | conv2d 8 | relu | flatten | linear",
      true },
    { "better_activation", DIGITS "model: flatten | repeat 2 ( linear 16 | sigmoid ) | linear 16 | tanh | linear 10 | sigmoid",
      "model=flatten | repeat 2 ( linear 16 | relu ) | linear 16 | relu | linear 10 | sigmoid", true },
    { "leaky_units", DIGITS MLP, "model=flatten | linear 16 | leaky_relu | linear", true },
    { "add_clipping", DIGITS MLP, "train.clip_norm=1", true },
    { "warm_up", DIGITS MLP "train: {steps: 1000}", "schedule.warmup=50", true },
    { "switch_to_adam", DIGITS MLP "optimizer: sgd lr=0.1", "optimizer=adamw", true },
    { "default_optimizer", DIGITS MLP "optimizer: adamw lr=0.01 eps=1 betas=[0.5, 0.9]",
      "optimizer=adamw lr=0.01 weight_decay=0.01", true },
    { "constant_schedule", DIGITS MLP "schedule: step step_size=1 warmup=10",
      "schedule=constant warmup=10 warmup_epochs=0 warmup_start=0", true },
    { "cosine_schedule", DIGITS MLP, "schedule=cosine", true },
    { "train_longer", DIGITS MLP "train: {epochs: 7}", "train.epochs=14", false },
    { "train_longer", DIGITS MLP "train: {steps: 70}", "train.steps=140", false },
    { "stop_early", DIGITS MLP, "early_stop.patience=5", true },
    { "more_dropout", DIGITS "model: flatten | linear 16 | relu | linear 16 | relu | linear",
      "model=flatten | linear 16 | relu | dropout 0.3 | linear 16 | relu | dropout 0.3 | linear", false },
    { "more_dropout", DIGITS "model: flatten | linear 16 | relu | dropout p=0.2 | linear",
      "model=flatten | linear 16 | relu | dropout p=0.5 | linear", false },
    { "less_dropout", DIGITS "model: flatten | linear 16 | relu | dropout 0.8 | linear",
      "model=flatten | linear 16 | relu | dropout 0.4 | linear", false },
    { "more_decay", DIGITS MLP "optimizer: sgd lr=0.1", "optimizer.weight_decay=0.001", false },
    { "less_decay", DIGITS MLP "optimizer: adamw weight_decay=3", "optimizer.weight_decay=0.3", false },
    { "wider_layers", DIGITS "model: conv2d 8 padding=1 | batchnorm | relu | flatten | repeat 2 ( linear 4 | relu ) | linear 10",
      "model=conv2d 64 padding=1 | batchnorm | relu | flatten | repeat 2 ( linear 32 | relu ) | linear 10", false },
    { "wider_layers", DIGITS "model: flatten | linear 32 | relu | linear 4 | relu | linear 10",
      "model=flatten | linear 64 | relu | linear 8 | relu | linear 10", false },
    { "quicker_averages", DIGITS "model: flatten | linear 16 | batchnorm momentum=0.001 | relu | linear",
      "model=flatten | linear 16 | batchnorm momentum=0.1 | relu | linear", true },
    { "groupnorm_for_batchnorm", DIGITS "model: conv2d 12 | batchnorm | relu | flatten | linear",
      "model=conv2d 12 | groupnorm 6 | relu | flatten | linear", true },
};

/* Recipes on which a remedy has nothing to do. */
static const remedy_case refusals[] = {
    { .name = "standardize_targets", .recipe = DIGITS MLP },
    { .name = "standardize_targets", .recipe = "data: regression-1d\nmodel: linear 8 | tanh | linear 1 | tanh" },
    { .name = "standardize_targets", .recipe = "data: regression-1d\nmodel: linear 1\nloss: poisson" },
    { .name = "unfreeze", .recipe = DIGITS MLP },
    { .name = "unfreeze", .recipe = DIGITS MLP "groups: {\"1.*\": lr=0.01}\ntrain: {layer_decay: 0.5}" },
    { .name = "relu_between", .recipe = MIXER },
    { .name = "relu_between", .recipe = DIGITS "model: resnet20 width=2" },
    { .name = "wider_layers", .recipe = MIXER },
    { .name = "add_batchnorm", .recipe = DIGITS "model: mlp norm=layer" },
    { .name = "residual_blocks", .recipe = DIGITS "model: flatten | linear 32 | relu | linear 16 | relu | linear" },
    { .name = "higher_rate", .recipe = DIGITS MLP "optimizer: sgd lr=1e6" },
    { .name = "stop_early", .recipe = DIGITS MLP "split: {validation: 0}" },
    { .name = "less_decay", .recipe = DIGITS MLP "optimizer: sgd" },
    { .name = "more_decay", .recipe = DIGITS MLP "optimizer: rprop" },
    { .name = "label_smoothing", .recipe = DIGITS MLP "loss: hinge" },
    { .name = "label_smoothing", .recipe = "data: regression-1d\nmodel: mlp" },
    { .name = "class_weights", .recipe = "data: regression-1d\nmodel: mlp" },
};

typedef struct bed {
    sft_ctx    *c;
    sft_recipe *r;
    sft_data   *d;
    sft_chart   chart;          /* as much of it as remedies look at */
} bed;

/* The network can be made, too. */
static void bed_open(bed *b, const char *recipe, const sft_edits *edits)
{
    *b = (bed){ .c = check_open() };
    b->r = sft_recipe_parse(b->c, "r.yaml", recipe, strlen(recipe));
    for (int i = 0; edits && i < edits->n; i++) sft_recipe_set(b->r, edits->edit[i]);
    b->d = sft_data_open(b->c, b->r);
    sft_net_free(sft_net_new(b->c, b->r, b->d));
    CHECK_OK(b->c);
    b->chart = (sft_chart){ .ctx = b->c, .recipe = b->r, .data = b->d };
    sft__arena_open(&b->chart.arena, b->c);
    b->chart.notes = &b->chart.arena;
}

static void bed_close(bed *b)
{
    sft__arena_close(&b->chart.arena);
    sft_data_free(b->d);
    sft_recipe_free(b->r);
    sft_close(b->c);
}

static void join(const sft_edits *e, char *text, size_t size)
{
    *text = 0;
    for (int i = 0; i < e->n; i++) snprintf(text + strlen(text), size - strlen(text), "%s%s", i ? "; " : "", e->edit[i]);
}

static void remedies_edit_what_they_mean_to(void **state)
{
    (void)state;
    const sft_finding f = { .severity = SFT_FAULT };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const remedy_case *k = &cases[i];
        const sft_remedy  *m = sft__remedy_find(k->name);
        sft_edits          e = { 0 }, again = { 0 };
        char               text[1000];
        bed                sick, cured;
        assert_non_null(m);
        bed_open(&sick, k->recipe, NULL);
        if (!m->edit(&sick.chart, &f, &e)) fail_msg("%s does not fit %s", k->name, k->recipe);
        join(&e, text, sizeof text);
        assert_string_equal(text, k->edits);
        bed_open(&cured, k->recipe, &e);
        if (m->edit(&cured.chart, &f, &again) && k->once) fail_msg("%s would be given twice: %s", k->name, again.edit[0]);
        bed_close(&cured);
        bed_close(&sick);
    }
}

static void remedies_refuse_what_does_not_fit(void **state)
{
    (void)state;
    const sft_finding f = { .severity = SFT_FAULT };
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        const sft_remedy *m = sft__remedy_find(refusals[i].name);
        sft_edits         e = { 0 };
        bed               b;
        bed_open(&b, refusals[i].recipe, NULL);
        if (m->edit(&b.chart, &f, &e)) fail_msg("%s edits %s: %s", m->name, refusals[i].recipe, e.edit[0]);
        bed_close(&b);
    }
}

/* Each remedy has a case. */
static void remedies_have_cases(void **state)
{
    (void)state;
    for (int i = 0; sft__remedy_at(i); i++) {
        bool found = false;
        for (size_t k = 0; k < sizeof cases / sizeof *cases && !found; k++)
            found = !strcmp(cases[k].name, sft__remedy_at(i)->name);
        if (!found) fail_msg("%s has no case", sft__remedy_at(i)->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(remedies_have_cases),
        cmocka_unit_test(remedies_edit_what_they_mean_to),
        cmocka_unit_test(remedies_refuse_what_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
