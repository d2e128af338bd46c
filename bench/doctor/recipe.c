/* SPDX-License-Identifier: MIT */
/* A line as a recipe and data: loss, optimiser, schedule. */
#include "bench_doctor.h"

#include <ctype.h>
#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- loss ---------------------------------------------------------------------------------------- */

static const json_t *last_layer(const json_t *line)
{
    const json_t *list = json_object_get(line, "layers");
    const size_t  n = json_array_size(list);
    return n ? json_array_get(list, n - 1) : NULL;
}

static const char *last_activation(const json_t *line)
{
    const json_t *last = last_layer(line);
    return strcmp(text_of(last, "type", ""), "act") ? "linear" : text_of(last, "fn", "linear");
}

typedef enum kind { CE_LOGITS, CE_SHARES, CE_SIGMOID, BCE_SHARES, BCE_LOGITS, NUMBERS } kind;

static const struct {
    const char *theirs;         /* pattern, in lower case */
    kind        kind;
    const char *ours;
    bool        summed;
    const char *nearest;
} losses[] = {
    { "binary*(from_logits=true)", BCE_LOGITS, "bce", false, NULL },
    { "*cross*entropy*(from_logits=true)", CE_LOGITS, "cross_entropy", false, NULL },
    { "sparse_categorical_crossentropy (no from_logits)", CE_SHARES, "cross_entropy", false, NULL },
    { "softmax_ce", CE_LOGITS, "cross_entropy", false, NULL },
    { "softmax_cross_entropy", CE_LOGITS, "cross_entropy", false, NULL },
    { "softmax_cross_entropy + l2(*", CE_LOGITS, "cross_entropy", false, NULL },
    { "cross_entropy", CE_LOGITS, "cross_entropy", false, NULL }, { "cross-entropy", CE_LOGITS, "cross_entropy", false, NULL },
    { "*softmax(softmax)*", CE_LOGITS, "cross_entropy", false, "cross entropy, of one class, for log loss, of each" },
    { "cross_entropy on logits (log(*", CE_SHARES, "cross_entropy", false, NULL },
    { "-sum(y*log(softmax))", CE_SHARES, "cross_entropy", true, NULL },
    { "categorical_crossentropy", CE_SHARES, "cross_entropy", false, NULL },
    { "sparse_categorical_crossentropy", CE_SHARES, "cross_entropy", false, NULL },
    { "categorical_ce", CE_SHARES, "cross_entropy", false, NULL },
    { "categorical_ce_on_sigmoid", CE_SIGMOID, "cross_entropy", false, NULL },
    { "bce", BCE_SHARES, "bce", false, NULL },           { "bce_clipped", BCE_SHARES, "bce", false, NULL },
    { "bce with integer labels*", BCE_SHARES, "bce", false, NULL },
    { "binary_crossentropy", BCE_SHARES, "bce", false, NULL }, { "log_loss", BCE_SHARES, "bce", false, NULL },
    { "bce_logits", BCE_LOGITS, "bce", false, NULL },    { "bce_with_logits", BCE_LOGITS, "bce", false, NULL },
    { "sigmoid_bce", BCE_LOGITS, "bce", false, NULL },
    { "mse", NUMBERS, "mse", false, NULL },              { "mean_squared_error", NUMBERS, "mse", false, NULL },
    { "mse_onehot", NUMBERS, "mse", false, NULL },       { "mse_on_softmax", NUMBERS, "mse", false, NULL },
    { "squared error summed", NUMBERS, "mse", true, NULL },
    { "mae", NUMBERS, "mae", false, NULL },              { "mean_absolute_error", NUMBERS, "mae", false, NULL },
    { "huber", NUMBERS, "huber", false, NULL },          { "logcosh", NUMBERS, "huber", false, "huber for the logarithm of cosh" },
    { "poisson", NUMBERS, "poisson", false, "the rate's logarithm where the line has the rate" },
};

/* Their losses of probabilities are ours of logits where the activation before them is the one that makes probabilities. Of two
 * classes, binary cross entropy of both shares is cross entropy. */
