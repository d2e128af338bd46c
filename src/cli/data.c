/* SPDX-License-Identifier: MIT */
/* surefoot data SOURCE|RECIPE: what the samples are, how they are split, what they look like. */
#include "cli.h"
#include "data_show.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 4, MOST_CLASSES = 40 };

typedef struct data_view {
    cli            *a;
    sft_data       *data;
    sft_data_facts  facts;
    int64_t         size;       /* numbers of a sample */
    int64_t        *count;      /* classes (binary: no and yes) x SFT_SPLITS; NULL for regression */
    int64_t         classes;
    double          low[SFT_SPLITS], high[SFT_SPLITS], mean[SFT_SPLITS], rms[SFT_SPLITS]; /* of the values, standardised */
    double          target_low[SFT_SPLITS], target_high[SFT_SPLITS];
    float          *x, *y;
    float          *shown[SHOWN];
    float           label[SHOWN];
    int             n_shown;
} data_view;

/* ---- looking --------------------------------------------------------------------------------- */

static void note_values(data_view *v, int s, const float *x)
{
    for (int64_t i = 0; i < v->size; i++) {
        double value = (double)x[i];
        v->mean[s] += value;
        v->rms[s] += value * value;
        v->low[s] = value < v->low[s] ? value : v->low[s];
        v->high[s] = value > v->high[s] ? value : v->high[s];
    }
}

/* Several yes-or-no answers a sample: of each is counted how often it is yes. */
static bool answers(const data_view *v)
{
    return v->facts.task == SFT_BINARY && v->facts.outputs > 1;
}

static void note_target(data_view *v, int s, const float *y)
{
    for (int64_t k = 0; k < (v->facts.task == SFT_CLASSES ? 1 : v->facts.outputs); k++) {
        v->target_low[s] = fmin(v->target_low[s], (double)y[k]);
        v->target_high[s] = fmax(v->target_high[s], (double)y[k]);
    }
    for (int64_t k = 0; answers(v) && k < v->facts.outputs; k++)
        v->count[k * SFT_SPLITS + s] += y[k] > 0.5F;
    if (v->classes && y[0] >= 0 && y[0] < (float)v->classes)
        v->count[(int64_t)y[0] * SFT_SPLITS + s]++;
}

/* The first sample of each of the first classes; where there are none, the first samples. */
static void maybe_show(data_view *v, const float *x, const float *y)
{
    bool next = v->n_shown < SHOWN && (!v->classes || v->facts.outputs == 1 || (int64_t)y[0] == v->n_shown);
    float *copy = next ? malloc((size_t)v->size * sizeof *copy) : NULL;
    if (!copy)
        return;
    memcpy(copy, x, (size_t)v->size * sizeof *copy);
    v->label[v->n_shown] = y[0];
    v->shown[v->n_shown++] = copy;
}

static void scan_split(data_view *v, int s)
{
    double n = (double)v->size * (double)v->facts.count[s];
    v->low[s] = v->target_low[s] = INFINITY;
    v->high[s] = v->target_high[s] = -INFINITY;
    for (int64_t i = 0; i < v->facts.count[s]; i++) {
        if (sft_data_sample(v->data, (sft_split)s, i, v->x, v->y))
            return;
        note_values(v, s, v->x);
        note_target(v, s, v->y);
        if (s == SFT_TRAIN)
            maybe_show(v, v->x, v->y);
    }
    v->mean[s] /= n;
    v->rms[s] = sqrt(v->rms[s] / n);
}

static bool scan(data_view *v)
{
    const sft_shape *shape = &v->facts.shape;
    v->size = 1;
    for (int i = 0; i < shape->rank; i++)
        v->size *= shape->dim[i];
    v->classes = v->facts.task == SFT_CLASSES ? v->facts.outputs : v->facts.task == SFT_BINARY && v->facts.outputs == 1 ? 2 : 0;
    v->x = malloc((size_t)v->size * sizeof *v->x);
    v->y = malloc((size_t)v->facts.outputs * sizeof *v->y);
    int64_t counted = answers(v) ? v->facts.outputs : v->classes;
    v->count = counted ? calloc((size_t)(counted * SFT_SPLITS), sizeof *v->count) : NULL;
    if (!v->x || !v->y || (counted && !v->count))
        return false;
    for (int s = 0; s < SFT_SPLITS; s++)
        scan_split(v, s);
    return true;
}

