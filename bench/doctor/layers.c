/* SPDX-License-Identifier: MIT */
/* Layers of a line as stack text, with their first values and rates by name. */
#include "bench_doctor.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- texts --------------------------------------------------------------------------------------- */

void add_text(strbuf *t, const char *format, ...)
{
    va_list list, again;
    va_start(list, format);
    va_copy(again, list);
    const int n = vsnprintf(NULL, 0, format, list);
    char     *at = realloc(t->at, t->n + (size_t)(n > 0 ? n : 0) + 1);
    if (!at) abort();
    vsnprintf(at + t->n, (size_t)n + 1, format, again);
    t->at = at;
    t->n += (size_t)n;
    va_end(again);
    va_end(list);
}

bool cannot(char *why, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    if (!*why) vsnprintf(why, WHY, format, list);
    va_end(list);
    return false;
}

const char *text_of(const json_t *o, const char *key, const char *def)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s ? s : def;
}

double number_of(const json_t *o, const char *key, double def)
{
    const json_t *v = json_object_get(o, key);
    return json_is_number(v) ? json_number_value(v) : def;
}

int64_t whole_number(double v)
{
    return isnan(v) ? 0 : (int64_t)fmin(fmax(v, -1e6), 1e6);
}

int64_t whole_of(const json_t *o, const char *key, int64_t def)
{
    return whole_number(number_of(o, key, (double)def));
}

/* ---- first values -------------------------------------------------------------------------------- */

static const struct {
    const char *theirs, *ours;
    double      scale;          /* variance times fan, for multiples of the deviation; 0: has none */
} inits[] = {
    { "he_normal", "kaiming_normal nonlinearity=relu", 2 },  { "he_uniform", "kaiming_uniform nonlinearity=relu", 2 },
    { "kaiming_normal", "kaiming_normal nonlinearity=relu", 2 }, { "kaiming_uniform", "kaiming_uniform nonlinearity=relu", 2 },
    { "glorot_normal", "xavier_normal", 0 },                 { "glorot_uniform", "xavier_uniform", 0 },
    { "xavier_normal", "xavier_normal", 0 },                 { "xavier_uniform", "xavier_uniform", 0 },
    { "lecun_normal", "lecun_normal", 1 },                   { "lecun_uniform", "lecun_uniform", 1 },
    { "orthogonal", "orthogonal", 0 },                       { "zeros", "zeros", 0 },
    { "ones", "ones", 0 },                                   { "pytorch", "pytorch", 0 },
    { "default", "pytorch", 0 },                             { "normal", "normal std=0.05", 0 },
    { "uniform", "uniform", 0 },
};

/* "random_normal(0,0.1)": mean and deviation; "random_uniform(-0.05,0.05)": the ends. */
static bool between(const char *name, double a, double b, char *out, size_t size)
{
    const bool cut = strcmp(name, "truncated_normal") == 0;
    if (cut || strcmp(name, "random_normal") == 0 || strcmp(name, "normal") == 0)
        return snprintf(out, size, "%s mean=%.17g std=%.17g", cut ? "truncated_normal" : "normal", a, b), true;
    if (strcmp(name, "random_uniform") && strcmp(name, "uniform")) return false;
    return snprintf(out, size, "uniform low=%.17g high=%.17g", a, b), true;
}

/* "normal(0.05)", "normal(gain=2.5)", "he_normal(x3 std)" */
static bool with_number(const char *name, const char *inside, char *out, size_t size)
{
    double v, second;
    char   rest[8] = "";
    if (strcmp(name, "normal") == 0 && sscanf(inside, "gain=%lf%7s", &v, rest) == 1)
        return snprintf(out, size, "variance_scaling scale=%.17g distribution=untruncated_normal", v * v), true;
    if (strcmp(name, "orthogonal") == 0 && sscanf(inside, "gain=%lf%7s", &v, rest) == 1)
        return snprintf(out, size, "orthogonal gain=%.17g", v), true;
    for (size_t i = 0; i < sizeof inits / sizeof *inits; i++)
        if (inits[i].scale > 0 && strcmp(name, inits[i].theirs) == 0 && (sscanf(inside, "x%lf std%7s", &v, rest) == 1 ||
                                                                       sscanf(inside, "x%lf%7s", &v, rest) == 1))
            return snprintf(out, size, "variance_scaling scale=%.17g distribution=%s", inits[i].scale * v * v,
                            strstr(name, "uniform") ? "uniform" : "untruncated_normal"), true;
    if (sscanf(inside, "%lf,%lf%7s", &v, &second, rest) == 2)
        return between(name, v, second, out, size);
    if (strchr(inside, '=') && sscanf(strchr(inside, '=') + 1, "%lf%7s", &v, rest) != 1) return false;
    if (!strchr(inside, '=') && sscanf(inside, "%lf%7s", &v, rest) != 1) return false;
    if (strcmp(name, "constant") == 0) return snprintf(out, size, "constant value=%.17g", v), true;
    if (strcmp(name, "normal") == 0) return snprintf(out, size, "normal std=%.17g", v), true;
    if (strcmp(name, "uniform") == 0) return snprintf(out, size, "uniform low=%.17g high=%.17g", -v, v), true;
    return false;
}

