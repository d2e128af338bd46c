/* SPDX-License-Identifier: MIT */
/* surefoot data show RECIPE: training samples, and what the recipe's augmentations make of them epoch by epoch; on a
 * contact sheet or in characters. */
#include "data_show.h"
#include "sheet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GAP = 6, NAME = 14, CURVE_WIDE = 150, CURVE_HIGH = 60, LEAST = 64 };

typedef struct show {
    cli           *a;
    sft_recipe    *recipe;
    sft_data      *data;
    sft_data_facts facts;
    int64_t        size, classes; /* numbers of a sample; 0 classes: none */
    int            samples, epochs;
    int64_t       *index;
    float         *label;     /* or the first target */
    float         *x;         /* (epochs + 1) x samples x size; the first are as they came */
    double         low, high; /* of the samples as they came */
} show;

/* ---- which samples --------------------------------------------------------------------------- */

/* One of each class in turn; without classes the first ones. */
static void choose(show *v)
{
    float *y = malloc((size_t)v->facts.outputs * sizeof *y);
    int    left = v->samples;
    for (int k = 0; k < v->samples; k++) v->index[k] = -1;
    for (int64_t i = 0; y && left && i < v->facts.count[SFT_TRAIN]; i++) {
        if (sft_data_sample(v->data, SFT_TRAIN, i, NULL, y)) break;
        for (int k = 0; k < v->samples; k++) {
            if (v->index[k] >= 0 || (v->classes && k % v->classes != (int64_t)y[0])) continue;
            v->index[k] = i;
            v->label[k] = y[0];
            left--;
            break;
        }
    }
    int n = 0; /* classes without samples leave no hole */
    for (int k = 0; k < v->samples; k++) {
        if (v->index[k] < 0) continue;
        v->index[n] = v->index[k];
        v->label[n++] = v->label[k];
    }
    v->samples = n;
    free(y);
}

static const char *name_of(const show *v, int k, char *buf, size_t size)
{
    int64_t class = (int64_t)v->label[k];
    snprintf(buf, size, v->classes ? "%.0f" : "%.4g", (double)v->label[k]);
    bool named = v->classes && v->facts.class_names && class < v->facts.outputs;
    return named ? v->facts.class_names[class] : buf;
}

/* ---- their values ---------------------------------------------------------------------------- */

static bool look(show *v)
{
    int64_t n = v->samples * v->size;
    for (int k = 0; k < v->samples; k++)
        sft_data_sample(v->data, SFT_TRAIN, v->index[k], v->x + k * v->size, NULL);
    for (int e = 0; e < v->epochs; e++)
        sft_data_augmented(v->data, v->recipe, e, v->index, v->samples, v->x + (e + 1) * n);
    sft_data_restore(v->data, v->x, (v->epochs + 1) * v->samples);
    v->low = INFINITY;
    v->high = -INFINITY;
    for (int64_t i = 0; i < n; i++) {
        v->low = fmin(v->low, (double)v->x[i]);
        v->high = fmax(v->high, (double)v->x[i]);
    }
    return sft_code(v->a->ctx) == SFT_OK;
}

static const float *value(const show *v, int sample, int epoch)
{
    return v->x + ((int64_t)epoch * v->samples + sample) * v->size;
}

/* ---- the sheet ------------------------------------------------------------------------------- */

/* Small images are enlarged; curves get a little air above and below. */
static cli_cell cell_size(const show *v)
{
    cli_cell c = { .low = v->low, .range = v->high > v->low ? v->high - v->low : 1 };
    if (v->facts.shape.rank == 2) {
        c.wide = CURVE_WIDE;
        c.high = CURVE_HIGH;
        c.low -= 0.15 * c.range;
        c.range *= 1.3;
        return c;
    }
    int wide = (int)v->facts.shape.dim[2], high = (int)v->facts.shape.dim[1],
        most = wide > high ? wide : high;
    int times = most < LEAST ? (LEAST + most - 1) / most : 1;
    c.wide = wide * times;
    c.high = high * times;
    return c;
}

static void draw(const show *v, cli_sheet *s, cli_cell c)
{
    char name[32];
    int  left = NAME * CLI_LETTER_WIDE + GAP, top = CLI_LETTER_HIGH + 2 * GAP;
    for (int e = 0; e <= v->epochs; e++) {
        snprintf(name, sizeof name, "epoch %d", e);
        cli_sheet_text(s, left + e * (c.wide + GAP) + (e ? GAP : 0), GAP, e ? name : "original",
                       (size_t)(c.wide / CLI_LETTER_WIDE));
    }
    for (int k = 0; k < v->samples; k++) {
        c.top = top + k * (c.high + GAP);
        cli_sheet_text(s, GAP, c.top + (c.high - CLI_LETTER_HIGH) / 2,
                       name_of(v, k, name, sizeof name), NAME - 1);
        for (int e = 0; e <= v->epochs; e++) {
            c.left = left + e * (c.wide + GAP) + (e ? GAP : 0);
            (v->facts.shape.rank == 2 ? cli_sheet_curve : cli_sheet_image)(s, &c, value(v, k, e),
                                                                           v->facts.shape);
        }
    }
}

