/* SPDX-License-Identifier: MIT */
/* Shapes that do not fit are refused by code, with the layer's name and a way out; those that fit come out as in PyTorch.
 * labels: core */
#include "check.h"

#include "graph/solo.h"

static void refused(const char *op, const char *options, sft_shape in, const char *id, const char *part)
{
    sft_ctx *c = check_open();
    sft_solo s;
    sft__solo_open(&s, c, &(sft_solo_config){ .op = sft__op_find(op), .options = options, .in = in, .rows = 1, .shards = 1 });
    CHECK_FAILS(c, id, part);
    sft__solo_close(&s);
    sft_close(c);
}

static void gives(const char *op, const char *options, sft_shape in, const char *want)
{
    char     text[64];
    sft_ctx *c = check_open();
    sft_solo s;
    sft__solo_open(&s, c, &(sft_solo_config){ .op = sft__op_find(op), .options = options, .in = in, .rows = 1, .shards = 1 });
    CHECK_OK(c);
    assert_string_equal(sft__shape_text(s.node.out, text, sizeof text), want);
    sft__solo_close(&s);
    sft_close(c);
}

static void ranks(void **state)
{
    (void)state;
    refused("linear", "4", sft__shape3(3, 8, 8), "E123", "linear: input is 3x8x8, of rank 3; it takes a row of features — put `flatten`");
    refused("conv2d", "4", sft__shape1(8), "E123", "takes an image {C,H,W}");
    refused("conv2d", "4", sft__shape2(8, 9), "E123", "or use `conv1d`");
    refused("conv1d", "4", sft__shape3(1, 8, 9), "E123", "or use `conv2d`");
    refused("maxpool", "2", sft__shape1(8), "E123", "before `flatten`");
    refused("global_avgpool", "", sft__shape1(8), "E123", "behind `flatten`");
    refused("batchnorm", "", (sft_shape){ 4, { 2, 2, 2, 2 } }, "E123", "of rank 4");
    refused("linear", "", sft__shape1(8), "E123", "the number of outputs is not known");
}

static void windows(void **state)
{
    (void)state;
    refused("conv2d", "4 kernel_size=5", sft__shape3(1, 3, 3), "E124",
            "conv2d: input 3x3, kernel 5x5, padding 0 leaves nothing: the output's size would be -1x-1 — use padding=1 or kernel_size<=3");
    refused("conv2d", "4 kernel_size=5 dilation=2", sft__shape3(1, 5, 5), "E124", "kernel_size<=3");
    refused("conv1d", "4 kernel_size=9 stride=2", sft__shape2(1, 4), "E124", "input 4, kernel 9, padding 0");
    refused("maxpool", "4", sft__shape3(1, 2, 9), "E124", "would be 0x2");
    refused("avgpool", "2 padding=2", sft__shape3(1, 9, 9), "E123", "use padding<=1");
    refused("conv2d", "4 kernel_size=3x3x3", sft__shape3(1, 9, 9), "E123", "kernel_size has 3 numbers");
    refused("conv2d", "4 padding=same stride=2", sft__shape3(1, 9, 9), "E123", "padding=same needs stride=1");
}

static void groups(void **state)
{
    (void)state;
    refused("conv2d", "6 groups=3", sft__shape3(4, 9, 9), "E125", "groups=3 does not divide its 4 input and 6 output channels");
    refused("conv2d", "5 groups=2", sft__shape3(4, 9, 9), "E125", "divides both");
    refused("conv_transpose2d", "5 groups=2", sft__shape3(4, 9, 9), "E125", "groups=2 does not divide its 4 input and 5 output");
    refused("groupnorm", "4", sft__shape3(6, 9, 9), "E125", "num_groups=4 does not divide its 6 channels");
}

