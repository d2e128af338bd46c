/* SPDX-License-Identifier: MIT */
/* Dropout or weight decay leave the model too little to learn with. */
#include "doctor/anatomy.h"
#include "doctor/pace.h"

#include <math.h>
#include <string.h>

/* Length of the weights that decay. */
static double length_of(const sft_look *k)
{
    double sum = 0;
    for (int i = 0; i < k->n; i++) {
        const sft_layer_look *y = &k->layer[i];
        for (int j = 0; j < y->node->n_param; j++)
            if (y->node->param[j].decay && !isnan(y->weight)) sum += y->weight * y->weight * (double)y->node->param[j].count;
    }
    return sqrt(sum);
}

static double largest_dropout(const sft_net *n)
{
    double most = 0;
    for (int i = 0; i < n->n_nodes; i++)
        if (!strncmp(n->node[i]->op->name, "drop", 4))
            most = fmax(most, sft__option(n->node[i]->op->fields, n->node[i]->conf, "p", 0));
    return most;
}

/* It is at rest, as validation sees it where there is one: training mode's loss still falls while dropout's noise does. */
static bool at_rest(const sft_course *k)
{
    const double fall = sft__course_fall(k, NULL);
    if (fabs(fall) < 0.05) return true;
    if (k->evals < 3) return false;
    const double a = k->eval[k->evals - 2].loss, b = k->eval[k->evals - 1].loss;
    return a - b < 0.02 * a;
}

/* The penalty pulls as hard as the data do, or has halved the weights; either is normal where the data are learned. */
static const char *decay_said(const sft_chart *c, sft_finding *f)
{
    const sft_bound *b = &c->recipe->bound[SFT_OPTIMIZER_SECTION];
    const double     decay = sft__option(b->rows, b->conf, "weight_decay", 0), now = length_of(sft__chart_now(c)),
        then = length_of(&c->start);
    const double     pull = decay * now, push = sft__chart_now(c)->grad_norm;
    if (!(decay > 0) || !(pull > 0.5 * push || now < 0.5 * then)) return NULL;
    f->value = decay;
    f->limit = 0.5 * push / fmax(now, 1e-30);
    return sft__say(c, "weight decay %.3g pulls at the weights with %.2g, the data with %.2g, and they have %.2g of the length "
                       "they began with", decay, pull, push, now / fmax(then, 1e-30));
}

static const char *dropout_said(const sft_chart *c, sft_finding *f)
{
    const double most = largest_dropout(c->net);
    if (!(most >= 0.5)) return NULL;
    f->value = most;
    f->limit = 0.5;
    return sft__say(c, "dropout leaves %.0f %% of the numbers in training", 100 * (1 - most));
}

/* Judged by what is learned with dropout off: a training loss above validation's is what dropout does to healthy runs. With dropout
 * off BatchNorm takes its running averages, and as long as these are young nothing is known of it. */
static bool judge(const sft_chart *c, sft_finding *f)
{
    const sft_course *k = &c->course;
    const bool        unlearned = isnan(c->samples.neighbours) && k->eval_mode_loss > 0.5 * c->samples.prior &&
                           sft__loss_of_ignorance(c, c->samples.prior);
    if ((double)k->steps < sft__steps_to_forget(c->net)) return false;
    if (k->failed || k->steps < 100 || !(sft__below_neighbours(c) || unlearned) || !at_rest(k)) return false;
    const char *why = decay_said(c, f);
    if (!why) why = dropout_said(c, f);
    if (!why) return false;
    f->evidence = sft__say(c, "%s; training stands at a loss of %.3g with dropout off (%.3g says nothing), accuracy %.1f %%, "
                              "neighbours %.1f %%", why, k->eval_mode_loss, c->samples.prior, 100 * k->eval_mode_accuracy,
                              100 * c->samples.neighbours);
    return true;
}

const sft_symptom sft_symptom_over_regularised = {
    .name = "over_regularised", .aliases = "over_regularized too_much_dropout too_much_decay",
    .doc = "dropout or weight decay are so strong that the training samples are not learned",
    .math = "decay |w| > |g| / 2 or |w| < |w_0| / 2, or dropout >= 0.5; at rest below the neighbours' accuracy",
    .source = "Srivastava et al. 2014; Krogh and Hertz 1992",
    .origin = SFT_FROM_RESULT, .explains = "underfits slow too_few_epochs", .judge = judge,
    .remedies = "less_decay less_dropout",
    .sick = "data: digits\nmodel: flatten | linear 64 | relu | linear\noptimizer: sgd lr=0.1 weight_decay=0.3\n"
            "train: {epochs: 10, batch: 64}\n",
    .well = "data: digits\nmodel: flatten | dropout 0.5 | linear 64 | relu | linear\n"
            "optimizer: adam lr=0.003 weight_decay=0.0001\n"
            "train: {epochs: 10, batch: 64}\n",
};