static int write_sheet(show *v, const char *path)
{
    cli_sheet s;
    cli_cell  c;
    int       rank = v->facts.shape.rank;
    if (rank != 2 && rank != 3)
        return cli_usage(
            v->a,
            "%s holds rows of numbers, which have no picture — leave out -o to see the numbers",
            v->facts.name);
    c = cell_size(v);
    int64_t wide =
        NAME * CLI_LETTER_WIDE + 2 * GAP + (int64_t)(v->epochs + 1) * (c.wide + GAP) + GAP;
    int64_t high = CLI_LETTER_HIGH + 2 * GAP + (int64_t)v->samples * (c.high + GAP) + GAP;
    if (wide > 32767 || high > 32767)
        return cli_usage(v->a,
                         "the sheet would be %lld x %lld pixels — show fewer --samples or --epochs",
                         (long long)wide, (long long)high);
    if (!cli_sheet_open(&s, (int)wide, (int)high))
        return cli_fail_as(v->a, "E004", SFT_MEMORY, "out of memory");
    draw(v, &s, c);
    int code = cli_png_write(v->a, path, &s);
    if (code == SFT_OK && !v->a->json && !v->a->quiet)
        fprintf(stderr, "%s: %d samples, %d epochs, %d x %d pixels\n", path, v->samples, v->epochs,
                s.wide, s.high);
    cli_sheet_close(&s);
    return code;
}

/* ---- text and JSON --------------------------------------------------------------------------- */

static void print_text(const show *v)
{
    const float *row[CLI_SHOWN];
    char         name[32];
    printf("augment   %s\n", sft_recipe_get(v->recipe, "augment"));
    for (int k = 0; k < v->samples; k++) {
        printf("\n%s: as it is, then epoch 1 and on\n", name_of(v, k, name, sizeof name));
        for (int e = 0; e <= v->epochs; e++) row[e] = value(v, k, e);
        cli_art(row, v->epochs + 1, v->facts.shape, "  ");
    }
}

static void print_json(const show *v, const char *path)
{
    cli_json j;
    char     name[32];
    cli_json_open(&j, stdout);
    cli_json_begin(&j, NULL, '{');
    cli_json_int(&j, "schema", 1);
    cli_json_data(&j, "data", &v->facts);
    cli_json_text(&j, "augment", sft_recipe_get(v->recipe, "augment"));
    cli_json_text(&j, "sheet", path);
    cli_json_begin(&j, "samples", '[');
    for (int k = 0; k < v->samples; k++) {
        cli_json_begin(&j, NULL, '{');
        cli_json_int(&j, "index", v->index[k]);
        cli_json_text(&j, "target", name_of(v, k, name, sizeof name));
        cli_json_begin(&j, "values", '['); /* the sample as it is, then epoch by epoch */
        for (int e = 0; e <= v->epochs && !path; e++) {
            cli_json_begin(&j, NULL, '[');
            for (int64_t i = 0; i < v->size; i++)
                cli_json_number(&j, NULL, (double)value(v, k, e)[i]);
            cli_json_end(&j, ']');
        }
        cli_json_end(&j, ']');
        cli_json_end(&j, '}');
    }
    cli_json_end(&j, ']');
    cli_json_end(&j, '}');
    cli_json_close(&j);
}

/* ---- the verb -------------------------------------------------------------------------------- */

static bool number(const cli *a, const char *flag, int usual, int most, int *value)
{
    const char *text = cli_value(a, flag);
    char       *end = NULL;
    long        n = text ? strtol(text, &end, 10) : usual;
    *value = (int)n;
    return !text || (end != text && !*end && n >= 1 && n <= most);
}

static int show_all(show *v, const char *path)
{
    if (sft_data_facts_of(v->data, &v->facts) != SFT_OK) return cli_fail(v->a);
    v->size = 1;
    for (int i = 0; i < v->facts.shape.rank; i++) v->size *= v->facts.shape.dim[i];
    v->classes = v->facts.task == SFT_CLASSES ? v->facts.outputs : 0;
    v->index = calloc((size_t)v->samples, sizeof *v->index);
    v->label = calloc((size_t)v->samples, sizeof *v->label);
    if (v->index && v->label) choose(v);
    v->x = malloc((size_t)(v->epochs + 1) * (size_t)v->samples * (size_t)v->size * sizeof *v->x);
    if (!v->index || !v->label || !v->x)
        return cli_fail_as(v->a, "E004", SFT_MEMORY, "out of memory");
    if (!look(v)) return cli_fail(v->a);
    int code = path ? write_sheet(v, path) : SFT_OK;
    if (code == SFT_OK && v->a->json)
        print_json(v, path);
    else if (code == SFT_OK && !path)
        print_text(v);
    return code;
}

int cli_data_show(cli *a)
{
    const char *path = cli_value(a, "output");
    show        v = { .a = a };
    if (a->n_args != 2) return cli_usage(a, "data show takes one recipe or one source");
    if (!number(a, "samples", path ? 10 : 3, 1000, &v.samples))
        return cli_usage(a, "--samples takes a number from 1 to 1000");
    if (!number(a, "epochs", path ? 8 : 3, CLI_SHOWN - 1, &v.epochs))
        return cli_usage(a, "--epochs takes a number from 1 to %d", CLI_SHOWN - 1);
    v.recipe =
        cli_is_recipe(a->arg[1]) ? cli_recipe(a, a->arg[1]) : cli_recipe_around(a, a->arg[1], true);
    v.data = sft_data_open(a->ctx, v.recipe);
    int code = v.data ? show_all(&v, path) : cli_fail(a);
    free(v.index);
    free(v.label);
    free(v.x);
    sft_data_free(v.data);
    sft_recipe_free(v.recipe);
    return code;
}
