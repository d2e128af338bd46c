/* SPDX-License-Identifier: MIT */
/* Presets: as many parameters as published or as PyTorch counts, plain text that reads back, and each learns a small task.
 * labels: core */
#include "check.h"

#include <math.h>

#include "graph/presets/presets.h"
#include "graph/private.h"
#include "optim/optim.h"

static const sft_layer *parse(sft_arena *a, const char *text)
{
    sft_layer *first = NULL;
    sft__stack_parse(a, text, strlen(text), (sft_pos){ "m", 1, 1 }, &first);
    CHECK_OK(a->ctx);
    return first;
}

/* Trained numbers, from shapes alone. */
static int64_t parameters(const char *text, sft_shape input, int64_t outputs)
{
    sft_ctx *c = check_open();
    sft_net  n = { .ctx = c, .input = input, .outputs = outputs };
    int64_t  sum = 0;
    sft__arena_open(&n.arena, c);
    sft_net_config k = { .model = parse(&n.arena, text), .batch = 2 };
    sft__build_nodes(&n, &k);
    CHECK_OK(c);
    for (int i = 0; i < n.n_nodes; i++)
        for (int j = 0; j < n.node[i]->n_param; j++)
            sum += n.node[i]->param[j].count;
    sft__arena_close(&n.arena);
    sft_close(c);
    return sum;
}

static void counts_are_the_published_ones(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t     channels, side, outputs, parameters;
    } cases[] = {
        { "lenet", 1, 28, 10, 61706 },                      /* LeCun et al. 1998, counted as in PyTorch's tutorials */
        { "resnet20 shortcut=pad", 3, 32, 10, 269722 },     /* He et al. 2016, table 6: 0.27 M */
        { "resnet32 shortcut=pad", 3, 32, 10, 464154 },     /* 0.46 M */
        { "resnet56 shortcut=pad", 3, 32, 10, 853018 },     /* 0.85 M */
        { "resnet20", 3, 32, 10, 272474 },                  /* option B, by PyTorch */
        { "resnet32", 3, 32, 10, 466906 },
        { "resnet56", 3, 32, 10, 855770 },
        { "wide_resnet", 3, 32, 10, 2748890 },              /* Zagoruyko & Komodakis 2016: WRN-16-4 2.7 M */
        { "wide_resnet 28 width=10", 3, 32, 10, 36479194 }, /* WRN-28-10 36.5 M */
        { "wide_resnet 10 width=1", 3, 32, 10, 77850 },
        { "vgg_small", 3, 32, 10, 4660106 },                /* 4.6 M */
        /* Tolstikhin et al. 2021, table 1: Mixer-S/16 18 M, Mixer-B/16 59 M; the exact numbers are timm's */
        { "mlp_mixer 8 width=512 image_size=224 patch_size=16 token_width=256 channel_width=2048", 3, 224, 1000, 18528264 },
        { "mlp_mixer 12 width=768 image_size=224 patch_size=16 token_width=384 channel_width=3072", 3, 224, 1000, 59880472 },
        { "mlp 3 width=100 norm=layer", 1, 28, 10, 784 * 100 + 2 * 100 * 100 + 3 * 300 + 1010 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t got = parameters(cases[i].text, sft__shape3(cases[i].channels, cases[i].side, cases[i].side), cases[i].outputs);
        if (got != cases[i].parameters)
            fail_msg("%s has %lld parameters, not %lld", cases[i].text, (long long)got, (long long)cases[i].parameters);
    }
}