static bool plan_activation(kind k, const char *act, int64_t outputs, loss_plan *p, char *why)
{
    const bool linear = strcmp(act, "linear") == 0, sigmoid = strcmp(act, "sigmoid") == 0, softmax = strcmp(act, "softmax") == 0;
    p->drop_last = linear;
    if (k == BCE_SHARES && softmax && outputs == 2) {
        *p = (loss_plan){ .loss = "cross_entropy", .task = SFT_CLASSES, .drop_last = true };
        return true;
    }
    if (k == CE_SHARES || k == CE_SIGMOID) {
        p->drop_last = softmax && outputs != 1;
        if (softmax) return true;
        if (linear) return cannot(why, "cross entropy of linear outputs as if they were probabilities");
        p->nearest = sigmoid ? "sigmoid before cross entropy of logits" : "the activation before cross entropy of logits";
    }
    if (k == BCE_SHARES) {
        p->drop_last = sigmoid;
        if (!sigmoid && !(softmax && outputs == 1)) p->nearest = "the activation before binary cross entropy of logits";
        return !linear || cannot(why, "binary cross entropy of linear outputs as if they were probabilities");
    }
    return true;
}

static sft_task task_of(const json_t *line, kind k, const char *ours)
{
    const bool classes = json_is_number(json_object_get(json_object_get(line, "dataset"), "classes"));
    if (k == BCE_SHARES || k == BCE_LOGITS) return SFT_BINARY;
    if (k != NUMBERS) return SFT_CLASSES;
    return classes && outputs_of(line) == 1 && strcmp(ours, "mse") == 0 ? SFT_BINARY : SFT_REGRESSION;
}

bool plan_loss(const json_t *line, loss_plan *p, char *why)
{
    char        name[120];
    const char *beta;
    lower_case(text_of(line, "loss", "?"), name, sizeof name);
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
        if (fnmatch(losses[i].theirs, name, 0)) continue;
        *p = (loss_plan){ .loss = losses[i].ours, .task = task_of(line, losses[i].kind, losses[i].ours) };
        if (!plan_activation(losses[i].kind, last_activation(line), outputs_of(line), p, why)) return false;
        if (!p->nearest) p->nearest = losses[i].nearest;
        p->summed = losses[i].summed;
        if ((beta = strstr(name, "l2(beta=")) != NULL) p->decay = strtod(beta + 8, NULL);
        return true;
    }
    return cannot(why, "loss %s", text_of(line, "loss", "none is given"));
}

/* ---- optimiser ----------------------------------------------------------------------------------- */

static const struct {
    const char *theirs, *ours;
} extras[] = {
    { "eps", "eps" }, { "epsilon", "eps" }, { "nesterov", "nesterov" }, { "amsgrad", "amsgrad" }, { "rho", "alpha" },
    { "alpha", "alpha" },
    { "centered", "centered" }, { "dampening", "dampening" },
};

static bool write_extra(const json_t *extra, strbuf *optimizer, strbuf *schedule, double *clip, char *why)
{
    const char *key;
    json_t     *value;
    const double b1 = number_of(extra, "beta1", number_of(extra, "beta_1", 0.9));
    const double b2 = number_of(extra, "beta2", number_of(extra, "beta_2", 0.999));
    const bool   adadelta = strncmp(optimizer->at, "adadelta", 8) == 0;
    bool         betas = false;
    json_object_foreach((json_t *)(uintptr_t)extra, key, value)
    {
        const char *ours = NULL;
        for (size_t i = 0; i < sizeof extras / sizeof *extras; i++)
            if (strcmp(extras[i].theirs, key) == 0) ours = extras[i].ours;
        if (strcmp(key, "rho") == 0 && adadelta) ours = "rho";
        if (fnmatch("beta*[12]", key, 0) == 0) betas = true;
        else if (json_is_null(value)) continue;
        else if (strcmp(key, "decay") == 0 && json_is_number(value))
            add_text(schedule, "inverse_time decay_rate=%.17g decay_steps=1", json_number_value(value)); /* Keras, before 2.3 */
        else if (fnmatch("clip*", key, 0) == 0 && json_is_number(value)) *clip = json_number_value(value);
        else if (ours && json_is_number(value)) add_text(optimizer, " %s=%.17g", ours, json_number_value(value));
        else if (ours && json_is_boolean(value)) add_text(optimizer, " %s=%s", ours, json_is_true(value) ? "true" : "false");
        else return cannot(why, "optimizer with %s", key);
    }
    if (betas) add_text(optimizer, " betas=[%.17g,%.17g]", b1, b2);
    return json_is_null(extra) || !extra || json_is_object(extra) || cannot(why, "optimizer with something in words");
}

