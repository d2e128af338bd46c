/* SPDX-License-Identifier: MIT */
/* Every op and loss passes the gradient check in all its cases, and the check rejects planted mistakes.
 * labels: core gradient */
#include "check.h"

#include <math.h>

#include "graph/gradcheck.h"
#include "ops/conf.h"

#ifdef SFT_REAL_DOUBLE

static const double tolerance = 1e-6;

/* ---- the records --------------------------------------------------------------------------- */

static void ops_pass(void **state)
{
    (void)state;
    for (int i = 0; sft__op_at(i); i++) {
        const sft_op *op = sft__op_at(i);
        int           cases = 0;
        for (const sft_case *k = op->cases; k && k->options; k++, cases++) {
            sft_ctx      *c = check_open();
            sft_gradcheck g;
            sft__gradcheck_op(c, op, k, &g);
            CHECK_OK(c);
            if (!(g.worst <= tolerance))
                fail_msg("%s %s: relative error %.3g in %s", op->name, k->options, g.worst, g.where);
            sft_close(c);
        }
        if (cases < 2)
            fail_msg("%s has %d cases, not two", op->name, cases);
    }
}

static void losses_pass(void **state)
{
    (void)state;
    for (int i = 0; sft__loss_at(i); i++) {
        const sft_loss *loss = sft__loss_at(i);
        int             cases = 0;
        for (const sft_case *k = loss->cases; k && k->options; k++, cases++) {
            sft_ctx      *c = check_open();
            sft_gradcheck g;
            sft__gradcheck_loss(c, loss, k, &g);
            CHECK_OK(c);
            if (!(g.worst <= tolerance))
                fail_msg("%s %s: relative error %.3g in %s", loss->name, k->options, g.worst, g.where);
            sft_close(c);
        }
        if (cases < 2)
            fail_msg("%s has %d cases, not two", loss->name, cases);
    }
}

/* ---- mutants ------------------------------------------------------------------------------- */

static const sft_op *right(const sft_node *n)
{
    return sft__op_find(n->op->name);
}

static int64_t in_count(const sft_node *n, const sft_pass *p)
{
    return p->rows * sft__count(n->in[0]->out);
}

static void scale(real *x, int64_t n, real by)
{
    for (int64_t i = 0; x && i < n; i++)
        x[i] *= by;
}

/* Backward as it should be, then the input's gradient times a number (where nothing was there before). */
static void spoil_input(const sft_node *n, const sft_pass *p, real by)
{
    right(n)->backward(n, p);
    if (!p->add[0])
        scale(p->din[0], in_count(n, p), by);
}

static void wrong_scale(const sft_node *n, const sft_pass *p)
{
    spoil_input(n, p, (real)1.001);
}

static void wrong_sign(const sft_node *n, const sft_pass *p)
{
    spoil_input(n, p, -1);
}

static void zero_gradient(const sft_node *n, const sft_pass *p)
{
    spoil_input(n, p, 0);
}

static void no_input_gradient_of_last_row(const sft_node *n, const sft_pass *p)
{
    int64_t each = sft__count(n->in[0]->out);
    right(n)->backward(n, p);
    if (p->din[0] && !p->add[0])
        scale(p->din[0] + (p->rows - 1) * each, each, 0);
}

static void ignores_add(const sft_node *n, const sft_pass *p)
{
    sft_pass q = *p;
    q.add[0] = false;
    right(n)->backward(n, &q);
}

static void always_adds(const sft_node *n, const sft_pass *p)
{
    sft_pass q = *p;
    q.add[0] = true;
    right(n)->backward(n, &q);
}

static void forgets_bias(const sft_node *n, const sft_pass *p)
{
    right(n)->backward(n, p);
    if (n->n_param > 1)
        scale(p->dparam[1], n->param[1].count, 0);
}

static void adds_to_dparam(const sft_node *n, const sft_pass *p)
{
    sft_pass q = *p;
    real     own[512];
    assert_true(n->param[0].count <= 512);
    q.dparam[0] = p->dparam[0] ? own : NULL;
    right(n)->backward(n, &q);
    for (int64_t i = 0; p->dparam[0] && i < n->param[0].count; i++)
        p->dparam[0][i] += own[i];
}

