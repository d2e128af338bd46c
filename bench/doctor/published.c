/* SPDX-License-Identifier: MIT */
/* Lines of published collections say less: the data set in words, labels of a vocabulary of their own beside ours, no twin. What they
 * say is made into a line like the others. */
#include "bench_doctor.h"

#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

bool is_published(const json_t *line)
{
    return json_object_get(line, "label_source") && !json_object_get(line, "twin") && !json_object_get(line, "oracle");
}

/* ---- data sets ------------------------------------------------------------------------------------ */

typedef enum kind { PIXELS, TABLE, CALL, FORMULA } kind;

static const struct {
    const char *words;          /* pattern */
    const char *name;
    kind        kind;
    int         n_train, n_val; /* 0: as the words say */
    int         classes;        /* 0: as the words say; below 0: numbers */
} sets[] = {
    { "*make_circles*", "circle", CALL, 0, 0, 2 },             { "*make_moons*", "moons", CALL, 0, 0, 2 },
    { "*make_blobs*", "blobs", CALL, 0, 0, 0 },                { "*make_classification*", "classification", CALL, 0, 0, 0 },
    { "*make_multilabel_classification*", "multilabel", CALL, 0, 0, -1 },
    { "*make_regression*", "regression", CALL, 0, 0, -1 },     { "*make_friedman1*", "friedman", CALL, 0, 0, -1 },
    { "*fashion*mnist*", "fashion-mnist", PIXELS, 5000, 1000, 10 },
    { "*mnist*", "mnist5k", PIXELS, 5000, 1000, 10 },          { "*cifar-10", "cifar2k", PIXELS, 2000, 1000, 10 },
    { "*cifar-10[!0]*", "cifar2k", PIXELS, 2000, 1000, 10 },
    { "*iris*", "iris", TABLE, 120, 30, 3 },                   { "*wine*", "wine", TABLE, 142, 36, 3 },
    { "*breast*cancer*", "breast cancer", TABLE, 455, 114, 2 }, { "*diabetes*", "diabetes", TABLE, 353, 89, -1 },
    { "*california*", "california housing", TABLE, 4000, 1000, -1 },
    { "*xor*", "xor4", FORMULA, 0, 0, 2 },                     { "*constant vectors*", "constants", FORMULA, 2000, 500, 2 },
    { "*uniform classes*", "uniform classes", FORMULA, 0, 0, 0 }, { "*-bit integers*mod *", "remainders", FORMULA, 0, 0, 0 },
    { "*y=x^*", "power", FORMULA, 0, 0, -1 },                  { "*y=w x+b*", "power", FORMULA, 0, 0, -1 },
    { "random *->*", "unrelated", FORMULA, 0, 0, -1 },         { "random *random-walk targets*", "unrelated", FORMULA, 0, 0, -1 },
};

/* Phrases, the longer ones first; of pixels and tables what they do to the inputs, and to the labels. */
static const struct {
    const char *phrase, *pixels, *table, *labels;
} phrases[] = {
    { "features shuffled, labels not", NULL, NULL, "shuffled" },
    { "per-channel standardised", "per-channel standardise", "standardise per feature", NULL },
    { "divided by range twice", "/255 twice", NULL, NULL },    { "min-max [0,1]", "/255", "min-max", NULL },
    { "min-max scaled", "/255", "min-max", NULL },             { "min-max", "/255", "min-max", NULL },
    { "[0,1]", "/255", "min-max", NULL },                      { "labels divided by 255", NULL, NULL, "divided by 255" },
    { "/255", "/255", NULL, NULL },                            { "raw 0..255", "none", NULL, NULL },
    { "standardised", "standardise", "standardise per feature", NULL }, { "raw", "none", "none", NULL },
    { "(stored x100 then /100)", NULL, NULL, NULL },           { "integer labels (0..9)", NULL, NULL, NULL },
    { "integer labels", NULL, NULL, NULL },                    { "one-hot", NULL, NULL, NULL },
    { "flattened", NULL, NULL, NULL },                         { "unscaled", "none", "none", NULL },
    { "unnormalised", "none", "none", NULL },                  { "one feature", NULL, NULL, NULL },
    { "sklearn", NULL, NULL, NULL },                           { "-like", NULL, NULL, NULL },
    { "csv", NULL, NULL, NULL },                               { "fashion-", NULL, NULL, NULL },
    { "mnist", NULL, NULL, NULL },                             { "cifar-10", NULL, NULL, NULL },
    { "iris", NULL, NULL, NULL },                              { "wine", NULL, NULL, NULL },
    { "breast_cancer", NULL, NULL, NULL },                     { "breast cancer", NULL, NULL, NULL },
    { "diabetes", NULL, NULL, NULL },                          { "california housing", NULL, NULL, NULL },
};

