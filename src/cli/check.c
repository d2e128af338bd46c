/* SPDX-License-Identifier: MIT */
/* surefoot check RECIPE: layers, shapes, parameters, operations, memory, and how the signal stands, before any training. */
#include "cli.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

typedef struct check {
    cli              *a;
    sft_recipe       *recipe;
    sft_net          *net;
    sft_data_facts    data;
    sft_net_facts     facts;
    sft_trainer_facts plan;
    cli_remarks       remarks;
    sft_diagnosis    *signal;   /* NULL: not looked at */
} check;

static const struct memory_row {
    const char *name, *doc;
    size_t      at;             /* in sft_net_facts */
} memory_rows[] = {
    { "weights", "all parameters", offsetof(sft_net_facts, weight_bytes) },
    { "gradients", "each shard's own, and their sum", offsetof(sft_net_facts, gradient_bytes) },
    { "optimizer", "what it remembers of each weight", offsetof(sft_net_facts, optimizer_bytes) },
    { "activations", "one batch forward and backward, and scratch", offsetof(sft_net_facts, activation_bytes) },
    { "state", "running averages", offsetof(sft_net_facts, state_bytes) },
    { NULL, NULL, 0 },
};

static int64_t bytes_of(const check *k, const struct memory_row *row)
{
    int64_t bytes;
    memcpy(&bytes, (const char *)&k->facts + row->at, sizeof bytes);
    return bytes;
}