static void transposed(const sft_node *n, const sft_pass *p)
{
    int64_t rows = n->param[0].shape.dim[0], columns = n->param[0].shape.dim[1];
    real    own[512];
    right(n)->backward(n, p);
    assert_true(rows * columns <= 512);
    if (!p->dparam[0])
        return;
    memcpy(own, p->dparam[0], (size_t)(rows * columns) * sizeof *own);
    for (int64_t i = 0; i < rows * columns; i++)
        p->dparam[0][i] = own[i % rows * columns + i / rows];
}

static void forgets_fused(const sft_node *n, const sft_pass *p)
{
    sft_node alone = *n;
    alone.act = NULL;
    right(n)->backward(&alone, p);
}

/* BatchNorm that takes one of its two batch sums for nothing. */
static void without_sum(const sft_node *n, const sft_pass *p, int which)
{
    double   sums[64] = { 0 };
    sft_pass q = *p;
    int64_t  f = n->out.dim[0];
    assert_true(2 * f <= 64);
    memcpy(sums, p->joined, (size_t)(2 * f) * sizeof *sums);
    for (int64_t c = 0; c < f; c++)
        sums[which * f + c] = 0;
    q.joined = sums;
    right(n)->backward(n, &q);
}

static void without_mean_term(const sft_node *n, const sft_pass *p)
{
    without_sum(n, p, 0);
}

static void without_variance_term(const sft_node *n, const sft_pass *p)
{
    without_sum(n, p, 1);
}

static void merge_without_distance(const sft_node *n, double *left, const double *other)
{
    int64_t f = n->out.dim[0];
    for (int64_t c = 1; c <= 2 * f; c++)
        left[c] = c <= f ? (left[c] + other[c]) / 2 : left[c] + other[c];
    left[0] += other[0];
}

static void stride_off_by_one(const sft_node *n, const sft_pass *p)
{
    sft_node      other = *n;
    sft_conv_conf k = *(const sft_conv_conf *)n->conf;
    k.stride = (sft_dims){ 1, { k.stride.v[0] > 1 ? k.stride.v[0] - 1 : 1 } };
    other.conf = &k;
    right(n)->backward(&other, p);
}

static void padding_off_by_one(const sft_node *n, const sft_pass *p)
{
    sft_node      other = *n;
    sft_conv_conf k = *(const sft_conv_conf *)n->conf;
    k.padding = (sft_dims){ 1, { k.padding.n ? k.padding.v[0] + 1 : 0 } };
    other.conf = &k;
    right(n)->backward(&other, p);
}

static void pooled_to_first(const sft_node *n, const sft_pass *p)
{
    memset(p->saved, 0, (size_t)(p->rows * n->saved_row));
    right(n)->backward(n, p);
}

static void unscaled_dropout(const sft_node *n, const sft_pass *p)
{
    spoil_input(n, p, (real)(1 - *(const double *)n->conf)); /* its only option is p */
}

static void mask_by_row_in_shard(const sft_node *n, const sft_pass *p)
{
    sft_pass q = *p;
    q.row0 = 0;
    right(n)->forward(n, &q);
}

static void one_branch_only(const sft_node *n, const sft_pass *p)
{
    sft_pass q = *p;
    q.din[1] = NULL;
    right(n)->backward(n, &q);
    for (int64_t i = 0; p->din[1] && !p->add[1] && i < in_count(n, p); i++)
        p->din[1][i] = 0;
}

static void wrong_derivative(const void *conf, int64_t n, const real *x, const real *y, const real *dy, real *dx)
{
    (void)conf;
    (void)x;
    for (int64_t i = 0; i < n; i++)
        dx[i] = dy[i] * y[i]; /* as sigmoid's without 1 - y */
}

