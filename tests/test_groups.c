/* SPDX-License-Identifier: MIT */
/* labels: core */
/* Parameter groups and layer-wise rates by their effect: how far each tensor goes in a step, and what decays. */
#include "check.h"
#include "optim/optim.h"

#include <math.h>

enum { MOST = 64 * 64, TENSORS = 8 };

/* Tensors in the order of the slab: three layers with weights, a norm behind the first. */
static const char model[] = "data: digits\nmodel: flatten | linear 12 | batchnorm | relu | linear 8 | tanh | linear\n"
                            "init_layers: {\"*.bias\": constant 0.5}\n"
                            "train: {seed: 2, batch: 64, epochs: 2}\n";
static const char *const tensors[TENSORS] = { "1.weight", "1.bias", "2.weight", "2.bias",
                                              "4.weight", "4.bias", "6.weight", "6.bias" };

typedef struct weights {
    int64_t n[TENSORS];
    float   v[TENSORS][MOST];
} weights;

static void read_weights(sft_net *n, weights *w)
{
    sft_tensor_facts f;
    int              k = 0;
    for (int i = 0; sft_net_tensor(n, i, &f) == SFT_OK; i++) {
        if (!f.trained) continue;
        assert_string_equal(f.name, tensors[k]);
        assert_true(f.count <= MOST);
        w->n[k] = f.count;
        sft_net_get(n, f.name, w->v[k++], f.count);
    }
    assert_int_equal(k, TENSORS);
}

/* The first weights, and those behind one step of a recipe with such changes. */
static void one_step(const char *const *changes, weights *before, weights *after)
{
    sft_ctx    *c = check_open();
    sft_recipe *r = sft_recipe_parse(c, "r.yaml", model, sizeof model - 1);
    for (int i = 0; changes[i]; i++) sft_recipe_set(r, changes[i]);
    sft_data    *d = sft_data_open(c, r);
    sft_net     *n = sft_net_new(c, r, d);
    sft_trainer *t = sft_trainer_new(c, r, d, n);
    CHECK_OK(c);
    read_weights(n, before);
    sft_step(t, NULL);
    CHECK_OK(c);
    read_weights(n, after);
    sft_trainer_free(t);
    sft_net_free(n);
    sft_data_free(d);
    sft_recipe_free(r);
    sft_close(c);
}

static weights first, plain, now; /* too large for a stack */

/* SGD's step of every tensor is -rate lr (g + decay wd w); g from a step without either. */
static void check_step(const char *const *changes, double wd, const double *rate, const double *decay)
{
    const double             lr = 0.1;
    static const char *const none[] = { "optimizer=sgd lr=0.1", NULL };
    one_step(none, &first, &plain);
    one_step(changes, &first, &now);
    for (int i = 0; i < TENSORS; i++)
        for (int64_t k = 0; k < first.n[i]; k++) {
            double w = (double)first.v[i][k], g = (w - (double)plain.v[i][k]) / lr,
                   want = w - rate[i] * lr * (g + decay[i] * wd * w), got = (double)now.v[i][k];
            if (!(fabs(got - want) <= 1e-6 * fmax(1, rate[i])))
                fail_msg("%s[%d] went from %.9g to %.9g, not %.9g", tensors[i], (int)k, w, got, want);
        }
}

/* Weights decay, biases and norms do not. (All of them begin away from zero, so that it would show.) */
static void biases_and_norms_do_not_decay(void **state)
{
    (void)state;
    static const char *const set[] = { "optimizer=sgd lr=0.1 weight_decay=0.5", NULL };
    static const double      rate[] = { 1, 1, 1, 1, 1, 1, 1, 1 }, decay[] = { 1, 0, 0, 0, 1, 0, 1, 0 };
    check_step(set, 0.5, rate, decay);
}

/* By tensor, by layer, by kind of op; the last rule that matches counts, for both of its numbers. */
static void groups_set_rate_and_decay(void **state)
{
    (void)state;
    static const char *const set[] = { "optimizer=sgd lr=0.1 weight_decay=0.5",
                                       "groups.linear=lr=0.5",
                                       "groups.2.weight=lr=3 decay=1",
                                       "groups.4=lr=0 decay=0.25",
                                       "groups.6.*=lr=2 decay=0.25",
                                       "groups.6.bias=decay=0.5",
                                       NULL };
    static const double rate[] = { 0.5, 0.5, 3, 1, 0, 0, 2, 1 }, decay[] = { 1, 0, 1, 0, 0.25, 0.25, 0.25, 0.5 };
    check_step(set, 0.5, rate, decay);
}

/* The last layer at the full rate, each before it at a share of the next; a norm learns as the layer before it. */
static void layers_learn_slower_towards_the_input(void **state)
{
    (void)state;
    static const char *const set[] = { "optimizer=sgd lr=0.1 weight_decay=0.5", "train.layer_decay=0.6", NULL };
    static const double rate[] = { 0.36, 0.36, 0.36, 0.36, 0.6, 0.6, 1, 1 }, decay[] = { 1, 0, 0, 0, 1, 0, 1, 0 };
    check_step(set, 0.5, rate, decay);
}

static void groups_and_layers_multiply(void **state)
{
    (void)state;
    static const char *const set[] = { "optimizer=sgd lr=0.1", "train.layer_decay=0.5", "groups.1.*=lr=8",
                                       "groups.6=lr=0.25", NULL };
    static const double rate[] = { 2, 2, 0.25, 0.25, 0.5, 0.5, 0.25, 0.25 }, decay[TENSORS] = { 0 };
    check_step(set, 0, rate, decay);
}

/* Whatever the optimiser: without decay a first step is as long as its rate says, and the others' steps stay as they are. */
static void every_optimiser_heeds_rates(void **state)
{
    (void)state;
    for (int i = 0; sft__optimizer_at(i); i++) {
        const sft_optimizer *o = sft__optimizer_at(i);
        char                 text[80];
        if (o->method) continue;
        snprintf(text, sizeof text, "optimizer=%s lr=0.01%s", o->name,
                 sft__field_find(o->fields, "weight_decay") ? " weight_decay=0" : "");
        const char *const without[] = { text, NULL }, *const with[] = { text, "groups.4=lr=0.25", NULL };
        one_step(without, &first, &plain);
        one_step(with, &first, &now);
        for (int k = 0; k < TENSORS; k++)
            for (int64_t j = 0; j < first.n[k]; j++) {
                double w = (double)first.v[k][j], share = k == 4 || k == 5 ? 0.25 : 1,
                       want = w + share * ((double)plain.v[k][j] - w), got = (double)now.v[k][j];
                if (!(fabs(got - want) <= 2e-7 * fmax(1, fabs(w))))
                    fail_msg("%s: %s[%d] went from %.9g to %.9g, not %.9g", o->name, tensors[k], (int)j, w, got, want);
            }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(biases_and_norms_do_not_decay),
        cmocka_unit_test(groups_set_rate_and_decay),
        cmocka_unit_test(layers_learn_slower_towards_the_input),
        cmocka_unit_test(groups_and_layers_multiply),
        cmocka_unit_test(every_optimiser_heeds_rates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
