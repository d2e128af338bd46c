/* SPDX-License-Identifier: MIT */
/* The data sets that lines name: built in, from files, or made here. */
#include "bench_doctor.h"

#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 200000, NUMBERS = 16000000 }; /* samples of a set, numbers of its inputs */

static float *room(int64_t n)
{
    float *x = calloc((size_t)(n > 0 ? n : 1), sizeof *x);
    if (!x) abort();
    return x;
}

static void set_room(set *s, int64_t width)
{
    s->width = width;
    s->x = room((s->n_train + s->n_val) * width);
    s->y = room((s->n_train + s->n_val) * set_targets_of(s));
}

int64_t set_targets_of(const set *s)
{
    return s->task == SFT_CLASSES ? 1 : s->outputs;
}

/* ---- made here ----------------------------------------------------------------------------------- */

static void circle(set *s, sft_stream *r, const char *gen)
{
    const double inner = strstr(gen, "and 0.5") ? 0.5 : 0.8, noise = number_near(gen, "noise", false, 0.1);
    for (int64_t i = 0; i < s->n_train + s->n_val; i++) {
        const double t = 2 * M_PI * sft__uniform(r), radius = i % 2 ? inner : 1;
        s->x[2 * i] = (float)(radius * cos(t) + noise * sft__normal(r));
        s->x[2 * i + 1] = (float)(radius * sin(t) + noise * sft__normal(r));
        s->y[i] = (float)(i % 2);
    }
}

static void blobs(set *s, sft_stream *r, const char *gen)
{
    double       centre[64];
    const double sd = number_near(gen, "std", false, 1);
    for (int i = 0; i < 64; i++) centre[i] = -10 + 20 * sft__uniform(r);
    for (int64_t i = 0; i < s->n_train + s->n_val; i++) {
        const int64_t k = i % s->classes;
        for (int64_t j = 0; j < s->width; j++)
            s->x[i * s->width + j] = (float)(centre[(k * s->width + j) % 64] + sd * sft__normal(r));
        s->y[i] = (float)k;
    }
}

static void spiral(set *s, sft_stream *r, const char *gen)
{
    const double turns = number_near(gen, "turn", true, 1), noise = number_near(gen, "noise", false, 0.05);
    for (int64_t i = 0; i < s->n_train + s->n_val; i++) {
        const double u = sqrt(sft__uniform(r)), k = (double)(i % s->classes);
        const double t = 2 * M_PI * (turns * u + k / (double)s->classes);
        s->x[2 * i] = (float)(u * cos(t) + noise * sft__normal(r));
        s->x[2 * i + 1] = (float)(u * sin(t) + noise * sft__normal(r));
        s->y[i] = (float)k;
    }
}

static void friedman(set *s, sft_stream *r, const char *gen)
{
    const double noise = number_near(gen, "noise", false, 1);
    for (int64_t i = 0; i < s->n_train + s->n_val; i++) {
        float *x = s->x + i * s->width;
        for (int64_t j = 0; j < s->width; j++) x[j] = (float)sft__uniform(r);
        s->y[i] = (float)(10 * sin(M_PI * (double)(x[0] * x[1])) + 20 * pow((double)x[2] - 0.5, 2) + 10 * (double)x[3] +
                          5 * (double)x[4] + noise * sft__normal(r));
    }
}

static void sine(set *s, sft_stream *r, const char *gen)
{
    const double noise = number_near(gen, "noise", false, 0.1);
    for (int64_t i = 0; i < s->n_train + s->n_val; i++) {
        const double x = -M_PI + 2 * M_PI * sft__uniform(r);
        s->x[i] = (float)x;
        s->y[i] = (float)(sin(x) + noise * sft__normal(r));
    }
}

/* Validation on the training points, their noise drawn again. */
static void quadratic(set *s, sft_stream *r, const char *gen)
{
    (void)gen;
    for (int64_t i = 0; i < s->n_train + s->n_val; i++) {
        const double x = 0.1 * (double)(i % 50);
        s->x[i] = (float)x;
        s->y[i] = (float)(5 * x * x + pow(sft__normal(r), 3));
    }
}