static void slope_at_output(const void *conf, int64_t n, const real *x, const real *y, const real *dy, real *dx)
{
    (void)x;
    sft__op_find("silu")->derive(conf, n, y, y, dy, dx);
}

typedef struct mutant {
    const char *what, *op;
    void      (*backward)(const sft_node *, const sft_pass *);
    void      (*forward)(const sft_node *, const sft_pass *);
    void      (*merge)(const sft_node *, double *, const double *);
    void      (*derive)(const void *, int64_t, const real *, const real *, const real *, real *);
} mutant;

static const mutant mutants[] = {
    { .what = "wrong scale", .op = "linear", .backward = wrong_scale },
    { .what = "wrong sign", .op = "conv1d", .backward = wrong_sign },
    { .what = "zero gradient", .op = "gelu", .backward = zero_gradient },
    { .what = "last row left out", .op = "avgpool", .backward = no_input_gradient_of_last_row },
    { .what = "ignores add", .op = "linear", .backward = ignores_add },
    { .what = "ignores add", .op = "batchnorm", .backward = ignores_add },
    { .what = "ignores add", .op = "maxpool", .backward = ignores_add },
    { .what = "ignores add", .op = "relu", .backward = ignores_add },
    { .what = "adds to rubbish", .op = "conv2d", .backward = always_adds },
    { .what = "adds to rubbish", .op = "global_avgpool", .backward = always_adds },
    { .what = "forgets the bias", .op = "linear", .backward = forgets_bias },
    { .what = "forgets the bias", .op = "conv2d", .backward = forgets_bias },
    { .what = "adds to dparam", .op = "linear", .backward = adds_to_dparam },
    { .what = "transposed weight", .op = "linear", .backward = transposed },
    { .what = "forgets the fused activation", .op = "linear", .backward = forgets_fused },
    { .what = "forgets the fused activation", .op = "add", .backward = forgets_fused },
    { .what = "without the mean term", .op = "batchnorm", .backward = without_mean_term },
    { .what = "without the variance term", .op = "batchnorm", .backward = without_variance_term },
    { .what = "merge without the distance of means", .op = "batchnorm", .merge = merge_without_distance },
    { .what = "stride off by one", .op = "conv2d", .backward = stride_off_by_one },
    { .what = "padding off by one", .op = "conv2d", .backward = padding_off_by_one },
    { .what = "pooled to the wrong place", .op = "maxpool", .backward = pooled_to_first },
    { .what = "without 1/(1-p)", .op = "dropout", .backward = unscaled_dropout },
    { .what = "mask by the row in the shard", .op = "dropout", .forward = mask_by_row_in_shard },
    { .what = "one branch only", .op = "add", .backward = one_branch_only },
    { .what = "missing factor", .op = "sigmoid", .derive = wrong_derivative },
    { .what = "slope at the output", .op = "silu", .derive = slope_at_output },
};

/* True when the check rejects the op in one of its cases. */
static bool rejected(const sft_op *op)
{
    bool found = false;
    for (const sft_case *k = op->cases; k->options && !found; k++) {
        sft_ctx      *c = check_open();
        sft_gradcheck g;
        sft__gradcheck_op(c, op, k, &g);
        CHECK_OK(c);
        found = !(g.worst <= tolerance);
        sft_close(c);
    }
    return found;
}

static void mutants_are_rejected(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mutants / sizeof *mutants; i++) {
        const mutant *m = &mutants[i];
        sft_op        op = *sft__op_find(m->op);
        op.backward = m->backward ? m->backward : op.backward;
        op.forward = m->forward ? m->forward : op.forward;
        op.merge = m->merge ? m->merge : op.merge;
        op.derive = m->derive ? m->derive : op.derive;
        if (!rejected(&op))
            fail_msg("%s, %s: the check lets it pass", m->op, m->what);
    }
}

/* ---- mutants of losses --------------------------------------------------------------------- */

static void softmax_without_label(const void *conf, const sft_loss_pass *p, double *sum, double *good)
{
    sft__loss_find("cross_entropy")->eval(conf, p, sum, good);
    for (int64_t r = 0; p->dout && r < p->rows; r++)
        p->dout[r * p->outputs + p->label[r]] += (real)p->scale;
}