/* Every combination of words of a preset expands to text that parses, reads back and fits together. */
static void every_word_builds(void **state)
{
    (void)state;
    static const char *const nets[] = { "lenet", "vgg_small 8", "resnet20 8 width=4", "wide_resnet 10 width=2", "wide_resnet 16 width=1" };
    static const char *const norms[] = { "none", "batch", "layer", "group", "instance" };
    for (size_t i = 0; i < sizeof nets / sizeof *nets; i++)
        for (size_t j = 0; j < sizeof norms / sizeof *norms; j++) {
            char text[96];
            snprintf(text, sizeof text, "%s norm=%s act=silu%s", nets[i], norms[j],
                     strncmp(nets[i], "res", 3) ? " dropout=0.1" : " squeeze_excite=2 shortcut=pad");
            assert_true(parameters(text, sft__shape3(3, 32, 32), 10) > 1000);
        }
    for (int i = 0; sft__preset_at(i); i++) {
        sft_ctx  *c = check_open();
        sft_arena a;
        sft__arena_open(&a, c);
        const char *once = sft__stack_text(&a, parse(&a, sft__preset_at(i)->name));
        assert_string_equal(sft__stack_text(&a, parse(&a, once)), once);
        assert_null(strstr(once, sft__preset_at(i)->name));
        sft__arena_close(&a);
        sft_close(c);
    }
}

enum { ROWS = 8, CLASSES = 4, STEPS = 12 };

/* Images of one bright quarter each, and a little noise. */
static void draw(real *x, int32_t *y, int64_t side)
{
    sft_stream r = sft__stream(sft__key(1, SFT_FOR_TEST), 0, 0, 0);
    for (int64_t i = 0; i < ROWS; i++) {
        y[i] = (int32_t)(i % CLASSES);
        for (int64_t s = 0; s < side * side; s++)
            x[i * side * side + s] =
                (real)(0.2 * sft__normal(&r) + ((s / side * 2 / side) * 2 + s % side * 2 / side == y[i] ? 2 : 0));
    }
}

static void learns(const char *text, int64_t side)
{
    sft_ctx  *c = check_open_threads(2, false);
    sft_arena a;
    sft__arena_open(&a, c);
    sft_net_config k = { .model = parse(&a, text), .batch = ROWS, .shards = 2, .seed = 3,
                         .facts = { .shape = sft__shape3(1, side, side), .outputs = CLASSES } };
    sft_net       *n = sft__net_make(c, &k);
    CHECK_OK(c);
    real   *x = sft__arena_alloc(&a, (size_t)(ROWS * side * side) * sizeof *x);
    int32_t y[ROWS];
    draw(x, y, side);
    const sft_optimizer *o = sft__optimizer_find("adam");
    void                *conf = sft__arena_alloc(&a, o->conf_size);
    sft__fields_defaults(o->fields, conf, &a);
    sft_update  u;
    sft_group   all = { 0, n->n_params, 1, true };
    sft_outcome out;
    double      first = 0;
    assert_int_equal(sft__update_open(c, &a, &u, o, conf, n->w.base, n->g.base, n->n_params, &all, 1), SFT_OK);
    for (int s = 0; s < STEPS; s++) {
        sft_batch b = { .rows = ROWS, .x = x, .label = y };
        assert_int_equal(sft__net_train(n, &b, (uint64_t)s, &out), SFT_OK);
        sft__update_step(&u, sft__ctx_team(c), s + 1, 3e-3, 1);
        first = s ? first : out.loss_sum;
    }
    if (!(out.loss_sum < 0.5 * first))
        fail_msg("%s: the loss goes from %g to %g", text, first, out.loss_sum);
    sft__update_close(&u);
    sft_net_free(n);
    sft__arena_close(&a);
    sft_close(c);
}

static void each_learns(void **state)
{
    (void)state;
    learns("mlp", 8);
    learns("lenet", 28);
    learns("vgg_small 16", 16);
    learns("resnet20", 16);
    learns("resnet20 norm=group squeeze_excite=4 shortcut=pad", 16);
    learns("resnet32", 8);
    learns("resnet56", 8);
    learns("wide_resnet 10 width=2", 16);
    learns("mlp_mixer 2 width=32 image_size=16", 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_the_published_ones), cmocka_unit_test(every_word_builds), cmocka_unit_test(each_learns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
