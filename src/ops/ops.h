/* SPDX-License-Identifier: MIT */
/* The list of ops and losses: one word each. The record sft_op_WORD stands at the bottom of its own file. */
#ifndef SFT_OPS_OPS_H
#define SFT_OPS_OPS_H

#define SFT_OPS(X)                                                                                 \
    X(linear) X(conv2d) X(conv1d) X(conv_transpose2d) X(conv_transpose1d)                          \
    X(maxpool) X(avgpool) X(global_avgpool) X(flatten) X(transpose) X(subsample) X(squeeze_excite) \
    X(batchnorm) X(layernorm) X(rmsnorm) X(groupnorm) X(instancenorm)                              \
    X(dropout) X(dropout2d) X(dropconnect) X(stochastic_depth) X(add)                              \
    X(sigmoid) X(tanh) X(relu) X(leaky_relu) X(elu) X(gelu) X(silu) X(softplus) X(identity)        \
    X(prelu) X(selu) X(celu) X(mish) X(hardswish) X(hardsigmoid) X(hardtanh) X(relu6) X(softsign)  \
    X(tanhshrink) X(exponential) X(glu) X(swiglu) X(softmax)

#define SFT_LOSSES(X) X(cross_entropy) X(focal) X(hinge) X(bce) X(mse) X(mae) X(huber) X(smooth_l1) X(kl) X(poisson)

#endif
