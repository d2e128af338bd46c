/* SPDX-License-Identifier: MIT */
/* An option of the optimiser that turns it into something else. */
#include "doctor/pace.h"

#include <math.h>

/* eps ten times sqrt(v): the step is g / eps to a tenth, and Adam is gradient descent at rate / eps. */
static const char *eps_said(const sft_chart *c, const sft_pace *p, sft_finding *f)
{
    if (!p->adaptive || !(p->eps > 10 * c->curvature.root)) return NULL;
    f->value = p->eps;
    f->limit = 10 * c->curvature.root;
    return sft__say(c, "eps %.2g is %.2g times the usual sqrt(v) of a weight (%.2g): %s is gradient descent at a rate of %.2g",
                       p->eps, p->eps / c->curvature.root, c->curvature.root, c->recipe->optimizer_record->name, p->lr / p->eps);
}

/* Where b1^2 > b2 the mean remembers longer than the square that bounds it, and single steps have no bound (Reddi et al.
 * 2018). */
static const char *betas_said(const sft_chart *c, const sft_pace *p, sft_finding *f)
{
    if (!p->adaptive || !(p->momentum > 0 && p->momentum * p->momentum > p->beta2)) return NULL;
    f->value = p->momentum * p->momentum;
    f->limit = p->beta2;
    return sft__say(c, "beta1^2 = %.3g is above beta2 = %.3g: the mean remembers longer than the square it is divided by, and "
                       "steps have no bound", f->value, p->beta2);
}

/* A memory of half the plan: the momentum of the start is still there at the end. Of four plans: nothing of it came to bear. */
static const char *momentum_said(const sft_chart *c, const sft_pace *p, sft_finding *f)
{
    const double steps = 1 / fmax(1 - p->momentum, 1e-12);
    if (!(steps > (double)c->course.planned / 2) || steps < 20) return NULL;
    f->value = steps;
    f->limit = (double)c->course.planned / 2;
    return sft__say(c, "a momentum of %.6g remembers %.3g steps, and the plan has %lld", p->momentum, steps,
                       (long long)c->course.planned);
}

/* A fault unless the course lost seven tenths of its loss all the same. */
static bool judge(const sft_chart *c, sft_finding *f)
{
    const sft_pace    p = sft__pace_of(c->recipe);
    const sft_course *k = &c->course;
    if (!p.known || k->steps < 8) return false;
    f->evidence = eps_said(c, &p, f);
    if (!f->evidence) f->evidence = betas_said(c, &p, f);
    if (!f->evidence) f->evidence = momentum_said(c, &p, f);
    if (!f->evidence) return false;
    f->severity = k->failed || !(k->end_loss < 0.3 * k->start_loss) ? SFT_FAULT : SFT_ADVISORY;
    return true;
}

const sft_symptom sft_symptom_bad_optimizer_setting = {
    .name = "bad_optimizer_setting", .aliases = "adam_eps bad_betas",
    .doc = "eps, betas or momentum make another method of the optimiser",
    .math = "eps > 10 median sqrt(v), or b1^2 > b2, or 1 / (1 - momentum) > half the plan",
    .source = "Kingma and Ba 2015; Reddi et al. 2018; Choi et al. 2019",
    .origin = SFT_FROM_PACE, .explains = "rate_too_low rate_oscillates slow too_few_epochs underfits batch_too_large",
        .judge = judge,
    .remedies = "default_optimizer",
    .sick = "data: digits\nmodel: flatten | linear 32 | relu | linear\noptimizer: adam lr=0.001 eps=1\n"
            "train: {epochs: 4, batch: 64}\n",
    .well = "data: digits\nmodel: flatten | linear 32 | relu | linear\noptimizer: adam lr=0.01\ntrain: {epochs: 4, batch: 64}\n",
};