/* rate: of the line's, as the loss is scaled otherwise; decay: what its loss and layers have in themselves. */
static bool write_optimizer(const json_t *line, double rate, double decay, strbuf *optimizer, strbuf *schedule, double *clip,
                            char *why)
{
    static const char *const known[] = { "sgd", "adam", "adamw", "rmsprop", "adagrad", "adadelta", "nadam", "adamax",
                                         "nesterov", NULL };
    const char   *name = text_of(line, "optimizer", "?");
    const json_t *momentum = json_object_get(line, "momentum"), *lr = json_object_get(line, "lr");
    char          lower[40] = "";
    for (size_t i = 0; name[i] && i + 1 < sizeof lower; i++) lower[i] = (char)tolower((unsigned char)name[i]), lower[i + 1] = 0;
    bool found = false;
    for (int i = 0; known[i]; i++) found = found || strcmp(known[i], lower) == 0;
    if (!found) return json_is_string(json_object_get(line, "optimizer")) ? cannot(why, "optimizer %s", name)
                                                                             : cannot(why, "no optimizer is given");
    if (!json_is_number(lr)) return cannot(why, "no learning rate is given");
    const double all = number_of(line, "weight_decay", 0) + decay;
    add_text(optimizer, "%s lr=%.17g", lower, json_number_value(lr) * (strncmp(lower, "sgd", 3) ? 1 : rate));
    if (json_is_number(momentum) && strncmp(lower, "ada", 3) && strcmp(lower, "nadam"))
        add_text(optimizer, " momentum=%.17g", json_number_value(momentum));
    if (all > 0) add_text(optimizer, " weight_decay=%.17g", all);
    return write_extra(json_object_get(line, "optimizer_extra"), optimizer, schedule, clip, why);
}

/* ---- schedule ------------------------------------------------------------------------------------ */

static bool write_schedule(const char *how, strbuf *schedule, char *why)
{
    double n, gamma;
    if (strcmp(how, "constant") == 0 || strcmp(how, "none") == 0) return add_text(schedule, "constant"), true;
    if (strcmp(how, "cosine") == 0 || fnmatch("cosine to 0*", how, 0) == 0) return add_text(schedule, "cosine"), true;
    if (strstr(how, " then ") && (sscanf(how, "linear warm-up %lf", &n) == 1 || sscanf(how, "warm-up %lf", &n) == 1))
        return strstr(how, "then cosine") ? add_text(schedule, "cosine warmup=%.0f", n), true : cannot(why, "schedule %s", how);
    if ((sscanf(how, "linear warm-up %lf steps", &n) == 1 || sscanf(how, "warm-up %lf steps", &n) == 1) && !strstr(how, "then"))
        return add_text(schedule, "constant warmup=%.0f", n), true;
    if (sscanf(how, "x%lf every %lf epochs", &gamma, &n) == 2 || sscanf(how, "step x%lf every %lf epochs", &gamma, &n) == 2)
        return add_text(schedule, "step step_size=%.0f gamma=%.17g unit=epoch", n, gamma), true;
    if (sscanf(how, "x%lf every %lf steps", &gamma, &n) == 2 || sscanf(how, "step x%lf every %lf steps", &gamma, &n) == 2)
        return add_text(schedule, "step step_size=%.0f gamma=%.17g unit=step", n, gamma), true;
    if ((sscanf(how, "x%lf every epoch", &gamma) == 1 || sscanf(how, "x%lf per epoch", &gamma) == 1 ||
         sscanf(how, "exponential %lf per epoch", &gamma) == 1 || sscanf(how, "exponential x%lf per epoch", &gamma) == 1 ||
         sscanf(how, "exponential decay x%lf per epoch", &gamma) == 1) && strstr(how, "epoch"))
        return add_text(schedule, "step step_size=1 gamma=%.17g unit=epoch", gamma), true;
    if ((sscanf(how, "x%lf every step", &gamma) == 1 || sscanf(how, "x%lf per step", &gamma) == 1 ||
         sscanf(how, "exponential x%lf per step", &gamma) == 1 || sscanf(how, "exponential decay x%lf per step", &gamma) == 1) &&
        strstr(how, "step"))
        return add_text(schedule, "step step_size=1 gamma=%.17g unit=step", gamma), true;
    return cannot(why, "schedule %s", how);
}

/* ---- all of it ----------------------------------------------------------------------------------- */

static bool make_data(sft_ctx *c, const json_t *line, set *s, char *why)
{
    const json_t *data = json_object_get(line, "dataset");
    return set_make(c, data, json_object_get(line, "input_shape"), s, why) &&
           set_prepare(s, text_of(data, "prep", "none"), why) && set_spoil(s, data, why);
}

/* A sum of losses is their mean, taken so many times faster; to Adam and its like it is all the same. */
static double rate_of(const loss_plan *p, const set *s, double batch)
{
    return !p->summed ? 1 : batch * (p->task == SFT_CLASSES ? 1 : (double)s->outputs);
}