static void four_points(set *s, sft_stream *r, const char *gen)
{
    (void)r;
    (void)gen;
    for (int64_t i = 0; i < s->n_train + s->n_val; i++) {
        s->x[2 * i] = (float)(i & 1);
        s->x[2 * i + 1] = (float)(i >> 1 & 1);
        s->y[i] = (float)((i & 1) ^ (i >> 1 & 1));
    }
}

static void permuted_bits(set *s, sft_stream *r, const char *gen)
{
    int64_t order[256];
    (void)gen;
    sft__permute(r, order, 256);
    for (int64_t i = 0; i < s->n_train + s->n_val; i++)
        for (int j = 0; j < 8; j++) {
            s->x[8 * i + j] = (float)(i >> j & 1);
            s->y[8 * i + j] = (float)(order[i % 256] >> j & 1);
        }
}

/* ---- from the library and from files --------------------------------------------------------------- */

static bool folder_of(const char *name, char *buf, size_t size)
{
    const char *root = getenv("SUREFOOT_DATA");
    snprintf(buf, size, "%s/%.*s", root ? root : "../shared/data", (int)strcspn(name, " "), name);
    return access(buf, R_OK) == 0;
}

static bool is_table(const char *source)
{
    return strstr(source, ".csv") != NULL;
}

/* "FILE.csv", "TRAIN.csv TEST.csv", "cifar10", "digits" as the recipe's `data`. */
static void name_source(const char *source, char *out, size_t size)
{
    char        at[600], test[600] = "";
    const bool  here = folder_of(source, at, sizeof at), table = is_table(source);
    const char *second = strchr(source, ' ');
    if (second) folder_of(second + 1, test, sizeof test);
    if (table) snprintf(out, size, "data: csv:%s%s%s\n", at, second ? " test=" : "", test);
    else if (here && strcmp(source, "digits") && strcmp(source, "mnist1d"))
        snprintf(out, size, "data: %s:%s\n", strncmp(source, "cifar", 5) ? "idx" : "cifar", at);
    else snprintf(out, size, "data: %s\n", source);
}

/* Rows from..from+n of the set's own, out of a split of the source in the given order. */
static bool take(const sft_data *d, sft_split split, const int64_t *order, int64_t from, int64_t n, set *s, int64_t to)
{
    for (int64_t i = 0; i < n; i++)
        if (sft_data_sample(d, split, order ? order[from + i] : from + i, s->x + (to + i) * s->width,
                            s->y + (to + i) * set_targets_of(s)))
            return false;
    return true;
}

/* Training rows are the source's first, validation rows its first test rows; where there is but one list both are drawn from it:
 * of a table without a test file, and of digits from the 1,797 test digits, which is what others call the whole set, unless more
 * are wanted. */
static bool take_both(const sft_data *d, const sft_data_facts *f, const char *source, set *s, sft_stream *r, char *why)
{
    const bool      table = is_table(source) && !f->count[SFT_TEST];
    const bool      pool = table || (strcmp(source, "digits") == 0 && s->n_train + s->n_val <= f->count[SFT_TEST]);
    const sft_split from = pool && !table ? SFT_TEST : SFT_TRAIN, to = table ? SFT_TRAIN : SFT_TEST;
    const int64_t   have = pool ? f->count[to] - s->n_train : f->count[to];
    if ((!pool && s->n_train > f->count[SFT_TRAIN]) || s->n_val > have) return cannot(why, "data %s has too few samples", source);
    int64_t *order = pool ? malloc((size_t)f->count[to] * sizeof *order) : NULL;
    if (order) sft__permute(r, order, f->count[to]);
    const bool ok = take(d, from, order, 0, s->n_train, s, 0) && take(d, to, order, pool ? s->n_train : 0, s->n_val, s, s->n_train);
    free(order);
    return ok;
}

