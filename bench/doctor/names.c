/* SPDX-License-Identifier: MIT */
/* What our symptoms are called in the corpus; and its oracles. */
#include "bench_doctor.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Signals that shrink or grow in depth are one thing here; the corpus files them under the first values or under the gradient. */
static const struct {
    const char *symptom, *labels;
} names[] = {
    { "constant_inputs", "constant_inputs inputs_unnormalised" },
    { "outputs_do_not_fit", "loss_activation_mismatch wrong_output_size output_dim_mismatch categorical_ce_one_unit "
                            "multiclass_labels_with_binary_output" },
    { "shapes_do_not_fit", "missing_flatten layer_structure" },
    { "degenerate_labels", "label_problem degenerate_labels" },
    { "random_labels", "label_problem" },
    { "label_noise", "label_problem label_noise" },
    { "class_imbalance", "class_imbalance" },
    { "sorted_batches", "data_order unshuffled_data no_shuffle" },
    { "split_mismatch", "preprocessing_mismatch" },
    { "raw_inputs", "inputs_unnormalised" },
    { "tiny_inputs", "inputs_unnormalised" },
    { "raw_targets", "targets_unnormalised" },
    { "loss_mismatch", "loss_activation_mismatch wrong_output_size multiclass_labels_with_binary_output" },
    { "double_softmax", "loss_activation_mismatch double_softmax" },
    { "no_nonlinearity", "missing_nonlinearity" },
    { "lone_batchnorm", "bn_misuse" },
    { "stale_batchnorm", "bn_misuse" },
    { "symmetric_units", "symmetric_init" },
    { "signal_grows", "init_scale exploding_gradient" },
    { "signal_shrinks", "init_scale vanishing_gradient" },
    { "bad_start_loss", "init_scale" },
    { "exploding_gradient", "exploding_gradient" },
    { "vanishing_gradient", "vanishing_gradient" },
    { "saturated_units", "saturated_activation" },
    { "dead_units", "dead_relu" },
    { "frozen_layer", "frozen_layers" },
    { "not_finite", "nan_inf data_nan" },
    { "rate_too_high", "lr_too_large momentum_lr" },
    { "rate_oscillates", "lr_too_large momentum_lr" },
    { "rate_too_low", "lr_too_small" },
    { "slow", "slow_convergence" },
    { "noisy_batches", "batch_size noise_dominated batch_too_small" },
    { "batch_too_large", "batch_size batch_too_large" },
    { "dead_schedule", "schedule" },
    { "bad_optimizer_setting", "optimizer" },
    { "over_regularised", "over_regularised" },
    { "overfits", "overfitting" },
    { "underfits", "underfitting" },
    { "too_few_epochs", "insufficient_epochs" },
    { "gradient_bug", "gradient_bug" },
};

static bool lists(const char *words, const char *word)
{
    const size_t n = strlen(word);
    for (const char *at = strstr(words, word); n && at; at = strstr(at + 1, word))
        if ((at == words || at[-1] == ' ') && (at[n] == 0 || at[n] == ' ')) return true;
    return false;
}

bool means(const char *symptom, const char *label)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].symptom, symptom) == 0) return lists(names[i].labels, label);
    return strcmp(symptom, label) == 0;
}

bool means_any(const char *symptom, const json_t *labels)
{
    for (size_t i = 0; i < json_array_size(labels); i++)
        if (means(symptom, json_string_value(json_array_get(labels, i)))) return true;
    return false;
}

bool is_healthy(const json_t *line)
{
    return strcmp(text_of(line, "root_cause", ""), "healthy") == 0;
}

/* ---- oracles -------------------------------------------------------------------------------------- */

static bool of_accuracy(const json_t *oracle)
{
    return strstr(text_of(oracle, "metric", ""), "acc") != NULL;
}

static double measured(const json_t *oracle, const outcome *o)
{
    const bool in_training = strncmp(text_of(oracle, "metric", ""), "train", 5) == 0;
    if (of_accuracy(oracle)) return in_training ? o->train_acc : o->val_acc;
    return in_training ? o->train_loss : o->val_loss;
}

bool oracle_holds(const json_t *oracle, const outcome *faulty, const outcome *twin)
{
    const double f = measured(oracle, faulty), t = measured(oracle, twin);
    if (twin->failed) return false;
    if (of_accuracy(oracle)) return t - f >= number_of(oracle, "twin_minus_faulty", INFINITY);
    return t < f * number_of(oracle, "twin_over_faulty_below", 0);
}

double repaired_share(const json_t *oracle, const outcome *faulty, const outcome *twin, const outcome *repaired)
{
    const double f = measured(oracle, faulty), t = measured(oracle, twin), r = measured(oracle, repaired);
    return repaired->failed ? 0 : (r - f) / (t - f);
}

/* ---- controls ------------------------------------------------------------------------------------ */

json_t *control_at(const json_t *line, int i)
{
    const double lr = number_of(line, "lr", 0.001), epochs = number_of(line, "epochs", 1);
    const double batch = number_of(line, "batch_size", 1);
    json_t      *list = json_pack("[{s:f},{s:f},{s:s,s:f},{s:s,s:f,s:f},{s:s},{s:s},{s:s},{s:f},{s:f},{s:f}]", "lr", 3 * lr,
                                  "lr", lr / 3, "optimizer", "adam", "lr", 0.001, "optimizer", "sgd", "lr", 0.05, "momentum", 0.9,
                                  "init", "he_normal", "init", "glorot_normal", "schedule", "cosine", "epochs", 2 * epochs,
                                  "weight_decay", 1e-4, "batch_size", fmax(1, floor(batch / 2)));
    json_t      *delta = json_array_get(list, (size_t)i), *to = delta ? json_deep_copy(line) : NULL;
    if (to) json_object_set(to, "twin", delta);
    json_decref(list);
    return to;
}

/* Two points of accuracy, or of squared errors a fall to 0.7: what the mild faults of the corpus cost. */
bool control_wins(const outcome *healthy, const outcome *changed)
{
    if (changed->failed || !changed->known) return false;
    return isnan(healthy->val_acc) ? changed->val_loss < 0.7 * healthy->val_loss : changed->val_acc - healthy->val_acc > 0.02;
}
