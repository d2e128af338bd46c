/* SPDX-License-Identifier: MIT */
/* Weighted sampling: classes equally often, members evenly, a pure function of seed and epoch; and the cache of fetched sets.
 * labels: core data */
#include "fit_run.h"

#include "data/remote.h"

#include <math.h>

enum { COUNT = 1000, EPOCHS = 30 };

/* 900 samples of class 0, 90 of class 1, 10 of class 3; none of class 2. Sample i is the number i. */
static sft_data *uneven(sft_ctx *c)
{
    static float x[COUNT], y[COUNT];
    for (int i = 0; i < COUNT; i++) {
        x[i] = (float)i;
        y[i] = i < 900 ? 0 : i < 990 ? 1 : 3;
    }
    sft_data *d = sft_data_from(c, x, sft__shape1(1), y, SFT_CLASSES, 4, COUNT, NULL);
    CHECK_OK(c);
    return d;
}

static void classes_come_equally_often(void **state)
{
    (void)state;
    sft_ctx        *c = check_open();
    sft_data       *d = uneven(c);
    sft_loader_conf k = {
        .split = SFT_TRAIN, .batch = 64, .seed = 5, .shuffle = true, .weighted = true
    };
    sft_loader *l = sft__loader_new(d, &k);
    CHECK_OK(c);
    int64_t seen[4] = { 0 }, one[COUNT] = { 0 };
    assert_int_equal(sft__loader_steps(l), 16);
    for (int e = 0; e < EPOCHS; e++)
        for (int s = 0; s < 16; s++) {
            const sft_batch *b = sft__loader_get(l, e, s);
            for (int64_t i = 0; i < b->rows; i++) {
                seen[b->label[i]]++;
                one[(int)b->x[i]]++;
            }
        }
    /* 5 deviations of the binomial distribution */
    for (int class = 0; class < 4; class ++)
        if (class != 2)
            CHECK_NEAR(seen[class], COUNT * EPOCHS / 3.0, 5 * sqrt(COUNT * EPOCHS * 2 / 9.0));
    assert_int_equal(seen[2], 0);
    for (int i = 990; i < COUNT; i++) CHECK_NEAR(one[i], 1000, 5 * sqrt(1000));
    for (int i = 900; i < 990; i++) CHECK_NEAR(one[i], 10000 / 90.0, 6 * sqrt(10000 / 90.0));
    sft__loader_free(l);
    sft_data_free(d);
    sft_close(c);
}

static void draws_are_a_function_of_seed_and_epoch(void **state)
{
    (void)state;
    sft_ctx        *c = check_open();
    sft_data       *d = uneven(c);
    sft_loader_conf k = {
        .split = SFT_TRAIN, .batch = COUNT, .seed = 5, .shuffle = true, .weighted = true
    };
    sft_loader *a = sft__loader_new(d, &k), *b = sft__loader_new(d, &k);
    k.seed = 6;
    sft_loader *other = sft__loader_new(d, &k);
    k.seed = 5;
    k.weighted = false;
    sft_loader *plain = sft__loader_new(d, &k);
    CHECK_OK(c);
    real first[COUNT];
    for (int e = 0; e < 3; e++) {
        const sft_batch *now = sft__loader_get(a, e, 0);
        const sft_batch *again = sft__loader_get(b, 2 - e, 0); /* in another order */
        again = sft__loader_get(b, e, 0);
        assert_memory_equal(now->x, again->x, sizeof first);
        assert_true(memcmp(now->x, sft__loader_get(other, e, 0)->x, sizeof first) != 0);
        assert_true(memcmp(now->x, sft__loader_get(plain, e, 0)->x, sizeof first) != 0);
        if (e) assert_true(memcmp(now->x, first, sizeof first) != 0);
        memcpy(first, now->x, sizeof first);
    }
    sft__loader_free(a);
    sft__loader_free(b);
    sft__loader_free(other);
    sft__loader_free(plain);
    sft_data_free(d);
    sft_close(c);
}

static void training_by_it_scores_all_samples(void **state)
{
    (void)state;
    fit_run           x;
    const char *const weighted[] = { "train.sampler=weighted", NULL };
    sft_scores        scores;
    fit_open(&x, 0, fit_recipe, weighted);
    sft_trainer *t = sft_trainer_new(x.c, x.r, x.d, x.n);
    CHECK_OK(x.c);
    sft_step(t, NULL);
    sft_evaluate(t, SFT_TRAIN, &scores);
    CHECK_OK(x.c);
    sft_data_facts facts;
    sft_data_facts_of(x.d, &facts);
    assert_true(scores.count == facts.count[SFT_TRAIN]);
    sft_trainer_free(t);
    fit_close(&x);
}

