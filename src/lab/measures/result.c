/* SPDX-License-Identifier: MIT */
/* result: what the sweep has of a trial. */
#include "lab/measures/measures.h"

#include <math.h>
#include <stddef.h>

typedef struct conf {
    int name;
} conf;

enum { VAL_LOSS, VAL_ACCURACY, TEST_LOSS, TEST_ACCURACY, TRAIN_LOSS, TRAIN_ACCURACY, BEST_EPOCH, EPOCHS, STEPS, SECONDS, FAILED, END_STEP };
static const char *const names[] = { "val_loss", "val_accuracy", "test_loss", "test_accuracy", "train_loss", "train_accuracy",
                                     "best_epoch", "epochs", "steps", "seconds", "failed", "end_step", NULL };

static const sft_field fields[] = {
    { .name = "name", .kind = SFT_WORD, .offset = offsetof(conf, name), .text = "test_accuracy", .words = names, .flags = SFT_MAIN,
      .doc = "val_ and test_ at the best epoch; train_: training samples evaluated with the same weights; failed: 1 or 0; end_step: step "
             "at which a failed run broke" },
    SFT_FIELD_END
};

/* One that ended with a number that is none was at the step behind the last one that went well. */
static double end_step(const sft_subject *s)
{
    const bool broke = sft__text_is(s->look->status, "failed");
    if (s->attempt->state != SFT_TRIAL_FAILED) return NAN;
    if (broke && s->attempt->steps >= 0) return (double)s->attempt->steps + 1;
    return s->look->fault_step >= 0 ? (double)s->look->fault_step : (double)s->attempt->steps;
}

static double value_of(const sft_subject *s, int name)
{
    const sft_attempt *t = s->attempt;
    const bool         failed = t->state == SFT_TRIAL_FAILED;
    switch (name) {
    case VAL_LOSS: return failed ? NAN : t->val_loss;
    case VAL_ACCURACY: return failed ? NAN : t->val_accuracy;
    case TEST_LOSS: return failed ? NAN : t->test_loss;
    case TEST_ACCURACY: return failed ? NAN : t->test_accuracy;
    case TRAIN_LOSS: return failed ? NAN : s->look->train_loss;
    case TRAIN_ACCURACY: return failed ? NAN : s->look->train_accuracy;
    case BEST_EPOCH: return t->best_epoch > 0 ? (double)t->best_epoch : NAN;
    case EPOCHS: return (double)t->epochs;
    case STEPS: return (double)t->steps;
    case SECONDS: return t->seconds;
    case FAILED: return failed;
    default: return end_step(s);
    }
}

static sft_status take(sft_subject *s, const void *options, double *value)
{
    const conf *k = options;
    *value = value_of(s, k->name);
    return SFT_OK;
}

const sft_gauge sft_gauge_result = {
    .name = "result",
    .doc = "a number of the trial's end: `result test_accuracy`",
    .conf_size = sizeof(conf),
    .fields = fields,
    .take = take,
};
