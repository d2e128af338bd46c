/* SPDX-License-Identifier: MIT */
/* The lists of optimisers and schedules: one word each. The records sft_optimizer_WORD and sft_schedule_WORD stand at the
 * bottom of their own files. */
#ifndef SFT_OPTIM_OPTIMIZERS_H
#define SFT_OPTIM_OPTIMIZERS_H

#define SFT_OPTIMIZERS(X)                                                                          \
    X(sgd) X(momentum) X(nesterov) X(rmsprop) X(adagrad) X(adadelta)                               \
    X(adam) X(adamw) X(amsgrad) X(nadam) X(radam) X(adamax) X(lion) X(rprop)                     \
    X(lamb) X(lars) X(muon) X(lbfgs)

#define SFT_SCHEDULES(X)                                                                           \
    X(constant) X(step) X(multistep) X(exponential) X(polynomial) X(linear) X(cosine)              \
    X(cosine_restarts) X(one_cycle) X(cyclic) X(inverse_sqrt) X(inverse_time) X(wsd) X(plateau)    \
    X(piecewise)

#endif
