/* SPDX-License-Identifier: MIT */
/* surefoot predict DIR [INPUT]: what a trained network says of each sample, one line a sample. */
#include "cli.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 256 };            /* samples at a time */

typedef struct predict {
    cli            *a;
    cli_run         run;
    sft_data_facts  facts;      /* of the run's data: classes and shape */
    sft_data       *input;      /* samples to predict; the run's own data when no input was named */
    sft_data_facts  input_facts;
    bool            raw;        /* not standardised yet */
    int64_t         size, done;
    float          *x, *y;      /* ROWS samples, ROWS outputs */
    double         *p;          /* outputs of one sample as probabilities */
    FILE           *out;
} predict;

static int64_t numbers(const sft_shape *s)
{
    int64_t n = 1;
    for (int i = 0; i < s->rank; i++)
        n *= s->dim[i];
    return n;
}

/* ---- one sample ------------------------------------------------------------------------------ */

/* Softmax with the largest logit taken off, which changes nothing and keeps exp in range; sigmoid for yes-or-no. */
static void probabilities(predict *k, const float *y)
{
    int64_t n = k->facts.outputs;
    double most = -INFINITY, sum = 0;
    for (int64_t i = 0; i < n; i++)
        most = fmax(most, (double)y[i]);
    for (int64_t i = 0; i < n; i++) {
        k->p[i] = k->facts.task == SFT_BINARY ? 1 / (1 + exp(-(double)y[i])) : exp((double)y[i] - most);
        sum += k->p[i];
    }
    for (int64_t i = 0; k->facts.task == SFT_CLASSES && i < n; i++)
        k->p[i] /= sum;
}

/* Classes: the likeliest; yes-or-no: 0 or 1 by the first output. */
static int64_t choice(const predict *k)
{
    int64_t best = 0;
    if (k->facts.task == SFT_BINARY)
        return k->p[0] >= 0.5;
    for (int64_t i = 1; i < k->facts.outputs; i++)
        if (k->p[i] > k->p[best])
            best = i;
    return best;
}

static const char *name_of(const predict *k, int64_t i, char *buf, size_t size)
{
    snprintf(buf, size, "%lld", (long long)i);
    return k->facts.task == SFT_CLASSES && k->facts.class_names ? k->facts.class_names[i] : buf;
}

static double certainty(const predict *k, int64_t best)
{
    return k->facts.task == SFT_CLASSES ? k->p[best] : best ? k->p[0] : 1 - k->p[0];
}

/* Several yes-or-no answers a sample. */
static bool many(const predict *k)
{
    return k->facts.task == SFT_BINARY && k->facts.outputs > 1;
}

/* The answers, and the names of those that are yes. */
static void json_answers(const predict *k, cli_json *j)
{
    char number[32];
    cli_json_begin(j, "answers", '[');
    for (int64_t i = 0; i < k->facts.outputs; i++)
        cli_json_int(j, NULL, k->p[i] >= 0.5);
    cli_json_end(j, ']');
    cli_json_begin(j, "yes", '[');
    for (int64_t i = 0; i < k->facts.outputs; i++) {
        snprintf(number, sizeof number, "%lld", (long long)i);
        if (k->p[i] >= 0.5)
            cli_json_text(j, NULL, k->facts.class_names ? k->facts.class_names[i] : number);
    }
    cli_json_end(j, ']');
}

static void put_json(predict *k, const float *y)
{
    cli_json j;
    char name[32];
    int64_t best = choice(k);
    bool values = k->facts.task == SFT_REGRESSION;
    cli_json_open(&j, k->out);
    cli_json_begin(&j, NULL, '{');
    cli_json_int(&j, "sample", k->done);
    if (many(k)) {
        json_answers(k, &j);
    } else if (!values) {
        cli_json_text(&j, "class", name_of(k, best, name, sizeof name));
        cli_json_int(&j, "index", best);
        cli_json_number(&j, "probability", certainty(k, best));
    }
    if (values || cli_has(k->a, "proba")) {
        cli_json_begin(&j, values ? "values" : "probabilities", '[');
        for (int64_t i = 0; i < k->facts.outputs; i++)
            cli_json_number(&j, NULL, values ? (double)y[i] : k->p[i]);
        cli_json_end(&j, ']');
    }
    cli_json_end(&j, '}');
    fputc('\n', k->out);
}

