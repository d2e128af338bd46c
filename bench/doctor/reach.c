/* SPDX-License-Identifier: MIT */
/* How much of a published line can be had: all of it; its start; its network on samples that stand in for the data; its end. */
#include "bench_doctor.h"

#include "doctor/doctor.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const names[REACHES] = { "run", "start", "stand-in", "head", "misfit", "inexpressible" };

const char *reach_name(reach r)
{
    return names[r];
}

/* ---- a line made fit for it ----------------------------------------------------------------------- */

static bool missing(const json_t *line, const char *key)
{
    return !json_is_number(json_object_get(line, key));
}

static bool says_how(const json_t *line)
{
    return json_is_string(json_object_get(line, "optimizer")) && !missing(line, "lr") && !missing(line, "batch_size");
}

/* Fifty epochs where only the length is missing: what is wrong with the rate or the network shows in less. */
static json_t *run_line(const json_t *line)
{
    json_t *to = json_deep_copy(line);
    if (says_how(line) && missing(line, "epochs")) json_object_set_new(to, "epochs", json_integer(50));
    return to;
}

/* Nothing is trained, so that any rate and length will do. */
static json_t *start_line(const json_t *line)
{
    json_t *to = json_deep_copy(line);
    if (!json_is_string(json_object_get(to, "optimizer")) || missing(line, "lr")) {
        json_object_set_new(to, "optimizer", json_string("sgd"));
        json_object_del(to, "optimizer_extra");
        json_object_del(to, "momentum");
    }
    if (missing(to, "lr")) json_object_set_new(to, "lr", json_real(0.01));
    if (missing(to, "batch_size")) json_object_set_new(to, "batch_size", json_integer(32));
    if (missing(to, "epochs")) json_object_set_new(to, "epochs", json_integer(1));
    return to;
}

static bool loss_of_classes(const json_t *line)
{
    char loss[120];
    lower_case(text_of(line, "loss", ""), loss, sizeof loss);
    return strstr(loss, "entropy") || strstr(loss, "bce") || strstr(loss, "log_loss") || strstr(loss, "softmax");
}

/* What the words say, or what loss and outputs are made for. */
static void set_outputs(const json_t *line, const json_t *data, const char *words, json_t *to)
{
    const int64_t units = outputs_of(line);
    const bool    numbers = strstr(words, "regression") || strstr(words, "linear target") || json_object_get(data, "targets");
    int64_t       classes = whole_of(data, "classes", units > 1 ? units : 2);
    if (strstr(words, "more than two classes") && classes < 3) classes = 3;
    if (!numbers && (loss_of_classes(line) || json_object_get(data, "classes")))
        json_object_set_new(to, "classes", json_integer(classes));
    else {
        json_object_set_new(to, "name", json_string("stand-in numbers"));
        json_object_set_new(to, "targets", json_integer((json_int_t)number_of(data, "targets", (double)units)));
    }
}

static json_t *stand_in_line(const json_t *line)
{
    const json_t *shape = json_object_get(line, "input_shape"), *data = json_object_get(line, "dataset");
    char          words[300];
    double        width = 1;
    if (!json_array_size(shape)) return NULL;
    for (size_t i = 0; i < json_array_size(shape); i++) width *= json_number_value(json_array_get(shape, i));
    lower_case(json_is_string(data) ? json_string_value(data) : text_of(data, "gen", ""), words, sizeof words);
    const double rows = fmax(16, fmin(256, floor(4e6 / fmax(1, width))));
    json_t      *data_set = json_pack("{s:s, s:s, s:f, s:f}", "name", "stand-in", "gen", words, "n_train", rows,
                                      "n_val", fmax(8, rows / 4));
    json_t      *to = start_line(line);
    set_outputs(line, data, words, data_set);
    json_object_set_new(to, "dataset", data_set);
    return to;
}

/* Where the last layers that work on rows of features begin; past the end: no dense one is among them. */
static size_t head_from(const json_t *line)
{
    static const char *const on_rows[] = { "dense", "linear", "act", "dropout", "batchnorm", "layernorm", NULL };
    const json_t *all = json_object_get(line, "layers");
    size_t        from = json_array_size(all);
    bool          dense = false;
    for (bool fits = true; fits && from > 0; from -= fits) {
        const json_t *l = json_array_get(all, from - 1);
        fits = false;
        for (int i = 0; on_rows[i]; i++) fits = fits || strcmp(text_of(l, "type", ""), on_rows[i]) == 0;
        if (json_object_get(l, "units") && missing(l, "units")) fits = false;
        dense = dense || (fits && json_object_get(l, "units"));
    }
    return dense ? from : json_array_size(all);
}

/* These layers, with rows of 32 for whatever comes before them. */
static json_t *head_line(const json_t *line)
{
    const json_t *all = json_object_get(line, "layers");
    const size_t  from = head_from(line);
    if (from >= json_array_size(all)) return NULL;
    json_t *list = json_array(), *copy = json_deep_copy(line);
    for (size_t i = from; i < json_array_size(all); i++) {
        json_t *l = json_deep_copy(json_array_get(all, i));
        json_object_del(l, "init");
        json_object_del(l, "bias_init");
        json_object_del(l, "reg");
        json_array_append_new(list, l);
    }
    json_object_set_new(copy, "layers", list);
    json_object_set_new(copy, "input_shape", json_pack("[i]", 32));
    json_object_set_new(copy, "n_params", json_null());
    json_t *to = stand_in_line(copy);
    json_decref(copy);
    return to;
}

