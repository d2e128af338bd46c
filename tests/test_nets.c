/* SPDX-License-Identifier: MIT */
/* Three nets against PyTorch: logits, first gradients, ten losses, running averages and the loss in evaluation mode. labels: core */
#include "check.h"
#include "golden.h"

#include "graph/graph.h"
#include "optim/optim.h"

#include <math.h>

enum { ROWS = 12, STEPS = 10 };

typedef struct bench {          /* a net of a golden file with its batch and an optimiser */
    golden   *g;
    sft_ctx  *c;
    sft_arena a;
    sft_net  *n;
    real     *x, *plain;
    int32_t   label[ROWS];
    sft_update update;
    double    lr;
} bench;

static void spec_of(bench *b, const char *text, sft_spec *spec)
{
    sft__spec_parse(&b->a, text, strlen(text), (sft_pos){ "golden", 1, 1 }, spec);
    CHECK_OK(b->c);
}

static void open_net(bench *b, int shards)
{
    const char *text = golden_text(b->g, "model");
    sft_layer *layers = NULL;
    sft__stack_parse(&b->a, text, strlen(text), (sft_pos){ "golden", 1, 1 }, &layers);
    CHECK_OK(b->c);
    golden_tensor x = golden_get(b->g, "x"), y = golden_get(b->g, "y");
    sft_net_config k = { .model = layers, .batch = ROWS, .shards = shards, .facts = { .outputs = 5 } };
    k.facts.shape.rank = x.shape.rank - 1;
    for (int i = 1; i < x.shape.rank; i++)
        k.facts.shape.dim[i - 1] = x.shape.dim[i];
    b->n = sft__net_make(b->c, &k);
    CHECK_OK(b->c);
    b->x = sft__arena_alloc(&b->a, (size_t)x.count * sizeof(real));
    b->plain = sft__arena_alloc(&b->a, 65536 * sizeof(real));
    for (int64_t i = 0; i < x.count; i++)
        b->x[i] = (real)x.v[i];
    for (int i = 0; i < ROWS; i++)
        b->label[i] = (int32_t)y.v[i];
    for (int i = 0; i < b->n->n_tensors; i++) {
        if (!b->n->tensor[i].trained)
            continue;
        golden_tensor w = golden_get(b->g, "param/%s", sft__net_tensor_path(b->n, i));
        assert_int_equal(w.count, sft__net_tensor_count(b->n, i));
        for (int64_t k2 = 0; k2 < w.count; k2++)
            b->plain[k2] = (real)w.v[k2];
        sft__net_pack(b->n, i, b->plain, NULL);
    }
}

/* Tensors one by one, because decay leaves out biases and norms. */
static void open_update(bench *b, const char *name)
{
    sft_spec spec;
    spec_of(b, golden_text(b->g, "optimizer/%s", name), &spec);
    const sft_optimizer *o = sft__optimizer_find(spec.name);
    assert_non_null(o);
    void *conf = sft__arena_alloc(&b->a, o->conf_size);
    sft__fields_bind(&b->a, o->fields, conf, &spec, "optimizer");
    memcpy(&b->lr, (char *)conf + o->fields[0].offset, sizeof b->lr);
    sft_group *group = sft__arena_alloc(&b->a, (size_t)b->n->n_tensors * sizeof *group);
    int groups = 0;
    for (int i = 0; i < b->n->n_tensors && b->n->tensor[i].trained; i++) {
        const sft_param *p = &b->n->tensor[i].node->param[b->n->tensor[i].i];
        int64_t end = b->n->n_params;
        if (i + 1 < b->n->n_tensors && b->n->tensor[i + 1].trained)
            end = b->n->tensor[i + 1].node->param[b->n->tensor[i + 1].i].offset;
        group[groups++] = (sft_group){ p->offset, end - p->offset, 1, p->decay };
    }
    sft__update_open(b->c, &b->a, &b->update, o, conf, b->n->w.base, b->n->g.base, b->n->n_params, group, groups);
    CHECK_OK(b->c);
}

static void start(bench *b, const char *file, bool reference, int shards)
{
    *b = (bench){ .g = golden_open(file), .c = check_open_threads(2, reference) };
    sft__arena_open(&b->a, b->c);
    open_net(b, shards);
}

static void finish(bench *b)
{
    CHECK_OK(b->c);
    sft__update_close(&b->update);
    sft_net_free(b->n);
    sft__arena_close(&b->a);
    golden_close(b->g);
    sft_close(b->c);
}