static bool init_of(const char *theirs, char *out, size_t size, char *why)
{
    char        name[40], inside[60];
    const char *open = strchr(theirs, '(');
    for (size_t i = 0; i < sizeof inits / sizeof *inits; i++)
        if (strcmp(theirs, inits[i].theirs) == 0) return snprintf(out, size, "%s", inits[i].ours), true;
    if (open && open[strlen(open) - 1] == ')') {
        snprintf(name, sizeof name, "%.*s", (int)(open - theirs), theirs);
        snprintf(inside, sizeof inside, "%.*s", (int)strlen(open) - 2, open + 1);
        if (with_number(name, inside, out, size)) return true;
    }
    return cannot(why, "init %s", theirs);
}

/* ---- layers -------------------------------------------------------------------------------------- */

typedef struct writer {
    strbuf *stack, *by_layer, *groups;
    char  common[120];          /* the first layer's init, which stands for all */
    int   n, rank;              /* layers so far; rank of what the next one gets */
    double decay;               /* the first layer's L2, which stands for all */
    bool  decays;
    const char *bn_momentum;
    char *why;
} writer;

static bool knows(const json_t *layer, const char *keys, char *why)
{
    const char *key;
    json_t     *value;
    json_object_foreach((json_t *)(uintptr_t)layer, key, value)
    {
        char word[60];
        snprintf(word, sizeof word, " %s ", key);
        if (!json_is_null(value) && !strstr(keys, word)) return cannot(why, "%s with %s", text_of(layer, "type", "layer"), key);
    }
    return true;
}

/* A number, or a pair of them: "3", "3x5". */
static const char *size_of(const json_t *layer, const char *key, const char *def, char buf[40])
{
    const json_t *v = json_object_get(layer, key);
    snprintf(buf, 40, "%s", def);
    if (json_is_number(v)) snprintf(buf, 40, "%d", (int)whole_number(json_number_value(v)));
    if (json_array_size(v) == 1) snprintf(buf, 40, "%d", (int)whole_number(json_number_value(json_array_get(v, 0))));
    if (json_array_size(v) == 2)
        snprintf(buf, 40, "%dx%d", (int)whole_number(json_number_value(json_array_get(v, 0))), (int)whole_number(json_number_value(json_array_get(v, 1))));
    return buf;
}

/* "l2(1e-5)", "l1_l2(l1=0.0,l2=0.01)": Keras adds l2 |w|^2, whose gradient is that of a decay of twice as much. */
static bool decay_of(const json_t *layer, double *decay, char *why)
{
    const char *reg = text_of(layer, "reg", NULL);
    double      l1 = 0, l2 = 0;
    *decay = 0;
    if (!reg) return true;
    if (sscanf(reg, "l2(%lf)", &l2) != 1 && sscanf(reg, "l1_l2(l1=%lf,l2=%lf)", &l1, &l2) != 2)
        return cannot(why, "layers with %s", reg);
    *decay = 2 * l2;
    return l1 == 0 || cannot(why, "layers with %s", reg);
}

static bool write_decay(writer *w, const json_t *layer)
{
    double decay;
    if (!decay_of(layer, &decay, w->why)) return false;
    if (!w->decays) w->decay = decay;
    w->decays = true;
    if (decay == w->decay) return true;
    if (!(w->decay > 0)) return cannot(w->why, "a first layer without L2 before others with it");
    add_text(w->groups, "  \"%d.*\": {decay: %.17g}\n", w->n, decay / w->decay);
    return true;
}

static bool write_values(writer *w, const json_t *layer)
{
    char          init[120];
    const json_t *bias = json_object_get(layer, "bias_init");
    if (!init_of(text_of(layer, "init", "pytorch"), init, sizeof init, w->why)) return false;
    if (!*w->common) snprintf(w->common, sizeof w->common, "%s", init);
    else if (strcmp(init, w->common)) add_text(w->by_layer, "  \"%d.weight\": %s\n", w->n, init);
    if (json_is_number(bias) && json_number_value(bias) != 0)
        add_text(w->by_layer, "  \"%d.bias\": constant value=%.17g\n", w->n, json_number_value(bias));
    if (json_is_string(bias) && !init_of(json_string_value(bias), init, sizeof init, w->why)) return false;
    if (json_is_string(bias)) add_text(w->by_layer, "  \"%d.bias\": %s\n", w->n, init);
    if (json_is_true(json_object_get(layer, "frozen"))) add_text(w->groups, "  \"%d.*\": {lr: 0}\n", w->n);
    return write_decay(w, layer);
}