static double or_else(double v, double def)
{
    return isnan(v) ? def : v;
}

/* "700 train": the number, and the words are struck. */
static double count_of(char *words, const char *what, double def)
{
    const double v = number_near(words, what, true, NAN);
    char         phrase[60];
    if (isnan(v)) return def;
    snprintf(phrase, sizeof phrase, "%.0f%s", v, what);
    strike(words, phrase);
    return v;
}

static void strike_call(char *words)
{
    char *at = strstr(words, "make_");
    int   depth = 0;
    for (; at && *at && (*at != ' ' || depth > 0); at++) {
        depth += (*at == '(') - (*at == ')');
        *at = ' ';
        if (depth == 0 && (at[1] == ',' || !at[1])) break;
    }
}

int64_t outputs_of(const json_t *line)
{
    const json_t *list = json_object_get(line, "layers");
    int64_t       units = 0;
    for (size_t i = 0; i < json_array_size(list); i++)
        units = whole_of(json_array_get(list, i), "units", units);
    return units;
}

static int64_t classes_in(const char *words, const char *name)
{
    if (strcmp(name, "blobs") == 0) return whole_number(or_else(argument(words, 2, " centers "), 3));
    if (strcmp(name, "remainders") == 0) return whole_number(number_near(words, "mod", false, 2));
    return whole_number(or_else(argument(words, -1, " n_classes classes "), 2));
}

/* Those two whose values came with AutoTrainer are known to the last digit. */
static void name_call(json_t *data, const char *name, const char *words)
{
    const double n = argument(words, 0, " n n_samples "), seed = or_else(argument(words, -1, " seed random_state "), 0);
    const double noise = or_else(argument(words, -1, " noise "), 0), sd = or_else(argument(words, -1, " std cluster_std "), 1);
    char         gen[160];
    if (strcmp(name, "circle") == 0) {
        snprintf(gen, sizeof gen, "radius 1 and %g, gaussian noise %g, seed %g", or_else(argument(words, -1, " factor "), 0.8), noise,
                 seed);
        json_object_set_new(data, "gen", json_string(gen));
        if (n == 1000 && noise == 0.1 && seed == 1) json_object_set_new(data, "name", json_string("circle of AutoTrainer"));
    } else if (strcmp(name, "blobs") == 0) {
        snprintf(gen, sizeof gen, "std %g, seed %g", sd, seed);
        json_object_set_new(data, "gen", json_string(gen));
        if (n == 1000 && sd == 2 && seed == 2 && number_of(data, "classes", 0) == 3)
            json_object_set_new(data, "name", json_string("blobs of AutoTrainer"));
    }
}

/* Strikes what is understood; false: something is left. */
static bool read_phrases(char *words, kind k, json_t *data)
{
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
        const char *prep = k == PIXELS ? phrases[i].pixels : phrases[i].table;
        if (!strike(words, phrases[i].phrase)) continue;
        if (prep && !json_object_get(data, "prep")) json_object_set_new(data, "prep", json_string(prep));
        if (phrases[i].labels) json_object_set_new(data, "labels", json_string(phrases[i].labels));
    }
    return k == FORMULA || !says_more(words);
}