static bool from_source(sft_ctx *c, const char *source, set *s, sft_stream *r, char *why)
{
    char recipe[1400];
    name_source(source, recipe, sizeof recipe - 100);
    strcat(recipe, is_table(source) && !strchr(source, ' ') ? "split: {validation: 0, test: 0, standardize: none}\n"
                                                            : "split: {validation: 0, standardize: none}\n");
    strcat(recipe, "model: flatten | linear\n");
    sft_recipe    *rc = sft_recipe_parse(c, "data", recipe, strlen(recipe));
    sft_data      *d = rc ? sft_data_open(c, rc) : NULL;
    sft_data_facts f = { .outputs = 0 };
    bool           ok = d && sft_data_facts_of(d, &f) == SFT_OK;
    if (ok) {
        int64_t width = 1;
        for (int i = 0; i < f.shape.rank; i++) width *= f.shape.dim[i];
        s->task = f.task == SFT_REGRESSION ? SFT_REGRESSION : SFT_CLASSES;
        s->classes = f.task == SFT_REGRESSION ? 0 : f.task == SFT_BINARY ? 2 : f.outputs;
        s->outputs = f.task == SFT_REGRESSION ? f.outputs : 1;
        set_room(s, width);
        ok = take_both(d, &f, source, s, r, why);
        s->shape = f.shape;
    }
    if (sft_code(c)) cannot(why, "data: %s", sft_message(c));
    sft_clear(c);
    sft_data_free(d);
    sft_recipe_free(rc);
    return ok;
}

/* Files are read once. */
static bool kept_or_read(sft_ctx *c, const char *name, set *s, sft_stream *r, char *why)
{
    enum { KEPT = 6 };
    static struct {
        const char *name;
        set         s;
    } kept[KEPT];
    static int next;
    for (int i = 0; i < KEPT; i++) {
        if (kept[i].name != name || kept[i].s.n_train != s->n_train || kept[i].s.n_val != s->n_val) continue;
        *s = set_copy(&kept[i].s);
        return true;
    }
    if (!from_source(c, name, s, r, why)) return false;
    set_free(&kept[next].s);
    kept[next].name = name;
    kept[next].s = set_copy(s);
    next = (next + 1) % KEPT;
    return true;
}

/* ---- by name --------------------------------------------------------------------------------------- */

static const maker makers[] = {
    { "circle of AutoTrainer", circle, 2, 0, "autotrainer-toy/circle-train.csv autotrainer-toy/circle-val.csv" },
    { "blobs of AutoTrainer", blobs, 2, 0, "autotrainer-toy/blob-train.csv autotrainer-toy/blob-val.csv" },
    { "circle*", circle, 2, 0, NULL },          { "blob*", blobs, 0, 0, NULL },     { "spiral*", spiral, 2, 0, NULL },
    { "friedman*", friedman, 0, 1, NULL },      { "sin*", sine, 1, 1, NULL },       { "quad*", quadratic, 1, 1, NULL },
    { "xor4", four_points, 2, 0, NULL },        { "bits8", permuted_bits, 8, 8, NULL },
    { "digits*", NULL, 0, 0, "digits" },        { "mnist1d*", NULL, 0, 0, "mnist1d" },
    { "iris", NULL, 0, 0, "tabular/iris.csv" }, { "wine", NULL, 0, 0, "tabular/wine.csv" },
    { "breast cancer", NULL, 0, 0, "tabular/breast_cancer.csv" },
    { "diabetes", NULL, 0, 1, "tabular/diabetes.csv" },
    { "california housing", NULL, 0, 1, "tabular/california_housing.csv.gz" },
    { "fashion*", NULL, 0, 0, "fashion-mnist" }, { "mnist*", NULL, 0, 0, "mnist" }, { "cifar*", NULL, 0, 0, "cifar10" },
};