static bool write_recipe(const json_t *line, const loss_plan *p, const set *s, strbuf *out, char *why)
{
    strbuf     stack = { 0 }, init = { 0 }, by_layer = { 0 }, groups = { 0 }, optimizer = { 0 }, schedule = { 0 };
    double     clip = 0, decay = 0;
    const double batch = fmin(number_of(line, "batch_size", 0), (double)s->n_train), epochs = number_of(line, "epochs", 0);
    const bool ok = write_layers(line, p, &stack, &init, &by_layer, &groups, &decay, why) &&
                    write_optimizer(line, rate_of(p, s, batch), p->decay + decay, &optimizer, &schedule, &clip, why) &&
                    (schedule.at || write_schedule(text_of(line, "schedule", "constant"), &schedule, why));
    if (ok && (batch < 1 || epochs < 1)) cannot(why, "no batch size or no length is given");
    if (ok) {
        add_text(out, "data: digits\nsplit: {standardize: none}\nmodel: %s\nloss: %s\ninit: %s\n", stack.at, p->loss, init.at);
        if (by_layer.at) add_text(out, "init_layers:\n%s", by_layer.at);
        if (groups.at) add_text(out, "groups:\n%s", groups.at);
        add_text(out, "optimizer: %s\nschedule: %s\ntrain: {epochs: %.0f, batch: %.0f, clip_norm: %.17g, shuffle: %s}\n",
                 optimizer.at, schedule.at, epochs, batch, clip, s->sorted ? "false" : "true");
    }
    free(stack.at);
    free(init.at);
    free(by_layer.at);
    free(groups.at);
    free(optimizer.at);
    free(schedule.at);
    return ok && !*why;
}

/* What the library refuses because two parts do not fit each other; NULL: for another reason. */
static const char *misfit_of(const char *message)
{
    if (strstr(message, " in the data, ") || strstr(message, "cannot be used with")) return "outputs_do_not_fit";
    if (strstr(message, "of rank ") || strstr(message, "the model ends in ")) return "shapes_do_not_fit";
    return NULL;
}

/* Three passes a sample (forward, and two backward), and some twenty operations a weight and step. */
static void note_work(const json_t *line, const sft_net *n, setup *s)
{
    sft_net_facts f;
    const double  batch = fmax(1, fmin(number_of(line, "batch_size", 1), (double)s->data.n_train));
    const double  epochs = number_of(line, "epochs", 1);
    if (sft_net_facts_of(n, &f)) return;
    s->steps = (int64_t)(epochs * ceil((double)s->data.n_train / batch));
    s->work = 3 * (double)f.flops * (double)s->data.n_train * epochs + 20 * (double)f.params * (double)s->steps;
}

/* Whatever the library refuses cannot be expressed either. */
static bool accepted(sft_ctx *c, const json_t *line, setup *s, char *why)
{
    sft_recipe *r = sft_recipe_parse(c, "line", s->recipe, strlen(s->recipe));
    sft_data   *d = r && sft_recipe_resolve(r) == SFT_OK ? set_open(c, &s->data) : NULL;
    sft_net    *n = d ? sft_net_new(c, r, d) : NULL;
    if (n) note_work(line, n, s);
    if (d && sft_code(c)) s->misfit = misfit_of(sft_message(c));
    if (sft_code(c)) cannot(why, "refused: %.160s", sft_message(c));
    sft_net_free(n);
    sft_data_free(d);
    sft_recipe_free(r);
    sft_clear(c);
    return !*why;
}

bool setup_make(sft_ctx *c, const json_t *line, setup *s, char *why)
{
    enum { WEIGHTS = 30000000 };    /* a gigabyte or so, with gradients and what the doctor's twin holds */
    loss_plan p;
    strbuf    recipe = { 0 };
    *s = (setup){ .recipe = NULL };
    bool ok = number_of(line, "n_params", 0) <= WEIGHTS ||
              cannot(why, "%.0f million weights", number_of(line, "n_params", 0) / 1e6);
    ok = ok && plan_loss(line, &p, why) && make_data(c, line, &s->data, why);
    if (ok && !set_targets(&s->data, p.task, outputs_of(line), why)) s->misfit = "outputs_do_not_fit", ok = false;
    if (ok && write_recipe(line, &p, &s->data, &recipe, why)) {
        s->recipe = recipe.at;
        s->nearest = p.nearest;
        if (accepted(c, line, s, why)) return true;
    } else free(recipe.at);
    const char *misfit = s->misfit;
    setup_free(s);
    s->misfit = misfit;
    return false;
}

void setup_free(setup *s)
{
    free(s->recipe);
    set_free(&s->data);
    *s = (setup){ .recipe = NULL };
}
