/* SPDX-License-Identifier: MIT */
/* labels: core */
/* Every optimiser, every wrapper and every average that has a record: killed behind a checkpoint and resumed by another
 * process, the run ends with the bits of one that never stopped. */
#include "fit_run.h"

#include "optim/method.h"

static const char recipe[] = "data: digits\n"
                             "model: flatten | linear 16 | batchnorm | relu | dropout 0.2 | linear\n"
                             "optimizer: sgd lr=0.02 momentum=0.9\n"
                             "regularize: {gradient_noise: 1e-6}\n"
                             "train: {steps: 40, batch: 100, seed: 3, shards: 4}\n"
                             "checkpoint: {every: 0, every_steps: 17, min_seconds: 0}\n";

static void go_through(const char *const *changes)
{
    char whole[64], folder[64], want[65], hash[65];
    fit_whole(folder_make(whole), false, 0, recipe, changes, want);
    fit_vanish(folder_make(folder), false, 0, recipe, changes, 23);
    fit_whole(folder, true, 0, recipe, changes, hash);
    assert_true(fit_has(folder, "run.json", "\"resumed_at_step\": 17,"));
    if (strcmp(hash, want)) fail_msg("%s: resumed to other weights", changes[0]);
    fit_same_end(folder, hash, whole, want);
    folder_remove(folder);
    folder_remove(whole);
}

/* On its own, and under everything else that has a state. An optimiser of all samples takes an epoch a step. */
static void every_optimiser_goes_on(void **state)
{
    (void)state;
    for (int i = 0; sft__optimizer_at(i); i++) {
        const sft_optimizer *o = sft__optimizer_at(i);
        char                 text[64];
        snprintf(text, sizeof text, "optimizer=%s", o->name);
        const char *const alone[] = { text, o->method ? "train.accumulate=35" : NULL, "regularize.gradient_noise=0",
                                      NULL };
        const char *const wrapped[] = { text, "wrap=lookahead k=4", "average=ema", "schedule=cosine warmup=5",
                                        "train.accumulate=2", NULL };
        go_through(alone);
        if (!o->method) go_through(wrapped);
    }
}

static void every_wrapper_goes_on(void **state)
{
    (void)state;
    for (int i = 0; sft__wrapper_at(i); i++) {
        char text[64];
        snprintf(text, sizeof text, "wrap=%s", sft__wrapper_at(i)->name);
        const char *const changes[] = { text, NULL };
        go_through(changes);
    }
}

static void every_average_goes_on(void **state)
{
    (void)state;
    for (int i = 0; sft__average_at(i); i++) {
        char text[64];
        snprintf(text, sizeof text, "average=%s", sft__average_at(i)->name);
        const char *const changes[] = { text, NULL };
        go_through(changes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_optimiser_goes_on),
        cmocka_unit_test(every_wrapper_goes_on),
        cmocka_unit_test(every_average_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
