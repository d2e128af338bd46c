/* SPDX-License-Identifier: MIT */
/* The list of symptoms, upstream first: one word each. The record sft_symptom_WORD stands at the bottom of its own file. */
#ifndef SFT_DOCTOR_SYMPTOMS_SYMPTOMS_H
#define SFT_DOCTOR_SYMPTOMS_SYMPTOMS_H

#define SFT_SYMPTOMS(X)                                                                            \
    X(constant_inputs) X(degenerate_labels) X(random_labels) X(label_noise) X(class_imbalance)     \
    X(sorted_batches) X(split_mismatch) X(raw_inputs) X(tiny_inputs) X(raw_targets)                \
    X(double_softmax) X(loss_mismatch) X(no_nonlinearity) X(lone_batchnorm)                        \
    X(symmetric_units) X(signal_grows) X(signal_shrinks) X(bad_start_loss)                         \
    X(rate_too_high) X(bad_optimizer_setting) X(dead_schedule) X(rate_oscillates) X(rate_too_low)  \
    X(noisy_batches) X(batch_too_large)                                                            \
    X(exploding_gradient) X(saturated_units) X(dead_units) X(vanishing_gradient)                   \
    X(frozen_layer) X(not_finite) X(stale_batchnorm)                                               \
    X(over_regularised) X(underfits) X(overfits) X(too_few_epochs) X(slow)

#endif