static void put_text(predict *k, const float *y)
{
    char name[32];
    int64_t best = choice(k), n = k->facts.outputs;
    if (k->facts.task == SFT_REGRESSION) {
        for (int64_t i = 0; i < n; i++)
            fprintf(k->out, "%.9g%c", (double)y[i], i + 1 < n ? '\t' : '\n');
        return;
    }
    for (int64_t i = 0; many(k) && i < n; i++)
        fprintf(k->out, "%s%d", i ? "\t" : "", k->p[i] >= 0.5);
    if (!many(k))
        fputs(name_of(k, best, name, sizeof name), k->out);
    if (!many(k) && !cli_has(k->a, "proba"))
        fprintf(k->out, "\t%.4f", certainty(k, best));
    for (int64_t i = 0; cli_has(k->a, "proba") && i < n; i++)
        fprintf(k->out, "\t%.6f", k->p[i]);
    fputc('\n', k->out);
}

/* ---- all samples ----------------------------------------------------------------------------- */

static sft_status predict_rows(predict *k, sft_split split, int64_t from, int64_t rows)
{
    sft_status s = SFT_OK;
    float *target = k->y;       /* not looked at; a target may be as wide as the outputs */
    for (int64_t i = 0; i < rows && s == SFT_OK; i++)
        s = sft_data_sample(k->input, split, from + i, k->x + i * k->size, target);
    if (s == SFT_OK && k->raw)
        s = sft_data_standardize(k->run.data, k->x, rows);
    if (s == SFT_OK)
        s = sft_net_predict(k->run.net, k->x, rows, k->y);
    for (int64_t i = 0; i < rows && s == SFT_OK; i++, k->done++) {
        const float *y = k->y + i * k->facts.outputs;
        probabilities(k, y);
        if (k->a->json)
            put_json(k, y);
        else
            put_text(k, y);
    }
    return s;
}

static int predict_split(predict *k, sft_split split)
{
    int64_t n = k->input_facts.count[split], most = k->facts.outputs > k->input_facts.outputs ? k->facts.outputs : k->input_facts.outputs;
    k->x = malloc((size_t)(ROWS * k->size) * sizeof *k->x);
    k->y = malloc((size_t)(ROWS * most) * sizeof *k->y);
    k->p = malloc((size_t)k->facts.outputs * sizeof *k->p);
    if (!k->x || !k->y || !k->p)
        return cli_fail_as(k->a, "E004", SFT_MEMORY, "out of memory");
    for (int64_t at = 0; at < n; at += ROWS)
        if (predict_rows(k, split, at, n - at < ROWS ? n - at : ROWS))
            return cli_fail(k->a);
    return SFT_OK;
}

/* ---- the input ------------------------------------------------------------------------------- */

/* Opens it whole and as it is: nothing held out, not standardised. `label`: NULL leaves the source's own choice. */
static bool open_input(predict *k, const char *source, const char *label)
{
    static const char *const plain[] = { "split.validation=0", "split.test=0", "split.standardize=none" };
    size_t room = label ? strlen(label) + 16 : 0;
    char *set = label ? malloc(room) : NULL;
    sft_data_free(k->input);
    k->input = NULL;
    if (label && !set)
        return false;
    sft_recipe *r = cli_recipe_around(k->a, source, false);
    for (size_t i = 0; r && i < sizeof plain / sizeof *plain; i++)
        sft_recipe_set(r, plain[i]);
    if (r && label) {
        snprintf(set, room, "data.label=%s", label);
        sft_recipe_set(r, set);
    }
    k->input = sft_data_open(k->a->ctx, r);
    sft_recipe_free(r);
    free(set);
    return k->input && sft_data_facts_of(k->input, &k->input_facts) == SFT_OK && numbers(&k->input_facts.shape) == k->size;
}

/* A table may hold the label's column, where the run's recipe says, or only features. */
static bool open_table(predict *k, const char *source)
{
    const char *label = sft_recipe_get(k->run.recipe, "data.label");
    if (open_input(k, source, label && strcmp(label, "auto") ? label : NULL))
        return true;
    sft_clear(k->a->ctx);
    return open_input(k, source, "none");
}