static const char *bias_of(const json_t *layer)
{
    const bool none = json_is_false(json_object_get(layer, "use_bias")) || json_is_false(json_object_get(layer, "bias"));
    return none ? " bias=false" : "";
}

/* At each place of an image or a sequence it works on the channels alone: a convolution of one place. */
static bool write_dense(writer *w, const json_t *l)
{
    const char *at_places = w->rank == 3 ? "conv2d %d kernel_size=1%s" : "conv1d %d kernel_size=1%s";
    if (!json_is_number(json_object_get(l, "units"))) return cannot(w->why, "a layer of %s units", text_of(l, "units", "?"));
    if (w->rank > 1) add_text(w->stack, at_places, (int)whole_of(l, "units", 0), bias_of(l));
    else add_text(w->stack, "linear %d%s", (int)whole_of(l, "units", 0), bias_of(l));
    if (strcmp(text_of(l, "act_declared", "linear"), "linear"))
        return cannot(w->why, "a layer that declares %s", text_of(l, "act_declared", ""));
    return knows(l, " type units init bias_init reg act_declared frozen use_bias bias ", w->why) && write_values(w, l);
}

static bool write_conv(writer *w, const json_t *l)
{
    char          k[40], s[40], pad[40];
    const json_t *p = json_object_get(l, "pad");
    const bool    one = strcmp(text_of(l, "type", ""), "conv1d") == 0;
    size_of(l, "stride", "1", s);
    size_of(l, "pad", "0", pad);
    if (json_is_string(p) && strcmp(json_string_value(p), "same") == 0) {
        strcpy(pad, "same");
        if (strcmp(s, "1") && strcmp(s, "1x1")) {   /* an odd filter, centred, as the other libraries' usual choice */
            const int side = atoi(size_of(l, "k", "3", k));
            snprintf(pad, sizeof pad, "%d", side / 2);
        }
    } else if (json_is_string(p) && strcmp(json_string_value(p), "valid"))
        return cannot(w->why, "padding %s", json_string_value(p));
    add_text(w->stack, "conv%s %d kernel_size=%s stride=%s padding=%s%s", one ? "1d" : "2d", (int)whole_of(l, "filters", 0),
             size_of(l, "k", "3", k), s, pad, bias_of(l));
    return knows(l, " type filters k stride pad init bias_init reg frozen use_bias bias ", w->why) && write_values(w, l);
}

static bool write_pool(writer *w, const json_t *l)
{
    char       k[40], s[40];
    const bool most = strncmp(text_of(l, "type", ""), "max", 3) == 0;
    add_text(w->stack, "%spool kernel_size=%s", most ? "max" : "avg", size_of(l, "k", "2", k));
    add_text(w->stack, " stride=%s", size_of(l, "s", k, s));
    if (strcmp(text_of(l, "pad", "valid"), "valid")) return cannot(w->why, "pooling with padding");
    return knows(l, " type k s pad frozen ", w->why);
}

static bool write_norm(writer *w, const json_t *l)
{
    const double m = w->bn_momentum ? strtod(w->bn_momentum, NULL) : number_of(l, "momentum", 0.9);
    add_text(w->stack, "batchnorm momentum=%.6g", 1 - m);
    if (json_is_number(json_object_get(l, "eps"))) add_text(w->stack, " eps=%.17g", number_of(l, "eps", 1e-5));
    return knows(l, " type momentum eps frozen ", w->why);
}

static bool write_plain(writer *w, const json_t *l)
{
    add_text(w->stack, "%s", text_of(l, "type", ""));
    if (strcmp(text_of(l, "type", ""), "layernorm")) w->rank = 1;
    return knows(l, " type frozen ", w->why);
}

/* To a row of features only. */
static bool write_reshape(writer *w, const json_t *l)
{
    const json_t *to = json_object_get(l, "target");
    int           axes = 0;
    for (size_t i = 0; i < json_array_size(to); i++) axes += json_number_value(json_array_get(to, i)) != 1;
    add_text(w->stack, "flatten");
    w->rank = 1;
    return axes <= 1 || cannot(w->why, "reshape in the middle");
}

