/* SPDX-License-Identifier: MIT */
/* Validation inputs are not like what training sees: another scale, other files, or an augmentation that moves the mean. */
#include "doctor/doctor.h"

#include <math.h>

/* What is worse in validation than in training by half is no longer the usual gap of a short run. While nothing has been learned,
 * both are alike and say nothing. */
static bool goes_along(const sft_course *k)
{
    const sft_eval_point *e = k->evals > 0 ? &k->eval[k->evals - 1] : NULL;
    return e && k->end_loss < 0.8 * k->start_loss && e->loss < 1.5 * e->train_loss;
}

/* Half a deviation moves a fifth of the values over to the other side of the mean, and a deviation halved or doubled changes
 * every threshold that was learned. Few validation samples wander by 1/sqrt(n): three times that is granted on top. A stretch
 * alone is what noise and cropping do on purpose: it is a fault from four on. And where validation has been seen to go with
 * training, it does no harm. */
static bool judge(const sft_chart *c, sft_finding *f)
{
    const sft_data_look *y = &c->samples;
    const double         chance = 3 / sqrt((double)c->data->facts.count[SFT_VALIDATION]), far = fabs(log2(y->stretch));
    const bool           shifted = y->shift > 0.5 + chance, stretched = far > 1 + chance;
    if (isnan(y->shift) || !(shifted || stretched)) return false;
    f->severity = (shifted || far > 2 + chance) && !goes_along(&c->course) ? SFT_FAULT : SFT_ADVISORY;
    f->value = shifted ? y->shift : y->stretch;
    f->limit = shifted ? 0.5 : y->stretch < 1 ? 0.5 : 2;
    f->evidence = sft__say(c, "inputs of validation lie %.2f deviations off those that training sees%s and are spread %.2f times "
                              "as far: the two want the same treatment", y->shift,
                              c->recipe->stages.n > 0 ? ", as augmented," : "", y->stretch);
    return true;
}

const sft_symptom sft_symptom_split_mismatch = {
    .name = "split_mismatch", .aliases = "train_validation_mismatch covariate_shift",
    .doc = "validation inputs unlike training inputs",
    .math = "max |mean - mean'| / sd over channels > 0.5, or sd' / sd outside 0.5 to 2",
    .source = "Rabanser, Guennemann, Lipton 2019 (failing loudly); Touvron et al. 2019 (train-test discrepancy)",
    .origin = SFT_FROM_DATA, .explains = "stale_batchnorm", .judge = judge,
    .remedies = "",
    .sick = "data: mnist1d\naugment: noise mean=2\nmodel: flatten | linear 64 | relu | linear\noptimizer: adam lr=0.001\n"
            "train: {epochs: 4, batch: 64}\n",
    .well = "data: mnist1d\naugment: noise sigma=0.3\nmodel: flatten | linear 64 | relu | linear\noptimizer: adam lr=0.001\n"
            "train: {epochs: 4, batch: 64}\n",
};
