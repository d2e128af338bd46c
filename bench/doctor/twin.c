/* SPDX-License-Identifier: MIT */
/* The repaired configuration of a line: its `twin` says what changes. */
#include "bench_doctor.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_type(const json_t *layer, const char *type)
{
    return strcmp(text_of(layer, "type", ""), type) == 0;
}

static json_t *layers_of(json_t *line)
{
    return json_object_get(line, "layers");
}

/* Sets `key` in all layers that have it; `weights`: in all that have first values. */
static bool set_all(json_t *line, const char *having, const char *key, json_t *value)
{
    bool any = false;
    for (size_t i = 0; i < json_array_size(layers_of(line)); i++) {
        json_t *l = json_array_get(layers_of(line), i);
        if (!json_object_get(l, having)) continue;
        json_object_set(l, key, value);
        any = true;
    }
    return any;
}

static bool change_activations(json_t *line, json_t *fn)
{
    const size_t n = json_array_size(layers_of(line));
    bool         any = false;
    for (size_t i = 0; i + 1 < n; i++) {
        json_t *l = json_array_get(layers_of(line), i);
        if (!is_type(l, "act")) continue;
        json_object_set(l, "fn", fn);
        any = true;
    }
    return any;
}

static bool change_last(json_t *line, json_t *fn)
{
    json_t *last = json_array_get(layers_of(line), json_array_size(layers_of(line)) - 1);
    if (is_type(last, "act")) return json_object_set(last, "fn", fn) == 0;
    return json_array_append_new(layers_of(line), json_pack("{s:s, s:O}", "type", "act", "fn", fn)) == 0;
}

/* "act1": the activation behind the first layer with weights, which has none or another one. */
static bool change_activation(json_t *line, int which, json_t *fn)
{
    for (size_t i = 0; i < json_array_size(layers_of(line)); i++) {
        if (!json_object_get(json_array_get(layers_of(line), i), "init") || --which) continue;
        json_t *next = json_array_get(layers_of(line), i + 1);
        if (is_type(next, "act")) return json_object_set(next, "fn", fn) == 0;
        return json_array_insert_new(layers_of(line), i + 1, json_pack("{s:s, s:O}", "type", "act", "fn", fn)) == 0;
    }
    return false;
}

/* "64-64-10": dense layers with ReLU between them, and at the end what the loss wants. */
static bool rebuild(json_t *line, const char *units)
{
    const char *loss = text_of(line, "loss", "");
    const char *end = fnmatch("bce*", loss, 0) == 0 || fnmatch("binary*", loss, 0) == 0 ? "sigmoid" : "linear";
    json_t     *list = json_array();
    for (const char *at = units; *at;) {
        char     *next;
        const long n = strtol(at, &next, 10);
        if (n < 1 || (*next && *next != '-')) return json_decref(list), false;
        json_array_append_new(list, json_pack("{s:s, s:i, s:s, s:f}", "type", "dense", "units", (int)n, "init", "he_normal",
                                              "bias_init", 0.0));
        json_array_append_new(list, json_pack("{s:s, s:s}", "type", "act", "fn", *next ? "relu" : end));
        at = *next ? next + 1 : next;
    }
    return json_object_set_new(line, "layers", list) == 0;
}

static bool first_dropout(json_t *line, json_t *p)
{
    json_t *first = json_array_get(layers_of(line), 0);
    if (!is_type(first, "dropout")) return false;
    return json_number_value(p) > 0 ? json_object_set(first, "p", p) == 0 : json_array_remove(layers_of(line), 0) == 0;
}

static bool all_dropout(json_t *line, json_t *p)
{
    bool any = false;
    for (size_t i = json_array_size(layers_of(line)); i-- > 0;) {
        json_t *l = json_array_get(layers_of(line), i);
        if (!is_type(l, "dropout")) continue;
        if (json_number_value(p) > 0) json_object_set(l, "p", p);
        else json_array_remove(layers_of(line), i);
        any = true;
    }
    return any;
}