static json_t *data_of(const char *words, size_t i, const json_t *line)
{
    char left[300];
    snprintf(left, sizeof left, "%s", words);
    const double points = count_of(left, " points", 1000), told = argument(words, 0, " n n_samples ");
    const double all = or_else(told, points), train = count_of(left, " train", all);
    const double val = count_of(left, " test", or_else(fmax(20, floor(all / 4)), 20));
    json_t      *data = json_pack("{s:s, s:s, s:f, s:f}", "name", sets[i].name, "gen", words,
                                  "n_train", sets[i].n_train ? (double)sets[i].n_train : train,
                                  "n_val", sets[i].n_val ? (double)sets[i].n_val : val);
    if (sets[i].classes >= 0)
        json_object_set_new(data, "classes", json_integer(sets[i].classes ? sets[i].classes : classes_in(words, sets[i].name)));
    else {
        const double one = strstr(words, "multilabel") ? or_else(argument(words, -1, " n_classes classes "), 5)
                           : or_else(argument(words, -1, " n_targets "), strstr(words, "n_targets") ? (double)outputs_of(line) : 1);
        json_object_set_new(data, "targets", json_integer(whole_number(one)));
    }
    if (sets[i].kind == CALL) name_call(data, sets[i].name, words), strike_call(left);
    const bool known = read_phrases(left, sets[i].kind, data);
    if (sets[i].kind == PIXELS && !json_object_get(data, "prep")) json_object_set_new(data, "prep", json_string("/255")); /* usual */
    if (known) return data;
    json_decref(data);
    return NULL;
}

static void complete_data(json_t *line)
{
    const char *told = json_string_value(json_object_get(line, "dataset"));
    char        words[300];
    if (!told) return;
    lower_case(told, words, sizeof words);
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        if (fnmatch(sets[i].words, words, 0)) continue;
        json_t *data = data_of(words, i, line);
        if (data) json_object_set_new(line, "dataset", data);
        return;
    }
}

/* ---- the rest ------------------------------------------------------------------------------------- */

/* The first label of the catalogue is the root cause; a line of which nobody knows what ails it has none. */
static void complete_labels(json_t *line)
{
    json_t     *ours = json_object_get(line, "catalogue"), *own = json_object_get(line, "fault_labels");
    const char *first = json_string_value(json_array_get(ours, 0));
    if (json_object_get(line, "root_cause") || !json_is_array(ours)) return;
    if (own) json_object_set(line, "own_labels", own);
    json_object_set(line, "fault_labels", ours);
    json_object_set_new(line, "root_cause", json_string(first && strcmp(first, "unknown") ? first : "unknown"));
}

/* They are Keras's programs, or TensorFlow's: its BatchNorm, and layers that only give the input its shape. */
static void complete_layers(json_t *line)
{
    json_t *list = json_object_get(line, "layers"), *first = json_array_get(list, 0), *target = json_object_get(first, "target");
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *l = json_array_get(list, i);
        if (strcmp(text_of(l, "type", ""), "batchnorm") || json_object_get(l, "momentum")) continue;
        json_object_set_new(l, "momentum", json_real(0.99));
        json_object_set_new(l, "eps", json_real(1e-3));
    }
    if (strcmp(text_of(first, "type", ""), "reshape") == 0 && json_array_size(target) > 1) {
        json_object_set(line, "input_shape", target);
        json_array_remove(list, 0);
    }
}

void complete_line(json_t *line)
{
    json_t *loss = json_object_get(line, "loss");
    if (!json_object_get(line, "label_source")) return;
    if (json_array_size(loss) == 1) json_object_set(line, "loss", json_array_get(loss, 0));
    complete_data(line);
    complete_labels(line);
    complete_layers(line);
}