static void forgets_scale(const void *conf, const sft_loss_pass *p, double *sum, double *good)
{
    sft_loss_pass q = *p;
    q.scale = 1;
    sft__loss_find(p->label ? "cross_entropy" : "mse")->eval(conf, &q, sum, good);
}

static void forgets_mean_over_outputs(const void *conf, const sft_loss_pass *p, double *sum, double *good)
{
    sft_loss_pass q = *p;
    q.scale *= (double)p->outputs;
    sft__loss_find("bce")->eval(conf, &q, sum, good);
}

static void sum_only_with_gradient(const void *conf, const sft_loss_pass *p, double *sum, double *good)
{
    if (p->dout)
        *sum += 1;
    sft__loss_find("mse")->eval(conf, p, sum, good);
}

static void slope_of_another_loss(const void *conf, const sft_loss_pass *p, double *sum, double *good)
{
    double none = 0;
    sft__loss_find("mae")->eval(conf, p, &none, good);
    sft_loss_pass q = *p;
    q.dout = NULL;
    sft__loss_find("huber")->eval(conf, &q, sum, good);
}

static void takes_only_the_first_of_two_labels(const void *conf, const sft_loss_pass *p, double *sum, double *good)
{
    sft_loss_pass q = *p;
    double        none = 0;
    q.dout = NULL;
    sft__loss_find("cross_entropy")->eval(conf, &q, sum, good);
    q = *p;
    q.label2 = NULL;
    sft__loss_find("cross_entropy")->eval(conf, &q, &none, good);
}

static void adds_the_other_classes_twice(const void *conf, const sft_loss_pass *p, double *sum, double *good)
{
    sft__loss_find("hinge")->eval(conf, p, sum, good);
    for (int64_t r = 0; p->dout && r < p->rows; r++)
        for (int64_t i = 0; i < p->outputs; i++)
            p->dout[r * p->outputs + i] *= p->dout[r * p->outputs + i] > 0 ? 2 : 1;
}

static bool loss_rejected(const char *name, void (*eval)(const void *, const sft_loss_pass *, double *, double *))
{
    sft_loss loss = *sft__loss_find(name);
    bool     found = false;
    loss.eval = eval;
    for (const sft_case *k = loss.cases; k->options && !found; k++) {
        sft_ctx      *c = check_open();
        sft_gradcheck g;
        sft__gradcheck_loss(c, &loss, k, &g);
        CHECK_OK(c);
        found = !(g.worst <= tolerance);
        sft_close(c);
    }
    return found;
}

static void loss_mutants_are_rejected(void **state)
{
    (void)state;
    assert_true(loss_rejected("cross_entropy", softmax_without_label));
    assert_true(loss_rejected("cross_entropy", forgets_scale));
    assert_true(loss_rejected("mse", forgets_scale));
    assert_true(loss_rejected("bce", forgets_mean_over_outputs));
    assert_true(loss_rejected("mse", sum_only_with_gradient));
    assert_true(loss_rejected("huber", slope_of_another_loss));
    assert_true(loss_rejected("cross_entropy", takes_only_the_first_of_two_labels));
    assert_true(loss_rejected("hinge", adds_the_other_classes_twice));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ops_pass),
        cmocka_unit_test(losses_pass),
        cmocka_unit_test(mutants_are_rejected),
        cmocka_unit_test(loss_mutants_are_rejected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

static void records_have_cases(void **state)
{
    (void)state;
    printf("skipped: gradients are checked where real is double, see the preset `double`\n");
    for (int i = 0; sft__op_at(i); i++)
        assert_true(sft__op_at(i)->cases && sft__op_at(i)->cases[0].options && sft__op_at(i)->cases[1].options);
    for (int i = 0; sft__loss_at(i); i++)
        assert_true(sft__loss_at(i)->cases && sft__loss_at(i)->cases[0].options && sft__loss_at(i)->cases[1].options);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(records_have_cases) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