static void what_cannot_be_drawn_by_class_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } cases[] = {
        { "data: regression-1d\nmodel: linear\ntrain: {sampler: weighted}\n", "has no classes" },
        { "data: moons\nmodel: linear\ntrain: {sampler: weighted, shuffle: false}\n",
          "train.shuffle=false" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fit_run x;
        fit_open(&x, 0, cases[i].text, NULL);
        assert_null(sft_trainer_new(x.c, x.r, x.d, x.n));
        CHECK_FAILS(x.c, "E113", cases[i].part);
        fit_close(&x);
    }
}

/* ---- the cache ------------------------------------------------------------------------------- */

static void tar_header(uint8_t *h, const char *name, unsigned size, char type)
{
    unsigned sum = 0;
    memset(h, 0, 512);
    strcpy((char *)h, name);
    snprintf((char *)h + 124, 12, "%011o", size);
    h[156] = (uint8_t)type;
    memset(h + 148, ' ', 8);
    for (int i = 0; i < 512; i++) sum += h[i];
    snprintf((char *)h + 148, 8, "%06o", sum);
}

static void archives_are_unpacked(void **state)
{
    (void)state;
    static const char *const members[] = { "a.bin", "b.txt", NULL };
    uint8_t                  tar[512 * 8] = { 0 };
    char                     path[64], text[80] = "";
    sft_ctx                 *c = check_open();
    folder_make(path);
    tar_header(tar, "set/", 0, '5');
    tar_header(tar + 512, "set/a.bin", 5, '0');
    memcpy(tar + 1024, "hello", 5);
    tar_header(tar + 1536, "../../evil", 3, '0');
    tar_header(tar + 2560, "../b.txt", 3, '0'); /* lands in the folder whatever its own says */
    memcpy(tar + 3072, "bye", 3);
    sft__tar_unpack(c, "x.tar", tar, sizeof tar, members, path);
    CHECK_OK(c);
    snprintf(text, sizeof text, "%s/b.txt", path);
    assert_true(sft__exists(text));
    snprintf(text, sizeof text, "%s/evil", path);
    assert_false(sft__exists(text));
    for (size_t n = 0; n < 3072; n += 100) {
        sft__tar_unpack(c, "x.tar", tar, n, members, path);
        CHECK_FAILS(c, "E228", "x.tar");
    }
    tar[512 + 125] = '1';
    sft__tar_unpack(c, "x.tar", tar, sizeof tar, members, path);
    CHECK_FAILS(c, "E228", "makes no sense");
    folder_remove(path);
    sft_close(c);
}

static void only_the_right_file_is_kept(void **state)
{
    (void)state;
    char       path[64], folder[128], file[200];
    sft_remote r;
    sft_ctx   *c = check_open();
    folder_make(path);
    assert_int_equal(setenv("XDG_CACHE_HOME", path, 1), 0);
    int sets = 0, files = 0;
    for (; sft_remote_set(sets); sets++)
        for (int i = 0; sft_remote_at(sft_remote_set(sets), i, &r); i++, files++) {
            assert_int_equal(strlen(r.sha256), 64);
            assert_int_equal(strspn(r.sha256, "0123456789abcdef"), 64);
            assert_memory_equal(r.url[0], "https://", 8);
        }
    assert_int_equal(sets, 3);
    assert_int_equal(files, 9);
    sft_remote_folder(c, "mnist", folder, sizeof folder);
    folder_text(folder, "part", "not the images");
    snprintf(file, sizeof file, "%s/part", folder);
    assert_int_equal(sft_remote_keep(c, "mnist", 0, file), SFT_DATA);
    CHECK_FAILS(c, "E271", "SHA-256");
    assert_false(sft__exists(file));
    assert_false(sft_remote_kept(c, "mnist", 0));
    sft_remote_keep(c, "mnits", 0, file);
    CHECK_FAILS(c, "E002", "");
    sft_remote_folder(c, "mnits", folder, sizeof folder);
    CHECK_FAILS(c, "E002", "");
    assert_null(open_line(c, "mnist", "", NULL));
    CHECK_FAILS(c, "E200", "surefoot data get mnist");
    assert_null(open_line(c, "mnist:%s", path, NULL)); /* with a path it is IDX as ever */
    CHECK_FAILS(c, "E200", "train-images-idx3-ubyte[.gz]");
    folder_remove(path);
    sft_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_come_equally_often),
        cmocka_unit_test(draws_are_a_function_of_seed_and_epoch),
        cmocka_unit_test(training_by_it_scores_all_samples),
        cmocka_unit_test(what_cannot_be_drawn_by_class_is_refused),
        cmocka_unit_test(archives_are_unpacked),
        cmocka_unit_test(only_the_right_file_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
