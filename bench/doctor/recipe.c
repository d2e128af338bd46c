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

static int64_t outputs_of(const json_t *line)
{
    const json_t *list = json_object_get(line, "layers");
    int64_t       units = 0;
    for (size_t i = 0; i < json_array_size(list); i++)
        units = (int64_t)number_of(json_array_get(list, i), "units", (double)units);
    return units;
}

typedef enum kind { CE_LOGITS, CE_SHARES, CE_SIGMOID, BCE_SHARES, BCE_LOGITS, NUMBERS } kind;

static const struct {
    const char *theirs;         /* pattern */
    kind        kind;
    const char *ours;
} losses[] = {
    { "softmax_ce", CE_LOGITS, "cross_entropy" },            { "softmax_cross_entropy", CE_LOGITS, "cross_entropy" },
    { "cross_entropy", CE_LOGITS, "cross_entropy" },
    { "categorical_crossentropy", CE_SHARES, "cross_entropy" }, { "sparse_categorical_crossentropy", CE_SHARES, "cross_entropy" },
    { "categorical_ce", CE_SHARES, "cross_entropy" },        { "categorical_ce_on_sigmoid", CE_SIGMOID, "cross_entropy" },
    { "bce", BCE_SHARES, "bce" },                            { "bce_clipped", BCE_SHARES, "bce" },
    { "bce with integer labels*", BCE_SHARES, "bce" },       { "binary_crossentropy", BCE_SHARES, "bce" },
    { "bce_logits", BCE_LOGITS, "bce" },                     { "bce_with_logits", BCE_LOGITS, "bce" },
    { "sigmoid_bce", BCE_LOGITS, "bce" },
    { "mse", NUMBERS, "mse" },                               { "mean_squared_error", NUMBERS, "mse" },
    { "mse_onehot", NUMBERS, "mse" },                        { "mse_on_softmax", NUMBERS, "mse" },
    { "mae", NUMBERS, "mae" },                               { "mean_absolute_error", NUMBERS, "mae" },
    { "huber", NUMBERS, "huber" },
};

/* Their losses of probabilities are ours of logits where the activation before them is the one that makes probabilities. */
static bool plan_activation(kind k, const char *act, loss_plan *p, char *why)
{
    const bool linear = strcmp(act, "linear") == 0, sigmoid = strcmp(act, "sigmoid") == 0, softmax = strcmp(act, "softmax") == 0;
    p->drop_last = linear;
    if (k == CE_SHARES || k == CE_SIGMOID) {
        p->drop_last = softmax;
        if (softmax) return true;
        if (sigmoid) p->nearest = "sigmoid before cross entropy of logits";
        return sigmoid || cannot(why, "cross entropy of %s outputs as if they were probabilities", act);
    }
    if (softmax) return cannot(why, "softmax is no layer here");
    if (k == BCE_SHARES) {
        p->drop_last = sigmoid;
        if (!sigmoid) p->nearest = "the activation before binary cross entropy of logits";
        return !linear || cannot(why, "binary cross entropy of linear outputs as if they were probabilities");
    }
    return true;
}

bool plan_loss(const json_t *line, loss_plan *p, char *why)
{
    const char   *name = text_of(line, "loss", "?");
    const bool    classes = json_is_number(json_object_get(json_object_get(line, "dataset"), "classes"));
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
        if (fnmatch(losses[i].theirs, name, 0)) continue;
        const kind k = losses[i].kind;
        *p = (loss_plan){ .loss = losses[i].ours };
        p->task = k == BCE_SHARES || k == BCE_LOGITS ? SFT_BINARY : k != NUMBERS ? SFT_CLASSES : !classes ? SFT_REGRESSION
                  : outputs_of(line) == 1 ? SFT_BINARY : SFT_REGRESSION;
        return plan_activation(k, last_activation(line), p, why);
    }
    return cannot(why, "loss %s", name);
}

/* ---- optimiser ----------------------------------------------------------------------------------- */

static const struct {
    const char *theirs, *ours;
} extras[] = {
    { "eps", "eps" }, { "epsilon", "eps" }, { "nesterov", "nesterov" }, { "amsgrad", "amsgrad" }, { "rho", "alpha" },
    { "alpha", "alpha" },
    { "centered", "centered" }, { "dampening", "dampening" },
};

