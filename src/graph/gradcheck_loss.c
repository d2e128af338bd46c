/* SPDX-License-Identifier: MIT */
/* The gradient check of losses: dout against central differences, for every kind of target that the loss accepts. */
#include "graph/gradcheck.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double step_size = 1e-5;

typedef struct trial {
    const sft_loss *loss;
    void           *conf;
    sft_loss_pass   pass;
    int64_t         count;
    real           *x;          /* what pass.out points to */
} trial;

static void note(sft_gradcheck *g, double error, const char *where)
{
    if (error <= g->worst || isnan(g->worst))
        return;
    g->worst = error;
    snprintf(g->where, sizeof g->where, "%s", where);
}

static double value(const trial *t, real *dout)
{
    double        sum = 0, right = 0;
    sft_loss_pass p = t->pass;
    p.dout = dout;
    t->loss->eval(t->conf, &p, &sum, &right);
    return sum;
}

/* Half the rows, then the others, must give what all rows give. */
static double in_halves(const trial *t)
{
    double  sum = 0, right = 0;
    int64_t half = t->pass.rows / 2, n = t->pass.outputs;
    for (int part = 0; part < 2; part++) {
        sft_loss_pass p = t->pass;
        p.dout = NULL;
        p.rows = part ? t->pass.rows - half : half;
        p.out += part ? half * n : 0;
        p.label = p.label ? p.label + (part ? half : 0) : NULL;
        p.label2 = p.label2 ? p.label2 + (part ? half : 0) : NULL;
        p.mix = p.mix ? p.mix + (part ? half : 0) : NULL;
        p.target = p.target ? p.target + (part ? half * n : 0) : NULL;
        if (p.rows)
            t->loss->eval(t->conf, &p, &sum, &right);
    }
    return sum;
}

static void check(const trial *t, real *dout, sft_gradcheck *g)
{
    double worst = 0, scale = 1e-3;
    for (int64_t i = 0; i < t->count; i++)
        dout[i] = (real)NAN;
    double all = value(t, dout);
    for (int64_t i = 0; i < t->count; i++) {
        real   at = t->x[i];
        double h = step_size * fmax(1, fabs((double)at));
        t->x[i] = (real)((double)at + h);
        double above = value(t, NULL), up = (double)t->x[i];
        t->x[i] = (real)((double)at - h);
        double below = value(t, NULL), down = (double)t->x[i];
        t->x[i] = at;
        double numeric = t->pass.scale * (above - below) / (up - down), error = fabs(numeric - (double)dout[i]);
        if (isnan(error)) {
            note(g, error, "gradient");
            return;
        }
        worst = fmax(worst, error);
        scale = fmax(scale, fmax(fabs(numeric), fabs((double)dout[i])));
    }
    note(g, worst / scale, "gradient");
    note(g, fabs(all - value(t, NULL)) / fmax(1, fabs(all)), "value without gradient");
    note(g, fabs(all - in_halves(t)) / fmax(1, fabs(all)), "value in two parts");
}

static sft_status set_up(sft_arena *a, const sft_case *k, trial *t, int32_t **label, real **target, real **dout)
{
    static const sft_field none[] = { SFT_FIELD_END };
    sft_spec               spec = { .name = t->loss->name };
    int64_t                outputs = k->in.dim[0];
    t->count = k->rows * outputs;
    t->conf = sft__arena_alloc(a, t->loss->conf_size + 1);
    t->x = sft__arena_alloc(a, (size_t)t->count * sizeof(real));
    *dout = sft__arena_alloc(a, (size_t)t->count * sizeof(real));
    *target = sft__arena_alloc(a, (size_t)t->count * sizeof(real));
    *label = sft__arena_alloc(a, (size_t)k->rows * sizeof(int32_t));
    const char *text = sft__arena_printf(a, "%s %s", t->loss->name, k->options);
    if (sft__failed(a->ctx) || sft__spec_parse(a, text, strlen(text), (sft_pos){ 0 }, &spec) ||
        sft__fields_bind(a, t->loss->fields ? t->loss->fields : none, t->conf, &spec, t->loss->name))
        return sft_code(a->ctx);
    sft_loss_data data = { .outputs = outputs };
    if (t->loss->prepare && t->loss->prepare(a->ctx, a, t->conf, &data))
        return sft_code(a->ctx);
    t->pass = (sft_loss_pass){ .rows = k->rows, .outputs = outputs, .out = t->x, .scale = 1.0 / (double)(k->rows + 1) };
    return SFT_OK;
}

/* Targets of two classes each. */
static void check_mixed(sft_arena *a, trial *t, sft_stream *random, real *dout, sft_gradcheck *result)
{
    int64_t  rows = t->pass.rows;
    int32_t *label2 = sft__arena_alloc(a, (size_t)rows * sizeof *label2);
    real    *mix = sft__arena_alloc(a, (size_t)rows * sizeof *mix);
    for (int64_t r = 0; mix && r < rows; r++) {
        label2[r] = (int32_t)sft__below(random, (uint64_t)t->pass.outputs);
        mix[r] = (real)sft__uniform(random);
    }
    t->pass.label2 = label2;
    t->pass.mix = mix;
    if (mix)
        check(t, dout, result);
    t->pass.label2 = NULL;
    t->pass.mix = NULL;
}

sft_status sft__gradcheck_loss(sft_ctx *c, const sft_loss *loss, const sft_case *k, sft_gradcheck *result)
{
    trial      t = { .loss = loss };
    sft_stream random = sft__stream(sft__key(7, SFT_FOR_TEST), 1, 0, 0);
    sft_arena  a;
    int32_t   *label;
    real      *target, *dout;
    *result = (sft_gradcheck){ 0 };
    sft__arena_open(&a, c);
    sft_status s = set_up(&a, k, &t, &label, &target, &dout);
    for (unsigned task = SFT_CLASSES; !s && task <= SFT_REGRESSION; task++) {
        bool classes = task == SFT_CLASSES, binary = task == SFT_BINARY;
        if (!(loss->tasks >> task & 1))
            continue;
        for (int64_t i = 0; i < t.count; i++) {
            t.x[i] = (real)(3 * sft__uniform(&random) - 1.5);
            target[i] = (real)(binary ? (double)sft__below(&random, 2) : 3 * sft__uniform(&random) - 1.5);
        }
        for (int64_t r = 0; r < k->rows; r++)
            label[r] = (int32_t)sft__below(&random, (uint64_t)t.pass.outputs);
        t.pass.label = classes ? label : NULL;
        t.pass.target = classes ? NULL : target;
        check(&t, dout, result);
        if (classes && loss->mixes && !sft__failed(c))
            check_mixed(&a, &t, &random, dout, result);
    }
    sft__arena_close(&a);
    return sft_code(c);
}