static double loss_of(bench *b, int step)
{
    sft_batch batch = { .rows = ROWS, .x = b->x, .label = b->label };
    sft_outcome o = { 0 };
    sft__net_train(b->n, &batch, (uint64_t)step, &o);
    CHECK_OK(b->c);
    return o.loss_sum / ROWS;
}

/* Relative to the tensor's largest entry: a bias in front of BatchNorm has gradient zero but for rounding, so 1 is the least scale
 * where the whole tensor is that small. */
static double gap(const golden_tensor *want, const real *got)
{
    double most = 0, worst = 0;
    for (int64_t i = 0; i < want->count; i++)
        most = fmax(most, fabs(want->v[i]));
    for (int64_t i = 0; i < want->count; i++)
        worst = fmax(worst, fabs((double)got[i] - want->v[i]));
    return worst / (most > 1e-7 ? most : 1);
}

static void first_step(const char *file, bool reference, int shards)
{
    bench b;
    start(&b, file, reference, shards);
    double want = golden_scalar(b.g, "loss"), got = loss_of(&b, 0);
    CHECK_NEAR(got, want, 1e-5 * want);
    for (int i = 0; i < b.n->n_tensors; i++) {
        if (!b.n->tensor[i].trained)
            continue;
        golden_tensor g = golden_get(b.g, "grad/%s", sft__net_tensor_path(b.n, i));
        sft__net_unpack(b.n, i, b.n->g.base, b.plain);
        double d = gap(&g, b.plain);
        if (!(d <= 1e-5))
            fail_msg("%s: gradient of %s is off by %.3g", file, sft__net_tensor_path(b.n, i), d);
    }
    finish(&b);
}

static void ten_steps(const char *file, const char *optimizer, bool reference, int shards)
{
    bench b;
    start(&b, file, reference, shards);
    open_update(&b, optimizer);
    golden_tensor want = golden_get(b.g, "losses/%s", optimizer);
    for (int k = 0; k < STEPS; k++) {
        double got = loss_of(&b, k);
        if (!(fabs(got - want.v[k]) <= 1e-4 * fabs(want.v[k])))
            fail_msg("%s with %s: loss %d is %.9g, PyTorch's %.9g", file, optimizer, k, got, want.v[k]);
        sft__update_step(&b.update, sft__ctx_team(b.c), k + 1, b.lr, 1);
    }
    finish(&b);
}

static const char *const files[] = { "net_mlp", "net_cnn", "net_residual" };
static const char *const optimizers[] = { "sgd", "nesterov", "adam", "adamw" };

static void first_gradients_are_pytorchs(void **state)
{
    (void)state;
    for (size_t f = 0; f < 3; f++)
        for (int shards = 1; shards <= 4; shards *= 2) {
            first_step(files[f], true, shards);
            first_step(files[f], false, shards);
        }
}

static void ten_losses_are_pytorchs(void **state)
{
    (void)state;
    for (size_t f = 0; f < 3; f++)
        for (size_t o = 0; o < 4; o++)
            for (int fast = 0; fast < 2; fast++)
                ten_steps(files[f], optimizers[o], !fast, 1 << (o % 3));
}

/* SGD only: Adam blows up the rounding of gradients that are zero in front of BatchNorm, which the running mean sees. */
static void evaluation_is_pytorchs(void **state)
{
    (void)state;
    for (size_t f = 0; f < 3; f++) {
        bench b;
        start(&b, files[f], true, 2);
        open_update(&b, "sgd");
        for (int k = 0; k < STEPS; k++) {
            loss_of(&b, k);
            sft__update_step(&b.update, sft__ctx_team(b.c), k + 1, b.lr, 1);
        }
        sft_batch batch = { .rows = ROWS, .x = b.x, .label = b.label };
        sft_outcome o = { 0 };
        sft__net_eval(b.n, &batch, &o, NULL);
        double want = golden_scalar(b.g, "eval_loss/sgd");
        CHECK_NEAR(o.loss_sum / ROWS, want, 1e-4 * want);
        for (int i = 0; i < b.n->n_tensors; i++) {
            if (b.n->tensor[i].trained)
                continue;
            golden_tensor s = golden_get(b.g, "state/sgd/%s", sft__net_tensor_path(b.n, i));
            sft__net_unpack(b.n, i, NULL, b.plain);
            double d = gap(&s, b.plain);
            if (!(d <= 1e-4))
                fail_msg("%s: %s is off by %.3g", files[f], sft__net_tensor_path(b.n, i), d);
        }
        finish(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_gradients_are_pytorchs),
        cmocka_unit_test(ten_losses_are_pytorchs),
        cmocka_unit_test(evaluation_is_pytorchs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
