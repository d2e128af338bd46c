/* SPDX-License-Identifier: MIT */
/* Bad recipes: each is refused with its code, its place and a way out. labels: core */
#include "check.h"

#include <sys/stat.h>
#include <unistd.h>

#include "recipe/recipe.h"

typedef struct bad {
    const char *yaml, *id, *part;
    int         status;
} bad;

#define OK "data: digits\nmodel: mlp\n"

static const bad yamls[] = {
    { "", "E100", "r.yaml: error[E100]: recipe is empty", 3 },
    { "  # nothing\n\n", "E100", "data: digits", 3 },
    { "null\n", "E100", "empty", 3 },
    { "data: d\xFFigits\n", "E101", "r.yaml:1:8: error[E101]: byte 0xFF at 1:8 is not UTF-8", 3 },
    { "\xFF\xFE" "d\n", "E101", "r.yaml:1:1: error[E101]: byte 0xFF", 3 },
    { "data: digits\ntrain:\n\tepochs: 3\n", "E102", "r.yaml:3:1: error[E102]: tab used for indentation", 3 },
    { "data: digits\nmodel: \"mlp\ntrain: 3\n", "E103", "begun at 2:8", 3 },
    { "data: digits\n  model: mlp\n", "E103", "r.yaml:2:8: error[E103]", 3 },
    { "data: [digits\nmodel: mlp\n", "E103", "r.yaml:2:6: error[E103]", 3 },
    { OK "optimizer:\n  lr: 1\n  eps: 1\n  lr: 2\n", "E104", "r.yaml:6:3: error[E104]: `lr` given twice: 4:3 and 6:3", 3 },
    { OK "optimizer:\n  lr: 1\n  learning_rate: 2\n", "E104", "r.yaml:5:3: error[E104]: `lr`", 3 },
    { OK "data: mnist1d\n", "E104", "r.yaml:3:1: error[E104]: `data` given twice: 1:1 and 3:1", 3 },
    { OK "dataset: mnist1d\n", "E104", "r.yaml:3:1: error[E104]", 3 },
    { "data: &a digits\nmodel: mlp\n", "E105", "r.yaml:1:7: error[E105]: aliases are off", 3 },
    { "data: digits\nmodel: *a\n", "E105", "r.yaml:2:8: error[E105]", 3 },
    { "data: !!python/object digits\n", "E108", "r.yaml:1:7: error[E108]: tags are not allowed", 3 },
    { OK "---\ndata: digits\n", "E109", "r.yaml:3:1: error[E109]: second document", 3 },
    { OK "optimizer:\n  name: adamw\n  learning_rte: 1\n", "E110",
      "r.yaml:5:3: error[E110]: unknown key `learning_rte` in `optimizer adamw`", 3 },
    { OK "optimizer: {learning_rte: 1}\n", "E110", "did you mean `lr`?", 3 },
    { OK "optimzer: adamw\n", "E110", "r.yaml:3:1: error[E110]: unknown section `optimzer`", 3 },
    { OK "optimzer: adamw\n", "E110", "did you mean `optimizer`?", 3 },
    { OK "learning_rate: 1e-3\n", "E110", "did you mean `optimizer: {lr: …}`?", 3 },
    { OK "max_epochs: 3\n", "E110", "did you mean `train: {epochs: …}`?", 3 },
    { "data: digits\nmodel: |\n  linear 64 |\n  linear 64 bais=no\n", "E110",
      "r.yaml:4:13: error[E110]: unknown key `bais` in `linear`", 3 },
    { OK "train: {batch_size: 32x}\n", "E111", "r.yaml:3:9: error[E111]: `batch` in `train` wants an integer", 3 },
    { OK "train: {batch_size: [1, 2]}\n", "E111", "`batch` in `train` wants an integer", 3 },
    { OK "train: [1, 2]\n", "E111", "r.yaml:3:8: error[E111]: `train` wants text or a mapping, got a list", 3 },
    { OK "train: {epochs: {a: 1}}\n", "E111", "`epochs` wants one value, got a mapping", 3 },
    { "- data\n", "E111", "r.yaml:1:1: error[E111]: a recipe is a mapping of sections", 3 },
    { "data: digits\nmodel: \"lin\\0ear\"\n", "E111", "r.yaml:2:8: error[E111]", 3 },
    { OK "optimizer: {lr: .nan}\n", "E112", "r.yaml:3:13: error[E112]: `lr` in `optimizer adamw` must be finite", 3 },
    { OK "optimizer: {lr: .inf}\n", "E112", "finite", 3 },
    { OK "optimizer: adamw lr=-1\n", "E112", "r.yaml:3:18: error[E112]", 3 },
    { OK "train: {batch_size: 0}\n", "E113", "must be in 1..1048576, got `0`", 3 },
    { OK "train: {batch_size: 2147483648}\n", "E113", "r.yaml:3:9: error[E113]", 3 },
    { OK "train: {shards: 3}\n", "E113", "must be a power of two", 3 },
    { "model: mlp\n", "E114", "r.yaml: error[E114]: `data` is required", 3 },
    { "data: digits\n", "E114", "model: flatten | linear 64 | relu | linear", 3 },
    { "data: digits\nmodel: |\n  linear 64 |\n   | relu\n", "E115", "r.yaml:4:4: error[E115]: `|` where a layer", 3 },
    { "data: digits\nmodel: linear 64 |\n  relu )\n", "E115", "r.yaml:3:8: error[E115]", 3 },
    { OK "optimizer: adamw lr=\n", "E115", "r.yaml:3:21: error[E115]: `lr=` has no value", 3 },
    { "data: idx\nmodel: mlp\n", "E115", "r.yaml:1:7: error[E115]: data `idx` needs a place — write idx:PATH", 3 },
    { "data: digits:x\nmodel: mlp\n", "E115", "takes no place", 3 },
    { OK "train: {steps: 10}\nschedule: cosine warmup=50\n", "E131", "r.yaml:4:11: error[E131]: warm-up of 50 steps", 3 },
    { OK "optimizer: adamm\n", "E132", "r.yaml:3:12: error[E132]: unknown optimizer `adamm` — there are sgd, momentum, nesterov", 3 },
    { OK "optimizer: {name: adamm}\n", "E132", "r.yaml:3:19: error[E132]", 3 },
    { OK "init: kaimin_normal\n", "E132", "did you mean `kaiming_normal`?", 3 },
    { OK "loss: cros_entropy\n", "E132", "did you mean `cross_entropy`?", 3 },
    { "data: digts\nmodel: mlp\n", "E132", "did you mean `digits`?", 3 },
    { "data: digits\nmodel: {name: resnet21}\n", "E132", "r.yaml:2:15: error[E132]: unknown model `resnet21`", 3 },
    { "data: digits\nmodel: |\n  linear 64 |\n    rleu\n", "E132", "r.yaml:4:5: error[E132]: unknown layer `rleu`", 3 },
    { "data: digits\nmodel: linear 64 |\n  rleu\n", "E132", "r.yaml:3:3: error[E132]", 3 },
    { "data: digits\nmodel: 'linear 64 | rleu'\n", "E132", "r.yaml:2:21: error[E132]", 3 },
    { OK "version: 9\n", "E153", "r.yaml:3:10: error[E153]: recipe of version 9, this build reads <= 1", 3 },
    { OK "version: two\n", "E111", "r.yaml:3:10: error[E111]", 3 },
};

