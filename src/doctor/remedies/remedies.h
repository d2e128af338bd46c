/* SPDX-License-Identifier: MIT */
/* The list of remedies: one word each. The record sft_remedy_WORD stands at the bottom of its own file. */
#ifndef SFT_DOCTOR_REMEDIES_REMEDIES_H
#define SFT_DOCTOR_REMEDIES_REMEDIES_H

#define SFT_REMEDIES(X)                                                                          \
    X(standardize_inputs) X(standardize_targets) X(unfreeze) X(default_loss) X(linear_output)    \
    X(shuffle) X(class_weights) X(label_smoothing)                                               \
    X(relu_between) X(default_init) X(lower_rate) X(higher_rate) X(gentler_rates)                \
    X(larger_batch) X(smaller_batch) X(add_batchnorm) X(residual_blocks) X(better_activation)    \
    X(leaky_units) X(add_clipping) X(warm_up) X(switch_to_adam) X(default_optimizer)             \
    X(constant_schedule) X(cosine_schedule) X(train_longer) X(stop_early) X(more_dropout)        \
    X(less_dropout) X(more_decay) X(less_decay) X(wider_layers) X(groupnorm_for_batchnorm)    \
    X(quicker_averages)

#endif