static bool write_extra(const json_t *extra, strbuf *optimizer, double *clip, char *why)
{
    const char *key;
    json_t     *value;
    const double b1 = number_of(extra, "beta1", number_of(extra, "beta_1", 0.9));
    const double b2 = number_of(extra, "beta2", number_of(extra, "beta_2", 0.999));
    bool         betas = false;
    json_object_foreach((json_t *)(uintptr_t)extra, key, value)
    {
        const char *ours = NULL;
        for (size_t i = 0; i < sizeof extras / sizeof *extras; i++)
            if (strcmp(extras[i].theirs, key) == 0) ours = extras[i].ours;
        if (fnmatch("beta*[12]", key, 0) == 0) betas = true;
        else if (json_is_null(value)) continue;
        else if (fnmatch("clip*", key, 0) == 0 && json_is_number(value)) *clip = json_number_value(value);
        else if (ours && json_is_number(value)) add_text(optimizer, " %s=%.17g", ours, json_number_value(value));
        else if (ours && json_is_boolean(value)) add_text(optimizer, " %s=%s", ours, json_is_true(value) ? "true" : "false");
        else return cannot(why, "optimizer with %s", key);
    }
    if (betas) add_text(optimizer, " betas=[%.17g,%.17g]", b1, b2);
    return json_is_null(extra) || !extra || json_is_object(extra) || cannot(why, "optimizer with something in words");
}

static bool write_optimizer(const json_t *line, strbuf *optimizer, double *clip, char *why)
{
    static const char *const known[] = { "sgd", "adam", "adamw", "rmsprop", "adagrad", "adadelta", "nadam", "adamax",
                                         "nesterov", NULL };
    const char   *name = text_of(line, "optimizer", "?");
    const json_t *momentum = json_object_get(line, "momentum"), *lr = json_object_get(line, "lr");
    char          lower[40] = "";
    for (size_t i = 0; name[i] && i + 1 < sizeof lower; i++) lower[i] = (char)tolower((unsigned char)name[i]), lower[i + 1] = 0;
    bool found = false;
    for (int i = 0; known[i]; i++) found = found || strcmp(known[i], lower) == 0;
    if (!found) return cannot(why, "optimizer %s", name);
    if (!json_is_number(lr)) return cannot(why, "no learning rate is given");
    add_text(optimizer, "%s lr=%.17g", lower, json_number_value(lr));
    if (json_is_number(momentum) && strncmp(lower, "ada", 3) && strcmp(lower, "nadam"))
        add_text(optimizer, " momentum=%.17g", json_number_value(momentum));
    if (number_of(line, "weight_decay", 0) > 0) add_text(optimizer, " weight_decay=%.17g", number_of(line, "weight_decay", 0));
    return write_extra(json_object_get(line, "optimizer_extra"), optimizer, clip, why);
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

static bool make_data(sft_ctx *c, const json_t *line, const loss_plan *p, set *s, char *why)
{
    const json_t *data = json_object_get(line, "dataset");
    return set_make(c, data, json_object_get(line, "input_shape"), s, why) &&
           set_prepare(s, text_of(data, "prep", "none"), why) && set_spoil(s, data, why) &&
           set_targets(s, p->task, outputs_of(line), why);
}

static bool write_recipe(const json_t *line, const loss_plan *p, const set *s, strbuf *out, char *why)
{
    strbuf     stack = { 0 }, init = { 0 }, by_layer = { 0 }, groups = { 0 }, optimizer = { 0 }, schedule = { 0 };
    double     clip = 0;
    const bool ok = write_layers(line, p, &stack, &init, &by_layer, &groups, why) &&
                    write_optimizer(line, &optimizer, &clip, why) &&
                    write_schedule(text_of(line, "schedule", "constant"), &schedule, why);
    const double batch = number_of(line, "batch_size", 0), epochs = number_of(line, "epochs", 0);
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

/* Whatever the library refuses cannot be expressed either. */
static bool accepted(sft_ctx *c, const setup *s, char *why)
{
    sft_recipe *r = sft_recipe_parse(c, "line", s->recipe, strlen(s->recipe));
    sft_data   *d = r && sft_recipe_resolve(r) == SFT_OK ? set_open(c, &s->data) : NULL;
    sft_net    *n = d ? sft_net_new(c, r, d) : NULL;
    if (sft_code(c)) cannot(why, "refused: %.160s", sft_message(c));
    sft_net_free(n);
    sft_data_free(d);
    sft_recipe_free(r);
    sft_clear(c);
    return !*why;
}

bool setup_make(sft_ctx *c, const json_t *line, setup *s, char *why)
{
    loss_plan p;
    strbuf    recipe = { 0 };
    *s = (setup){ .recipe = NULL };
    if (plan_loss(line, &p, why) && make_data(c, line, &p, &s->data, why) && write_recipe(line, &p, &s->data, &recipe, why)) {
        s->recipe = recipe.at;
        s->nearest = p.nearest;
        if (accepted(c, s, why)) return true;
    } else free(recipe.at);
    setup_free(s);
    return false;
}

void setup_free(setup *s)
{
    free(s->recipe);
    set_free(&s->data);
    *s = (setup){ .recipe = NULL };
}