static bool write_dropout(writer *w, const json_t *l)
{
    add_text(w->stack, "dropout %.17g", number_of(l, "p", 0.5));
    return knows(l, " type p frozen ", w->why);
}

static bool write_act(writer *w, const json_t *l)
{
    static const char *const same[] = { "relu", "tanh", "sigmoid", "elu", "selu", "gelu", "silu", "softplus", "leaky_relu",
                                        "mish", "hardswish", "softsign", "relu6", "softmax", "exponential", NULL };
    static const char *const names[][2] = { { "linear", "identity" }, { "swish", "silu" }, { "leakyrelu", "leaky_relu 0.3" },
                                            { "hard_sigmoid", "hardsigmoid" }, { "exp", "exponential" } };
    const char *fn = text_of(l, "fn", "linear");
    char        alpha[40] = "";
    if (json_is_number(json_object_get(l, "alpha"))) snprintf(alpha, sizeof alpha, " %.17g", number_of(l, "alpha", 0));
    if (!knows(l, " type fn alpha frozen ", w->why)) return false;
    for (size_t i = 0; !*alpha && i < sizeof names / sizeof *names; i++)
        if (strcmp(fn, names[i][0]) == 0) return add_text(w->stack, "%s", names[i][1]), true;
    if (strcmp(fn, "leakyrelu") == 0) fn = "leaky_relu";
    for (int i = 0; same[i]; i++)
        if (strcmp(fn, same[i]) == 0) return add_text(w->stack, "%s%s", fn, alpha), true;
    return cannot(w->why, "%s is no layer here", fn);
}

static const struct {
    const char *type;
    bool      (*write)(writer *w, const json_t *layer);
} types[] = {
    { "dense", write_dense },     { "linear", write_dense },     { "conv2d", write_conv },       { "conv1d", write_conv },
    { "maxpool", write_pool },    { "avgpool", write_pool },     { "flatten", write_plain },
    { "global_avgpool", write_plain }, { "reshape", write_reshape },
    { "dropout", write_dropout }, { "batchnorm", write_norm },   { "layernorm", write_plain },   { "act", write_act },
};

static bool write_one(writer *w, const json_t *layer)
{
    const char *type = text_of(layer, "type", "?");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcmp(types[i].type, type)) continue;
        if (w->n) add_text(w->stack, " | ");
        const bool ok = types[i].write(w, layer);
        w->n++;
        return ok;
    }
    return cannot(w->why, "layer %s", type);
}

/* "layer-1 lr multiplier 1e-6": the first layer with weights. */
static bool write_plumbing(writer *w, const json_t *line, const char *how)
{
    int           layer;
    double        factor;
    const json_t *list = json_object_get(line, "layers");
    if (sscanf(how, "layer-%d lr multiplier %lf", &layer, &factor) != 2) return cannot(w->why, "plumbing: %s", how);
    for (size_t i = 0; i < json_array_size(list); i++)
        if (json_object_get(json_array_get(list, i), "init") && --layer == 0)
            add_text(w->groups, "  \"%d.*\": {lr: %.17g}\n", (int)i, factor);
    return layer <= 0 || cannot(w->why, "plumbing: %s", how);
}

bool write_layers(const json_t *line, const loss_plan *p, strbuf *stack, strbuf *init, strbuf *by_layer, strbuf *groups,
                  double *decay, char *why)
{
    const json_t *list = json_object_get(line, "layers"), *data = json_object_get(line, "dataset");
    const char   *mode = text_of(data, "bn_mode", NULL), *plumbing = text_of(data, "plumbing", NULL);
    char          momentum[40] = "";
    if (json_is_number(json_object_get(data, "bn_momentum")))
        snprintf(momentum, sizeof momentum, "%.17g", number_of(data, "bn_momentum", 0));
    const size_t  axes = json_array_size(json_object_get(line, "input_shape"));
    writer        w = { .stack = stack, .by_layer = by_layer, .groups = groups, .rank = axes ? (int)axes : 1, .why = why,
                        .bn_momentum = *momentum ? momentum : NULL };
    const size_t  all = json_array_size(list);
    const bool    drops = p->drop_last && all && strcmp(text_of(json_array_get(list, all - 1), "type", ""), "act") == 0;
    if (!all) return cannot(why, "a network that is not given layer by layer");
    if (mode && strcmp(mode, "train")) return cannot(why, "BatchNorm in %s", mode);
    for (size_t i = 0; i < all - (drops ? 1 : 0); i++)
        if (!write_one(&w, json_array_get(list, i))) return false;
    if (plumbing && !write_plumbing(&w, line, plumbing)) return false;
    add_text(init, "%s", *w.common ? w.common : "pytorch");
    *decay = w.decay;
    return true;
}