/* Files hold channels first; the line counts them last. */
static bool shape_of(const json_t *list, set *s, char *why)
{
    const size_t n = json_array_size(list);
    int64_t      d[4], all = 1;
    if (n < 1 || n > 3) return cannot(why, "an input of rank %d", (int)n);
    for (size_t i = 0; i < n; i++) all *= d[i] = whole_number(json_number_value(json_array_get(list, i)));
    if (all != s->width)
        return cannot(why, "an input of %lld numbers where samples have %lld", (long long)all, (long long)s->width);
    s->shape = n == 3 ? (sft_shape){ 3, { d[2], d[0], d[1] } } : n == 2 ? (sft_shape){ 2, { d[1], d[0] } }
                                                                       : (sft_shape){ 1, { d[0] } };
    return true;
}

static int64_t product(const json_t *list)
{
    int64_t n = json_array_size(list) ? 1 : 0;
    for (size_t i = 0; i < json_array_size(list); i++) n *= whole_number(json_number_value(json_array_get(list, i)));
    return n;
}

static bool is_here(const char *source)
{
    char at[600];
    return source && folder_of(source, at, sizeof at);
}

static bool made(sft_ctx *c, const maker *m, const json_t *dataset, const json_t *shape, set *s, char *why)
{
    const int64_t seed = whole_number(number_near(text_of(dataset, "gen", ""), "seed", false, 0));
    sft_stream    r = sft__stream(sft__key((uint64_t)seed, SFT_FOR_DATA), 0, 0, 0);
    const int64_t width = m->width ? m->width : product(shape);
    s->task = m->targets ? SFT_REGRESSION : SFT_CLASSES;
    s->outputs = m->targets < 0 ? whole_of(dataset, "targets", 1) : m->targets ? m->targets : 1;
    s->classes = m->targets ? 0 : whole_of(dataset, "classes", 2);
    if (s->n_train < 1 || s->n_val < 1 || s->n_train + s->n_val > MOST) return cannot(why, "a data set without sizes");
    if (m->source && (!m->make || is_here(m->source))) return kept_or_read(c, m->source, s, &r, why) && shape_of(shape, s, why);
    if (width < 1 || s->classes > 1000 || s->outputs < 1 || s->outputs > 1000 || (!m->targets && s->classes < 1)) return cannot(why, "data %s of this form", m->name);
    if ((s->n_train + s->n_val) * width > NUMBERS)
        return cannot(why, "a data set of %lld numbers", (long long)((s->n_train + s->n_val) * width));
    set_room(s, width);
    m->make(s, &r, text_of(dataset, "gen", ""));
    return shape_of(shape, s, why);
}

bool set_make(sft_ctx *c, const json_t *dataset, const json_t *input_shape, set *s, char *why)
{
    *s = (set){ .n_train = whole_of(dataset, "n_train", 0), .n_val = whole_of(dataset, "n_val", 0) };
    const char *name = text_of(dataset, "name", NULL);
    if (!name && json_is_string(dataset)) return cannot(why, "data in words: %s", json_string_value(dataset));
    if (!name) return cannot(why, "no data set is named");
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
        if (fnmatch(makers[i].name, name, 0) == 0) return made(c, &makers[i], dataset, input_shape, s, why);
    const maker *m = described(name);
    return m ? made(c, m, dataset, input_shape, s, why) : cannot(why, "data set %s", name);
}

/* ---- life ---------------------------------------------------------------------------------------- */

set set_copy(const set *s)
{
    set           to = *s;
    const int64_t n = s->n_train + s->n_val, targets = set_targets_of(s);
    to.x = room(n * s->width);
    to.y = room(n * targets);
    memcpy(to.x, s->x, (size_t)(n * s->width) * sizeof *s->x);
    memcpy(to.y, s->y, (size_t)(n * targets) * sizeof *s->y);
    return to;
}

sft_data *set_open(sft_ctx *c, const set *s)
{
    const int64_t n = s->n_train + s->n_val;
    uint8_t      *split = calloc((size_t)n, 1);
    if (!split) return NULL;
    memset(split + s->n_train, SFT_VALIDATION, (size_t)s->n_val);
    sft_data *d = sft_data_from(c, s->x, s->shape, s->y, s->task, s->outputs, n, split);
    free(split);
    return d;
}

void set_free(set *s)
{
    free(s->x);
    free(s->y);
    *s = (set){ .x = NULL };
}