static const bad overrides[] = {
    { "train.lr=0.1", "E144", "unknown key `train.lr` — did you mean `optimizer.lr`?", 2 },
    { "train.lr=", "E144", "did you mean `optimizer.lr`?", 2 },
    { "lr=0.1", "E144", "did you mean `optimizer.lr`?", 2 },
    { "trian.epochs=3", "E144", "did you mean `train`?", 2 },
    { "train.epcohs=3", "E144", "did you mean `train.epochs`?", 2 },
    { "optimizer=sgd lrr=3", "E144", "unknown key `lrr` in `optimizer sgd`", 2 },
    { "model=linear 8 | relu | linear 3 bais=no", "E110", "", 3 },
    { "data.label=3", "E144", "it takes no options", 2 },
    { "train.epochs", "E144", "no assignment", 2 },
    { "~nothing", "E144", "unknown section", 2 },
    { "train.epochs=ten", "E145", "`epochs` in `train` wants an integer in 1..1000000000, got `ten`", 2 },
    { "train.epochs=", "E145", "got ``", 2 },
    { "train.epochs=0", "E145", "must be in 1..", 2 },
    { "optimizer.lr=nan", "E145", "finite", 2 },
    { "early_stop.monitor=los", "E145", "did you mean `loss`?", 2 },
    { "version=9", "E153", "update surefoot", 3 },
    { "version=two", "E145", "whole number", 2 },
    { "optimizer=adamm", "E132", "did you mean `adam`?", 3 },
    { "model=linear 8 | rleu", "E132", "override:1:18: error[E132]", 3 },
    { "model=linear 8 (", "E115", "override:1:16: error[E115]", 3 },
    { "train.epochs=\xFF", "E144", "UTF-8", 2 },
};

static void refused(sft_ctx *c, const bad *b)
{
    if ((int)sft_code(c) != b->status) {
        fail_msg("`%s`: status %d, want %d: %s", b->yaml, (int)sft_code(c), b->status, sft_message(c));
    }
    CHECK_FAILS(c, b->id, b->part);
}

