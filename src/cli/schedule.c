/* SPDX-License-Identifier: MIT */
/* surefoot inspect --schedule: the rate of every step of a run, drawn before it is trained. */
#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS = 2000 };

typedef struct curve {
    cli              *a;
    const char       *path;
    sft_recipe       *recipe;
    sft_trainer_facts plan;
    int               n;
    int64_t           warmup;
    bool              momentum;   /* there is one to draw */
    double            x[POINTS], lr[POINTS], mu[POINTS];
} curve;

/* All steps, or so many of them with the first and the last. */
static void sample(curve *c, const sft_trainer *t)
{
    int64_t steps = c->plan.steps;
    c->n = (int)(steps < POINTS ? steps : POINTS);
    for (int i = 0; i < c->n; i++) {
        int64_t step = c->n > 1 ? 1 + (int64_t)llround((double)i * (double)(steps - 1) / (c->n - 1)) : 1;
        c->x[i] = (double)step;
        c->lr[i] = sft_trainer_rate(t, step, &c->mu[i]);
        c->momentum |= !isnan(c->mu[i]);
    }
    double epochs = sft_recipe_number(c->recipe, "schedule.warmup_epochs");
    c->warmup = (int64_t)sft_recipe_number(c->recipe, "schedule.warmup");
    if (c->warmup < 1)
        c->warmup = llround(epochs * (double)c->plan.steps_per_epoch);
}

static void draw(const curve *c, const char *name, const double *y, bool from_zero)
{
    cli_plot p = { .y_name = name, .x_name = "step", .per_name = "epoch", .per = (double)c->plan.steps_per_epoch,
                   .n = c->n, .x = c->x, .y = y, .low = from_zero ? 0 : (double)NAN, .high = NAN };
    if (c->warmup > 0) {
        p.marks = 1;
        p.mark[0].x = (double)c->warmup;
        p.mark[0].name = "warm-up ends";
    }
    putchar('\n');
    cli_plot_draw(c->a, &p);
}

static void print_text(const curve *c)
{
    double high = 0, low = INFINITY;
    for (int i = 0; i < c->n; i++) {
        high = fmax(high, c->lr[i]);
        low = fmin(low, c->lr[i]);
    }
    printf("schedule  %s, optimizer %s, lr %s\n", sft_recipe_get(c->recipe, "schedule"),
           sft_recipe_get(c->recipe, "optimizer"), sft_recipe_get(c->recipe, "optimizer.lr"));
    printf("steps     %lld: %lld epochs of %lld", (long long)c->plan.steps, (long long)c->plan.epochs,
           (long long)c->plan.steps_per_epoch);
    if (c->warmup > 0)
        printf("; warm-up of %lld (%.3g epochs)", (long long)c->warmup,
               (double)c->warmup / (double)c->plan.steps_per_epoch);
    printf("\nrate      first %.4g, highest %.4g, lowest %.4g, last %.4g\n", c->lr[0], high, low, c->lr[c->n - 1]);
    if (!strcmp(sft_recipe_get(c->recipe, "schedule"), "plateau"))
        puts("          it falls when evaluations stop improving, which only training can tell: this is the rate until then");
    draw(c, "rate", c->lr, true);
    if (c->momentum)
        draw(c, "momentum", c->mu, false);
}

static void print_json(const curve *c)
{
    cli_json j;
    cli_json_open(&j, stdout);
    cli_json_begin(&j, NULL, '{');
    cli_json_int(&j, "schema", 1);
    cli_json_text(&j, "recipe", c->path);
    cli_json_text(&j, "schedule", sft_recipe_get(c->recipe, "schedule"));
    cli_json_number(&j, "lr", sft_recipe_number(c->recipe, "optimizer.lr"));
    cli_json_int(&j, "steps", c->plan.steps);
    cli_json_int(&j, "steps_per_epoch", c->plan.steps_per_epoch);
    cli_json_int(&j, "warmup", c->warmup);
    cli_json_begin(&j, "points", '[');
    for (int i = 0; i < c->n; i++) {
        cli_json_begin(&j, NULL, '{');
        cli_json_int(&j, "step", (int64_t)c->x[i]);
        cli_json_number(&j, "lr", c->lr[i]);
        if (c->momentum)
            cli_json_number(&j, "momentum", c->mu[i]);
        cli_json_end(&j, '}');
    }
    cli_json_end(&j, ']');
    cli_json_end(&j, '}');
    cli_json_close(&j);
}

/* A trainer knows how many steps there are and what each takes. */
static int show(curve *c)
{
    sft_data *d = sft_data_open(c->a->ctx, c->recipe);
    sft_net *n = sft_net_new(c->a->ctx, c->recipe, d);
    sft_trainer *t = sft_trainer_new(c->a->ctx, c->recipe, d, n);
    int code = sft_trainer_facts_of(t, &c->plan) ? cli_fail(c->a) : SFT_OK;
    if (!code)
        sample(c, t);
    if (!code && c->a->json)
        print_json(c);
    else if (!code)
        print_text(c);
    sft_trainer_free(t);
    sft_net_free(n);
    sft_data_free(d);
    return code;
}

int cli_show_schedule(cli *a, const char *path)
{
    char recipe[4200];
    snprintf(recipe, sizeof recipe, "%s", path);
    if (!cli_is_file(path) && cli_is_folder(path)) {
        int code = cli_find_folder(a, path);
        if (code)
            return code;
        snprintf(recipe, sizeof recipe, "%s/recipe.yaml", path);
    }
    curve *c = calloc(1, sizeof *c);
    if (!c)
        return cli_fail_as(a, "E004", SFT_MEMORY, "out of memory");
    c->a = a;
    c->path = recipe;
    c->recipe = cli_recipe(a, recipe);
    int code = c->recipe ? show(c) : cli_fail(a);
    sft_recipe_free(c->recipe);
    free(c);
    return code;
}