static void norms_and_transposed(void **state)
{
    (void)state;
    refused("layernorm", "8", sft__shape2(8, 9), "E123", "normalized_shape is not the end of its input 8x9 — write its last sizes, such as 9");
    refused("layernorm", "8x9x2", sft__shape2(9, 2), "E123", "not the end of its input 9x2");
    refused("rmsnorm", "3", sft__shape1(4), "E123", "such as 4");
    refused("instancenorm", "", sft__shape1(8), "E123", "use `layernorm` for features");
    refused("instancenorm", "", sft__shape3(8, 1, 1), "E123", "its input 8x1x1 has one number a channel");
    refused("conv_transpose2d", "4", sft__shape2(8, 9), "E123", "or use `conv_transpose1d`");
    refused("conv_transpose1d", "4", sft__shape3(8, 9, 9), "E123", "or use `conv_transpose2d`");
    refused("conv_transpose2d", "4 stride=2 output_padding=2", sft__shape3(1, 9, 9), "E123", "output_padding=2 must be less than stride or dilation — use 1 or less");
    refused("conv_transpose2d", "4 kernel_size=2 padding=3", sft__shape3(1, 3, 3), "E124", "padding=3 cuts off the whole output, its size would be -2x-2");
    refused("squeeze_excite", "", sft__shape1(8), "E123", "before `flatten`");
    refused("subsample", "4", sft__shape3(8, 9, 9), "E123", "write 8 or more");
    refused("transpose", "", sft__shape3(8, 9, 9), "E123", "put `flatten start_dim=2` before it");
    refused("flatten", "start_dim=3", sft__shape2(8, 9), "E123", "start_dim=3 leaves nothing to merge of its input 8x9 — use 2 or less");
    gives("conv_transpose2d", "8 kernel_size=4 stride=2 padding=1", sft__shape3(3, 7, 9), "8x14x18");
    gives("conv_transpose2d", "8 stride=2 padding=1 output_padding=1", sft__shape3(3, 7, 9), "8x14x18");
    gives("conv_transpose1d", "8 stride=3 dilation=2", sft__shape2(3, 7), "8x23");
    gives("flatten", "start_dim=2", sft__shape3(8, 3, 5), "8x15");
    gives("flatten", "start_dim=3", sft__shape3(8, 3, 5), "8x3x5");
    gives("transpose", "", sft__shape2(8, 15), "15x8");
    gives("subsample", "16", sft__shape3(8, 7, 6), "16x4x3");
}

static void sizes(void **state)
{
    (void)state;
    refused("linear", "1e9", sft__shape1(INT64_C(1) << 40), "E127", "make the layer smaller");
    refused("conv2d", "1e7", sft__shape3(INT64_C(1) << 50, 3, 3), "E127", "weight of");
}

/* Sizes by PyTorch's formula floor((n + 2 p - d (k - 1) - 1) / s) + 1. */
static void outputs(void **state)
{
    (void)state;
    gives("conv2d", "8 kernel_size=5 stride=2 padding=1", sft__shape3(3, 28, 31), "8x13x15");
    gives("conv2d", "8 kernel_size=4 padding=same", sft__shape3(3, 28, 31), "8x28x31");
    gives("conv2d", "8 kernel_size=3 padding=same dilation=3", sft__shape3(3, 9, 11), "8x9x11");
    gives("conv2d", "8 kernel=3x5 strides=2x1 pad=0x2", sft__shape3(3, 9, 11), "8x4x11");
    gives("conv2d", "8", sft__shape3(3, 9, 11), "8x7x9");
    gives("conv1d", "8 kernel_size=5 dilation=2", sft__shape2(3, 20), "8x12");
    gives("maxpool", "2", sft__shape3(3, 7, 9), "3x3x4");
    gives("maxpool", "3 stride=2 padding=1", sft__shape3(3, 32, 32), "3x16x16");
    gives("maxpool", "3 stride=1", sft__shape2(3, 32), "3x30");
    gives("avgpool", "2x3", sft__shape3(3, 8, 9), "3x4x3");
    gives("global_avgpool", "", sft__shape3(3, 8, 9), "3");
    gives("flatten", "", sft__shape3(3, 8, 9), "216");
    gives("batchnorm", "", sft__shape2(3, 8), "3x8");
}

/* Fans as PyTorch counts them; only weights of linear and convolutions decay. */
static void parameters(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    sft_solo s;
    char     text[64];
    sft__solo_open(&s, c, &(sft_solo_config){ .op = sft__op_find("conv2d"), .options = "6 kernel_size=3x5 groups=2",
                                              .in = sft__shape3(4, 9, 9), .rows = 1, .shards = 1 });
    CHECK_OK(c);
    assert_string_equal(sft__shape_text(s.node.param[0].shape, text, sizeof text), "6x2x3x5");
    assert_int_equal(s.node.param[0].fan_in, 30);
    assert_int_equal(s.node.param[0].fan_out, 90);
    assert_true(s.node.param[0].decay && !s.node.param[1].decay);
    CHECK_NEAR(s.node.flops, 2.0 * 6 * 2 * 15 * 7 * 5, 0);
    sft__solo_close(&s);
    sft__solo_open(&s, c, &(sft_solo_config){ .op = sft__op_find("batchnorm"), .options = "", .in = sft__shape1(4), .rows = 1,
                                              .shards = 1 });
    CHECK_OK(c);
    assert_int_equal(s.node.n_param, 2);
    assert_int_equal(s.node.n_state, 2);
    assert_true(!s.node.param[0].decay && strcmp(s.node.param[0].init, "ones") == 0);
    sft__solo_close(&s);
    sft_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks), cmocka_unit_test(windows), cmocka_unit_test(groups), cmocka_unit_test(norms_and_transposed),
        cmocka_unit_test(sizes), cmocka_unit_test(outputs), cmocka_unit_test(parameters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