static int64_t all_bytes(const check *k)
{
    int64_t sum = 0;
    for (const struct memory_row *row = memory_rows; row->name; row++)
        sum += bytes_of(k, row);
    return sum;
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void json_layers(cli_json *j, const check *k)
{
    sft_layer_facts l;
    cli_json_begin(j, "layers", '[');
    for (int i = 0; sft_net_layer(k->net, i, &l) == SFT_OK; i++) {
        cli_json_begin(j, NULL, '{');
        cli_json_text(j, "name", l.name);
        cli_json_text(j, "op", l.op);
        cli_json_text(j, "options", l.options);
        cli_json_shape(j, "output", l.out);
        cli_json_text(j, "kernel", l.kernel);
        cli_json_text(j, "fused", l.fused);
        cli_json_int(j, "params", l.params);
        cli_json_int(j, "flops", l.flops);
        cli_json_int(j, "bytes", l.bytes);
        cli_json_end(j, '}');
    }
    cli_json_end(j, ']');
}

static void print_json(const check *k)
{
    cli_json j;
    cli_json_open(&j, stdout);
    cli_json_begin(&j, NULL, '{');
    cli_json_int(&j, "schema", 1);
    cli_json_text(&j, "recipe", k->a->arg[0]);
    cli_json_data(&j, "data", &k->data);
    json_layers(&j, k);
    cli_json_int(&j, "params", k->facts.params);
    cli_json_int(&j, "flops", k->facts.flops);
    cli_json_text(&j, "loss", k->facts.loss);
    cli_json_text(&j, "optimizer", sft_recipe_get(k->recipe, "optimizer"));
    cli_json_text(&j, "schedule", sft_recipe_get(k->recipe, "schedule"));
    cli_json_int(&j, "batch", k->facts.batch);
    cli_json_int(&j, "shards", k->facts.shards);
    cli_json_int(&j, "threads", sft_threads(k->a->ctx));
    cli_json_int(&j, "epochs", k->plan.epochs);
    cli_json_int(&j, "steps", k->plan.steps);
    cli_json_int(&j, "steps_per_epoch", k->plan.steps_per_epoch);
    cli_json_begin(&j, "memory", '{');
    for (const struct memory_row *row = memory_rows; row->name; row++)
        cli_json_int(&j, row->name, bytes_of(k, row));
    cli_json_int(&j, "total", all_bytes(k));
    cli_json_end(&j, '}');
    cli_json_begin(&j, "remarks", '[');
    for (int i = 0; i < k->remarks.n; i++)
        cli_json_text(&j, NULL, k->remarks.text[i]);
    cli_json_end(&j, ']');
    cli_json_raw(&j, "diagnosis", k->signal ? sft_diagnosis_json(k->signal) : "null");
    cli_json_end(&j, '}');
    cli_json_close(&j);
}

/* ---- text ------------------------------------------------------------------------------------ */

static void print_layers(const check *k)
{
    sft_layer_facts l;
    cli_table t;
    char shape[80], params[24], flops[24], bytes[24];
    cli_table_open(&t, "layer|op|>output|kernel|fused|>params|>FLOPs|>bytes|options");
    for (int i = 0; sft_net_layer(k->net, i, &l) == SFT_OK; i++) {
        cli_table_add(&t, "%s", l.name);
        cli_table_add(&t, "%s", l.op);
        cli_table_add(&t, "%s", cli_shape(l.out, shape, sizeof shape));
        cli_table_add(&t, "%s", l.kernel);
        cli_table_add(&t, "%s", l.fused ? l.fused : "-");
        cli_table_add(&t, "%s", l.params ? cli_count((double)l.params, params, sizeof params) : "-");
        cli_table_add(&t, "%s", cli_count((double)l.flops, flops, sizeof flops));
        cli_table_add(&t, "%s", cli_bytes((double)l.bytes, bytes, sizeof bytes));
        cli_table_add(&t, "%s", l.options);
    }
    putchar('\n');
    cli_table_print(&t, k->a, "  ");
}

static void print_totals(const check *k)
{
    char params[24], flops[24], step[24];
    printf("\n%d layers, %lld parameters (%s), %s FLOPs a sample forward", k->facts.layers, (long long)k->facts.params,
           cli_count((double)k->facts.params, params, sizeof params), cli_count((double)k->facts.flops, flops, sizeof flops));
    /* Backward costs twice forward: one product for the input's gradient, one for the weights'. */
    printf(", about %s a step\n", cli_count(3.0 * (double)k->facts.flops * (double)k->facts.batch, step, sizeof step));
}

static void print_memory(const check *k)
{
    cli_table t;
    char text[24];
    cli_table_open(&t, "memory|>bytes|what for");
    for (const struct memory_row *row = memory_rows; row->name; row++) {
        cli_table_add(&t, "%s", row->name);
        cli_table_add(&t, "%s", cli_bytes((double)bytes_of(k, row), text, sizeof text));
        cli_table_add(&t, "%s", row->doc);
    }
    cli_table_add(&t, "total");
    cli_table_add(&t, "%s", cli_bytes((double)all_bytes(k), text, sizeof text));
    cli_table_add(&t, "the data come besides");
    putchar('\n');
    cli_table_print(&t, k->a, "  ");
}

static void print_signal(const check *k)
{
    sft_diagnosis_facts f;
    if (!k->signal) return;
    cli_print_signals(k->a, k->signal, false, "at initialisation");
    sft_diagnosis_facts_of(k->signal, &f);
    printf("\nloss at initialisation %.4g", f.start_loss);
    printf(isfinite(f.prior) ? "; an output that ignores its input: %.4g\n" : "\n", f.prior);
    cli_print_findings(k->a, k->signal, "at initialisation");
}

static void print_text(const check *k)
{
    char shape[80], targets[64];
    const sft_data_facts *d = &k->data;
    printf("data      %s: samples of %s, %s\n          %lld training, %lld validation, %lld test; %s\n", d->name,
           cli_shape(d->shape, shape, sizeof shape), cli_targets(d, targets, sizeof targets), (long long)d->count[SFT_TRAIN],
           (long long)d->count[SFT_VALIDATION], (long long)d->count[SFT_TEST], d->source);
    printf("loss      %s\noptimizer %s, lr %s\nschedule  %s\n", k->facts.loss, sft_recipe_get(k->recipe, "optimizer"),
           sft_recipe_get(k->recipe, "optimizer.lr"), sft_recipe_get(k->recipe, "schedule"));
    printf("training  %lld epochs, %lld steps (%lld an epoch) of %lld samples in %d shards; %d threads here\n", (long long)k->plan.epochs,
           (long long)k->plan.steps, (long long)k->plan.steps_per_epoch, (long long)k->facts.batch, k->facts.shards,
           sft_threads(k->a->ctx));
    print_layers(k);
    print_totals(k);
    print_memory(k);
    if (k->remarks.n)
        puts("\nfirst values");
    for (int i = 0; i < k->remarks.n; i++)
        cli_wrap(k->remarks.text[i], "  ", cli_width(STDOUT_FILENO));
    print_signal(k);
}

/* ---- the verb -------------------------------------------------------------------------------- */

/* One batch through a network of its own. What cannot be looked at (for want of memory, say) is no reason to fail here. */
static void look_at_signal(check *k, sft_data *d)
{
    const sft_doctor_options start_only = { .steps = 0 };
    if (cli_has(k->a, "no-signal")) return;
    k->signal = sft_diagnose(k->a->ctx, k->recipe, d, &start_only);
    if (k->signal) sft_diagnosis_json(k->signal); /* so that nothing can fail in printing */
    if (sft_code(k->a->ctx) == SFT_OK) return;
    fprintf(stderr, "the signal at initialisation was not looked at: %s\n", sft_message(k->a->ctx));
    sft_clear(k->a->ctx);
}

static bool is_found(const check *k, const char *symptom)
{
    sft_finding_facts f;
    for (int i = 0; k->signal && sft_diagnosis_finding(k->signal, i, &f); i++)
        if (!strcmp(f.symptom, symptom)) return true;
    return false;
}

/* A trainer is made as well: it checks the warm-up and the batches. */
static int check_all(check *k)
{
    sft_data *d = sft_data_open(k->a->ctx, k->recipe);
    k->net = sft_net_new(k->a->ctx, k->recipe, d);
    sft_trainer *t = sft_trainer_new(k->a->ctx, k->recipe, d, k->net);
    sft_data_facts_of(d, &k->data);
    sft_net_facts_of(k->net, &k->facts);
    sft_trainer_facts_of(t, &k->plan);
    int code = (int)sft_code(k->a->ctx);
    if (!code) {
        look_at_signal(k, d);
        if (!is_found(k, "symmetric_units")) /* else it has been said */
            cli_equal_units(k->a, k->net, t, &k->remarks);
    }
    if (code)
        cli_fail(k->a);
    else if (k->a->json)
        print_json(k);
    else
        print_text(k);
    if (!code && k->signal && cli_value(k->a, "output"))
        code = cli_signal_picture(k->a, k->signal, cli_value(k->a, "output"));
    sft_diagnosis_free(k->signal);
    sft_trainer_free(t);
    sft_net_free(k->net);
    sft_data_free(d);
    return code;
}

static int print_wanted(cli *a, sft_recipe *r)
{
    check k = { .a = a, .recipe = r };
    const char *text = cli_has(a, "resolved") ? sft_recipe_text(r) : NULL, *stack = cli_has(a, "expand") ? sft_recipe_get(r, "model.stack") : NULL;
    if (sft_code(a->ctx))
        return cli_fail(a);
    if (stack)
        cli_wrap(stack, "", cli_width(STDOUT_FILENO));
    if (text)
        fputs(text, stdout);
    return stack || text ? SFT_OK : check_all(&k);
}

static int run(cli *a)
{
    if (a->n_args != 1)
        return cli_usage(a, a->n_args ? "check takes one recipe" : "which recipe?");
    if (cli_value(a, "output") && cli_has(a, "no-signal"))
        return cli_usage(a, "-o draws the signal, which --no-signal leaves out");
    if (cli_value(a, "output") && !cli_is_picture(cli_value(a, "output")))
        return cli_usage(a, "-o takes a file that ends in .svg or .png, and has no quotes in its name");
    sft_recipe *r = cli_recipe(a, a->arg[0]);
    if (!r)
        return cli_fail(a);
    int code = print_wanted(a, r);
    sft_recipe_free(r);
    return code;
}

static const cli_flag flags[] = {
    { "expand", 0, NULL, "print the model as stack text, presets expanded, and nothing else" },
    { "resolved", 0, NULL, "print the recipe with every default filled in, and nothing else" },
    { "output", 'o', "FILE", "draw the signal of every layer (.svg or .png, by gnuplot)" },
    { "no-signal", 0, NULL, "leave out what one batch shows of every layer" },
    { 0 },
};

const cli_verb cli_verb_check = {
    .name = "check", .usage = "check RECIPE [key=value …]", .doc = "show layers, shapes, memory and how the signal stands, without training", .flags = flags,
    .run = run,
    .examples = "  surefoot check recipes/quickstart.yaml\n"
                "  surefoot check recipes/quickstart.yaml train.batch=512\n"
                "  surefoot check recipes/resnet20.yaml --expand\n"
                "  surefoot check recipes/quickstart.yaml -o signal.svg\n",
};