static void test_bad_recipes(void **state)
{
    (void)state;
#ifndef SFT_HAVE_YAML
    (void)yamls;
    printf("skipped: bad YAML (built without libyaml)\n");
#else
    for (size_t i = 0; i < sizeof yamls / sizeof yamls[0]; i++) {
        sft_ctx    *c = check_open();
        sft_recipe *r = sft_recipe_parse(c, "r.yaml", yamls[i].yaml, strlen(yamls[i].yaml));
        sft_recipe_resolve(r);
        refused(c, &yamls[i]);
        sft_recipe_free(r);
        sft_close(c);
    }
#endif
}

static void test_bad_overrides(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof overrides / sizeof overrides[0]; i++) {
        sft_ctx    *c = check_open();
        sft_recipe *r = sft_recipe_parse(c, "r.yaml", NULL, 0);
        sft_recipe_set(r, "data=digits");
        sft_recipe_set(r, "model=mlp");
        CHECK_OK(c);
        sft_recipe_set(r, overrides[i].yaml);
        sft_recipe_resolve(r);
        refused(c, &overrides[i]);
        sft_recipe_free(r);
        sft_close(c);
    }
}

#ifdef SFT_HAVE_YAML
/* head, then `n` times unit, then tail. */
static void bomb(const char *head, const char *unit, size_t n, const char *tail, const char *id, const char *part)
{
    const size_t size = strlen(head) + n * strlen(unit) + strlen(tail);
    char        *text = malloc(size + 1), *at = text;
    sft_ctx     *c = check_open();
    assert_non_null(text);
    at += sprintf(at, "%s", head);
    for (size_t i = 0; i < n; i++) at += sprintf(at, "%s", unit);
    sprintf(at, "%s", tail);
    sft_recipe *r = sft_recipe_parse(c, "r.yaml", text, size);
    assert_null(r);
    assert_int_equal(sft_code(c), SFT_RECIPE);
    CHECK_FAILS(c, id, part);
    sft_close(c);
    free(text);
}
#endif

static void test_bombs(void **state)
{
    (void)state;
#ifdef SFT_HAVE_YAML
    bomb("data: ", "[", 10000, "", "E106", "nested deeper than 64");
    bomb("", "[", 10000, "", "E106", "nested deeper than 64");
    bomb("", "{a: ", 10000, "", "E106", "nested deeper than 64");
    bomb("data: ", "{a: ", 10000, "", "E106", "nested deeper than 64");
    bomb("# ", "xxxxxxxxxx", 5000000, "\n", "E107", "larger than 1048576 bytes");
    bomb("a: &a [x,x]\nb: ", "[*a,", 500, "", "E105", "r.yaml:1:4");
    bomb("train: {", "epochs: 1, ", 1000, "}", "E104", "`epochs` given twice");
    bomb("data: csv:x ", "k=1 ", 10, "\nmodel: mlp", "E104", "`k` given twice");
#else
    printf("skipped: YAML bombs (built without libyaml)\n");
#endif
}

static void fails_to_read(const char *path, const char *id, const char *part)
{
    sft_ctx *c = check_open();
    assert_null(sft_recipe_read(c, path));
    assert_int_equal(sft_code(c), SFT_RECIPE);
    assert_non_null(strstr(sft_message(c), path));
    CHECK_FAILS(c, id, part);
    sft_close(c);
}

static void test_files(void **state)
{
    (void)state;
    char folder[] = "/tmp/surefoot-test-XXXXXX", path[128];
    assert_non_null(mkdtemp(folder));
    fails_to_read(folder, "E150", "is a folder");
    snprintf(path, sizeof path, "%s/none.yaml", folder);
    fails_to_read(path, "E152", "No such file");
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fclose(f);
    assert_int_equal(chmod(path, 0), 0);
    if (geteuid() != 0) fails_to_read(path, "E151", "ermission");
    else printf("skipped: an unreadable recipe (root reads everything)\n");
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(truncate(path, (2 << 20)), 0);
    fails_to_read(path, "E107", "larger than 1048576 bytes");
    unlink(path);
    rmdir(folder);
}

#ifndef SFT_HAVE_YAML
static void test_without_yaml(void **state)
{
    (void)state;
    sft_ctx *c = check_open();
    assert_null(sft_recipe_parse(c, "r.yaml", "data: digits\n", 13));
    CHECK_FAILS(c, "E151", "sft_recipe_set");
    sft_close(c);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_recipes), cmocka_unit_test(test_bad_overrides),
        cmocka_unit_test(test_bombs),       cmocka_unit_test(test_files),
#ifndef SFT_HAVE_YAML
        cmocka_unit_test(test_without_yaml),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