static int open_named(predict *k, const char *input)
{
    char source[4200], want[96], got[96];
    cli_source(input, source, sizeof source);
    const char *word = source + (source[0] == '"');
    bool table = !strncmp(word, "csv:", 4) && !strstr(word, "label=");
    sft_on_note(k->a->ctx, NULL, NULL); /* remarks on labels and classes are of no use here */
    bool fits = table ? open_table(k, source) : open_input(k, source, NULL);
    k->raw = true;
    if (fits)
        return SFT_OK;
    if (sft_code(k->a->ctx))
        return cli_fail(k->a);
    return cli_fail_as(k->a, "E202", SFT_DATA, "a sample of %s is %s, and the network takes %s", input,
                       cli_shape(k->input_facts.shape, got, sizeof got), cli_shape(k->facts.shape, want, sizeof want));
}

/* What was asked for; else test samples where there are some, else all that is there. */
static int choose_split(const predict *k)
{
    const char *word = cli_value(k->a, "split");
    if (word)
        return cli_split(word);
    return k->input_facts.count[SFT_TEST] ? SFT_TEST : !k->raw && k->input_facts.count[SFT_VALIDATION] ? SFT_VALIDATION : SFT_TRAIN;
}

/* ---- the verb -------------------------------------------------------------------------------- */

static int write_all(predict *k, int split)
{
    const char *path = cli_value(k->a, "output");
    k->out = path ? fopen(path, "w") : stdout;
    if (!k->out)
        return cli_fail_io(k->a, errno, "cannot write %s", path);
    int code = predict_split(k, (sft_split)split);
    bool failed = fflush(k->out) || ferror(k->out);
    failed = (path && fclose(k->out)) || failed;
    if (failed && !code)
        code = cli_fail_io(k->a, errno, "cannot write %s", path ? path : "standard output");
    if (!code && path && !k->a->quiet)
        fprintf(stderr, "%lld samples in %s\n", (long long)k->done, path);
    return code;
}

static int predict_all(predict *k)
{
    if (sft_data_facts_of(k->run.data, &k->facts) != SFT_OK)
        return cli_fail(k->a);
    k->size = numbers(&k->facts.shape);
    k->input_facts = k->facts;
    int code = k->a->n_args > 1 ? open_named(k, k->a->arg[1]) : SFT_OK;
    if (code)
        return code;
    sft_data *own = k->input;
    k->input = own ? own : k->run.data;
    int split = choose_split(k);
    code = k->input_facts.count[split] ? write_all(k, split)
                                       : cli_fail_as(k->a, "E245", SFT_DATA, "there are no %s samples — choose another --split",
                                                     cli_split_name((sft_split)split));
    k->input = own;
    return code;
}

static int run(cli *a)
{
    const char *split = cli_value(a, "split");
    if (a->n_args < 1 || a->n_args > 2)
        return cli_usage(a, a->n_args ? "predict takes a run folder and one input" : "which run folder?");
    if (split && (cli_split(split) < 0 || cli_split(split) == SFT_SPLITS))
        return cli_usage(a, "--split takes train, validation or test, not `%s`", split);
    predict k = { .a = a };
    int code = cli_run_open(a, a->arg[0], &k.run);
    if (!code)
        code = predict_all(&k);
    sft_data_free(k.input);
    cli_run_close(&k.run);
    free(k.x);
    free(k.y);
    free(k.p);
    return code;
}

static const cli_flag flags[] = {
    { "proba", 'p', NULL, "the probability of every class or answer" },
    { "output", 'o', "FILE", "write there instead of to standard output" },
    { "split", 's', "WORD", "train, validation or test (default: test where there is one)" },
    { "checkpoint", 'c', "FILE", "these weights: a path, or a name in the run folder such as best" },
    { "recipe", 'r', "FILE", "the recipe of a file that stands alone" },
    { 0 },
};

const cli_verb cli_verb_predict = {
    .name = "predict", .usage = "predict DIR|FILE.safetensors [INPUT]", .doc = "say of each sample what it is, one line a sample",
    .flags = flags, .run = run,
    .examples = "  surefoot predict runs/iris-001 new.csv           class, tab, probability\n"
                "  surefoot predict runs/iris-001 new.csv --proba --json\n"
                "  surefoot predict runs/genres-001 new.csv        of several labels: 0 or 1 for each, tabs between\n"
                "  surefoot predict runs/mnist-cnn-001 idx:digits -o answers.tsv\n"
                "  surefoot predict runs/quickstart-001            the run's own test samples\n",
};
