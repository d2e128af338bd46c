/* SPDX-License-Identifier: MIT */
/* The list of metrics: one word each. The record sft_metric_WORD stands at the bottom of a file of this folder. */
#ifndef SFT_METRICS_METRICS_H
#define SFT_METRICS_METRICS_H

/* accuracy is first: early stopping knows it without asking */
#define SFT_METRICS(X)                                                                             \
    X(accuracy) X(top2) X(top3) X(top5) X(top10)                                                   \
    X(precision_macro) X(precision_micro) X(precision_weighted)                                    \
    X(recall_macro) X(recall_micro) X(recall_weighted) X(f1_macro) X(f1_micro) X(f1_weighted)      \
    X(auroc) X(average_precision) X(ece) X(log_loss) X(perplexity)                                 \
    X(r2) X(mae) X(rmse)

#endif