/* ---- the ladder ----------------------------------------------------------------------------------- */

static bool costs_too_much(const setup *s, char *why)
{
    enum { MOST = 2000 };       /* thousand million operations for a short stretch: a minute or two */
    const double brief = s->work * fmin(1, (double)BRIEF / (double)(s->steps > 0 ? s->steps : 1));
    return brief > 1e9 * MOST && !cannot(why, "%d steps of it take %.0f thousand million operations", BRIEF, brief / 1e9);
}

static bool has_layer(const json_t *line, const char *type)
{
    const json_t *list = json_object_get(line, "layers");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(text_of(json_array_get(list, i), "type", ""), type) == 0) return true;
    return false;
}

/* Faults in a program's code, which a line of layers and numbers does not hold: what it does hold is a program without them. */
static bool lies_in_code(const json_t *line, char *why)
{
    const char *root = text_of(line, "root_cause", "");
    const char *own = json_string_value(json_array_get(json_object_get(line, "own_labels"), 0));
    if (strcmp(root, "gradient_bug") == 0 && !json_is_string(json_object_get(json_object_get(line, "dataset"), "plumbing")))
        return !cannot(why, "its fault lies in code that the line does not hold: %s", own ? own : root);
    if (strcmp(root, "bn_misuse") == 0 && !has_layer(line, "batchnorm"))
        return !cannot(why, "its fault is about BatchNorm, and its layers have none: %s", own ? own : root);
    return false;
}

bool reach_setup(sft_ctx *c, const json_t *line, setup *s, reach *r, char *why)
{
    static json_t *(*const rungs[])(const json_t *line) = { run_line, start_line, stand_in_line, head_line };
    *r = REACH_NOT;
    if (lies_in_code(line, why)) return false;
    for (*r = REACH_RUN; *r <= REACH_HEAD; (*r)++) {
        char    now[WHY] = "";
        json_t *tried = rungs[*r](line);
        if (!tried) continue;
        const bool ok = setup_make(c, tried, s, now);
        json_decref(tried);
        if (!ok && s->misfit) *r = REACH_MISFIT;
        if (!ok && (*r == REACH_MISFIT || !*why)) snprintf(why, WHY, "%s", now);
        if (*r == REACH_MISFIT) return true;
        if (!ok) continue;
        if (*r == REACH_RUN && costs_too_much(s, why)) *r = REACH_START;
        if (*r == REACH_RUN && missing(line, "epochs")) snprintf(why, WHY, "no length is given: 50 epochs are assumed");
        return true;
    }
    *r = REACH_NOT;
    return false;
}

/* ---- what may be said of it ----------------------------------------------------------------------- */

static bool among(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(word, *list) == 0) return true;
    return false;
}

/* Of inputs whose scale nobody says nothing can be said that depends on it. */
static bool scaled(const json_t *line)
{
    static const char *const said[] = { "standardised", "min-max", "[", "/255", NULL };
    char words[300];
    lower_case(text_of(line, "dataset", ""), words, sizeof words);
    for (int i = 0; said[i]; i++)
        if (strstr(words, said[i])) return true;
    return json_is_object(json_object_get(line, "dataset"));
}

bool reach_counts(const json_t *line, reach r, const char *symptom)
{
    static const char *const ends[] = { "loss_mismatch", "double_softmax", NULL };
    const sft_symptom       *s = sft__symptom_find(symptom);
    if (r == REACH_HEAD) return among(symptom, ends) || (strcmp(symptom, "no_nonlinearity") == 0 && head_from(line) == 0);
    if (r != REACH_STAND_IN) return true;
    if (!s || s->origin == SFT_FROM_DATA) return false;
    return scaled(line) || s->origin == SFT_FROM_CONTRACT || strcmp(symptom, "symmetric_units") == 0;
}

bool reach_shows(const json_t *line, reach r, double used, const char *label)
{
    static const char *const ends[] = { "loss_activation_mismatch", NULL };
    static const char *const nets[] = { "loss_activation_mismatch", "missing_nonlinearity", "init_scale", "symmetric_init",
                                        "vanishing_gradient", "exploding_gradient", "saturated_activation", "dead_relu", NULL };
    static const char *const data[] = { "inputs_unnormalised", "targets_unnormalised", "label_problem", "class_imbalance",
                                        "preprocessing_mismatch", "nan_inf", NULL };
    static const char *const late[] = { "overfitting", "underfitting", "insufficient_epochs", NULL };
    static const char *const any_scale[] = { "loss_activation_mismatch", "missing_nonlinearity", "symmetric_init", NULL };
    if (r == REACH_HEAD) return among(label, ends) || (strcmp(label, "missing_nonlinearity") == 0 && head_from(line) == 0);
    if (r == REACH_STAND_IN && !scaled(line)) return among(label, any_scale);
    if (r == REACH_STAND_IN || r == REACH_START) return among(label, nets) || (r == REACH_START && among(label, data));
    return used >= 1 || !among(label, late);
}