/* "same for val": what is said of the training rows alone holds for all. */
static bool same_for_all(json_t *data)
{
    const char *prep = text_of(data, "prep", ""), *val = strstr(prep, ", val ");
    if (strncmp(prep, "train ", 6) || !val) return false;
    char text[200];
    snprintf(text, sizeof text, "%.*s", (int)(val - prep - 6), prep + 6);
    return json_object_set_new(data, "prep", json_string(text)) == 0;
}

static bool change_data(json_t *line, const char *key, json_t *value)
{
    json_t     *data = json_object_get(line, "dataset");
    const char *text = json_string_value(value);
    if (strcmp(key, "prep") == 0 && text && strncmp(text, "same", 4) == 0) return same_for_all(data);
    if (text && (strcmp(text, "true") == 0 || strcmp(text, "shuffled") == 0)) return json_object_del(data, key) == 0;
    if (json_is_boolean(value) || json_is_null(value)) return json_object_del(data, key) == 0;
    return json_object_set(data, key, value) == 0;
}

static bool among(const char *key, const char *list)
{
    char word[60];
    snprintf(word, sizeof word, " %s ", key);
    return strstr(list, word) != NULL;
}

static bool change_extra(json_t *line, const char *key, json_t *value)
{
    if (!json_is_object(json_object_get(line, "optimizer_extra"))) json_object_set_new(line, "optimizer_extra", json_object());
    return json_object_set(json_object_get(line, "optimizer_extra"), key, value) == 0;
}

static bool change(json_t *line, const char *key, json_t *value)
{
    if (strcmp(key, "init") == 0) return set_all(line, "init", "init", value);
    if (strcmp(key, "bias_init") == 0 || strcmp(key, "bias") == 0) return set_all(line, "init", "bias_init", value);
    if (strcmp(key, "frozen") == 0) return set_all(line, "frozen", "frozen", value);
    if (strcmp(key, "act") == 0) return change_activations(line, value);
    if (strcmp(key, "out") == 0) return change_last(line, value);
    if (strncmp(key, "act", 3) == 0 && key[3] >= '1' && key[3] <= '9') return change_activation(line, atoi(key + 3), value);
    if (strcmp(key, "layers") == 0 && json_is_string(value)) return rebuild(line, json_string_value(value));
    if (strcmp(key, "input_dropout") == 0) return first_dropout(line, value);
    if (strcmp(key, "dropout") == 0) return all_dropout(line, value);
    if (among(key, " reinit lr_mult plumbing ")) return json_object_del(json_object_get(line, "dataset"), "plumbing") == 0;
    if (among(key, " prep labels resample order shuffle n_train bn_momentum bn_mode "))
        return change_data(line, key, value);
    if (among(key, " eps beta1 beta2 nesterov amsgrad rho clip clipnorm ")) return change_extra(line, key, value);
    if (among(key, " optimizer lr momentum loss epochs batch_size weight_decay schedule layers optimizer_extra "))
        return json_object_set(line, key, value) == 0;
    if (json_object_get(json_object_get(line, "dataset"), key)) return change_data(line, key, value);
    return false;
}

/* The loss first: what stands at the end of new layers depends on it. */
json_t *twin_make(const json_t *line, char *why)
{
    const json_t *delta = json_object_get(line, "twin");
    json_t       *to = json_deep_copy(line), *loss = json_object_get(delta, "loss"), *value;
    const char   *key;
    bool          ok = json_is_object(delta) || cannot(why, "no twin is given");
    if (loss) json_object_set(to, "loss", loss);
    json_object_foreach((json_t *)(uintptr_t)delta, key, value)
        if (ok && !change(to, key, value)) ok = cannot(why, "its twin changes %s", key);
    if (ok) return to;
    json_decref(to);
    return NULL;
}