static const char *class_name(const data_view *v, int64_t k, char *buf, size_t size)
{
    snprintf(buf, size, "%lld", (long long)k);
    return v->facts.class_names && k < v->facts.outputs ? v->facts.class_names[k] : buf;
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void json_counts(cli_json *j, const data_view *v, const char *key, int64_t n)
{
    char name[32];
    cli_json_begin(j, key, '[');
    for (int64_t k = 0; k < n; k++) {
        cli_json_begin(j, NULL, '{');
        cli_json_text(j, "name", class_name(v, k, name, sizeof name));
        for (int s = 0; s < SFT_SPLITS; s++)
            cli_json_int(j, cli_split_name((sft_split)s), v->count[k * SFT_SPLITS + s]);
        cli_json_end(j, '}');
    }
    cli_json_end(j, ']');
}

static void json_values(cli_json *j, const data_view *v)
{
    cli_json_begin(j, "values", '{');
    for (int s = 0; s < SFT_SPLITS; s++) {
        cli_json_begin(j, cli_split_name((sft_split)s), '{');
        cli_json_number(j, "min", v->low[s]);
        cli_json_number(j, "max", v->high[s]);
        cli_json_number(j, "mean", v->mean[s]);
        cli_json_number(j, "rms", v->rms[s]);
        cli_json_number(j, "target_min", v->target_low[s]);
        cli_json_number(j, "target_max", v->target_high[s]);
        cli_json_end(j, '}');
    }
    cli_json_end(j, '}');
}

static void print_json(const data_view *v)
{
    cli_json j;
    cli_json_open(&j, stdout);
    cli_json_begin(&j, NULL, '{');
    cli_json_int(&j, "schema", 1);
    cli_json_data(&j, "data", &v->facts);
    json_counts(&j, v, "classes", v->classes);
    if (answers(v))
        json_counts(&j, v, "answers", v->facts.outputs);
    json_values(&j, v);
    cli_json_end(&j, '}');
    cli_json_close(&j);
}

/* ---- text ------------------------------------------------------------------------------------ */

static void print_facts(const data_view *v)
{
    char shape[96], targets[64];
    const sft_data_facts *d = &v->facts;
    printf("data         %s\nsource       %s\nsample       %s\ntargets      %s\n", d->name, d->source,
           cli_shape(d->shape, shape, sizeof shape), cli_targets(d, targets, sizeof targets));
    printf("samples      %lld training, %lld validation, %lld test\nfingerprint  %s\n", (long long)d->count[SFT_TRAIN],
           (long long)d->count[SFT_VALIDATION], (long long)d->count[SFT_TEST], d->fingerprint);
}

static void print_values(const data_view *v)
{
    cli_table t;
    bool targets = !v->count;
    cli_table_open(&t, targets ? "standardised|>min|>max|>mean|>rms|>target min|>target max" : "standardised|>min|>max|>mean|>rms");
    for (int s = 0; s < SFT_SPLITS; s++) {
        if (!v->facts.count[s])
            continue;
        cli_table_add(&t, "%s", cli_split_name((sft_split)s));
        cli_table_add(&t, "%.4g", v->low[s]);
        cli_table_add(&t, "%.4g", v->high[s]);
        cli_table_add(&t, "%.4f", v->mean[s]);
        cli_table_add(&t, "%.4f", v->rms[s]);
        if (targets) {
            cli_table_add(&t, "%.4g", v->target_low[s]);
            cli_table_add(&t, "%.4g", v->target_high[s]);
        }
    }
    putchar('\n');
    cli_table_print(&t, v->a, "  ");
}

static void print_counts(const data_view *v)
{
    cli_table t;
    char name[32];
    int64_t n = answers(v) ? v->facts.outputs : v->classes;
    cli_table_open(&t, answers(v) ? "yes to|>train|>validation|>test" : "class|>train|>validation|>test");
    for (int64_t k = 0; k < n && k < MOST_CLASSES; k++) {
        cli_table_add(&t, "%s", class_name(v, k, name, sizeof name));
        for (int s = 0; s < SFT_SPLITS; s++)
            cli_table_add(&t, "%lld", (long long)v->count[k * SFT_SPLITS + s]);
    }
    putchar('\n');
    cli_table_print(&t, v->a, "  ");
    if (n > MOST_CLASSES)
        printf("  … and %lld more %s\n", (long long)n - MOST_CLASSES, answers(v) ? "answers" : "classes");
}

static void print_samples(const data_view *v)
{
    char name[32];
    fputs(answers(v) ? "\nsamples" : "\nsamples of", stdout);
    for (int k = 0; !answers(v) && k < v->n_shown; k++)
        if (v->classes)
            printf("%s %s", k ? "," : "", class_name(v, (int64_t)v->label[k], name, sizeof name));
        else
            printf("%s %.4g", k ? "," : " target", (double)v->label[k]);
    puts("");
    cli_art((const float *const *)v->shown, v->n_shown, v->facts.shape, "  ");
}

static void print_text(const data_view *v)
{
    print_facts(v);
    print_values(v);
    if (v->count)
        print_counts(v);
    if (v->n_shown)
        print_samples(v);
}

/* ---- the verb -------------------------------------------------------------------------------- */

static int show(data_view *v)
{
    if (sft_data_facts_of(v->data, &v->facts) != SFT_OK)
        return cli_fail(v->a);
    if (!scan(v))
        return cli_fail_as(v->a, "E004", SFT_MEMORY, "out of memory");
    if (sft_code(v->a->ctx))
        return cli_fail(v->a);
    if (v->a->json)
        print_json(v);
    else
        print_text(v);
    return SFT_OK;
}

static int run(cli *a)
{
    if (a->n_args && !strcmp(a->arg[0], "get"))
        return cli_data_get(a);
    if (cli_has(a, "mirror"))
        return cli_usage(a, "--mirror is for fetching — surefoot data get SET… --mirror URL");
    if (a->n_args && !strcmp(a->arg[0], "show")) return cli_data_show(a);
    if (cli_has(a, "output") || cli_has(a, "samples") || cli_has(a, "epochs"))
        return cli_usage(a, "-o, --samples and --epochs belong to `data show`");
    if (a->n_args != 1)
        return cli_usage(a, a->n_args ? "data takes one source or one recipe — quote a source with options" : "which data?");
    data_view v = { .a = a };
    sft_recipe *r = cli_is_recipe(a->arg[0]) ? cli_recipe(a, a->arg[0]) : cli_recipe_around(a, a->arg[0], true);
    v.data = sft_data_open(a->ctx, r);
    int code = v.data ? show(&v) : cli_fail(a);
    for (int k = 0; k < v.n_shown; k++)
        free(v.shown[k]);
    free(v.x);
    free(v.y);
    free(v.count);
    sft_data_free(v.data);
    sft_recipe_free(r);
    return code;
}

static const cli_flag flags[] = {
    { "mirror", 0, "URL", "of get: https server that has SET/FILE instead of the usual ones; SUREFOOT_MIRROR does the same" },
    { "output", 'o', "FILE.png", "show: draw a contact sheet instead of characters" },
    { "samples", 0, "N", "show: that many samples, one of each class in turn" },
    { "epochs", 0, "N", "show: as that many epochs see them" },
    { 0 },
};

const cli_verb cli_verb_data = {
    .name = "data", .usage = "data SOURCE|RECIPE|show RECIPE|get SET… [key=value …]", .doc = "show samples, classes, splits and value ranges of data", .flags = flags,
    .run = run,
    .examples = "  surefoot data digits\n"
                "  surefoot data recipes/mnist-cnn.yaml\n"
                "  surefoot data 'csv:iris.csv label=species'\n"
                "  surefoot data iris.csv data.label=species\n"
                "  surefoot data idx:mnist split.validation=0.2\n"
                "  surefoot data get mnist\n"
                "  surefoot data show digits augment='rotate 15 | cutout 3' -o sheet.png\n",
};
