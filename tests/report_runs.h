/* SPDX-License-Identifier: MIT */
/* Run folders written by hand, with curves of a known form: what reports are tested on. */
#ifndef SFT_TESTS_REPORT_RUNS_H
#define SFT_TESTS_REPORT_RUNS_H

#include "check.h"

#include <math.h>
#include <sys/stat.h>

typedef struct report_curve {
    double      lr, momentum, accuracy; /* accuracy: of validation from its best epoch on; test has 0.01 less */
    int         seed, batch, epochs;    /* batch 0: 100 */
    double      fall;           /* L = 2.3 exp(-fall epoch / 4) + floor */
    double      floor;
    int         turn;           /* validation rises by 3 % of the lowest an epoch after this one; 0: never */
    int         lost;           /* the training loss is 2.31 from this epoch on; 0: never */
    double      swing;          /* training moves up and down by so much of itself */
    int         nan_step;       /* the run failed there; 0: it finished */
    const char *failure;        /* or of this */
    bool        last_weights;   /* test is of the weights at the end, not of the best epoch's: the first of those with `accuracy` */
} report_curve;

static inline double report_loss(const report_curve *k, int epoch)
{
    return 2.3 * exp(-k->fall * epoch / 4) + k->floor;
}

static inline double report_validation(const report_curve *k, int epoch)
{
    const int at = k->turn && epoch > k->turn ? k->turn : epoch;
    return (report_loss(k, at) + 0.1) * (1 + 0.03 * (epoch - at));
}

static inline void report_metrics(const char *folder, const report_curve *k)
{
    char path[700];
    snprintf(path, sizeof path, "%s/metrics.csv", folder);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("step,epoch,split,loss,accuracy,lr,grad_norm,seconds\n", f);
    for (int e = 1; e <= k->epochs; e++) {
        const double swing = 1 + (e % 2 ? k->swing : -k->swing), train = k->lost && e >= k->lost ? 2.31 : report_loss(k, e) * swing;
        fprintf(f, "%d,%d,train,%.17g,0.5,%.17g,1,%.17g\n", e * 10, e, train, k->lr, 0.01 * e);
        const double accuracy = e >= k->epochs / 2 ? k->accuracy : k->accuracy * e / k->epochs;
        fprintf(f, "%d,%d,validation,%.17g,%.17g,%.17g,1,%.17g\n", e * 10, e, report_validation(k, e), accuracy, k->lr, 0.01 * e);
    }
    if (!k->nan_step && !k->failure) fprintf(f, "%d,%d,test,1,%.17g,,,1\n", k->epochs * 10, k->epochs, k->accuracy - 0.01);
    assert_int_equal(fclose(f), 0);
}

static inline void report_run(const char *folder, const report_curve *k)
{
    char path[700];
    assert_int_equal(mkdir(folder, 0777), 0);
    report_metrics(folder, k);
    snprintf(path, sizeof path, "%s/recipe.yaml", folder);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "data: digits\nmodel: flatten | linear\noptimizer: {name: sgd, lr: %.17g, momentum: %.17g}\ntrain: {seed: %d, batch: %d, "
            "epochs: %d}\n",
            k->lr, k->momentum, k->seed, k->batch ? k->batch : 100, k->epochs > 1 ? k->epochs : 1);
    fclose(f);
    snprintf(path, sizeof path, "%s/run.json", folder);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs("{\"schema\": 1, ", f);
    if (k->nan_step) fprintf(f, "\"status\": \"failed\", \"message\": \"error[E350]: the loss is not finite at step %d — first bad "
                             "tensor\", ", k->nan_step);
    else if (k->failure) fprintf(f, "\"status\": \"failed\", \"message\": \"%s\", ", k->failure);
    else fputs("\"status\": \"finished\", ", f);
    fprintf(f, "\"task\": \"classes\", \"outputs\": 10, \"loss\": \"cross_entropy\", \"steps\": %d, \"epochs\": %d, \"steps_planned\": "
            "%d, \"seconds\": %g",
            k->epochs * 10, k->epochs, k->epochs * 10, 0.01 * k->epochs);
    if (!k->nan_step && !k->failure)
        fprintf(f, ", \"validation\": {\"loss\": %.17g, \"accuracy\": %.17g, \"samples\": 400}, \"test\": {\"loss\": 1, \"accuracy\": "
                "%.17g, \"samples\": 1000}",
                report_validation(k, k->last_weights ? k->epochs : k->epochs / 2), k->accuracy, k->accuracy - 0.01);
    fputs("}\n", f);
    fclose(f);
}

#endif
